/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "loop/messages.h"

#include "base/mem.h"
#include "conf/conf.h"
#include "loop/loop.h"

#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *
message_new(unsigned kind, size_t bytes)
{
	struct message *message = mem_new(bytes);

	message->kind = kind;
	return message;
}

static void
free_conn(struct conn_msg *conn)
{
	if (conn->fd != -1)
		close(conn->fd);
	SSL_CTX_free(conn->tls);
}

static void
free_command(struct command_msg *command)
{
	for (unsigned i = 0; i < command->argc; i++)
		free(command->argv[i]);
}

static void
free_ask(struct ask_msg *ask)
{
	explicit_bzero(ask->key, sizeof(ask->key));
	free(ask->event_mounts);
}

/* A feed inside is taken by the worker in any case. */
static void
free_answer(struct answer_msg *answer)
{
	block_unref(answer->body);
	block_unref(answer->document.body);
	free(answer->event_mounts);
}

static void
free_page_ask(struct page_ask_msg *ask)
{
	if (ask->form != NULL)
		explicit_bzero(ask->form, strlen(ask->form));
	if (ask->bearer != NULL)
		explicit_bzero(ask->bearer, strlen(ask->bearer));
	free(ask->path);
	free(ask->query);
	free(ask->form);
	free(ask->cookie);
	free(ask->bearer);
	free(ask->languages);
	free(ask->host);
	free(ask->origin);
	free(ask->site);
}

static void
free_run(struct run_msg *run)
{
	for (unsigned i = 0; i < run->argc; i++)
		free(run->argv[i]);
}

static void
free_statements(struct statement_msg *statement)
{
	struct statement_msg *next;

	for (; statement != NULL; statement = next) {
		next = statement->next;
		free(statement->csv);
		free(statement->json);
		free(statement);
	}
}

/* Nobody took the file over: its owner shuts it. */
static void
free_found(struct found_msg *found)
{
	struct fetch_msg *shut;

	block_unref(found->document.body);
	if (found->fd == -1)
		return;
	shut = message_new(MSG_SHUT, sizeof(*shut));
	shut->fd = found->fd;
	loop_post(found->librarian, &shut->message);
}

void
event_id(char id[EVENT_ID_BYTES], uint64_t run, uint64_t number)
{
	snprintf(id, EVENT_ID_BYTES, "%016llx-%llu", (unsigned long long)run,
	    (unsigned long long)number);
}

void
message_free(struct message *message)
{
	if (message == NULL)
		return;
	switch (message->kind) {
	case MSG_CONN:
		free_conn((struct conn_msg *)message);
		break;
	case MSG_CONF:
		conf_unref(((struct conf_msg *)message)->conf);
		break;
	case MSG_ANSWER:
		free_answer((struct answer_msg *)message);
		break;
	case MSG_EVENT:
		block_unref(((struct event_msg *)message)->block);
		break;
	case MSG_BLOCK:
		block_unref(((struct block_msg *)message)->block);
		break;
	case MSG_FOUND:
		free_found((struct found_msg *)message);
		break;
	case MSG_PIECE:
		block_unref(((struct piece_msg *)message)->block);
		break;
	case MSG_FACTS:
		block_unref(((struct facts_msg *)message)->lines);
		break;
	case MSG_RESULT:
		block_unref(((struct result_msg *)message)->text);
		break;
	case MSG_COMMAND:
		free_command((struct command_msg *)message);
		break;
	case MSG_PAGE_ASK:
		free_page_ask((struct page_ask_msg *)message);
		break;
	case MSG_PAGE:
		block_unref(((struct page_msg *)message)->body);
		free(((struct page_msg *)message)->lines);
		break;
	case MSG_RUN:
		free_run((struct run_msg *)message);
		break;
	case MSG_STATEMENT:
		free_statements((struct statement_msg *)message);
		return;
	case MSG_ASK:
		free_ask((struct ask_msg *)message);
		break;
	case MSG_CHECK_KEY:
	case MSG_KEY_CHECKED:
		explicit_bzero(((struct key_msg *)message)->key, KEY_BYTES);
		break;
	default:
		break;
	}
	free(message);
}
