/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "openpgp_help.h"

#include "base/mem.h"
#include "letters/openpgp.h"

#include <dirent.h>
#include <sys/stat.h>
#include <time.h>

#define WORDS "delegate: bob\nmember: ana\n"

/* Of the server. */
static char folder[HOME_BYTES + 8];
static struct openpgp *openpgp;

static int
begin(void **state)
{
	char *error = NULL;

	(void)state;
	snprintf(folder, sizeof(folder), "%s/server", home);
	openpgp = openpgp_open(folder, &error);
	if (openpgp == NULL)
		fail_msg("%s", error);
	return 0;
}

static int
end(void **state)
{
	char command[2 * HOME_BYTES];

	(void)state;
	openpgp_close(openpgp);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
	return 0;
}

#define HELP_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

static void
add(const char *key, char fingerprint[OPENPGP_FINGERPRINT_BYTES])
{
	char *error = NULL;

	if (!openpgp_add_key(openpgp, key, fingerprint, &error))
		fail_msg("%s", error);
}

static void
expect_refused(bool is_done, char *error, const char *part)
{
	if (is_done || error == NULL || strstr(error, part) == NULL)
		fail_msg("%d <%s>, not <%s>", is_done, error, part);
	free(error);
}

static void
refuse_key(const char *key, const char *part)
{
	char fingerprint[OPENPGP_FINGERPRINT_BYTES], *error = NULL;
	bool is_done = openpgp_add_key(openpgp, key, fingerprint, &error);

	expect_refused(is_done, error, part);
}

static void
refuse_message(const char *message, const char *part)
{
	struct openpgp_signed seen;
	char *error = NULL;
	bool is_done = openpgp_verify(openpgp, message, &seen, &error);

	expect_refused(is_done, error, part);
	assert_null(seen.text);
}

static void
expect_text(const char *message, const char *fingerprint, const char *text)
{
	struct openpgp_signed seen;
	char *error = NULL;

	if (!openpgp_verify(openpgp, message, &seen, &error))
		fail_msg("%s", error);
	assert_string_equal(seen.text, text);
	assert_string_equal(seen.fingerprint, fingerprint);
	assert_in_range(seen.signed_ms / 1000, time(NULL) - 60, time(NULL));
	free(seen.text);
}

static void
what_is_encrypted_only_its_owner_reads(void **state)
{
	char fingerprint[OPENPGP_FINGERPRINT_BYTES], path[2 * HOME_BYTES];
	struct bytes letter = { 0 };
	char *error = NULL, *read;
	FILE *file;

	(void)state;
	add(ana_key, fingerprint);
	assert_true(openpgp_encrypt(
	    openpgp, fingerprint, "caf\u00e9 au lait\n", &letter, &error));
	bytes_append(&letter, "", 1);
	assert_non_null(
	    strstr((char *)letter.data, "-----BEGIN PGP MESSAGE-----"));
	assert_null(strstr((char *)letter.data, "lait"));
	snprintf(path, sizeof(path), "%s/letter", home);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs((char *)letter.data, file);
	assert_int_equal(fclose(file), 0);
	read = home_run(home, "gpg --decrypt $GNUPGHOME/letter");
	assert_string_equal(read, "caf\u00e9 au lait\n");
	free(read);
	read = home_run(home,
	    "gpg --list-packets $GNUPGHOME/letter | grep -c '^:pubkey enc'");
	assert_string_equal(read, "1\n");
	free(read);
	bytes_free(&letter);
}

static void
nothing_is_encrypted_to_who_is_not_here(void **state)
{
	char fingerprint[OPENPGP_FINGERPRINT_BYTES], *error = NULL;
	struct bytes letter = { 0 };
	bool is_done;

	(void)state;
	add(ana_key, fingerprint);
	assert_true(openpgp_remove_key(openpgp, fingerprint, &error));
	assert_true(openpgp_remove_key(openpgp, fingerprint, &error));
	is_done = openpgp_encrypt(
	    openpgp, fingerprint, "words", &letter, &error);
	expect_refused(is_done, error, "there is no key");
	assert_int_equal(letter.len, 0);
}

