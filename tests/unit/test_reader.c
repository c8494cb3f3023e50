/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * A reader on one end of a loopback connection, the test on the other; the
 * librarian answers what the test says. */
#include "serve/reader.h"

#include "base/clock.h"
#include "conf/conf.h"
#include "loop/wheel.h"
#include "test.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FULL_BPS  UINT64_C(8000000)
#define ALL_BYTES 1000000
#define PEER_NO   7
#define FILE_NO   1000000 /* no descriptor of ours */

struct world {
	struct worker worker;
	struct loop *librarian;
	struct conf *conf;
	struct found_msg found;
	struct conn *conn;
	int peer;
};

/* What the librarian was asked last. */
static struct fetch_msg asked;
static unsigned fetches, shuts;

static void
note(void *owner, struct message *message)
{
	(void)owner;
	if (message->kind == MSG_FETCH) {
		asked = *(struct fetch_msg *)message;
		fetches++;
	} else if (message->kind == MSG_SHUT) {
		shuts++;
	}
	message_free(message);
}

static void
tell_closed(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

static void
turn(struct world *world)
{
	for (int i = 0; i < 5; i++) {
		event_base_loop(loop_base(world->worker.loop), EVLOOP_NONBLOCK);
		event_base_loop(loop_base(world->librarian), EVLOOP_NONBLOCK);
		usleep(2000);
	}
}

static struct conn *
connect_peer(struct world *world)
{
	const struct sockaddr_storage nobody = { .ss_family = AF_INET };
	struct sockaddr_in name = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(name);
	int door = socket(AF_INET, SOCK_STREAM, 0), fd, few = 4096;

	assert_int_equal(bind(door, (struct sockaddr *)&name, len), 0);
	assert_int_equal(listen(door, 1), 0);
	getsockname(door, (struct sockaddr *)&name, &len);
	world->peer = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(world->peer, SOL_SOCKET, SO_RCVBUF, &few, sizeof(few));
	assert_int_equal(
	    connect(world->peer, (struct sockaddr *)&name, len), 0);
	fd = accept4(door, NULL, NULL, SOCK_NONBLOCK);
	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &few, sizeof(few));
	close(door);
	return conn_new(world->worker.home, fd, PEER_NO, &nobody);
}

static void
ignore(struct conn *conn, enum conn_event event, void *owner)
{
	size_t len;

	(void)event;
	(void)owner;
	(void)conn_input(conn, &len);
	conn_used(conn, len);
}

static void
gone(struct conn *conn, enum close_reason reason, void *owner)
{
	(void)conn;
	(void)reason;
	(void)owner;
}

static const struct conn_stage before = { "test", ignore, gone };

static int
open_world(void **state)
{
	static struct world world;
	struct worker *worker = &world.worker;
	char *error = NULL;

	memset(&world, 0, sizeof(world));
	fetches = shuts = 0;
	world.conf = conf_parse("data = \"/nowhere\"\n"
				"listen \"127.0.0.1:0\" {}\n"
				"archive-rate = 0\n",
	    "test", &error);
	assert_non_null(world.conf);
	world.librarian = loop_new("librarian", note, NULL);
	worker->conf = world.conf;
	worker->librarian = world.librarian;
	worker->loop = loop_new("worker", note, NULL);
	worker->desk = loop_new("desk", note, NULL);
	worker->wheel = wheel_new(loop_base(worker->loop));
	worker->home = conn_home_new(loop_base(worker->loop), worker->wheel);
	worker->tell_closed = event_new(
	    loop_base(worker->loop), -1, 0, tell_closed, NULL);
	tap_set(&worker->tap, FULL_BPS, clock_mono_us());
	world.conn = connect_peer(&world);
	table_put(&worker->conns, PEER_NO, world.conn);
	conn_own(world.conn, &before, NULL);
	conn_begin(world.conn, NULL, false);
	assert_int_equal(write(world.peer, "x", 1), 1);
	turn(&world);
	world.found.librarian = world.librarian;
	world.found.fd = FILE_NO;
	world.found.size = ALL_BYTES;
	world.found.row.state = RECORDING_DONE;
	world.found.row.duration_ms = 1000;
	*state = &world;
	return 0;
}

