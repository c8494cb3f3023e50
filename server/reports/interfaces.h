/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * interfaces - what the kernel says went over each network interface.
 *
 * Bytes of packets as IP has them: the 14 bytes of Ethernet around each are
 * taken off. Where the kernel hands large packets to the card, it counts fewer
 * heads than are sent, and so does this. Any thread.
 */
#ifndef REPORTS_INTERFACES_H
#define REPORTS_INTERFACES_H

#include <stdint.h>

#define INTERFACES_MOST 32

struct interface {
	char name[16];
	int64_t out_bytes, in_bytes; /* since the system started */
};

struct interfaces {
	unsigned count;
	struct interface rows[INTERFACES_MOST];
};

/* Those that are there now; none when the system does not tell. */
void interfaces_read(struct interfaces *);
const struct interface *interfaces_find(
    const struct interfaces *, const char *name); /* NULL: there is none */

#endif
