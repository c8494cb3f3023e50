/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * The other side is a thread that says what each case wants it to say. */
#include "test.h"

#include "base/clock.h"
#include "offload/ask.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define SHA  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SOON 10000

struct other {
	char folder[32], path[64];
	int fd;
	pthread_t thread;
	const char *says;
	size_t len;
	bool is_mute; /* keeps the conversation open and says nothing more */
	char heard[256];
};

static void *
run(void *arg)
{
	struct other *other = arg;
	int fd = accept(other->fd, NULL, NULL);
	size_t len = 0;
	ssize_t n;

	while (len < sizeof(other->heard) - 1 &&
	    memchr(other->heard, '\n', len) == NULL &&
	    (n = recv(fd, other->heard + len, sizeof(other->heard) - 1 - len,
		 0)) > 0)
		len += (size_t)n;
	/* In two pieces: nothing comes at once. */
	send(fd, other->says, other->len / 2, MSG_NOSIGNAL);
	poll(NULL, 0, 5);
	send(fd, other->says + other->len / 2, other->len - other->len / 2,
	    MSG_NOSIGNAL);
	if (other->is_mute)
		recv(fd, other->heard + len, 1, 0);
	close(fd);
	return NULL;
}

static void
begin_as(struct other *other, const char *says, size_t len, bool is_mute)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };

	memset(other, 0, sizeof(*other));
	snprintf(other->folder, sizeof(other->folder), "/tmp/a2a-ask-XXXXXX");
	assert_non_null(mkdtemp(other->folder));
	snprintf(other->path, sizeof(other->path), "%s/s", other->folder);
	memcpy(name.sun_path, other->path, sizeof(other->path));
	other->says = says;
	other->len = len;
	other->is_mute = is_mute;
	other->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
	    bind(other->fd, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(listen(other->fd, 1), 0);
	assert_int_equal(pthread_create(&other->thread, NULL, run, other), 0);
}

static void
begin(struct other *other, const char *says, size_t len)
{
	begin_as(other, says, len, false);
}

static void
end(struct other *other)
{
	pthread_join(other->thread, NULL);
	close(other->fd);
	unlink(other->path);
	rmdir(other->folder);
}

