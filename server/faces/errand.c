/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "faces/errand.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "faces/porter_priv.h"
#include "http/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_ERRANDS 1000

static const char nothing_here[] = "there is nothing here";

void
errand_free(struct errand *errand)
{
	message_free(&errand->ask->message);
	json_decref(errand->data);
	free(errand->value);
	free(errand->place);
	bytes_free(&errand->raw);
	free(errand);
}

/* From a query or form. */
static const char *
form_value(struct errand *errand, const char *form, const char *name)
{
	size_t most;

	if (form == NULL)
		return NULL;
	most = strlen(form) + 1;
	free(errand->value);
	errand->value = mem_new(most);
	return query_get(form, name, errand->value, most, NULL) ? errand->value
								: NULL;
}

/* What it is the page of: what the address says, or the mount of a recording.
 */
static const char *
place_value(struct errand *errand)
{
	const struct face_match *match = &errand->match;

	free(errand->value);
	errand->value = NULL;
	if (errand->place != NULL)
		errand->value = mem_text(errand->place);
	else if (match->count > 0 && strcmp(match->names[0].name, "place") == 0)
		CHECK(
		    asprintf(&errand->value, "/%s", match->names[0].value) > 0);
	return errand->value;
}

/* So much of 2026-11-22, in UTC. */
static const char *
today(struct errand *errand, size_t letters)
{
	char iso[CLOCK_ISO_BYTES];

	clock_iso(clock_wall_ms(), iso);
	iso[letters] = '\0';
	free(errand->value);
	errand->value = mem_text(iso);
	return errand->value;
}

/* The period that was asked for, or this month. */
static const char *
month_value(struct errand *errand)
{
	const char *period = form_value(errand, errand->ask->query, "period");

	return period != NULL && period[0] != '\0' ? period : today(errand, 7);
}

/* Of oEmbed: the place that an address of ours is the page of. */
static const char *
embedded_value(struct errand *errand)
{
	const char *site = errand->porter->conf->public_url;
	const char *url = form_value(errand, errand->ask->query, "url");
	size_t len;

	if (url == NULL || strncmp(url, site, strlen(site)) != 0 ||
	    url[strlen(site)] != '/')
		return NULL;
	free(errand->place);
	errand->place = mem_text(url + strlen(site));
	len = strlen(errand->place);
	if (len > 1 && errand->place[len - 1] == '/')
		errand->place[len - 1] = '\0';
	return place_value(errand);
}

const char *
errand_value(struct errand *errand, const char *name)
{
	const struct face_match *match = &errand->match;

	if (strcmp(name, "who") == 0)
		return errand->who;
	if (strcmp(name, "member") == 0 && errand->member[0] != '\0')
		return errand->member;
	if (strcmp(name, "place") == 0)
		return place_value(errand);
	if (strcmp(name, "month") == 0)
		return month_value(errand);
	if (strcmp(name, "this-year") == 0)
		return today(errand, 4);
	if (strcmp(name, "embedded") == 0)
		return embedded_value(errand);
	for (unsigned i = 0; i < match->count; i++) {
		if (strcmp(match->names[i].name, name) == 0)
			return match->names[i].value;
	}
	return form_value(errand,
	    errand->ask->verb == PAGE_POST ? errand->ask->form
					   : errand->ask->query,
	    name);
}

char *
errand_fill(struct errand *errand, const char *path)
{
	struct bytes out = { 0 };
	char name[FACE_NAME];
	size_t len;

	for (; *path != '\0'; path += len) {
		len = strcspn(path, "{");
		bytes_append(&out, path, len);
		path += len;
		if (*path == '\0')
			break;
		len = strcspn(++path, "}");
		CHECK(len < sizeof(name));
		memcpy(name, path, len);
		name[len++] = '\0';
		if (errand_value(errand, name) != NULL)
			text_url_path(&out, errand_value(errand, name));
	}
	bytes_append(&out, "", 1);
	return (char *)out.data;
}

/* Foreign and missing things look the same. */
static bool
is_own(struct errand *errand)
{
	const json_t *first = json_object_get(
	    errand->data, errand->match.face->runs[0].name);
	const char *wanted, *owner;
	const json_t *rows, *row;

	if (errand->match.face->own == OWN_RECORDING) {
		owner = json_string_value(json_object_get(first, "slug"));
		return owner != NULL && strcmp(owner, errand->member) == 0;
	}
	wanted = errand_value(errand, "mount");
	rows = json_object_get(first, "mounts");
	for (size_t i = 0; i < json_array_size(rows); i++) {
		row = json_array_get(rows, i);
		owner = json_string_value(json_object_get(row, "member"));
		if (wanted != NULL && owner != NULL &&
		    strcmp(owner, errand->member) == 0 &&
		    strcmp(wanted,
			json_string_value(json_object_get(row, "mount"))) == 0)
			return true;
	}
	return false;
}

