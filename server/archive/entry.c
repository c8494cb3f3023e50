/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/entry.h"

#include "base/mem.h"
#include "format/flac.h"
#include "format/frames.h"
#include "format/pes.h"

#include <stdlib.h>
#include <string.h>

#define TS_PACKET    188
#define TS_SYNC      0x47
#define PICTURE_MOST 2000       /* packets until the first picture */
#define TABLES_MOST  64         /* packets at the begin that are looked at */
#define LOOK_MOST    (64 << 20) /* bytes, from near on */
#define HEAD_MOST    (8 << 20)
#define PAGE_HEAD    27
#define FLAC_HEAD    42
#define OGG_CONTINUE 1
#define OGG_BEGIN    2

struct entry {
	uint64_t head, start;
};

static bool
find_frame(struct view *view, int64_t near, const struct frame_kind *kind,
    struct entry *entry)
{
	struct frame_walk walk = { .view = view, .kind = kind, .next = near };

	if (!frame_walk_next(&walk))
		return false;
	entry->start = (uint64_t)walk.at;
	return true;
}

static bool
find_mp3(struct view *view, int64_t near, struct entry *entry)
{
	return find_frame(view, near, &mp3_frames, entry);
}

static bool
find_adts(struct view *view, int64_t near, struct entry *entry)
{
	return find_frame(view, near, &adts_frames, entry);
}

enum pes_begun {
	PES_NONE,
	PES_SOUND, /* or anything else */
	PES_PICTURE
};

/* What begins in this packet, by its stream_id: ISO 13818-1, table 2-22. */
static enum pes_begun
begun(const uint8_t *packet)
{
	size_t len;
	const uint8_t *pes = pes_payload(packet, &len);

	if (pes == NULL || (packet[1] & 0x40) == 0 || len <= 3 || pes[0] != 0 ||
	    pes[1] != 0 || pes[2] != 1)
		return PES_NONE;
	return (pes[3] & 0xf0) == 0xe0 ? PES_PICTURE : PES_SOUND;
}

/* The tables: all before the first PES. */
static uint64_t
table_bytes(struct view *view)
{
	const uint8_t *packet;
	int64_t i;

	for (i = 0; i < TABLES_MOST; i++) {
		packet = view_look(view, i * TS_PACKET, TS_PACKET);
		if (packet == NULL || packet[0] != TS_SYNC ||
		    begun(packet) != PES_NONE)
			break;
	}
	return (uint64_t)(i * TS_PACKET);
}

static bool
has_pictures(struct view *view)
{
	const uint8_t *packet;

	for (int64_t i = 0; i < PICTURE_MOST; i++) {
		packet = view_look(view, i * TS_PACKET, TS_PACKET);
		if (packet == NULL)
			break;
		if (packet[0] == TS_SYNC && begun(packet) == PES_PICTURE)
			return true;
	}
	return false;
}

static bool
find_packet(struct view *view, int64_t near, struct entry *entry)
{
	enum pes_begun wanted = has_pictures(view) ? PES_PICTURE : PES_SOUND;
	int64_t at = near / TS_PACKET * TS_PACKET, end = at + LOOK_MOST;
	const uint8_t *packet;

	for (; at < end; at += TS_PACKET) {
		packet = view_look(view, at, TS_PACKET);
		if (packet == NULL)
			return false;
		if (packet[0] == TS_SYNC && begun(packet) == wanted &&
		    (wanted == PES_SOUND || pes_is_random(packet)))
			break;
	}
	entry->start = (uint64_t)at;
	entry->head = table_bytes(view);
	if (entry->head > entry->start)
		entry->head = entry->start;
	return at < end;
}

/* The page at that place: its flags and length; 0: there is none. */
static size_t
page_at(struct view *view, int64_t at, uint8_t *flags, bool *has_packet)
{
	const uint8_t *head = view_look(view, at, PAGE_HEAD);
	size_t segments, len;
	const uint8_t *page;

	if (head == NULL || memcmp(head, "OggS", 5) != 0)
		return 0;
	*flags = head[5];
	segments = head[26];
	/* A granule of -1: nothing ends here. */
	*has_packet = memcmp(head + 6, "\xff\xff\xff\xff\xff\xff\xff\xff", 8) !=
	    0;
	page = view_look(view, at, PAGE_HEAD + segments);
	if (page == NULL)
		return 0;
	len = PAGE_HEAD + segments;
	for (size_t i = 0; i < segments; i++)
		len += page[PAGE_HEAD + i];
	return len;
}

/* Header pages: those from the begin on whose time is 0. False: they have no
 * end. */
