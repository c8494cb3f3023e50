/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "format/format.h"

#include "base/mem.h"
#include "format/format_priv.h"

#include <stdlib.h>
#include <string.h>

/* AAC in ADTS, ISO/IEC 13818-7 section 6.2: a frame is a unit, and every frame
 * is a place to start. */

/* Sync, version, layer, protection, profile, sample rate, channels. */
#define SAME_MASK 0xfffffdc0u

struct adts {
	struct framer framer;
	uint32_t header; /* of the last frame given out; 0: none */
	bool was_resumed;
	uint64_t bytes, samples;
};

static const unsigned sample_rates[13] = { 96000, 88200, 64000, 48000, 44100,
	32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350 };

static size_t
frame_length(const uint8_t *bytes)
{
	size_t least = (bytes[1] & 1) != 0 ? 7 : 9; /* 9 with a checksum */
	size_t length = (size_t)(bytes[3] & 3) << 11 | (size_t)bytes[4] << 3 |
	    bytes[5] >> 5;

	if (bytes[0] != 0xff || (bytes[1] & 0xf6) != 0xf0)
		return 0;
	if ((bytes[2] >> 2 & 15) >= 13)
		return 0;
	return length > least ? length : 0;
}

bool
adts_head(const uint8_t *bytes, struct frame_head *head)
{
	unsigned channels = (bytes[2] & 1u) << 2 | bytes[3] >> 6;

	*head = (struct frame_head){ .length = frame_length(bytes) };
	if (head->length == 0)
		return false;
	head->channels = channels == 7 ? 8 : channels;
	head->is_mono = channels == 1;
	head->sample_rate = sample_rates[bytes[2] >> 2 & 15];
	head->samples = 1024u * ((bytes[6] & 3u) + 1);
	return true;
}

const struct frame_kind adts_frames = {
	.header_bytes = 7,
	.mask = SAME_MASK,
	.length = frame_length,
};

static void
give_frame(struct adts *adts, const uint8_t *frame, size_t len,
    const struct format_out *out)
{
	uint32_t header = frame_header(frame) & SAME_MASK;
	unsigned flags = UNIT_SYNC;

	if (adts->was_resumed && adts->header != 0 && adts->header != header)
		flags |= UNIT_CUT;
	if (adts->was_resumed)
		adts->bytes = adts->samples = 0;
	adts->was_resumed = false;
	adts->header = header;
	adts->bytes += len;
	adts->samples += 1024u * ((frame[6] & 3u) + 1);
	out->unit(out->arg, frame, len, flags);
}

static void *
adts_open(void)
{
	return mem_new(sizeof(struct adts));
}

static bool
adts_read(void *state, const uint8_t *bytes, size_t len,
    const struct format_out *out, const char **why)
{
	struct adts *adts = state;
	size_t frame_len;

	bytes_append(&adts->framer.held, bytes, len);
	for (;;) {
		switch (framer_next(&adts->framer, &adts_frames, &frame_len)) {
		case FRAME_WHOLE:
			give_frame(
			    adts, adts->framer.held.data, frame_len, out);
			bytes_eat(&adts->framer.held, frame_len);
			break;
		case FRAME_MORE:
			bytes_trim(&adts->framer.held);
			return true;
		case FRAME_LOST:
			*why = "this is not AAC: no ADTS frames in 64 KiB";
			return false;
		}
	}
}

static void
adts_resume(void *state)
{
	struct adts *adts = state;

	framer_restart(&adts->framer);
	adts->was_resumed = true;
}

static void
adts_finish(void *state, const struct format_out *out)
{
	(void)state; /* a frame is given as soon as it is whole */
	(void)out;
}

static void
adts_facts(const void *state, struct media_facts *facts)
{
	const struct adts *adts = state;
	unsigned channels = adts->header >> 6 & 7;

	memset(facts, 0, sizeof(*facts));
	facts->media_type = "audio/aac";
	facts->extension = "aac";
	facts->takes_icy = true;
	if (adts->header == 0)
		return;
	memcpy(facts->codecs, "aac", sizeof("aac"));
	facts->sample_rate = sample_rates[adts->header >> 10 & 15];
	facts->channels = channels == 7 ? 8 : channels;
	facts->bitrate = (unsigned)(adts->bytes * 8 * facts->sample_rate /
	    adts->samples);
}

static void
adts_close(void *state)
{
	struct adts *adts = state;

	bytes_free(&adts->framer.held);
	free(adts);
}

const struct format format_adts = {
	.name = "adts",
	.open = adts_open,
	.read = adts_read,
	.resume = adts_resume,
	.finish = adts_finish,
	.facts = adts_facts,
	.close = adts_close,
};
