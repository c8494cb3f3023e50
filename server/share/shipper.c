/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "share/shipper.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "ledger/store.h"
#include "loop/messages.h"
#include "share/batch.h"
#include "share/link.h"

#include <event2/event.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define STORE_NAME "all2all.sqlite"
#define BATCH_ROWS 2000
#define LINK_MS    5000
#define LAST_MS    5000

struct shipper {
	struct loop *loop, *desk;
	struct store *store; /* NULL: stopped */
	struct link *link;
	struct event *timer;
	int64_t every_ms;
	char relay[64];
	int64_t first_rev; /* the store had at the start */
	bool is_failing;
	atomic_bool is_stopping; /* set by the desk */
	bool is_last;            /* the round before the end, */
	int64_t until_ms;        /* which ends then (mono) */
	unsigned thread_no;
};

static const char select_relay[] =
    "SELECT v, (SELECT CAST(v AS INTEGER) FROM meta WHERE k = 'rev') "
    "FROM meta WHERE k = 'relay_id'";

static const char
    ask_shipped[] = "SELECT rev FROM shipment WHERE relay = $1 AND name = $2";

static const char write_shipped[] =
    "INSERT INTO shipment(relay, name, rev) VALUES($1, $2, $3::bigint) "
    "ON CONFLICT(relay, name) DO UPDATE SET rev = excluded.rev";

static bool
read_relay(struct shipper *shipper)
{
	sqlite3_stmt *prepared = store_prepare(shipper->store, select_relay);
	int step = sqlite3_step(prepared);

	if (step == SQLITE_ROW) {
		snprintf(shipper->relay, sizeof(shipper->relay), "%s",
		    store_text(prepared, 0));
		shipper->first_rev = sqlite3_column_int64(prepared, 1);
		step = sqlite3_step(prepared);
	}
	return store_ended(prepared, step);
}

/* -1: nothing arrived yet. */
static bool
ask_revision(
    struct shipper *shipper, const struct share_table *table, int64_t *rev)
{
	const char *const values[] = { shipper->relay, table->name };
	PGresult *result = link_ask(shipper->link, ask_shipped, 2, values);

	if (result == NULL)
		return false;
	*rev = PQntuples(result) == 1
	    ? strtoll(PQgetvalue(result, 0, 0), NULL, 10)
	    : -1;
	PQclear(result);
	return true;
}

static bool
send_batch(struct shipper *shipper, const struct share_table *table,
    struct batch *batch, int64_t rev)
{
	const char *values[] = { shipper->relay, table->name, NULL };
	struct link *link = shipper->link;
	char number[24];
	bool is_sent;

	if (batch->rows == 0)
		return true;
	snprintf(number, sizeof(number), "%" PRId64, rev);
	values[2] = number;
	is_sent = link_run(link, "BEGIN", 0, NULL) &&
	    link_run(link, table->write, batch->columns, batch_values(batch)) &&
	    link_run(link, write_shipped, 3, values) &&
	    link_run(link, "COMMIT", 0, NULL);
	batch_clear(batch);
	return is_sent;
}

/* A backlog waits for the next start. */
static bool
must_end(struct shipper *shipper)
{
	return (atomic_load(&shipper->is_stopping) && !shipper->is_last) ||
	    clock_mono_ms() > shipper->until_ms;
}

/* A revision counts as arrived with the batch that has its last row. */
static bool
send_all(struct shipper *shipper, const struct share_table *table,
    sqlite3_stmt *prepared)
{
	struct batch batch = { 0 };
	int64_t rev = 0, next;
	bool is_sent = true;
	int step = SQLITE_ROW;

	while (is_sent && !must_end(shipper) &&
	    (step = sqlite3_step(prepared)) == SQLITE_ROW) {
		next = sqlite3_column_int64(
		    prepared, sqlite3_column_count(prepared) - 1);
		if (batch.rows == BATCH_ROWS)
			is_sent = send_batch(
			    shipper, table, &batch, next > rev ? rev : rev - 1);
		batch_add(&batch, prepared);
		rev = next;
	}
	/* What was not read to its end has not arrived. */
	if (is_sent && step != SQLITE_DONE && step != SQLITE_ROW)
		log_error("share: the store cannot be read: %s",
		    store_reason(shipper->store));
	is_sent = is_sent && step == SQLITE_DONE &&
	    send_batch(shipper, table, &batch, rev);
	batch_clear(&batch);
	return is_sent;
}

static bool
ship(struct shipper *shipper, const struct share_table *table)
{
	sqlite3_stmt *prepared;
	int64_t rev;
	bool is_sent;

	if (!ask_revision(shipper, table, &rev))
		return false;
	prepared = store_prepare(shipper->store, table->read);
	sqlite3_bind_int64(prepared, 1, rev);
	sqlite3_bind_text(prepared, 2, shipper->relay, -1, SQLITE_STATIC);
	is_sent = send_all(shipper, table, prepared);
	sqlite3_reset(prepared);
	sqlite3_clear_bindings(prepared);
	return is_sent;
}

