/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * table - every page and every door of the API: THE map of what people may see
 * and do, and who may. A row is an address, a role, commands as all2allctl has
 * them, and a template. Constant; any thread.
 *
 * In paths and command lines {name} is what the address, the query or the form
 * has under that name; {member} is the slug of whose page it is. What stands in
 * [ ] of a command line is left out when one of its names is not given.
 */
#ifndef FACES_TABLE_H
#define FACES_TABLE_H

#include "loop/messages.h"

#include <stdbool.h>
#include <stddef.h>

#define FACE_RUNS  6
#define FACE_NAMES 4  /* in one path */
#define FACE_NAME  24 /* bytes of one */
#define FACE_VALUE 512

enum face_role {
	ROLE_PUBLIC,
	ROLE_MEMBER, /* of the {member} it is about */
	ROLE_OPERATOR
};

/* What the address names must be the member's own; the first command tells
 * whose it is. */
enum face_own {
	OWN_NOTHING,
	OWN_RECORDING, /* archive show */
	OWN_MOUNT      /* {mount} is one of the member's */
};

struct face_run {
	const char *name; /* of its result in what the template gets */
	const char *line;
};

struct face;
struct errand;

struct face {
	enum page_verb verb; /* GET also answers HEAD */
	const char *path;    /* of the page; NULL: only for programs */
	const char *api;     /* of the API; NULL: only for people */
	enum face_role role;
	enum face_own own;
	const char *page; /* GET: the template; POST: where to go then */
	/* One of Icecast's: for programs that log in with each request; if it
	 * changes something it does so by GET. */
	bool is_door, changes;
	const char *tab; /* of the portal's or operator's pages */
	struct face_run runs[FACE_RUNS];
	/* Instead of commands. */
	void (*act)(struct errand *);
	const char *about; /* of the API: what it is, in a sentence */
};

struct face_match {
	const struct face *face;
	bool is_api;
	unsigned count;
	struct {
		char name[FACE_NAME];
		char value[FACE_VALUE];
	} names[FACE_NAMES];
};

/* False: there is no such page. *is_known: there is, for another verb. */
bool table_find(
    const char *path, enum page_verb, struct face_match *match, bool *is_known);
const struct face *table_row(size_t at); /* NULL: no more */

#endif
