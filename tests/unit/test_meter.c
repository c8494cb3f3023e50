/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * A worker that counts one listener, and a wall clock that is set meanwhile:
 * what reached the clerk is neither less nor more than what happened. */
#include "stream/meter.h"

#include "base/clock.h"
#include "loop/wheel.h"
#include "stream/uniques.h"
#include "test.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

#define NOON     INT64_C(1795262400000) /* 2026-11-21T12:00:00Z */
#define HOUR_MS  INT64_C(3600000)
#define FLUSH_MS 4000
#define MONTH_MS INT64_C(1796083200000) /* 2026-12-01T00:00:00Z */

static const int64_t member = 7;

struct bench {
	struct wheel *wheel;
	struct conn_home *home;
	struct conn *conn;
	int peer;
	struct worker worker;
	struct meter meter;
	int64_t mono_ms, wall_ms;
	/* What the clerk has, and of which slots. */
	struct usage_delta sum;
	unsigned rows;
	int64_t first_slot, last_slot, most_ms;
};

static void
on_event(struct conn *conn, enum conn_event event, void *owner)
{
	(void)conn;
	(void)event;
	(void)owner;
}

static void
on_closed(struct conn *conn, enum close_reason reason, void *owner)
{
	(void)conn;
	(void)reason;
	(void)owner;
}

static const struct conn_stage stage = { "test", on_event, on_closed };

static void
take_row(struct bench *one, const struct usage_delta *row)
{
	one->sum.payload_out += row->payload_out;
	one->sum.listen_ms += row->listen_ms;
	one->sum.listen60_ms += row->listen60_ms;
	one->sum.starts += row->starts;
	for (unsigned i = 0; i < USAGE_LENGTHS; i++)
		one->sum.ended[i] += row->ended[i];
	if (one->rows++ == 0)
		one->first_slot = row->slot;
	one->last_slot = row->slot;
	if ((int64_t)row->listen_ms > one->most_ms)
		one->most_ms = (int64_t)row->listen_ms;
}

static void
clerk_handle(void *owner, struct message *message)
{
	struct usage_msg *usage = (struct usage_msg *)message;

	if (message->kind == MSG_USAGE) {
		for (unsigned i = 0; i < usage->count; i++)
			take_row(owner, &usage->rows[i]);
	}
	message_free(message);
}

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

static void
set_clocks(struct bench *one, int64_t mono_ms, int64_t wall_ms)
{
	one->mono_ms += mono_ms;
	one->wall_ms += wall_ms;
	clock_set(one->mono_ms, one->wall_ms);
}

static int
begin(void **state)
{
	static struct bench one;
	const struct sockaddr_storage nobody = { .ss_family = AF_INET };
	int fd;

	memset(&one, 0, sizeof(one));
	set_clocks(&one, 1000, NOON);
	connect_loopback(&fd, &one.peer);
	one.worker.clerk = loop_new("clerk", clerk_handle, &one);
	one.wheel = wheel_new(loop_base(one.worker.clerk));
	one.home = conn_home_new(loop_base(one.worker.clerk), one.wheel);
	one.conn = conn_new(one.home, fd, 1, &nobody);
	conn_own(one.conn, &stage, &one);
	conn_begin(one.conn, NULL, false);
	one.worker.apart_ms = clock_apart_ms();
	one.worker.flushed_ms = clock_mono_ms();
	meter_next_slot(&one.worker);
	meter_begin(&one.meter);
	meter_start(&one.worker, member, "/a", 1, USAGE_LIVE);
	*state = &one;
	return 0;
}

static int
end(void **state)
{
	struct bench *one = *state;

	meter_free(&one->worker);
	conn_home_free(one->home);
	wheel_free(one->wheel);
	loop_free(one->worker.clerk);
	close(one->peer);
	return 0;
}

/* Until the peer's kernel has it: acknowledgements take no time of ours. */
static void
send_bytes(struct bench *one, size_t len)
{
	static const char bytes[1000];
	char got[sizeof(bytes)];
	struct conn_counts before, now;

	assert_true(len <= sizeof(bytes));
	conn_count(one->conn, &before);
	conn_send(one->conn, bytes, len);
	for (size_t n = 0; n < len;) {
		ssize_t piece = recv(one->peer, got, len - n, 0);

		assert_true(piece > 0);
		n += (size_t)piece;
	}
	for (int i = 0; i < 1000; i++) {
		conn_count(one->conn, &now);
		if (now.payload_out == before.payload_out + len)
			return;
		usleep(1000);
	}
	fail_msg("%zu bytes were never acknowledged", len);
}

