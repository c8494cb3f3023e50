/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "format/psi.h"

#include <string.h>

#define TABLE_PAT     0x00
#define TABLE_PMT     0x02
#define STUFFING      0xff
#define LEAST_SECTION 12 /* header of 8, CRC of 4 */
#define PRIVATE_DATA  0x06

static const struct {
	uint8_t type;
	enum psi_codec codec;
	const char *name;
} known_types[] = {
	{ 0x01, PSI_MPEG_VIDEO, "mpeg1" },
	{ 0x02, PSI_MPEG_VIDEO, "mpeg2" },
	{ 0x03, PSI_AUDIO, "mp2" }, /* or mp3: the tables do not say */
	{ 0x04, PSI_AUDIO, "mp2" },
	{ 0x0f, PSI_AUDIO, "aac" },
	{ 0x10, PSI_OTHER_VIDEO, "mpeg4" },
	{ 0x11, PSI_AUDIO, "aac" },
	{ 0x1b, PSI_H264, "h264" },
	{ 0x24, PSI_HEVC, "hevc" },
	{ 0x33, PSI_OTHER_VIDEO, "vvc" },
	{ 0x81, PSI_AUDIO, "ac3" },
	{ 0x87, PSI_AUDIO, "eac3" },
	{ 0xd1, PSI_OTHER_VIDEO, "dirac" },
	{ 0xea, PSI_OTHER_VIDEO, "vc1" },
};

/* Private data says what it is by a registration (section 2.6.8). */
static const struct {
	const char *mark;
	enum psi_codec codec;
	const char *name;
} known_marks[] = {
	{ "Opus", PSI_AUDIO, "opus" },
	{ "AC-3", PSI_AUDIO, "ac3" },
	{ "EAC3", PSI_AUDIO, "eac3" },
	{ "AV01", PSI_OTHER_VIDEO, "av1" },
	{ "HEVC", PSI_HEVC, "hevc" },
};

/* Annex A: of a section with its CRC this is zero. */
static uint32_t
crc32_mpeg(const uint8_t *bytes, size_t len)
{
	uint32_t crc = 0xffffffffu;
	size_t i;
	int bit;

	for (i = 0; i < len; i++) {
		crc ^= (uint32_t)bytes[i] << 24;
		for (bit = 0; bit < 8; bit++)
			crc = crc << 1 ^ (crc >> 31 != 0 ? 0x04c11db7u : 0);
	}
	return crc;
}

static unsigned
u16(const uint8_t *bytes)
{
	return (unsigned)bytes[0] << 8 | bytes[1];
}

static void
forget(struct psi *psi)
{
	psi->len = psi->taken = 0;
	psi->gathers = false;
}

void
psi_feed(struct psi *psi, const uint8_t *payload, size_t len, bool starts)
{
	if (starts && len > 0) {
		/* What stands before the pointed place ends the last section,
		 * so where one is being gathered the bytes just go on. */
		size_t skip = psi->gathers ? 1 : 1 + (size_t)payload[0];

		if (skip >= len)
			return;
		payload += skip;
		len -= skip;
		psi->gathers = true;
	}
	if (!psi->gathers)
		return;
	if (len > sizeof(psi->bytes) - psi->len) {
		forget(psi);
		return;
	}
	memcpy(psi->bytes + psi->len, payload, len);
	psi->len += len;
}

const uint8_t *
psi_next(struct psi *psi, size_t *len)
{
	size_t section;

	psi->len -= psi->taken;
	memmove(psi->bytes, psi->bytes + psi->taken, psi->len);
	psi->taken = 0;
	if (psi->len == 0)
		psi->gathers = false;
	if (psi->len < 3)
		return NULL;
	section = 3 + (u16(psi->bytes + 1) & 0xfff);
	if (psi->bytes[0] == STUFFING || section > PSI_SECTION_BYTES ||
	    section < LEAST_SECTION) {
		forget(psi);
		return NULL;
	}
	if (psi->len < section)
		return NULL;
	if (crc32_mpeg(psi->bytes, section) != 0) {
		forget(psi);
		return NULL;
	}
	psi->taken = section;
	*len = section;
	return psi->bytes;
}

/* The right table, and in force now. */
static bool
is_current(const uint8_t *section, unsigned table)
{
	return section[0] == table && (section[5] & 1) != 0;
}

