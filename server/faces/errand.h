/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * errand - one request for a page, from when it came to its one answer. For the
 * files of this room; the porter's thread.
 */
#ifndef FACES_ERRAND_H
#define FACES_ERRAND_H

#include "base/bytes.h"
#include "faces/session.h"
#include "faces/table.h"

#include <jansson.h>

struct porter;

struct errand {
	struct porter *porter;
	uint64_t number;
	struct page_ask_msg *ask;
	struct face_match match;
	enum face_role role;     /* of who asks */
	char who[SLUG_BYTES];    /* the member or operator; "" for anybody */
	char member[SLUG_BYTES]; /* whose page it is, "" for nobody's */
	bool is_embedded;        /* in a page of somebody else's */
	bool may_write;          /* a token may only read */
	bool has_bearer;
	json_t *data;     /* an object: results by their names */
	struct bytes raw; /* of the last command, as it printed it */
	char *place;      /* NULL: the address tells */
	char *value;      /* of the last name that was asked for */
	unsigned run;     /* the next of the face's commands */
};

/* Takes the message; the answer is on its way, or comes with a result. */
void errand_begin(struct porter *, struct page_ask_msg *);
void errand_result(struct errand *, const struct result_msg *);
/* What a line asked for; takes it. */
void errand_read(struct errand *, json_t *taken);
void errand_free(struct errand *);

/* Of what the address, the query or the form says; NULL: nothing. Valid until
 * the next call. */
const char *errand_value(struct errand *, const char *name);
/* A path of the table with its places filled, to be freed. */
char *errand_fill(struct errand *, const char *path);

/* ask.c: a line of the table, of a command, or "catalog PLACE" or "find ID" for
 * what the librarian knows. */
void ask_line(struct errand *, const char *line);
void ask_answer(struct errand *, const struct answer_msg *);
void ask_found(struct errand *, const struct found_msg *);

/* answer.c; each ends the errand. */
void answer_data(struct errand *); /* the face's page, or JSON */
void answer_page(struct errand *, unsigned status, const char *name);
void answer_json(struct errand *, unsigned status, json_t *taken);
/* Anything else; takes body and lines. */
void answer_bytes(struct errand *, unsigned status, const char *type,
    struct bytes *body, struct bytes *lines);
/* In words, as a page or JSON. */
void answer_error(struct errand *, unsigned status, const char *text);
/* After what was posted: to a page of ours, with cookies as header lines. */
void answer_go(struct errand *, const char *path, const char *cookie);

/* login.c: rows of the table that are no commands. */
void login_page(struct errand *);
void login_link(struct errand *);
void login_again(struct errand *, unsigned status, const char *text);
void login_take(struct errand *);
void login_answer(struct errand *, const struct answer_msg *);
void logout_take(struct errand *);
void login_new_key(struct errand *);
void login_revoked(struct errand *);
/* Who asks: of the cookie or the bearer token. */
void login_know(struct errand *);
/* NULL: nobody is logged in here. */
struct session *errand_session(const struct errand *);

/* extras.c */
void extras_art(struct errand *);
void extras_embed(struct errand *);
void extras_oembed(struct errand *);
void extras_privacy(struct errand *);
void extras_live(struct errand *);
void extras_report(struct errand *);
void extras_recording(struct errand *);

/* doors.c */
void doors_stats(struct errand *);
void doors_mounts(struct errand *);
void doors_clients(struct errand *);
void doors_kill_client(struct errand *);
void doors_kill_source(struct errand *);
void doors_seven(struct errand *);
void doors_song(struct errand *);
void doors_shoutcast(struct errand *);
/* As Icecast says what became of a change. */
void doors_say(struct errand *, bool is_done, const char *text);

/* openapi.c */
void openapi_page(struct errand *);

#endif
