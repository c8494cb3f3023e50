/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "format/webm_priv.h"

#include <string.h>

#define FLAG_KEY    0x80 /* SimpleBlock only */
#define FLAG_LACING 0x06
#define AFTER_TRACK 3 /* bytes: relative timestamp, flags */

enum avc_nal {
	AVC_SLICE = 1,
	AVC_IDR = 5,
	AVC_SEI = 6,
	AVC_SPS = 7,
	AVC_PPS = 8
};

#define SEI_RECOVERY_POINT 6

/* RFC 6386 section 9.1. */
static enum webm_key
vp8_key(const struct webm_track *track, const uint8_t *frame, size_t len)
{
	(void)track;
	if (len == 0)
		return WEBM_KEY_NO;
	return (frame[0] & 1) == 0 ? WEBM_KEY_YES : WEBM_KEY_NO;
}

/* VP9 bitstream specification 6.2: marker 10, two bits of profile (and one
 * more in profile 3), show_existing_frame, frame_type. */
static enum webm_key
vp9_key(const struct webm_track *track, const uint8_t *frame, size_t len)
{
	unsigned shift;

	(void)track;
	if (len == 0)
		return WEBM_KEY_NO;
	if (frame[0] >> 6 != 2)
		return WEBM_KEY_UNKNOWN;
	shift = (frame[0] & 0x30) == 0x30 ? 1 : 2;
	return (frame[0] >> shift & 3) == 0 ? WEBM_KEY_YES : WEBM_KEY_NO;
}

/* AV1 specification 5.3: a key frame comes with a sequence header (OBU type 1);
 * one that follows a frame in the same unit is not looked for. */
static enum webm_key
av1_key(const struct webm_track *track, const uint8_t *frame, size_t len)
{
	(void)track;
	while (len > 0) {
		unsigned type = frame[0] >> 3 & 15;
		size_t at = frame[0] & 4 ? 2 : 1, size = 0;
		unsigned shift = 0;

		if (type == 1)
			return WEBM_KEY_UNKNOWN;
		if ((frame[0] & 2) == 0 || type == 3 || type == 6)
			return WEBM_KEY_NO;
		for (; shift < 28; shift += 7, at++) {
			if (at >= len)
				return WEBM_KEY_NO;
			size |= (size_t)(frame[at] & 0x7f) << shift;
			if ((frame[at] & 0x80) == 0)
				break;
		}
		at++;
		if (at > len || size > len - at)
			return WEBM_KEY_NO;
		frame += at + size;
		len -= at + size;
	}
	return WEBM_KEY_NO;
}

/* The next NAL unit; false: no more, or damage. */
static bool
next_nal(struct ebml_span *rest, size_t prefix, struct ebml_span *nal)
{
	uint64_t size = 0;

	if (rest->len < prefix)
		return false;
	for (size_t i = 0; i < prefix; i++)
		size = size << 8 | rest->at[i];
	if (size > rest->len - prefix)
		return false;
	nal->at = rest->at + prefix;
	nal->len = (size_t)size;
	rest->at += prefix + nal->len;
	rest->len -= prefix + nal->len;
	return true;
}

static enum webm_key
avc_key(const struct webm_track *track, const uint8_t *frame, size_t len)
{
	struct ebml_span rest = { frame, len }, nal;
	bool may_start = false;

	while (next_nal(&rest, track->length_bytes, &nal)) {
		if (nal.len == 0)
			continue;
		switch (nal.at[0] & 0x1f) {
		case AVC_IDR:
			return WEBM_KEY_YES;
		case AVC_SEI:
			may_start |= nal.len > 1 &&
			    nal.at[1] == SEI_RECOVERY_POINT;
			break;
		case AVC_SPS:
			may_start = true;
			break;
		case AVC_SLICE:
			return may_start ? WEBM_KEY_UNKNOWN : WEBM_KEY_NO;
		default:
			break;
		}
	}
	return WEBM_KEY_NO;
}

