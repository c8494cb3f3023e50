/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/text.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* Windows-1252, 80 to 9F; the five holes read as U+FFFD. */
static const uint16_t cp1252_high[32] = {
	0x20ac,
	0xfffd,
	0x201a,
	0x0192,
	0x201e,
	0x2026,
	0x2020,
	0x2021,
	0x02c6,
	0x2030,
	0x0160,
	0x2039,
	0x0152,
	0xfffd,
	0x017d,
	0xfffd,
	0xfffd,
	0x2018,
	0x2019,
	0x201c,
	0x201d,
	0x2022,
	0x2013,
	0x2014,
	0x02dc,
	0x2122,
	0x0161,
	0x203a,
	0x0153,
	0xfffd,
	0x017e,
	0x0178,
};

static size_t
lead_length(uint8_t lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead <= 0xdf)
		return 2;
	if (lead >= 0xe0 && lead <= 0xef)
		return 3;
	return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

size_t
text_char(const char *text, size_t len)
{
	const uint8_t *at = (const uint8_t *)text;
	size_t n = len > 0 ? lead_length(at[0]) : 0;

	if (n == 0 || n > len)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((at[0] == 0xe0 && at[1] < 0xa0) ||
	    (at[0] == 0xed && at[1] > 0x9f) ||
	    (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
		return 0;
	return n;
}

bool
text_is_utf8(const char *text, size_t len)
{
	for (size_t n; len > 0; text += n, len -= n) {
		n = text_char(text, len);
		if (n == 0)
			return false;
	}
	return true;
}

size_t
text_copy(char *to, size_t size, const char *from)
{
	size_t len = strlen(from), used = 0, n;

	if (size == 0)
		return 0;
	while (used < len) {
		n = text_char(from + used, len - used);
		n = n > 0 ? n : 1;
		if (used + n >= size)
			break;
		memcpy(to + used, from + used, n);
		used += n;
	}
	to[used] = '\0';
	return used;
}

size_t
text_put_char(char to[3], uint32_t code)
{
	if (code < 0x80) {
		to[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		to[0] = (char)(0xc0 | code >> 6);
		to[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	to[0] = (char)(0xe0 | code >> 12);
	to[1] = (char)(0x80 | (code >> 6 & 0x3f));
	to[2] = (char)(0x80 | (code & 0x3f));
	return 3;
}

static uint32_t
legacy_code(uint8_t byte)
{
	if (byte < 0x80 || byte > 0x9f)
		return byte;
	return cp1252_high[byte - 0x80];
}

/* A control character: C0, DEL, C1, and the two Unicode line ends. */
static bool
is_control(const char *at, size_t n)
{
	const uint8_t *b = (const uint8_t *)at;

	if (n == 1)
		return b[0] < 0x20 || b[0] == 0x7f;
	if (n == 2)
		return b[0] == 0xc2 && b[1] < 0xa0;
	return n == 3 && b[0] == 0xe2 && b[1] == 0x80 &&
	    (b[2] == 0xa8 || b[2] == 0xa9);
}

static size_t
clean_as(char *to, size_t size, const char *from, size_t len, bool is_utf8)
{
	size_t used = 0, n, step;
	char code[4];

	if (size == 0)
		return 0;
	for (; len > 0; from += step, len -= step) {
		step = is_utf8 ? text_char(from, len) : 1;
		if (is_utf8)
			memcpy(code, from, n = step);
		else
			n = text_put_char(code, legacy_code((uint8_t)*from));
		if (is_control(code, n))
			code[0] = ' ', n = 1;
		if (code[0] == ' ' && used == 0)
			continue;
		if (used + n >= size)
			break;
		memcpy(to + used, code, n);
		used += n;
	}
	while (used > 0 && to[used - 1] == ' ')
		used--;
	to[used] = '\0';
	return used;
}

size_t
text_clean(char *to, size_t size, const char *from, size_t len)
{
	return clean_as(to, size, from, len, text_is_utf8(from, len));
}

bool
text_from_charset(
    char *to, size_t size, const char *from, size_t len, const char *charset)
{
	static const char *const latin1[] = { "iso-8859-1", "iso8859-1",
		"latin1", "latin-1", "us-ascii", "windows-1252", "cp1252" };

	if (strcasecmp(charset, "utf-8") == 0 ||
	    strcasecmp(charset, "utf8") == 0) {
		text_clean(to, size, from, len);
		return true;
	}
	for (size_t i = 0; i < sizeof(latin1) / sizeof(latin1[0]); i++) {
		if (strcasecmp(charset, latin1[i]) == 0) {
			clean_as(to, size, from, len, false);
			return true;
		}
	}
	return false;
}

size_t
text_escape_log(char *to, size_t size, const char *from)
{
	size_t len = strlen(from), used = 0, n;
	char hex[5];

	for (; len > 0; from += n, len -= n) {
		n = text_char(from, len);
		if (n > 0 && !is_control(from, n)) {
			if (used + n > size)
				break;
			memcpy(to + used, from, n);
			used += n;
			continue;
		}
		n = 1;
		if (used + 4 > size)
			break;
		snprintf(hex, sizeof(hex), "\\x%02X", (uint8_t)*from);
		memcpy(to + used, hex, 4);
		used += 4;
	}
	return used;
}

static const char *
entity_of(char letter)
{
	switch (letter) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

/* XML 1.0 section 2.2 has no control characters, nor FFFE and FFFF. */
static bool
is_no_markup_char(const char *at, size_t n)
{
	const uint8_t *b = (const uint8_t *)at;

	if (n == 1)
		return b[0] < 0x20 && b[0] != '\t' && b[0] != '\n' &&
		    b[0] != '\r';
	return n == 0 ||
	    (n == 3 && b[0] == 0xef && b[1] == 0xbf && b[2] >= 0xbe);
}

static void
put_markup(struct bytes *out, const char *text)
{
	size_t len = strlen(text), n;
	const char *entity;

	for (; len > 0; text += n, len -= n) {
		n = text_char(text, len);
		entity = entity_of(*text);
		if (is_no_markup_char(text, n)) {
			n = n > 0 ? n : 1;
			bytes_text(out, REPLACEMENT);
		} else if (entity != NULL) {
			bytes_text(out, entity);
		} else {
			bytes_append(out, text, n);
		}
	}
}

void
text_html(struct bytes *out, const char *text)
{
	put_markup(out, text);
}

void
text_xml(struct bytes *out, const char *text)
{
	put_markup(out, text);
}

void
text_json(struct bytes *out, const char *text)
{
	size_t len = strlen(text), n;

	bytes_text(out, "\"");
	for (; len > 0; text += n, len -= n) {
		n = text_char(text, len);
		if (n == 0) {
			n = 1;
			bytes_text(out, "\\ufffd");
		} else if (*text == '"' || *text == '\\') {
			bytes_format(out, "\\%c", *text);
		} else if (n == 1 &&
		    ((uint8_t)*text < 0x20 || *text == '<' || *text == '>' ||
			*text == '&')) {
			/* Markup too: the text may stand inside a page. */
			bytes_format(out, "\\u%04x", (uint8_t)*text);
		} else if (n == 3 && is_control(text, n)) {
			/* A line end to JavaScript before 2019. */
			bytes_format(out, "\\u%04x",
			    0x2028u + ((uint8_t)text[2] == 0xa9));
		} else {
			bytes_append(out, text, n);
		}
	}
	bytes_text(out, "\"");
}

void
text_csv(struct bytes *out, const char *text)
{
	bool is_formula = *text != '\0' && strchr("=+-@\t\r", *text) != NULL;

	if (!is_formula && strpbrk(text, ",\"\r\n") == NULL) {
		bytes_text(out, text);
		return;
	}
	bytes_text(out, is_formula ? "\"'" : "\"");
	for (; *text != '\0'; text++) {
		if (*text == '"')
			bytes_text(out, "\"");
		bytes_append(out, text, 1);
	}
	bytes_text(out, "\"");
}

void
text_url_path(struct bytes *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (isalnum((uint8_t)*text) ||
		    strchr("-._~/!$&'()*+,;=:@", *text) != NULL)
			bytes_append(out, text, 1);
		else
			bytes_format(out, "%%%02X", (uint8_t)*text);
	}
}

bool
text_is_web_url(const char *text)
{
	return strncasecmp(text, "http://", 7) == 0 ||
	    strncasecmp(text, "https://", 8) == 0;
}
