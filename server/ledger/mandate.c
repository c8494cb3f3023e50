/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/mandate.h"

#include "base/sentence.h"
#include "ledger/members.h"
#include "ledger/report.h"

#include <stdio.h>
#include <string.h>

#define BLANKS " \t\r"

enum field {
	DELEGATE,
	REVOKE,
	MEMBER,
	MOUNTS,
	FROM,
	UNTIL,
	NONCE,
	FIELDS
};

static const char *const field_names[FIELDS] = { "delegate", "revoke", "member",
	"mounts", "from", "until", "nonce" };

struct values {
	char of[FIELDS][DELEGATE_MOUNTS_BYTES]; /* "": not there yet */
};

static enum field
field_named(const char *name, size_t len)
{
	unsigned field = 0;

	while (field < FIELDS &&
	    (strlen(field_names[field]) != len ||
		strncmp(field_names[field], name, len) != 0))
		field++;
	return (enum field)field;
}

static bool
take_line(const char *line, size_t len, struct values *values, char **error)
{
	const char *colon = memchr(line, ':', len), *value;
	enum field field = colon != NULL
	    ? field_named(line, (size_t)(colon - line))
	    : FIELDS;
	size_t value_len;

	if (field == FIELDS)
		return sentence(error,
		    "a line is none of delegate, revoke, "
		    "member, mounts, from, until and nonce");
	if (values->of[field][0] != '\0')
		return sentence(
		    error, "there are two lines with %s:", field_names[field]);
	value = colon + 1 + strspn(colon + 1, BLANKS);
	value_len = value < line + len ? (size_t)(line + len - value) : 0;
	if (value_len == 0)
		return sentence(error, "%s: is empty", field_names[field]);
	if (value_len >= sizeof(values->of[field]))
		return sentence(error, "%s: is too long", field_names[field]);
	memcpy(values->of[field], value, value_len);
	return true;
}

static bool
take_lines(const char *text, struct values *values, char **error)
{
	size_t len, whole;

	for (; *text != '\0'; text += whole) {
		whole = len = strcspn(text, "\n");
		while (len > 0 && strchr(BLANKS, text[len - 1]) != NULL)
			len--;
		if (len > 0 && !take_line(text, len, values, error))
			return false;
		whole += text[whole] == '\n';
	}
	return true;
}

static bool
take_slug(
    const char *what, const char *value, char slug[SLUG_BYTES], char **error)
{
	const char *bad = members_bad_slug(value);

	if (bad != NULL)
		return sentence(error, "%s: %s", what, bad);
	memcpy(slug, value, strlen(value) + 1);
	return true;
}

static bool
is_below(const char *path, size_t len, const char *slug)
{
	size_t slug_len = strlen(slug);

	return len > slug_len + 2 && len < MOUNT_BYTES && path[0] == '/' &&
	    strncmp(path + 1, slug, slug_len) == 0 && path[1 + slug_len] == '/';
}

/* Paths with one space between two. */
static bool
take_mounts(const char *value, struct mandate *mandate, char **error)
{
	size_t len, at = 0;

	if (strcmp(value, "*") == 0) {
		memcpy(mandate->mounts, "*", 2);
		return true;
	}
	for (; *value != '\0'; value += len + strspn(value + len, BLANKS)) {
		len = strcspn(value, BLANKS);
		if (!is_below(value, len, mandate->slug))
			return sentence(error,
			    "mounts: each is below /%s/, or all are *",
			    mandate->slug);
		if (at > 0)
			mandate->mounts[at++] = ' ';
		memcpy(mandate->mounts + at, value, len);
		at += len;
	}
	mandate->mounts[at] = '\0';
	return true;
}

static bool
take_times(const struct values *values, struct mandate *mandate, char **error)
{
	if (!report_time(values->of[FROM], &mandate->from_ms) ||
	    !report_time(values->of[UNTIL], &mandate->until_ms))
		return sentence(error,
		    "from: and until: are days (UTC) or times with their "
		    "zone: 2026-11-22 or 2026-11-22T21:00Z");
	return mandate->from_ms < mandate->until_ms ||
	    sentence(error, "until: is not later than from:");
}

static bool
take_nonce(const char *value, char nonce[NONCE_BYTES], char **error)
{
	static const char letters[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	size_t len = strlen(value);

	if (len < NONCE_LEAST || len >= NONCE_BYTES ||
	    strspn(value, letters) != len)
		return sentence(error, "nonce: is %d to %d letters or digits",
		    NONCE_LEAST, NONCE_BYTES - 1);
	memcpy(nonce, value, len + 1);
	return true;
}

/* False: a line is missing, or there is one that does not belong there. */
static bool
check_lines(const struct values *values, bool is_revocation, char **error)
{
	for (unsigned i = MEMBER; i < FIELDS; i++) {
		bool is_meant = !is_revocation || i == MEMBER || i == NONCE;

		if (is_meant && values->of[i][0] == '\0')
			return sentence(
			    error, "there is no line %s:", field_names[i]);
		if (!is_meant && values->of[i][0] != '\0')
			return sentence(error,
			    "%s: does not belong into a revocation",
			    field_names[i]);
	}
	return true;
}

bool
mandate_read(const char *text, struct mandate *mandate, char **error)
{
	struct values values = { 0 };
	bool is_revocation;

	memset(mandate, 0, sizeof(*mandate));
	if (!take_lines(text, &values, error))
		return false;
	is_revocation = values.of[REVOKE][0] != '\0';
	if (is_revocation == (values.of[DELEGATE][0] != '\0'))
		return sentence(
		    error, "there is one line, delegate: or revoke:");
	mandate->is_revocation = is_revocation;
	if (!check_lines(&values, is_revocation, error) ||
	    !take_slug(is_revocation ? "revoke" : "delegate",
		values.of[is_revocation ? REVOKE : DELEGATE], mandate->name,
		error) ||
	    !take_slug("member", values.of[MEMBER], mandate->slug, error) ||
	    !take_nonce(values.of[NONCE], mandate->nonce, error))
		return false;
	return is_revocation ||
	    (take_mounts(values.of[MOUNTS], mandate, error) &&
		take_times(&values, mandate, error));
}
