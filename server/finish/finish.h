/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * finish - makes of what was recorded live a file that behaves.
 *
 * A stream tells neither how long it is nor where its minutes are. A finished
 * file does: one duration, places to go to, titles as chapters. Nothing is
 * decoded and no sample is lost; where a unit is damaged it is passed over as
 * players would. The recording is only read: the finished file is another one,
 * and takes its place when it is durable, so there is no moment at which a
 * crash could cost what was kept.
 *
 *   mp3    ID3v2 with chapters, Xing/Info frame with its table of contents
 *   aac    as it is, with points (see below)
 *   flac   STREAMINFO and SEEKTABLE, chapters in the comment
 *   ogg    one chain, granules from 0 on, titles as chapters
 *   webm   SeekHead, Duration, Cues, Chapters
 *   ts     as it is, with points
 *   others as they are
 *
 * Any thread; blocks on the disk.
 */
#ifndef FINISH_FINISH_H
#define FINISH_FINISH_H

#include "base/check.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FINISH_TITLE_BYTES 512
/* Points are this far apart, at least. */
#define FINISH_POINT_MS 5000

/* Something that was noticed while the recording was written. */
struct finish_mark {
	uint64_t byte;      /* in the recording: what comes from here on */
	int64_t at_ms;      /* set by finish_media(): into the finished file */
	bool is_gap;        /* something is missing before it */
	uint64_t gap_bytes; /* how much; 0: not known, so gap_ms */
	int64_t gap_ms;
	char title[FINISH_TITLE_BYTES]; /* that began; of a gap: why it is */
};

/* A decoder that starts at this byte of the finished file shows what is at_ms
 * into it. */
struct finish_point {
	int64_t at_ms;
	uint64_t byte;
};

struct finish_job {
	const char *extension; /* as in format.h */
	int from;              /* the recording, whole units only */
	int64_t from_bytes;
	int to;            /* an empty file, written, read back, never synced */
	const char *title; /* of all; may be "" */
	const char *artist;        /* whose it is; may be "" */
	int64_t started_ms;        /* wall */
	struct finish_mark *marks; /* in the order of byte */
	size_t mark_count;
	bool (*go_on)(
	    void *arg); /* asked now and then, false: give up; or NULL */
	void *arg;
};

struct finish_facts {
	int64_t duration_ms;  /* sum of the units' own; -1: not known */
	unsigned sample_rate; /* 0: not known; so the next three */
	unsigned channels;
	unsigned width, height;
	struct finish_mark *chapters; /* titles that were in the stream itself,
				       * in order; when it has none, those of
				       * the marks */
	size_t chapter_count;
	struct finish_point *points; /* in order; none when not known */
	size_t point_count;
	uint64_t passed_over_bytes; /* that made no sense */
};

enum finish_result {
	FINISH_AS_IS,   /* facts are filled; the recording behaves already */
	FINISH_WRITTEN, /* facts are filled; to has the finished file */
	FINISH_STOPPED, /* go_on said no; nothing is changed */
	FINISH_FAILED,  /* error is set; the recording is the best there is */
};

/* facts is filled from zero, to be freed in every case. */
enum finish_result finish_media(
    const struct finish_job *, struct finish_facts *, char **error) MUST_CHECK;
void finish_facts_free(struct finish_facts *);

#endif
