/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * remote - recordings whose files are in an object store, or come back.
 *
 * all2all-archived copies them there, and says what it has compared
 * (offload/ask.h). Only then, and only when it says the same SHA-256 as the
 * sidecar, the file here may go: the sidecar says so first, durable. A file
 * that comes back has its name once its SHA-256 is right. What is not needed
 * any more is deleted there, as soon as it answers.
 *
 *   each REMOTE_MS   objects of what was deleted here are deleted
 *   each tenth time  sidecars take down what is verified; files that are, and
 *                    ended keep-local ago, are dropped, unless they are held
 *
 * The archivist's thread; blocks on the disk and on the other process, for at
 * most REMOTE_PATIENCE_MS a question.
 */
#ifndef ARCHIVE_REMOTE_H
#define ARCHIVE_REMOTE_H

#include "base/check.h"
#include "loop/messages.h"
#include "offload/ask.h"

#include <stdbool.h>

#define REMOTE_MS          60000
#define REMOTE_PATIENCE_MS 10000

struct archivist;

void remote_round(struct archivist *);
/* Of each item the other process knows. False, and *error (free it): it does
 * not answer. */
bool remote_list(struct archivist *,
    bool (*tell)(void *arg, const struct ask_item *), void *arg,
    char **error) MUST_CHECK;
/* False, and *error (free it) says why not: all is as it was. */
bool remote_drop(
    struct archivist *, const struct recording_msg *, char **error) MUST_CHECK;
bool remote_fetch(
    struct archivist *, const struct recording_msg *, char **error) MUST_CHECK;
/* Whether an object of what is deleted here may be there. */
bool remote_is_used(struct archivist *);

#endif
