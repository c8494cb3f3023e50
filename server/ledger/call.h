/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * call - one command line of all2allctl, taken apart by a table of commands.
 *
 * Each file of commands has a table of its own; whoever answers gives call_run
 * all tables it knows. Words are a local operator's, and still not trusted:
 * they are checked, and escaped where they are said back. No threads here.
 */
#ifndef LEDGER_CALL_H
#define LEDGER_CALL_H

#include "base/bytes.h"
#include "ledger/listing.h"
#include "ledger/store.h"

#include <stdbool.h>

enum call_status {
	CALL_DONE = 0,
	CALL_REFUSED = 1,  /* with the reason */
	CALL_WRONG_USE = 2 /* a usage line follows */
};

#define CALL_WORDS   4
#define CALL_OPTIONS 16
#define CALL_FORMATS " [--format text|csv|json]"

struct call {
	void *owner; /* as given to call_run */
	struct bytes *out;
	const char *words[CALL_WORDS]; /* after the command's own */
	unsigned word_count;
	const char *names[CALL_OPTIONS];  /* "--from" */
	const char *values[CALL_OPTIONS]; /* "" when it takes none */
	unsigned option_count;
	enum listing_format format; /* of --format, text when not given */
};

typedef int call_answer(struct call *); /* enum call_status */

/* The same words may stand several times, with another number of free words:
 * the first that fits is run. */
struct command {
	const char *words[3]; /* the later ones may be NULL */
	unsigned free_words;  /* as many must follow */
	/* Each between spaces, "=" behind those with a value; --format= is
	 * text, csv or json, unless it is called --format=. with a dot: then
	 * the command reads its value itself. */
	const char *options;
	const char *usage;
	call_answer *run;
};

struct command_table {
	const struct command *commands;
	unsigned count;
};

/* The option's value, "" for one without; NULL: not given. */
const char *call_option(const struct call *, const char *name);
bool call_has(const struct call *, const char *name);

/* Finds the command, checks what follows and runs it; else says which there
 * are. */
int call_run(const struct command_table *tables, unsigned count, void *owner,
    unsigned argc, char **argv, struct bytes *out);

/* CALL_REFUSED, with why the store does not answer. */
int call_refuse_store(struct call *, struct store *);
/* The value of --from or --to as a time, when it was given; false after having
 * said what one looks like. */
bool call_time(struct call *, const char *option, int64_t *wall_ms);
/* JSON in an object that may grow: {"schema":1,"name": ... }. Nothing in other
 * formats. */
void call_begin_json(struct call *, const char *name);
void call_end_json(struct call *);

#endif
