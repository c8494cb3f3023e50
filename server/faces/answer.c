/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * The one answer of an errand: a page for people, JSON for programs. */
#include "faces/errand.h"

#include "base/mem.h"
#include "base/squeeze.h"
#include "base/text.h"
#include "faces/porter_priv.h"
#include "http/language.h"
#include "http/request.h"
#include "http/response.h"

#include <stdlib.h>
#include <string.h>

#define JSON_TYPE  "application/json; charset=utf-8"
#define PAGE_TYPE  "text/html; charset=utf-8"
#define GZIP_ABOVE 600 /* bytes: below it, it is one packet anyway */

/* Nothing from elsewhere, nothing inline, nowhere within others' pages. */
#define POLICY(ancestors)                                                      \
	"Content-Security-Policy: default-src 'none'; script-src 'self'; "     \
	"style-src 'self'; img-src 'self' data:; media-src 'self' blob:; "     \
	"connect-src 'self'; form-action 'self'; base-uri 'none'; "            \
	"frame-ancestors " ancestors "\r\n"
#define PAGE_LINES                                                             \
	POLICY("'none'")                                                       \
	"Referrer-Policy: same-origin\r\n"                                     \
	"Cross-Origin-Opener-Policy: same-origin\r\n"                          \
	"Permissions-Policy: camera=(), microphone=(), geolocation=()"         \
	"\r\n"                                                                 \
	"Vary: Accept-Language, Accept-Encoding, Cookie\r\n"

/* A player that others may put into their pages: nobody is logged in there. */
#define EMBED_LINES                                                            \
	POLICY("*")                                                            \
	"Referrer-Policy: no-referrer\r\n"                                     \
	"Vary: Accept-Language, Accept-Encoding\r\n"

void
answer_bytes(struct errand *errand, unsigned status, const char *type,
    struct bytes *body, struct bytes *lines)
{
	struct page_msg *page = message_new(MSG_PAGE, sizeof(*page));
	struct bytes gzip = { 0 };

	if (errand->ask->takes_gzip && body->len > GZIP_ABOVE &&
	    squeeze(body->data, body->len, &gzip)) {
		bytes_text(lines, "Content-Encoding: gzip\r\n");
		bytes_free(body);
		*body = gzip;
	}
	page->conn_no = errand->ask->conn_no;
	page->status = status;
	page->type = type;
	page->body = block_new(body->data, body->len, 0);
	bytes_append(lines, "", 1);
	page->lines = mem_text((const char *)lines->data);
	bytes_free(body);
	bytes_free(lines);
	loop_post_from(
	    errand->porter->loop, errand->ask->worker, &page->message);
	errand_free(errand);
}

void
answer_json(struct errand *errand, unsigned status, json_t *taken)
{
	struct bytes body = { 0 }, lines = { 0 };
	char *text = json_dumps(taken, JSON_COMPACT | JSON_ENCODE_ANY);

	CHECK(text != NULL);
	bytes_format(&body, "%s\n", text);
	free(text);
	json_decref(taken);
	if (status == 401)
		bytes_text(&lines, "WWW-Authenticate: Bearer\r\n");
	answer_bytes(errand, status, JSON_TYPE, &body, &lines);
}

/* Of one command as it was said, of several each by its name. */
static void
answer_results(struct errand *errand)
{
	const struct face *face = errand->match.face;
	json_t *results = errand->data;

	if (errand->ask->verb == PAGE_POST) {
		results = json_pack(
		    "{s:O?}", "done", json_object_get(results, "done"));
	} else if (face->runs[1].line == NULL) {
		results = json_incref(
		    json_object_get(results, face->runs[0].name));
	} else {
		results = json_incref(results);
	}
	answer_json(errand, 200, results);
}

static enum language
language_of(struct errand *errand)
{
	const char *codes[LANGUAGES];
	char chosen[8];

	for (unsigned i = 0; i < LANGUAGES; i++)
		codes[i] = language_code((enum language)i);
	if (query_get(errand->ask->query, "lang", chosen, sizeof(chosen), NULL))
		return language_find(chosen);
	return (enum language)language_wanted(
	    errand->ask->languages, codes, LANGUAGES);
}

static json_t *
languages_json(enum language here)
{
	static const char *const names[LANGUAGES] = { "English", "Français",
		"Nederlands" };
	json_t *all = json_array();

	for (unsigned i = 0; i < LANGUAGES; i++)
		json_array_append_new(all,
		    json_pack("{s:s, s:s, s:b}", "code",
			language_code((enum language)i), "name", names[i],
			"is-here", i == (unsigned)here));
	return all;
}

static json_t *
who_json(const struct errand *errand)
{
	const struct session *session = errand_session(errand);

	if (session == NULL)
		return json_object();
	return json_pack("{s:s, s:b, s:b, s:s}", "name", errand->who,
	    "is-member", errand->role == ROLE_MEMBER, "is-operator",
	    errand->role == ROLE_OPERATOR, "token", session->token);
}

/* What the address asked for, to be shown again. */
static json_t *
query_json(const struct errand *errand)
{
	static const char *const names[] = { "word", "period", "from", "to",
		"q", "mount", "page", "state", "of" };
	json_t *query = json_object();
	char value[FACE_VALUE];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (query_get(errand->ask->query, names[i], value,
			sizeof(value), NULL) &&
		    text_is_utf8(value, strlen(value)))
			json_object_set_new(
			    query, names[i], json_string(value));
	}
	return query;
}

