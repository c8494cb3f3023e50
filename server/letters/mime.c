/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "letters/mime.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define LINE_MOST  76 /* of a quoted-printable line, RFC 2045 6.7 */
#define WORD_BYTES 39 /* of text in an encoded word: lines stay below 76 */
#define TEXT_MOST  512
#define SEALED     "..." /* a subject that tells nothing */

static const char letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

const char *
mime_bad_address(const char *address)
{
	const char *at = strchr(address, '@');

	if (at == NULL || at == address || at[1] == '\0' ||
	    strchr(at + 1, '@') != NULL || strlen(address) > 254)
		return "this is no e-mail address";
	for (const char *c = address; *c != '\0'; c++) {
		if ((unsigned char)*c <= 0x20 || (unsigned char)*c >= 0x7f ||
		    strchr("<>()[]\\,;:\"", *c) != NULL)
			return "this e-mail address has a character that "
			       "cannot be in one";
	}
	return NULL;
}

static const char *
bad_header(const char *text)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return "a control character is in a header";
	}
	if (len > TEXT_MOST)
		return "a header is too long";
	return text_is_utf8(text, len) ? NULL : "a header is not UTF-8";
}

static const char *
bad_letter(const struct mime_letter *letter)
{
	const char *const texts[] = { letter->relay, letter->to_name,
		letter->subject };
	const char *error = mime_bad_address(letter->from);

	if (error == NULL)
		error = mime_bad_address(letter->to);
	for (unsigned i = 0; error == NULL && i < 3; i++)
		error = bad_header(texts[i]);
	if (error == NULL && !text_is_utf8(letter->body, strlen(letter->body)))
		error = "the text is not UTF-8";
	return error;
}

static void
put_base64(struct bytes *out, const char *from, size_t len)
{
	static const char last[] = "+/";

	for (size_t i = 0; i < len; i += 3) {
		uint32_t group = (uint32_t)(unsigned char)from[i] << 16;
		char four[4];

		if (i + 1 < len)
			group |= (uint32_t)(unsigned char)from[i + 1] << 8;
		if (i + 2 < len)
			group |= (unsigned char)from[i + 2];
		for (unsigned k = 0; k < 4; k++) {
			unsigned six = group >> (18 - 6 * k) & 63;

			four[k] = six < 62 ? letters[six] : last[six - 62];
		}
		if (i + 1 >= len)
			four[2] = '=';
		if (i + 2 >= len)
			four[3] = '=';
		bytes_append(out, four, 4);
	}
}

/* Encoded words are cut between characters, one on each line. */
static void
put_words(struct bytes *out, const char *text)
{
	size_t len = strlen(text), cut, next;

	for (size_t at = 0; at < len; at += cut) {
		for (cut = 0; at + cut < len; cut += next) {
			next = text_char(text + at + cut, len - at - cut);
			if (cut + next > WORD_BYTES)
				break;
		}
		bytes_text(out, at == 0 ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?");
		put_base64(out, text + at, cut);
		bytes_text(out, "?=");
	}
}

static void
put_text(struct bytes *out, const char *text)
{
	bool is_plain = strlen(text) <= 60 && strstr(text, "=?") == NULL &&
	    text[0] != ' ';

	for (const char *c = text; *c != '\0'; c++)
		is_plain = is_plain && (unsigned char)*c < 0x7f;
	if (is_plain)
		bytes_text(out, text);
	else
		put_words(out, text);
}

/* A name may have what means something between addresses. */
static void
put_to(struct bytes *out, const struct mime_letter *letter)
{
	const char *name = letter->to_name;

	bytes_text(out, "To: ");
	if (name[0] != '\0') {
		if (strspn(name, letters) == strlen(name))
			bytes_text(out, name);
		else
			put_words(out, name);
		bytes_text(out, "\r\n ");
	}
	bytes_format(out, "<%s>\r\n", letter->to);
}

/* Names of days and months are English, whatever the locale. */
static void
put_date(struct bytes *out, int64_t wall_ms)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t secs = (time_t)(wall_ms / 1000);
	struct tm tm;

	gmtime_r(&secs, &tm);
	bytes_format(out, "Date: %.3s, %d %.3s %d %02d:%02d:%02d +0000\r\n",
	    days + (size_t)tm.tm_wday * 3, tm.tm_mday,
	    months + (size_t)tm.tm_mon * 3, tm.tm_year + 1900, tm.tm_hour,
	    tm.tm_min, tm.tm_sec);
}

