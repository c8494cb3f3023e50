/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * weburl - http(s)://[user@]host[:port][/path] taken apart, for the tools.
 *
 * A key in the URL is refused: command lines can be seen by others. The host
 * may be a name, an IPv4 address or an IPv6 address in brackets. Pure.
 */
#ifndef WEBURL_H
#define WEBURL_H

#include "base/check.h"

#include <stdbool.h>

struct weburl {
	bool is_tls;
	char user[64]; /* "" when not given */
	char host[256];
	unsigned port;
	char path[512]; /* begins with a slash */
};

/* NULL when it is one, else a constant sentence that says why not. */
const char *weburl_parse(struct weburl *, const char *text) MUST_CHECK;

#endif
