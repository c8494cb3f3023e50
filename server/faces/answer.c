/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "faces/errand.h"

#include "base/mem.h"
#include "base/text.h"
#include "faces/porter_priv.h"

#include <stdlib.h>
#include <string.h>

#define JSON_TYPE "application/json; charset=utf-8"

static void
send_page(struct errand *errand, unsigned status, const char *type,
    struct bytes *body, struct bytes *lines)
{
	struct page_msg *page = message_new(MSG_PAGE, sizeof(*page));

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
	send_page(errand, status, JSON_TYPE, &body, &lines);
}

/* Of one command as it was said, of several each by its name. */
static void
answer_results(struct errand *errand)
{
	const struct face *face = errand->match.face;
	json_t *results = errand->data;

	if (errand->ask->verb == PAGE_POST) {
		results = json_pack("{s:O}", "done",
		    json_object_get(results, face->runs[0].name));
	} else if (face->runs[1].line == NULL) {
		results = json_incref(
		    json_object_get(results, face->runs[0].name));
	} else {
		results = json_incref(results);
	}
	answer_json(errand, 200, results);
}

static void
answer_words(struct errand *errand, unsigned status, const char *text)
{
	answer_json(errand, status, json_pack("{s:s}", "error", text));
}

void
answer_error(struct errand *errand, unsigned status, const char *text)
{
	answer_words(errand, status, text);
}

void
answer_data(struct errand *errand)
{
	answer_results(errand);
}

void
answer_go(struct errand *errand, const char *path, const char *cookie)
{
	struct bytes body = { 0 }, lines = { 0 };

	bytes_format(&lines, "Location: %s\r\n%s", path, cookie);
	send_page(errand, 303, NULL, &body, &lines);
}
