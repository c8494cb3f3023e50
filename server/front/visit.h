/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * visit - a conn from its first byte until it is known what it wants.
 *
 *   HEAD --whole request--> routed --+--> ASKING --answer--> listener, source,
 *    ^                       BODY ---+                       or a reply
 *    +--- after an upgrade to TLS ---+
 *
 * One absolute deadline covers TLS and the request's head; bytes do not move
 * it. Each visit ends in exactly one answer or in another stage.
 */
#ifndef FRONT_VISIT_H
#define FRONT_VISIT_H

#include "base/bytes.h"
#include "http/chunked.h"
#include "http/request.h"
#include "icy/shoutcast.h"
#include "stream/meter.h"
#include "stream/worker.h"

#define VISIT_MAGIC     0x76697369u
#define ASK_DEADLINE_MS 30000       /* of the other threads */
#define ARCHIVE_PATH    "/archive/" /* then the id of a recording */

enum visit_state {
	VISIT_HEAD,
	VISIT_BODY,
	VISIT_ASKING,
	VISIT_ICY_HEADERS
};

struct visit {
	unsigned magic;
	enum visit_state state;
	struct worker *worker;
	struct conn *conn;
	struct in6_addr address;
	struct request request;
	struct icy_login icy; /* METHOD_ICY */
	struct bytes body;    /* of a form, with a NUL when it is whole */
	void (*take_form)(struct visit *);
	struct chunked chunked;
	struct answer_msg *granted; /* a source waiting for its icy headers */
	struct found_msg *found; /* a recording that the desk is asked about */
	int64_t member;          /* whose traffic it is; 0: the server's */
	bool owes_options;       /* after the upgrade: the answer to OPTIONS */
	bool is_waste;           /* refused or nonsense */
	struct meter meter;
};

void visit_begin(struct worker *, struct conn *, const struct conn_msg *);
/* NULL when the conn is not (any more) a visit. */
struct visit *visit_of(const struct conn *);
/* The desk's answer to what it asked; takes the message. */
void visit_answer(struct visit *, struct answer_msg *);
/* The librarian's, to what it was asked; takes the message. */
void visit_found(struct visit *, struct found_msg *);
/* The porter's, to what it was asked; takes the message. */
void visit_page(struct visit *, struct page_msg *);
/* Closes the encoder that was granted this mount and has yet to begin. */
void visit_kick(struct worker *, uint32_t mount_no);

/* For routes.c. */
void visit_ask(struct visit *, struct ask_msg *); /* takes the message */
struct ask_msg *visit_new_ask(struct visit *, enum ask_kind, const char *path);
/* Asks the librarian, then the desk: a recording, so far into it, or its twin
 * when it has one; what is being recorded of a mount, from that (wall) time on;
 * what is known of a recording. */
void visit_find_item(
    struct visit *, const char *id, int64_t at_ms, bool is_twin);
void visit_find_live(struct visit *, const char *mount, int64_t from_ms);
void visit_find_facts(struct visit *, const char *id, enum find_what);
void visit_read_body(struct visit *, void (*take_form)(struct visit *));
/* Asks the porter; takes the message. */
void visit_ask_page(struct visit *, struct page_ask_msg *);

#endif
