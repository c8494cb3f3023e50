/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "letters/packets.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
	const char *bytes;
	size_t len;
	const char *why; /* NULL: good as a key */
};

#define ROW(text, why)                                                         \
	{                                                                      \
		text, sizeof(text) - 1, why                                    \
	}

#define LONG_LENGTH "\xc6\xff\0\0\0\2ab"

static const struct row rows[] = {
	ROW("\x98\2ab", NULL),              /* old, one byte of length */
	ROW("\x99\0\2ab", NULL),            /* two */
	ROW("\x9a\0\0\0\2ab", NULL),        /* four */
	ROW("\xc6\2ab", NULL),              /* new */
	ROW(LONG_LENGTH, NULL),             /* five */
	ROW("\xc6\0", NULL),                /* nothing in it */
	ROW("\xc6\1a\xcd\1b\xc2\1c", NULL), /* key, user, signature */
	ROW("\xce\1a\xd1\1b\xcc\1c", NULL), /* subkey, picture, trust */
	ROW("\xc6\1a\xc8\2zz", "packet 8"), /* packed */
	ROW("\xa0\2zz", "packet 8"),
	ROW("\xa3zz", "damaged"),     /* packed, up to the end */
	ROW("\xc8\xe0zz", "damaged"), /* in parts */
	ROW("\xcb\1a", "packet 11"),  /* a text */
	ROW("\xc5\1a", "packet 5"),   /* a secret key */
	ROW("\xe8\1a", "packet 40"),
	ROW("\xff\1a", "packet 63"),
	ROW("\x46\1a", "damaged"), /* no packet */
	ROW("\xc6\3ab", "damaged"),
	ROW("\xc6", "damaged"),
	ROW("\xc6\xff\xff\xff\xff\xff", "damaged"),
	ROW("\xc6\xc0\0a", "damaged"), /* 192 bytes */
	ROW("\xc6\1ab", "damaged"),
};

static char *
armor(const char *kind, const void *bytes, size_t len)
{
	unsigned char digits[512];
	char *text;

	EVP_EncodeBlock(digits, bytes, (int)len);
	assert_true(asprintf(&text,
			"words\n-----BEGIN PGP %s-----\nComment: x\n\n%s\n"
			"=AAAA\n-----END PGP %s-----\n",
			kind, digits, kind) > 0);
	return text;
}

static void
expect(const char *text, enum packets_kind kind, const struct row *row)
{
	struct bytes out = { 0 };
	char *error = NULL;

	if (packets_read(text, kind, &out, &error)) {
		assert_null(row->why);
		assert_int_equal(out.len, row->len);
		assert_memory_equal(out.data, row->bytes, row->len);
	} else if (row->why == NULL || strstr(error, row->why) == NULL) {
		fail_msg("row %s: %s", row->why, error);
	}
	free(error);
	bytes_free(&out);
}

static void
only_what_a_key_is_made_of_is_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *text = armor(
		    "PUBLIC KEY BLOCK", rows[i].bytes, rows[i].len);

		expect(text, PACKETS_KEY, &rows[i]);
		free(text);
	}
}

static void
under_a_text_is_a_signature_only(void **state)
{
	static const struct row good = ROW("\xc2\1a\x88\1b", NULL);
	static const struct row key = ROW("\xc2\1a\xc6\1b", "packet 6");
	char *text = armor("SIGNATURE", good.bytes, good.len);

	(void)state;
	expect(text, PACKETS_SIGNATURE, &good);
	free(text);
	text = armor("SIGNATURE", key.bytes, key.len);
	expect(text, PACKETS_SIGNATURE, &key);
	free(text);
}

/* Each row is cut at every byte of its text: nothing is read beyond. */
static void
a_part_is_never_taken_for_the_whole(void **state)
{
	struct bytes out = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *text = armor(
		    "PUBLIC KEY BLOCK", rows[i].bytes, rows[i].len);
		/* The end may lack its last dash, and no more. */
		size_t whole = strlen(text) - 1;

		for (size_t len = 0; len < whole; len++) {
			char *part = strndup(text, len), *error = NULL;

			assert_false(
			    packets_read(part, PACKETS_KEY, &out, &error));
			assert_non_null(error);
			free(error);
			free(part);
		}
		free(text);
	}
	bytes_free(&out);
}

static void
there_is_one_block(void **state)
{
	static const struct row none = { "", 0, "there is no" };
	static const struct row two = { "", 0, "more than one" };
	static const struct row bad = { "", 0, "damaged" };
	char *text = armor("PUBLIC KEY BLOCK", "\xc6\1a", 3), *both;

	(void)state;
	assert_true(asprintf(&both, "%s%s", text, text) > 0);
	expect("", PACKETS_KEY, &none);
	expect(text, PACKETS_SIGNATURE, &none);
	expect(both, PACKETS_KEY, &two);
	expect("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n"
	       "-----END PGP PUBLIC KEY BLOCK-----\n",
	    PACKETS_KEY, &bad);
	expect("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n=\n"
	       "-----END PGP PUBLIC KEY BLOCK-----\n",
	    PACKETS_KEY, &bad);
	expect("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nab%c\n"
	       "-----END PGP PUBLIC KEY BLOCK-----\n",
	    PACKETS_KEY, &bad);
	free(both);
	free(text);
}

TEST_MAIN(cmocka_unit_test(only_what_a_key_is_made_of_is_taken),
    cmocka_unit_test(under_a_text_is_a_signature_only),
    cmocka_unit_test(a_part_is_never_taken_for_the_whole),
    cmocka_unit_test(there_is_one_block))
