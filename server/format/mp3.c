/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "format/format.h"

#include "base/mem.h"
#include "format/format_priv.h"

#include <stdlib.h>
#include <string.h>

/* MPEG audio, ISO/IEC 11172-3 and 13818-3: a frame is a unit. Layer III frames
 * borrow up to 511 bytes from the ones before; decoders mute what they cannot
 * have, so every frame is a place to start (docs/decisions/004). */

#define SAME_MASK 0xfffe0c00u /* sync, version, layer, sample rate */

struct mp3 {
	struct framer framer;
	uint32_t header; /* of the last frame given out; 0: none */
	bool was_resumed;
	bool is_variable; /* bit rates differ from frame to frame */
	uint64_t bytes, samples;
};

/* kbit/s by index 1 to 14; rows: MPEG-1 layers I, II, III; MPEG-2 I, II+III. */
static const uint16_t bitrates[5][15] = {
	{ 0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416,
	    448 },
	{ 0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384 },
	{ 0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320 },
	{ 0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256 },
	{ 0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160 },
};

static const uint16_t sample_rates[3] = { 44100, 48000, 32000 };

static bool
parse_header(uint32_t bits, struct frame_head *header)
{
	unsigned version = bits >> 19 & 3; /* 0: 2.5, 2: 2, 3: 1 */
	unsigned layer = 4 - (bits >> 17 & 3);
	unsigned bitrate = bits >> 12 & 15;
	unsigned rate = bits >> 10 & 3;
	unsigned padding = bits >> 9 & 1;
	bool is_first = version == 3;
	unsigned row = is_first ? layer - 1 : layer == 1 ? 3 : 4;

	if (bits >> 21 != 0x7ff || version == 1 || layer == 4 || rate == 3)
		return false;
	if (bitrate == 0 || bitrate == 15) /* 0: free format, no length known */
		return false;
	header->layer = layer;
	header->is_first = is_first;
	header->is_mono = (bits >> 6 & 3) == 3;
	header->channels = header->is_mono ? 1 : 2;
	header->bitrate = bitrates[row][bitrate] * 1000u;
	header->sample_rate = sample_rates[rate] >> (version == 3          ? 0
							    : version == 2 ? 1
									   : 2);
	header->samples = layer == 1  ? 384
	    : layer == 3 && !is_first ? 576
				      : 1152;
	if (layer == 1)
		header->length = (12 * header->bitrate / header->sample_rate +
				     padding) *
		    4;
	else
		header->length = header->samples / 8 * header->bitrate /
			header->sample_rate +
		    padding;
	return true;
}

bool
mp3_head(const uint8_t *bytes, struct frame_head *header)
{
	return parse_header(frame_header(bytes), header);
}

static size_t
frame_length(const uint8_t *bytes)
{
	struct frame_head header;

	return mp3_head(bytes, &header) ? header.length : 0;
}

const struct frame_kind mp3_frames = {
	.header_bytes = 4,
	.mask = SAME_MASK,
	.length = frame_length,
};

/* The frame that describes a file (Xing, Info, VBRI) instead of sounding: it
 * stands where main data would, and tells a length that is not true here. */
static bool
describes_file(const uint8_t *frame, const struct frame_head *header)
{
	static const char *const names[] = { "Xing", "Info" };
	size_t side = header->is_first ? (header->is_mono ? 17 : 32)
				       : (header->is_mono ? 9 : 17);
	size_t crc = (frame[1] & 1) != 0 ? 0 : 2;
	size_t i;

	if (header->layer != 3 || frame[4 + crc] != 0 ||
	    header->length < 4 + 32 + 2 + 4)
		return false;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (memcmp(frame + 4 + side, names[i], 4) == 0 ||
		    memcmp(frame + 4 + crc + side, names[i], 4) == 0)
			return true;
	return memcmp(frame + 4 + 32, "VBRI", 4) == 0;
}

