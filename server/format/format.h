/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * format - how one kind of stream is cut into units.
 *
 * A format sees the encoder's bytes once, in the worker of the source, and
 * gives them on as units: the smallest runs a decoder takes whole (a frame, a
 * page, a block). It marks where a decoder may start and says what a newcomer
 * must get first (the head). It knows nothing of sockets, HTTP, blocks or
 * listeners, allocates only what its limits allow, and never decodes.
 *
 * What a listener gets is: head in force at its first unit, then every unit
 * from a UNIT_SYNC one on. So header bytes that are also sent in the middle of
 * the stream (a new Ogg link) are units without UNIT_SYNC, and the units after
 * them have the new head in force.
 *
 * The state outlives the source: when the encoder drops and returns, resume()
 * is called and the next bytes are a new encoding. The format splices it onto
 * the old timeline when the codecs allow; where they do not but the format can
 * be chained (Ogg), it closes the old link first; where neither is possible the
 * first unit of the new one is UNIT_CUT and the listeners from before are let
 * go.
 *
 * Any thread may own a state, one at a time. No function blocks.
 */
#ifndef FORMAT_FORMAT_H
#define FORMAT_FORMAT_H

#include "base/check.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum unit_flag {
	UNIT_SYNC = 1 << 0, /* a decoder that has the head may start here */
	UNIT_CUT = 1 << 1,  /* does not continue what came before */
};

/* What a format gives back while it reads. All pointers are borrowed for the
 * call. arg is the reader's. */
struct format_out {
	/* Newcomers at the SYNC units from now on get this first; len may be 0.
	 */
	void (*head)(void *arg, const void *bytes, size_t len);
	void (*unit)(void *arg, const void *bytes, size_t len, unsigned flags);
	/* A title found inside the stream, clean UTF-8, "Artist - Title". */
	void (*title)(void *arg, const char *title);
	void *arg;
};

/* What is known of the stream so far; zero or "" where it is not known. */
struct media_facts {
	const char *media_type; /* what listeners are told, e.g. "video/webm" */
	const char *extension;  /* for file names, without dot: "webm" */
	char codecs[64];        /* "vp8, opus" */
	bool has_video;
	bool takes_icy; /* ICY titles may be woven into the bytes */
	unsigned sample_rate;
	unsigned channels;
	unsigned bitrate; /* bit/s, nominal, when the stream says so */
	unsigned width, height;
};

struct format {
	const char *name; /* "ogg", "mp3", "webm" */
	void *(*open)(void);
	/* False: these bytes make no sense as this format and never will again;
	 * *why is then a constant sentence for the artist. */
	bool (*read)(void *state, const uint8_t *bytes, size_t len,
	    const struct format_out *, const char **why) MUST_CHECK;
	void (*resume)(void *state);
	/* The stream is over: what closes it properly (Ogg EOS), and any whole
	 * unit still held back. */
	void (*finish)(void *state, const struct format_out *);
	void (*facts)(const void *state, struct media_facts *);
	void (*close)(void *state);
};

extern const struct format format_ogg, format_webm, format_mp3, format_adts,
    format_flac, format_ts, format_raw;

#endif
