/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "life_help.h"
#include "openpgp_help.h"

static int
end(void **state)
{
	struct help *help = *state;
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s/gnupg", help->folder);
	assert_int_equal(system(command), 0);
	return help_end(state);
}

#define KEY_TEST(name) cmocka_unit_test_setup_teardown(name, help_begin, end)

/* How many keys the server keeps. */
static unsigned
kept(const struct help *help)
{
	char command[256], *text;
	unsigned count;

	snprintf(command, sizeof(command),
	    "gpg --homedir %s/gnupg --no-autostart --list-keys --with-colons |"
	    " grep -c ^pub || true",
	    help->folder);
	text = home_run(home, command);
	count = (unsigned)strtoul(text, NULL, 10);
	free(text);
	return count;
}

static void
the_first_key_is_pinned_and_shown(void **state)
{
	struct help *help = *state;
	const char *text;

	add_ana(help);
	EXPECT(help, 0, "ana has the OpenPGP key ", "member", "key", "ana",
	    ana_key);
	assert_int_equal(
	    help_number(help, "SELECT length(fingerprint) FROM member"), 40);
	assert_int_equal(COMMAND(help, &text, "member", "show", "ana"), 0);
	assert_non_null(strstr(text, "openpgp_key"));
	EXPECT(help, 0, "member key openpgp=", "audit");
	assert_int_equal(kept(help), 1);
	/* The same again, as after a new day of expiry, needs nobody. */
	EXPECT(help, 0, "ana has the OpenPGP key ", "member", "key", "ana",
	    ana_key);
	assert_int_equal(kept(help), 1);
}

static void
another_key_needs_somebody_to_answer_for_it(void **state)
{
	struct help *help = *state;

	add_ana(help);
	EXPECT(help, 0, "ana has", "member", "key", "ana", ana_key);
	EXPECT(help, 1, "has the key ", "member", "key", "ana", bob_key);
	assert_int_equal(kept(help), 1);
	EXPECT(
	    help, 1, "--person", "member", "key", "ana", bob_key, "--replace");
	EXPECT(help, 1, "--person", "member", "key", "ana", bob_key,
	    "--replace", "--person", " ");
	assert_int_equal(kept(help), 1);
	EXPECT(help, 0, "ana has", "member", "key", "ana", bob_key, "--replace",
	    "--person", "Eva \"Op\"");
	assert_int_equal(kept(help), 1);
	EXPECT(
	    help, 0, "person=\"Eva \\\"Op\\\"\"", "audit", "--format", "text");
}

static void
a_key_goes_when_nobody_has_it_any_more(void **state)
{
	struct help *help = *state;

	add_ana(help);
	EXPECT(help, 0, "key: ", "member", "add", "bob");
	EXPECT(help, 0, "ana has", "member", "key", "ana", ana_key);
	EXPECT(help, 0, "bob has", "member", "key", "bob", ana_key);
	EXPECT(help, 1, "--person", "member", "key", "ana", "--remove");
	EXPECT(help, 0, "no OpenPGP key any more", "member", "key", "ana",
	    "--remove", "--person", "Eva");
	assert_int_equal(kept(help), 1);
	EXPECT(help, 1, "ana has no OpenPGP key", "member", "key", "ana",
	    "--remove", "--person", "Eva");
	EXPECT(help, 0, "no OpenPGP key any more", "member", "key", "bob",
	    "--remove", "--person", "Eva");
	assert_int_equal(kept(help), 0);
	assert_int_equal(
	    help_number(
		help, "SELECT count(*) FROM member WHERE fingerprint IS NULL"),
	    2);
}

static void
what_is_no_key_changes_nothing(void **state)
{
	struct help *help = *state;
	char *secret;

	add_ana(help);
	EXPECT(
	    help, 1, "no OpenPGP public key", "member", "key", "ana", "words");
	secret = home_run(home, "gpg --armor --export-secret-keys ana");
	EXPECT(help, 1, "secret key", "member", "key", "ana", secret);
	free(secret);
	EXPECT(help, 1, "there is no member", "member", "key", "eva", ana_key);
	EXPECT(help, 2, "usage", "member", "key", "ana", ana_key, "--new");
	EXPECT(help, 2, "usage", "member", "key", "ana", ana_key, "--remove");
	EXPECT(help, 2, "usage", "member", "key", "ana", "--replace");
	EXPECT(help, 2, "usage", "member", "key", "ana", ana_key, "more");
	EXPECT(help, 2, "usage", "member", "key");
	assert_int_equal(
	    help_number(help,
		"SELECT count(*) FROM member WHERE fingerprint IS NOT NULL"),
	    0);
	assert_int_equal(help_number(help, "SELECT count(*) FROM audit"), 1);
	assert_int_equal(kept(help), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		KEY_TEST(the_first_key_is_pinned_and_shown),
		KEY_TEST(another_key_needs_somebody_to_answer_for_it),
		KEY_TEST(a_key_goes_when_nobody_has_it_any_more),
		KEY_TEST(what_is_no_key_changes_nothing),
	};

	return cmocka_run_group_tests(tests, make_people, end_people);
}
