/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/scrubbing.h"

#include "archive/archivist_priv.h"
#include "archive/item.h"
#include "archive/scrub.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "conf/conf.h"
#include "ledger/recordings.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#define ASKED_BYTES (16 << 20) /* of one step */
#define IDLE_SECS   60         /* until it is looked again what is due */

struct wanted {
	struct wanted *next;
	char id[RECORDING_ID_BYTES];
};

struct scrubbing {
	struct archivist *archivist;
	struct event *timer;
	struct scrub *scrub; /* NULL: none */
	struct recording_msg row;
	bool is_asked; /* of the row */
	char last[RECORDING_ID_BYTES];
	struct wanted *first, **end; /* what somebody asked for */
	struct listing *listing;     /* NULL: nobody did */
	uint64_t reply_to;
	enum listing_format format;
};

static const struct column columns[] = { { "id", false }, { "member", false },
	{ "mount", false }, { "result", false }, { "bytes", true },
	{ "path", false } };

static void
again(struct scrubbing *scrubbing, time_t secs)
{
	const struct timeval later = { .tv_sec = secs };

	event_add(scrubbing->timer, &later);
}

/* The sidecar's sum is the one that counts. */
static void
begin(struct scrubbing *scrubbing, const struct recording_msg *row)
{
	int archive = scrubbing->archivist->finishing.archive;
	struct sidecar sidecar = { .row = *row };

	(void)!item_read(archive, row->path, &sidecar);
	scrubbing->row = sidecar.row;
	scrubbing->scrub = scrub_begin(archive, &scrubbing->row);
	sidecar_clear(&sidecar);
}

static bool
begin_id(struct scrubbing *scrubbing, const char *id, bool is_asked)
{
	struct recording_msg row = { 0 };
	char name[NAME_BYTES];
	bool failed;

	if (!recordings_find(
		scrubbing->archivist->store, id, "", &row, name, &failed))
		return false;
	begin(scrubbing, &row);
	scrubbing->is_asked = is_asked;
	return true;
}

/* Those that are gone by now are passed over. */
static bool
begin_wanted(struct scrubbing *scrubbing)
{
	struct wanted *wanted;
	bool has_begun = false;

	while (!has_begun && (wanted = scrubbing->first) != NULL) {
		scrubbing->first = wanted->next;
		if (scrubbing->first == NULL)
			scrubbing->end = &scrubbing->first;
		has_begun = begin_id(scrubbing, wanted->id, true);
		free(wanted);
	}
	return has_begun;
}

/* The same one again: the store does not know yet that it was looked at. */
static bool
begin_due(struct scrubbing *scrubbing)
{
	const struct archivist *archivist = scrubbing->archivist;
	int64_t every_ms = archivist->conf->scrub_every_ms;
	char id[RECORDING_ID_BYTES];

	if (every_ms == 0 ||
	    !recordings_to_scrub(
		archivist->store, clock_wall_ms() - every_ms, id) ||
	    strcmp(id, scrubbing->last) == 0)
		return false;
	return begin_id(scrubbing, id, false);
}

static bool
is_our_note(const char *note)
{
	for (unsigned i = SCRUB_WRONG; i < SCRUB_RESULTS; i++) {
		if (strcmp(note, scrub_note(i)) == 0)
			return true;
	}
	return false;
}

static void
note(struct scrubbing *scrubbing, enum scrub_result result)
{
	struct archivist *archivist = scrubbing->archivist;
	int archive = archivist->finishing.archive;
	struct sidecar sidecar = { .row = scrubbing->row };
	struct recording_msg *row = &sidecar.row;
	const char *words = scrub_note(result);

	if (result != SCRUB_RIGHT)
		log_error("archive: %s: scrub: %s", row->path, words);
	if (item_read(archive, row->path, &sidecar) &&
	    strcmp(row->note, words) != 0 &&
	    (result != SCRUB_RIGHT || is_our_note(row->note))) {
		text_copy(row->note, sizeof(row->note), words);
		if (!item_write(archive, row->path, &sidecar))
			log_warn("archive: %s: not noted: %m", row->path);
	}
	row->scrubbed_ms = clock_wall_ms();
	archivist_tell(archivist, row);
	sidecar_clear(&sidecar);
}

