/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * xml - the few elements that are needed of what an S3 store answers.
 *
 * Not a parser of XML: it looks for tags by their name, whatever is around
 * them, in at most XML_MOST_BYTES that may be anything. Pure functions; any
 * thread. Text comes out without control bytes and with its entities decoded.
 */
#ifndef OFFLOAD_XML_H
#define OFFLOAD_XML_H

#include "base/check.h"

#include <stdbool.h>
#include <stddef.h>

#define XML_MOST_BYTES (1 << 20)

struct xml {
	const char *text;
	size_t len;
};

/* Whether the outermost element has that name, with any namespace. */
bool xml_is_root(struct xml, const char *name) MUST_CHECK;
/* The text of the first element of that name; false when there is none, or it
 * does not fit, or it has elements inside. */
bool xml_text(struct xml, const char *name, char *to, size_t size) MUST_CHECK;
/* The inside of the next element of that name; what is left is after it. */
bool xml_next(
    struct xml *left, const char *name, struct xml *inside) MUST_CHECK;

#endif