/* A decoder that plays on takes no other rate, layer or channel count. */
static bool
can_continue(uint32_t before, uint32_t now)
{
	bool was_mono = (before >> 6 & 3) == 3;
	bool is_mono = (now >> 6 & 3) == 3;

	return (before & SAME_MASK) == (now & SAME_MASK) && was_mono == is_mono;
}

static void
give_frame(struct mp3 *mp3, const uint8_t *frame, size_t len,
    const struct format_out *out)
{
	uint32_t bits = frame_header(frame);
	struct frame_head header;
	unsigned flags = UNIT_SYNC;

	CHECK(mp3_head(frame, &header));
	if (describes_file(frame, &header))
		return;
	if (mp3->header != 0 && mp3->was_resumed &&
	    !can_continue(mp3->header, bits))
		flags |= UNIT_CUT;
	if (mp3->header == 0 || mp3->was_resumed) {
		mp3->is_variable = false;
		mp3->bytes = mp3->samples = 0;
	} else if ((mp3->header ^ bits) >> 12 & 15) {
		mp3->is_variable = true;
	}
	mp3->was_resumed = false;
	mp3->header = bits;
	mp3->bytes += len;
	mp3->samples += header.samples;
	out->unit(out->arg, frame, len, flags);
}

static void *
mp3_open(void)
{
	return mem_new(sizeof(struct mp3));
}

static bool
mp3_read(void *state, const uint8_t *bytes, size_t len,
    const struct format_out *out, const char **why)
{
	struct mp3 *mp3 = state;
	size_t frame_len;

	bytes_append(&mp3->framer.held, bytes, len);
	for (;;) {
		switch (framer_next(&mp3->framer, &mp3_frames, &frame_len)) {
		case FRAME_WHOLE:
			give_frame(mp3, mp3->framer.held.data, frame_len, out);
			bytes_eat(&mp3->framer.held, frame_len);
			break;
		case FRAME_MORE:
			bytes_trim(&mp3->framer.held);
			return true;
		case FRAME_LOST:
			*why =
			    "this is not MP3: no frames in 64 KiB (free-format "
			    "MP3 cannot be streamed)";
			return false;
		}
	}
}

static void
mp3_resume(void *state)
{
	struct mp3 *mp3 = state;

	framer_restart(&mp3->framer);
	mp3->was_resumed = true;
}

static void
mp3_finish(void *state, const struct format_out *out)
{
	(void)state; /* a frame is given as soon as it is whole */
	(void)out;
}

static unsigned
mean_bitrate(const struct mp3 *mp3, const struct frame_head *header)
{
	if (!mp3->is_variable || mp3->samples == 0)
		return header->bitrate;
	return (unsigned)(mp3->bytes * 8 * header->sample_rate / mp3->samples);
}

static void
mp3_facts(const void *state, struct media_facts *facts)
{
	static const char *const names[] = { "", "mp1", "mp2", "mp3" };
	const struct mp3 *mp3 = state;
	struct frame_head header;

	memset(facts, 0, sizeof(*facts));
	facts->media_type = "audio/mpeg";
	facts->extension = "mp3";
	facts->takes_icy = true;
	if (mp3->header == 0 || !parse_header(mp3->header, &header))
		return;
	memcpy(facts->codecs, names[header.layer], sizeof("mp3"));
	facts->sample_rate = header.sample_rate;
	facts->channels = header.is_mono ? 1 : 2;
	facts->bitrate = mean_bitrate(mp3, &header);
}

static void
mp3_close(void *state)
{
	struct mp3 *mp3 = state;

	bytes_free(&mp3->framer.held);
	free(mp3);
}

const struct format format_mp3 = {
	.name = "mp3",
	.open = mp3_open,
	.read = mp3_read,
	.resume = mp3_resume,
	.finish = mp3_finish,
	.facts = mp3_facts,
	.close = mp3_close,
};