static void
list(struct scrubbing *scrubbing, enum scrub_result result)
{
	const struct recording_msg *row = &scrubbing->row;

	listing_add(scrubbing->listing, row->id);
	listing_add(scrubbing->listing, row->slug);
	listing_add(scrubbing->listing, row->mount);
	listing_add(scrubbing->listing, scrub_word(result));
	listing_add_number(scrubbing->listing, (int64_t)row->bytes);
	listing_add(scrubbing->listing, row->path);
}

static void
answer(struct scrubbing *scrubbing)
{
	struct bytes text = { 0 };
	struct call call = { .out = &text, .format = scrubbing->format };

	call_begin_json(&call, "scrub");
	listing_show(scrubbing->listing, scrubbing->format, &text);
	call_end_json(&call);
	archivist_reply(
	    scrubbing->archivist, scrubbing->reply_to, CALL_DONE, &text);
	listing_free(scrubbing->listing);
	scrubbing->listing = NULL;
	bytes_free(&text);
}

/* A row that went meanwhile is not made again. */
static void
end(struct scrubbing *scrubbing, enum scrub_result result)
{
	char id[RECORDING_ID_BYTES];
	unsigned count = 0;

	if (recordings_resolve(
		scrubbing->archivist->store, scrubbing->row.id, id, &count) &&
	    count == 1)
		note(scrubbing, result);
	if (scrubbing->is_asked)
		list(scrubbing, result);
	text_copy(scrubbing->last, sizeof(scrubbing->last), scrubbing->row.id);
	scrub_end(scrubbing->scrub);
	scrubbing->scrub = NULL;
}

static void
step(evutil_socket_t fd, short what, void *arg)
{
	struct scrubbing *scrubbing = arg;
	const struct conf *conf = scrubbing->archivist->conf;
	enum scrub_result result;

	(void)fd;
	(void)what;
	if (scrubbing->scrub == NULL && !begin_wanted(scrubbing)) {
		if (scrubbing->listing != NULL)
			answer(scrubbing);
		if (!begin_due(scrubbing)) {
			scrubbing->last[0] = '\0';
			again(scrubbing, IDLE_SECS);
			return;
		}
	}
	result = scrub_step(scrubbing->scrub,
	    scrubbing->is_asked ? ASKED_BYTES : (size_t)conf->scrub_rate_bytes);
	if (result != SCRUB_MORE)
		end(scrubbing, result);
	again(scrubbing, scrubbing->listing != NULL ? 0 : 1);
}

struct scrubbing *
scrubbing_new(struct archivist *archivist)
{
	struct scrubbing *scrubbing = mem_new(sizeof(*scrubbing));

	scrubbing->archivist = archivist;
	scrubbing->end = &scrubbing->first;
	scrubbing->timer = event_new(
	    loop_base(archivist->loop), -1, 0, step, scrubbing);
	CHECK(scrubbing->timer != NULL);
	return scrubbing;
}

void
scrubbing_start(struct scrubbing *scrubbing)
{
	again(scrubbing, 1);
}

static void
forget_wanted(struct scrubbing *scrubbing)
{
	struct wanted *next;

	for (; scrubbing->first != NULL; scrubbing->first = next) {
		next = scrubbing->first->next;
		free(scrubbing->first);
	}
	scrubbing->end = &scrubbing->first;
}

void
scrubbing_free(struct scrubbing *scrubbing)
{
	if (scrubbing == NULL)
		return;
	forget_wanted(scrubbing);
	scrub_end(scrubbing->scrub);
	listing_free(scrubbing->listing);
	event_free(scrubbing->timer);
	free(scrubbing);
}

bool
scrubbing_ask(
    struct scrubbing *scrubbing, uint64_t reply_to, enum listing_format format)
{
	if (scrubbing->listing != NULL)
		return false;
	scrubbing->listing = listing_new(
	    columns, sizeof(columns) / sizeof(*columns));
	scrubbing->reply_to = reply_to;
	scrubbing->format = format;
	again(scrubbing, 0);
	return true;
}

void
scrubbing_add(struct scrubbing *scrubbing, const char *id)
{
	struct wanted *wanted = mem_new(sizeof(*wanted));

	text_copy(wanted->id, sizeof(wanted->id), id);
	*scrubbing->end = wanted;
	scrubbing->end = &wanted->next;
}
