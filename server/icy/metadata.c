/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "icy/metadata.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define URL_MOST_BYTES 1024 /* the title gets the rest */

/* Players look for "';" and know no escape, so that pair must not come up. */
static size_t
put_value(char *to, size_t room, const char *value)
{
	size_t used = 0, len = strlen(value), n, step;
	const char *from;

	for (; len > 0; value += step, len -= step) {
		step = text_char(value, len);
		step = n = step > 0 ? step : 1;
		from = value;
		if (value[0] == '\'' && len > 1 && value[1] == ';')
			from = "\xe2\x80\x99", n = 3;
		if (used + n > room)
			break;
		memcpy(to + used, from, n);
		used += n;
	}
	return used;
}

static size_t
put_field(char *to, size_t room, const char *name, const char *value)
{
	size_t used = strlen(name) + 2;

	CHECK(room >= used + 2);
	memcpy(to, name, used - 2);
	memcpy(to + used - 2, "='", 2);
	used += put_value(to + used, room - used - 2, value);
	memcpy(to + used, "';", 2);
	return used + 2;
}

struct block *
icy_metadata(const char *title, const char *url)
{
	char text[ICY_METADATA_MOST_BYTES], url_field[URL_MOST_BYTES];
	size_t url_len = 0, len, units;
	struct block *block;

	if (url != NULL && url[0] != '\0')
		url_len = put_field(
		    url_field, sizeof(url_field), "StreamUrl", url);
	len = put_field(text, sizeof(text) - url_len, "StreamTitle",
	    title != NULL ? title : "");
	memcpy(text + len, url_field, url_len);
	len += url_len;
	units = (len + 15) / 16;
	block = block_new(NULL, 1 + units * 16, 0);
	block->bytes[0] = (uint8_t)units;
	memcpy(block->bytes + 1, text, len);
	memset(block->bytes + 1 + len, 0, units * 16 - len);
	return block;
}

void
icy_strip_open(struct icy_strip *strip, size_t interval_bytes)
{
	memset(strip, 0, sizeof(*strip));
	strip->interval_bytes = interval_bytes;
	strip->until = interval_bytes;
}

/* Whether "name='" or the end of the block stands here. */
static bool
is_next_field(const char *at)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ_";

	at += strspn(at, " ");
	return *at == '\0' || strncmp(at + strspn(at, letters), "='", 2) == 0;
}

/* A title may hold "';" itself: its end is where another field begins. */
static size_t
title_length(const char *title)
{
	const char *first = strstr(title, "';"), *quote;

	for (const char *at = first; at != NULL; at = strstr(at + 2, "';")) {
		if (is_next_field(at + 2))
			return (size_t)(at - title);
	}
	if (first != NULL)
		return (size_t)(first - title);
	quote = strrchr(title, '\'');
	return quote != NULL ? (size_t)(quote - title) : strlen(title);
}

static bool
find_title(const char *text, char *title, size_t title_size)
{
	const char *from = strstr(text, "StreamTitle='");
	size_t len;

	if (from == NULL)
		return false;
	from += strlen("StreamTitle='");
	len = title_length(from);
	len = len < title_size ? len : title_size - 1;
	memcpy(title, from, len);
	title[len] = '\0';
	return true;
}

void
icy_metadata_title(const struct block *block, char *to, size_t size)
{
	char text[ICY_METADATA_MOST_BYTES + 1], title[sizeof(text)];
	size_t len;

	*to = '\0';
	if (block == NULL || block->len < 2)
		return;
	len = block->len - 1 < sizeof(text) ? block->len - 1 : sizeof(text) - 1;
	memcpy(text, block->bytes + 1, len);
	text[len] = '\0';
	if (find_title(text, title, sizeof(title)))
		text_clean(to, size, title, strlen(title));
}

static bool
read_title(struct icy_strip *strip, char *title, size_t title_size)
{
	strip->text[strip->have] = '\0';
	return find_title(strip->text, title, title_size);
}

static void
eat(const uint8_t **bytes, size_t *len, size_t n)
{
	*bytes += n;
	*len -= n;
}

/* The length byte, then as much of the block as came. */
static void
read_block(struct icy_strip *strip, const uint8_t **bytes, size_t *len)
{
	size_t n;

	if (!strip->in_block) {
		strip->left = (size_t) * *bytes * 16;
		strip->have = 0;
		strip->in_block = true;
		eat(bytes, len, 1);
	}
	n = strip->left < *len ? strip->left : *len;
	memcpy(strip->text + strip->have, *bytes, n);
	strip->have += n;
	strip->left -= n;
	eat(bytes, len, n);
}

size_t
icy_strip_read(struct icy_strip *strip, const uint8_t **bytes, size_t *len,
    const uint8_t **audio, bool *has_title, char *title, size_t title_size)
{
	size_t n = *len;

	CHECK(title_size > 0);
	*has_title = false;
	*audio = *bytes;
	if (strip->interval_bytes > 0 && strip->until == 0 && *len > 0) {
		read_block(strip, bytes, len);
		if (strip->left > 0)
			return 0;
		*has_title = read_title(strip, title, title_size);
		strip->in_block = false;
		strip->until = strip->interval_bytes;
		*audio = *bytes;
		n = *len;
	}
	if (strip->interval_bytes > 0) {
		n = n < strip->until ? n : strip->until;
		strip->until -= n;
	}
	eat(bytes, len, n);
	return n;
}
