/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * range - which bytes of a file are asked for, and whether they have to be sent
 * at all. RFC 9110 sections 13 and 14. Pure.
 */
#ifndef HTTP_RANGE_H
#define HTTP_RANGE_H

#include "http/request.h"

#define RANGES_MOST 64 /* a limit of the configuration is not above */

struct range {
	uint64_t first, last; /* bytes, both are sent */
};

enum range_answer {
	RANGE_WHOLE, /* no range, or not of bytes, or too many, or more than
		      * the whole in all: 200 */
	RANGE_PARTS, /* 206 */
	RANGE_NONE   /* none of it is there, or it makes no sense: 416 */
};

/* value: of the header, or NULL; at most most of them, in the order they were
 * asked for; overlapping ones stay. */
enum range_answer range_parse(const char *value, uint64_t size,
    struct range ranges[RANGES_MOST], unsigned most, unsigned *count);

/* What is known of a file: etag with its quotes, strong; "": it has none. */
struct validators {
	const char *etag;
	int64_t modified_ms; /* wall; 0: not known */
};

/* 0: to be sent; 304 or 412. Section 13.2.2. */
unsigned conditions_status(const struct request *, const struct validators *);
/* Whether If-Range lets a range be sent; true without one. */
bool conditions_allow_range(const struct request *, const struct validators *);
/* "Sun, 06 Nov 1994 08:49:37 GMT" and the two older forms; false: none. */
bool http_date_secs(const char *text, int64_t *secs) MUST_CHECK;

#endif
