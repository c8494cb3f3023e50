/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "format/ogg_priv.h"

#include "base/mem.h"
#include "format/comments.h"

#include <string.h>

#define FLAC_COMMENTS     4    /* RFC 9639 section 8.1 */
#define FLAC_LAST         0x80 /* no metadata block follows */
#define THEORA_DELTA      0x40 /* the picture needs the one before */
#define SPEEX_EXTRA_LIMIT 64

static uint32_t
big_endian(const uint8_t *at, size_t len)
{
	uint32_t value = 0;

	while (len-- > 0)
		value = value << 8 | *at++;
	return value;
}

static uint32_t
little_endian(const uint8_t *at, size_t len)
{
	uint32_t value = 0;

	while (len-- > 0)
		value = value << 8 | at[len];
	return value;
}

/* Vorbis I section 4.2.2. */
static bool
vorbis_ident(struct ogg_logical *logical, const uint8_t *ident, size_t len)
{
	(void)len;
	logical->header_count = 3;
	logical->channels = ident[11];
	logical->rate = little_endian(ident + 12, 4);
	/* The first packet of an encoding sounds only after another one. */
	logical->splice_gap = 1u << (ident[28] >> 4) >> 1;
	logical->bitrate = little_endian(ident + 20, 4);
	if (logical->bitrate > INT32_MAX) /* unset is -1 */
		logical->bitrate = 0;
	return true;
}

static bool
vorbis_is_header(size_t index, const uint8_t *packet, size_t len)
{
	return len >= 7 && packet[0] == 2 * index + 1 &&
	    memcmp(packet + 1, "vorbis", 6) == 0;
}

static bool
vorbis_same(const uint8_t *one, const uint8_t *other, size_t len)
{
	/* All but the bit rates, which are only a hint. */
	return memcmp(one, other, 16) == 0 &&
	    memcmp(one + 28, other + 28, len - 28) == 0;
}

/* RFC 7845 section 5.1. */
static bool
opus_ident(struct ogg_logical *logical, const uint8_t *ident, size_t len)
{
	(void)len;
	logical->header_count = 2;
	logical->channels = ident[9];
	logical->rate = 48000; /* whatever went into the encoder */
	return true;
}

static bool
opus_is_header(size_t index, const uint8_t *packet, size_t len)
{
	(void)index;
	return len >= 8 && memcmp(packet, "OpusTags", 8) == 0;
}

static bool
opus_same(const uint8_t *one, const uint8_t *other, size_t len)
{
	/* Channels, gain, mapping. */
	return one[9] == other[9] &&
	    memcmp(one + 16, other + 16, len - 16) == 0;
}

/* RFC 9639 section 10.1; STREAMINFO (8.2) is at 17. */
static bool
flac_ident(struct ogg_logical *logical, const uint8_t *ident, size_t len)
{
	size_t more = big_endian(ident + 7, 2);

	(void)len;
	logical->is_flac = true;
	logical->header_count = more > 0 ? more + 1 : 0;
	logical->rate = big_endian(ident + 27, 3) >> 4;
	logical->channels = (ident[29] >> 1 & 7) + 1u;
	return memcmp(ident + 9, "fLaC", 4) == 0;
}

static bool
flac_is_header(size_t index, const uint8_t *packet, size_t len)
{
	(void)index;
	return len >= 4 && packet[0] != 0xff;
}

static bool
flac_same(const uint8_t *one, const uint8_t *other, size_t len)
{
	(void)len;
	/* Block sizes; rate, channels and bits, but not the total. */
	return memcmp(one + 17, other + 17, 4) == 0 &&
	    memcmp(one + 27, other + 27, 3) == 0 &&
	    one[30] >> 4 == other[30] >> 4;
}

/* The Speex manual's table of the Ogg header. */
static bool
speex_ident(struct ogg_logical *logical, const uint8_t *ident, size_t len)
{
	uint32_t extra = little_endian(ident + 68, 4);

	(void)len;
	logical->header_count = 2 + extra;
	logical->rate = little_endian(ident + 36, 4);
	logical->channels = little_endian(ident + 48, 4);
	logical->bitrate = little_endian(ident + 52, 4);
	if (logical->bitrate > INT32_MAX)
		logical->bitrate = 0;
	return extra <= SPEEX_EXTRA_LIMIT;
}

static bool
speex_same(const uint8_t *one, const uint8_t *other, size_t len)
{
	/* All but the names of the version and the bit rate. */
	return memcmp(one + 32, other + 32, 20) == 0 &&
	    memcmp(one + 56, other + 56, len - 56) == 0;
}

