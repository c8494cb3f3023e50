/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * Accept-Encoding: "gzip, br;q=0.5, *;q=0" (RFC 9110 section 12.5.3). */
#include "http/request.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool
names_gzip(const char *item, size_t len)
{
	len = strcspn(item, ",; \t") < len ? strcspn(item, ",; \t") : len;
	return (len == 4 && strncasecmp(item, "gzip", len) == 0) ||
	    (len == 6 && strncasecmp(item, "x-gzip", len) == 0);
}

/* Without a weight it is 1. */
static bool
is_wanted(const char *item, size_t len)
{
	const char *weight = memchr(item, ';', len);

	if (weight == NULL)
		return true;
	weight += 1 + strspn(weight + 1, " \t");
	return strncasecmp(weight, "q=", 2) != 0 ||
	    strtod(weight + 2, NULL) > 0;
}

bool
request_takes_gzip(const struct request *request)
{
	const char *item = request_header(request, "accept-encoding");
	size_t len;

	while (item != NULL && *item != '\0') {
		item += strspn(item, ", \t");
		len = strcspn(item, ",");
		if (names_gzip(item, len))
			return is_wanted(item, len);
		item += len;
	}
	return false;
}