bool
psi_read_pat(const uint8_t *section, size_t len, struct psi_program *program)
{
	size_t at;

	if (!is_current(section, TABLE_PAT))
		return false;
	for (at = 8; at + 4 + 4 <= len; at += 4) {
		if (u16(section + at) == 0) /* the network's PID */
			continue;
		program->transport = (uint16_t)u16(section + 3);
		program->number = (uint16_t)u16(section + at);
		program->pmt_pid = u16(section + at + 2) & 0x1fff;
		return true;
	}
	return false;
}

static void
name_private(struct psi_stream *stream, const uint8_t *infos, size_t len)
{
	size_t i;

	while (len >= 2 && len - 2 >= infos[1]) {
		for (i = 0; i < sizeof(known_marks) / sizeof(known_marks[0]);
		     i++) {
			if (infos[0] != 0x05 || infos[1] < 4 ||
			    memcmp(infos + 2, known_marks[i].mark, 4) != 0)
				continue;
			stream->codec = known_marks[i].codec;
			stream->name = known_marks[i].name;
			return;
		}
		len -= 2 + (size_t)infos[1];
		infos += 2 + infos[1];
	}
}

static void
name_stream(struct psi_stream *stream, const uint8_t *infos, size_t len)
{
	size_t i;

	stream->codec = PSI_OTHER;
	stream->name = "";
	for (i = 0; i < sizeof(known_types) / sizeof(known_types[0]); i++) {
		if (known_types[i].type != stream->type)
			continue;
		stream->codec = known_types[i].codec;
		stream->name = known_types[i].name;
	}
	if (stream->type == PRIVATE_DATA)
		name_private(stream, infos, len);
}

bool
psi_read_pmt(const uint8_t *section, size_t len, struct psi_program *program)
{
	size_t end = len - 4;
	size_t at, infos;

	if (!is_current(section, TABLE_PMT) ||
	    u16(section + 3) != program->number || end < 12)
		return false;
	program->count = 0;
	program->pcr_pid = u16(section + 8) & 0x1fff;
	at = 12 + (u16(section + 10) & 0xfff);
	while (at + 5 <= end && program->count < PSI_STREAMS) {
		struct psi_stream *stream = &program->streams[program->count];

		infos = u16(section + at + 3) & 0xfff;
		if (at + 5 + infos > end)
			break;
		stream->type = section[at];
		stream->pid = u16(section + at + 1) & 0x1fff;
		name_stream(stream, section + at + 5, infos);
		at += 5 + infos;
		program->count++;
	}
	return program->count > 0;
}

void
psi_write_pat(
    const struct psi_program *program, unsigned counter, uint8_t packet[188])
{
	uint8_t *section = packet + 5;
	uint32_t crc;

	memset(packet, STUFFING, 188);
	packet[0] = 0x47;
	packet[1] = 0x40; /* PID 0, a section starts */
	packet[2] = 0;
	packet[3] = (uint8_t)(0x10 | (counter & 15));
	packet[4] = 0;
	section[0] = TABLE_PAT;
	section[1] = 0xb0;
	section[2] = 13; /* bytes after this one */
	section[3] = (uint8_t)(program->transport >> 8);
	section[4] = (uint8_t)program->transport;
	section[5] = 0xc1; /* version 0, in force now */
	section[6] = section[7] = 0;
	section[8] = (uint8_t)(program->number >> 8);
	section[9] = (uint8_t)program->number;
	section[10] = (uint8_t)(0xe0 | program->pmt_pid >> 8);
	section[11] = (uint8_t)program->pmt_pid;
	crc = crc32_mpeg(section, 12);
	section[12] = (uint8_t)(crc >> 24);
	section[13] = (uint8_t)(crc >> 16);
	section[14] = (uint8_t)(crc >> 8);
	section[15] = (uint8_t)crc;
}

bool
psi_same(const struct psi_program *a, const struct psi_program *b)
{
	unsigned i;

	if (a->count != b->count || a->number != b->number ||
	    a->pmt_pid != b->pmt_pid || a->pcr_pid != b->pcr_pid)
		return false;
	for (i = 0; i < a->count; i++)
		if (a->streams[i].pid != b->streams[i].pid ||
		    a->streams[i].type != b->streams[i].type)
			return false;
	return true;
}
