/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * m4a_seen - what a player would find in an MPEG-4 file: its boxes, and by its
 * tables each frame. Everything that does not fit is a failed CHECK.
 */
#ifndef M4A_SEEN_H
#define M4A_SEEN_H

#include "base/check.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Bytes of a file, between a box's head and its end. */
struct span {
	const uint8_t *at;
	uint64_t len;
};

static inline uint64_t
number(const uint8_t *bytes, unsigned len)
{
	uint64_t value = 0;

	while (len-- > 0)
		value = value << 8 | *bytes++;
	return value;
}

/* The next box of *in, which is what comes after it then. False: none. */
static inline bool
next_box(struct span *in, char name[5], struct span *box)
{
	uint64_t size, head = 8;

	if (in->len == 0)
		return false;
	CHECK(in->len >= 8);
	size = number(in->at, 4);
	memcpy(name, in->at + 4, 4);
	name[4] = '\0';
	if (size == 1) {
		head = 16;
		size = number(in->at + 8, 8);
	}
	CHECK(size >= head && size <= in->len);
	box->at = in->at + head;
	box->len = size - head;
	in->at += size;
	in->len -= size;
	return true;
}

/* By names with '/' between; at is NULL when it is not there. */
static inline struct span
find_box(struct span in, const char *path)
{
	char name[5];
	struct span box;

	while (next_box(&in, name, &box)) {
		if (memcmp(name, path, 4) != 0)
			continue;
		if (path[4] == '\0')
			return box;
		/* What stands before the boxes of a full one. */
		if (memcmp(name, "stsd", 4) == 0)
			box = (struct span){ box.at + 8, box.len - 8 };
		if (memcmp(name, "meta", 4) == 0)
			box = (struct span){ box.at + 4, box.len - 4 };
		if (memcmp(name, "mp4a", 4) == 0)
			box = (struct span){ box.at + 28, box.len - 28 };
		return find_box(box, path + 5);
	}
	return (struct span){ NULL, 0 };
}

#define STBL "moov/trak/mdia/minf/stbl/"

struct seen_tables {
	struct span stsz, stsc, offsets;
	unsigned offset_bytes;
	uint32_t count;
};

static inline struct seen_tables
see_tables(struct span file)
{
	struct seen_tables tables = { .offset_bytes = 4 };

	tables.stsz = find_box(file, STBL "stsz");
	tables.stsc = find_box(file, STBL "stsc");
	tables.offsets = find_box(file, STBL "stco");
	if (tables.offsets.at == NULL) {
		tables.offsets = find_box(file, STBL "co64");
		tables.offset_bytes = 8;
	}
	CHECK(tables.stsz.at != NULL && tables.stsc.at != NULL &&
	    tables.offsets.at != NULL);
	tables.count = (uint32_t)number(tables.stsz.at + 8, 4);
	CHECK(tables.stsz.len == 12 + 4 * (uint64_t)tables.count);
	CHECK(tables.offsets.len ==
	    8 + tables.offset_bytes * number(tables.offsets.at + 4, 4));
	return tables;
}

/* Frames in that chunk, from 0 on. */
static inline uint32_t
in_chunk(const struct seen_tables *tables, uint32_t chunk)
{
	uint64_t entries = number(tables->stsc.at + 4, 4);
	uint32_t frames = 0;

	for (uint64_t i = 0; i < entries; i++) {
		const uint8_t *entry = tables->stsc.at + 8 + 12 * i;

		if (number(entry, 4) <= chunk + 1)
			frames = (uint32_t)number(entry + 4, 4);
	}
	CHECK(frames > 0);
	return frames;
}

/* Calls for each frame in order; how many there are. */
static inline uint32_t
each_frame(struct span file,
    void (*frame)(void *arg, uint64_t offset, uint32_t size), void *arg)
{
	struct seen_tables tables = see_tables(file);
	uint64_t chunks = number(tables.offsets.at + 4, 4), offset;
	uint32_t done = 0, size;

	for (uint32_t i = 0; i < chunks; i++) {
		offset = number(tables.offsets.at + 8 + tables.offset_bytes * i,
		    tables.offset_bytes);
		for (uint32_t n = in_chunk(&tables, i); n > 0; n--) {
			CHECK(done < tables.count);
			size = (uint32_t)number(
			    tables.stsz.at + 12 + 4 * (uint64_t)done++, 4);
			frame(arg, offset, size);
			offset += size;
		}
	}
	CHECK(done == tables.count);
	return done;
}

#endif
