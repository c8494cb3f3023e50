/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * The values are those that AWS publishes: the Signature Version 4 test suite,
 * and the examples for S3. */
#include "test.h"

#include "offload/sign.h"

#include <string.h>

#define EMPTY        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SECRET       "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define PAIRS(pairs) (pairs), sizeof(pairs) / sizeof(*(pairs))

static const struct sign_key suite = { "AKIDEXAMPLE", SECRET, "us-east-1",
	"service" };
static const struct sign_key example = { "AKIAIOSFODNN7EXAMPLE",
	"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1", "s3" };

#define SUITE_HOST                                                             \
	{                                                                      \
		"host", "example.amazonaws.com"                                \
	}
#define SUITE_DATE                                                             \
	{                                                                      \
		"x-amz-date", "20150830T123600Z"                               \
	}

static const struct sign_pair plain[] = { SUITE_HOST, SUITE_DATE };

static const char *
text_of(struct bytes *bytes)
{
	bytes_append(bytes, "", 1);
	return (const char *)bytes->data;
}

static void
expect_signature(const struct sign_key *key, const struct sign_request *request,
    const char *when, const char *signature)
{
	struct bytes text = { 0 };
	const char *at;

	sign_authorization(&text, key, request, when);
	at = strstr(text_of(&text), "Signature=");
	assert_non_null(at);
	assert_string_equal(at + strlen("Signature="), signature);
	bytes_free(&text);
}

static void
expect_suite(const char *method, const char *path, const char *query,
    const struct sign_pair *headers, size_t count, const char *signature)
{
	const struct sign_request request = { method, path, query, headers,
		count, EMPTY };

	expect_signature(&suite, &request, "20150830T123600Z", signature);
}

static void
the_test_suite_of_aws_is_signed_as_published(void **state)
{
	static const struct sign_pair trimmed[] = { SUITE_HOST,
		{ "my-header1", " value1" }, { "my-header2", " \"a   b   c\"" },
		SUITE_DATE };

	(void)state;
	expect_suite("GET", "/", "", PAIRS(plain),
	    "5fa00fa31553b73ebf1942676e86291e"
	    "8372ff2a2260956d9b8aae1d763fbf31");
	expect_suite("POST", "/", "", PAIRS(plain),
	    "5da7c1a2acd57cee7505fc6676e4e544"
	    "621c30862966e37dddb68e92efbe5d6b");
	expect_suite("GET", "/", "", PAIRS(trimmed),
	    "acc3ed3afb60bb290fc8d2dd0098b991"
	    "1fcaa05412b367055dee359757a9c736");
	expect_suite("GET",
	    "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz",
	    "", PAIRS(plain),
	    "07ef7494c76fa4850883e2b006601f94"
	    "0f8a34d404d0cfa977f52a65bbf5f24f");
	expect_suite("GET", "/%E1%88%B4", "", PAIRS(plain),
	    "8318018e0b0f223aa2bbf98705b62bb7"
	    "87dc9c0e678f255a891fd03141be5d85");
}

static void
a_query_is_sorted_by_name_and_value(void **state)
{
	static const struct sign_pair mixed[] = { { "Param2", "value2" },
		{ "Param1", "value1" } };
	static const struct sign_pair same[] = { { "Param1", "value2" },
		{ "Param1", "Value1" } };
	static const struct sign_pair close[] = { { "a-b", "" }, { "a", "=&" },
		{ "a", "" } };
	struct bytes query = { 0 };

	(void)state;
	sign_query(&query, PAIRS(mixed));
	expect_suite("GET", "/", text_of(&query), PAIRS(plain),
	    "b97d918cfa904a5beff61c982a1b6f45"
	    "8b799221646efd99d3219ec94cdf2500");
	bytes_free(&query);
	sign_query(&query, PAIRS(same));
	assert_string_equal(text_of(&query), "Param1=Value1&Param1=value2");
	bytes_free(&query);
	sign_query(&query, PAIRS(close));
	assert_string_equal(text_of(&query), "a=&a=%3D%26&a-b=");
	bytes_free(&query);
}

#define S3_HOST                                                                \
	{                                                                      \
		"host", "examplebucket.s3.amazonaws.com"                       \
	}
#define S3_DATE                                                                \
	{                                                                      \
		"x-amz-date", "20130524T000000Z"                               \
	}
