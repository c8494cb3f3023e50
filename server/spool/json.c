/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "spool/json.h"

#include "base/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The next byte that is not space, -1 at the end. */
static int
peek(struct json *json)
{
	while (json->at < json->len &&
	    memchr(" \t\r\n", json->text[json->at], 4) != NULL)
		json->at++;
	return json->at < json->len ? (uint8_t)json->text[json->at] : -1;
}

static bool
take(struct json *json, char letter)
{
	if (peek(json) != (uint8_t)letter)
		return false;
	json->at++;
	return true;
}

static int
hex_digit(char letter)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = letter != '\0' ? strchr(digits, letter | 0x20) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

/* What follows \u. */
static int32_t
read_code(struct json *json)
{
	int32_t code = 0;
	int digit;

	if (json->len - json->at < 4)
		return -1;
	for (unsigned i = 0; i < 4; i++) {
		digit = hex_digit(json->text[json->at++]);
		if (digit == -1)
			return -1;
		code = code * 16 + digit;
	}
	return code;
}

/* We write only characters below U+10000 so, and no NUL: others are replaced.
 */
static size_t
put_code(char to[3], int32_t code)
{
	if (code == 0 || (code >= 0xd800 && code <= 0xdfff))
		code = 0xfffd;
	return text_put_char(to, (uint32_t)code);
}

/* One character of a text into to; 0: these bytes are no text. */
static size_t
read_char(struct json *json, char to[4])
{
	static const char names[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
	const char *at = json->text + json->at, *name;
	size_t n = text_char(at, json->len - json->at);
	int32_t code;

	if (n == 0 || (uint8_t)*at < 0x20)
		return 0;
	memcpy(to, at, n);
	json->at += n;
	if (*at != '\\')
		return n;
	if (json->at == json->len || json->text[json->at] == '\0')
		return 0;
	if (json->text[json->at++] == 'u') {
		code = read_code(json);
		return code == -1 ? 0 : put_code(to, code);
	}
	name = strchr(names, json->text[json->at - 1]);
	if (name == NULL)
		return 0;
	to[0] = bytes[name - names];
	return 1;
}

static bool
read_text(struct json *json, char to[JSON_TEXT_BYTES])
{
	size_t used = 0, n;
	bool is_full = false;
	char letter[4];

	if (!take(json, '"'))
		return false;
	while (json->at < json->len && json->text[json->at] != '"') {
		n = read_char(json, letter);
		if (n == 0)
			return false;
		is_full = is_full || used + n >= JSON_TEXT_BYTES;
		if (is_full)
			continue;
		memcpy(to + used, letter, n);
		used += n;
	}
	to[used] = '\0';
	return take(json, '"');
}

/* An array and all that is in it. */
static bool
pass_array(struct json *json, char scratch[JSON_TEXT_BYTES])
{
	unsigned depth = 0;
	int letter;

	do {
		letter = peek(json);
		if (letter == '"') {
			if (!read_text(json, scratch))
				return false;
			continue;
		}
		if (letter == -1)
			return false;
		if (letter == '[' || letter == '{')
			depth++;
		if (letter == ']' || letter == '}')
			depth--;
		json->at++;
	} while (depth > 0);
	return true;
}

static bool
read_word(struct json *json, struct json_member *member)
{
	char word[24], *end;
	size_t len = 0;

	while (json->at + len < json->len &&
	    memchr(" \t\r\n,}", json->text[json->at + len], 6) == NULL)
		len++;
	if (len == 0 || len >= sizeof(word))
		return false;
	memcpy(word, json->text + json->at, len);
	word[len] = '\0';
	json->at += len;
	member->kind = JSON_OTHER;
	if (strcmp(word, "true") == 0) {
		member->kind = JSON_TRUE;
		return true;
	}
	if (strcmp(word, "false") == 0 || strcmp(word, "null") == 0)
		return true;
	if (strchr("-0123456789", word[0]) == NULL)
		return false;
	member->number = strtoll(word, &end, 10);
	if (*end == '\0')
		member->kind = JSON_NUMBER;
	return true;
}

static bool
read_value(struct json *json, struct json_member *member)
{
	int letter = peek(json);

	member->kind = JSON_OTHER;
	if (letter == '{') {
		json->at++;
		return ++json->depth <= JSON_DEEPEST;
	}
	if (letter == '[')
		return pass_array(json, member->text);
	if (letter != '"')
		return letter != -1 && read_word(json, member);
	member->kind = JSON_TEXT;
	return read_text(json, member->text);
}

enum json_found
json_next(struct json *json, struct json_member *member)
{
	if (json->depth == 0) {
		if (!take(json, '{'))
			return JSON_BAD;
		json->depth = 1;
	} else {
		/* The comma before a member; after "{" there is none. */
		(void)take(json, ',');
	}
	while (take(json, '}')) {
		if (--json->depth == 0)
			return peek(json) == -1 ? JSON_END : JSON_BAD;
		(void)take(json, ',');
	}
	if (!read_text(json, member->key) || !take(json, ':') ||
	    !read_value(json, member))
		return JSON_BAD;
	return JSON_MEMBER;
}
