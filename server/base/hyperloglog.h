/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * hyperloglog - about how many different numbers there were, in 4 KiB.
 *
 * Numbers must be hashes: evenly spread over 64 bits. The standard error is
 * 1.04 / sqrt(4096), 1.6 %, for any number of them. Zeroed is empty; one
 * thread.
 */
#ifndef BASE_HYPERLOGLOG_H
#define BASE_HYPERLOGLOG_H

#include <stdint.h>

#define HYPERLOGLOG_BITS      12
#define HYPERLOGLOG_REGISTERS (1 << HYPERLOGLOG_BITS)

struct hyperloglog {
	uint8_t registers[HYPERLOGLOG_REGISTERS];
};

void hyperloglog_add(struct hyperloglog *, uint64_t number);
uint64_t hyperloglog_count(const struct hyperloglog *);

#endif
