/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * sidecar - what is known of a recording, as JSON beside it.
 *
 * The archive can be rebuilt from media files and sidecars alone; the ledger
 * only indexes them. The same object is written twice: when the recording
 * begins ("state": "active"), for recovery to read after a crash, and when it
 * is finished. Text is UTF-8, times are UTC, version is SIDECAR_VERSION and
 * grows when a member changes its meaning (not when one is added).
 *
 * Reading trusts nothing: unknown members are passed over, values that are too
 * long or of the wrong kind are left out. The name of the file, not its text,
 * says which recording it is.
 */
#ifndef SPOOL_SIDECAR_H
#define SPOOL_SIDECAR_H

#include "base/bytes.h"
#include "loop/messages.h"
#include "spool/naming.h"

#include <stdbool.h>
#include <stddef.h>

#define SIDECAR_VERSION    1
#define SIDECAR_MOST_BYTES (64 << 10)

struct sidecar {
	struct recording_msg row; /* what the ledger gets too */
	char extension[8];
	char codecs[64];
	char agent[128]; /* the encoder */
};

void sidecar_format(struct bytes *, const struct sidecar *);
/* What is missing stays as it was. False: not a JSON object of a version that
 * is known here; the sidecar is then as before. */
bool sidecar_parse(struct sidecar *, const char *text, size_t len) MUST_CHECK;
/* From a file; false also when there is none or it is no regular file. */
bool sidecar_read(struct sidecar *, int folder, const char *name) MUST_CHECK;

/* The one a recording begins with: STEM.json.part, durable. */
bool sidecar_begin(
    int folder, const struct naming *, const struct sidecar *) MUST_CHECK;
/* STEM.json by way of STEM.json.new, durable; STEM.json.part goes. When it
 * fails (errno), STEM.json.part stays, for the next start. */
bool sidecar_finish(
    int folder, const struct naming *, const struct sidecar *) MUST_CHECK;
/* STEM.json.part goes, whatever happens. */
void sidecar_drop(int folder, const struct naming *);

#endif
