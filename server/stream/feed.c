/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "stream/feed.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/zone.h"
#include "conf/conf.h"
#include "format/media.h"
#include "http/response.h"
#include "icy/metadata.h"
#include "spool/spool.h"
#include "stream/mount.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_MOST_BYTES 65536

struct feed {
	struct media *media;   /* NULL until the first join */
	struct worker *worker; /* NULL while it has left */
	uint32_t mount_no;
	bool records;
	bool has_facts; /* told since the last join, head or cut */
	bool has_begun; /* a block went out since the last join */
	struct mount_facts said;
	struct bytes gathered; /* holds no memory between two steps */
	size_t last_bytes;     /* of the last block: as much may come again */
	unsigned flags;        /* of the gathered block, enum block_flag */
	int64_t first_ms;      /* when its first unit came */
	int64_t step_ms;       /* what this block was gathered for */
	struct block *head, *title;
	int64_t unit_ms;
};

static void take_head(void *, const void *, size_t);
static void take_unit(void *, const void *, size_t, unsigned);
static void take_title(void *, const char *);

struct feed *
feed_new(void)
{
	return mem_new(sizeof(struct feed));
}

void
feed_free(struct feed *feed)
{
	if (feed == NULL)
		return;
	CHECK(feed->worker == NULL);
	if (feed->media != NULL)
		media_close(feed->media);
	block_unref(feed->head);
	block_unref(feed->title);
	bytes_free(&feed->gathered);
	free(feed);
}

static struct format_out
out_of(struct feed *feed)
{
	const struct format_out out = { take_head, take_unit, take_title,
		feed };

	return out;
}

static struct mount *
mount_of(const struct feed *feed)
{
	return worker_mount(feed->worker, feed->mount_no);
}

static void
post_block(const struct feed *feed, struct loop *loop, struct block *block)
{
	struct block_msg *message = message_new(MSG_BLOCK, sizeof(*message));

	message->mount_no = feed->mount_no;
	message->block = block_ref(block);
	loop_post_from(feed->worker->loop, loop, &message->message);
}

static void
send_block(struct feed *feed, struct block *block)
{
	struct worker *worker = feed->worker;
	struct mount *mount = mount_of(feed);

	for (unsigned i = 0; i < worker->worker_count; i++) {
		if (i != worker->number)
			post_block(feed, worker->workers[i], block);
	}
	if (feed->records)
		(void)spool_offer(worker->spool, worker->loop, feed->mount_no,
		    block_ref(block));
	if (mount != NULL)
		mount_push(mount, block);
	else
		block_unref(block);
}

static void
flush(struct feed *feed)
{
	struct block *block;

	if (feed->gathered.len == 0)
		return;
	feed->has_begun = true;
	block = block_new(feed->gathered.data, feed->gathered.len, feed->flags);
	block->time_ms = feed->first_ms;
	block->step_ms = feed->step_ms;
	block->head = block_ref(feed->head);
	block->title = block_ref(feed->title);
	feed->last_bytes = feed->gathered.len;
	bytes_free(&feed->gathered);
	send_block(feed, block);
}

void
feed_flush(struct feed *feed)
{
	if (feed->worker != NULL)
		flush(feed);
}

/* The first block goes at once: somebody may be waiting to start. */
int64_t
feed_begin_step(struct feed *feed)
{
	const struct mount *mount = mount_of(feed);

	feed->step_ms = feed->has_begun && mount != NULL ? mount_step_ms(mount)
							 : 0;
	return feed->step_ms;
}

static void
add_line(struct bytes *lines, const char *name, const char *value)
{
	if (value[0] != '\0')
		response_header(lines, name, value);
}

static struct block *
header_lines(const struct mount_facts *facts)
{
	struct bytes lines = { 0 };
	struct block *block;

	response_header(&lines, "Content-Type", facts->media_type);
	if (facts->bitrate_kbps > 0)
		bytes_format(&lines, "icy-br:%u\r\n", facts->bitrate_kbps);
	add_line(&lines, "ice-audio-info", facts->audio_info);
	add_line(&lines, "icy-name", facts->name);
	add_line(&lines, "icy-description", facts->description);
	add_line(&lines, "icy-genre", facts->genre);
	add_line(&lines, "icy-url", facts->url);
	bytes_format(&lines, "icy-pub:%d\r\n", facts->is_public ? 1 : 0);
	block = block_new(lines.data, lines.len, 0);
	bytes_free(&lines);
	return block;
}