static void
a_key_is_one_that_can_encrypt_and_is_good(void **state)
{
	char fingerprint[OPENPGP_FINGERPRINT_BYTES], *both, *text;

	(void)state;
	refuse_key("", "there is no OpenPGP public key");
	refuse_key("some words\n", "there is no OpenPGP public key");
	refuse_key("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n"
		   "-----END PGP PUBLIC KEY BLOCK-----\n",
	    "damaged");
	text = home_run(home, "gpg --armor --export-secret-keys ana");
	refuse_key(text, "this is a secret key");
	free(text);
	assert_true(asprintf(&both, "%s\n%s", ana_key, bob_key) > 0);
	refuse_key(both, "more than one");
	free(both);
	both = home_run(home, "gpg --armor --export ana bob");
	refuse_key(both, "more than one");
	free(both);
	text = home_run(home,
	    "gpg --quick-gen-key signer ed25519 sign never && "
	    "gpg --armor --export signer");
	refuse_key(text, "cannot encrypt");
	free(text);
	text = home_run(home, "gpg --armor --export ana | head -c 300");
	refuse_key(text, "");
	free(text);
	add(ana_key, fingerprint);
	assert_int_equal(strlen(fingerprint), 40);
}

static void
an_expired_or_revoked_key_is_refused(void **state)
{
	char fingerprint[OPENPGP_FINGERPRINT_BYTES], *text;

	(void)state;
	text = home_run(home,
	    "gpg --faked-system-time 20200101T000000 --quick-gen-key old "
	    "rsa2048 default 30d && gpg --armor --export old");
	refuse_key(text, "expired");
	free(text);
	home_add(home, "rev");
	text = home_public(home, "rev");
	add(text, fingerprint);
	free(text);
	text = home_run(home,
	    "rev=$(gpg --list-keys --with-colons rev |"
	    " awk -F: '/^fpr/ { print $10; exit }'); "
	    "sed 's/^:---/---/' $GNUPGHOME/openpgp-revocs.d/$rev.rev |"
	    " gpg --import; gpg --armor --export rev");
	refuse_key(text, "revoked");
	free(text);
}

static void
a_refused_key_is_not_kept(void **state)
{
	char fingerprint[OPENPGP_FINGERPRINT_BYTES], *both, *signed_by_bob;

	(void)state;
	add(ana_key, fingerprint);
	assert_true(asprintf(&both, "%s\n%s", ana_key, bob_key) > 0);
	refuse_key(both, "more than one");
	free(both);
	signed_by_bob = home_sign(home, "bob", "--clear-sign", WORDS);
	refuse_message(signed_by_bob, "not known here");
	free(signed_by_bob);
}

static void
a_clear_signed_text_is_read(void **state)
{
	char fingerprint[OPENPGP_FINGERPRINT_BYTES], *message;

	(void)state;
	add(ana_key, fingerprint);
	message = home_sign(home, "ana", "--clear-sign", WORDS "- dash\n");
	expect_text(message, fingerprint, WORDS "- dash\n");
	free(message);
	/* What gpg may have packed is not unpacked. */
	message = home_sign(home, "ana", "--armor --sign", WORDS);
	refuse_message(message, "no clear-signed OpenPGP message");
	free(message);
}

static void
a_subkey_signs_for_its_primary_key(void **state)
{
	char fingerprint[OPENPGP_FINGERPRINT_BYTES], *key, *message;

	(void)state;
	home_add(home, "sub");
	home_do(home,
	    "gpg --quick-add-key $(gpg --list-keys --with-colons sub |"
	    " awk -F: '/^fpr/ { print $10; exit }') ed25519 sign never");
	key = home_public(home, "sub");
	add(key, fingerprint);
	free(key);
	message = home_sign(home, "sub", "--clear-sign", WORDS);
	expect_text(message, fingerprint, WORDS);
	free(message);
}

static void
what_is_around_the_signed_part_is_not_read(void **state)
{
	char fingerprint[OPENPGP_FINGERPRINT_BYTES], *message, *around;

	(void)state;
	add(ana_key, fingerprint);
	message = home_sign(home, "ana", "--clear-sign", WORDS);
	assert_true(asprintf(&around, "mounts: /before\n\n%s\nmounts: /after\n",
			message) > 0);
	expect_text(around, fingerprint, WORDS);
	free(around);
	free(message);
}

static void
a_changed_text_is_refused(void **state)
{
	char fingerprint[OPENPGP_FINGERPRINT_BYTES], *message, *at;

	(void)state;
	add(ana_key, fingerprint);
	message = home_sign(home, "ana", "--clear-sign", WORDS);
	at = strstr(message, "bob");
	assert_non_null(at);
	at[0] = 'r';
	refuse_message(message, "the signature is not good");
	free(message);
}

