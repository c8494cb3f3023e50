/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * The invoice is due on the day of NOON, 2026-11-21. */
#include "life_help.h"

#include "ledger/letters.h"
#include "ledger/statements.h"

static void
add_reachable(struct help *help)
{
	add_ana(help);
	EXPECT(help, 0, "changed", "member", "set", "ana", "--email",
	    "ana@example.org", "--name", "Ana {due}");
}

static void
owe(struct help *help)
{
	EXPECT(help, 0, "ana is", "member", "invoice", "ana", "2026-1",
	    "--sent", "2026-11-07", "--due", "2026-11-21", "--amount", "120",
	    "--currency", "EUR");
}

static int64_t
count(struct help *help, const char *kind)
{
	char sql[128];

	snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM letter WHERE kind LIKE '%s'", kind);
	return help_number(help, sql);
}

static void
expect_body(struct help *help, const char *kind, const char *part)
{
	char sql[256];

	snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM letter WHERE kind = '%s' AND "
	    "instr(title || body, '%s')",
	    kind, part);
	if (help_number(help, sql) != 1)
		fail_msg("%s has no <%s>", kind, part);
}

static void
who_owes_is_told_on_four_days(void **state)
{
	static const struct {
		int day;
		const char *kind;
		int64_t all;
	} rows[] = { { 0, "overdue-0", 1 }, { 6, "overdue-0", 1 },
		{ 7, "overdue-7", 2 }, { 20, "overdue-7", 2 },
		{ 21, "overdue-21", 3 }, { 28, "overdue-28", 4 },
		{ 29, "overdue-28", 4 }, { 30, "blocked", 5 },
		{ 59, "blocked", 5 }, { 60, "due", 6 }, { 90, "due", 6 } };
	struct help *help = *state;

	add_reachable(help);
	at_day(-1);
	owe(help);
	assert_int_equal(count(help, "%"), 0);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		at_day(rows[i].day);
		for (int k = 0; k < 3; k++)
			assert_true(rounds_run(help->ledger));
		help_reopen(help);
		assert_true(rounds_run(help->ledger));
		assert_int_equal(count(help, "%"), rows[i].all);
		assert_int_equal(count(help, rows[i].kind), 1);
	}
	expect_body(help, "overdue-7", "Invoice 2026-1 of 120.00 EUR is due");
	expect_body(help, "overdue-7", "2026-12-21: new broadcasts");
	expect_body(help, "overdue-7", "2027-01-20: recordings");
	expect_body(help, "blocked", "Since 2026-12-21, new");
	expect_body(help, "blocked", "deletion on 2027-01-20");
	expect_body(help, "due", "since 2026-12-21, and since 2027-01-20");
	/* What a name says is no text of ours. */
	expect_body(help, "due", "Dear Ana {due},");
}

static void
missed_days_make_one_letter(void **state)
{
	struct help *help = *state;

	add_reachable(help);
	at_day(22);
	owe(help);
	assert_int_equal(count(help, "%"), 1);
	assert_int_equal(count(help, "overdue-21"), 1);
}

static void
a_payment_ends_it_and_another_debt_begins_again(void **state)
{
	struct help *help = *state;

	add_reachable(help);
	owe(help);
	EXPECT(help, 0, "active", "member", "invoice", "ana", "2026-1",
	    "--paid", "2026-11-21");
	at_day(8);
	assert_true(rounds_run(help->ledger));
	assert_int_equal(count(help, "%"), 1);
	EXPECT(help, 0, "active", "member", "invoice", "ana", "2026-2",
	    "--sent", "2026-11-29", "--due", "2026-11-29", "--amount", "1",
	    "--currency", "EUR");
	assert_int_equal(count(help, "overdue-0"), 2);
}

static void
without_an_address_nothing_is_written(void **state)
{
	struct help *help = *state;

	add_ana(help);
	at_day(30);
	owe(help);
	assert_int_equal(count(help, "%"), 0);
	assert_int_equal(
	    help_number(help, "SELECT state = 'blocked' FROM member"), 1);
}

static void
each_language_has_its_words(void **state)
{
	static const char *const words[][2] = { { "fr", "Facture 2026-1" },
		{ "nl", "Factuur 2026-1" } };
	struct help *help = *state;

	add_reachable(help);
	for (unsigned i = 0; i < 2; i++) {
		EXPECT(help, 0, "changed", "member", "set", "ana", "--language",
		    words[i][0]);
		help_sql(help, "DELETE FROM letter; DELETE FROM invoice");
		owe(help);
		expect_body(help, "overdue-0", words[i][1]);
	}
}

static void
a_decision_is_told_with_reason_and_reference(void **state)
{
	struct help *help = *state;

	add_reachable(help);
	EXPECT(help, 0, "blocked", "member", "block", "ana", "--reason",
	    "legal-decision", "--reference", "2026/17", "--person", "Tess");
	expect_body(help, "cut", "Reason: legal-decision");
	expect_body(help, "cut", "Reference: 2026/17");
	assert_int_equal(help_number(help,
			     "SELECT count(*) FROM letter WHERE "
			     "instr(body, 'Tess')"),
	    0);
}

static void
a_held_member_has_no_day_of_deletion(void **state)
{
	struct help *help = *state;

	add_reachable(help);
	EXPECT(help, 0, "held", "member", "hold", "ana", "--reference", "R",
	    "--person", "P");
	owe(help);
	expect_body(help, "overdue-0", "no day (it is held): recordings");
}

