/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * webm_priv - what the parts of the WebM format share: what stands before the
 * blocks (webm_head.c) and what a block is (webm_block.c). RFC 9559.
 *
 * A webm_head is everything an encoder says before its first cluster. It keeps
 * what came, in bounded memory, and writes it anew for listeners:
 *
 *      EBML | Segment, size unknown | Info | Tracks | Tags
 *
 * Times are in ticks of TimestampScale nanoseconds. One owner, one thread.
 */
#ifndef FORMAT_WEBM_PRIV_H
#define FORMAT_WEBM_PRIV_H

#include "base/bytes.h"
#include "base/check.h"
#include "format/ebml.h"
#include "format/format.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WEBM_TRACKS      8
#define WEBM_HEAD_BYTES  (1 << 20)  /* everything before the first cluster */
#define WEBM_TAGS_BYTES  (64 << 10) /* larger ones hold pictures */
#define WEBM_BLOCK_BYTES (8 << 20)
#define WEBM_TITLE_BYTES 1024
#define WEBM_NO_TRACK    SIZE_MAX

enum webm_id {
	WEBM_EBML = 0x1a45dfa3,
	WEBM_SEGMENT = 0x18538067,
	WEBM_INFO = 0x1549a966,
	WEBM_TRACKS_ID = 0x1654ae6b,
	WEBM_TAGS = 0x1254c367,
	WEBM_CLUSTER = 0x1f43b675,
	WEBM_SEEK_HEAD = 0x114d9b74,
	WEBM_CUES = 0x1c53bb6b,
	WEBM_CHAPTERS = 0x1043a770,
	WEBM_ATTACHMENTS = 0x1941a469,
	WEBM_TIMESTAMP = 0xe7,
	WEBM_SIMPLE_BLOCK = 0xa3,
	WEBM_BLOCK_GROUP = 0xa0,
	WEBM_BLOCK = 0xa1,
	WEBM_REFERENCE = 0xfb,
	WEBM_CODEC_PRIVATE = 0x63a2,
};

/* TrackType. Others (17 subtitles, 33 metadata) are carried along. */
enum webm_type {
	WEBM_VIDEO = 1,
	WEBM_AUDIO = 2
};

enum webm_key {
	WEBM_KEY_NO,
	WEBM_KEY_YES,
	WEBM_KEY_UNKNOWN /* the container has to know */
};

struct webm_track;

struct webm_codec {
	const char *id;     /* CodecID, or what comes before a '/' in it */
	const char *name;   /* "vp8" */
	bool is_webm;       /* may be in a stream of DocType webm */
	bool setup_changes; /* a decoder survives another CodecPrivate */
	/* Does a decoder need no other picture for this one? NULL: not known.
	 */
	enum webm_key (*key)(
	    const struct webm_track *, const uint8_t *frame, size_t len);
};

struct webm_track {
	uint64_t number;
	uint64_t type; /* enum webm_type */
	const struct webm_codec *codec;
	char codec_id[48];
	size_t entry, entry_len; /* payload of the TrackEntry in head.tracks */
	size_t setup, setup_len; /* CodecPrivate in head.tracks */
	struct bytes made_setup; /* CodecPrivate put together from the stream */
	uint64_t frame_ns;       /* 0: not known */
	unsigned width, height, rate, channels, sample_bits;
	bool is_encoded; /* compressed or encrypted: frames look like noise */
	size_t length_bytes; /* before NAL units of H.264 and HEVC */
	bool is_annex_b;     /* H.264 without CodecPrivate, with start codes */
};

struct webm_head {
	struct bytes info, tracks; /* payloads as they came */
	struct bytes tags;         /* the whole element, or empty */
	uint64_t scale;            /* ns in a tick */
	struct webm_track track[WEBM_TRACKS];
	size_t count;
	size_t join; /* where a decoder has to start, or WEBM_NO_TRACK */
};

/* webm_head.c; all payloads. False: *why says what is wrong with them. */
void webm_head_reset(struct webm_head *); /* empty, without memory */
bool webm_head_ebml(const uint8_t *, size_t len, const char **why) MUST_CHECK;
bool webm_head_info(struct webm_head *, const uint8_t *, size_t len,
    const char **why) MUST_CHECK;
bool webm_head_tracks(struct webm_head *, const uint8_t *, size_t len,
    const char **why) MUST_CHECK;
bool webm_head_has_video(const struct webm_head *);
bool webm_head_is_webm(const struct webm_head *); /* all its codecs are */
/* Can a decoder of one go on with the other? */
bool webm_head_same(const struct webm_head *, const struct webm_head *);
/* One that webm_head_write() made, in place of what head was. False: it is
 * none.
 */
bool webm_head_read(
    struct webm_head *, const uint8_t *bytes, size_t len) MUST_CHECK;
/* scale is the one that timestamps are written in. */
void webm_head_write(const struct webm_head *, uint64_t scale, struct bytes *);

/* webm_tags.c */
/* The whole element. False: damaged or too large, and passed over. */
bool webm_head_tags(struct webm_head *, const uint8_t *whole, size_t len);
/* Clean UTF-8; "" when it names none. */
void webm_head_title(const struct webm_head *, char title[WEBM_TITLE_BYTES]);
void webm_head_facts(const struct webm_head *, struct media_facts *);

/* webm_block.c */
struct webm_block {
	size_t track;       /* index in head.track */
	size_t track_bytes; /* of its number, before the timestamp */
	int16_t relative;
	size_t
	    relative_at; /* where that is written, from the element's start */
	size_t frame, frame_len; /* payload, from the element's start */
	bool is_laced;
	bool is_key; /* as the container has it */
};

const struct webm_codec *webm_codec_of(const char *codec_id);
/* A whole SimpleBlock or BlockGroup. False: nothing to give on. */
bool webm_block_read(struct webm_block *, const struct webm_head *,
    const uint8_t *whole, size_t len);
/* From what the frame says of itself, or else from the container. */
bool webm_block_is_key(
    const struct webm_block *, const struct webm_head *, const uint8_t *whole);
/* The same element with lengths instead of start codes before its NAL units. */
void webm_block_from_annex_b(const struct webm_block *, const uint8_t *whole,
    size_t len, struct bytes *to);
/* CodecPrivate of H.264 from a frame with lengths that holds both parameter
 * sets. False: it does not. */
bool webm_avc_setup(const uint8_t *frame, size_t len, struct bytes *setup);

#endif
