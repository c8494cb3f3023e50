/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * naming - where a recording lives below data/archive, and under what name.
 *
 *   SLUG/2026/11/22/20261122T190000Z_01JD....ogg
 *   folders         \---------stem--------/  extension
 *
 * The time is UTC (no summer time, and it sorts); the random id, 130 bits,
 * makes a name unique and not to be guessed even when the clock stands still.
 * Nothing that a client sent gets into a name: letters of a slug that are not
 * safe are written %XX, so two slugs never share a folder. Any thread.
 */
#ifndef SPOOL_NAMING_H
#define SPOOL_NAMING_H

#include "base/check.h"
#include "loop/messages.h"

#include <stdbool.h>
#include <stdint.h>

#define NAMING_FOLDERS      4 /* slug, year, month, day */
#define NAMING_ID_LETTERS   26
#define NAMING_STEM_BYTES   (16 + 1 + NAMING_ID_LETTERS + 1)
#define NAMING_FOLDER_BYTES (3 * SLUG_BYTES + 2)
#define NAMING_FILE_BYTES   (NAMING_STEM_BYTES + 24)

struct naming {
	char folders[NAMING_FOLDERS][NAMING_FOLDER_BYTES];
	char stem[NAMING_STEM_BYTES];
	char extension[8];
};

enum naming_kind {
	NAMING_MEDIA,        /* STEM.ogg */
	NAMING_MEDIA_PART,   /* STEM.ogg.part, while it is written */
	NAMING_SIDECAR,      /* STEM.json */
	NAMING_SIDECAR_PART, /* STEM.json.part, what was known at its begin */
	NAMING_SIDECAR_NEW,  /* STEM.json.new, on its way to STEM.json */
	NAMING_MARKS_PART,   /* STEM.marks.part, titles and gaps */
	NAMING_INDEX,        /* STEM.index, where its minutes are */
	NAMING_TWIN,         /* STEM.m4a, the same frames as MPEG-4 */
	NAMING_TWIN_NEW,     /* STEM.m4a.new, being made */
	NAMING_MEDIA_NEW,    /* STEM.ogg.new, being finished */
};

/* With a fresh id. An extension that is not short, plain letters and digits, or
 * that means something here, becomes "bin". */
void naming_new(
    struct naming *, const char *slug, const char *extension, int64_t wall_ms);
/* The folder of a member. */
void naming_folder(char to[NAMING_FOLDER_BYTES], const char *slug);
void naming_file(
    char to[NAMING_FILE_BYTES], const struct naming *, enum naming_kind);
/* The finished name below data/archive. */
void naming_path(char *to, size_t size, const struct naming *);
/* From such a path. False: it is none that this server makes. */
bool naming_parse_path(struct naming *, const char *path) MUST_CHECK;
/* The folder of these files, which is there: never made, never through a link.
 * -1 with errno. */
int naming_open(int archive, const struct naming *) MUST_CHECK;
/* data/archive, made when it is not there. data itself may be reached by a
 * link: the operator made it. From there on nothing may. -1 with errno. */
int naming_open_archive(const char *data) MUST_CHECK;
/* The id part of the stem. */
const char *naming_id(const struct naming *);
/* The time part of the stem; 0 when it is not a time. */
int64_t naming_wall_ms(const struct naming *);
/* Fills stem and extension ("" for a sidecar) from the name of a file. False:
 * no name that this server makes. */
bool naming_parse(
    struct naming *, enum naming_kind *, const char *file) MUST_CHECK;

#endif
