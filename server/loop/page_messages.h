/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * page_messages - what threads tell each other about pages. Part of
 * loop/messages.h, which says how messages are used; never included alone.
 */
#ifndef LOOP_PAGE_MESSAGES_H
#define LOOP_PAGE_MESSAGES_H

enum page_verb {
	PAGE_GET,
	PAGE_HEAD,
	PAGE_POST
};

/* A whole request for a page. Texts are mem_text() each, NULL for none, and
 * freed with the message. */
struct page_ask_msg {
	struct message message;
	struct loop *worker;
	uint64_t conn_no;
	enum page_verb verb;
	bool is_private; /* TLS, or this machine: nobody else reads along */
	bool is_tls;
	bool takes_gzip;
	bool is_form; /* what was posted is one */
	struct in6_addr address;
	char *path, *query;
	char *form;
	char *cookie, *bearer; /* "Authorization: Bearer" without these words */
	char *languages;       /* Accept-Language */
	char *host, *origin, *site; /* site: Sec-Fetch-Site */
};

/* What a worker answers as it is. */
struct page_msg {
	struct message message;
	uint64_t conn_no;
	unsigned status;
	const char *type;   /* a constant */
	struct block *body; /* NULL: none */
	char *lines;        /* header lines, CRLF each; freed with it */
};

#define EVENT_ID_BYTES 48

/* Something on air changed: what is sent to who follows it. */
struct event_msg {
	struct message message;
	uint64_t number; /* of this run, one more each time */
	char mount[MOUNT_BYTES];
	struct block *block;
};

/* What a client gives back when it returns. */
void event_id(char id[EVENT_ID_BYTES], uint64_t run, uint64_t number);

#define RUN_WORDS 64

/* A command line whose RESULT somebody else than the control socket waits for.
 */
struct run_msg {
	struct message message;
	struct loop *from;
	uint64_t number; /* of who asks: reply_to of the result */
	unsigned argc;
	char *argv[]; /* mem_text() each, freed with the message */
};

#endif
