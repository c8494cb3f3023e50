/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * ebml - the elements that Matroska and WebM are made of. RFC 8794.
 *
 *      id (1 to 4 bytes) | size (1 to 8 bytes) | payload
 *
 * Pure functions over any bytes; nothing is kept. A payload of length 0 means
 * the element's default value, which only the caller knows.
 */
#ifndef FORMAT_EBML_H
#define FORMAT_EBML_H

#include "base/bytes.h"
#include "base/check.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EBML_UNKNOWN UINT64_MAX /* a size that is not known */

enum ebml_found {
	EBML_MORE,
	EBML_FOUND,
	EBML_BAD
};

struct ebml {
	uint32_t id; /* with its marker bits, as it is written */
	size_t header_bytes;
	uint64_t size; /* of the payload */
};

/* What of a parent's payload has not been read. */
struct ebml_span {
	const uint8_t *at;
	size_t len;
};

struct ebml_child {
	uint32_t id;
	const uint8_t *data; /* its payload */
	size_t len;
	const uint8_t *whole; /* with its header */
	size_t whole_len;
};

/* The header of the element that begins here. */
enum ebml_found ebml_read(
    struct ebml *, const uint8_t *bytes, size_t len) MUST_CHECK;
/* An unsigned number in the form of a size. Its length, 0: damaged or cut. */
size_t ebml_number(const uint8_t *bytes, size_t len, uint64_t *number);

/* False: no more children; then span.len > 0 says that the rest is damaged. */
bool ebml_next(struct ebml_span *, struct ebml_child *);
/* 0 for more than 8 bytes. */
uint64_t ebml_uint(const struct ebml_child *);
double ebml_float(const struct ebml_child *); /* 0 when it is not one */
/* Length without the NULs that some writers put at the end. */
size_t ebml_text_length(const struct ebml_child *);
bool ebml_text_is(const struct ebml_child *, const char *text);

void ebml_put_header(struct bytes *, uint32_t id, uint64_t size);
void ebml_put_uint(struct bytes *, uint32_t id, uint64_t value);
void ebml_put(struct bytes *, uint32_t id, const void *payload, size_t len);

#endif
