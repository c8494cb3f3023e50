/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "life_help.h"

static void
round_says(struct help *help, int day, const char *state)
{
	struct member_row row;

	at_day(day);
	assert_true(rounds_run(help->ledger));
	assert_int_equal(
	    members_find(help->ledger->store, "ana", &row), MEMBERS_DONE);
	if (strcmp(members_state_word(row.member.state), state) != 0)
		fail_msg("day %d: %s, not %s", day,
		    members_state_word(row.member.state), state);
}

static void
who_ordered_streams_after_paying(void **state)
{
	struct help *help = *state;

	EXPECT(help, 0, "key: ", "member", "add", "ana", "--ordered");
	EXPECT(help, 0, "state: ordered\n", "member", "show", "ana");
	EXPECT(help, 0, "activated: -\n", "member", "show", "ana");
	EXPECT(help, 0, "ana is ordered", "member", "invoice", "ana", "1",
	    "--sent", "2026-11-20", "--amount", "120", "--currency", "EUR");
	EXPECT(help, 1, "no access yet", "member", "block", "ana", "--reason",
	    "obvious-offence", "--reference", "r", "--person", "p");
	EXPECT(help, 0, "ana is active", "member", "invoice", "ana", "1",
	    "--paid", "2026-11-21");
	EXPECT(help, 0, "activated: 2026-11-21T12:00:00Z\n", "member", "show",
	    "ana");
	EXPECT(help, 1, "activated already", "member", "activate", "ana");
	EXPECT(help, 0, "key: ", "member", "add", "bob", "--ordered");
	EXPECT(help, 0, "bob is active", "member", "activate", "bob");
}

static void
without_payment_the_clock_goes_on(void **state)
{
	struct help *help = *state;

	add_ana(help);
	EXPECT(help, 0, "is new", "member", "invoice", "ana", "2026-7",
	    "--sent", "2026-11-07", "--due", "2026-11-21", "--amount", "120.00",
	    "--currency", "EUR");
	EXPECT(help, 0, "overdue_from: 2026-11-22\n", "member", "show", "ana");
	EXPECT(help, 0, "blocked_from: 2026-12-21\n", "member", "show", "ana");
	EXPECT(help, 0, "deleted_from: 2027-01-20\n", "member", "show", "ana");
	round_says(help, 0, "active");
	round_says(help, 1, "overdue");
	round_says(help, 29, "overdue");
	help->ledger->members_changed = false;
	round_says(help, 30, "blocked");
	assert_true(help->ledger->members_changed);
	help->ledger->members_changed = false;
	round_says(help, 30, "blocked");
	assert_false(help->ledger->members_changed);
	EXPECT(help, 0, "block_reason: payment\n", "member", "show", "ana");
	EXPECT(help, 1, "has an invoice to pay", "member", "unblock", "ana");
	round_says(help, 59, "blocked");
	round_says(help, 60, "due");
	EXPECT(help, 0, "blocked: 2026-12-21T12:00:00Z\n", "member", "show",
	    "ana");
	EXPECT(help, 0, "ana is active", "member", "invoice", "ana", "2026-7",
	    "--paid", "2027-01-20");
	EXPECT(help, 0, "blocked: -\n", "member", "show", "ana");
	EXPECT(help, 0, "block_reason: -\n", "member", "show", "ana");
	assert_int_equal(
	    help_number(help,
		"SELECT count(*) FROM audit WHERE who = 'clock' AND what IN "
		"('member overdue', 'member block reason=payment', "
		"'member due for deletion', 'member active')"),
	    4);
	EXPECT(help, 0, "member due for deletion", "audit", "--member", "ana");
}

/* At midnight in Brussels, which is 23:00 UTC the day before. */
static void
days_begin_in_the_members_zone(void **state)
{
	struct help *help = *state;

	add_ana(help);
	EXPECT(help, 0, "", "member", "invoice", "ana", "1", "--sent",
	    "2026-11-07", "--due", "2026-11-21", "--amount", "1", "--currency",
	    "EUR");
	clock_set(1000, NOON + 11 * 3600000 - 1);
	assert_true(rounds_run(help->ledger));
	EXPECT(help, 0, "state: active\n", "member", "show", "ana");
	EXPECT(help, 0, "", "member", "set", "ana", "--zone", "Asia/Tokyo");
	EXPECT(help, 0, "state: overdue\n", "member", "show", "ana");
	EXPECT(
	    help, 0, "", "member", "set", "ana", "--zone", "Europe/Brussels");
	EXPECT(help, 0, "state: active\n", "member", "show", "ana");
	clock_set(1000, NOON + 11 * 3600000);
	assert_true(rounds_run(help->ledger));
	EXPECT(help, 0, "state: overdue\n", "member", "show", "ana");
}