static int
close_world(void **state)
{
	struct world *world = *state;
	struct worker *worker = &world->worker;

	conn_home_free(worker->home);
	wheel_free(worker->wheel);
	event_free(worker->tell_closed);
	if (worker->closed != NULL)
		message_free(&worker->closed->message);
	meter_free(worker);
	table_free(&worker->conns);
	loop_free(worker->loop);
	loop_free(worker->desk);
	loop_free(world->librarian);
	conf_unref(world->conf);
	close(world->peer);
	return 0;
}

static void
begin(struct world *world, enum method method)
{
	struct request request = { .method = method, .query = "" };

	reader_begin(&world->worker, world->conn, &request, &world->found);
	turn(world);
}

static void
answer(struct world *world, size_t len)
{
	static uint8_t bytes[ALL_BYTES];
	struct piece_msg *piece = message_new(MSG_PIECE, sizeof(*piece));

	piece->block = block_new(bytes, len, 0);
	reader_piece(world->conn, piece);
	message_free(&piece->message);
	turn(world);
}

/* As if everybody had just had what there was. */
static void
empty_the_tap(struct world *world)
{
	world->worker.tap.filled_us = clock_mono_us() + 60000000;
	world->worker.tap.level_bytes = 0;
}

static void
who_leaves_while_it_is_read_takes_nothing_from_others(void **state)
{
	struct world *world = *state;

	begin(world, METHOD_GET);
	assert_int_equal(fetches, 1);
	assert_true(asked.len > 0);
	assert_int_equal(world->worker.archive_need_bps, 8 * ALL_BYTES);
	empty_the_tap(world);
	conn_close(world->conn, CLOSE_GONE);
	assert_int_equal(world->worker.tap.level_bytes, asked.len);
	assert_int_equal(world->worker.archive_need_bps, 0);
	assert_null(table_get(&world->worker.conns, PEER_NO));
	turn(world);
	assert_int_equal(shuts, 1);
}

static void
who_leaves_behind_what_was_read_takes_nothing_either(void **state)
{
	struct world *world = *state;
	uint64_t sent = 0;

	begin(world, METHOD_GET);
	for (int i = 0; i < 30 && fetches == (unsigned)i + 1; i++) {
		empty_the_tap(world);
		world->worker.tap.level_bytes = 1;
		sent = world->worker.archive_sent;
		answer(world, asked.len);
	}
	/* The last piece is stuck. */
	sent = world->worker.archive_sent - sent;
	assert_true(sent < asked.len);
	empty_the_tap(world);
	conn_close(world->conn, CLOSE_GONE);
	assert_int_equal(world->worker.tap.level_bytes, asked.len - sent);
	turn(world);
	assert_int_equal(shuts, 1);
}

static void
a_head_asks_for_nothing(void **state)
{
	struct world *world = *state;

	begin(world, METHOD_HEAD);
	assert_int_equal(fetches, 0);
	assert_int_equal(world->worker.archive_need_bps, 0);
	conn_close(world->conn, CLOSE_GONE);
	turn(world);
	assert_int_equal(shuts, 1);
}

/* A piece that comes when all is over is nobody's. */
static void
what_comes_too_late_is_left(void **state)
{
	struct world *world = *state;

	begin(world, METHOD_GET);
	conn_finish(world->conn, CLOSE_GONE);
	empty_the_tap(world);
	answer(world, asked.len);
	assert_int_equal(fetches, 1);
	conn_close(world->conn, CLOSE_GONE);
	assert_int_equal(world->worker.tap.level_bytes, asked.len);
}

#define WORLD_TEST(name)                                                       \
	cmocka_unit_test_setup_teardown(name, open_world, close_world)

TEST_MAIN(WORLD_TEST(who_leaves_while_it_is_read_takes_nothing_from_others),
    WORLD_TEST(who_leaves_behind_what_was_read_takes_nothing_either),
    WORLD_TEST(a_head_asks_for_nothing),
    WORLD_TEST(what_comes_too_late_is_left))
