/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * psi - the tables of an MPEG transport stream: which program, which streams.
 *
 * ISO/IEC 13818-1 section 2.4.4. Sections are gathered from packets, at most
 * 1024 bytes each, and believed only when their CRC is right. Only the first
 * program of a stream matters here. A psi belongs to one format state.
 */
#ifndef FORMAT_PSI_H
#define FORMAT_PSI_H

#include "base/check.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PSI_SECTION_BYTES 1024
#define PSI_STREAMS       64

struct psi {
	uint8_t bytes[PSI_SECTION_BYTES + 256]; /* and the rest of a packet */
	size_t len;
	size_t taken; /* of the section given last, still at the front */
	bool gathers; /* a section has begun */
};

enum psi_codec {
	PSI_OTHER,
	PSI_H264,
	PSI_HEVC,
	PSI_MPEG_VIDEO,
	PSI_OTHER_VIDEO,
	PSI_AUDIO,
};

struct psi_stream {
	uint16_t pid;
	uint8_t type; /* stream_type */
	enum psi_codec codec;
	const char *name; /* "h264"; "" when unknown */
};

struct psi_program {
	uint16_t transport; /* transport_stream_id */
	uint16_t number;
	uint16_t pmt_pid;
	uint16_t pcr_pid;
	unsigned count; /* of streams; 0: no PMT yet */
	struct psi_stream streams[PSI_STREAMS];
};

/* Payload of one packet of the table's PID; starts: it has a pointer field. */
void psi_feed(struct psi *, const uint8_t *payload, size_t len, bool starts);
/* The next whole section with a right CRC, or NULL. Valid until psi_feed. */
const uint8_t *psi_next(struct psi *, size_t *len);

/* Takes the first program; false: this says nothing of one. */
bool psi_read_pat(
    const uint8_t *section, size_t len, struct psi_program *) MUST_CHECK;
/* False: another program's, or cut short. */
bool psi_read_pmt(
    const uint8_t *section, size_t len, struct psi_program *) MUST_CHECK;
/* A PAT of that program alone, as one packet. */
void psi_write_pat(
    const struct psi_program *, unsigned counter, uint8_t packet[188]);
/* Whether a decoder of one can go on with the other. */
bool psi_same(const struct psi_program *, const struct psi_program *);

#endif
