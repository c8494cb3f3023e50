/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * Statements that are closed by themselves. The clock is at NOON, 2026-11-21;
 * ana is a member since then. */
#include "life_help.h"

#include "ledger/statements.h"
#include "reports/reporter.h"
#include "reports/statement_commands.h"

/* As the reporter does, and then the clerk; how many were closed. */
static unsigned
close_due(struct help *help, int64_t statement_day)
{
	struct reporter reporter = { .store = help->ledger->store,
		.zones = zones_new(),
		.statement_day = statement_day };
	char *words[] = { (char *)"statement", (char *)"due" };
	struct bytes out = { 0 };
	unsigned count = 0;

	assert_int_equal(
	    call_run(&statement_commands, 1, &reporter, 2, words, &out), 0);
	if (reporter.passed != NULL) {
		struct statement_msg *told = (struct statement_msg *)
						 reporter.passed;

		assert_int_equal(statements_seal(reporter.store, told, &out),
		    STATEMENTS_DONE);
		for (; told != NULL; told = told->next)
			count++;
		message_free(reporter.passed);
	}
	zones_free(reporter.zones);
	bytes_free(&out);
	return count;
}

/* 40 days after the 21st of November is New Year's Eve. */
static void
the_last_month_is_closed_from_that_day_on(void **state)
{
	struct help *help = *state;

	add_ana(help);
	assert_int_equal(close_due(help, 1), 0); /* no member in October */
	at_day(9);                               /* the 30th */
	assert_int_equal(close_due(help, 1), 0);
	at_day(12); /* the 3rd */
	assert_int_equal(close_due(help, 4), 0);
	assert_int_equal(close_due(help, 3), 1);
	assert_int_equal(close_due(help, 3), 0);
	at_day(40);
	assert_int_equal(close_due(help, 3), 0);
	assert_int_equal(help_number(help,
			     "SELECT count(*) FROM statement "
			     "WHERE period = '2026-11'"),
	    1);
	assert_int_equal(help_number(help,
			     "SELECT count(*) FROM audit WHERE "
			     "what LIKE 'statement close%' AND who = 'clock'"),
	    1);
}

static void
a_day_that_was_missed_is_made_up_for(void **state)
{
	struct help *help = *state;

	add_ana(help);
	at_day(40);
	assert_int_equal(close_due(help, 1), 1);
}

/* Two minutes after its end, as by hand. */
static void
what_has_just_ended_waits(void **state)
{
	static const int64_t end = NOON + 9 * DAY_MS + 11 * 3600000;
	struct help *help = *state;

	add_ana(help);
	clock_set(1000, end + 119999);
	assert_int_equal(close_due(help, 1), 0);
	clock_set(1000, end + 120000);
	assert_int_equal(close_due(help, 1), 1);
}

static void
only_who_is_served_gets_one(void **state)
{
	struct help *help = *state;

	add_ana(help);
	EXPECT(help, 0, "key: ", "member", "add", "bob");
	EXPECT(help, 0, "key: ", "member", "add", "cas", "--ordered");
	EXPECT(help, 0, "blocked", "member", "block", "bob", "--reason",
	    "legal-decision", "--reference", "R", "--person", "P");
	at_day(12);
	assert_int_equal(close_due(help, 3), 1);
	EXPECT(help, 0, "active", "member", "unblock", "bob");
	assert_int_equal(close_due(help, 3), 1);
}

static void
the_letter_has_what_was_sealed(void **state)
{
	struct help *help = *state;

	add_ana(help);
	EXPECT(help, 0, "changed", "member", "set", "ana", "--email",
	    "ana@example.org");
	help_add(help, NOON_SLOT + 1, "/ana/a", 7200000);
	assert_true(ledger_flush(help->ledger));
	EXPECT(help, 1, "not sealed", "statement", "mail", "--member", "ana",
	    "--period", "2026-11");
	assert_int_equal(help_number(help, "SELECT count(*) FROM letter"), 0);
	at_day(12);
	assert_int_equal(close_due(help, 3), 1);
	/* help_add counts wire_out two above payload_out, listen_ms six. */
	assert_int_equal(
	    help_number(help,
		"SELECT count(*) FROM letter JOIN statement USING(member) "
		"WHERE kind = 'statement' AND subject = '2026-11' "
		"AND instr(body, 'used: 7200000 bytes') "
		"AND instr(body, 'wire: 7200002 bytes') "
		"AND instr(body, 'listening: 2.00 hours') "
		"AND instr(body, 'quota: none') "
		"AND instr(body, csv_sha256)"),
	    1);
}

static void
it_is_sent_once_more_when_asked_for(void **state)
{
	struct help *help = *state;

	add_ana(help);
	at_day(12);
	assert_int_equal(close_due(help, 3), 1);
	assert_int_equal(help_number(help, "SELECT count(*) FROM letter"), 0);
	EXPECT(help, 1, "no e-mail address", "statement", "mail", "--member",
	    "ana", "--period", "2026-11");
	EXPECT(help, 0, "changed", "member", "set", "ana", "--email",
	    "ana@example.org");
	for (int i = 0; i < 2; i++) {
		EXPECT(help, 0, "ana@example.org", "statement", "mail",
		    "--member", "ana", "--period", "2026-11");
		assert_int_equal(
		    help_number(help,
			"SELECT count(*) FROM letter WHERE sent_ms IS NULL"),
		    1);
		help_sql(help, "UPDATE letter SET sent_ms = 1");
	}
	EXPECT(
	    help, 2, "statement mail", "statement", "mail", "--member", "ana");
	EXPECT(help, 1, "", "statement", "mail", "--member", "bob", "--period",
	    "2026-11");
}

TEST_MAIN(HELP_TEST(the_last_month_is_closed_from_that_day_on),
    HELP_TEST(a_day_that_was_missed_is_made_up_for),
    HELP_TEST(what_has_just_ended_waits),
    HELP_TEST(only_who_is_served_gets_one),
    HELP_TEST(the_letter_has_what_was_sealed),
    HELP_TEST(it_is_sent_once_more_when_asked_for))
