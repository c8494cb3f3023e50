/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * recordings - what the spool recorded, one row each, as it last said.
 *
 * What is told stays in memory until it is in the store, the newest word of a
 * recording only. The clerk's thread only.
 */
#ifndef LEDGER_RECORDINGS_H
#define LEDGER_RECORDINGS_H

#include "ledger/store.h"
#include "loop/messages.h"

struct recordings;

struct recordings *recordings_new(struct store *);
void recordings_free(struct recordings *);

void recordings_add(struct recordings *, const struct recording_msg *);
unsigned recordings_unwritten(const struct recordings *);
/* As in ledger/usage.h: inside a transaction, and after its commit. */
bool recordings_write(struct recordings *) MUST_CHECK;
void recordings_written(struct recordings *);

/* At start: who was active when the server ended did not end well. The spool
 * says more of those it can mend. False: it could not be written. */
bool recordings_break_active(struct store *) MUST_CHECK;

struct recording_row {
	const char *id, *slug, *mount, *path, *state, *media_type, *note;
	int64_t started_ms, ended_ms; /* ended 0: not yet */
	int64_t bytes;
};

/* Of a member (0: all), oldest first; texts are good until the next call. */
sqlite3_stmt *recordings_of(struct store *, int64_t member);
bool recordings_next(sqlite3_stmt *, struct recording_row *, bool *failed);

/* What recordings_take() reads, of recording LEFT JOIN member; in the column
 * RECORDINGS_NAME is the member's name. */
#define RECORDINGS_COLUMNS                                                     \
	"recording.id, recording.member, coalesce(member.slug, ''), mount, "   \
	"path, media_type, title, recording.state, profile, extension, "       \
	"codecs, description, hold_reason, hold_reference, hold_person, "      \
	"object, note, coalesce(sha256, ''), coalesce(member.name, ''), "      \
	"started_ms, coalesce(ended_ms, 0), duration_ms, bytes, gap_bytes, "   \
	"is_recovered, is_public, is_pinned, published_ms, trashed_ms, "       \
	"hold_until_ms, verified_ms, is_remote, scrubbed_ms, chapters, "       \
	"twin_bytes, twin_sha256 "
#define RECORDINGS_NAME 18
void recordings_take(sqlite3_stmt *, struct recording_msg *);

/* The one of that id, or when it is "" the newest of that mount that is being
 * written. name: of its member. False: there is none, or *failed. */
bool recordings_find(struct store *, const char *id, const char *mount,
    struct recording_msg *, char name[NAME_BYTES], bool *failed);
/* Whether its member may store this recording twice: a plan that stops at its
 * storage may say no. False also when the store cannot be read. */
bool recordings_has_twin_room(struct store *, const struct recording_msg *);
/* All of a member's ("": everybody's) that are finished, in the order member,
 * mount, profile, newest first. Until recordings_next_kept() is false. */
sqlite3_stmt *recordings_kept(struct store *, const char *slug);
bool recordings_next_kept(sqlite3_stmt *, struct recording_msg *, bool *failed);
/* How many ids begin so (2: two or more); id: the one. False: the store cannot
 * be read. */
bool recordings_resolve(
    struct store *, const char *prefix, char id[40], unsigned *count);
/* id, member, mount, kind, state, started_ms, duration_ms, bytes, is_public,
 * trashed_ms, is held, title; of a member ("": all), newest first; what is in
 * the trash, or what is not. */
sqlite3_stmt *recordings_list(
    struct store *, const char *slug, bool is_trashed);
/* Up to most ids of those whose time in the trash is over and that nothing
 * holds; how many. 0 also when the store cannot be read. */
unsigned recordings_due(struct store *, int64_t trashed_before_ms,
    int64_t now_ms, char (*ids)[40], unsigned most);
/* The finished one that was not looked at for the longest time, and not since
 * then. False: there is none, or the store cannot be read. */
bool recordings_to_scrub(
    struct store *, int64_t before_ms, char id[40]) MUST_CHECK;
/* The first id of which an object is to be deleted after this one, "" before
 * all. False: there is none, or the store cannot be read. */
bool recordings_to_forget(
    struct store *, const char *after, char id[40]) MUST_CHECK;
/* It is deleted. */
bool recordings_forgotten(struct store *, const char *id) MUST_CHECK;
/* Whether it is being written, or not known. */
bool recordings_is_active(struct store *, const char *id);

#endif
