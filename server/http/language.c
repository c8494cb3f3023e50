/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "http/language.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* In thousandths; without a weight it is 1. */
static long
weight_of(const char *item, size_t len)
{
	const char *weight = memchr(item, ';', len);
	double value;

	if (weight == NULL)
		return 1000;
	weight += 1 + strspn(weight + 1, " \t");
	if (strncasecmp(weight, "q=", 2) != 0)
		return 1000;
	value = strtod(weight + 2, NULL);
	return value > 0 && value <= 1 ? (long)(value * 1000) : 0;
}

size_t
language_wanted(const char *header, const char *const *codes, size_t count)
{
	long best = 0, weight;
	size_t found = 0, len;

	while (header != NULL && *header != '\0') {
		header += strspn(header, ", \t");
		len = strcspn(header, ",");
		weight = weight_of(header, len);
		for (size_t i = 0; i < count; i++) {
			if (len >= 2 && weight > best &&
			    strncasecmp(header, codes[i], 2) == 0 &&
			    (len == 2 || strchr("-; \t", header[2]) != NULL)) {
				best = weight;
				found = i;
			}
		}
		header += len;
	}
	return found;
}
