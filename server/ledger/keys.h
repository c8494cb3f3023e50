/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * keys - members' keys: made at random, kept as yescrypt hashes.
 *
 * key_make() and key_hash() are used by the clerk; the checker is a thread of
 * its own, because one check takes tens of milliseconds and memory by design.
 * It answers each CHECK_KEY with the same message as KEY_CHECKED, in order.
 */
#ifndef LEDGER_KEYS_H
#define LEDGER_KEYS_H

#include "loop/loop.h"
#include "loop/messages.h"

/* 26 letters of base 32: 130 bits. */
#define KEY_LETTERS 26
void key_make(char key[KEY_LETTERS + 1]);
bool key_hash(const char *key, char hash[KEY_BYTES]) MUST_CHECK;
bool key_matches(const char *key, const char *hash) MUST_CHECK;

struct checker;
struct checker *checker_start(struct loop *desk, unsigned thread_no);
struct loop *checker_loop(struct checker *);
void checker_free(struct checker *);

#endif
