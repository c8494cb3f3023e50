/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * report - what a run found, for people and for programs.
 */
#ifndef LOAD_REPORT_H
#define LOAD_REPORT_H

#include "base/bytes.h"
#include "load/options.h"
#include "load/totals.h"

#include <stdbool.h>

void report_text(struct bytes *, const struct options *, const struct totals *);
void report_json(struct bytes *, const struct options *, const struct totals *);
/* Everybody was let in and stayed, and no frame was harmed. */
bool report_is_good(const struct options *, const struct totals *);

#endif
