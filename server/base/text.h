/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * text - UTF-8, and one escaping writer for each place text is shown.
 *
 * Pure functions. "copy" functions cut at a character, always end with a NUL
 * when size > 0, and return the length written.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Length of the valid UTF-8 character at text (1 to 4), 0 when it is not one.
 * Overlong forms, surrogates and values above 10FFFF are not (RFC 3629). */
size_t text_char(const char *text, size_t len);
/* Writes a character below U+10000 as UTF-8: 1 to 3 bytes, their number. */
size_t text_put_char(char to[3], uint32_t code);
bool text_is_utf8(const char *text, size_t len);

/* Plain copy, cut at a character. */
size_t text_copy(char *to, size_t size, const char *from);
/* UTF-8 as it is; anything else is read as Windows-1252. Control characters and
 * line ends become spaces; spaces at both ends go. */
size_t text_clean(char *to, size_t size, const char *from, size_t len);
/* From a named charset ("ISO-8859-1", "utf-8", ...); false: not known. */
bool text_from_charset(
    char *to, size_t size, const char *from, size_t len, const char *charset);
/* Control bytes and invalid UTF-8 as \xNN; to has size bytes, no NUL added. */
size_t text_escape_log(char *to, size_t size, const char *from);

void text_html(struct bytes *, const char *text); /* text and attributes */
void text_json(struct bytes *, const char *text); /* with its quotes */
void text_xml(struct bytes *, const char *text);
void text_csv(struct bytes *, const char *text); /* RFC 4180, no formulas */
/* Path characters of RFC 3986 stay, the rest is %XX. */
void text_url_path(struct bytes *, const char *text);
/* False for anything that is not http:// or https://. */
bool text_is_web_url(const char *text);

#endif
