/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "finish/comments.h"

#include "base/clock.h"
#include "base/text.h"
#include "format/comments.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define VENDOR       "all2all"
#define DATE_LETTERS 10
#define HOUR_MS      3600000
#define MOST_KEPT    64

static void
put_32(struct bytes *to, size_t value)
{
	const uint8_t bytes[4] = { (uint8_t)value, (uint8_t)(value >> 8),
		(uint8_t)(value >> 16), (uint8_t)(value >> 24) };

	bytes_append(to, bytes, sizeof(bytes));
}

struct list {
	struct bytes text;
	unsigned count;
};

static void
add(struct list *list, const char *key, const char *value)
{
	if (value[0] == '\0')
		return;
	put_32(&list->text, strlen(key) + 1 + strlen(value));
	bytes_text(&list->text, key);
	bytes_text(&list->text, "=");
	bytes_text(&list->text, value);
	list->count++;
}

static bool
is_named(const char *text, size_t len, const char *name)
{
	size_t name_len = strlen(name);

	return len >= name_len && strncasecmp(text, name, name_len) == 0;
}

/* CHAPTER000= and CHAPTER000NAME=: they are made anew. */
static bool
is_chapter(const char *text, size_t len)
{
	return is_named(text, len, "CHAPTER") && len > 7 && text[7] >= '0' &&
	    text[7] <= '9';
}

static bool
has_field(const struct bytes *comment, const char *text, size_t len)
{
	struct comments all;
	const char *other;
	size_t other_len;

	if (!comments_begin(
		&all, comment->data, comment->len, &other, &other_len))
		return false;
	while (comments_next(&all, &other, &other_len)) {
		if (other_len == len && memcmp(other, text, len) == 0)
			return true;
	}
	return false;
}

/* Fields without anything around them. */
static struct comments
kept_fields(const struct bytes *kept)
{
	return (struct comments){ kept->data, kept->len, MOST_KEPT };
}

static void
keep_first(struct bytes *kept, const struct bytes *comment)
{
	unsigned count = 0;
	struct comments all;
	const char *text;
	size_t len;

	if (!comments_begin(&all, comment->data, comment->len, &text, &len))
		return;
	while (count < MOST_KEPT && comments_next(&all, &text, &len)) {
		if (len == 0 || is_chapter(text, len))
			continue;
		put_32(kept, len);
		bytes_append(kept, text, len);
		count++;
	}
}

void
comments_keep(struct bytes *kept, const struct bytes *comment, bool is_first)
{
	struct bytes less = { 0 };
	struct comments all;
	const char *text;
	size_t len;

	if (is_first) {
		keep_first(kept, comment);
		return;
	}
	all = kept_fields(kept);
	while (comments_next(&all, &text, &len)) {
		if (!has_field(comment, text, len))
			continue;
		put_32(&less, len);
		bytes_append(&less, text, len);
	}
	bytes_free(kept);
	*kept = less;
}

/* What the job says of all is not said twice. */
static void
add_kept(
    struct list *list, const struct finish_job *job, const struct bytes *kept)
{
	struct comments all = kept_fields(kept);
	const char *text;
	size_t len;

	while (comments_next(&all, &text, &len)) {
		if ((job->title[0] != '\0' && is_named(text, len, "TITLE=")) ||
		    (job->artist[0] != '\0' &&
			is_named(text, len, "ARTIST=")) ||
		    (job->started_ms > 0 && is_named(text, len, "DATE=")))
			continue;
		put_32(&list->text, len);
		bytes_append(&list->text, text, len);
		list->count++;
	}
}

static void
add_chapter(struct list *list, unsigned number, const struct finish_mark *mark)
{
	char key[24], time[32];
	long long ms = mark->at_ms;

	snprintf(key, sizeof(key), "CHAPTER%03u", number);
	snprintf(time, sizeof(time), "%02lld:%02lld:%02lld.%03lld",
	    ms / HOUR_MS, ms / 60000 % 60, ms / 1000 % 60, ms % 1000);
	add(list, key, time);
	snprintf(key, sizeof(key), "CHAPTER%03uNAME", number);
	add(list, key, mark->title);
}

/* CHAPTER000=00:00:00.000; -1: it is not. */
static int64_t
chapter_ms(const char *field)
{
	unsigned number, minutes, seconds, ms;
	unsigned long hours;

	if (sscanf(field, "CHAPTER%3u=%9lu:%2u:%2u.%3u", &number, &hours,
		&minutes, &seconds, &ms) != 5)
		return -1;
	return (int64_t)hours * HOUR_MS + minutes * 60000 + seconds * 1000 + ms;
}

bool
comments_chapters(const struct bytes *comment, struct finish_facts *facts)
{
	char field[FINISH_TITLE_BYTES + 32];
	int64_t at_ms = -1, found;
	struct comments all;
	const char *text, *name;
	size_t len;

	if (!comments_begin(&all, comment->data, comment->len, &text, &len) ||
	    len != strlen(VENDOR) || memcmp(text, VENDOR, len) != 0)
		return false;
	while (comments_next(&all, &text, &len)) {
		if (!is_chapter(text, len))
			continue;
		text_clean(field, sizeof(field), text, len);
		name = strstr(field, "NAME=");
		found = chapter_ms(field);
		if (found >= 0)
			at_ms = found;
		else if (name != NULL && at_ms >= 0)
			finish_add_chapter(facts, at_ms, name + 5);
	}
	return facts->chapter_count > 0;
}

void
comments_put(struct bytes *to, const struct finish_job *job,
    const struct finish_facts *facts, const struct bytes *kept)
{
	struct list list = { 0 };
	char date[CLOCK_ISO_BYTES];

	if (kept != NULL)
		add_kept(&list, job, kept);
	add(&list, "TITLE", job->title);
	add(&list, "ARTIST", job->artist);
	if (job->started_ms > 0) {
		clock_iso(job->started_ms, date);
		date[DATE_LETTERS] = '\0';
		add(&list, "DATE", date);
	}
	for (unsigned i = 0;
	     i < facts->chapter_count && i < COMMENTS_MOST_CHAPTERS; i++)
		add_chapter(&list, i, &facts->chapters[i]);
	put_32(to, strlen(VENDOR));
	bytes_text(to, VENDOR);
	put_32(to, list.count);
	bytes_append(to, list.text.data, list.text.len);
	bytes_free(&list.text);
}
