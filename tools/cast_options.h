/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * cast_options - what the command line of all2all-cast asks for.
 * cast_options_read() exits with status 2 on wrong use.
 */
#ifndef CAST_OPTIONS_H
#define CAST_OPTIONS_H

#include <stdbool.h>

enum cast_tls {
	CAST_TLS_AUTO,
	CAST_TLS_YES,
	CAST_TLS_NO
};

struct cast_options {
	char host[256];
	char mount[512];
	char user[64];
	char key[256];
	unsigned port;
	bool is_icy; /* the protocol */
	enum cast_tls tls;
	const char *ca_file; /* these texts may be NULL */
	const char *name, *description, *genre;
	const char *title;
	const char *type; /* MIME type to announce */
	bool is_public, is_loop, is_fast, has_progress;
	unsigned bitrate_kbps;   /* 0: the stream tells its time itself */
	unsigned duration_secs;  /* 0: until the end */
	unsigned reconnect_secs; /* 0: never */
	char **files;            /* "-" is standard input; NULL ends them */
};

void cast_options_read(struct cast_options *, int argc, char **argv);

#endif
