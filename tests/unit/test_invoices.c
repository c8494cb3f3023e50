/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "life_help.h"

#define HEAD "slug,reference,sent,due,paid,amount,currency\n"

static void
invoices_are_checked(void **state)
{
	struct help *help = *state;

	add_ana(help);
	EXPECT(help, 2, "a new invoice needs", "member", "invoice", "ana", "1",
	    "--paid", "2026-11-20");
#define INVOICE(reference, sent, amount, currency)                             \
	"member", "invoice", "ana", reference, "--sent", sent, "--amount",     \
	    amount, "--currency", currency
	EXPECT(
	    help, 1, "--sent is a day", INVOICE("1", "20.11.2026", "1", "EUR"));
	EXPECT(
	    help, 1, "--sent is a day", INVOICE("1", "2026-02-30", "1", "EUR"));
	EXPECT(help, 1, "--amount", INVOICE("1", "2026-11-20", "1,5", "EUR"));
	EXPECT(help, 1, "--amount", INVOICE("1", "2026-11-20", "-1", "EUR"));
	EXPECT(help, 1, "--amount", INVOICE("1", "2026-11-20", "0", "EUR"));
	EXPECT(help, 1, "--amount", INVOICE("1", "2026-11-20", "1.234", "EUR"));
	EXPECT(help, 1, "currency", INVOICE("1", "2026-11-20", "1", "euro"));
	EXPECT(
	    help, 1, "does not begin", INVOICE("=1", "2026-11-20", "1", "EUR"));
	EXPECT(help, 1, "--due is before",
	    INVOICE("1", "2026-11-20", "1", "EUR"), "--due", "2026-11-19");
	EXPECT(help, 1, "--paid is in the future",
	    INVOICE("1", "2026-11-20", "1", "EUR"), "--paid", "2026-12-24");
	assert_int_equal(help_number(help, "SELECT count(*) FROM invoice"), 0);
	EXPECT(help, 0, "is new", INVOICE("1", "2026-11-20", "1234.5", "EUR"));
	EXPECT(help, 0, "is known already",
	    INVOICE("1", "2026-11-20", "1234.50", "EUR"));
	EXPECT(help, 0, "ana,1,2026-11-20,2026-12-04,,1234.50,EUR\r\n",
	    "member", "invoices", "ana", "--format", "csv");
}

static void
the_same_table_again_changes_nothing(void **state)
{
	static const char table[] = "\xef\xbb\xbfslug,reference,sent,due,paid,"
				    "amount,currency\r\n"
				    "ana,\"A \"\"1\"\", b\",2026-10-01,,,"
				    "120.00,EUR\r\n"
				    "\r\n"
				    "bob,1,2026-11-01,2026-11-30,2026-11-02,"
				    "7.5,EUR";
	struct help *help = *state;
	int64_t rows;

	add_ana(help);
	EXPECT(help, 0, "key: ", "member", "add", "bob");
	EXPECT(help, 0, "2 new, 0 changed, 0 known already", "invoice",
	    "import", table);
	EXPECT(help, 0, "ana,\"A \"\"1\"\", b\",2026-10-01,2026-10-15,,120.00",
	    "member", "invoices", "ana", "--format", "csv");
	EXPECT(help, 0, "state: blocked\n", "member", "show", "ana");
	rows = help_number(help, "SELECT count(*) FROM audit");
	EXPECT(help, 0, "0 new, 0 changed, 2 known already", "invoice",
	    "import", table);
	assert_int_equal(help_number(help, "SELECT count(*) FROM audit"), rows);
	EXPECT(help, 0, "0 new, 1 changed, 0 known", "invoice", "import",
	    "currency,amount,paid,due,sent,reference,slug\n"
	    "EUR,120.00,2026-11-20,2026-10-15,2026-10-01,\"A \"\"1\"\", b\","
	    "ana\n");
	EXPECT(help, 0, "state: active\n", "member", "show", "ana");
	/* The older table does not take the payment back. */
	EXPECT(
	    help, 0, "0 new, 0 changed, 2 known", "invoice", "import", table);
	EXPECT(help, 0, "state: active\n", "member", "show", "ana");
}