/* As a worker does four times a second. */
static void
tick(struct bench *one)
{
	struct worker *worker = &one->worker;

	if (meter_is_due(worker, FLUSH_MS)) {
		(void)meter_take(worker, &one->meter, one->conn, member, "/a",
		    1, USAGE_LIVE);
		meter_post(worker);
		worker->flushed_ms = clock_mono_ms();
	}
	meter_next_slot(worker);
	event_base_loop(loop_base(worker->clerk), EVLOOP_NONBLOCK);
}

/* 100 bytes a second. */
static void
listen_for(struct bench *one, int64_t secs)
{
	for (int64_t i = 0; i < 4 * secs; i++) {
		if (i % 4 == 0)
			send_bytes(one, 100);
		set_clocks(one, 250, 250);
		tick(one);
	}
}

static void
leave(struct bench *one)
{
	(void)meter_take(
	    &one->worker, &one->meter, one->conn, member, "/a", 1, USAGE_LIVE);
	meter_end(&one->worker, &one->meter, member, "/a", 1);
	meter_post(&one->worker);
	event_base_loop(loop_base(one->worker.clerk), EVLOOP_NONBLOCK);
}

static void
check_sums(const struct bench *one, uint64_t secs)
{
	assert_int_equal(one->sum.payload_out, 100 * secs);
	assert_int_equal(one->sum.listen_ms, 1000 * secs);
	assert_int_equal(one->sum.listen60_ms, secs >= 60 ? 1000 * secs : 0);
	assert_int_equal(one->sum.starts, 1);
	/* No row has more time than passed until it was posted. */
	assert_in_range(one->most_ms, 0, FLUSH_MS + 250);
}

static void
a_step_loses_and_doubles_nothing(struct bench *one, int64_t step_ms)
{
	listen_for(one, 10);
	set_clocks(one, 0, step_ms);
	listen_for(one, 60);
	leave(one);
	check_sums(one, 70);
	assert_int_equal(one->first_slot, NOON / USAGE_SLOT_MS);
	assert_int_equal(
	    one->last_slot, (NOON + step_ms + 70000) / USAGE_SLOT_MS);
	assert_int_equal(one->sum.ended[2], 1);
}

static void
an_hour_forward(void **state)
{
	a_step_loses_and_doubles_nothing(*state, HOUR_MS);
}

static void
an_hour_back(void **state)
{
	a_step_loses_and_doubles_nothing(*state, -HOUR_MS);
}

static void
ten_seconds_within_a_slot(void **state)
{
	a_step_loses_and_doubles_nothing(*state, 10000);
}

static void
a_year_back(void **state)
{
	a_step_loses_and_doubles_nothing(*state, -365 * 24 * HOUR_MS);
}

/* What was counted before the step is of the slot before it. */
static void
a_step_ends_the_slot_early(void **state)
{
	struct bench *one = *state;

	listen_for(one, 2);
	assert_int_equal(one->rows, 0);
	set_clocks(one, 0, 60000);
	tick(one);
	assert_int_equal(one->rows, 1);
	assert_int_equal(one->sum.listen_ms, 2000);
	set_clocks(one, 0, 2000);
	tick(one);
	assert_int_equal(one->rows, 1); /* no step, as clocks drift */
	leave(one);
	check_sums(one, 2);
}

/* Of the month's last slot is what was listened to before its end, within the
 * quarter of a second in which the worker looks. */
static void
a_month_ends_between_two_slots(void **state)
{
	struct bench *one = *state;
	uint64_t before;

	set_clocks(one, 0, MONTH_MS - 10000 - NOON);
	meter_next_slot(&one->worker);
	one->worker.apart_ms = clock_apart_ms();
	listen_for(one, 10);
	before = one->sum.listen_ms;
	assert_int_equal(before, 10000);
	assert_int_equal(one->last_slot, MONTH_MS / USAGE_SLOT_MS - 1);
	listen_for(one, 20);
	leave(one);
	check_sums(one, 30);
	assert_int_equal(one->last_slot, MONTH_MS / USAGE_SLOT_MS);
	assert_int_equal(one->sum.ended[1], 1);
}

static void
sessions_end_by_what_was_heard_not_by_the_clock(void **state)
{
	struct bench *one = *state;

	listen_for(one, 20);
	for (int i = 0; i < 4 * 120; i++) { /* stalled */
		set_clocks(one, 250, 250);
		tick(one);
	}
	leave(one);
	/* The clock stands still 10 s after the last byte. */
	assert_in_range(one->sum.listen_ms, 20000, 20000 + 10000 + FLUSH_MS);
	assert_int_equal(one->sum.ended[0] + one->sum.ended[1], 1);
	assert_int_equal(one->sum.listen60_ms, 0);
}

