/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * ticket - a word in an address that lets whoever has it read one recording for
 * some hours: HMAC-SHA-256 of the recording's id and the end, under a secret of
 * this run. Pure; any thread.
 */
#ifndef HTTP_TICKET_H
#define HTTP_TICKET_H

#include "base/check.h"

#include <stdbool.h>
#include <stdint.h>

#define TICKET_SECRET 32
#define TICKET_BYTES  96 /* with its NUL */
#define TICKET_MS     INT64_C(43200000)

void ticket_make(const uint8_t secret[TICKET_SECRET], const char *id,
    int64_t until_ms, char ticket[TICKET_BYTES]);
bool ticket_is_good(const uint8_t secret[TICKET_SECRET], const char *id,
    int64_t now_ms, const char *ticket) MUST_CHECK;

#endif
