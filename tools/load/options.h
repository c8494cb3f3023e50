/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * options - what the command line of all2all-load asks for. Never changes
 * after options_read(), which exits with status 2 on wrong use.
 */
#ifndef LOAD_OPTIONS_H
#define LOAD_OPTIONS_H

#include "weburl.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#define OPTIONS_URLS 16

struct options {
	struct weburl urls[OPTIONS_URLS];
	unsigned url_count;
	unsigned clients;
	unsigned slow;   /* of the clients: never read */
	unsigned sample; /* of the clients: read and check */
	unsigned ramp;   /* new clients per second */
	unsigned duration_secs;
	unsigned bitrate; /* of the own source, kbit/s */
	bool is_icy;
	bool is_abort;
	bool is_unverified;  /* take any certificate */
	const char *ca_file; /* or NULL: the system's */
	const char *source;  /* mount path of the own source, or NULL */
	const char *user;    /* of the own source */
	const char *key;     /* of the own source */
	const char *json;    /* file name, "-" or NULL */
	struct in_addr from; /* first of the addresses to come from */
	unsigned from_count; /* 0: let the kernel choose */
};

void options_read(struct options *, int argc, char **argv);

#endif