static void
what_is_not_one_signed_message_is_refused(void **state)
{
	char fingerprint[OPENPGP_FINGERPRINT_BYTES];
	char *message, *two, *other;

	(void)state;
	add(ana_key, fingerprint);
	refuse_message("", "no clear-signed OpenPGP message");
	refuse_message(WORDS, "no clear-signed OpenPGP message");
	refuse_message(ana_key, "no clear-signed OpenPGP message");
	message = home_sign(home, "ana", "--armor --detach-sign", WORDS);
	refuse_message(message, "no clear-signed OpenPGP message");
	free(message);
	message = home_sign(home, "ana", "--armor --store", WORDS);
	refuse_message(message, "no clear-signed OpenPGP message");
	free(message);
	message = home_sign(home, "ana",
	    "--armor --trust-model always -r ana --encrypt --sign", WORDS);
	refuse_message(message, "");
	free(message);
	message = home_sign(home, "ana", "--clear-sign", WORDS);
	other = home_sign(home, "ana", "--armor --store", "more\n");
	assert_true(asprintf(&two, "%s\n%s", message, other) > 0);
	refuse_message(two, "more than one message");
	free(two);
	assert_true(asprintf(&two, "%s\n%s", message, message) > 0);
	refuse_message(two, "more than one message");
	free(two);
	free(other);
	free(message);
	message = home_sign(home, "ana", "-u bob --clear-sign", WORDS);
	refuse_message(message, "more than one signature");
	free(message);
}

/* A part without a signature, before or behind the signed one in one armor. */
static void
a_part_nobody_signed_is_never_read(void **state)
{
	char fingerprint[OPENPGP_FINGERPRINT_BYTES], *message;

	(void)state;
	add(ana_key, fingerprint);
	for (unsigned i = 0; i < 2; i++) {
		message = home_run(home,
		    i == 0 ? "cd $GNUPGHOME; echo 1 | gpg --store >plain; "
			     "echo 2 | gpg -u ana --sign >signed; "
			     "cat plain signed | gpg --enarmor |"
			     " sed 's/ARMORED FILE/MESSAGE/'"
			   : "cd $GNUPGHOME; cat signed plain | gpg --enarmor |"
			     " sed 's/ARMORED FILE/MESSAGE/'");
		assert_non_null(strstr(message, "BEGIN PGP MESSAGE"));
		refuse_message(message, "");
		free(message);
	}
}

static void
a_broken_digest_is_refused(void **state)
{
	char fingerprint[OPENPGP_FINGERPRINT_BYTES], *key, *message;

	(void)state;
	home_do(home, "gpg --quick-gen-key long default default never");
	key = home_public(home, "long");
	add(key, fingerprint);
	free(key);
	message = home_sign(
	    home, "long", "--digest-algo SHA1 --clear-sign", WORDS);
	refuse_message(message, "digest");
	free(message);
	message = home_sign(
	    home, "long", "--digest-algo SHA256 --clear-sign", WORDS);
	expect_text(message, fingerprint, WORDS);
	free(message);
}

static void
a_signature_or_key_that_has_expired_is_refused(void **state)
{
	char fingerprint[OPENPGP_FINGERPRINT_BYTES], *key, *message;

	(void)state;
	home_do(home, "gpg --quick-gen-key eve default default seconds=5");
	key = home_public(home, "eve");
	add(key, fingerprint);
	free(key);
	message = home_sign(home, "eve", "--clear-sign", WORDS);
	expect_text(message, fingerprint, WORDS);
	sleep(6);
	refuse_message(message, "the key of the signature is expired");
	free(message);
	add(ana_key, fingerprint);
	message = home_sign(
	    home, "ana", "--default-sig-expire seconds=1 --clear-sign", WORDS);
	sleep(2);
	refuse_message(message, "the signature is expired");
	free(message);
}

/* A few kilobytes that unpack to a hundred megabytes. */
static void
a_message_that_unpacks_to_too_much_is_refused(void **state)
{
	char fingerprint[OPENPGP_FINGERPRINT_BYTES], *message;

	(void)state;
	add(ana_key, fingerprint);
	message = home_run(home,
	    "head -c 10000000 /dev/zero | tr '\\0' a |"
	    " gpg -u ana --armor --compress-algo bzip2 --sign");
	assert_in_range(strlen(message), 100, 60000);
	refuse_message(message, "no clear-signed OpenPGP message");
	free(message);
	message = mem_new(100000);
	memset(message, 'a', 99999);
	refuse_message(message, "more than 64 KiB");
	refuse_key(message, "no OpenPGP public key");
	free(message);
}

static char *
read_key(const char *name)
{
	const char *top = getenv("srcdir");
	char path[256], *text = mem_new(4096);
	FILE *file;

	snprintf(path, sizeof(path), "%s/tests/data/openpgp/%s",
	    top != NULL ? top : ".", name);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_true(fread(text, 1, 4095, file) > 0);
	fclose(file);
	return text;
}