/* The member's configuration has the last word over what the source said. */
static void
overrule(char *to, const char *rule)
{
	if (rule != NULL)
		text_copy(to, NAME_BYTES, rule);
}

static void
fill_facts(struct feed *feed, struct mount_facts *facts)
{
	const struct mount *mount = mount_of(feed);
	struct media_facts media;

	*facts = feed->said;
	if (media_facts(feed->media, &media)) {
		text_copy(facts->media_type, sizeof(facts->media_type),
		    media.media_type);
		text_copy(facts->extension, sizeof(facts->extension),
		    media.extension);
		text_copy(facts->codecs, sizeof(facts->codecs), media.codecs);
		facts->sample_rate = media.sample_rate;
		facts->channels = media.channels;
		facts->width = media.width;
		facts->height = media.height;
		facts->has_video = media.has_video;
		facts->takes_icy = media.takes_icy;
		if (facts->bitrate_kbps == 0)
			facts->bitrate_kbps = media.bitrate / 1000;
	}
	if (mount == NULL)
		return;
	overrule(facts->name, mount->rules->title);
	overrule(facts->description, mount->rules->description);
	overrule(facts->genre, mount->rules->genre);
	overrule(facts->url, mount->rules->url);
}

static void
post_facts(struct loop *loop, const struct facts_msg *facts)
{
	struct facts_msg *message = mem_copy(facts, sizeof(*facts));

	message->lines = block_ref(facts->lines);
	loop_post(loop, &message->message);
}

static void
fill_rules(const struct mount *mount, struct record_rules *to)
{
	const struct conf_mount *rules = mount->rules;

	to->has_programme = rules->record == RECORD_YES;
	to->has_manual = rules->record != RECORD_NO;
	to->has_log = rules->has_log;
	to->split_at = rules->split_at;
	to->split_after_ms = rules->split_after_ms;
	to->split_bytes = rules->split_bytes;
	to->split_title = rules->split_title;
	to->split_least_ms = rules->split_least_ms;
	if (rules->split_schedule != NULL)
		text_copy(
		    to->schedule, sizeof(to->schedule), rules->split_schedule);
	text_copy(to->zone, sizeof(to->zone), zone_name(mount->zone));
	to->resume_ms = rules->resume_ms;
	to->min_keep_ms = rules->min_keep_ms;
}

static void
open_recording(struct feed *feed, const struct mount_facts *facts)
{
	struct spool_msg *open = message_new(MSG_SPOOL_OPEN, sizeof(*open));
	const struct mount *mount = mount_of(feed);

	open->mount_no = feed->mount_no;
	fill_rules(mount, &open->rules);
	open->member = mount->member;
	text_copy(open->slug, sizeof(open->slug), mount->slug);
	text_copy(open->mount, sizeof(open->mount), mount->name);
	text_copy(
	    open->media_type, sizeof(open->media_type), facts->media_type);
	text_copy(open->extension, sizeof(open->extension), facts->extension);
	text_copy(open->codecs, sizeof(open->codecs), facts->codecs);
	text_copy(open->title, sizeof(open->title), facts->name);
	text_copy(open->agent, sizeof(open->agent), facts->agent);
	loop_post(spool_loop(feed->worker->spool), &open->message);
}

/* Told before the first block that they describe. */
static void
tell_facts(struct feed *feed)
{
	struct worker *worker = feed->worker;
	struct facts_msg facts = { .message.kind = MSG_FACTS,
		.mount_no = feed->mount_no };
	struct mount *mount = mount_of(feed);

	feed->has_facts = true;
	fill_facts(feed, &facts.facts);
	facts.lines = header_lines(&facts.facts);
	if (mount != NULL) {
		mount_set_facts(mount, &facts);
		if (feed->records)
			open_recording(feed, &facts.facts);
	}
	for (unsigned i = 0; i < worker->worker_count; i++) {
		if (i != worker->number)
			post_facts(worker->workers[i], &facts);
	}
	post_facts(worker->desk, &facts);
	block_unref(facts.lines);
}

