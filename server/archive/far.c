/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/far.h"

#include "base/log.h"
#include "offload/ask.h"

#include <stdlib.h>

static bool
is_read(enum ask_end end, const char *id, char *error)
{
	if (end != ASK_OK)
		log_error("archive: the object of %s cannot be read: %s", id,
		    end == ASK_FAILED ? error : "all2all-archived has none");
	free(error);
	return end == ASK_OK;
}

bool
far_find(const char *socket, const char *id, uint64_t *bytes)
{
	struct ask_item item = { 0 };
	char *error = NULL;
	enum ask_end end = ask_state(socket, id, FAR_MS, &item, &error);

	if (end == ASK_OK && item.state != ASK_VERIFIED &&
	    item.state != ASK_DROPPED)
		end = ASK_NONE;
	*bytes = item.bytes;
	return is_read(end, id, error);
}

bool
far_read(const char *socket, const char *id, uint64_t at, void *to, size_t len)
{
	char *error = NULL;
	enum ask_end end = ask_read(socket, id, at, to, len, FAR_MS, &error);

	return is_read(end, id, error);
}