/* ISO/IEC 23008-2 table 7-1: 16 to 21 are random access points. */
static enum webm_key
hevc_key(const struct webm_track *track, const uint8_t *frame, size_t len)
{
	struct ebml_span rest = { frame, len }, nal;

	while (next_nal(&rest, track->length_bytes, &nal)) {
		unsigned type = nal.len > 0 ? nal.at[0] >> 1 & 0x3f : 63;

		if (type >= 16 && type <= 21)
			return WEBM_KEY_YES;
		if (type < 32)
			return WEBM_KEY_NO;
	}
	return WEBM_KEY_NO;
}

static const struct webm_codec codecs[] = {
	{ "V_VP8", "vp8", true, true, vp8_key },
	{ "V_VP9", "vp9", true, true, vp9_key },
	{ "V_AV1", "av1", true, false, av1_key },
	{ "V_MPEG4/ISO/AVC", "h264", false, false, avc_key },
	{ "V_MPEGH/ISO/HEVC", "hevc", false, false, hevc_key },
	{ "V_MPEG4", "mpeg4", false, false, NULL },
	{ "V_MPEG2", "mpeg2", false, false, NULL },
	{ "V_MJPEG", "mjpeg", false, false, NULL },
	{ "V_THEORA", "theora", false, false, NULL },
	{ "A_OPUS", "opus", true, false, NULL },
	{ "A_VORBIS", "vorbis", true, false, NULL },
	{ "A_AAC", "aac", false, false, NULL },
	{ "A_MPEG/L3", "mp3", false, false, NULL },
	{ "A_MPEG/L2", "mp2", false, false, NULL },
	{ "A_FLAC", "flac", false, false, NULL },
	{ "A_AC3", "ac3", false, false, NULL },
	{ "A_EAC3", "eac3", false, false, NULL },
	{ "A_PCM", "pcm", false, false, NULL },
	{ "D_WEBVTT", "webvtt", true, false, NULL },
	{ "", "", false, false, NULL },
};

const struct webm_codec *
webm_codec_of(const char *codec_id)
{
	const struct webm_codec *codec = codecs;

	for (; codec->id[0] != '\0'; codec++) {
		size_t len = strlen(codec->id);

		if (strncmp(codec->id, codec_id, len) == 0 &&
		    (codec_id[len] == '\0' || codec_id[len] == '/'))
			break;
	}
	return codec;
}

static size_t
find_track(const struct webm_head *head, uint64_t number)
{
	for (size_t i = 0; i < head->count; i++)
		if (head->track[i].number == number)
			return i;
	return WEBM_NO_TRACK;
}

/* The payload of a Block or SimpleBlock, RFC 9559 section 10. */
static bool
read_block(struct webm_block *block, const struct webm_head *head,
    const uint8_t *whole, const struct ebml_child *payload)
{
	const uint8_t *bytes = payload->data;
	size_t len = payload->len, at;
	uint64_t number;

	at = ebml_number(bytes, len, &number);
	if (at == 0 || len - at < AFTER_TRACK)
		return false;
	block->track = find_track(head, number);
	if (block->track == WEBM_NO_TRACK)
		return false;
	block->relative = (int16_t)(bytes[at] << 8 | bytes[at + 1]);
	block->track_bytes = at;
	block->relative_at = (size_t)(bytes + at - whole);
	block->is_laced = (bytes[at + 2] & FLAG_LACING) != 0;
	block->is_key = (bytes[at + 2] & FLAG_KEY) != 0;
	block->frame = block->relative_at + AFTER_TRACK;
	block->frame_len = len - at - AFTER_TRACK;
	return true;
}

bool
webm_block_read(struct webm_block *block, const struct webm_head *head,
    const uint8_t *whole, size_t len)
{
	struct ebml_span span = { whole, len }, inner;
	struct ebml_child element, child;
	bool has_block = false, has_reference = false;

	if (!ebml_next(&span, &element))
		return false;
	if (element.id == WEBM_SIMPLE_BLOCK)
		return read_block(block, head, whole, &element);
	inner.at = element.data;
	inner.len = element.len;
	while (ebml_next(&inner, &child)) {
		if (child.id == WEBM_REFERENCE)
			has_reference = true;
		if (child.id != WEBM_BLOCK)
			continue;
		if (has_block || !read_block(block, head, whole, &child))
			return false;
		has_block = true;
	}
	block->is_key = !has_reference;
	return has_block && inner.len == 0;
}

