/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "stream/uniques.h"

#include "base/check.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/table.h"
#include "base/text.h"
#include "loop/loop.h"
#include "loop/messages.h"
#include "net/address.h"
#include "stream/listener.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>

#define DAYS_AT_ONCE  3  /* somewhere it is yesterday, somewhere tomorrow */
#define SIPHASH_BYTES 16 /* of a key are what SipHash takes */

struct uniques {
	struct loop *clerk;
	int64_t day; /* of the first key */
	uint8_t keys[DAYS_AT_ONCE][UNIQUES_KEY_BYTES];
	EVP_MAC_CTX *mac;
	struct table waiting; /* mount number -> struct audience_msg */
};

void
uniques_make_seed(struct uniques_seed *seed)
{
	seed->day = clock_wall_ms() / DAY_MS - 1;
	random_bytes(seed->key, sizeof(seed->key));
}

/* Nothing leads back from a key to the one before it. */
static void
next_key(const uint8_t from[UNIQUES_KEY_BYTES], uint8_t key[UNIQUES_KEY_BYTES])
{
	CHECK(EVP_Digest(
		  from, UNIQUES_KEY_BYTES, key, NULL, EVP_sha256(), NULL) == 1);
}

struct uniques *
uniques_new(const struct uniques_seed *seed, struct loop *clerk)
{
	size_t token_bytes = sizeof(uint64_t);
	const OSSL_PARAM params[] = { OSSL_PARAM_construct_size_t(
					  OSSL_MAC_PARAM_SIZE, &token_bytes),
		OSSL_PARAM_construct_end() };
	struct uniques *uniques = mem_new(sizeof(*uniques));
	EVP_MAC *siphash = EVP_MAC_fetch(NULL, "SIPHASH", NULL);

	CHECK(siphash != NULL);
	uniques->mac = EVP_MAC_CTX_new(siphash);
	CHECK(uniques->mac != NULL &&
	    EVP_MAC_CTX_set_params(uniques->mac, params) == 1);
	EVP_MAC_free(siphash);
	uniques->clerk = clerk;
	uniques->day = seed->day;
	memcpy(uniques->keys[0], seed->key, UNIQUES_KEY_BYTES);
	for (unsigned i = 1; i < DAYS_AT_ONCE; i++)
		next_key(uniques->keys[i - 1], uniques->keys[i]);
	return uniques;
}

void
uniques_free(struct uniques *uniques)
{
	void *message;
	size_t at = 0;

	while ((message = table_next(&uniques->waiting, &at)) != NULL)
		message_free(message);
	table_free(&uniques->waiting);
	EVP_MAC_CTX_free(uniques->mac);
	OPENSSL_cleanse(uniques->keys, sizeof(uniques->keys));
	free(uniques);
}

/* A day that is over has no key any more: a clock that was set back makes its
 * listeners new ones of the oldest day that has. */
static const uint8_t *
key_of(struct uniques *uniques, int64_t day)
{
	for (; day >= uniques->day + DAYS_AT_ONCE; uniques->day++) {
		memmove(uniques->keys[0], uniques->keys[1],
		    (DAYS_AT_ONCE - 1) * UNIQUES_KEY_BYTES);
		next_key(uniques->keys[DAYS_AT_ONCE - 2],
		    uniques->keys[DAYS_AT_ONCE - 1]);
	}
	return uniques->keys[day > uniques->day ? day - uniques->day : 0];
}

/* Each browser says that it is also the ones after it. */
enum player
uniques_player(const char *agent)
{
	static const struct {
		const char *word;
		enum player player;
	} words[] = { { "Firefox/", PLAYER_FIREFOX }, { "Edg", PLAYER_EDGE },
		{ "OPR/", PLAYER_OPERA }, { "Chrome/", PLAYER_CHROME },
		{ "CriOS/", PLAYER_CHROME }, { "Safari/", PLAYER_SAFARI } };

	if (strncmp(agent, "Mozilla/", 8) != 0)
		return PLAYER_OTHER;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strstr(agent, words[i].word) != NULL)
			return words[i].player;
	}
	return PLAYER_OTHER;
}

uint64_t
uniques_token(struct uniques *uniques, int64_t day, int64_t member, int fd,
    enum player player, const char *agent)
{
	const uint8_t *key = key_of(uniques, day);
	struct sockaddr_storage peer = { 0 };
	socklen_t peer_bytes = sizeof(peer);
	struct {
		int64_t day, member;
		struct in6_addr household;
		int64_t player;
	} who = { day, member, IN6ADDR_ANY_INIT, player };
	uint64_t token = 0;
	size_t len;

	if (getpeername(fd, (struct sockaddr *)&peer, &peer_bytes) == -1)
		return 0;
	who.household = address_of(&peer);
	who.household = address_household(&who.household);
	CHECK(EVP_MAC_init(uniques->mac, key, SIPHASH_BYTES, NULL) == 1 &&
	    EVP_MAC_update(uniques->mac, (uint8_t *)&who, sizeof(who)) == 1);
	if (player == PLAYER_OTHER)
		CHECK(EVP_MAC_update(uniques->mac, (const uint8_t *)agent,
			  strcspn(agent, " /(")) == 1);
	CHECK(EVP_MAC_final(
		  uniques->mac, (uint8_t *)&token, &len, sizeof(token)) == 1 &&
	    len == sizeof(token));
	return token != 0 ? token : 1;
}

static struct audience_msg *
message_of(struct uniques *uniques, const struct mount *mount)
{
	struct audience_msg *message = table_get(
	    &uniques->waiting, mount->number);

	if (message != NULL && message->day == mount->day)
		return message;
	if (message != NULL)
		uniques_post(uniques);
	message = message_new(MSG_AUDIENCE, sizeof(*message));
	message->day = mount->day;
	message->member = mount->member;
	text_copy(message->mount, sizeof(message->mount), mount->name);
	table_put(&uniques->waiting, mount->number, message);
	return message;
}

void
uniques_count(struct uniques *uniques, struct listener *listener)
{
	const struct mount *mount = listener->mount;
	uint64_t token = uniques_token(uniques, mount->day, mount->member,
	    conn_fd(listener->conn), listener->player, listener->agent);
	struct audience_msg *message;

	if (token == 0)
		return;
	listener->counted_day = (uint16_t)mount->day;
	message = message_of(uniques, mount);
	message->tokens[message->count++] = token;
	if (message->count < AUDIENCE_MOST)
		return;
	table_take(&uniques->waiting, mount->number);
	loop_post(uniques->clerk, &message->message);
}

void
uniques_post(struct uniques *uniques)
{
	struct audience_msg *message;
	size_t at = 0;

	while ((message = table_next(&uniques->waiting, &at)) != NULL)
		loop_post(uniques->clerk, &message->message);
	table_free(&uniques->waiting);
}
