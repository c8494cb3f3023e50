/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * ogg_priv - what the parts of the Ogg format share: pages, logical streams,
 * links. RFC 3533.
 *
 * A link is a set of logical streams that begin and end together; a chain is
 * one link after another. Each logical stream has header packets, then data:
 *
 *      BOS pages | other header pages | data pages ... EOS | BOS pages | ...
 *      <------- head, as bytes ------>                     <- next link
 *
 * Pages go through as they came unless their serial number, their sequence
 * number or their time must change, or one has to be parted where the headers
 * end or a key picture begins. Packets are put together for headers only.
 * A link belongs to one format state.
 */
#ifndef FORMAT_OGG_PRIV_H
#define FORMAT_OGG_PRIV_H

#include "base/bytes.h"
#include "base/check.h"
#include "format/format.h"

#include <ogg/ogg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OGG_STREAMS    16
#define OGG_HEAD_BYTES (256 << 10) /* header pages of one link */
#define OGG_PAGE_MOST  (27 + 255 + 255 * 255)

/* A packet, or the part of one, that is on a page. */
struct ogg_piece {
	size_t segment, segments; /* in the lacing */
	size_t at, len;           /* in the body */
	bool begins, ends;        /* on this page */
};

struct ogg_logical;
struct ogg_codec {
	const char *name; /* "vorbis" */
	const char *magic;
	size_t magic_len;
	size_t ident_bytes; /* the least of the first packet */
	const char *extension;
	enum {
		OGG_AUDIO,
		OGG_VIDEO,
		OGG_SKELETON, /* all of it is header */
		OGG_OPAQUE    /* not known: header while granules are 0 */
	} kind;
	size_t comments_at; /* in the packet that holds them */
	/* The first packet; false: damaged. NULL: of no interest. */
	bool (*ident)(struct ogg_logical *, const uint8_t *, size_t);
	/* Is this packet, number index from 0, what must come there? NULL:
	 * anything may. */
	bool (*is_header)(size_t index, const uint8_t *, size_t);
	/* Can a decoder of one go on with the other? Ident packets of equal
	 * length, at least ident_bytes. NULL: never. */
	bool (*same)(const uint8_t *, const uint8_t *, size_t len);
};

struct ogg_logical {
	const struct ogg_codec *codec; /* OGG_OPAQUE when not known */
	uint32_t serial_in, serial;    /* the encoder's, ours */
	uint32_t sequence_shift;       /* from the encoder's to ours */
	uint32_t sequence;             /* ours, of the next page */
	size_t header_count;           /* packets; 0: not known */
	size_t headers;                /* packets so far */
	bool has_headers;              /* all of them */
	bool is_flac;
	bool is_ended;             /* by EOS */
	bool is_open;              /* the last page ended within a packet */
	bool open_is_key;          /* and that packet is a key picture */
	struct bytes packet;       /* a header, so far */
	struct bytes ident, setup; /* what says whether it can be spliced */
	int64_t granule;           /* ours, the last that was valid */
	uint64_t granule_shift;    /* of samples or pictures */
	/* From the ident packet. */
	unsigned rate, rate_divisor; /* samples or pictures a second */
	unsigned channels, bitrate, width, height;
	unsigned splice_gap; /* samples a decoder that goes on has to spare */
	unsigned key_shift;  /* Theora: bits of the part after the key */
	int64_t key; /* Theora: picture number of the newest; < 0: none */
};

struct ogg_link {
	struct ogg_logical streams[OGG_STREAMS];
	size_t count;
	struct bytes head; /* header pages */
	char *title;       /* NULL: the comments name none */
	bool has_others;   /* a header page without BOS has come */
};

/* ogg_page.c */
uint32_t ogg_page_serial(const ogg_page *);
uint32_t ogg_page_sequence(const ogg_page *);
size_t ogg_page_length(const ogg_page *);
void ogg_page_set_serial(ogg_page *, uint32_t);
void ogg_page_set_sequence(ogg_page *, uint32_t);
void ogg_page_set_granule(ogg_page *, int64_t);
/* Zeroed: before the first. False: no more. */
bool ogg_page_piece(const ogg_page *, struct ogg_piece *);
/* The segments from first up to end as a page of their own in room, which holds
 * OGG_PAGE_MOST. Flags go where they belong. The checksum is not set. */
void ogg_page_part(
    const ogg_page *, size_t first, size_t end, uint8_t *room, ogg_page *part);
/* An empty page that ends a stream. */
void ogg_page_end(uint8_t room[27], ogg_page *, const struct ogg_logical *);
/* The page that starts at these bytes, which are known to be one. */
void ogg_page_at(uint8_t *bytes, ogg_page *);

/* ogg_codec.c */
const struct ogg_codec *ogg_codec_of(const uint8_t *ident, size_t len);
bool ogg_codec_header(struct ogg_link *, struct ogg_logical *,
    const uint8_t *packet, size_t len) MUST_CHECK; /* false: damaged */
bool ogg_codec_same(const struct ogg_logical *, const struct ogg_logical *);
/* Does a Theora packet that begins so hold a picture that needs no other? */
bool ogg_codec_is_key(const uint8_t *, size_t len);

/* ogg_link.c */
enum ogg_taken {
	OGG_TAKEN, /* it was a header page, or is of no use */
	OGG_DATA,  /* from segment *data on it is data */
	OGG_BROKEN
};

void ogg_link_free(struct ogg_link *); /* empty again */
struct ogg_logical *ogg_link_find(struct ogg_link *, uint32_t serial_in);
/* A page while headers are awaited. */
enum ogg_taken ogg_link_take(struct ogg_link *, const ogg_page *, size_t *data,
    const char **why) MUST_CHECK;
bool ogg_link_has_headers(const struct ogg_link *);
/* Writes our serial numbers into the head. */
void ogg_link_seal(struct ogg_link *);
/* Lets the new link go on where the old one is, if decoders can follow. */
bool ogg_link_splice(const struct ogg_link *old, struct ogg_link *new,
    const ogg_page *first) MUST_CHECK;
bool ogg_link_has(const struct ogg_link *, int kind);
/* When what ends at this granule ends; 0 also when that makes no sense. The
 * rate is known. */
int64_t ogg_link_ms(const struct ogg_logical *, int64_t granule);

/* ogg_pass.c */
/* Gives out a data page of the link, from segment first on, as one page or,
 * where a place to join would be inside, as several. */
void ogg_pass(const struct ogg_link *, struct ogg_logical *, ogg_page *,
    size_t first, const struct format_out *);

#endif