bool
webm_block_is_key(const struct webm_block *block, const struct webm_head *head,
    const uint8_t *whole)
{
	const struct webm_track *track = &head->track[block->track];
	enum webm_key key = WEBM_KEY_UNKNOWN;

	if (track->codec->key != NULL && !track->is_encoded && !block->is_laced)
		key = track->codec->key(
		    track, whole + block->frame, block->frame_len);
	return key == WEBM_KEY_UNKNOWN ? block->is_key : key == WEBM_KEY_YES;
}

/* Where the next start code is, or the end. ISO/IEC 14496-10 annex B. */
static size_t
find_start_code(const uint8_t *bytes, size_t at, size_t len)
{
	for (; at + 3 <= len; at++)
		if (bytes[at] == 0 && bytes[at + 1] == 0 && bytes[at + 2] == 1)
			return at;
	return len;
}

static void
put_with_lengths(struct bytes *to, const uint8_t *frame, size_t len)
{
	size_t at = find_start_code(frame, 0, len), end, next;

	for (; at < len; at = next) {
		at += 3;
		next = find_start_code(frame, at, len);
		/* Zeros belong to the start code that follows. */
		for (end = next; end > at && frame[end - 1] == 0; end--)
			;
		if (end == at)
			continue;
		bytes_append(to,
		    (const uint8_t[]){ (uint8_t)((end - at) >> 24),
			(uint8_t)((end - at) >> 16), (uint8_t)((end - at) >> 8),
			(uint8_t)(end - at) },
		    4);
		bytes_append(to, frame + at, end - at);
	}
}

void
webm_block_from_annex_b(const struct webm_block *block, const uint8_t *whole,
    size_t len, struct bytes *to)
{
	struct bytes payload = { 0 }, group = { 0 };
	struct ebml_span span = { whole, len }, inner;
	struct ebml_child element, child;
	size_t start, end = block->frame + block->frame_len;

	if (!ebml_next(&span, &element))
		return;
	/* The start of a block's payload is the track, just before the time. */
	start = block->relative_at - block->track_bytes;
	bytes_append(&payload, whole + start, block->frame - start);
	put_with_lengths(&payload, whole + block->frame, end - block->frame);
	if (element.id == WEBM_SIMPLE_BLOCK) {
		ebml_put(to, WEBM_SIMPLE_BLOCK, payload.data, payload.len);
	} else {
		inner = (struct ebml_span){ element.data, element.len };
		while (ebml_next(&inner, &child)) {
			if (child.id == WEBM_BLOCK)
				ebml_put(&group, WEBM_BLOCK, payload.data,
				    payload.len);
			else
				bytes_append(
				    &group, child.whole, child.whole_len);
		}
		ebml_put(to, WEBM_BLOCK_GROUP, group.data, group.len);
	}
	bytes_free(&payload);
	bytes_free(&group);
}

static void
put_parameter_set(struct bytes *setup, const struct ebml_span *set)
{
	bytes_append(setup,
	    (const uint8_t[]){ (uint8_t)(set->len >> 8), (uint8_t)set->len },
	    2);
	bytes_append(setup, set->at, set->len);
}

/* ISO/IEC 14496-15 section 5.3.3: version, profile, lengths of 4 bytes, one set
 * of each kind. */
bool
webm_avc_setup(const uint8_t *frame, size_t len, struct bytes *setup)
{
	struct ebml_span rest = { frame, len }, nal;
	struct ebml_span sequence = { NULL, 0 }, picture = { NULL, 0 };

	while (next_nal(&rest, 4, &nal)) {
		unsigned type = nal.len > 0 ? nal.at[0] & 0x1f : 0;

		if (type == AVC_SPS && sequence.len == 0)
			sequence = nal;
		if (type == AVC_PPS && picture.len == 0)
			picture = nal;
	}
	if (sequence.len < 4 || sequence.len > UINT16_MAX || picture.len == 0 ||
	    picture.len > UINT16_MAX)
		return false;
	bytes_append(setup,
	    (const uint8_t[]){
		1, sequence.at[1], sequence.at[2], sequence.at[3], 0xff, 0xe1 },
	    6);
	put_parameter_set(setup, &sequence);
	bytes_append(setup, "\1", 1);
	put_parameter_set(setup, &picture);
	return true;
}
