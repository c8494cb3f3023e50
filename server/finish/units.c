/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "finish/units.h"

#define PIECE_BYTES  (64 << 10)
#define GO_ON_PIECES 32

static enum finish_result
read_all(const struct finish_job *job, const struct format *format, void *state,
    struct view *view, const struct format_out *out)
{
	const uint8_t *bytes;
	const char *why;
	int64_t left;
	size_t len;

	for (int64_t at = 0; at < view->size; at += (int64_t)len) {
		if (at % (PIECE_BYTES * GO_ON_PIECES) == 0 &&
		    !finish_goes_on(job))
			return FINISH_STOPPED;
		left = view->size - at;
		len = left < PIECE_BYTES ? (size_t)left : PIECE_BYTES;
		bytes = view_look(view, at, len);
		if (bytes == NULL ||
		    !format->read(state, bytes, len, out, &why))
			return FINISH_FAILED;
	}
	format->finish(state, out);
	return FINISH_AS_IS;
}

enum finish_result
units_read(const struct finish_job *job, const struct format *format,
    struct view *view, const struct format_out *out, struct finish_facts *facts)
{
	void *state = format->open();
	enum finish_result result = read_all(job, format, state, view, out);
	struct media_facts media;

	format->facts(state, &media);
	facts->sample_rate = media.sample_rate;
	facts->channels = media.channels;
	facts->width = media.width;
	facts->height = media.height;
	format->close(state);
	return result;
}
