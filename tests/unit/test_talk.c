/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * A conversation in a thread, the test is the peer. */
#include "offload/talk.h"

#include "base/clock.h"
#include "offload/inventory.h"
#include "test.h"

#include <poll.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define IDLE_MS 300
#define SOON_MS 5000

struct pair {
	char folder[32];
	struct settings settings;
	struct talk talk;
	atomic_bool is_stopping;
	int peer;
	pthread_t thread;
};

static void *
run(void *arg)
{
	talk_run(arg);
	return NULL;
}

static int
open_pair(void **state)
{
	static struct pair pair;
	int fds[2];

	memset(&pair, 0, sizeof(pair));
	snprintf(pair.folder, sizeof(pair.folder), "/tmp/a2a-talk-XXXXXX");
	assert_non_null(mkdtemp(pair.folder));
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	pair.settings.data = pair.folder;
	pair.talk.settings = &pair.settings;
	pair.talk.is_stopping = &pair.is_stopping;
	pair.talk.idle_ms = IDLE_MS;
	pair.talk.fd = fds[0];
	pair.peer = fds[1];
	assert_int_equal(
	    pthread_create(&pair.thread, NULL, run, &pair.talk), 0);
	*state = &pair;
	return 0;
}

static int
close_pair(void **state)
{
	static const char *const names[] = { "", "-journal" };
	struct pair *pair = *state;
	char path[64];

	close(pair->peer);
	pthread_join(pair->thread, NULL);
	close(pair->talk.fd);
	for (unsigned i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/offload.sqlite%s",
		    pair->folder, names[i]);
		unlink(path);
	}
	return rmdir(pair->folder);
}

/* What comes until SOON_MS, a line or the end. */
static void
hear(const struct pair *pair, char *line, size_t size)
{
	struct pollfd peer = { .fd = pair->peer, .events = POLLIN };
	size_t len = 0;
	ssize_t n;

	do {
		assert_int_equal(poll(&peer, 1, SOON_MS), 1);
		n = recv(pair->peer, line + len, size - 1 - len, 0);
		len += n > 0 ? (size_t)n : 0;
	} while (n > 0 && line[len - 1] != '\n');
	line[len] = '\0';
}

static void
expect(const struct pair *pair, const char *question, const char *answer)
{
	char line[256];

	assert_true(send(pair->peer, question, strlen(question), 0) > 0);
	hear(pair, line, sizeof(line));
	assert_string_equal(line, answer);
}

static void
run_sql(const struct pair *pair, const char *sql)
{
	sqlite3 *connection;
	char path[64];

	snprintf(path, sizeof(path), "%s/offload.sqlite", pair->folder);
	assert_int_equal(sqlite3_open(path, &connection), SQLITE_OK);
	sqlite3_busy_timeout(connection, SOON_MS);
	assert_int_equal(
	    sqlite3_exec(connection, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(connection);
}

static void
who_asks_now_and_then_is_heard(void **state)
{
	struct pair *pair = *state;

	for (unsigned i = 0; i < 4; i++) {
		expect(pair, "STATE a1\n", "NONE\n");
		poll(NULL, 0, IDLE_MS / 2);
	}
}

/* Each byte comes in time, the question does not. */
static void
who_asks_letter_by_letter_is_let_go(void **state)
{
	struct pair *pair = *state;
	int64_t began_ms = clock_mono_ms();
	struct pollfd peer = { .fd = pair->peer };

	do {
		(void)!send(pair->peer, "x", 1, MSG_NOSIGNAL);
		assert_true(clock_mono_ms() - began_ms < SOON_MS);
	} while (poll(&peer, 1, IDLE_MS / 10) == 0);
	assert_true(clock_mono_ms() - began_ms >= IDLE_MS);
}

/* Who wants something forgotten would believe that there was nothing. */
static void
an_inventory_that_fails_is_not_an_empty_one(void **state)
{
	struct pair *pair = *state;
	char line[256];

	expect(pair, "FORGET a1\n", "NONE\n");
	run_sql(pair, "INSERT INTO forgotten VALUES ('a2', 1)");
	expect(pair, "FORGET a2\n", "OK\n");
	run_sql(pair, "ALTER TABLE forgotten RENAME TO lost");
	assert_true(send(pair->peer, "FORGET a1\n", 10, 0) > 0);
	hear(pair, line, sizeof(line));
	assert_memory_equal(line, "ERROR ", 6);
	run_sql(pair, "ALTER TABLE item RENAME TO lost_too");
	for (unsigned i = 0; i < 3; i++) {
		static const char *const questions[] = { "STATE a1\n",
			"GET a1 0 1\n", "FORGET a1\n" };

		assert_true(send(pair->peer, questions[i], strlen(questions[i]),
				0) > 0);
		hear(pair, line, sizeof(line));
		assert_memory_equal(line, "ERROR ", 6);
	}
}

#define PAIR_TEST(name)                                                        \
	cmocka_unit_test_setup_teardown(name, open_pair, close_pair)

TEST_MAIN(PAIR_TEST(who_asks_now_and_then_is_heard),
    PAIR_TEST(who_asks_letter_by_letter_is_let_go),
    PAIR_TEST(an_inventory_that_fails_is_not_an_empty_one))
