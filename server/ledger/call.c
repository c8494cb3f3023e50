/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/call.h"

#include "ledger/report.h"

#include <string.h>

#define OWN_WORDS 3 /* at most, of a command */

const char *
call_option(const struct call *call, const char *name)
{
	for (unsigned i = 0; i < call->option_count; i++) {
		if (strcmp(call->names[i], name) == 0)
			return call->values[i];
	}
	return NULL;
}

bool
call_has(const struct call *call, const char *name)
{
	return call_option(call, name) != NULL;
}

static int
show_all_uses(const struct command_table *tables, unsigned count,
    struct bytes *out, const char *first)
{
	bool is_known = false;

	bytes_text(out, "no such command\n");
	for (unsigned pass = 0; pass < 2; pass++) {
		for (unsigned i = 0; i < count; i++) {
			for (unsigned j = 0; j < tables[i].count; j++) {
				const struct command
				    *command = &tables[i].commands[j];
				bool is_meant = strcmp(command->words[0],
						    first) == 0;

				if (is_meant || (pass == 1 && !is_known))
					bytes_format(out,
					    "usage: all2allctl %s\n",
					    command->usage);
				is_known |= is_meant;
			}
		}
		if (is_known)
			break;
	}
	return CALL_WRONG_USE;
}

static unsigned
own_words(const struct command *command)
{
	unsigned count = 0;

	while (count < OWN_WORDS && command->words[count] != NULL)
		count++;
	return count;
}

static bool
is_meant(const struct command *command, unsigned argc, char **argv)
{
	unsigned count = own_words(command);

	for (unsigned i = 0; i < count; i++) {
		if (i >= argc || strcmp(argv[i], command->words[i]) != 0)
			return false;
	}
	return true;
}

/* '=': takes a value, ' ': takes none, 0: there is no such option. */
static char
option_kind(const struct command *command, const char *option)
{
	size_t len = strlen(option);
	const char *at = command->options;

	if (strpbrk(option, " =.") != NULL)
		return '\0';
	while ((at = strstr(at, option)) != NULL) {
		if (at > command->options && at[-1] == ' ' &&
		    (at[len] == ' ' || at[len] == '='))
			return at[len];
		at += len;
	}
	return '\0';
}

static bool
take_option(struct call *call, const struct command *command, unsigned *at,
    unsigned count, char **words)
{
	char kind = option_kind(command, words[*at]);

	if (kind == '\0' || call->option_count == CALL_OPTIONS ||
	    call_has(call, words[*at]))
		return false;
	if (kind == '=' && *at + 1 == count)
		return false;
	call->names[call->option_count] = words[*at];
	if (kind == '=')
		++*at;
	call->values[call->option_count++] = kind == '=' ? words[*at] : "";
	return true;
}

/* The text of a file may begin with dashes. */
static bool
looks_like_option(const char *word)
{
	return strncmp(word, "--", 2) == 0 && word[2] != '-';
}

static bool
take_words(struct call *call, const struct command *command, unsigned count,
    char **words)
{
	const char *format;

	for (unsigned i = 0; i < count; i++) {
		if (looks_like_option(words[i])) {
			if (!take_option(call, command, &i, count, words))
				return false;
			continue;
		}
		if (call->word_count == command->free_words ||
		    call->word_count == CALL_WORDS)
			return false;
		call->words[call->word_count++] = words[i];
	}
	format = call_option(call, "--format");
	if (format != NULL && strstr(command->options, "--format=.") == NULL &&
	    !listing_format_named(format, &call->format))
		return false;
	return call->word_count == command->free_words;
}

static void
show_use(const struct command *command, struct bytes *out)
{
	bytes_format(out, "usage: all2allctl %s\n", command->usage);
}

/* -1: the words do not fit this command. */
static int
try(const struct command *command, void *owner, unsigned argc, char **argv,
    struct bytes *out)
{
	struct call call = { .owner = owner, .out = out };
	unsigned own = own_words(command);
	int status;

	if (!take_words(&call, command, argc - own, argv + own))
		return -1;
	status = command->run(&call);
	if (status == CALL_WRONG_USE)
		show_use(command, out);
	return status;
}

int
call_run(const struct command_table *tables, unsigned count, void *owner,
    unsigned argc, char **argv, struct bytes *out)
{
	struct bytes uses = { 0 };
	bool is_known = false;
	int status = -1;

	for (unsigned i = 0; i < count; i++) {
		for (unsigned j = 0; status == -1 && j < tables[i].count; j++) {
			const struct command *command = &tables[i].commands[j];

			if (!is_meant(command, argc, argv))
				continue;
			is_known = true;
			status = try(command, owner, argc, argv, out);
			show_use(command, &uses);
		}
	}
	if (!is_known)
		status = show_all_uses(
		    tables, count, out, argc > 0 ? argv[0] : "");
	else if (status == -1)
		bytes_append(out, uses.data, uses.len);
	bytes_free(&uses);
	return status == -1 ? CALL_WRONG_USE : status;
}

int
call_refuse_store(struct call *call, struct store *store)
{
	bytes_format(call->out, "the store cannot be used now: %s\n",
	    store_reason(store));
	return CALL_REFUSED;
}

bool
call_time(struct call *call, const char *option, int64_t *wall_ms)
{
	const char *word = call_option(call, option);

	if (word == NULL || report_time(word, wall_ms))
		return true;
	bytes_format(call->out,
	    "%s needs a day or a time with its zone: 2026-11-22 (UTC), "
	    "2026-11-22T21:00Z or 2026-11-22T22:00+01:00\n",
	    option);
	return false;
}

void
call_begin_json(struct call *call, const char *name)
{
	if (call->format == LISTING_JSON)
		bytes_format(
		    call->out, "{\"schema\":%d,\n\"%s\":", REPORT_SCHEMA, name);
}

void
call_end_json(struct call *call)
{
	if (call->format == LISTING_JSON)
		bytes_text(call->out, "}\n");
}
