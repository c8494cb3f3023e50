/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "letters/mime.h"

#include <string.h>

#define RELAY "4b1d0c1e-8c6e-4c5e-9f57-1c2d3e4f5a6b"

static struct mime_letter
plain_letter(void)
{
	return (struct mime_letter){ .relay = RELAY,
		.id = 7,
		.made_ms = INT64_C(1795262400000),
		.from = "mail@example.org",
		.to = "ana@example.net",
		.to_name = "Ana",
		.subject = "Hello",
		.body = "One line.\n" };
}

/* As a string; free with bytes_free(). */
static const char *
build(const struct mime_letter *letter, struct bytes *out)
{
	const char *error = NULL;

	memset(out, 0, sizeof(*out));
	if (!mime_build(letter, out, &error))
		fail_msg("%s", error);
	bytes_append(out, "", 1);
	return (const char *)out->data;
}

static void
expect_part(const struct mime_letter *letter, const char *part)
{
	struct bytes out;
	const char *text = build(letter, &out);

	if (strstr(text, part) == NULL)
		fail_msg("no <%s> in <%s>", part, text);
	bytes_free(&out);
}

static void
expect_refused(const struct mime_letter *letter)
{
	struct bytes out = { 0 }, armored = { 0 };
	const char *error = NULL;

	assert_false(mime_build(letter, &out, &error));
	assert_non_null(error);
	assert_false(mime_build_inner(letter, &out, &error));
	assert_false(mime_build_sealed(letter, &armored, &out, &error));
	assert_int_equal(out.len, 0);
	bytes_free(&out);
}

static void
a_letter_has_all_its_headers(void **state)
{
	struct mime_letter letter = plain_letter();

	(void)state;
	expect_part(&letter, "Date: Sat, 21 Nov 2026 12:00:00 +0000\r\n");
	expect_part(&letter, "Message-ID: <" RELAY ".7@example.org>\r\n");
	expect_part(&letter, "From: all2all <mail@example.org>\r\n");
	expect_part(&letter, "To: Ana\r\n <ana@example.net>\r\n");
	expect_part(&letter, "Subject: Hello\r\n");
	expect_part(&letter,
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "One line.\r\n");
}

static void
only_a_notice_can_be_unsubscribed(void **state)
{
	struct mime_letter letter = plain_letter();
	struct bytes out;

	(void)state;
	assert_null(strstr(build(&letter, &out), "List-Unsubscribe"));
	bytes_free(&out);
	letter.is_notice = true;
	expect_part(&letter,
	    "List-Unsubscribe: <mailto:mail@example.org"
	    "?subject=unsubscribe>\r\n");
}

static void
the_same_letter_is_the_same_bytes(void **state)
{
	struct mime_letter letter = plain_letter();
	struct bytes one, other;

	(void)state;
	build(&letter, &one);
	build(&letter, &other);
	assert_int_equal(one.len, other.len);
	assert_memory_equal(one.data, other.data, one.len);
	bytes_free(&one);
	bytes_free(&other);
}

static void
what_is_not_ascii_becomes_encoded_words(void **state)
{
	struct mime_letter letter = plain_letter();

	(void)state;
	letter.subject = "Élan";
	letter.to_name = "Ana, <eve@example.com>";
	expect_part(&letter, "Subject: =?UTF-8?B?w4lsYW4=?=\r\n");
	expect_part(&letter,
	    "To: =?UTF-8?B?QW5hLCA8ZXZlQGV4YW1wbGUuY29tPg==?=\r\n"
	    " <ana@example.net>\r\n");
	letter.subject = "=?UTF-8?B?QUJD?=";
	expect_part(&letter, "Subject: =?UTF-8?B?PT9VVEYt");
}

static void
long_words_are_cut_between_characters(void **state)
{
	struct mime_letter letter = plain_letter();

	(void)state;
	/* 39 bytes hold 19 of two bytes. */
	letter.subject = "éééééééééééééééééééééééé";
	expect_part(
	    &letter, "w6nDqcOpw6k=?=\r\n =?UTF-8?B?w6nDqcOpw6nDqQ==?=\r\n");
}

