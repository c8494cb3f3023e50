/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "finish/id3.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define UTF8         3
#define TOP_ORDERED  3
#define DATE_LETTERS 19 /* 2026-11-22T19:00:00 */

static void
put_32(struct bytes *to, uint32_t value)
{
	const uint8_t bytes[4] = { (uint8_t)(value >> 24),
		(uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value };

	bytes_append(to, bytes, sizeof(bytes));
}

/* Section 6.2: seven bits of each byte. */
static void
put_size(struct bytes *to, size_t size)
{
	put_32(to,
	    (uint32_t)((size & 0x7f) | (size << 1 & 0x7f00) |
		(size << 2 & 0x7f0000) | (size << 3 & 0x7f000000)));
}

static void
put_frame(struct bytes *to, const char name[4], const struct bytes *body)
{
	bytes_append(to, name, 4);
	put_size(to, body->len);
	bytes_append(to, "\0", 2); /* no flags */
	bytes_append(to, body->data, body->len);
}

static void
put_text(struct bytes *to, const char name[4], const char *text)
{
	struct bytes body = { 0 };
	const uint8_t encoding = UTF8;

	if (text[0] == '\0')
		return;
	bytes_append(&body, &encoding, 1);
	bytes_text(&body, text);
	put_frame(to, name, &body);
	bytes_free(&body);
}

static void
put_chapter(struct bytes *to, unsigned number, const struct finish_mark *mark,
    int64_t end_ms)
{
	struct bytes body = { 0 };

	bytes_format(&body, "ch%u", number);
	bytes_append(&body, "", 1);
	put_32(&body, (uint32_t)mark->at_ms);
	put_32(&body, (uint32_t)end_ms);
	put_32(&body, UINT32_MAX); /* no places in bytes */
	put_32(&body, UINT32_MAX);
	put_text(&body, "TIT2", mark->title);
	put_frame(to, "CHAP", &body);
	bytes_free(&body);
}

static void
put_chapters(struct bytes *to, const struct finish_facts *facts)
{
	const struct finish_mark *chapters = facts->chapters;
	unsigned count = facts->chapter_count > ID3_MOST_CHAPTERS
	    ? ID3_MOST_CHAPTERS
	    : (unsigned)facts->chapter_count;
	const uint8_t head[] = { 't', 'o', 'c', 0, TOP_ORDERED,
		(uint8_t)count };
	struct bytes body = { 0 };

	if (count == 0)
		return;
	bytes_append(&body, head, sizeof(head));
	for (unsigned i = 0; i < count; i++) {
		bytes_format(&body, "ch%u", i);
		bytes_append(&body, "", 1);
	}
	put_frame(to, "CTOC", &body);
	bytes_free(&body);
	for (unsigned i = 0; i < count; i++)
		put_chapter(to, i, &chapters[i],
		    i + 1 < facts->chapter_count ? chapters[i + 1].at_ms
						 : facts->duration_ms);
}

void
id3_put(struct sink *sink, const struct finish_job *job,
    const struct finish_facts *facts)
{
	static const uint8_t head[] = { 'I', 'D', '3', 4, 0, 0 };
	struct bytes frames = { 0 }, size = { 0 };
	char date[CLOCK_ISO_BYTES], length[24];

	put_text(&frames, "TIT2", job->title);
	put_text(&frames, "TPE1", job->artist);
	if (job->started_ms > 0) {
		clock_iso(job->started_ms, date);
		date[DATE_LETTERS] = '\0';
		put_text(&frames, "TDRC", date);
	}
	snprintf(length, sizeof(length), "%" PRId64, facts->duration_ms);
	put_text(&frames, "TLEN", length);
	put_chapters(&frames, facts);
	put_size(&size, frames.len);
	sink_put(sink, head, sizeof(head));
	sink_put(sink, size.data, size.len);
	sink_put(sink, frames.data, frames.len);
	bytes_free(&size);
	bytes_free(&frames);
}
