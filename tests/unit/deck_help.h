/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * deck_help - a mount that is recorded while the test is its source and clock.
 * Nothing is finished: the pieces stay as the spool wrote them.
 */
#ifndef DECK_HELP_H
#define DECK_HELP_H

#include "spool_help.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "icy/metadata.h"
#include "spool/deck.h"
#include "spool/marks.h"
#include "spool/sidecar.h"

#define PIECES_MOST 64

static struct {
	struct deck *deck;
	struct track_setup setup;
	struct spool_msg facts;
	int64_t mono_ms, wall_ms;
	struct block *head, *title; /* of the next blocks, or NULL */
	struct bytes sent;
	unsigned count;
	char paths[PIECES_MOST][512]; /* in the order in which they ended */
	struct recording_msg rows[PIECES_MOST];
} mount;

static inline void
mount_row(void *arg, const struct recording_msg *row)
{
	(void)arg;
	if (row->state == RECORDING_ACTIVE)
		return;
	assert_true(mount.count < PIECES_MOST);
	mount.rows[mount.count] = *row;
}

static inline void
mount_finish(void *arg, const char *path)
{
	(void)arg;
	strcpy(mount.paths[mount.count++], path);
}

static inline void
mount_begin(const char *extension, int64_t wall_ms)
{
	static const struct track_out out = { mount_row, mount_finish, NULL };

	memset(&mount, 0, sizeof(mount));
	mount.setup.archive = archive_new();
	mount.setup.zones = zones_new();
	mount.setup.out = &out;
	mount.facts = facts_new("lea", extension);
	strcpy(mount.facts.rules.zone, "Europe/Brussels");
	mount.mono_ms = 1000;
	mount.wall_ms = wall_ms;
	clock_set(mount.mono_ms, mount.wall_ms);
}

static inline void
mount_pass(int64_t ms)
{
	mount.mono_ms += ms;
	mount.wall_ms += ms;
	clock_set(mount.mono_ms, mount.wall_ms);
}

/* Opens it with the rules in mount.facts.rules, at first or again. */
static inline void
mount_open(void)
{
	if (mount.deck == NULL)
		mount.deck = deck_new(&mount.setup, &mount.facts);
	else
		deck_open(mount.deck, &mount.facts);
}

/* Takes the block. */
static inline void
mount_send(struct block *block)
{
	block->head = block_ref(mount.head);
	block->title = block_ref(mount.title);
	bytes_append(&mount.sent, block->bytes, block->len);
	deck_block(mount.deck, block, 0);
	block_unref(block);
}

static inline void
mount_title(const char *title)
{
	block_unref(mount.title);
	mount.title = icy_metadata(title, "");
}

/* One frame each second. */
static inline void
mount_frames(unsigned secs, char letter)
{
	for (unsigned i = 0; i < secs; i++) {
		mount_send(frames_new(1, letter, BLOCK_SYNC));
		mount_pass(1000);
	}
}

static inline void
mount_stop(void)
{
	deck_free(mount.deck);
	mount.deck = NULL;
}

static inline void
mount_end(void)
{
	if (mount.deck != NULL)
		mount_stop();
	block_unref(mount.head);
	block_unref(mount.title);
	bytes_free(&mount.sent);
	zones_free(mount.setup.zones);
	archive_free(mount.setup.archive);
}

static inline struct bytes
mount_piece(unsigned number)
{
	struct bytes piece = { 0 };
	char path[1024];
	FILE *file;
	size_t len;

	snprintf(path, sizeof(path), "%s/%s.part", archive_path,
	    mount.paths[number]);
	file = fopen(path, "rb");
	assert_non_null(file);
	while ((len = fread(bytes_room(&piece, 65536), 1, 65536, file)) > 0)
		bytes_added(&piece, len);
	fclose(file);
	return piece;
}

/* The pieces one after the other, each without the head it begins with, are
 * what was sent. */
static inline void
mount_check_whole(void)
{
	struct bytes all = { 0 }, piece;
	size_t head = mount.head != NULL ? mount.head->len : 0;

	for (unsigned i = 0; i < mount.count; i++) {
		piece = mount_piece(i);
		assert_true(piece.len > head);
		assert_int_equal(mount.rows[i].bytes, piece.len);
		if (head > 0)
			assert_memory_equal(
			    piece.data, mount.head->bytes, head);
		bytes_append(&all, piece.data + head, piece.len - head);
		bytes_free(&piece);
	}
	assert_int_equal(all.len, mount.sent.len);
	assert_memory_equal(all.data, mount.sent.data, all.len);
	bytes_free(&all);
}

/* "title BYTE TEXT;gap BYTE BYTES MS WHY;" of a piece. */
static inline const char *
mount_marks(unsigned number)
{
	static char text[2048];
	struct finish_mark *marks;
	struct naming naming;
	size_t count, len = 0;
	int folder;

	assert_true(naming_parse_path(&naming, mount.paths[number]));
	folder = naming_open(mount.setup.archive, &naming);
	assert_true(folder != -1);
	count = marks_read(folder, &naming, &marks);
	close(folder);
	text[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		if (marks[i].is_gap)
			len += (size_t)snprintf(text + len, sizeof(text) - len,
			    "gap %u %u %u %s;", (unsigned)marks[i].byte,
			    (unsigned)marks[i].gap_bytes,
			    (unsigned)marks[i].gap_ms, marks[i].title);
		else
			len += (size_t)snprintf(text + len, sizeof(text) - len,
			    "title %u %s;", (unsigned)marks[i].byte,
			    marks[i].title);
	}
	free(marks);
	return text;
}

#endif