static void
take_head(void *arg, const void *bytes, size_t len)
{
	struct feed *feed = arg;

	flush(feed);
	block_unref(feed->head);
	feed->head = len > 0 ? block_new(bytes, len, 0) : NULL;
	feed->has_facts = false; /* a new head may be of another codec */
}

static void
take_unit(void *arg, const void *bytes, size_t len, unsigned flags)
{
	struct feed *feed = arg;
	struct bytes *gathered = &feed->gathered;

	if ((flags & UNIT_CUT) ||
	    ((flags & UNIT_SYNC) && !(feed->flags & BLOCK_SYNC)) ||
	    gathered->len + len > BLOCK_MOST_BYTES)
		flush(feed);
	if (!feed->has_facts || (flags & UNIT_CUT))
		tell_facts(feed);
	feed->unit_ms = clock_mono_ms();
	if (gathered->len == 0) {
		(void)bytes_room(gathered, feed->last_bytes + len);
		feed->first_ms = feed->unit_ms;
		feed->flags = (flags & UNIT_SYNC ? BLOCK_SYNC : 0) |
		    (flags & UNIT_CUT ? BLOCK_CUT : 0);
	}
	bytes_append(gathered, bytes, len);
}

static void
tell_title(struct feed *feed, const char *title, const char *url)
{
	struct title_msg *message = message_new(MSG_TITLE, sizeof(*message));

	message->mount_no = feed->mount_no;
	text_copy(message->title, sizeof(message->title), title);
	text_copy(message->url, sizeof(message->url), url);
	worker_tell_desk(feed->worker, &message->message);
}

void
feed_set_title(struct feed *feed, const char *title, const char *url)
{
	flush(feed);
	block_unref(feed->title);
	feed->title = icy_metadata(title, url);
	tell_title(feed, title, url);
}

static void
take_title(void *arg, const char *title)
{
	feed_set_title(arg, title, "");
}

static void
tell_spool(struct feed *feed, enum message_kind kind, bool is_final)
{
	struct spool_msg *end = message_new(kind, sizeof(*end));

	end->mount_no = feed->mount_no;
	end->is_final = is_final;
	loop_post(spool_loop(feed->worker->spool), &end->message);
}

void
feed_join(struct feed *feed, struct worker *worker, uint32_t mount_no,
    const struct mount_facts *said, const char *declared_type, bool records)
{
	feed->worker = worker;
	feed->mount_no = mount_no;
	if (feed->records && !records) /* the rules changed meanwhile */
		tell_spool(feed, MSG_SPOOL_CLOSE, true);
	feed->records = records;
	feed->said = *said;
	feed->has_facts = feed->has_begun = false;
	feed->unit_ms = clock_mono_ms();
	feed->step_ms = 0;
	if (feed->media == NULL)
		feed->media = media_open(declared_type);
	else
		media_resume(feed->media, declared_type);
}

void
feed_leave(struct feed *feed)
{
	feed->step_ms = 0; /* nothing comes after it for a while */
	flush(feed);
	if (feed->records)
		tell_spool(feed, MSG_SPOOL_AWAY, false);
	feed->worker = NULL;
}

void
feed_finish(
    struct feed *feed, struct worker *worker, uint32_t mount_no, bool is_final)
{
	const struct format_out out = out_of(feed);

	if (feed->worker == NULL) {
		feed->worker = worker;
		feed->mount_no = mount_no;
	}
	if (feed->media != NULL)
		media_finish(feed->media, &out);
	flush(feed);
	if (feed->records)
		tell_spool(feed, MSG_SPOOL_CLOSE, is_final);
	feed->step_ms = 0;
	feed->worker = NULL;
}

bool
feed_read(struct feed *feed, const uint8_t *bytes, size_t len, const char **why)
{
	const struct format_out out = out_of(feed);

	if (!media_read(feed->media, bytes, len, &out, why))
		return false;
	if (feed->step_ms == 0)
		flush(feed);
	return true;
}

int64_t
feed_unit_ms(const struct feed *feed)
{
	return feed->unit_ms;
}
