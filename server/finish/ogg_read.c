/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "finish/ogg_read.h"

#include <string.h>

#define PIECE_BYTES  (64 << 10)
#define GO_ON_PIECES 32

struct place {
	ogg_sync_state sync;
	uint64_t byte;
	bool is_enough;
};

static void
read_pages(struct place *place, const struct ogg_reader *reader)
{
	ogg_page page;
	long found;

	while (!place->is_enough &&
	    (found = ogg_sync_pageseek(&place->sync, &page)) != 0) {
		if (found > 0) {
			place->is_enough = !reader->take(
			    reader->arg, &page, place->byte);
			place->byte += (uint64_t)found;
		} else {
			reader->pass_over(reader->arg, (uint64_t)-found);
			place->byte += (uint64_t)-found;
		}
	}
}

static enum finish_result
read_all(struct place *place, const struct finish_job *job, struct view *view,
    const struct ogg_reader *reader)
{
	const uint8_t *bytes;
	int64_t left;
	size_t len;
	char *room;

	for (int64_t at = 0; at < view->size && !place->is_enough;
	     at += (int64_t)len) {
		if (at % (PIECE_BYTES * GO_ON_PIECES) == 0 &&
		    !finish_goes_on(job))
			return FINISH_STOPPED;
		left = view->size - at;
		len = left < PIECE_BYTES ? (size_t)left : PIECE_BYTES;
		bytes = view_look(view, at, len);
		if (bytes == NULL)
			return FINISH_FAILED;
		room = ogg_sync_buffer(&place->sync, (long)len);
		CHECK(room != NULL);
		memcpy(room, bytes, len);
		CHECK(ogg_sync_wrote(&place->sync, (long)len) == 0);
		read_pages(place, reader);
	}
	return FINISH_AS_IS;
}

enum finish_result
ogg_read(const struct finish_job *job, struct view *view,
    const struct ogg_reader *reader)
{
	struct place place = { .byte = 0 };
	enum finish_result result;

	ogg_sync_init(&place.sync);
	result = read_all(&place, job, view, reader);
	ogg_sync_clear(&place.sync);
	return result;
}