static void
a_block_needs_reason_reference_and_person(void **state)
{
	struct help *help = *state;

	add_ana(help);
	EXPECT(help, 2, "usage: ", "member", "block", "ana");
	EXPECT(help, 1, "--reason is ", "member", "block", "ana", "--reason",
	    "taste", "--reference", "r", "--person", "p");
	EXPECT(help, 1, "needs --reference", "member", "block", "ana",
	    "--reason", "legal-decision");
	EXPECT(help, 1, "needs --reference", "member", "block", "ana",
	    "--reason", "legal-decision", "--reference", "r");
	EXPECT(help, 1, "needs --reference", "member", "block", "ana",
	    "--reason", "legal-decision", "--reference", " ", "--person", "p");
	EXPECT(help, 1, "no member", "member", "block", "bob", "--reason",
	    "legal-decision", "--reference", "r", "--person", "p");
	EXPECT(help, 1, "no invoice to pay", "member", "block", "ana",
	    "--reason", "payment");
	EXPECT(help, 0, "state: active\n", "member", "show", "ana");
	assert_int_equal(help_number(help, "SELECT count(*) FROM audit"), 1);
	EXPECT(help, 0, "ana is blocked", "member", "block", "ana", "--reason",
	    "legal-decision", "--reference", "2026/117 \"B\"", "--person",
	    "An\xc3\xa9");
	EXPECT(help, 0,
	    "member block reason=legal-decision "
	    "reference=\"2026/117 \\\"B\\\"\" person=\"An\xc3\xa9\"",
	    "audit", "--member", "ana");
	EXPECT(help, 0, "block_person: An\xc3\xa9\n", "member", "show", "ana");
	/* Payment changes nothing about it, only a person does. */
	round_says(help, 400, "blocked");
	EXPECT(help, 0, "ana is active", "member", "unblock", "ana", "--person",
	    "Eve");
	EXPECT(help, 0, "member unblock person=\"Eve\"", "audit");
	EXPECT(help, 1, "is not blocked", "member", "unblock", "ana");
}

static void
after_a_decision_payment_counts_again(void **state)
{
	struct help *help = *state;

	add_ana(help);
	EXPECT(help, 0, "", "member", "invoice", "ana", "1", "--sent",
	    "2026-10-01", "--due", "2026-10-15", "--amount", "1", "--currency",
	    "EUR", "--paid", "2026-10-16");
	EXPECT(help, 0, "", "member", "block", "ana", "--reason",
	    "security-emergency", "--reference", "r", "--person", "p");
	EXPECT(help, 0, "ana is blocked", "member", "invoice", "ana", "1",
	    "--paid", "none");
	EXPECT(help, 0, "ana is blocked", "member", "unblock", "ana");
	EXPECT(help, 0, "block_reason: payment\n", "member", "show", "ana");
	/* Told today that it is for payment: a month is left from here. */
	EXPECT(help, 0, "deleted_from: 2026-12-21\n", "member", "show", "ana");
}

static void
by_hand_only_a_person_blocks(void **state)
{
	struct help *help = *state;

	help->ledger->life_rules.is_automatic = false;
	add_ana(help);
	EXPECT(help, 0, "", "member", "invoice", "ana", "1", "--sent",
	    "2026-11-07", "--due", "2026-11-21", "--amount", "1", "--currency",
	    "EUR");
	round_says(help, 29, "overdue");
	EXPECT(help, 1, "not blocked for payment before 2026-12-21", "member",
	    "block", "ana", "--reason", "payment");
	round_says(help, 300, "overdue");
	EXPECT(help, 0, "ana is blocked", "member", "block", "ana", "--reason",
	    "payment", "--person", "Eve");
	round_says(help, 301, "blocked");
	EXPECT(help, 0, "ana is overdue", "member", "unblock", "ana");
	round_says(help, 302, "overdue");
}

