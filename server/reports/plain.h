/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * plain - a report for programs: CSV and JSON; and a few lines for a terminal.
 *
 * The CSV is canonical: equal figures give equal bytes, whenever it is made,
 * so that a statement's SHA-256 is one of these bytes. Columns do not change
 * their place or meaning within a schema version. Appends to out. Any thread.
 */
#ifndef REPORTS_PLAIN_H
#define REPORTS_PLAIN_H

#include "base/bytes.h"
#include "reports/model.h"

#define MODEL_SCHEMA 1

void plain_csv(const struct model *, struct bytes *out);
void plain_json(const struct model *, struct bytes *out);
void plain_text(const struct model *, struct bytes *out);
/* Of plain_csv(), in hexadecimal. */
void plain_digest(const struct model *, char hex[65]);

#endif
