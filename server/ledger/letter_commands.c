/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/letter_commands.h"

#include "ledger/ledger.h"
#include "ledger/letters.h"
#include "ledger/member_commands.h"

#include <stdlib.h>
#include <string.h>

static const struct column columns[] = { { "id", true }, { "member", false },
	{ "kind", false }, { "subject", false }, { "address", false },
	{ "made", false }, { "state", false }, { "sent", false },
	{ "tries", true }, { "next", false }, { "error", false } };

#define COLUMNS (sizeof(columns) / sizeof(*columns))

static const char select_letters[] =
    "SELECT letter.id, member.slug, letter.kind, subject, address, made_ms, "
    "CASE WHEN sent_ms IS NOT NULL THEN 'sent' WHEN gave_up_ms IS NOT NULL "
    "THEN 'given up' ELSE 'waits' END, sent_ms, tries % 1000, "
    "CASE WHEN sent_ms IS NULL AND gave_up_ms IS NULL THEN next_ms END, error "
    "FROM letter JOIN member ON member.id = letter.member "
    "WHERE ?1 = 0 OR letter.member = ?1 ORDER BY letter.id";

static struct store *
store_of(const struct call *call)
{
	return ((struct ledger *)call->owner)->store;
}

static void
add_row(struct listing *listing, sqlite3_stmt *prepared)
{
	for (int i = 0; i < (int)COLUMNS; i++) {
		if (i == 5 || i == 7 || i == 9)
			listing_add_time(
			    listing, sqlite3_column_int64(prepared, i));
		else if (columns[i].is_number)
			listing_add_number(
			    listing, sqlite3_column_int64(prepared, i));
		else
			listing_add(listing, store_text(prepared, i));
	}
}

static int
list_letters(struct call *call)
{
	struct listing *listing;
	sqlite3_stmt *prepared;
	int64_t member;
	int status = member_chosen(call, &member), step;
	bool is_read;

	if (status != CALL_DONE)
		return status;
	listing = listing_new(columns, COLUMNS);
	prepared = store_prepare(store_of(call), select_letters);
	sqlite3_bind_int64(prepared, 1, member);
	while ((step = sqlite3_step(prepared)) == SQLITE_ROW)
		add_row(listing, prepared);
	is_read = store_ended(prepared, step);
	if (is_read) {
		call_begin_json(call, "letters");
		listing_show(listing, call->format, call->out);
		call_end_json(call);
	}
	listing_free(listing);
	return is_read ? CALL_DONE : call_refuse_store(call, store_of(call));
}

static int
retry_letter(struct call *call)
{
	const char *word = call->words[0];
	bool is_changed;

	if (strspn(word, "0123456789") != strlen(word) || strlen(word) > 18 ||
	    word[0] == '\0')
		return CALL_WRONG_USE;
	if (!letters_retry(store_of(call), atoll(word), &is_changed))
		return call_refuse_store(call, store_of(call));
	if (!is_changed) {
		bytes_format(call->out,
		    "there is no letter %s that was not sent\n", word);
		return CALL_REFUSED;
	}
	bytes_format(call->out, "letter %s is sent as soon as can be\n", word);
	return CALL_DONE;
}

static const struct command commands[] = {
	{ { "letter", "list" }, 0, " --member= --format= ",
	    "letter list [--member SLUG]" CALL_FORMATS, list_letters },
	{ { "letter", "retry" }, 1, "", "letter retry ID", retry_letter },
};

const struct command_table letter_commands = { commands,
	sizeof(commands) / sizeof(*commands) };
