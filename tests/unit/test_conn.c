/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * A conn on one end of a loopback connection, the test on the other. */
#include "net/conn.h"

#include "base/clock.h"
#include "loop/wheel.h"
#include "test.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct pair {
	struct event_base *base;
	struct wheel *wheel;
	struct conn_home *home;
	struct conn *conn;
	int peer;
	char events[256]; /* one letter each */
	size_t leaves;    /* bytes of input it does not use */
	enum close_reason reason;
	struct conn_counts counts;
};

static void
on_event(struct conn *conn, enum conn_event event, void *owner)
{
	static const char letters[] = "RDWTEX";
	struct pair *pair = owner;
	size_t len;

	strncat(pair->events, &letters[event], 1);
	if (event == CONN_DATA) {
		(void)conn_input(conn, &len);
		conn_used(conn, len > pair->leaves ? len - pair->leaves : 0);
	}
}

static void
on_closed(struct conn *conn, enum close_reason reason, void *owner)
{
	struct pair *pair = owner;

	conn_count(conn, &pair->counts);
	pair->reason = reason;
	strcat(pair->events, "c");
}

static const struct conn_stage stage = { "test", on_event, on_closed };

static void
connect_loopback(int *one, int *other)
{
	struct sockaddr_in name = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(name);
	int door = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(door, (struct sockaddr *)&name, len), 0);
	assert_int_equal(listen(door, 1), 0);
	getsockname(door, (struct sockaddr *)&name, &len);
	*other = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(*other, (struct sockaddr *)&name, len), 0);
	*one = accept4(door, NULL, NULL, SOCK_NONBLOCK);
	assert_true(*one >= 0);
	close(door);
}

static int
open_pair(void **state)
{
	static struct pair pair;
	const struct sockaddr_storage nobody = { .ss_family = AF_INET };
	int fd;

	memset(&pair, 0, sizeof(pair));
	connect_loopback(&fd, &pair.peer);
	pair.base = event_base_new();
	pair.wheel = wheel_new(pair.base);
	pair.home = conn_home_new(pair.base, pair.wheel);
	pair.conn = conn_new(pair.home, fd, 1, &nobody);
	conn_own(pair.conn, &stage, &pair);
	conn_begin(pair.conn, NULL, false);
	*state = &pair;
	return 0;
}

static int
close_pair(void **state)
{
	struct pair *pair = *state;

	conn_home_free(pair->home);
	wheel_free(pair->wheel);
	event_base_free(pair->base);
	close(pair->peer);
	return 0;
}

/* Turns the loop until the events begin with what is awaited. */
static void
turn_until(struct pair *pair, const char *events)
{
	for (int i = 0; i < 500 && strcmp(pair->events, events) != 0; i++) {
		event_base_loop(pair->base, EVLOOP_NONBLOCK);
		usleep(2000);
	}
	assert_string_equal(pair->events, events);
}

static void
say(const struct pair *pair, const char *text)
{
	assert_int_equal(write(pair->peer, text, strlen(text)), strlen(text));
}

static void
the_first_byte_makes_it_ready(void **state)
{
	struct pair *pair = *state;

	say(pair, "hello");
	turn_until(pair, "RD");
}

static void
input_that_is_left_is_offered_again(void **state)
{
	struct pair *pair = *state;
	size_t len;

	pair->leaves = 2;
	say(pair, "hello");
	turn_until(pair, "RD");
	assert_memory_equal(conn_input(pair->conn, &len), "lo", 2);
	say(pair, "!");
	turn_until(pair, "RDD");
	assert_memory_equal(conn_input(pair->conn, &len), "o!", 2);
}

static void
a_deadline_passes_even_before_the_first_byte(void **state)
{
	struct pair *pair = *state;

	conn_deadline(pair->conn, 50);
	turn_until(pair, "T");
}

static void
the_peers_end_is_told_once(void **state)
{
	struct pair *pair = *state;

	say(pair, "x");
	shutdown(pair->peer, SHUT_WR);
	turn_until(pair, "RDE");
	conn_close(pair->conn, CLOSE_GONE);
	turn_until(pair, "RDEc");
}

static void
a_tls_hello_on_a_plain_socket_is_refused(void **state)
{
	struct pair *pair = *state;

	say(pair, "\x16\x03\x01");
	turn_until(pair, "c");
	assert_int_equal(pair->reason, CLOSE_TLS);
}

