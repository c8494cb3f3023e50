/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "life_help.h"
#include "openpgp_help.h"

#include "ledger/delegates.h"
#include "ledger/mandate.h"

#include <time.h>

#define NONCE "nonce: 2f7c5b0e9d1a4c38\n"
#define DATES "from: 2026-11-22T00:00Z\nuntil: 2026-12-01T00:00Z\n"
#define WHO   "delegate: bob\nmember: ana\n"
#define GOOD  WHO "mounts: /ana/live /ana/talk\n" DATES NONCE

/* gpg signs with the machine's time, so it is that here too. */
static int
begin(void **state)
{
	struct help *help;

	help_begin(state);
	help = *state;
	clock_set(1000, (int64_t)time(NULL) * 1000);
	add_ana(help);
	EXPECT(help, 0, "ana has", "member", "key", "ana", ana_key);
	return 0;
}

static int
end(void **state)
{
	struct help *help = *state;
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s/gnupg", help->folder);
	assert_int_equal(system(command), 0);
	return help_end(state);
}

#define KEY_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

/* A delegation by ana, from an hour ago for two days. */
static char *
order(const char *name, const char *mounts, unsigned number)
{
	char from[CLOCK_ISO_BYTES], until[CLOCK_ISO_BYTES], *text;

	clock_iso(clock_wall_ms() - 3600000, from);
	clock_iso(clock_wall_ms() + 2 * DAY_MS, until);
	assert_true(asprintf(&text,
			"delegate: %s\nmember: ana\nmounts: %s\nfrom: %s\n"
			"until: %s\nnonce: abcdefghijklmnop%u\n",
			name, mounts, from, until, number) > 0);
	return text;
}

static char *
signed_order(const char *who, char *text)
{
	char *message = home_sign(home, who, "--clear-sign", text);

	free(text);
	return message;
}

static int64_t
rows(const struct help *help)
{
	return help_number(help,
	    "SELECT (SELECT count(*) FROM delegate) + "
	    "(SELECT count(*) FROM mandate) + (SELECT count(*) FROM audit)");
}

static void
give(struct help *help, char *message, int status, const char *part)
{
	int64_t before = rows(help);

	EXPECT(help, status, part, "member", "delegate", message);
	if (status != 0)
		assert_int_equal(rows(help), before);
	free(message);
}

static void
a_mandate_is_read_line_by_line(void **state)
{
	struct mandate mandate;
	char *error = NULL;

	(void)state;
	assert_true(mandate_read(GOOD, &mandate, &error));
	assert_false(mandate.is_revocation);
	assert_string_equal(mandate.name, "bob");
	assert_string_equal(mandate.slug, "ana");
	assert_string_equal(mandate.mounts, "/ana/live /ana/talk");
	assert_string_equal(mandate.nonce, "2f7c5b0e9d1a4c38");
	assert_int_equal(mandate.until_ms - mandate.from_ms, 9 * DAY_MS);
	assert_true(mandate_read("\r\n" NONCE "\t\r\nfrom:2026-11-22\r\n"
				 "until: \t2026-11-23 \nmounts: *\r\n" WHO,
	    &mandate, &error));
	assert_string_equal(mandate.mounts, "*");
	assert_true(
	    mandate_read("revoke: bob\nmember: ana\n" NONCE, &mandate, &error));
	assert_true(mandate.is_revocation);
	assert_string_equal(mandate.name, "bob");
}

