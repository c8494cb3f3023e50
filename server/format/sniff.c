/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "format/format_priv.h"

#include <string.h>

#define TS_PACKETS_AT_START 3
#define TS_PACKETS_LATER    5 /* 47 is a common byte */
#define MAGIC_BYTES         8

static const struct {
	size_t at;
	const char *bytes;
	size_t len;
	const struct format *format;
	const char *media_type;
} magics[] = {
	{ 0, "OggS", 4, &format_ogg, NULL },
	{ 0, "\x1a\x45\xdf\xa3", 4, &format_webm, NULL },
	{ 0, "fLaC", 4, &format_flac, NULL },
	{ 0, "FLV\1", 4, &format_raw, "video/x-flv" },
	{ 4, "ftyp", 4, &format_raw, "video/mp4" },
	{ 4, "styp", 4, &format_raw, "video/mp4" },
	{ 4, "moof", 4, &format_raw, "video/mp4" },
};

static bool
find_magic(struct sniffer *sniffer, const uint8_t *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		if (len < magics[i].at + magics[i].len ||
		    memcmp(bytes + magics[i].at, magics[i].bytes,
			magics[i].len) != 0)
			continue;
		sniffer->format = magics[i].format;
		sniffer->media_type = magics[i].media_type;
		return true;
	}
	return false;
}

static enum frame_chain
ts_chain(const uint8_t *bytes, size_t len, int packets)
{
	size_t at;
	int i;

	for (i = 0; i < packets; i++) {
		at = (size_t)i * TS_PACKET_BYTES;
		if (at >= len)
			return CHAIN_MORE;
		if (bytes[at] != TS_SYNC_BYTE)
			return CHAIN_NO;
	}
	return CHAIN_YES;
}

/* The frames of which format begin here? */
static enum frame_chain
chain_at(struct sniffer *sniffer, const uint8_t *bytes, size_t len)
{
	enum frame_chain answer;

	if (bytes[0] == TS_SYNC_BYTE) {
		sniffer->format = &format_ts;
		return ts_chain(bytes, len,
		    sniffer->tried == 0 ? TS_PACKETS_AT_START
					: TS_PACKETS_LATER);
	}
	if (bytes[0] != 0xff)
		return CHAIN_NO;
	sniffer->format = &format_adts;
	answer = frame_chain(&adts_frames, bytes, len);
	if (answer != CHAIN_NO)
		return answer;
	sniffer->format = &format_mp3;
	return frame_chain(&mp3_frames, bytes, len);
}

enum sniffed
sniff(struct sniffer *sniffer, const uint8_t *bytes, size_t len, bool is_all)
{
	enum frame_chain answer;

	if (find_magic(sniffer, bytes, len))
		return SNIFF_FOUND;
	if (len < MAGIC_BYTES && !is_all)
		return SNIFF_MORE;
	while (sniffer->tried < len) {
		answer = chain_at(
		    sniffer, bytes + sniffer->tried, len - sniffer->tried);
		if (answer == CHAIN_YES)
			return SNIFF_FOUND;
		if (answer == CHAIN_MORE && !is_all)
			return SNIFF_MORE;
		sniffer->tried++;
	}
	sniffer->format = &format_raw;
	return is_all ? SNIFF_UNKNOWN : SNIFF_MORE;
}
