/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "front/when.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

#define MOST_SECS INT64_C(31622400) /* a year, of any part */

static int64_t
unit_secs(char letter)
{
	switch (letter) {
	case 'd':
		return 86400;
	case 'h':
		return 3600;
	case 'm':
		return 60;
	case 's':
		return 1;
	default:
		return 0;
	}
}

/* "1h02m"; a number without a unit is seconds, and the last. */
static bool
parse_secs(const char *text, int64_t *secs)
{
	int64_t number;

	for (*secs = 0; *text != '\0'; text += *text != '\0') {
		if (*text < '0' || *text > '9')
			return false;
		for (number = 0; *text >= '0' && *text <= '9'; text++) {
			number = number * 10 + (*text - '0');
			if (number > MOST_SECS)
				return false;
		}
		if (*text != '\0' && unit_secs(*text) == 0)
			return false;
		number *= *text == '\0' ? 1 : unit_secs(*text);
		if (number > MOST_SECS || *secs > MOST_SECS)
			return false;
		*secs += number;
	}
	return true;
}

bool
when_length(const char *text, int64_t *ms)
{
	int64_t secs;

	if (text[0] == '\0' || !parse_secs(text, &secs))
		return false;
	*ms = secs * 1000;
	return true;
}

bool
when_parse(const char *text, int64_t now_ms, int64_t *wall_ms)
{
	static const char *const forms[] = { "%Y-%m-%dT%H:%MZ",
		"%Y-%m-%dT%H:%M:%SZ" };
	const char *end;
	int64_t secs;
	struct tm tm;

	if (text[0] == '-' && text[1] != '\0') {
		if (!parse_secs(text + 1, &secs))
			return false;
		*wall_ms = now_ms - secs * 1000;
		return true;
	}
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		memset(&tm, 0, sizeof(tm));
		end = strptime(text, forms[i], &tm);
		if (end != NULL && *end == '\0') {
			*wall_ms = (int64_t)timegm(&tm) * 1000;
			return true;
		}
	}
	return false;
}
