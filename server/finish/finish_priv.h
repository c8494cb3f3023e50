/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * finish_priv - what the finishers of all formats share.
 *
 * A sink gathers what is written to the finished file; after a write that
 * failed it takes no more, and sink_end() says why.
 */
#ifndef FINISH_FINISH_PRIV_H
#define FINISH_FINISH_PRIV_H

#include "base/bytes.h"
#include "base/view.h"
#include "finish/finish.h"

struct sink {
	int fd;
	uint64_t at; /* bytes taken so far: where the next one goes */
	struct bytes waiting;
	int error; /* errno of a write that failed */
};

void sink_put(struct sink *, const void *, size_t len);
/* len bytes of a view; false when it cannot be read. */
bool sink_copy(
    struct sink *, struct view *, int64_t at, uint64_t len) MUST_CHECK;
/* Writes what waits and frees it; errno when false. */
bool sink_end(struct sink *) MUST_CHECK;
/* Over bytes written before, after sink_end(). */
bool sink_over(struct sink *, uint64_t at, const void *, size_t len) MUST_CHECK;

bool finish_goes_on(const struct finish_job *);
/* Adds a point unless the last one is nearer than FINISH_POINT_MS. */
void finish_add_point(struct finish_facts *, int64_t at_ms, uint64_t byte);
void finish_add_chapter(
    struct finish_facts *, int64_t at_ms, const char *title);
/* A title that was in the stream; the same again is none. */
void finish_note_title(struct finish_facts *, int64_t at_ms, const char *title);
/* What is at byte of the recording comes at_ms into the finished file: sets
 * the marks up to there; *next is the first one not set. */
void finish_pass_marks(
    const struct finish_job *, size_t *next, uint64_t byte, int64_t at_ms);
/* Chapters from the marks, which are set, when the stream had no titles of its
 * own but one for all. */
void finish_marks_to_chapters(const struct finish_job *, struct finish_facts *);

/* One for each kind of file: see finish_media(). When FAILED, errno says why,
 * or is 0 when nothing could be understood. */
enum finish_result finish_adts(
    const struct finish_job *, struct view *, struct finish_facts *);
enum finish_result finish_flac(
    const struct finish_job *, struct view *, struct finish_facts *);
enum finish_result finish_mp3(
    const struct finish_job *, struct view *, struct finish_facts *);
enum finish_result finish_ogg(
    const struct finish_job *, struct view *, struct finish_facts *);
enum finish_result finish_ts(
    const struct finish_job *, struct view *, struct finish_facts *);
enum finish_result finish_webm(
    const struct finish_job *, struct view *, struct finish_facts *);

#endif