#define S3_EMPTY                                                               \
	{                                                                      \
		"x-amz-content-sha256", EMPTY                                  \
	}

static void
the_examples_for_s3_are_signed_as_published(void **state)
{
	static const char hash[] = "44ce7dd67c959e0d3524ffac1771dfbb"
				   "a87d2b6b4b4e99e42034a8b803f8b072";
	static const struct sign_pair get[] = { S3_HOST, S3_DATE, S3_EMPTY,
		{ "range", "bytes=0-9" } };
	static const struct sign_pair put[] = { S3_HOST, S3_DATE,
		{ "date", "Fri, 24 May 2013 00:00:00 GMT" },
		{ "x-amz-content-sha256", hash },
		{ "x-amz-storage-class", "REDUCED_REDUNDANCY" } };
	static const struct sign_pair other[] = { S3_HOST, S3_DATE, S3_EMPTY };
	const struct sign_request requests[] = {
		{ "GET", "/test.txt", "", PAIRS(get), EMPTY },
		{ "PUT", "/test%24file.text", "", PAIRS(put), hash },
		{ "GET", "/", "lifecycle=", PAIRS(other), EMPTY },
		{ "GET", "/", "max-keys=2&prefix=J", PAIRS(other), EMPTY },
	};
	static const char *const signatures[] = {
		"f0e8bdb87c964420e857bd35b5d6ed31"
		"0bd44f0170aba48dd91039c6036bdb41",
		"98ad721746da40c64f1a55b78f14c238"
		"d841ea1380cd77a1b5971af0ece108bd",
		"fea454ca298b7da1c68078a5d1bdbfbb"
		"e0d65c699e0f91ac7a200a0136783543",
		"34b48302e7b5fa45bde8084f4b7868a8"
		"6f0a534bc59db6670ed5711ef69dc6f7",
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(requests) / sizeof(*requests); i++)
		expect_signature(
		    &example, &requests[i], "20130524T000000Z", signatures[i]);
}

static void
the_header_names_what_was_signed(void **state)
{
	const struct sign_request request = { "GET", "/", "", PAIRS(plain),
		EMPTY };
	struct bytes text = { 0 };

	(void)state;
	sign_authorization(&text, &suite, &request, "20150830T123600Z");
	assert_string_equal(text_of(&text),
	    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/"
	    "service/aws4_request, SignedHeaders=host;x-amz-date, Signature="
	    "5fa00fa31553b73ebf1942676e86291e"
	    "8372ff2a2260956d9b8aae1d763fbf31");
	bytes_free(&text);
	sign_canonical(&text, &request);
	assert_string_equal(text_of(&text),
	    "GET\n/\n\nhost:example.amazonaws.com\n"
	    "x-amz-date:20150830T123600Z\n\nhost;x-amz-date\n" EMPTY);
	bytes_free(&text);
}

static void
a_hostile_key_stays_one_path(void **state)
{
	static const char *const keys[][2] = {
		{ "../../etc/passwd", "../../etc/passwd" },
		{ "a b+c%20?x=1&y#z", "a%20b%2Bc%2520%3Fx%3D1%26y%23z" },
		{ "line\r\nHost: evil", "line%0D%0AHost%3A%20evil" },
		{ "\xc3\xa9\xff\x01\x7f", "%C3%A9%FF%01%7F" },
		{ "'()*!$,;:@", "%27%28%29%2A%21%24%2C%3B%3A%40" },
		{ "", "" },
	};
	struct bytes text = { 0 };

	(void)state;
	for (unsigned i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		sign_encode(&text, keys[i][0], true);
		assert_string_equal(text_of(&text), keys[i][1]);
		bytes_free(&text);
	}
	sign_encode(&text, "a/b", false);
	assert_string_equal(text_of(&text), "a%2Fb");
	bytes_free(&text);
}

static void
a_time_is_written_in_utc(void **state)
{
	char when[SIGN_WHEN_BYTES];

	(void)state;
	sign_when(INT64_C(1440938160999), when);
	assert_string_equal(when, "20150830T123600Z");
}

TEST_MAIN(TEST(the_test_suite_of_aws_is_signed_as_published),
    TEST(a_query_is_sorted_by_name_and_value),
    TEST(the_examples_for_s3_are_signed_as_published),
    TEST(the_header_names_what_was_signed), TEST(a_hostile_key_stays_one_path),
    TEST(a_time_is_written_in_utc))
