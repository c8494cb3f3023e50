/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "http/request.h"

#include "base/text.h"

#include <string.h>
#include <strings.h>

#define MOUNT_NAME_BYTES 255

/* The number of a character that text_char() found to be n bytes long. */
static uint32_t
code_of(const char *at, size_t n)
{
	static const uint8_t lead_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t code = (uint8_t)at[0] & lead_bits[n];

	for (size_t i = 1; i < n; i++)
		code = code << 6 | ((uint8_t)at[i] & 0x3f);
	return code;
}

/* Blanks, controls, and what changes the look of the text around it. */
static bool
is_invisible(uint32_t code)
{
	static const uint32_t ranges[][2] = { { 0x80, 0xa0 }, { 0xad, 0xad },
		{ 0x1680, 0x1680 }, { 0x2000, 0x200f }, { 0x2028, 0x202f },
		{ 0x205f, 0x206f }, { 0x3000, 0x3000 }, { 0xe000, 0xf8ff },
		{ 0xfeff, 0xfeff }, { 0xfff0, 0xffff }, { 0xe0000, 0x10ffff } };

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (code >= ranges[i][0] && code <= ranges[i][1])
			return true;
	}
	return false;
}

static const char *
character_error(const char *at, size_t n)
{
	if (n == 0)
		return "The mount's name is not UTF-8";
	if (n > 1)
		return is_invisible(code_of(at, n))
		    ? "The mount's name has a character nobody can see"
		    : NULL;
	if ((uint8_t)*at <= 0x20 || *at == 0x7f)
		return "The mount's name has a space or control byte";
	if (strchr("<>\"'`%?#;\\&|^{}[]*", *at) != NULL)
		return "The mount's name has a character that needs quoting";
	return NULL;
}

static const char *
segment_error(const char *segment, size_t len)
{
	if (len == 0)
		return "The mount's name has an empty part";
	if (segment[0] == '.' && (len == 1 || (len == 2 && segment[1] == '.')))
		return "The mount's name has a part of dots";
	return NULL;
}

const char *
mount_name_error(const char *path)
{
	size_t len = strlen(path), n;
	const char *error = NULL;

	if (path[0] != '/')
		return "The mount's name must begin with /";
	if (len > MOUNT_NAME_BYTES)
		return "The mount's name is too long";
	for (size_t i = 0; i < len && error == NULL; i += n) {
		n = text_char(path + i, len - i);
		error = character_error(path + i, n);
		if (error == NULL && path[i] == '/')
			error = segment_error(
			    path + i + 1, strcspn(path + i + 1, "/"));
	}
	return error;
}

static bool
ends_in(const char *path, const char *end)
{
	size_t len = strlen(path), end_len = strlen(end);

	return len >= end_len && strcasecmp(path + len - end_len, end) == 0;
}

bool
path_is_reserved(const char *path)
{
	static const char *const firsts[] = { "", "admin", "admin.cgi", "api",
		"archive", "archive.json", "art", "auth", "server_version.xsl",
		"7.html", "7.xsl", "stats", "statistics", "currentsong",
		"healthz", "metrics", "web", ".well-known", "robots.txt",
		"favicon.ico", "privacy", "login", "logout", "me", "oembed",
		"feed", "embed", "member", "static", "events", "operator",
		"portal" };
	static const char *const ends[] = { ".m3u", ".m3u8", ".pls", ".xspf",
		".xsl" };
	const char *first = path + (path[0] == '/');
	size_t len = strcspn(first, "/");

	if (strncmp(first, "status", 6) == 0)
		return true;
	for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
		if (strlen(firsts[i]) == len &&
		    memcmp(first, firsts[i], len) == 0)
			return true;
	}
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (ends_in(path, ends[i]))
			return true;
	}
	return false;
}
