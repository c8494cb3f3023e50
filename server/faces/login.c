/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * Who asks: by a session, which begins with a member's key, an operator's
 * token, or a link that is good for once; or by a bearer token. */
#include "faces/errand.h"

#include "base/clock.h"
#include "base/text.h"
#include "faces/porter_priv.h"
#include "http/cookie.h"
#include "ledger/tokens.h"

#include <stdio.h>
#include <string.h>

#define COOKIE     "all2all"
#define COOKIE_TLS "__Host-all2all"

static const char
    not_private[] = "keys are taken over TLS only: please use https";
static const char wrong[] = "this name and key do not fit";

struct session *
errand_session(const struct errand *errand)
{
	char word[SESSION_WORD + 1];

	if (errand->ask->cookie == NULL ||
	    !cookie_get(errand->ask->cookie,
		errand->ask->is_tls ? COOKIE_TLS : COOKIE, word, sizeof(word)))
		return NULL;
	return session_find(errand->porter->sessions, word, clock_mono_ms());
}

void
login_again(struct errand *errand, unsigned status, const char *text)
{
	json_object_set_new(errand->data, "error", json_string(text));
	answer_page(errand, status, "pages/login");
}

static void
know_token(struct errand *errand)
{
	struct token token;

	errand->has_bearer = true;
	if (!errand->ask->is_private ||
	    !tokens_find(errand->porter->store, errand->ask->bearer, &token))
		return;
	errand->role = token.member == 0 ? ROLE_OPERATOR : ROLE_MEMBER;
	errand->may_write = token.may_write;
	text_copy(errand->who, sizeof(errand->who),
	    token.member == 0 ? token.name : token.slug);
}

void
login_know(struct errand *errand)
{
	const struct session *session;

	if (errand->ask->bearer != NULL) {
		know_token(errand);
		return;
	}
	session = errand_session(errand);
	if (session == NULL)
		return;
	errand->role = session->role;
	text_copy(errand->who, sizeof(errand->who), session->slug);
}

static void
begin(struct errand *errand, enum face_role role, const char *slug)
{
	char word[SESSION_WORD + 1], cookie[256], path[SLUG_BYTES + 16];

	(void)session_begin(
	    errand->porter->sessions, role, slug, clock_mono_ms(), word);
	snprintf(cookie, sizeof(cookie),
	    "Set-Cookie: %s=%s; Path=/; HttpOnly; SameSite=Strict%s\r\n",
	    errand->ask->is_tls ? COOKIE_TLS : COOKIE, word,
	    errand->ask->is_tls ? "; Secure" : "");
	if (role == ROLE_OPERATOR)
		text_copy(path, sizeof(path), "/operator/");
	else
		snprintf(path, sizeof(path), "/portal/%s/", slug);
	explicit_bzero(word, sizeof(word));
	answer_go(errand, path, cookie);
	explicit_bzero(cookie, sizeof(cookie));
}

/* Tokens for programs are not for browsers. */
static void
take_token(struct errand *errand, const char *word)
{
	struct token token;

	if (tokens_find(errand->porter->store, word, &token) &&
	    token.member == 0 && token.may_write)
		begin(errand, ROLE_OPERATOR, token.name);
	else
		login_again(errand, 401, wrong);
}

static void
ask_desk(struct errand *errand, const char *key)
{
	struct ask_msg *ask = message_new(MSG_ASK, sizeof(*ask));
	const char *slug;

	ask->kind = ASK_LOGIN;
	ask->from = errand->porter->loop;
	ask->conn_no = errand->number;
	ask->address = errand->ask->address;
	ask->has_login = true;
	text_copy(ask->key, sizeof(ask->key), key);
	slug = errand_value(errand, "name");
	text_copy(ask->user, sizeof(ask->user), slug != NULL ? slug : "");
	porter_wait(errand);
	loop_post(errand->porter->desk, &ask->message);
}

void
login_take(struct errand *errand)
{
	const char *key = errand_value(errand, "key");

	if (!errand->ask->is_private)
		login_again(errand, 403, not_private);
	else if (key == NULL || key[0] == '\0')
		login_again(errand, 400, "the key is missing");
	else if (strncmp(key, TOKEN_START, strlen(TOKEN_START)) == 0)
		take_token(errand, key);
	else
		ask_desk(errand, key);
}

void
login_answer(struct errand *errand, const struct answer_msg *answer)
{
	if (answer->status == 200)
		begin(errand, ROLE_MEMBER, answer->slug);
	else
		login_again(errand, answer->status,
		    answer->status == 401 ? wrong : answer->text);
}

/* The link's command said whose it was. */
void
login_link(struct errand *errand)
{
	const json_t *taken = json_object_get(errand->data, "link");
	const char *slug = json_string_value(json_object_get(taken, "member"));

	CHECK(slug != NULL);
	if (!errand->ask->is_private)
		login_again(errand, 403, not_private);
	else
		begin(errand, ROLE_MEMBER, slug);
}

void
logout_take(struct errand *errand)
{
	struct session *session = errand_session(errand);
	char cookie[128];

	if (session != NULL)
		session_end(session);
	snprintf(cookie, sizeof(cookie),
	    "Set-Cookie: %s=; Path=/; Max-Age=0; HttpOnly; "
	    "SameSite=Strict%s\r\n",
	    errand->ask->is_tls ? COOKIE_TLS : COOKIE,
	    errand->ask->is_tls ? "; Secure" : "");
	answer_go(errand, "/", cookie);
}

/* Who logged in with the old key has to do it again, but for who changed it. */
void
login_new_key(struct errand *errand)
{
	sessions_end_of(errand->porter->sessions, ROLE_MEMBER, errand->member,
	    errand_session(errand));
	answer_data(errand);
}

void
login_revoked(struct errand *errand)
{
	sessions_end_of(errand->porter->sessions, ROLE_OPERATOR,
	    errand_value(errand, "name"), NULL);
	answer_data(errand);
}
