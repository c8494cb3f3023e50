/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/published.h"
#include "ledger/recordings.h"
#include "ledger_help.h"

#define ITEMS 6

/* On /a and /b in turn, published in the order of their numbers, two in the
 * same moment. */
static struct recording_msg
item(unsigned number)
{
	struct recording_msg row = { .member = 1,
		.state = RECORDING_DONE,
		.started_ms = NOON - number,
		.published_ms = NOON + number / 2,
		.bytes = 1000 + number,
		.chapters = number,
		.is_public = true };

	snprintf(row.id, sizeof(row.id), "id%u", number);
	snprintf(row.path, sizeof(row.path), "path%u", number);
	strcpy(row.mount, number % 2 ? "/demo/b" : "/demo/a");
	strcpy(row.sha256, "abc");
	return row;
}

static void
put(struct help *help, const struct recording_msg *row)
{
	struct recordings *recordings = recordings_new(help->ledger->store);

	recordings_add(recordings, row);
	assert_true(recordings_write(recordings));
	recordings_free(recordings);
}

static void
put_all(struct help *help)
{
	struct recording_msg row;

	for (unsigned i = 0; i < ITEMS; i++) {
		row = item(i);
		put(help, &row);
	}
}

/* Their numbers, newest first, as letters. */
static void
check(struct help *help, const char *mount, const struct published_place *place,
    unsigned most, const char *expected)
{
	const struct published_scope scope = { 1, mount };
	struct recording_msg *rows = calloc(ITEMS, sizeof(*rows));
	char found[ITEMS + 1] = "";
	unsigned count;

	assert_true(published_rows(
	    help->ledger->store, &scope, place, rows, most, &count));
	for (unsigned i = 0; i < count; i++) {
		found[i] = rows[i].id[2];
		assert_int_equal(rows[i].chapters, found[i] - '0');
		assert_int_equal(rows[i].bytes, 1000 + found[i] - '0');
	}
	assert_string_equal(found, expected);
	free(rows);
}

static unsigned
count_of(struct help *help, const char *mount, bool *is_known)
{
	const struct published_scope scope = { 1, mount };
	struct published_facts facts = { 0 };

	assert_true(published_facts(help->ledger->store, &scope, &facts));
	*is_known = facts.is_known;
	return facts.count;
}

static void
newest_come_first_in_pieces(void **state)
{
	struct help *help = *state;
	const struct published_place all = { 0 }, later = { .skip = 4 };
	const struct published_place below = { .before_ms = NOON + 1,
		.below_id = "id3" };

	put_all(help);
	check(help, "", &all, ITEMS, "543210");
	check(help, "", &all, 2, "54");
	check(help, "", &later, 4, "10");
	check(help, "", &below, 3, "210");
	check(help, "/demo/a", &all, ITEMS, "420");
	check(help, "/demo/b", &below, 2, "1");
	check(help, "/demo/c", &all, ITEMS, "");
}

static void
only_what_is_whole_and_public_counts(void **state)
{
	struct help *help = *state;
	const struct published_place all = { 0 };
	struct recording_msg row;
	bool is_known;

	put_all(help);
	assert_int_equal(count_of(help, "", &is_known), ITEMS);
	row = item(0);
	row.is_public = false;
	put(help, &row);
	row = item(1);
	row.trashed_ms = NOON;
	put(help, &row);
	row = item(2);
	row.state = RECORDING_FINISHING;
	put(help, &row);
	row = item(3);
	row.sha256[0] = '\0';
	put(help, &row);
	row = item(4);
	row.member = 2;
	strcpy(row.id, "id9");
	put(help, &row);
	row = item(5);
	row.state = RECORDING_BROKEN;
	put(help, &row);
	check(help, "", &all, ITEMS, "54");
	assert_int_equal(count_of(help, "", &is_known), 2);
	assert_int_equal(count_of(help, "/demo/a", &is_known), 1);
	assert_true(is_known);
}

static void
what_was_published_once_is_known(void **state)
{
	struct help *help = *state;
	struct recording_msg row = item(0);
	bool is_known;

	assert_int_equal(count_of(help, "", &is_known), 0);
	assert_false(is_known);
	row.is_public = false;
	row.published_ms = 0;
	put(help, &row);
	assert_int_equal(count_of(help, "", &is_known), 0);
	assert_false(is_known);
	row.published_ms = NOON;
	put(help, &row);
	assert_int_equal(count_of(help, "", &is_known), 0);
	assert_true(is_known);
	assert_int_equal(count_of(help, "/demo/b", &is_known), 0);
	assert_false(is_known);
}

TEST_MAIN(HELP_TEST(newest_come_first_in_pieces),
    HELP_TEST(only_what_is_whole_and_public_counts),
    HELP_TEST(what_was_published_once_is_known))
