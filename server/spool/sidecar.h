/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * sidecar - what is known of a recording, as JSON beside it.
 *
 * The archive can be rebuilt from media files and sidecars alone; the ledger
 * only indexes them. STEM.json.part is there from a recording's first byte on
 * ("state": "active"), says "finishing" once all media is on the disk, and
 * becomes STEM.json. Text is UTF-8, times are UTC, version is SIDECAR_VERSION
 * and grows when a member changes its meaning (not when one is added).
 *
 * Reading trusts nothing: values that are too long or of the wrong kind are
 * left out. Members that are not known here are kept, and written again. The
 * name of the file, not its text, says which recording it is.
 */
#ifndef SPOOL_SIDECAR_H
#define SPOOL_SIDECAR_H

#include "base/bytes.h"
#include "finish/finish.h"
#include "loop/messages.h"
#include "spool/naming.h"

#include <stdbool.h>
#include <stddef.h>

#define SIDECAR_VERSION    1
#define SIDECAR_MOST_BYTES (8 << 20)
#define SIDECAR_TWIN       "m4a"
#define SIDECAR_TWIN_TYPE  "audio/mp4"
#define SIDECAR_MOST_MARKS 10000 /* chapters, and gaps; more are left out */

struct json_t;

struct sidecar {
	struct recording_msg row; /* what the ledger gets too */
	char agent[128];          /* the encoder */
	unsigned sample_rate, channels, width, height; /* 0: not known */
	struct finish_mark *chapters; /* titles, at_ms; owned */
	size_t chapter_count;
	struct finish_mark *gaps; /* at_ms, what and why; owned */
	size_t gap_count;
	struct json_t *rest; /* the object it was read from, or NULL; owned */
};

/* What it owns; the struct itself is the caller's, and empty then. */
void sidecar_clear(struct sidecar *);

void sidecar_format(struct bytes *, const struct sidecar *);
/* What is missing stays as it was, but a twin: then there is none. False: not a
 * JSON object of a version that is known here; the sidecar is then as before.
 */
bool sidecar_parse(struct sidecar *, const char *text, size_t len) MUST_CHECK;
/* From a file; false also when there is none or it is no regular file. */
bool sidecar_read(struct sidecar *, int folder, const char *name) MUST_CHECK;

/* The one a recording begins with: STEM.json.part, durable. */
bool sidecar_begin(
    int folder, const struct naming *, const struct sidecar *) MUST_CHECK;
/* The file of that kind (SIDECAR or SIDECAR_PART), new or in the place of the
 * one there is, durable, by way of STEM.json.new. errno when false: the old one
 * is as it was. */
bool sidecar_replace(int folder, const struct naming *, enum naming_kind,
    const struct sidecar *) MUST_CHECK;

#endif
