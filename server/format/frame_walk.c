/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "format/frames.h"

/* Is there a frame of the same kind right after this one, or the end? */
static bool
is_followed(const struct frame_walk *walk, size_t len, uint32_t kind)
{
	int64_t at = walk->next + (int64_t)len;
	const uint8_t *next;

	if (at == walk->view->size)
		return true;
	next = view_look(walk->view, at, walk->kind->header_bytes);
	return next != NULL && walk->kind->length(next) > 0 &&
	    (frame_header(next) & walk->kind->mask) == kind;
}

bool
frame_walk_next(struct frame_walk *walk)
{
	const struct frame_kind *rule = walk->kind;
	struct view *view = walk->view;
	const uint8_t *header;
	uint32_t kind;
	int64_t found;
	size_t len;

	while ((header = view_look(view, walk->next, rule->header_bytes)) !=
	    NULL) {
		len = rule->length(header);
		kind = frame_header(header) & rule->mask;
		if (len > 0 && view->size - walk->next < (int64_t)len &&
		    walk->is_locked)
			break;
		if (len > 0 && view->size - walk->next >= (int64_t)len &&
		    (walk->is_locked || is_followed(walk, len, kind))) {
			walk->is_locked = true;
			walk->at = walk->next;
			walk->len = len;
			walk->next += (int64_t)len;
			return true;
		}
		walk->is_locked = false;
		found = view_find(view, walk->next + 1, 0xff);
		walk->passed_over_bytes += (uint64_t)(found - walk->next);
		walk->next = found;
	}
	walk->passed_over_bytes += (uint64_t)(view->size - walk->next);
	walk->next = view->size;
	return false;
}
