/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "finish/comments.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

#define VENDOR       "all2all"
#define DATE_LETTERS 10
#define HOUR_MS      3600000

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

void
comments_put(struct bytes *to, const struct finish_job *job,
    const struct finish_facts *facts)
{
	struct list list = { 0 };
	char date[CLOCK_ISO_BYTES];

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
