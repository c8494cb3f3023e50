/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * uniques - how many different listeners there were, without knowing any.
 *
 * Who has listened for a minute becomes a number once a day: a keyed hash of
 * member, address (of IPv6 its /64) and kind of player. The clerk counts
 * different numbers and writes only how many. Keys are in memory only; the key
 * of the next day is the hash of today's, so those of past days are gone, and
 * with them all that could link a number to an address. All workers begin with
 * the same key and come to the same keys without a word.
 * docs/decisions/012-uniques.md
 *
 * One worker's thread.
 */
#ifndef STREAM_UNIQUES_H
#define STREAM_UNIQUES_H

#include <stdint.h>

#define UNIQUES_KEY_BYTES 32

struct listener;
struct loop;
struct uniques;

/* What players say of themselves that changes with each version is not used. */
enum player {
	PLAYER_OTHER, /* the first word of what it says counts */
	PLAYER_FIREFOX,
	PLAYER_EDGE,
	PLAYER_OPERA,
	PLAYER_CHROME,
	PLAYER_SAFARI,
};

struct uniques_seed {
	int64_t day; /* the first with a key; earlier ones have the same */
	uint8_t key[UNIQUES_KEY_BYTES];
};

/* Of today everywhere on earth. */
void uniques_make_seed(struct uniques_seed *);
struct uniques *uniques_new(const struct uniques_seed *, struct loop *clerk);
void uniques_free(struct uniques *);

enum player uniques_player(const char *agent);
/* The number of this peer on that day, never 0; 0: its address is not known any
 * more. */
uint64_t uniques_token(struct uniques *, int64_t day, int64_t member, int fd,
    enum player, const char *agent);
/* Counts a listener for its mount's day; told to the clerk by uniques_post() or
 * before. */
void uniques_count(struct uniques *, struct listener *);
void uniques_post(struct uniques *);

#endif
