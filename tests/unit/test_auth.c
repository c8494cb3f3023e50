/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "http/request.h"

#include <string.h>

static const struct {
	const char *value;
	const char *user; /* NULL: not a login */
	const char *password;
} rows[] = {
	{ "Basic c291cmNlOmhhY2ttZQ==", "source", "hackme" },
	{ "basic c291cmNlOmhhY2ttZQ==", "source", "hackme" },
	{ "BASIC   c291cmNlOmhhY2ttZQ==", "source", "hackme" },
	{ "Basic c291cmNlOmhhY2ttZQ", "source", "hackme" },
	{ "Basic c291cmNlOmhhY2ttZQ=", "source", "hackme" },
	{ "Basic YTpiOmM=", "a", "b:c" }, { "Basic Og==", "", "" },
	{ "Basic OmE=", "", "a" }, { "Basic YTo=", "a", "" },
	{ "Basic w7w6w6Q=", "\xc3\xbc", "\xc3\xa4" },
	{ "Basic 8Dpz", "\xf0", "s" }, { "Basic Pz4/Oj8+Pw==", "?>?", "?>?" },
	{ "Basic YWI=", NULL, NULL },         /* no colon */
	{ "Basic ", NULL, NULL },             /* nothing */
	{ "Basic", NULL, NULL },              /* not even a space */
	{ "Basic YTpi YTpi", NULL, NULL },    /* two words */
	{ "Basic YTpi===", NULL, NULL },      /* too much padding */
	{ "Basic Y=Tpi", NULL, NULL },        /* padding inside */
	{ "Basic YTpiY", NULL, NULL },        /* 6 bits left over */
	{ "Basic Pz4_Oj8-Pw==", NULL, NULL }, /* base64url */
	{ "Basic YToAYg==", NULL, NULL },     /* a NUL */
	{ "Basic YTpiCg==", NULL, NULL },     /* a line end */
	{ "Digest YTpi", NULL, NULL }, { "Bearer YTpi", NULL, NULL },
	{ "Basic MDEyMzQ1Njc6YQ==", NULL, NULL }, /* user of 8 */
	{ "Basic MDEyMzQ1NjphYg==", "0123456", "ab" },
	{ "Basic YTowMTIzNDU2Nw==", NULL, NULL }, /* password of 8 */
};

static void
basic_logins_are_split(void **state)
{
	char user[8], password[8];
	bool found;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request_header header = { "authorization",
			rows[i].value };
		struct request request = { .headers = &header,
			.header_count = 1 };

		print_message("%s\n", rows[i].value);
		found = request_basic(
		    &request, user, sizeof(user), password, sizeof(password));
		assert_int_equal(found, rows[i].user != NULL);
		if (found) {
			assert_string_equal(user, rows[i].user);
			assert_string_equal(password, rows[i].password);
		}
	}
}

static void
a_request_without_a_login_has_none(void **state)
{
	struct request request = { 0 };
	char user[8], password[8];

	(void)state;
	assert_false(request_basic(
	    &request, user, sizeof(user), password, sizeof(password)));
}

static void
a_huge_login_is_refused(void **state)
{
	static char value[4000] = "Basic ";
	struct request_header header = { "authorization", value };
	struct request request = { .headers = &header, .header_count = 1 };
	static char user[4000], password[4000];

	(void)state;
	memset(value + 6, 'O', sizeof(value) - 7);
	assert_false(request_basic(
	    &request, user, sizeof(user), password, sizeof(password)));
}

TEST_MAIN(TEST(basic_logins_are_split),
    TEST(a_request_without_a_login_has_none), TEST(a_huge_login_is_refused))