/* Said once, on the next page. */
static void
add_note(struct errand *errand)
{
	struct session *session = errand_session(errand);

	if (session == NULL || session->note[0] == '\0')
		return;
	json_object_set_new(errand->data, "note", json_string(session->note));
	json_object_set_new(
	    errand->data, "note-is-bad", json_boolean(session->is_bad_note));
	session->note[0] = '\0';
}

static void
add_common(struct errand *errand, enum language language)
{
	const struct conf *conf = errand->porter->conf;
	const struct face_match *match = &errand->match;
	json_t *data = errand->data, *zone;

	for (unsigned i = 0; i < match->count; i++) {
		if (json_object_get(data, match->names[i].name) == NULL &&
		    text_is_utf8(
			match->names[i].value, strlen(match->names[i].value)))
			json_object_set_new(data, match->names[i].name,
			    json_string(match->names[i].value));
	}
	json_object_set_new(data, "site",
	    json_pack("{s:s, s:s, s:s}", "name", conf->hostname, "url",
		conf->public_url, "contact",
		conf->contact != NULL ? conf->contact : ""));
	json_object_set(data, "web", errand->porter->web);
	json_object_set_new(data, "who", who_json(errand));
	json_object_set_new(data, "query", query_json(errand));
	if (match->face != NULL && match->face->tab != NULL)
		json_object_set_new(data, "tab", json_string(match->face->tab));
	zone = json_object_get(
	    json_object_get(json_object_get(data, "member"), "member"), "zone");
	if (zone != NULL)
		json_object_set(data, "zone", zone);
	json_object_set_new(data, "lang", json_string(language_code(language)));
	json_object_set_new(data, "languages", languages_json(language));
	if (text_is_utf8(errand->ask->path, strlen(errand->ask->path)))
		json_object_set_new(
		    data, "address", json_string(errand->ask->path));
	add_note(errand);
}

void
answer_page(struct errand *errand, unsigned status, const char *name)
{
	enum language language = language_of(errand);
	struct bytes body = { 0 }, lines = { 0 };

	add_common(errand, language);
	if (!template_render(errand->porter->templates, name, language,
		errand->data, &body)) {
		bytes_text(&body, "this page is too long\n");
		status = 500;
	}
	bytes_text(&lines, errand->is_embedded ? EMBED_LINES : PAGE_LINES);
	if (errand->ask->is_tls)
		bytes_text(
		    &lines, "Strict-Transport-Security: max-age=31536000\r\n");
	answer_bytes(errand, status, PAGE_TYPE, &body, &lines);
}

/* To log in first, and back afterwards. */
static void
answer_login(struct errand *errand)
{
	answer_go(errand, "/login", "");
}

/* Back to where the form was, with what was wrong. */
static bool
answer_back(struct errand *errand, const char *text)
{
	struct session *session = errand_session(errand);
	const char *page = errand->match.face != NULL ? errand->match.face->page
						      : NULL;
	char *path;

	if (session == NULL || errand->ask->verb != PAGE_POST || page == NULL)
		return false;
	text_copy(session->note, sizeof(session->note), text);
	session->is_bad_note = true;
	path = errand_fill(errand, page);
	answer_go(errand, path, "");
	free(path);
	return true;
}

static bool
is_door(const struct errand *errand)
{
	return errand->match.face != NULL && errand->match.face->is_door;
}

/* What programs made for Icecast read; a browser is not asked to log in. */
static void
answer_door(struct errand *errand, unsigned status, const char *text)
{
	struct bytes body = { 0 }, lines = { 0 };

	if (status == 404 || status == 409) {
		doors_say(errand, false, text);
		return;
	}
	if (status == 401 && errand->ask->site == NULL)
		bytes_text(&lines, LOGIN_HEADER);
	bytes_format(&body, "%s\r\n", text);
	answer_bytes(
	    errand, status, "text/plain; charset=utf-8", &body, &lines);
}

void
answer_error(struct errand *errand, unsigned status, const char *text)
{
	if (errand->match.is_api) {
		answer_json(errand, status, json_pack("{s:s}", "error", text));
		return;
	}
	if (is_door(errand)) {
		answer_door(errand, status, text);
		return;
	}
	if (status == 401 && errand->ask->verb != PAGE_POST) {
		answer_login(errand);
		return;
	}
	if (status == 409 && answer_back(errand, text))
		return;
	json_object_set_new(errand->data, "error", json_string(text));
	json_object_set_new(errand->data, "status", json_integer(status));
	answer_page(errand, status, "pages/error");
}

/* It is done: say so on the page that comes next. */
static void
answer_done(struct errand *errand)
{
	struct session *session = errand_session(errand);
	const char *said = json_string_value(
	    json_object_get(errand->data, "done"));
	char *path = errand_fill(errand, errand->match.face->page);

	if (session != NULL && said != NULL) {
		text_copy(session->note, sizeof(session->note), said);
		session->is_bad_note = false;
	}
	answer_go(errand, path, "");
	free(path);
}

void
answer_data(struct errand *errand)
{
	if (errand->match.is_api)
		answer_results(errand);
	else if (errand->ask->verb == PAGE_POST)
		answer_done(errand);
	else
		answer_page(errand, 200, errand->match.face->page);
}

void
answer_go(struct errand *errand, const char *path, const char *cookie)
{
	struct bytes body = { 0 }, lines = { 0 };

	bytes_format(&lines, "Location: %s\r\n%s", path, cookie);
	answer_bytes(errand, 303, NULL, &body, &lines);
}
