/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "test.h"

#include "ledger/keys.h"

#include <stdlib.h>
#include <string.h>

static void
a_key_is_26_letters_and_never_the_same(void **state)
{
	char one[KEY_LETTERS + 1], two[KEY_LETTERS + 1];

	(void)state;
	key_make(one);
	key_make(two);
	assert_int_equal(strlen(one), KEY_LETTERS);
	assert_int_equal(
	    strspn(one, "0123456789abcdefghjkmnpqrstvwxyz"), KEY_LETTERS);
	assert_string_not_equal(one, two);
}

static void
only_the_right_key_matches(void **state)
{
	char key[KEY_LETTERS + 1], hash[KEY_BYTES];

	(void)state;
	key_make(key);
	assert_true(key_hash(key, hash));
	assert_int_equal(strncmp(hash, "$y$", 3), 0);
	assert_null(strstr(hash, key));
	assert_true(key_matches(key, hash));
	key[KEY_LETTERS - 1] ^= 1;
	assert_false(key_matches(key, hash));
	assert_false(key_matches("", hash));
}

static void
the_same_key_has_another_hash_each_time(void **state)
{
	char one[KEY_BYTES], two[KEY_BYTES];

	(void)state;
	assert_true(key_hash("same", one));
	assert_true(key_hash("same", two));
	assert_string_not_equal(one, two);
}

static void
what_is_no_hash_matches_nothing(void **state)
{
	static const char *const hashes[] = { "", "*", "*0", "*1", "$y$",
		"$y$j", "$y$j9T$", "x", "$", "$zz$abc$def", "!", "same",
		"same:x" };

	(void)state;
	for (unsigned i = 0; i < sizeof(hashes) / sizeof(*hashes); i++) {
		assert_false(key_matches("same", hashes[i]));
		assert_false(key_matches("", hashes[i]));
		assert_false(key_matches(hashes[i], hashes[i]));
	}
}

static void
a_cut_or_changed_hash_matches_nothing(void **state)
{
	char hash[KEY_BYTES], changed[KEY_BYTES];
	size_t len;

	(void)state;
	assert_true(key_hash("same", hash));
	len = strlen(hash);
	for (size_t i = len - 4; i < len; i++) {
		strcpy(changed, hash);
		changed[i] = changed[i] == 'a' ? 'b' : 'a';
		assert_false(key_matches("same", changed));
		changed[i] = '\0';
		assert_false(key_matches("same", changed));
	}
}

/* The desk's side of the tests with threads. */
struct desk {
	struct loop *loop;
	unsigned answers, dones, thread_no;
	uint64_t asks[8];
	bool is_right[8];
};

static void
desk_handle(void *owner, struct message *message)
{
	struct desk *desk = owner;
	const struct key_msg *key = (const struct key_msg *)message;

	if (message->kind == MSG_KEY_CHECKED) {
		desk->asks[desk->answers] = key->ask;
		desk->is_right[desk->answers++] = key->is_right;
	} else if (message->kind == MSG_DONE) {
		desk->dones++;
		desk->thread_no = ((struct done_msg *)message)->thread_no;
		loop_end(desk->loop);
	}
	message_free(message);
}

static void
ask(struct checker *checker, uint64_t number, const char *key, const char *hash)
{
	struct key_msg *message = message_new(MSG_CHECK_KEY, sizeof(*message));

	message->ask = number;
	strcpy(message->key, key);
	strcpy(message->hash, hash);
	loop_post(checker_loop(checker), &message->message);
}

static void
the_checker_answers_in_order_and_stops(void **state)
{
	struct desk desk = { 0 };
	struct checker *checker;
	char hash[KEY_BYTES];

	(void)state;
	desk.loop = loop_new("desk", desk_handle, &desk);
	checker = checker_start(desk.loop, 7);
	assert_non_null(checker);
	assert_true(key_hash("right", hash));
	ask(checker, 1, "right", hash);
	ask(checker, 2, "wrong", hash);
	ask(checker, 3, "right", "");
	ask(checker, 4, "right", "nonsense");
	ask(checker, 5, "right", hash);
	loop_post(checker_loop(checker),
	    message_new(MSG_STOP, sizeof(struct message)));
	loop_run(desk.loop);
	assert_int_equal(desk.answers, 5);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(desk.asks[i], i + 1);
		assert_int_equal(desk.is_right[i], i == 0 || i == 4);
	}
	assert_int_equal(desk.dones, 1);
	assert_int_equal(desk.thread_no, 7);
	checker_free(checker);
	loop_free(desk.loop);
}

TEST_MAIN(TEST(a_key_is_26_letters_and_never_the_same),
    TEST(only_the_right_key_matches),
    TEST(the_same_key_has_another_hash_each_time),
    TEST(what_is_no_hash_matches_nothing),
    TEST(a_cut_or_changed_hash_matches_nothing),
    TEST(the_checker_answers_in_order_and_stops))
