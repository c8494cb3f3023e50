/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "offload/sign.h"

#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HASH_BYTES 32
#define DAY_BYTES  9 /* of "20150830T123600Z", and a NUL */
#define ALGORITHM  "AWS4-HMAC-SHA256"

static bool
is_plain(char letter)
{
	return (letter >= 'a' && letter <= 'z') ||
	    (letter >= 'A' && letter <= 'Z') ||
	    (letter >= '0' && letter <= '9') ||
	    (letter != '\0' && strchr("-._~", letter) != NULL);
}

void
sign_encode(struct bytes *to, const char *text, bool is_path)
{
	for (; *text != '\0'; text++) {
		if (is_plain(*text) || (is_path && *text == '/'))
			bytes_append(to, text, 1);
		else
			bytes_format(to, "%%%02X", (unsigned char)*text);
	}
}

static int
by_text(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

static char *
ended(struct bytes *text)
{
	bytes_append(text, "", 1);
	return (char *)text->data;
}

/* By name, then by value: a plain comparison would sort by '=' too. */
static int
by_name(const void *one, const void *other)
{
	const char *a = *(char *const *)one, *b = *(char *const *)other;
	size_t a_len = strcspn(a, "="), b_len = strcspn(b, "=");
	size_t least = a_len < b_len ? a_len : b_len;
	int order = memcmp(a, b, least);

	if (order == 0 && a_len != b_len)
		order = a_len < b_len ? -1 : 1;
	return order != 0 ? order : strcmp(a, b);
}

void
sign_query(struct bytes *to, const struct sign_pair *pairs, size_t count)
{
	struct bytes texts[SIGN_MOST_PAIRS] = { 0 };
	char *sorted[SIGN_MOST_PAIRS] = { NULL };

	CHECK(count <= SIGN_MOST_PAIRS);
	for (size_t i = 0; i < count; i++) {
		sign_encode(&texts[i], pairs[i].name, false);
		bytes_text(&texts[i], "=");
		sign_encode(&texts[i], pairs[i].value, false);
		sorted[i] = ended(&texts[i]);
	}
	qsort(sorted, count, sizeof(*sorted), by_name);
	for (size_t i = 0; i < count; i++) {
		bytes_text(to, i > 0 ? "&" : "");
		bytes_text(to, sorted[i]);
	}
	for (size_t i = 0; i < count; i++)
		bytes_free(&texts[i]);
}

void
sign_when(int64_t wall_ms, char when[SIGN_WHEN_BYTES])
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	CHECK(strftime(when, SIGN_WHEN_BYTES, "%Y%m%dT%H%M%SZ", &tm) > 0);
}

/* Spaces at both ends go, several become one. */
static void
put_value(struct bytes *to, const char *value)
{
	const char *word = value + strspn(value, " ");
	size_t len;

	while (*word != '\0') {
		len = strcspn(word, " ");
		bytes_append(to, word, len);
		word += len;
		word += strspn(word, " ");
		if (*word != '\0')
			bytes_text(to, " ");
	}
}

/* The lines of the headers, sorted, each with its end; then their names. */
static void
put_headers(struct bytes *lines, struct bytes *names,
    const struct sign_request *request)
{
	struct bytes texts[SIGN_MOST_PAIRS] = { 0 };
	char *sorted[SIGN_MOST_PAIRS] = { NULL };
	size_t count = request->header_count;

	CHECK(count <= SIGN_MOST_PAIRS);
	for (size_t i = 0; i < count; i++) {
		bytes_format(&texts[i], "%s:", request->headers[i].name);
		put_value(&texts[i], request->headers[i].value);
		sorted[i] = ended(&texts[i]);
	}
	qsort(sorted, count, sizeof(*sorted), by_text);
	for (size_t i = 0; i < count; i++) {
		bytes_format(lines, "%s\n", sorted[i]);
		bytes_text(names, i > 0 ? ";" : "");
		bytes_append(names, sorted[i], strcspn(sorted[i], ":"));
	}
	for (size_t i = 0; i < count; i++)
		bytes_free(&texts[i]);
}

static void
put_canonical(
    struct bytes *to, struct bytes *names, const struct sign_request *request)
{
	bytes_format(
	    to, "%s\n%s\n%s\n", request->method, request->path, request->query);
	put_headers(to, names, request);
	bytes_text(to, "\n");
	bytes_append(to, names->data, names->len);
	bytes_format(to, "\n%s", request->payload);
}

void
sign_canonical(struct bytes *to, const struct sign_request *request)
{
	struct bytes names = { 0 };

	put_canonical(to, &names, request);
	bytes_free(&names);
}

static void
keyed(const uint8_t *key, size_t key_len, const void *text, size_t len,
    uint8_t hash[HASH_BYTES])
{
	unsigned hash_len = HASH_BYTES;

	CHECK(HMAC(EVP_sha256(), key, (int)key_len, text, len, hash,
		  &hash_len) != NULL);
}

static void
keyed_text(uint8_t key[HASH_BYTES], const char *text)
{
	uint8_t next[HASH_BYTES];

	keyed(key, HASH_BYTES, text, strlen(text), next);
	memcpy(key, next, HASH_BYTES);
	OPENSSL_cleanse(next, sizeof(next));
}

/* The key of that day, region and service. */
static void
derive(const struct sign_key *key, const char *day, uint8_t to[HASH_BYTES])
{
	struct bytes secret = { 0 };

	bytes_format(&secret, "AWS4%s", key->secret);
	keyed(secret.data, secret.len, day, strlen(day), to);
	keyed_text(to, key->region);
	keyed_text(to, key->service);
	keyed_text(to, "aws4_request");
	OPENSSL_cleanse(secret.base, secret.size);
	bytes_free(&secret);
}

static void
put_signature(struct bytes *to, const struct sign_key *key, const char *day,
    const struct bytes *text)
{
	uint8_t derived[HASH_BYTES], hash[HASH_BYTES];

	derive(key, day, derived);
	keyed(derived, sizeof(derived), text->data, text->len, hash);
	OPENSSL_cleanse(derived, sizeof(derived));
	for (unsigned i = 0; i < sizeof(hash); i++)
		bytes_format(to, "%02x", hash[i]);
}

void
sign_authorization(struct bytes *to, const struct sign_key *key,
    const struct sign_request *request, const char when[SIGN_WHEN_BYTES])
{
	struct bytes canonical = { 0 }, names = { 0 }, text = { 0 };
	struct digest *digest = digest_new();
	char hash[DIGEST_BYTES], day[DAY_BYTES];

	snprintf(day, sizeof(day), "%.8s", when);
	put_canonical(&canonical, &names, request);
	digest_add(digest, canonical.data, canonical.len);
	digest_end(digest, hash);
	bytes_format(&text, ALGORITHM "\n%s\n%s/%s/%s/aws4_request\n%s", when,
	    day, key->region, key->service, hash);
	bytes_format(to,
	    ALGORITHM " Credential=%s/%s/%s/%s/aws4_request, SignedHeaders=%s, "
		      "Signature=",
	    key->id, day, key->region, key->service, ended(&names));
	put_signature(to, key, day, &text);
	bytes_free(&canonical);
	bytes_free(&names);
	bytes_free(&text);
}
