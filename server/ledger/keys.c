/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/keys.h"

#include "base/mem.h"
#include "base/random.h"
#include "base/text.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define YESCRYPT    "$y$"
#define OWN_COST    0 /* crypt_gensalt(3): the library's default */
#define SALT_BYTES  32
#define FAILED_SIGN '*' /* crypt(3): no hash begins with it */

struct checker {
	struct loop *loop, *desk;
	unsigned thread_no;
	char dummy[KEY_BYTES]; /* the hash of a key nobody has */
};

void
key_make(char key[KEY_LETTERS + 1])
{
	random_word(key, KEY_LETTERS);
}

/* crypt_r()'s memory holds the key: it is wiped. The answer is "" when the
 * setting is not one. */
static void
crypt_key(const char *key, const char *setting, char hash[KEY_BYTES])
{
	struct crypt_data *data = mem_new(sizeof(*data));
	const char *made = crypt_r(key, setting, data);

	*hash = '\0';
	if (made != NULL && *made != FAILED_SIGN && strlen(made) < KEY_BYTES)
		text_copy(hash, KEY_BYTES, made);
	explicit_bzero(data, sizeof(*data));
	free(data);
}

bool
key_hash(const char *key, char hash[KEY_BYTES])
{
	char salt[SALT_BYTES];
	char *setting;

	random_bytes(salt, sizeof(salt));
	setting = crypt_gensalt_ra(YESCRYPT, OWN_COST, salt, sizeof(salt));
	*hash = '\0';
	if (setting != NULL)
		crypt_key(key, setting, hash);
	free(setting);
	return *hash != '\0';
}

bool
key_matches(const char *key, const char *hash)
{
	char made[KEY_BYTES];
	size_t len = strlen(hash);

	crypt_key(key, hash, made);
	return len > 0 && strlen(made) == len &&
	    CRYPTO_memcmp(made, hash, len) == 0;
}

/* A member that does not exist takes as long as one with another key. */
static void
check_key(struct checker *checker, struct key_msg *key)
{
	bool is_member = *key->hash != '\0';
	bool is_right = key_matches(
	    key->key, is_member ? key->hash : checker->dummy);

	key->is_right = is_right && is_member;
	key->message.kind = MSG_KEY_CHECKED;
	loop_post(checker->desk, &key->message);
}

static void
say_done(struct checker *checker)
{
	struct done_msg *done = message_new(MSG_DONE, sizeof(*done));

	done->thread_no = checker->thread_no;
	loop_post(checker->desk, &done->message);
	loop_end(checker->loop);
}

static void
checker_handle(void *owner, struct message *message)
{
	struct checker *checker = owner;

	if (message->kind == MSG_CHECK_KEY) {
		check_key(checker, (struct key_msg *)message);
		return;
	}
	if (message->kind == MSG_STOP)
		say_done(checker);
	message_free(message);
}

struct checker *
checker_start(struct loop *desk, unsigned thread_no)
{
	struct checker *checker = mem_new(sizeof(*checker));
	char key[KEY_LETTERS + 1];

	checker->desk = desk;
	checker->thread_no = thread_no;
	checker->loop = loop_new("keys", checker_handle, checker);
	key_make(key);
	if (key_hash(key, checker->dummy) && loop_start(checker->loop))
		return checker;
	checker_free(checker);
	return NULL;
}

struct loop *
checker_loop(struct checker *checker)
{
	return checker->loop;
}

void
checker_free(struct checker *checker)
{
	if (checker == NULL)
		return;
	loop_free(checker->loop);
	free(checker);
}