static void
a_hold_keeps_data_from_deletion(void **state)
{
	struct help *help = *state;

	add_ana(help);
	EXPECT(help, 0, "", "member", "invoice", "ana", "1", "--sent",
	    "2026-11-07", "--due", "2026-11-21", "--amount", "1", "--currency",
	    "EUR");
	round_says(help, 30, "blocked");
	EXPECT(help, 2, "usage: ", "member", "hold", "ana");
	EXPECT(help, 0, "is held", "member", "hold", "ana", "--reference", "r",
	    "--person", "p");
	EXPECT(help, 0, "deleted_from: -\n", "member", "show", "ana");
	round_says(help, 600, "blocked");
	EXPECT(help, 0, "not held", "member", "release", "ana", "--reference",
	    "r", "--person", "p");
	EXPECT(help, 0, "state: due\n", "member", "show", "ana");
}

static void
solidarity_is_a_decision_and_is_never_blocked_for_payment(void **state)
{
	struct help *help = *state;

	add_ana(help);
	EXPECT(help, 0, "is set", "plan", "set", "fund", "--solidarity", "yes");
	EXPECT(help, 1, "its dossier", "member", "plan", "ana", "fund");
	EXPECT(help, 0, "ana has fund", "member", "plan", "ana", "fund",
	    "--reference", "D 7", "--person", "Eve");
	EXPECT(help, 0, "dossier: 2026-11-21, D 7, Eve\n", "member", "show",
	    "ana");
	EXPECT(help, 0, "ana is active", "member", "invoice", "ana", "1",
	    "--sent", "2026-01-01", "--amount", "1", "--currency", "EUR");
	round_says(help, 600, "active");
	EXPECT(help, 0, "no plan", "member", "plan", "ana", "none");
	EXPECT(help, 0, "state: blocked\n", "member", "show", "ana");
	EXPECT(help, 0, "dossier: -\n", "member", "show", "ana");
}

static void
plans_are_set_and_changed_in_parts(void **state)
{
	struct help *help = *state;
	struct member_row row;

	add_ana(help);
	EXPECT(help, 0, "is set", "plan", "set", "small", "--quota", "500GB",
	    "--listeners", "100", "--bitrate", "192", "--mounts", "2");
	EXPECT(help, 0, "is set", "plan", "set", "small", "--listeners", "none",
	    "--at-quota", "cap", "--storage", "20TB");
	EXPECT(help, 0, "ana has small", "member", "plan", "ana", "small");
	EXPECT(help, 0,
	    "small,500000000000,cap,20000000000000,stop,,192,2,no,1\r\n",
	    "plan", "list", "--format", "csv");
	assert_int_equal(
	    members_find(help->ledger->store, "ana", &row), MEMBERS_DONE);
	assert_int_equal(row.member.max_listeners, NO_LIMIT);
	assert_int_equal(row.member.max_bitrate_kbps, 192);
	assert_int_equal(row.member.max_mounts, 2);
	EXPECT(help, 1, "no plan \"big\"", "member", "plan", "ana", "big");
	EXPECT(help, 1, "a plan's name", "plan", "set", "none");
	EXPECT(help, 1, "a plan's name", "plan", "set", "a b");
	EXPECT(help, 1, "--quota is", "plan", "set", "x", "--quota", "500G");
	EXPECT(help, 1, "--quota is", "plan", "set", "x", "--quota", "-1");
	EXPECT(help, 1, "--quota is", "plan", "set", "x", "--quota", "10001TB");
	EXPECT(help, 1, "--mounts is", "plan", "set", "x", "--mounts", "1.5");
	EXPECT(help, 1, "--listeners is", "plan", "set", "x", "--listeners",
	    "1000001");
	EXPECT(help, 1, "--at-storage is", "plan", "set", "x", "--at-storage",
	    "spin");
	EXPECT(help, 0, "is set", "plan", "set", "small", "--at-storage",
	    "rotate");
	EXPECT(help, 0, ",20000000000000,rotate,", "plan", "list", "--format",
	    "csv");
	EXPECT(
	    help, 1, "--at-quota is", "plan", "set", "x", "--at-quota", "end");
	assert_int_equal(help_number(help, "SELECT count(*) FROM plan"), 1);
}

