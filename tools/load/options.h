/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * options - what the command line of all2all-load asks for. Never changes
 * after options_read(), which exits with status 2 on wrong use.
 */
#ifndef LOAD_OPTIONS_H
#define LOAD_OPTIONS_H

#include "load/numbered.h"
#include "weburl.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define OPTIONS_URLS   16
#define OPTIONS_NUMBER "{n}" /* in paths: the number of a mount */

struct options {
	struct weburl urls[OPTIONS_URLS];
	unsigned url_count;
	unsigned clients;
	unsigned slow;   /* of the clients: never read */
	unsigned sample; /* of the clients: read and check */
	unsigned ramp;   /* new clients per second */
	unsigned duration_secs;
	unsigned bitrate; /* of the own source, kbit/s */
	unsigned mounts;  /* as many own sources, and paths to ask for */
	unsigned churn;   /* short connections per second */
	unsigned settle_secs;
	unsigned late_ms; /* a longer gap makes a listener late */
	pid_t watch;      /* a process to take figures of; 0: none */
	const struct numbered_encoding *encoding;
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
