/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * smtp - hands one letter to a mail server, by libcurl, over TLS only.
 *
 * "smtps://HOST:PORT" is TLS from the first byte, "smtp://HOST:PORT" is
 * STARTTLS, which the server must offer; its certificate must be for that host
 * and of a known authority, or nothing is said to it, neither password nor
 * letter. A delivery goes on in steps that wait for at most SMTP_STEP_MS, so
 * that the thread it is in can hear other things, and has an end:
 * SMTP_MOST_MS. One thread at a time. Errors are sentences that the caller
 * frees.
 */
#ifndef LETTERS_SMTP_H
#define LETTERS_SMTP_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

#define SMTP_STEP_MS    50
#define SMTP_CONNECT_MS 20000
#define SMTP_MOST_MS    120000

struct smtp_server {
	const char *url;
	const char *user, *password; /* NULL: no login */
	const char *from;            /* an address */
	const char *ca; /* a file of authorities; NULL: the system's */
};

enum smtp_state {
	SMTP_GOES_ON,
	SMTP_ACCEPTED, /* the server has it, and is answerable for it */
	SMTP_FAILED
};

struct smtp;

/* Before any thread uses it. False: libcurl cannot be used here. */
bool smtp_prepare(void) MUST_CHECK;

/* What server points to must live until smtp_end(); message is copied. NULL,
 * and *error, when it cannot even begin. */
struct smtp *smtp_begin(const struct smtp_server *, const char *to,
    const struct bytes *message, char **error) MUST_CHECK;
/* *error is set with SMTP_FAILED. Not called again after the last state. */
enum smtp_state smtp_step(struct smtp *, char **error) MUST_CHECK;
/* Cuts what still goes on. NULL is fine. */
void smtp_end(struct smtp *);

#endif