static void
settings_are_checked(void **state)
{
	struct help *help = *state;

	add_ana(help);
	EXPECT(help, 0, "changed", "member", "set", "ana", "--email",
	    "ana@example.org", "--zone", "America/New_York", "--language", "nl",
	    "--publisher", "Ana vzw", "--kind", "ngo", "--name", "Ana");
	EXPECT(help, 0, "email: ana@example.org\n", "member", "show", "ana");
	EXPECT(help, 0, "zone: America/New_York\n", "member", "show", "ana");
	EXPECT(help, 0, "publisher: Ana vzw\n", "member", "show", "ana");
	EXPECT(help, 2, "usage: ", "member", "set", "ana");
	EXPECT(help, 1, "--zone is", "member", "set", "ana", "--zone",
	    "Europe/Bruxelles");
	EXPECT(help, 1, "--zone is", "member", "set", "ana", "--zone",
	    "../../etc/passwd");
	EXPECT(help, 1, "--language is", "member", "set", "ana", "--language",
	    "de");
	EXPECT(help, 1, "--kind is", "member", "set", "ana", "--kind", "club");
	EXPECT(help, 1, "e-mail", "member", "set", "ana", "--email", "ana");
	EXPECT(help, 1, "e-mail", "member", "set", "ana", "--email",
	    "a@b.example, c@d.example");
	EXPECT(help, 1, "e-mail", "member", "set", "ana", "--kind", "person",
	    "--email", "Ana <a@b>");
	/* All or nothing. */
	EXPECT(help, 0, "kind: ngo\n", "member", "show", "ana");
	EXPECT(help, 1, "no member", "member", "set", "bob", "--kind", "ngo");
}

static void
a_store_that_cannot_be_written_moves_nobody(void **state)
{
	struct help *help = *state;

	add_ana(help);
	EXPECT(help, 0, "", "member", "invoice", "ana", "1", "--sent",
	    "2026-11-07", "--due", "2026-11-21", "--amount", "1", "--currency",
	    "EUR");
	at_day(30);
	assert_int_equal(help_sql(help,
			     "CREATE TEMP TRIGGER odd BEFORE INSERT ON "
			     "main.audit BEGIN SELECT RAISE(ABORT, 'full'); "
			     "END"),
	    SQLITE_OK);
	help->ledger->members_changed = false;
	assert_false(rounds_run(help->ledger));
	assert_false(help->ledger->members_changed);
	EXPECT(help, 0, "state: active\n", "member", "show", "ana");
	EXPECT(help, 1, "full", "plan", "set", "x");
	EXPECT(help, 1, "full", "member", "invoice", "ana", "2", "--sent",
	    "2026-11-07", "--amount", "1", "--currency", "EUR");
	assert_int_equal(help_sql(help, "DROP TRIGGER odd"), SQLITE_OK);
	round_says(help, 30, "blocked");
	assert_int_equal(help_number(help, "SELECT count(*) FROM invoice"), 1);
}

static void
a_broken_chain_is_no_answer(void **state)
{
	struct help *help = *state;

	add_ana(help);
	EXPECT(help, 0, "1,2026-11-21T12:00:00Z,control socket,ana,member add,",
	    "audit", "--format", "csv");
	EXPECT(help, 1, "no member", "audit", "--member", "bob");
	assert_int_equal(help_sql(help,
			     "DROP TRIGGER audit_no_update;"
			     "UPDATE audit SET what = 'x'"),
	    SQLITE_OK);
	EXPECT(help, 1, "row 1 is not what was written", "audit");
}

TEST_MAIN(HELP_TEST(who_ordered_streams_after_paying),
    HELP_TEST(without_payment_the_clock_goes_on),
    HELP_TEST(days_begin_in_the_members_zone),
    HELP_TEST(a_block_needs_reason_reference_and_person),
    HELP_TEST(after_a_decision_payment_counts_again),
    HELP_TEST(by_hand_only_a_person_blocks),
    HELP_TEST(a_hold_keeps_data_from_deletion),
    HELP_TEST(solidarity_is_a_decision_and_is_never_blocked_for_payment),
    HELP_TEST(plans_are_set_and_changed_in_parts),
    HELP_TEST(settings_are_checked),
    HELP_TEST(a_store_that_cannot_be_written_moves_nobody),
    HELP_TEST(a_broken_chain_is_no_answer))