static bool
ogg_head_bytes(struct view *view, uint64_t *bytes)
{
	static const uint8_t none[8] = { 0 };
	const uint8_t *head;
	bool has_packet;
	uint8_t flags;
	int64_t at = 0;
	size_t len;

	while (at < HEAD_MOST &&
	    (len = page_at(view, at, &flags, &has_packet)) > 0) {
		head = view_look(view, at, PAGE_HEAD);
		if (head == NULL ||
		    (has_packet && memcmp(head + 6, none, 8) != 0))
			break;
		at += (int64_t)len;
	}
	*bytes = (uint64_t)at;
	return at < HEAD_MOST;
}

/* A new link begins by itself; else the headers must be this page's own. */
static bool
find_page(struct view *view, int64_t near, struct entry *entry)
{
	const uint8_t *first = view_look(view, 0, PAGE_HEAD), *page;
	uint8_t serial[4], flags;
	int64_t at = near, end = near + LOOK_MOST;
	bool has_packet;
	size_t len;

	if (first == NULL)
		return false;
	memcpy(serial, first + 14, 4);
	for (; at < end; at++) {
		at = view_find(view, at, 'O');
		len = page_at(view, at, &flags, &has_packet);
		if (view_look(view, at, 1) == NULL)
			return false;
		if (len == 0 || view_look(view, at + (int64_t)len, 1) == NULL)
			continue;
		entry->start = (uint64_t)at;
		if ((flags & OGG_BEGIN) != 0)
			return true;
		page = view_look(view, at, PAGE_HEAD);
		if ((flags & OGG_CONTINUE) != 0 || page == NULL ||
		    memcmp(page + 14, serial, 4) != 0)
			continue;
		return ogg_head_bytes(view, &entry->head) &&
		    entry->head <= entry->start;
	}
	return false;
}

static int64_t
next_cluster(struct view *view, int64_t at, int64_t most)
{
	int64_t size = view->size;
	const uint8_t *bytes;

	if (view->size > at + most)
		view->size = at + most;
	for (;; at++) {
		at = view_find(view, at, 0x1f);
		bytes = view_look(view, at, 4);
		if (bytes == NULL || memcmp(bytes, "\x1f\x43\xb6\x75", 4) == 0)
			break;
	}
	view->size = size;
	return bytes != NULL ? at : -1;
}

static bool
find_cluster(struct view *view, int64_t near, struct entry *entry)
{
	int64_t head = next_cluster(view, 0, HEAD_MOST);
	int64_t at = next_cluster(view, near, LOOK_MOST);

	if (head == -1 || at < head)
		return false;
	entry->head = (uint64_t)head;
	entry->start = (uint64_t)at;
	return true;
}

static bool
find_flac(struct view *view, int64_t near, struct entry *entry)
{
	const uint8_t *bytes;
	struct flac_frame frame;
	int64_t at = near > FLAC_HEAD ? near : FLAC_HEAD, end = at + LOOK_MOST;

	for (; at < end; at++) {
		at = view_find(view, at, 0xff);
		bytes = view_look(view, at, FLAC_HEADER_MOST);
		if (bytes == NULL)
			return false;
		if (flac_frame_parse(bytes, FLAC_HEADER_MOST, &frame) !=
		    FLAC_YES)
			continue;
		entry->head = FLAC_HEAD;
		entry->start = (uint64_t)at;
		return true;
	}
	return false;
}

void
entry_find(const char *extension, int fd, uint64_t size, uint64_t near,
    uint64_t *head, uint64_t *start)
{
	static const struct {
		const char *extension;
		bool (*find)(struct view *, int64_t, struct entry *);
	} finders[] = {
		{ "aac", find_adts },
		{ "flac", find_flac },
		{ "mka", find_cluster },
		{ "mkv", find_cluster },
		{ "mp3", find_mp3 },
		{ "oga", find_page },
		{ "ogg", find_page },
		{ "ogv", find_page },
		{ "opus", find_page },
		{ "spx", find_page },
		{ "ts", find_packet },
		{ "webm", find_cluster },
	};
	struct view *view = mem_new(sizeof(*view));
	struct entry entry = { 0 };

	/* Looking must not take long, whatever is in there. */
	view->fd = fd;
	view->size = (int64_t)(size - near > LOOK_MOST ? near + LOOK_MOST
						       : size);
	for (size_t i = 0; i < sizeof(finders) / sizeof(finders[0]); i++) {
		if (strcmp(finders[i].extension, extension) == 0 &&
		    !finders[i].find(view, (int64_t)near, &entry))
			entry = (struct entry){ 0 };
	}
	*head = entry.head;
	*start = entry.start;
	free(view);
}
