/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * format_priv - what the formats of this room share, and nobody else uses.
 *
 * A framer finds the frames of a stream that has nothing but frames (MPEG
 * audio, ADTS): it locks on three consecutive headers that agree, gives whole
 * frames, passes over ID3 tags, and looks for the next frame again when one is
 * missing. It holds at most three frames and scans at most FRAME_SCAN_BYTES for
 * the next.
 */
#ifndef FORMAT_FORMAT_PRIV_H
#define FORMAT_FORMAT_PRIV_H

#include "base/bytes.h"
#include "format/format.h"
#include "format/frames.h"

#define FRAME_SCAN_BYTES (64 << 10)
#define TAG_HEADER_BYTES 10 /* ID3v2.4 section 3.1 */

struct framer {
	struct bytes held;
	size_t tag_bytes; /* of an ID3 tag, still to pass over */
	size_t skipped;   /* bytes since the last frame, while looking */
	uint32_t agreed;  /* masked header, while locked */
	bool locked;
};

enum frame_found {
	FRAME_MORE,
	FRAME_WHOLE,
	FRAME_LOST
};
enum frame_chain {
	CHAIN_NO,
	CHAIN_MORE,
	CHAIN_YES
};

/* Do three headers that agree follow each other here? */
enum frame_chain frame_chain(
    const struct frame_kind *, const uint8_t *bytes, size_t len);
/* Length of the ID3 tag with its header, 0 if there is none; len is at least
 * TAG_HEADER_BYTES. */
size_t frame_tag(const uint8_t *bytes);

/* FRAME_WHOLE: held.data starts with a frame of *len bytes; eat it after use.
 */
enum frame_found framer_next(
    struct framer *, const struct frame_kind *, size_t *len) MUST_CHECK;
/* The next bytes belong to another encoding. */
void framer_restart(struct framer *);

/* Transport streams, ISO/IEC 13818-1. */
#define TS_PACKET_BYTES 188
#define TS_SYNC_BYTE    0x47

enum sniffed {
	SNIFF_MORE,
	SNIFF_FOUND,
	SNIFF_UNKNOWN
};

struct sniffer {
	size_t tried;                /* places before this show no frames */
	const struct format *format; /* when found */
	const char *media_type; /* of what only format_raw can carry, or NULL */
};

/* bytes are the first of the stream, behind any ID3 tag, the same ones with
 * more after them at each call. is_all: there will not be more. */
enum sniffed sniff(
    struct sniffer *, const uint8_t *bytes, size_t len, bool is_all) MUST_CHECK;

/* raw needs to be told what it carries; media_type is copied. */
void *raw_open(const char *media_type);

#endif
