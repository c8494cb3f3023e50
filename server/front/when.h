/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * when - a time as people write it in an address. Pure.
 */
#ifndef FRONT_WHEN_H
#define FRONT_WHEN_H

#include "base/check.h"

#include <stdbool.h>
#include <stdint.h>

/* "-90", "-90s", "-10m", "-1h02m", "-1d" before now, or "2026-11-22T19:00Z"
 * with or without seconds. False: it is none of these. */
bool when_parse(const char *text, int64_t now_ms, int64_t *wall_ms) MUST_CHECK;
/* "90", "90s", "1h02m". */
bool when_length(const char *text, int64_t *ms) MUST_CHECK;

#endif
