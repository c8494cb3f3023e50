/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/podcast_priv.h"
#include "base/text.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Controls, U+202A to U+202E and U+2066 to U+2069, which turn whatever follows
 * a title, U+FFFE and U+FFFF. */
static bool
is_dropped(const char *at, size_t len)
{
	const uint8_t *byte = (const uint8_t *)at;

	if (len == 1)
		return byte[0] < 0x20 || byte[0] == 0x7f;
	if (len == 2)
		return byte[0] == 0xc2 && byte[1] < 0xa0;
	if (len != 3)
		return len == 0;
	return (byte[0] == 0xe2 && byte[1] == 0x80 && byte[2] >= 0xaa &&
		   byte[2] <= 0xae) ||
	    (byte[0] == 0xe2 && byte[1] == 0x81 && byte[2] >= 0xa6 &&
		byte[2] <= 0xa9) ||
	    (byte[0] == 0xef && byte[1] == 0xbf && byte[2] >= 0xbe);
}

void
podcast_text(struct bytes *out, const char *text)
{
	struct bytes clean = { 0 };
	size_t left = strlen(text), len;

	for (; left > 0; text += len, left -= len) {
		len = text_char(text, left);
		if (*text == '\n' || *text == '\t')
			bytes_text(&clean, *text == '\n' ? "\n" : " ");
		else if (!is_dropped(text, len))
			bytes_append(&clean, text, len);
		len = len > 0 ? len : 1;
	}
	bytes_append(&clean, "", 1);
	text_xml(out, (const char *)clean.data);
	bytes_free(&clean);
}

void
podcast_element(struct bytes *out, const char *name, const char *value)
{
	if (value[0] == '\0')
		return;
	bytes_format(out, "<%s>", name);
	podcast_text(out, value);
	bytes_format(out, "</%s>\n", name);
}

void
podcast_attribute(struct bytes *out, const char *name, const char *value)
{
	bytes_format(out, " %s=\"", name);
	podcast_text(out, value);
	bytes_text(out, "\"");
}

void
podcast_attribute_bytes(
    struct bytes *out, const char *name, struct bytes *value)
{
	bytes_append(value, "", 1);
	podcast_attribute(out, name, (const char *)value->data);
	bytes_free(value);
}

void
podcast_date(int64_t wall_ms, char text[PODCAST_DATE_BYTES])
{
	time_t secs = (time_t)(wall_ms / 1000);
	struct tm tm;

	gmtime_r(&secs, &tm);
	strftime(text, PODCAST_DATE_BYTES, "%a, %d %b %Y %H:%M:%S +0000", &tm);
}

void
podcast_query_text(struct bytes *out, const char *mount)
{
	struct bytes path = { 0 };

	text_url_path(&path, mount);
	for (size_t i = 0; i < path.len; i++) {
		if (path.data[i] == '+')
			bytes_text(out, "%2B");
		else
			bytes_append(out, &path.data[i], 1);
	}
	bytes_free(&path);
}

/* RFC 9562 section 5.5; the namespace is podcastindex.org's. */
void
podcast_uuid(const char *name, char uuid[PODCAST_UUID_BYTES])
{
	static const uint8_t space[16] = { 0xea, 0xd4, 0xc2, 0x36, 0xbf, 0x58,
		0x58, 0xc6, 0xa2, 0xc6, 0xa6, 0xb2, 0x8d, 0x12, 0x8c, 0xb6 };
	uint8_t hash[EVP_MAX_MD_SIZE];
	struct bytes text = { 0 };
	size_t at = 0;

	bytes_append(&text, space, sizeof(space));
	bytes_text(&text, name);
	CHECK(EVP_Digest(text.data, text.len, hash, NULL, EVP_sha1(), NULL));
	bytes_free(&text);
	hash[6] = (hash[6] & 0x0f) | 0x50;
	hash[8] = (hash[8] & 0x3f) | 0x80;
	for (unsigned i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			uuid[at++] = '-';
		snprintf(uuid + at, 3, "%02x", hash[i]);
		at += 2;
	}
}
