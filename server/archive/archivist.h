/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * archivist - the thread that keeps the archive.
 *
 * It takes FINISH from the spool and finishes recordings one after the other
 * (archive/finishing.h); what an earlier server left goes first. Once a
 * recording is done, its files and its sidecar are changed here only; the rows
 * go to the clerk as RECORDING, and to the desk. It answers the commands about
 * recordings, and deletes what lay in the trash long enough. Its connection to
 * the store reads only. CONF is how long what is kept. On STOP, after the spool
 * has stopped, it finishes what it can in STOP_MS, leaves the rest to the next
 * start, and posts DONE.
 */
#ifndef ARCHIVE_ARCHIVIST_H
#define ARCHIVE_ARCHIVIST_H

#include "loop/loop.h"
#include "loop/messages.h"

struct archivist;
struct conf;

struct archivist_setup {
	const char *data;        /* folder; its store is there already */
	struct loop *desk;       /* gets RECORDING and DONE */
	struct loop *clerk;      /* gets RECORDING */
	const struct conf *conf; /* a reference of its own is taken */
	unsigned thread_no;      /* given back in DONE */
};

/* NULL, and *error (free it) says why. */
struct archivist *archivist_open(
    const struct archivist_setup *, char **error) MUST_CHECK;
bool archivist_start(struct archivist *) MUST_CHECK;
struct loop *archivist_loop(struct archivist *);
/* Whether these are words of a command that the archivist answers; as COMMAND,
 * by way of the clerk. */
bool archivist_answers(unsigned argc, char **argv);
/* From any thread; the spool has said DONE. */
void archivist_stop(struct archivist *);
void archivist_free(struct archivist *); /* after DONE; NULL is fine */

#endif
