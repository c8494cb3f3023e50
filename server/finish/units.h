/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * units - a recording, read by the format that recorded it.
 *
 * What a format gave once it gives again: whole units with right checksums, and
 * nothing of what a crash left behind them.
 */
#ifndef FINISH_UNITS_H
#define FINISH_UNITS_H

#include "finish/finish_priv.h"
#include "format/format.h"

/* From the first byte to the last. AS_IS: all was given; STOPPED; or FAILED,
 * when it cannot be read, or makes no sense (errno is 0 then). Rates and sizes
 * go to facts. */
enum finish_result units_read(const struct finish_job *, const struct format *,
    struct view *, const struct format_out *, struct finish_facts *) MUST_CHECK;

#endif