static void
quotas_are_told_once_a_month(void **state)
{
	struct help *help = *state;

	add_reachable(help);
	assert_int_equal(
	    help_sql(help, "UPDATE member SET activated_ms = 1"), SQLITE_OK);
	EXPECT(help, 0, "", "plan", "set", "small", "--quota", "1000000");
	EXPECT(help, 0, "small", "member", "plan", "ana", "small");
	help_add(help, NOON_SLOT, "/ana/a", 820000);
	assert_true(rounds_run(help->ledger));
	help_reopen(help);
	assert_true(rounds_run(help->ledger));
	assert_int_equal(count(help, "%"), 1);
	expect_body(help, "quota-80", "0.820 MB of 1.000 MB");
	help_add(help, NOON_SLOT, "/ana/a", 190000);
	help_reopen(help);
	help_add(help, NOON_SLOT, "/ana/a", 190000);
	assert_true(rounds_run(help->ledger));
	assert_int_equal(count(help, "quota-100"), 1);
	assert_int_equal(count(help, "%"), 2);
	assert_int_equal(help_number(help, "SELECT count(*) FROM notice"), 2);
}

static void
pauses_grow_until_it_is_given_up(void **state)
{
	static const int minutes[] = { 5, 10, 20, 40, 80, 160, 320, 640, 720,
		720 };
	struct help *help = *state;
	struct store *store = help->ledger->store;
	int64_t at_ms = NOON, tries = 0;
	struct letter letter;

	add_reachable(help);
	owe(help);
	/* A week without a mail server is no try. */
	at_ms += 7 * DAY_MS;
	for (unsigned i = 0; i < 10; i++) {
		clock_set(1000, at_ms);
		assert_int_equal(letters_next(store, &letter), LETTERS_FOUND);
		assert_int_equal(letter.tries, tries);
		assert_true(letters_failed(store, letter.id, tries, "no"));
		/* Told twice: nothing. */
		assert_true(letters_failed(store, letter.id, tries, "no"));
		assert_int_equal(
		    letters_waits(store, letter.id, tries), LETTERS_NONE);
		tries++;
		letter_clear(&letter);
		at_ms += minutes[i] * 60000;
		clock_set(1000, at_ms - 1);
		assert_int_equal(letters_next(store, &letter), LETTERS_NONE);
	}
	clock_set(1000, NOON + 12 * DAY_MS - 1);
	assert_true(letters_failed(store, 1, tries, "no"));
	assert_int_equal(
	    help_number(help, "SELECT gave_up_ms IS NULL FROM letter"), 1);
	clock_set(1000, NOON + 12 * DAY_MS);
	assert_true(letters_failed(store, 1, tries + 1, "no"));
	assert_int_equal(help_number(help, "SELECT gave_up_ms FROM letter"),
	    NOON + 12 * DAY_MS);
	clock_set(1000, NOON + 90 * DAY_MS);
	assert_int_equal(letters_next(store, &letter), LETTERS_NONE);
	EXPECT(help, 0, "given up", "letter", "list");
}

static void
a_person_may_have_it_sent_once_more(void **state)
{
	struct help *help = *state;
	struct store *store = help->ledger->store;
	struct letter letter;

	add_reachable(help);
	owe(help);
	assert_true(letters_failed(store, 1, 0, "no such \"box\""));
	assert_int_equal(letters_next(store, &letter), LETTERS_NONE);
	EXPECT(help, 0, "changed", "member", "set", "ana", "--email",
	    "new@example.org");
	EXPECT(help, 0, "letter 1", "letter", "retry", "1");
	assert_int_equal(letters_next(store, &letter), LETTERS_FOUND);
	assert_string_equal(letter.address, "new@example.org");
	/* What becomes of the one to the old address is not its business. */
	assert_true(letters_sent(store, 1, 1));
	assert_true(letters_failed(store, 1, 1, "no"));
	assert_int_equal(letters_waits(store, 1, letter.tries), LETTERS_FOUND);
	assert_true(letters_sent(store, 1, letter.tries));
	letter_clear(&letter);
	assert_int_equal(letters_next(store, &letter), LETTERS_NONE);
	EXPECT(help, 1, "no letter 1", "letter", "retry", "1");
	EXPECT(help, 1, "no letter 2", "letter", "retry", "2");
	EXPECT(help, 2, "letter retry ID", "letter", "retry", "one");
	EXPECT(help, 0, "\"sent\"", "letter", "list", "--member", "ana",
	    "--format", "json");
}

static void
no_letter_has_a_key(void **state)
{
	struct help *help = *state;
	const char *text;
	char key[64], sql[256];

	assert_int_equal(
	    COMMAND(help, &text, "member", "add", "ana", "--name", "Ana"), 0);
	assert_int_equal(sscanf(strstr(text, "key: "), "key: %63s", key), 1);
	EXPECT(help, 0, "changed", "member", "set", "ana", "--email",
	    "ana@example.org");
	owe(help);
	at_day(30);
	assert_true(rounds_run(help->ledger));
	snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM letter, member WHERE "
	    "instr(title || body, '%s') OR instr(title || body, key_hash)",
	    key);
	assert_int_equal(help_number(help, sql), 0);
	assert_int_equal(count(help, "%"), 2);
}

TEST_MAIN(HELP_TEST(who_owes_is_told_on_four_days),
    HELP_TEST(missed_days_make_one_letter),
    HELP_TEST(a_payment_ends_it_and_another_debt_begins_again),
    HELP_TEST(without_an_address_nothing_is_written),
    HELP_TEST(each_language_has_its_words),
    HELP_TEST(a_decision_is_told_with_reason_and_reference),
    HELP_TEST(a_held_member_has_no_day_of_deletion),
    HELP_TEST(quotas_are_told_once_a_month),
    HELP_TEST(pauses_grow_until_it_is_given_up),
    HELP_TEST(a_person_may_have_it_sent_once_more),
    HELP_TEST(no_letter_has_a_key))