/* What a command printed: JSON, or words. */
static json_t *
read_result(const struct result_msg *result)
{
	json_t *read = json_loadb((const char *)result->text->bytes,
	    result->text->len, JSON_DECODE_ANY, NULL);
	size_t len = result->text->len;

	if (read != NULL)
		return read;
	while (len > 0 && result->text->bytes[len - 1] == '\n')
		len--;
	read = json_stringn((const char *)result->text->bytes, len);
	return read != NULL ? read : json_string("");
}

static void
refuse_result(struct errand *errand, const json_t *words)
{
	const char *text = json_string_value(words);
	bool is_read = errand->ask->verb != PAGE_POST;

	answer_error(
	    errand, is_read ? 404 : 409, text != NULL ? text : "refused");
}

static void
go_on(struct errand *errand)
{
	const struct face *face = errand->match.face;

	if (errand->run < FACE_RUNS && face->runs[errand->run].line != NULL)
		ask_line(errand, face->runs[errand->run].line);
	else if (face->act != NULL)
		face->act(errand);
	else
		answer_data(errand);
}

/* Takes it. */
void
errand_read(struct errand *errand, json_t *read)
{
	const struct face *face = errand->match.face;

	json_object_set_new(errand->data, face->runs[errand->run].name, read);
	if (errand->run++ == 0 && face->own != OWN_NOTHING && !is_own(errand))
		answer_error(errand, 404, nothing_here);
	else
		go_on(errand);
}

void
errand_result(struct errand *errand, const struct result_msg *result)
{
	const struct face *face = errand->match.face;
	json_t *read = read_result(result);

	bytes_free(&errand->raw);
	bytes_append(&errand->raw, result->text->bytes, result->text->len);
	if (result->status == 0) {
		errand_read(errand, read);
		return;
	}
	if (errand->run == 0 && face->own != OWN_NOTHING)
		answer_error(errand, 404, nothing_here);
	else
		refuse_result(errand, read);
	json_decref(read);
}

/* The errand is over. */
static bool
refuse(struct errand *errand, unsigned status, const char *text)
{
	answer_error(errand, status, text);
	return false;
}

/* Whose page it is, and whether who asks may have it: THE place where that is
 * decided. Others' pages look as if they were not there. */
static bool
is_allowed(struct errand *errand)
{
	const struct face *face = errand->match.face;
	const char *member;

	if (face->role == ROLE_PUBLIC)
		return true;
	/* Not by a browser's session. */
	if (errand->role == ROLE_PUBLIC ||
	    (face->is_door && !errand->has_bearer))
		return refuse(errand, 401, "please log in");
	if (face->role == ROLE_OPERATOR)
		return errand->role == ROLE_OPERATOR ||
		    refuse(errand, 404, nothing_here);
	member = errand_value(errand, "member");
	if (member == NULL ||
	    (errand->role == ROLE_MEMBER && strcmp(member, errand->who) != 0))
		return refuse(errand, 404, nothing_here);
	text_copy(errand->member, sizeof(errand->member), member);
	return true;
}

/* An address of this server, as the browser sees it, or typed by hand. */
static bool
is_same_origin(const struct errand *errand)
{
	const struct page_ask_msg *ask = errand->ask;
	const char *host;

	if (ask->site != NULL && strcmp(ask->site, "same-origin") != 0 &&
	    strcmp(ask->site, "none") != 0)
		return false;
	if (ask->origin == NULL)
		return true;
	host = strstr(ask->origin, "://");
	return host != NULL && ask->host != NULL &&
	    strcmp(host + 3, ask->host) == 0;
}

static bool
has_form_token(struct errand *errand)
{
	const struct session *session = errand_session(errand);
	const char *token = form_value(errand, errand->ask->form, "token");

	return session != NULL && token != NULL &&
	    session_is_token(session, token);
}

/* Nobody else's page may have something done in this person's name. */
static bool
is_meant(struct errand *errand)
{
	const struct face *face = errand->match.face;

	if (errand->ask->verb != PAGE_POST && !face->changes)
		return true;
	if (errand->has_bearer && !errand->may_write)
		return refuse(errand, 403, "this token may only read");
	if (errand->has_bearer && (!face->is_door || is_same_origin(errand)))
		return true;
	if (!errand->has_bearer && errand->ask->is_form &&
	    is_same_origin(errand) &&
	    (errand->role == ROLE_PUBLIC || has_form_token(errand)))
		return true;
	return refuse(errand, 403,
	    "this form is out of date, please go back and try again");
}

void
errand_begin(struct porter *porter, struct page_ask_msg *ask)
{
	struct errand *errand = mem_new(sizeof(*errand));
	bool is_known;

	errand->porter = porter;
	errand->ask = ask;
	errand->number = ++porter->last_errand;
	errand->data = json_object();
	login_know(errand);
	if (!table_find(ask->path, ask->verb, &errand->match, &is_known))
		answer_error(errand, is_known ? 405 : 404,
		    is_known ? "this is not done this way" : nothing_here);
	else if (porter->errands.count >= MOST_ERRANDS)
		answer_error(errand, 503, "busy, please try again");
	else if (is_allowed(errand) && is_meant(errand))
		go_on(errand);
}
