/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "http/range.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#define UNIT "bytes="

static void
pass_spaces(const char **at)
{
	while (**at == ' ' || **at == '\t')
		++*at;
}

/* False: no number, or one that no file has. */
static bool
take_number(const char **at, uint64_t *number)
{
	const char *from = *at;

	for (*number = 0; **at >= '0' && **at <= '9'; ++*at) {
		if (*number > INT64_MAX / 10 - 1)
			return false;
		*number = *number * 10 + (uint64_t)(**at - '0');
	}
	return *at > from;
}

/* "0-99", "100-" or "-50", up to a comma or the end. False: it is none. What is
 * beyond the size is *is_empty. */
static bool
take_range(const char **at, uint64_t size, struct range *range, bool *is_empty)
{
	uint64_t first = 0, last;
	bool has_first;

	*is_empty = true;
	pass_spaces(at);
	has_first = **at != '-';
	if (has_first && !take_number(at, &first))
		return false;
	pass_spaces(at);
	if (*(*at)++ != '-')
		return false;
	pass_spaces(at);
	if (has_first && (**at == ',' || **at == '\0')) {
		last = size - 1;
	} else if (!take_number(at, &last)) {
		return false;
	} else if (!has_first) {
		first = last < size ? size - last : 0;
		*is_empty = last == 0 || size == 0;
		last = size - 1;
	}
	pass_spaces(at);
	if (**at != ',' && **at != '\0')
		return false;
	if (has_first)
		*is_empty = first >= size || last < first;
	range->first = first;
	range->last = last < size ? last : size - 1;
	return true;
}

enum range_answer
range_parse(const char *value, uint64_t size, struct range ranges[RANGES_MOST],
    unsigned most, unsigned *count)
{
	uint64_t sum = 0;
	struct range range;
	bool is_empty;

	*count = 0;
	if (value == NULL || strncasecmp(value, UNIT, strlen(UNIT)) != 0)
		return RANGE_WHOLE;
	value += strlen(UNIT);
	if (*value == '\0')
		return RANGE_WHOLE;
	for (;; value++) {
		if (!take_range(&value, size, &range, &is_empty))
			return RANGE_NONE;
		if (!is_empty) {
			if (*count == most)
				return RANGE_WHOLE;
			ranges[(*count)++] = range;
			sum += range.last - range.first + 1;
		}
		if (*value == '\0')
			break;
	}
	if (*count == 0)
		return RANGE_NONE;
	return sum > size ? RANGE_WHOLE : RANGE_PARTS;
}

bool
http_date_secs(const char *text, int64_t *secs)
{
	static const char *const forms[] = { "%a, %d %b %Y %H:%M:%S GMT",
		"%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y" };
	const char *end;
	struct tm tm;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		memset(&tm, 0, sizeof(tm));
		end = strptime(text, forms[i], &tm);
		if (end != NULL && *end == '\0') {
			*secs = (int64_t)timegm(&tm);
			return true;
		}
	}
	return false;
}

/* Is the tag in the list, or the list "*"? A weak one fits only where weak ones
 * will do. What has no tag ("") is in no list. */
static bool
has_tag(const char *list, const char *etag, bool weak_will_do)
{
	size_t len = strlen(etag);
	bool is_weak;

	pass_spaces(&list);
	if (strcmp(list, "*") == 0)
		return true;
	while (*list != '\0') {
		pass_spaces(&list);
		is_weak = strncmp(list, "W/", 2) == 0;
		if (is_weak)
			list += 2;
		if (len > 0 && strncmp(list, etag, len) == 0 &&
		    (weak_will_do || !is_weak))
			return true;
		/* A tag may have commas in it. */
		if (*list == '"') {
			list = strchr(list + 1, '"');
			if (list == NULL)
				return false;
			list++;
		}
		list += strcspn(list, ",");
		if (*list == ',')
			list++;
	}
	return false;
}

/* Whether a date is there, is one, and can be compared. */
static bool
is_told(const char *value, const struct validators *known, int64_t *told)
{
	return value != NULL && known->modified_ms != 0 &&
	    http_date_secs(value, told);
}

unsigned
conditions_status(const struct request *request, const struct validators *known)
{
	const char *match = request_header(request, "if-match");
	const char *unmodified = request_header(request, "if-unmodified-since");
	const char *none_match = request_header(request, "if-none-match");
	const char *modified = request_header(request, "if-modified-since");
	int64_t secs = known->modified_ms / 1000, told;

	if (match != NULL && !has_tag(match, known->etag, false))
		return 412;
	if (match == NULL && is_told(unmodified, known, &told) && secs > told)
		return 412;
	if (none_match != NULL)
		return has_tag(none_match, known->etag, true) ? 304 : 0;
	return is_told(modified, known, &told) && secs <= told ? 304 : 0;
}

bool
conditions_allow_range(
    const struct request *request, const struct validators *known)
{
	const char *value = request_header(request, "if-range");
	int64_t told;

	if (value == NULL)
		return true;
	if (value[0] == '"' || strncmp(value, "W/", 2) == 0)
		return strcmp(value, known->etag) == 0;
	return is_told(value, known, &told) &&
	    told == known->modified_ms / 1000;
}
