/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "format/comments.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define FIELD_BYTES 500 /* two of them and " - " fit a title */

static bool
take_length(struct comments *comments, uint32_t *value)
{
	const uint8_t *at = comments->at;

	if (comments->left < 4)
		return false;
	*value = (uint32_t)at[0] | (uint32_t)at[1] << 8 |
	    (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
	comments->at += 4;
	comments->left -= 4;
	return true;
}

static bool
take_text(struct comments *comments, const char **text, size_t *len)
{
	uint32_t value;

	if (!take_length(comments, &value) || value > comments->left)
		return false;
	*text = (const char *)comments->at;
	*len = value;
	comments->at += value;
	comments->left -= value;
	return true;
}

/* The first of several fields with one name counts. */
static void
keep_field(
    char field[FIELD_BYTES], const char *name, const char *text, size_t len)
{
	size_t name_len = strlen(name);

	if (field[0] == '\0' && len > name_len &&
	    strncasecmp(text, name, name_len) == 0)
		text_clean(field, FIELD_BYTES, text + name_len, len - name_len);
}

bool
comments_begin(struct comments *comments, const uint8_t *bytes, size_t len,
    const char **vendor, size_t *vendor_len)
{
	comments->at = bytes;
	comments->left = len;
	return take_text(comments, vendor, vendor_len) &&
	    take_length(comments, &comments->count);
}

bool
comments_next(struct comments *comments, const char **text, size_t *len)
{
	if (comments->count == 0)
		return false;
	comments->count--;
	return take_text(comments, text, len);
}

bool
comments_title(
    const uint8_t *bytes, size_t len, char title[COMMENTS_TITLE_BYTES])
{
	struct comments comments;
	char artist[FIELD_BYTES] = "", name[FIELD_BYTES] = "";
	const char *text;
	size_t text_len;

	if (!comments_begin(&comments, bytes, len, &text, &text_len))
		return false;
	while (comments_next(&comments, &text, &text_len)) {
		keep_field(artist, "ARTIST=", text, text_len);
		keep_field(name, "TITLE=", text, text_len);
	}
	snprintf(title, COMMENTS_TITLE_BYTES, "%s%s%s", artist,
	    artist[0] != '\0' && name[0] != '\0' ? " - " : "", name);
	return title[0] != '\0';
}