static void
put_heads(
    struct bytes *out, const struct mime_letter *letter, const char *subject)
{
	put_date(out, letter->made_ms);
	bytes_format(out, "Message-ID: <%s.%lld@%s>\r\n", letter->relay,
	    (long long)letter->id, strchr(letter->from, '@') + 1);
	bytes_format(out, "From: all2all <%s>\r\n", letter->from);
	put_to(out, letter);
	bytes_text(out, "Subject: ");
	put_text(out, subject);
	bytes_text(out, "\r\n");
	/* No programs answer each other (RFC 3834). */
	bytes_text(out, "Auto-Submitted: auto-generated\r\n");
	if (letter->is_notice)
		bytes_format(out,
		    "List-Unsubscribe: <mailto:%s?subject=unsubscribe>\r\n",
		    letter->from);
	bytes_text(out, "MIME-Version: 1.0\r\n");
}

static bool
is_literal(const char *at)
{
	if (*at == ' ' || *at == '\t')
		return at[1] != '\n' && at[1] != '\0';
	return *at > ' ' && *at < 0x7f && *at != '=';
}

/* Quoted-printable: also what mail servers change at the beginning of a line,
 * "From " and a dot, is escaped. */
static void
put_body(struct bytes *out, const char *body)
{
	size_t column = 0;

	for (const char *at = body; *at != '\0'; at++) {
		bool is_first = column == 0 && (*at == 'F' || *at == '.');
		size_t need = is_literal(at) && !is_first ? 1 : 3;

		if (*at == '\n') {
			bytes_text(out, "\r\n");
			column = 0;
			continue;
		}
		if (column + need > LINE_MOST - 1) {
			bytes_text(out, "=\r\n");
			column = 0;
		}
		if (need == 1)
			bytes_append(out, at, 1);
		else
			bytes_format(out, "=%02X", (unsigned char)*at);
		column += need;
	}
	if (column > 0)
		bytes_text(out, "\r\n");
}

static void
put_part(struct bytes *out, const char *parameter, const char *body)
{
	bytes_format(out,
	    "Content-Type: text/plain; charset=utf-8%s\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
	    parameter);
	put_body(out, body);
}

bool
mime_build(
    const struct mime_letter *letter, struct bytes *out, const char **error)
{
	*error = bad_letter(letter);
	if (*error != NULL)
		return false;
	put_heads(out, letter, letter->subject);
	put_part(out, "", letter->body);
	return true;
}

bool
mime_build_inner(
    const struct mime_letter *letter, struct bytes *out, const char **error)
{
	*error = bad_letter(letter);
	if (*error != NULL)
		return false;
	bytes_text(out, "Subject: ");
	put_text(out, letter->subject);
	bytes_text(out, "\r\n");
	put_part(out, "; protected-headers=\"v1\"", letter->body);
	return true;
}

/* Lines end with CR LF in mail, whatever they end with here. */
static void
put_lines(struct bytes *out, const struct bytes *from)
{
	for (size_t i = 0; i < from->len; i++) {
		if (from->data[i] == '\n')
			bytes_text(out, "\r\n");
		else if (from->data[i] != '\r')
			bytes_append(out, &from->data[i], 1);
	}
}

/* No line of armor begins with two dashes and an equals sign, as the boundary
 * does. */
bool
mime_build_sealed(const struct mime_letter *letter, const struct bytes *armored,
    struct bytes *out, const char **error)
{
	char boundary[80];

	*error = bad_letter(letter);
	if (*error != NULL)
		return false;
	snprintf(boundary, sizeof(boundary), "=_%.40s.%lld", letter->relay,
	    (long long)letter->id);
	put_heads(out, letter, SEALED);
	bytes_format(out,
	    "Content-Type: multipart/encrypted; boundary=\"%s\";\r\n"
	    " protocol=\"application/pgp-encrypted\"\r\n\r\n"
	    "--%s\r\nContent-Type: application/pgp-encrypted\r\n\r\n"
	    "Version: 1\r\n\r\n"
	    "--%s\r\nContent-Type: application/octet-stream; "
	    "name=\"encrypted.asc\"\r\n\r\n",
	    boundary, boundary, boundary);
	put_lines(out, armored);
	bytes_format(out, "\r\n--%s--\r\n", boundary);
	return true;
}