static void
no_line_is_longer_than_mail_allows(void **state)
{
	struct mime_letter letter = plain_letter();
	char body[4000];
	struct bytes out;

	(void)state;
	memset(body, 'x', sizeof(body));
	memcpy(body + 1000, "é = é\t\n.\nFrom here \n", 22);
	body[sizeof(body) - 1] = '\0';
	letter.body = body;
	letter.subject = "A subject that is quite a bit longer than any that "
			 "we write ourselves, and goes on and on";
	for (const char *at = build(&letter, &out), *end; *at != '\0';
	     at = end + 2) {
		end = strstr(at, "\r\n");
		assert_non_null(end);
		assert_null(memchr(at, '\n', (size_t)(end - at)));
		assert_true(end - at <= 78);
	}
	bytes_free(&out);
	expect_part(&letter, "=C3=A9 =3D =C3=A9=09\r\n=2E\r\n=46rom here=20");
}

static void
nothing_breaks_a_header(void **state)
{
	static const char *const bad[] = { "a\r\nBcc: eve@example.com", "a\nb",
		"a\rb", "a\tb", "a\x7f", "\xff\xfe", "a\x1b[1m" };
	struct mime_letter letter;

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		letter = plain_letter();
		letter.subject = bad[i];
		expect_refused(&letter);
		letter = plain_letter();
		letter.to_name = bad[i];
		expect_refused(&letter);
		letter = plain_letter();
		letter.relay = bad[i];
		expect_refused(&letter);
	}
}

static void
addresses_are_only_addresses(void **state)
{
	static const char *const bad[] = { "", "ana", "@example.org", "ana@",
		"a@b@c", "ana@example.org>\r\nRCPT TO:<eve@example.com",
		"ana @example.org", "<ana@example.org>", "ana@example.org,b",
		"an\xc3\xa9@example.org", "\"a\"@example.org" };
	struct mime_letter letter;

	(void)state;
	assert_null(mime_bad_address("ana+radio@mail.example.org"));
	for (unsigned i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_non_null(mime_bad_address(bad[i]));
		letter = plain_letter();
		letter.to = bad[i];
		expect_refused(&letter);
		letter = plain_letter();
		letter.from = bad[i];
		expect_refused(&letter);
	}
}

static void
a_sealed_letter_shows_neither_text_nor_subject(void **state)
{
	struct mime_letter letter = plain_letter();
	struct bytes out = { 0 }, armored = { 0 };
	const char *error, *text;

	(void)state;
	bytes_text(&armored, "-----BEGIN PGP MESSAGE-----\n\nAAAA\n");
	assert_true(mime_build_sealed(&letter, &armored, &out, &error));
	bytes_append(&out, "", 1);
	text = (const char *)out.data;
	assert_null(strstr(text, "One line"));
	assert_null(strstr(text, "Hello"));
	assert_non_null(strstr(text,
	    "Content-Type: multipart/encrypted; boundary=\"=_" RELAY ".7\";\r\n"
	    " protocol=\"application/pgp-encrypted\"\r\n"));
	assert_non_null(strstr(text, "\r\n\r\nVersion: 1\r\n\r\n--=_"));
	assert_non_null(strstr(
	    text, "\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nAAAA\r\n"));
	bytes_eat(&out, out.len);
	assert_true(mime_build_inner(&letter, &out, &error));
	bytes_append(&out, "", 1);
	text = (const char *)out.data;
	assert_non_null(strstr(text, "Subject: Hello\r\n"));
	assert_non_null(strstr(text, "\r\n\r\nOne line.\r\n"));
	bytes_free(&out);
	bytes_free(&armored);
}

TEST_MAIN(TEST(a_letter_has_all_its_headers),
    TEST(only_a_notice_can_be_unsubscribed),
    TEST(the_same_letter_is_the_same_bytes),
    TEST(what_is_not_ascii_becomes_encoded_words),
    TEST(long_words_are_cut_between_characters),
    TEST(no_line_is_longer_than_mail_allows), TEST(nothing_breaks_a_header),
    TEST(addresses_are_only_addresses),
    TEST(a_sealed_letter_shows_neither_text_nor_subject))
