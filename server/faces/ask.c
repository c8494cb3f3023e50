/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * Who is asked for a page: the desk, which has commands run, or the librarian,
 * who knows what is published. */
#include "base/mem.h"
#include "base/text.h"
#include "faces/line.h"
#include "faces/porter_priv.h"

#include <stdlib.h>
#include <string.h>

#define CATALOG_ITEMS 24

static const char *
line_value_of(void *arg, const char *name)
{
	return errand_value(arg, name);
}

static void
ask_catalog(struct errand *errand, const struct run_msg *run)
{
	struct ask_msg *ask = message_new(MSG_ASK, sizeof(*ask));

	ask->kind = ASK_CATALOG;
	ask->from = errand->porter->loop;
	ask->conn_no = errand->number;
	ask->wish.most = CATALOG_ITEMS;
	text_copy(ask->path, sizeof(ask->path), run->argv[1]);
	if (run->argc > 2)
		text_copy(
		    ask->wish.cursor, sizeof(ask->wish.cursor), run->argv[2]);
	loop_post(errand->porter->desk, &ask->message);
}

static void
ask_find(struct errand *errand, const struct run_msg *run)
{
	struct find_msg *find = message_new(MSG_FIND, sizeof(*find));

	find->worker = errand->porter->loop;
	find->conn_no = errand->number;
	find->what = FIND_FACTS;
	text_copy(find->id, sizeof(find->id), run->argv[1]);
	text_copy(find->public_url, sizeof(find->public_url),
	    errand->porter->conf->public_url);
	loop_post(errand->porter->librarian, &find->message);
}

static void
refuse_line(struct errand *errand, const char *name, const char *why)
{
	struct bytes text = { 0 };

	bytes_format(&text, "%s %s", name, why);
	bytes_append(&text, "", 1);
	answer_error(errand, 400, (const char *)text.data);
	bytes_free(&text);
}

void
ask_line(struct errand *errand, const char *line)
{
	struct run_msg *run = message_new(
	    MSG_RUN, sizeof(*run) + RUN_WORDS * sizeof(run->argv[0]));
	const char *why;
	char name[64];

	if (!line_make(run, line, line_value_of, errand, &why, name)) {
		message_free(&run->message);
		refuse_line(errand, name, why);
		return;
	}
	run->from = errand->porter->loop;
	run->number = errand->number;
	porter_wait(errand);
	if (strcmp(run->argv[0], "catalog") == 0) {
		ask_catalog(errand, run);
	} else if (strcmp(run->argv[0], "find") == 0) {
		ask_find(errand, run);
	} else {
		loop_post(errand->porter->desk, &run->message);
		return;
	}
	message_free(&run->message);
}

static json_t *
read_document(const struct document *document)
{
	json_t *read = document->body == NULL
	    ? NULL
	    : json_loadb((const char *)document->body->bytes,
		  document->body->len, 0, NULL);

	return read != NULL ? read : json_object();
}

void
ask_answer(struct errand *errand, const struct answer_msg *answer)
{
	if (answer->kind == ASK_LOGIN)
		login_answer(errand, answer);
	else
		errand_read(errand, read_document(&answer->document));
}

/* Only what is published is for a page. */
void
ask_found(struct errand *errand, const struct found_msg *found)
{
	if (found->status != 200 || !found->row.is_public) {
		answer_error(errand, 404, "there is no such recording");
		return;
	}
	free(errand->place);
	errand->place = mem_text(found->row.mount);
	errand_read(errand, read_document(&found->document));
}