static void
a_mandate_with_a_mistake_is_refused(void **state)
{
	static const char *const cases[][2] = {
		{ "", "one line, delegate: or revoke:" },
		{ GOOD "more: words\n", "a line is none of" },
		{ GOOD "words\n", "a line is none of" },
		{ "Delegate: bob\n", "a line is none of" },
		{ GOOD "member: ana\n", "two lines with member" },
		{ GOOD "revoke: bob\n", "one line, delegate: or revoke:" },
		{ GOOD "mounts:\n", "two lines with mounts" },
		{ "member:  \n" GOOD, "member: is empty" },
		{ WHO "mounts: *\n" DATES, "no line nonce" },
		{ WHO DATES NONCE, "no line mounts" },
		{ WHO "mounts: *\nfrom: 2026-11-22\n" NONCE, "no line until" },
		{ "delegate: bob\nmounts: *\n" DATES NONCE, "no line member" },
		{ "delegate: Bob\nmember: ana\nmounts: *\n" DATES NONCE,
		    "delegate: a slug is" },
		{ "delegate: b.b\nmember: ana\nmounts: *\n" DATES NONCE,
		    "delegate: a slug is" },
		{ "delegate: source\nmember: ana\nmounts: *\n" DATES NONCE,
		    "delegate: this word" },
		{ WHO "mounts: /bob/live\n" DATES NONCE, "below /ana/" },
		{ WHO "mounts: /ana/live /bob/live\n" DATES NONCE,
		    "below /ana/" },
		{ WHO "mounts: /ana\n" DATES NONCE, "below /ana/" },
		{ WHO "mounts: /ana/\n" DATES NONCE, "below /ana/" },
		{ WHO "mounts: /anabel/live\n" DATES NONCE, "below /ana/" },
		{ WHO "mounts: /ana/live *\n" DATES NONCE, "below /ana/" },
		{ WHO "mounts: *\nfrom: 2026-11-22\nuntil: soon\n" NONCE,
		    "from: and until: are days" },
		{ WHO "mounts: *\nfrom: 2026-11-22T21:00\n"
		      "until: 2026-11-23\n" NONCE,
		    "from: and until: are days" },
		{ WHO "mounts: *\nfrom: 2026-11-23\nuntil: 2026-11-23\n" NONCE,
		    "not later" },
		{ WHO "mounts: *\n" DATES "nonce: 2f7c5b0e9d1a4c3\n",
		    "16 to 64 letters" },
		{ WHO "mounts: *\n" DATES "nonce: 2f7c5b0e-d1a4c38\n",
		    "16 to 64 letters" },
		{ "revoke: bob\nmember: ana\nmounts: *\n" NONCE,
		    "does not belong" },
	};
	struct mandate mandate;

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *error = NULL;

		if (mandate_read(cases[i][0], &mandate, &error) ||
		    strstr(error, cases[i][1]) == NULL)
			fail_msg("%u: <%s>", i, error);
		free(error);
	}
}

static void
a_signed_message_makes_a_key(void **state)
{
	struct help *help = *state;
	struct delegates_msg *told;
	const char *text;

	give(help, signed_order("ana", order("bob", "/ana/live", 1)), 0,
	    "key: bob.");
	assert_int_equal(help_number(help,
			     "SELECT count(*) FROM delegate WHERE "
			     "key_hash GLOB '$y$*'"),
	    1);
	assert_int_equal(help_number(help,
			     "SELECT count(*) FROM mandate WHERE message GLOB "
			     "'-----BEGIN PGP SIGNED MESSAGE-----*'"),
	    1);
	assert_int_equal(help_number(help,
			     "SELECT count(*) FROM audit WHERE who GLOB "
			     "'OpenPGP *'"
			     " AND what GLOB 'member delegate bob from=*'"),
	    1);
	assert_int_equal(COMMAND(help, &text, "member", "delegates", "ana"), 0);
	assert_non_null(strstr(text, "/ana/live"));
	assert_non_null(strstr(text, "now"));
	told = delegates_snapshot(help->ledger->store);
	assert_int_equal(told->count, 1);
	assert_string_equal(told->rows[0].name, "bob");
	assert_int_equal(told->rows[0].member, 1);
	message_free((struct message *)told);
}

static void
a_message_is_good_for_once(void **state)
{
	struct help *help = *state;
	char *message = signed_order("ana", order("bob", "*", 1));

	give(help, strdup(message), 0, "key: bob.");
	give(help, strdup(message), 1, "used before");
	EXPECT(help, 0, "any more", "member", "undelegate", "ana", "bob",
	    "--person", "Eva");
	give(help, message, 1, "used before");
	give(help, signed_order("ana", order("eva", "*", 1)), 1, "used before");
	give(help, signed_order("ana", order("bob", "*", 2)), 0, "key: bob.");
}

static void
only_the_pinned_key_may_sign(void **state)
{
	struct help *help = *state;

	give(help, signed_order("bob", order("bob", "*", 1)), 1,
	    "not known here");
	EXPECT(help, 0, "key: ", "member", "add", "bob");
	EXPECT(help, 0, "bob has", "member", "key", "bob", bob_key);
	give(help, signed_order("bob", order("bob", "*", 1)), 1,
	    "not signed with this member's key");
	give(help, order("bob", "*", 1), 1, "no clear-signed OpenPGP message");
	give(help,
	    home_sign(home, "ana", "--clear-sign",
		"delegate: bob\nmember: eva\nmounts: *\n" DATES NONCE),
	    1, "there is no member \"eva\"");
	EXPECT(help, 0, "key: ", "member", "add", "eva");
	give(help,
	    home_sign(home, "ana", "--clear-sign",
		"delegate: bob\nmember: eva\nmounts: *\n" DATES NONCE),
	    1, "has no OpenPGP key here");
}

