/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * cast_server - the server, through libshout, in blocking mode.
 *
 * Bytes go out as they are, past libshout's own reading of them, so anything
 * can be sent; but libshout announces only the types of cast_server_knows().
 * Failures are one sentence in why.
 */
#ifndef CAST_SERVER_H
#define CAST_SERVER_H

#include "base/check.h"
#include "cast_options.h"

#include <shout/shout.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cast_server {
	shout_t *shout;
	bool is_final; /* the failure: trying again will not help */
	char why[1024];
};

/* Whether libshout has words for this media type. */
bool cast_server_knows(const char *type);
bool cast_server_open(struct cast_server *, const struct cast_options *,
    const char *type) MUST_CHECK;
bool cast_server_send(
    struct cast_server *, const uint8_t *bytes, size_t len) MUST_CHECK;
bool cast_server_title(struct cast_server *, const char *title) MUST_CHECK;
void cast_server_close(struct cast_server *);

#endif
