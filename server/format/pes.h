/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * pes - what is inside the packets of an MPEG transport stream: pictures, their
 * time stamps, and the counters that tie packets together.
 *
 * ISO/IEC 13818-1 sections 2.4.3.2 (packet), 2.4.3.6 (PES). Every packet is 188
 * bytes. Times are on the 90 kHz clock, 33 bits, and wrap every 26.5 hours.
 * A pes_clock belongs to one format state.
 */
#ifndef FORMAT_PES_H
#define FORMAT_PES_H

#include "format/psi.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PES_NULL_PID 0x1fff
#define PES_TRACKS   100 /* PSI_STREAMS, tables, and the low PIDs */

struct pes_track {
	uint16_t pid;
	uint8_t counter; /* of the packet that went out last */
	uint8_t shift;   /* from the encoder's counter to ours */
	bool is_fresh;   /* no packet of this encoding seen yet */
	bool has_counter;
	bool has_time;
	uint64_t decoded; /* DTS of what went out last */
	uint64_t shown;   /* latest PTS of what went out */
	uint64_t step;    /* from one DTS to the next */
};

/* Makes a second encoding go on where the first ended. Zeroed: changes nothing
 * but watches. */
struct pes_clock {
	struct pes_track tracks[PES_TRACKS];
	unsigned count;
	bool continues; /* the next unit begins a new encoding */
	uint64_t delta; /* added to every time stamp */
};

unsigned pes_pid(const uint8_t *packet);
/* NULL: it carries none. */
const uint8_t *pes_payload(const uint8_t *packet, size_t *len);
struct pes_times {
	uint64_t decoded, shown; /* DTS, PTS */
};

/* False: no time stamp starts in this packet. */
bool pes_times(const uint8_t *packet, struct pes_times *);
/* The random_access_indicator. */
bool pes_is_random(const uint8_t *packet);
/* Does this run of packets, the first of which starts a picture of the stream,
 * hold one that needs no other picture? False also when that is not known. */
bool pes_has_key(const struct psi_stream *, const uint8_t *packets, size_t len);

/* Does each stream's last PES in this run of packets end in it? Where a length
 * is not told, only stuffing says so. */
bool pes_all_whole(
    const struct psi_program *, const uint8_t *packets, size_t len);

void pes_clock_reset(struct pes_clock *);
void pes_clock_continue(struct pes_clock *);
/* The first packets that will be restamped. */
void pes_clock_begin(struct pes_clock *, const uint8_t *packets, size_t len);
void pes_clock_restamp(struct pes_clock *, uint8_t *packet);

#endif