static void
a_changed_message_is_refused(void **state)
{
	struct help *help = *state;
	char *message = signed_order("ana", order("bob", "/ana/live", 1));
	char *at = strstr(message, "live");

	assert_non_null(at);
	memcpy(at, "talk", 4);
	give(help, message, 1, "the signature is not good");
}

static void
a_message_is_good_for_some_days(void **state)
{
	struct help *help = *state;
	int64_t now_ms = clock_wall_ms();
	char *message;

	clock_set(1000, now_ms + 20 * DAY_MS);
	message = signed_order("ana", order("bob", "*", 1));
	give(help, strdup(message), 1, "older than 14 days");
	clock_set(1000, now_ms - DAY_MS);
	give(help, strdup(message), 1, "from the future");
	clock_set(1000, now_ms + 13 * DAY_MS);
	give(help, message, 0, "key: bob.");
	clock_set(1000, now_ms);
	message = signed_order("ana", order("eva", "*", 2));
	clock_set(1000, now_ms + 3 * DAY_MS);
	give(help, message, 1, "until: is over");
	clock_set(1000, now_ms + 367 * DAY_MS);
	message = order("eva", "*", 2);
	clock_set(1000, now_ms);
	give(help, signed_order("ana", message), 1, "at most a year");
}

static void
a_member_has_eight_delegates_at_most(void **state)
{
	struct help *help = *state;
	char name[8];

	for (unsigned i = 0; i < DELEGATES_MOST; i++) {
		snprintf(name, sizeof(name), "bob%u", i);
		give(help, signed_order("ana", order(name, "*", i)), 0, name);
	}
	give(help, signed_order("ana", order("eva", "*", 9)), 1,
	    "8 delegates already");
	give(help, signed_order("ana", order("bob3", "*", 9)), 1,
	    "of this name");
	EXPECT(help, 0, "any more", "member", "undelegate", "ana", "bob3",
	    "--person", "Eva");
	give(help, signed_order("ana", order("eva", "*", 9)), 0, "eva.");
	clock_set(1000, clock_wall_ms() + 3 * DAY_MS);
	give(help, signed_order("ana", order("bob0", "*", 10)), 0, "bob0.");
}

static void
a_delegate_is_revoked_by_a_message_or_a_person(void **state)
{
	static const char revocation[] =
	    "revoke: bob\nmember: ana\nnonce: ponmlkjihgfedcba\n";
	struct help *help = *state;
	struct delegates_msg *told;
	char *message = home_sign(home, "ana", "--clear-sign", revocation);

	give(help, strdup(message), 1, "no delegate of this name");
	give(help, signed_order("ana", order("bob", "*", 1)), 0, "bob.");
	give(help, strdup(message), 0, "may not feed for ana any more");
	told = delegates_snapshot(help->ledger->store);
	assert_int_equal(told->count, 1);
	assert_true(told->rows[0].is_revoked);
	message_free((struct message *)told);
	give(help, signed_order("ana", order("bob", "*", 2)), 0, "bob.");
	give(help, message, 1, "used before");
	EXPECT(help, 1, "--person", "member", "undelegate", "ana", "bob");
	EXPECT(help, 1, "no delegate", "member", "undelegate", "ana", "eva",
	    "--person", "Eva");
	EXPECT(help, 0, "any more", "member", "undelegate", "ana", "bob",
	    "--person", "Eva");
	EXPECT(help, 1, "no delegate", "member", "undelegate", "ana", "bob",
	    "--person", "Eva");
	EXPECT(help, 0, "revoked", "member", "delegates", "ana");
	clock_set(1000, clock_wall_ms() + 3700000);
	told = delegates_snapshot(help->ledger->store);
	assert_int_equal(told->count, 0);
	message_free((struct message *)told);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_mandate_is_read_line_by_line),
		TEST(a_mandate_with_a_mistake_is_refused),
		KEY_TEST(a_signed_message_makes_a_key),
		KEY_TEST(a_message_is_good_for_once),
		KEY_TEST(only_the_pinned_key_may_sign),
		KEY_TEST(a_changed_message_is_refused),
		KEY_TEST(a_message_is_good_for_some_days),
		KEY_TEST(a_member_has_eight_delegates_at_most),
		KEY_TEST(a_delegate_is_revoked_by_a_message_or_a_person),
	};

	return cmocka_run_group_tests(tests, make_people, end_people);
}
