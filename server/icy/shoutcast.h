/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * shoutcast - the one line by which SHOUTcast encoders log in, and the "pass"
 * of their titles, taken apart. Pure.
 *
 *	KEY          a stream key alone
 *	SLUG:KEY     a user, or member, and its key
 *	/mount:KEY   the mount to feed and its key
 *	...:#2       any of them with the stream's number (SHOUTcast 2)
 */
#ifndef ICY_SHOUTCAST_H
#define ICY_SHOUTCAST_H

#include "base/check.h"

#include <stdbool.h>

struct icy_login {
	char user[64];      /* "" when not given */
	char mount[256];    /* "" when not given, else begins with '/' */
	char password[256]; /* never "" */
	unsigned stream;    /* the number after "#", 0 when not given */
};

/* False: a part is too long, or there is no password. */
bool icy_login_split(const char *line, struct icy_login *) MUST_CHECK;

/* The whole answer to a good login, for strict encoders in one write; and the
 * one to a bad login, after which the connection closes. */
#define ICY_LOGIN_GOOD "OK2\r\nicy-caps:11\r\n\r\n"
#define ICY_LOGIN_BAD  "Invalid Password\r\n"

#endif