static void
lengths_are_at_least_so_long(void **state)
{
	struct bench *one = *state;
	struct meter meter = { 0 };

	for (unsigned i = 0; i < USAGE_LENGTHS - 1; i++) {
		meter.listen_ms = (uint64_t)meter_length_ms[i] - 1;
		meter_end(&one->worker, &meter, member, "/a", 1);
		meter.listen_ms = (uint64_t)meter_length_ms[i];
		meter_end(&one->worker, &meter, member, "/a", 1);
	}
	meter_post(&one->worker);
	event_base_loop(loop_base(one->worker.clerk), EVLOOP_NONBLOCK);
	assert_int_equal(one->sum.ended[0], 1);
	for (unsigned i = 1; i < USAGE_LENGTHS - 1; i++)
		assert_int_equal(one->sum.ended[i], 2);
	assert_int_equal(one->sum.ended[USAGE_LENGTHS - 1], 1);
}

/* A token of a day for the peer of a loopback connection. */
static uint64_t
token_of(struct uniques *uniques, int fd, int64_t day, const char *agent)
{
	return uniques_token(
	    uniques, day, member, fd, uniques_player(agent), agent);
}

static void
tokens_tell_who_is_the_same_and_nothing_else(void **state)
{
	struct bench *one = *state;
	int64_t today = NOON / DAY_MS;
	struct uniques_seed seed, other_seed;
	struct uniques *here, *there, *other;
	int fd, peer;
	uint64_t vlc;

	connect_loopback(&fd, &peer);
	uniques_make_seed(&seed);
	uniques_make_seed(&other_seed);
	assert_int_equal(seed.day, today - 1);
	here = uniques_new(&seed, one->worker.clerk);
	there = uniques_new(&seed, one->worker.clerk);
	other = uniques_new(&other_seed, one->worker.clerk);
	vlc = token_of(here, fd, today, "VLC/3.0.18 LibVLC/3.0.18");
	assert_int_not_equal(vlc, 0);
	/* Another connection, worker and version: the same listener. */
	assert_int_equal(
	    vlc, token_of(there, conn_fd(one->conn), today, "VLC/3.0.19"));
	assert_int_not_equal(vlc, token_of(here, fd, today, "mpv 0.35"));
	assert_int_not_equal(vlc,
	    uniques_token(here, today, member + 1, fd, PLAYER_OTHER, "VLC/3"));
	assert_int_not_equal(vlc, token_of(other, fd, today, "VLC/3.0.18"));
	/* Days pass: another number, the same one on all workers. */
	for (int64_t day = today + 1; day < today + 40; day++) {
		uint64_t token = token_of(here, fd, day, "VLC/3.0.18");

		assert_int_not_equal(token, vlc);
		assert_int_equal(token, token_of(there, fd, day, "VLC/3.0.18"));
	}
	for (int i = 0; i < 40; i++)
		assert_true(EVP_Digest(seed.key, sizeof(seed.key), seed.key,
		    NULL, EVP_sha256(), NULL));
	seed.day += 40;
	uniques_free(other);
	other = uniques_new(&seed, one->worker.clerk);
	assert_int_equal(token_of(here, fd, seed.day, "VLC"),
	    token_of(other, fd, seed.day, "VLC"));
	/* Today's key is gone. */
	assert_int_not_equal(vlc, token_of(here, fd, today, "VLC/3.0.18"));
	uniques_free(here);
	uniques_free(there);
	uniques_free(other);
	close(fd);
	close(peer);
}

static void
browsers_are_told_apart(void **state)
{
	static const struct {
		const char *agent;
		enum player player;
	} rows[] = { { "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) "
		       "Gecko/20100101 Firefox/115.0",
			 PLAYER_FIREFOX },
		{ "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, "
		  "like Gecko) Chrome/119.0.0.0 Safari/537.36",
		    PLAYER_CHROME },
		{ "Mozilla/5.0 (X11) AppleWebKit/537.36 (KHTML, like Gecko) "
		  "Chrome/119.0 Safari/537.36 Edg/119.0",
		    PLAYER_EDGE },
		{ "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like "
		  "Gecko) Version/17.1 Safari/605.1.15",
		    PLAYER_SAFARI },
		{ "Lavf/59.27.100", PLAYER_OTHER },
		{ "NotABrowser Firefox/1", PLAYER_OTHER },
		{ "", PLAYER_OTHER } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(uniques_player(rows[i].agent), rows[i].player);
}

#define METER_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

TEST_MAIN(METER_TEST(an_hour_forward), METER_TEST(an_hour_back),
    METER_TEST(ten_seconds_within_a_slot), METER_TEST(a_year_back),
    METER_TEST(a_step_ends_the_slot_early),
    METER_TEST(a_month_ends_between_two_slots),
    METER_TEST(sessions_end_by_what_was_heard_not_by_the_clock),
    METER_TEST(lengths_are_at_least_so_long),
    METER_TEST(tokens_tell_who_is_the_same_and_nothing_else),
    TEST(browsers_are_told_apart))