/* Theora section 6.2. */
static bool
theora_ident(struct ogg_logical *logical, const uint8_t *ident, size_t len)
{
	(void)len;
	logical->header_count = 3;
	logical->width = big_endian(ident + 14, 3);
	logical->height = big_endian(ident + 17, 3);
	logical->rate = big_endian(ident + 22, 4);
	logical->rate_divisor = big_endian(ident + 26, 4);
	logical->bitrate = big_endian(ident + 37, 3);
	logical->key_shift = big_endian(ident + 40, 2) >> 5 & 31;
	return logical->rate_divisor > 0;
}

static bool
theora_is_header(size_t index, const uint8_t *packet, size_t len)
{
	return len >= 7 && packet[0] == 0x80 + index &&
	    memcmp(packet + 1, "theora", 6) == 0;
}

static bool
theora_same(const uint8_t *one, const uint8_t *other, size_t len)
{
	/* All but the bit rate and the quality hint. */
	return memcmp(one, other, 37) == 0 &&
	    (one[40] & 3) == (other[40] & 3) &&
	    memcmp(one + 41, other + 41, len - 41) == 0;
}

static const struct ogg_codec codecs[] = {
	{ "vorbis", "\1vorbis", 7, 30, "ogg", OGG_AUDIO, 7, vorbis_ident,
	    vorbis_is_header, vorbis_same },
	{ "opus", "OpusHead", 8, 19, "opus", OGG_AUDIO, 8, opus_ident,
	    opus_is_header, opus_same },
	{ "flac", "\177FLAC", 5, 51, "oga", OGG_AUDIO, 4, flac_ident,
	    flac_is_header, flac_same },
	{ "speex", "Speex   ", 8, 80, "ogg", OGG_AUDIO, 0, speex_ident, NULL,
	    speex_same },
	{ "theora", "\200theora", 7, 42, "ogv", OGG_VIDEO, 7, theora_ident,
	    theora_is_header, theora_same },
	{ "skeleton", "fishead", 8, 8, "", OGG_SKELETON, 0, NULL, NULL, NULL },
};

static const struct ogg_codec opaque = {
	.name = "unknown",
	.extension = "ogg",
	.kind = OGG_OPAQUE,
};

const struct ogg_codec *
ogg_codec_of(const uint8_t *ident, size_t len)
{
	for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
		if (len >= codecs[i].ident_bytes &&
		    memcmp(ident, codecs[i].magic, codecs[i].magic_len) == 0)
			return &codecs[i];
	}
	return &opaque;
}

static bool
take_ident(struct ogg_logical *logical, const uint8_t *packet, size_t len)
{
	const struct ogg_codec *codec = logical->codec;

	logical->rate_divisor = 1;
	if (len < codec->ident_bytes || !codec->ident(logical, packet, len) ||
	    logical->rate == 0)
		return false;
	bytes_append(&logical->ident, packet, len);
	if (logical->is_flac)
		logical->has_headers = (packet[13] & FLAC_LAST) != 0;
	return true;
}

static void
take_comments(struct ogg_link *link, const struct ogg_logical *logical,
    const uint8_t *packet, size_t len)
{
	size_t at = logical->codec->comments_at;
	char title[COMMENTS_TITLE_BYTES];

	if (link->title == NULL && len > at &&
	    comments_title(packet + at, len - at, title))
		link->title = mem_text(title);
}

bool
ogg_codec_header(struct ogg_link *link, struct ogg_logical *logical,
    const uint8_t *packet, size_t len)
{
	const struct ogg_codec *codec = logical->codec;
	size_t index = logical->headers++;
	bool is_flac = logical->is_flac;

	if (index == 0)
		return take_ident(logical, packet, len);
	if (codec->is_header != NULL && !codec->is_header(index, packet, len))
		return false;
	if (is_flac ? (packet[0] & 0x7f) == FLAC_COMMENTS : index == 1)
		take_comments(link, logical, packet, len);
	else if (!is_flac)
		bytes_append(&logical->setup, packet, len);
	logical->has_headers = logical->headers == logical->header_count ||
	    (is_flac && (packet[0] & FLAC_LAST) != 0);
	return true;
}

static bool
is_equal(const struct bytes *one, const struct bytes *other)
{
	return one->len == other->len &&
	    (one->len == 0 || memcmp(one->data, other->data, one->len) == 0);
}

bool
ogg_codec_same(const struct ogg_logical *one, const struct ogg_logical *other)
{
	return one->codec == other->codec && one->codec->same != NULL &&
	    one->ident.len == other->ident.len &&
	    one->codec->same(
		one->ident.data, other->ident.data, one->ident.len) &&
	    is_equal(&one->setup, &other->setup);
}

bool
ogg_codec_is_key(const uint8_t *packet, size_t len)
{
	return len > 0 && (packet[0] & THEORA_DELTA) == 0;
}