/* A shared store that is ahead of what was here at the start knows a later life
 * of this store, which was set back to a copy: all is told again. */
static bool
begin_again_if_set_back(struct shipper *shipper)
{
	const char *values[] = { shipper->relay, NULL };
	char number[24];

	snprintf(number, sizeof(number), "%" PRId64, shipper->first_rev);
	values[1] = number;
	if (!link_run(shipper->link,
		"DELETE FROM shipment WHERE relay = $1 AND EXISTS (SELECT FROM "
		"shipment WHERE relay = $1 AND rev >= $2::bigint)",
		2, values))
		return false;
	shipper->first_rev = INT64_MAX;
	return true;
}

static bool
ship_all(struct shipper *shipper)
{
	if (!link_open(shipper->link))
		return false;
	if (shipper->first_rev != INT64_MAX &&
	    !begin_again_if_set_back(shipper))
		return false;
	for (unsigned i = 0; i < SHARE_TABLES; i++) {
		if (!ship(shipper, &share_tables[i]))
			return false;
	}
	return true;
}

static void
make_round(evutil_socket_t fd, short what, void *arg)
{
	struct shipper *shipper = arg;
	bool was_failing = shipper->is_failing;

	(void)fd;
	(void)what;
	shipper->is_failing = !ship_all(shipper);
	if (atomic_load(&shipper->is_stopping) && !shipper->is_last) {
		shipper->is_failing = was_failing; /* it was told to end */
		return;
	}
	if (shipper->is_failing && !was_failing)
		log_error("share: nothing can be shipped: %s",
		    link_reason(shipper->link));
	if (!shipper->is_failing && was_failing)
		log_info("share: all is shipped again");
}

static void
stop(struct shipper *shipper)
{
	struct done_msg *done = message_new(MSG_DONE, sizeof(*done));

	/* The last words of the streams are in the store by now. */
	shipper->is_last = true;
	shipper->until_ms = clock_mono_ms() + LAST_MS;
	if (!shipper->is_failing)
		make_round(-1, 0, shipper);
	event_free(shipper->timer);
	shipper->timer = NULL;
	store_close(shipper->store);
	shipper->store = NULL;
	done->thread_no = shipper->thread_no;
	loop_post(shipper->desk, &done->message);
	loop_end(shipper->loop);
}

static void
handle(void *owner, struct message *message)
{
	struct shipper *shipper = owner;

	if (shipper->store != NULL && message->kind == MSG_STOP)
		stop(shipper);
	message_free(message);
}

struct shipper *
shipper_open(const struct shipper_setup *setup, char **error)
{
	struct shipper *shipper = mem_new(sizeof(*shipper));
	char *path;

	CHECK(asprintf(&path, "%s/" STORE_NAME, setup->data) > 0);
	shipper->store = store_open_reader(path, error);
	free(path);
	if (shipper->store == NULL) {
		free(shipper);
		return NULL;
	}
	if (!read_relay(shipper)) {
		*error = mem_text(store_reason(shipper->store));
		store_close(shipper->store);
		free(shipper);
		return NULL;
	}
	shipper->link = link_new(setup->where, LINK_MS);
	shipper->every_ms = setup->every_ms;
	shipper->until_ms = INT64_MAX;
	shipper->desk = setup->desk;
	shipper->thread_no = setup->thread_no;
	shipper->loop = loop_new("shipper", handle, shipper);
	shipper->timer = event_new(
	    loop_base(shipper->loop), -1, EV_PERSIST, make_round, shipper);
	CHECK(shipper->timer != NULL);
	return shipper;
}

bool
shipper_start(struct shipper *shipper)
{
	const struct timeval often = { shipper->every_ms / 1000,
		shipper->every_ms % 1000 * 1000 };

	return event_add(shipper->timer, &often) == 0 &&
	    loop_start(shipper->loop);
}

void
shipper_stop(struct shipper *shipper)
{
	atomic_store(&shipper->is_stopping, true);
	loop_post(shipper->loop, message_new(MSG_STOP, sizeof(struct message)));
}

struct loop *
shipper_loop(struct shipper *shipper)
{
	return shipper->loop;
}

void
shipper_free(struct shipper *shipper)
{
	if (shipper == NULL)
		return;
	loop_join(shipper->loop);
	if (shipper->timer != NULL)
		event_free(shipper->timer);
	loop_free(shipper->loop);
	link_free(shipper->link);
	store_close(shipper->store);
	free(shipper);
}
