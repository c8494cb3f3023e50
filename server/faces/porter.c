/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "faces/porter.h"

#include "base/clock.h"
#include "base/mem.h"
#include "faces/porter_priv.h"
#include "pages/assets.h"

#include <stdio.h>
#include <stdlib.h>

#define STORE_NAME "all2all.sqlite"

static void handle(void *, struct message *);

struct porter *
porter_open(const struct porter_setup *setup, char **error)
{
	const struct sessions_rules rules = {
		.most = (unsigned)setup->conf->max_sessions,
		.idle_ms = setup->conf->session_idle_ms,
		.all_ms = setup->conf->session_time_ms,
	};
	struct porter *porter = mem_new(sizeof(*porter));
	char *path;

	CHECK(asprintf(&path, "%s/" STORE_NAME, setup->data) > 0);
	porter->store = store_open_reader(path, error);
	free(path);
	if (porter->store == NULL) {
		free(porter);
		return NULL;
	}
	porter->templates = templates_load(web_files, web_file_count, error);
	if (porter->templates == NULL) {
		store_close(porter->store);
		free(porter);
		return NULL;
	}
	porter->web = assets_json(setup->assets);
	porter->desk = setup->desk;
	porter->started_ms = clock_wall_ms();
	porter->librarian = setup->librarian;
	porter->ticket_secret = setup->ticket_secret;
	porter->plain_port = setup->plain_port;
	porter->tls_port = setup->tls_port;
	porter->conf = conf_ref(setup->conf);
	porter->thread_no = setup->thread_no;
	porter->sessions = sessions_new(&rules);
	porter->loop = loop_new("porter", handle, porter);
	return porter;
}

bool
porter_start(struct porter *porter)
{
	return loop_start(porter->loop);
}

struct loop *
porter_loop(struct porter *porter)
{
	return porter->loop;
}

void
porter_wait(struct errand *errand)
{
	table_put(&errand->porter->errands, errand->number, errand);
}

static void
take_result(struct porter *porter, const struct result_msg *result)
{
	struct errand *errand = table_take(&porter->errands, result->reply_to);

	if (errand != NULL)
		errand_result(errand, result);
}

static void
take_answer(struct porter *porter, const struct answer_msg *answer)
{
	struct errand *errand = table_take(&porter->errands, answer->conn_no);

	if (errand != NULL)
		ask_answer(errand, answer);
}

static void
take_found(struct porter *porter, const struct found_msg *found)
{
	struct errand *errand = table_take(&porter->errands, found->conn_no);

	if (errand != NULL)
		ask_found(errand, found);
}

static void
take_conf(struct porter *porter, const struct conf_msg *message)
{
	conf_unref(porter->conf);
	porter->conf = conf_ref(message->conf);
}

static void
stop(struct porter *porter)
{
	struct done_msg *done = message_new(MSG_DONE, sizeof(*done));

	store_close(porter->store);
	porter->store = NULL;
	done->thread_no = porter->thread_no;
	loop_post(porter->desk, &done->message);
	loop_end(porter->loop);
}

static void
handle(void *owner, struct message *message)
{
	struct porter *porter = owner;

	if (porter->store == NULL) {
		message_free(message);
		return;
	}
	switch (message->kind) {
	case MSG_PAGE_ASK:
		errand_begin(porter, (struct page_ask_msg *)message);
		return; /* freed with the errand */
	case MSG_RESULT:
		take_result(porter, (struct result_msg *)message);
		break;
	case MSG_ANSWER:
		take_answer(porter, (struct answer_msg *)message);
		break;
	case MSG_FOUND:
		take_found(porter, (struct found_msg *)message);
		break;
	case MSG_CONF:
		take_conf(porter, (struct conf_msg *)message);
		break;
	case MSG_STOP:
		stop(porter);
		break;
	default:
		CHECK(false);
	}
	message_free(message);
}

void
porter_free(struct porter *porter)
{
	struct errand *errand;
	size_t at = 0;

	if (porter == NULL)
		return;
	loop_join(porter->loop);
	while ((errand = table_next(&porter->errands, &at)) != NULL)
		errand_free(errand);
	table_free(&porter->errands);
	loop_free(porter->loop);
	sessions_free(porter->sessions);
	templates_free(porter->templates);
	json_decref(porter->web);
	store_close(porter->store);
	conf_unref(porter->conf);
	free(porter);
}