static void
expect_error(char **error, const char *why)
{
	assert_non_null(*error);
	if (strstr(*error, why) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", why, *error);
	free(*error);
	*error = NULL;
}

static void
a_state_is_told(void **state)
{
	static const char says[] = "OK verified k/a.mp3 12 " SHA " 99\n";
	struct ask_item item;
	struct other other;
	char *error = NULL;

	(void)state;
	begin(&other, says, strlen(says));
	assert_int_equal(
	    ask_state(other.path, "a1", SOON, &item, &error), ASK_OK);
	end(&other);
	assert_string_equal(other.heard, "STATE a1\n");
	assert_string_equal(item.id, "a1");
	assert_int_equal(item.state, ASK_VERIFIED);
	assert_string_equal(item.key, "k/a.mp3");
	assert_int_equal(item.bytes, 12);
	assert_int_equal(item.verified_ms, 99);
}

static void
what_is_wrong_is_never_a_state(void **state)
{
	static const char *const says[][2] = {
		{ "ERROR no such thing\n", "no such thing" },
		{ "OK verified k 12 " SHA "\n", "says \"OK" },
		{ "OK perfect k 12 " SHA " 9\n", "says \"OK" },
		{ "OK verified k 12 " SHA " 9", "all2all-archived: " },
		{ "", "all2all-archived: " },
		{ "HTTP/1.1 200\n", "says \"HTTP" },
	};
	struct ask_item item;
	struct other other;
	char *error = NULL;

	(void)state;
	for (unsigned i = 0; i < sizeof(says) / sizeof(*says); i++) {
		begin(&other, says[i][0], strlen(says[i][0]));
		assert_int_equal(
		    ask_state(other.path, "a1", SOON, &item, &error),
		    ASK_FAILED);
		end(&other);
		expect_error(&error, says[i][1]);
	}
	begin(&other, "NONE\n", 5);
	assert_int_equal(
	    ask_state(other.path, "a1", SOON, &item, &error), ASK_NONE);
	end(&other);
	assert_null(error);
}

static void
bytes_come_whole_or_not_at_all(void **state)
{
	static const char says[] = "OK 10\n0123456789";
	struct other other;
	char *error = NULL, bytes[16];

	(void)state;
	for (size_t len = 0; len < sizeof(says); len++) {
		bool is_whole = len == sizeof(says) - 1;

		begin(&other, says, len);
		assert_int_equal(
		    ask_read(other.path, "a1", 5, bytes, 10, SOON, &error),
		    is_whole ? ASK_OK : ASK_FAILED);
		end(&other);
		assert_string_equal(other.heard, "GET a1 5 10\n");
		if (is_whole)
			assert_memory_equal(bytes, "0123456789", 10);
		else
			expect_error(&error, "all2all-archived");
	}
	begin(&other, "OK 11\n01234567890", 17);
	assert_int_equal(
	    ask_read(other.path, "a1", 5, bytes, 10, SOON, &error), ASK_FAILED);
	end(&other);
	expect_error(&error, "says \"OK 11");
}

static void
bytes_come_in_pieces(void **state)
{
	static const char says[] = "OK 10\n0123456789rest";
	struct ask_stream *stream;
	struct other other;
	char *error = NULL, bytes[16];
	size_t len = 0;
	int64_t n;

	(void)state;
	begin(&other, says, strlen(says));
	assert_int_equal(
	    ask_open(other.path, "a1", 0, 10, SOON, &stream, &error), ASK_OK);
	while ((n = ask_take(stream, bytes + len, 3, SOON, &error)) > 0)
		len += (size_t)n;
	assert_int_equal(n, 0);
	assert_int_equal(len, 10);
	assert_memory_equal(bytes, "0123456789", 10);
	ask_close(stream);
	end(&other);
}

static void
who_says_nothing_is_not_waited_for(void **state)
{
	struct other other;
	char *error = NULL, bytes[16];
	int64_t began_ms = clock_mono_ms();

	(void)state;
	begin_as(&other, "OK 10\n01234", 11, true);
	assert_int_equal(
	    ask_read(other.path, "a1", 0, bytes, 10, 200, &error), ASK_FAILED);
	end(&other);
	expect_error(&error, "not answer in time");
	assert_true(clock_mono_ms() - began_ms < SOON);
	assert_int_equal(ask_scan("/nowhere/s", SOON, &error), ASK_FAILED);
	expect_error(&error, "not running");
}

struct told {
	unsigned count, most;
	char ids[64];
};

static bool
tell(void *arg, const struct ask_item *item)
{
	struct told *told = arg;

	strcat(told->ids, item->id);
	return ++told->count < told->most;
}

static void
a_list_is_told_item_by_item(void **state)
{
	static const char says[] = "ITEM a local k 1 " SHA " 0 0 \n"
				   "ITEM b dropped k 1 " SHA " 5 1 went wrong\n"
				   "OK 2\n";
	struct told told = { .most = 9 };
	struct other other;
	char *error = NULL;

	(void)state;
	begin(&other, says, strlen(says));
	assert_int_equal(
	    ask_list(other.path, SOON, tell, &told, &error), ASK_OK);
	end(&other);
	assert_string_equal(told.ids, "ab");
	/* One that is cut is not taken for a shorter one. */
	begin(&other, says, strlen(says) - 5);
	assert_int_equal(
	    ask_list(other.path, SOON, tell, &told, &error), ASK_FAILED);
	end(&other);
	expect_error(&error, "all2all-archived");
	told = (struct told){ .most = 1 };
	begin(&other, says, strlen(says));
	assert_int_equal(
	    ask_list(other.path, SOON, tell, &told, &error), ASK_OK);
	end(&other);
	assert_string_equal(told.ids, "a");
}

static void
forgetting_ends_in_what_the_other_says(void **state)
{
	struct other other;
	char *error = NULL;

	(void)state;
	begin(&other, "OK\n", 3);
	assert_int_equal(ask_forget(other.path, "a1", SOON, &error), ASK_OK);
	end(&other);
	assert_string_equal(other.heard, "FORGET a1\n");
	begin(&other, "OKAY\n", 5);
	assert_int_equal(
	    ask_forget(other.path, "a1", SOON, &error), ASK_FAILED);
	end(&other);
	expect_error(&error, "says \"OKAY");
}

TEST_MAIN(TEST(a_state_is_told), TEST(what_is_wrong_is_never_a_state),
    TEST(bytes_come_whole_or_not_at_all), TEST(bytes_come_in_pieces),
    TEST(who_says_nothing_is_not_waited_for), TEST(a_list_is_told_item_by_item),
    TEST(forgetting_ends_in_what_the_other_says))
