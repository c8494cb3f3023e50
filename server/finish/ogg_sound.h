/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * ogg_sound - how long packets of a codec in Ogg are, and its headers.
 *
 * Opus (RFC 7845), Vorbis I, FLAC in Ogg (RFC 9639 section 10.1), Speex. What
 * is said of a packet holds for one whose headers were all taken.
 */
#ifndef FINISH_OGG_SOUND_H
#define FINISH_OGG_SOUND_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vorbis_info;
struct vorbis_comment;

enum ogg_kind {
	OGG_KIND_NONE,
	OGG_KIND_OPUS,
	OGG_KIND_VORBIS,
	OGG_KIND_FLAC,
	OGG_KIND_SPEEX
};

/* One logical stream in one link. Zeroed: before its first packet. */
struct ogg_sound {
	enum ogg_kind kind;
	unsigned rate, channels;
	unsigned pre_skip;            /* samples in front that nobody hears */
	size_t headers, most_headers; /* packets so far, and in all */
	struct bytes ident, setup;
	struct bytes comment;       /* Vorbis' form, without any framing */
	struct vorbis_info *vorbis; /* owned; and the next */
	struct vorbis_comment *vorbis_comment;
	unsigned last_block; /* of Vorbis or FLAC, 0: none yet */
	/* Of the blocks of FLAC but the last. */
	unsigned first_block, least_block;
	bool is_variable, is_uneven; /* the first one; not all are like it */
	uint64_t speex_samples;      /* in a packet */
};

void ogg_sound_clear(struct ogg_sound *);
/* A header packet. False: damaged, or of a codec that is not known. */
bool ogg_sound_take(struct ogg_sound *, const uint8_t *packet, size_t len);
bool ogg_sound_is_ready(const struct ogg_sound *);
/* Can a decoder of one go on with the other? Both are ready. */
bool ogg_sound_continues(const struct ogg_sound *, const struct ogg_sound *);
/* Samples that come out when this packet goes in after the ones before;
 * 0 also when it makes no sense. */
unsigned ogg_sound_samples(
    struct ogg_sound *, const uint8_t *packet, size_t len);
/* The next header packet for a file with this comment: number from 0 on; false:
 * there are no more. samples: of all, for codecs that tell. */
bool ogg_sound_header(const struct ogg_sound *, unsigned number,
    const struct bytes *comment, uint64_t samples, struct bytes *packet);

/* At 48 kHz; 0: it makes no sense. RFC 6716 section 3.1. */
unsigned opus_packet_samples(const uint8_t *packet, size_t len);

#endif