/* mal.asc has ana's primary key as a part of its own. */
static void
nobody_takes_anothers_key_as_a_part(void **state)
{
	char fingerprint[OPENPGP_FINGERPRINT_BYTES];
	char *victim = read_key("ana.asc"), *thief = read_key("mal.asc");
	struct bytes armored = { 0 };
	char *error = NULL;

	(void)state;
	add(victim, fingerprint);
	refuse_key(thief, "is of another key that is here");
	assert_true(
	    openpgp_encrypt(openpgp, fingerprint, WORDS, &armored, &error));
	add(victim, fingerprint);
	bytes_free(&armored);
	/* Who comes first with another's key is named when that one comes. */
	assert_true(openpgp_remove_key(openpgp, fingerprint, &error));
	add(thief, fingerprint);
	refuse_key(victim, "is of another key that is here");
	free(victim);
	free(thief);
}

/* Looks through /proc for a process that has the folder on its command line. */
static bool
somebody_works_there(void)
{
	char path[300], line[4096];
	struct dirent *entry;
	DIR *dir = opendir("/proc");
	bool is_seen = false;
	FILE *file;
	size_t n;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		snprintf(path, sizeof(path), "/proc/%s/cmdline", entry->d_name);
		file = fopen(path, "re");
		if (file == NULL)
			continue;
		n = fread(line, 1, sizeof(line) - 1, file);
		fclose(file);
		for (size_t i = 0; i < n; i++)
			line[i] = line[i] == '\0' ? ' ' : line[i];
		line[n] = '\0';
		is_seen |= strstr(line, folder) != NULL;
	}
	closedir(dir);
	return is_seen;
}

static void
nothing_stays_running_and_nobody_else_may_look(void **state)
{
	char fingerprint[OPENPGP_FINGERPRINT_BYTES], path[2 * HOME_BYTES];
	char *message, *error = NULL;
	struct bytes letter = { 0 };
	struct stat facts;

	(void)state;
	add(ana_key, fingerprint);
	message = home_sign(home, "ana", "--clear-sign", WORDS);
	expect_text(message, fingerprint, WORDS);
	free(message);
	assert_true(
	    openpgp_encrypt(openpgp, fingerprint, "words", &letter, &error));
	bytes_free(&letter);
	assert_false(somebody_works_there());
	snprintf(path, sizeof(path), "%s/S.gpg-agent", folder);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(stat(folder, &facts), 0);
	assert_int_equal(facts.st_mode & 07777, 0700);
}

static void
the_folder_is_made_safe_and_keys_stay(void **state)
{
	char fingerprint[OPENPGP_FINGERPRINT_BYTES], path[2 * HOME_BYTES];
	char *message, *error = NULL;
	struct stat facts;

	(void)state;
	add(ana_key, fingerprint);
	openpgp_close(openpgp);
	assert_int_equal(chmod(folder, 0755), 0);
	openpgp = openpgp_open(folder, &error);
	assert_non_null(openpgp);
	assert_int_equal(stat(folder, &facts), 0);
	assert_int_equal(facts.st_mode & 07777, 0700);
	message = home_sign(home, "ana", "--clear-sign", WORDS);
	expect_text(message, fingerprint, WORDS);
	free(message);
	snprintf(path, sizeof(path), "%s/no/such", home);
	assert_null(openpgp_open(path, &error));
	assert_non_null(strstr(error, "No such file"));
	free(error);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HELP_TEST(what_is_encrypted_only_its_owner_reads),
		HELP_TEST(nothing_is_encrypted_to_who_is_not_here),
		HELP_TEST(a_key_is_one_that_can_encrypt_and_is_good),
		HELP_TEST(an_expired_or_revoked_key_is_refused),
		HELP_TEST(a_refused_key_is_not_kept),
		HELP_TEST(a_clear_signed_text_is_read),
		HELP_TEST(a_subkey_signs_for_its_primary_key),
		HELP_TEST(what_is_around_the_signed_part_is_not_read),
		HELP_TEST(a_changed_text_is_refused),
		HELP_TEST(what_is_not_one_signed_message_is_refused),
		HELP_TEST(a_part_nobody_signed_is_never_read),
		HELP_TEST(a_broken_digest_is_refused),
		HELP_TEST(a_signature_or_key_that_has_expired_is_refused),
		HELP_TEST(a_message_that_unpacks_to_too_much_is_refused),
		HELP_TEST(nobody_takes_anothers_key_as_a_part),
		HELP_TEST(nothing_stays_running_and_nobody_else_may_look),
		HELP_TEST(the_folder_is_made_safe_and_keys_stay),
	};

	return cmocka_run_group_tests(tests, make_people, end_people);
}
