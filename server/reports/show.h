/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * show - a report for people: a page for a browser, a document for paper.
 *
 * What is shown depends on the model alone, so equal models give equal bytes.
 * Appends to out. False: it could not be made, the log says why, and out is as
 * it was. Any thread.
 */
#ifndef REPORTS_SHOW_H
#define REPORTS_SHOW_H

#include "base/bytes.h"
#include "base/check.h"
#include "reports/model.h"

#include <stdbool.h>

/* HTML without scripts, and without anything to load. */
bool show_html(const struct model *, struct bytes *out) MUST_CHECK;
/* PDF on A4, with its fonts in it; they are read from the system's. */
bool show_pdf(const struct model *, struct bytes *out) MUST_CHECK;

#endif