static void
another_head_refuses_the_table(void **state)
{
	static const char *const heads[] = { "", "slug\n",
		"ana,1,2026-10-01,2026-10-15,,120.00,EUR\n",
		"slug,slug,sent,due,paid,amount,currency\n",
		"slug,reference,sent,due,paid,amount,money\n",
		"slug;reference;sent;due;paid;amount;currency\n" };
	struct help *help = *state;

	add_ana(help);
	for (unsigned i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		EXPECT(help, 1, "the first line must have", "invoice", "import",
		    heads[i]);
	assert_int_equal(help_number(help, "SELECT count(*) FROM invoice"), 0);
}

static void
a_bad_line_refuses_the_whole_table(void **state)
{
	static const char good[] = "ana,1,2026-10-01,2026-10-15,,120.00,EUR\n";
	static const struct {
		const char *line, *why;
	} lines[] = {
		{ "eve,2,2026-10-01,,,1,EUR\n",
		    "line 3, slug: \"eve\" is no member\n" },
		{ "ana,,2026-10-01,,,1,EUR\n",
		    "line 3, reference: \"\" a reference has 1 to 63" },
		{ "ana,2,,,,1,EUR\n", "line 3, sent: \"\" is missing\n" },
		{ "ana,2,1.10.2026,,,1,EUR\n",
		    "line 3, sent: \"1.10.2026\" is not a day" },
		{ "ana,2,2026-10-01,soon,,1,EUR\n",
		    "line 3, due: \"soon\" is not a day" },
		{ "ana,2,2026-10-01,2026-09-30,,1,EUR\n",
		    "line 3, due: \"2026-09-30\" is before" },
		{ "ana,2,2026-10-01,,2030-01-01,1,EUR\n",
		    "line 3, paid: \"2030-01-01\" is in the future" },
		{ "ana,2,2026-10-01,,,\"1,00\",EUR\n",
		    "line 3, amount: \"1,00\" is not an amount" },
		{ "ana,2,2026-10-01,,,1,Euro\n",
		    "line 3, currency: \"Euro\" a currency is" },
		{ "ana,=1+1,2026-10-01,,,1,EUR\n",
		    "line 3, reference: \"=1+1\" begins as a formula" },
		{ "@ana,1,2026-10-01,,,1,EUR\n",
		    "line 3, slug: \"@ana\" begins as a formula" },
		{ "ana,2,2026-10-01,,,-1,EUR\n",
		    "line 3, amount: \"-1\" begins as a formula" },
		{ "ana,2,2026-10-01,,,1\n",
		    "line 3: there are fields missing" },
		{ "ana,2,2026-10-01,,,1,EUR,x\n", "line 3: too many fields" },
		{ "ana,\"2,2026-10-01,,,1,EUR\n", "line 3: a quote is not" },
		{ "ana,2\"3,2026-10-01,,,1,EUR\n", "line 3: a quote within" },
		{ "ana,\"2\"3,2026-10-01,,,1,EUR\n", "line 3: text after" },
		{ "ana,2,2026-10-01,,,1,EUR\rana", "line 3: text after" },
		{ "ana,\"a\nb\",2026-10-01,,,1,EUR\n",
		    "line 3, reference: \"a\\u000ab\" a reference has no control" },
		{ "ana,\xff,2026-10-01,,,1,EUR\n", "a reference is UTF-8" },
	};
	struct help *help = *state;
	char table[512];

	add_ana(help);
	for (unsigned i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		snprintf(
		    table, sizeof(table), HEAD "%s%s", good, lines[i].line);
		EXPECT(help, 1, lines[i].why, "invoice", "import", table);
		EXPECT(help, 1, "nothing was imported", "invoice", "import",
		    table);
		assert_int_equal(
		    help_number(help, "SELECT count(*) FROM invoice"), 0);
	}
	assert_int_equal(help_number(help, "SELECT count(*) FROM audit"), 1);
}

static void
a_table_cut_anywhere_is_whole_or_refused(void **state)
{
	static const char table[] = HEAD
	    "ana,\"a\"\"1\",2026-10-01,2026-10-15,2026-10-02,120.00,EUR\r\n"
	    "ana,b2,2026-10-01,2026-10-15,,120.00,EUR\r\n";
	struct help *help = *state;
	char text[sizeof(table)];
	const char *answer;

	add_ana(help);
	for (size_t len = 0; len < sizeof(table); len++) {
		memcpy(text, table, len);
		text[len] = '\0';
		int status = COMMAND(help, &answer, "invoice", "import", text);

		assert_in_range(status, 0, 1);
		assert_int_equal(help_number(help,
				     "SELECT count(*) FROM invoice WHERE "
				     "reference NOT IN ('a\"1', 'b2')"),
		    0);
	}
	assert_int_equal(help_number(help, "SELECT count(*) FROM invoice"), 2);
}

TEST_MAIN(HELP_TEST(invoices_are_checked),
    HELP_TEST(the_same_table_again_changes_nothing),
    HELP_TEST(another_head_refuses_the_table),
    HELP_TEST(a_bad_line_refuses_the_whole_table),
    HELP_TEST(a_table_cut_anywhere_is_whole_or_refused))
