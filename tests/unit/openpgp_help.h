/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * openpgp_help - people with secret keys, in a folder of their own: what
 * members have at home, made with gpg itself. */
#ifndef OPENPGP_HELP_H
#define OPENPGP_HELP_H

#include "test.h"

#include "base/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define HOME_BYTES 64

static inline void
home_make(char home[HOME_BYTES])
{
	strcpy(home, "/tmp/all2all-gnupg-XXXXXX");
	assert_non_null(mkdtemp(home));
}

/* What the shell command printed, for free(); gpg stands for ours at home. */
static inline char *
home_run(const char *home, const char *command)
{
	struct bytes all = { 0 };
	char *line, *text;
	FILE *out;
	size_t n;

	assert_true(asprintf(&line,
			"export GNUPGHOME=%s LC_ALL=C; "
			"gpg() { command gpg --batch --quiet --no-tty "
			"--pinentry-mode loopback --passphrase '' \"$@\"; }; "
			"{ %s; } 2>>%s/errors",
			home, command, home) > 0);
	out = popen(line, "re");
	assert_non_null(out);
	while ((n = fread(bytes_room(&all, 4096), 1, 4096, out)) > 0)
		bytes_added(&all, n);
	if (pclose(out) != 0)
		fail_msg("failed: %s", line);
	bytes_append(&all, "", 1);
	text = strdup((const char *)all.data);
	bytes_free(&all);
	free(line);
	return text;
}

static inline void
home_do(const char *home, const char *command)
{
	free(home_run(home, command));
}

/* A key that signs, with a subkey that encrypts. */
static inline void
home_add(const char *home, const char *name)
{
	char command[256];

	snprintf(command, sizeof(command),
	    "gpg --quick-gen-key '%s' ed25519 cert,sign never && "
	    "gpg --quick-add-key $(gpg --list-keys --with-colons %s |"
	    " awk -F: '/^fpr/ { print $10; exit }') cv25519 encr never",
	    name, name);
	home_do(home, command);
}

static inline char *
home_public(const char *home, const char *name)
{
	char command[128];

	snprintf(command, sizeof(command), "gpg --armor --export '%s'", name);
	return home_run(home, command);
}

/* The message, signed by name; how is --clear-sign or "--armor --sign". */
static inline char *
home_sign(
    const char *home, const char *name, const char *how, const char *message)
{
	char path[HOME_BYTES + 16], command[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/message", home);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs(message, file);
	assert_int_equal(fclose(file), 0);
	snprintf(
	    command, sizeof(command), "gpg -u '%s' %s <%s", name, how, path);
	return home_run(home, command);
}

static inline void
home_end(const char *home)
{
	char command[HOME_BYTES + 16];

	home_do(home, "gpgconf --kill all");
	snprintf(command, sizeof(command), "rm -rf %s", home);
	assert_int_equal(system(command), 0);
}

/* Two people, for all tests of a file: make_people and end_people are its group
 * set-up and end. */
static char home[HOME_BYTES];
static char *ana_key, *bob_key;

static inline int
make_people(void **state)
{
	(void)state;
	home_make(home);
	home_add(home, "ana");
	home_add(home, "bob");
	ana_key = home_public(home, "ana");
	bob_key = home_public(home, "bob");
	return 0;
}

static inline int
end_people(void **state)
{
	(void)state;
	home_end(home);
	free(ana_key);
	free(bob_key);
	return 0;
}

#endif