/* Finishing sends all, then waits for the peer, and every byte is counted. */
static void
finishing_counts_what_the_peer_confirmed(void **state)
{
	struct pair *pair = *state;
	static char much[300000], got[300000];
	size_t have = 0;
	ssize_t n;

	memset(much, 'm', sizeof(much));
	say(pair, "x");
	turn_until(pair, "RD");
	conn_send(pair->conn, much, sizeof(much));
	conn_finish(pair->conn, CLOSE_DONE);
	while (have < sizeof(much)) {
		event_base_loop(pair->base, EVLOOP_NONBLOCK);
		n = recv(
		    pair->peer, got + have, sizeof(got) - have, MSG_DONTWAIT);
		have += n > 0 ? (size_t)n : 0;
	}
	assert_memory_equal(got, much, sizeof(much));
	assert_string_equal(pair->events, "RD");
	shutdown(pair->peer, SHUT_WR);
	turn_until(pair, "RDc");
	assert_int_equal(pair->reason, CLOSE_DONE);
	assert_int_equal(pair->counts.payload_out, sizeof(much));
	assert_int_equal(pair->counts.payload_in, 1);
	assert_true(pair->counts.wire_out > sizeof(much));
}

/* Longer than who takes nothing is waited for. */
static void
who_reads_slowly_gets_all_of_it(void **state)
{
	struct pair *pair = *state;
	static char much[16 << 20], got[1 << 20];
	int64_t began_ms = clock_mono_ms();
	size_t have = 0, piece;
	ssize_t n;

	say(pair, "x");
	turn_until(pair, "RD");
	conn_send(pair->conn, much, sizeof(much));
	conn_finish(pair->conn, CLOSE_DONE);
	while (have < sizeof(much) && strcmp(pair->events, "RD") == 0) {
		piece = clock_mono_ms() - began_ms < 6000 ? 20000 : sizeof(got);
		event_base_loop(pair->base, EVLOOP_NONBLOCK);
		n = recv(pair->peer, got, piece, MSG_DONTWAIT);
		have += n > 0 ? (size_t)n : 0;
		usleep(10000);
	}
	assert_int_equal(have, sizeof(much));
	shutdown(pair->peer, SHUT_WR);
	turn_until(pair, "RDc");
	assert_int_equal(pair->counts.payload_out, sizeof(much));
}

static void
what_a_vanished_peer_never_read_is_not_counted(void **state)
{
	struct pair *pair = *state;
	static char much[8 << 20];

	say(pair, "x");
	turn_until(pair, "RD");
	conn_send(pair->conn, much, sizeof(much));
	for (int i = 0; i < 20; i++)
		event_base_loop(pair->base, EVLOOP_NONBLOCK);
	conn_close(pair->conn, CLOSE_GONE);
	assert_true(pair->counts.payload_out < sizeof(much));
}

static void
writing_into_a_full_socket_takes_nothing_and_wakes_later(void **state)
{
	struct pair *pair = *state;
	static char much[65536];
	struct iovec iov = { much, sizeof(much) };
	ssize_t n = 1;

	say(pair, "x");
	turn_until(pair, "RD");
	for (int i = 0; i < 1000 && n > 0; i++)
		n = conn_writev(pair->conn, &iov, 1);
	assert_int_equal(n, 0);
	for (int i = 0; i < 2000 && strcmp(pair->events, "RDW") != 0; i++) {
		n = recv(pair->peer, much, sizeof(much), MSG_DONTWAIT);
		event_base_loop(pair->base, EVLOOP_NONBLOCK);
	}
	assert_string_equal(pair->events, "RDW");
}

#define PAIR_TEST(name)                                                        \
	cmocka_unit_test_setup_teardown(name, open_pair, close_pair)

TEST_MAIN(PAIR_TEST(the_first_byte_makes_it_ready),
    PAIR_TEST(input_that_is_left_is_offered_again),
    PAIR_TEST(a_deadline_passes_even_before_the_first_byte),
    PAIR_TEST(the_peers_end_is_told_once),
    PAIR_TEST(a_tls_hello_on_a_plain_socket_is_refused),
    PAIR_TEST(finishing_counts_what_the_peer_confirmed),
    PAIR_TEST(who_reads_slowly_gets_all_of_it),
    PAIR_TEST(what_a_vanished_peer_never_read_is_not_counted),
    PAIR_TEST(writing_into_a_full_socket_takes_nothing_and_wakes_later))
