/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * cast_pace - how much playing time the bytes of a stream hold, so that a file
 * can be sent as slowly as it plays.
 *
 * It only looks at what tells time: frame headers of MP3 and ADTS AAC, granule
 * positions of Ogg (RFC 3533), Cluster and Block timestamps of Matroska (RFC
 * 9559), the PCR of MPEG-TS (ISO 13818-1), frame numbers of FLAC (RFC 9639).
 * Time never runs backwards; a jump of more than PACE_JUMP_US counts as none.
 * Odd bytes are stepped over: the receiver judges them, not the pace.
 *
 * Pure, but for the memory of what is held back; single-threaded.
 */
#ifndef CAST_PACE_H
#define CAST_PACE_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACE_JUMP_US     INT64_C(10000000)
#define PACE_SNIFF_BYTES 4096

enum pace_kind {
	PACE_UNKNOWN,
	PACE_MP3,
	PACE_ADTS,
	PACE_OGG,
	PACE_MATROSKA,
	PACE_TS,
	PACE_FLAC,
	PACE_RATE, /* a bitrate somebody said */
};

struct pace {
	enum pace_kind kind;
	int64_t us; /* of playing time read so far */
	struct bytes held;
	size_t skip; /* bytes that tell nothing */
	bool has_stamp;
	int64_t stamp_us; /* the latest one of this file */
	uint64_t units;   /* millionths of samples or bits, not counted in us */
	unsigned rate;    /* of them, per second */
	uint32_t lock;    /* MP3: the header bits that stay the same */
	struct {
		uint32_t serial;
		unsigned rate, shift; /* granules; shift is Theora's */
		unsigned scale; /* Theora: time of a frame is scale/rate */
		bool is_chosen, is_video, has_begun;
	} ogg;
	struct {
		uint64_t scale_ns, cluster;
	} matroska;
	unsigned pid; /* MPEG-TS: whose PCR; 0: none yet */
	struct {
		unsigned rate, block_samples;
		bool is_in; /* past the metadata */
	} flac;
};

/* What the first bytes of a file show. */
enum pace_kind pace_sniff(const uint8_t *bytes, size_t len);
/* Length of the ID3v2 tag there, 0 when there is none. */
size_t pace_id3_bytes(const uint8_t *bytes, size_t len);

/* rate_bits is needed for PACE_RATE only. */
void pace_open(struct pace *, enum pace_kind, unsigned rate_bits);
/* The next bytes begin a file; us goes on. */
void pace_restart(struct pace *);
void pace_read(struct pace *, const uint8_t *bytes, size_t len);
void pace_close(struct pace *);

#endif
