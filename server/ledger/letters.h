/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * letters - what members are told by mail: written here, sent by server/post/.
 *
 * A letter exists once for each member, kind and subject, whatever happens and
 * however often the server is started; it is made in the transaction of what
 * it tells about. When it could not be sent it is tried again after 5 minutes,
 * each pause twice the last one up to 12 hours, and given up 5 days after the
 * first try. No key is ever in one. The clerk's thread, but for letters_next(),
 * which any thread asks on its own connection. Times are wall milliseconds.
 */
#ifndef LEDGER_LETTERS_H
#define LEDGER_LETTERS_H

#include "ledger/members.h"

enum letter_text {
#define LETTER(name, ...) LETTER_##name,
#include "ledger/letters_list.h"
#undef LETTER
	LETTER_TEXTS
};

enum letter_phrase {
#define PHRASE(name, ...) PHRASE_##name,
#include "ledger/letters_list.h"
#undef PHRASE
	LETTER_PHRASES
};

struct letter_fact {
	const char *name;  /* "{due}" */
	const char *value; /* any text: it is not looked into again */
};

enum letters_answer {
	LETTERS_FOUND,
	LETTERS_NONE,
	LETTERS_FAILED
};

struct letter_wish {
	enum letter_text text;
	const char *kind, *subject;
	const struct letter_fact *facts;
	unsigned fact_count;
};

/* In the member's language. */
const char *letters_phrase(const struct member_row *, enum letter_phrase);

/* In a transaction that is open; false: roll back. Nothing is done when it is
 * there already, or the member has no address. */
bool letters_add(struct store *, const struct member_row *,
    const struct letter_wish *) MUST_CHECK;
/* *is_there is set. False: the store cannot be read. */
bool letters_has(struct store *, int64_t member, const char *kind,
    const char *subject, bool *is_there) MUST_CHECK;

/* What became of it. It counts only when tries are what they were before it: to
 * tell it twice changes nothing, and neither does what became of a letter that
 * was begun afresh meanwhile, perhaps to another address. */
bool letters_sent(struct store *, int64_t id, int64_t tries) MUST_CHECK;
bool letters_failed(
    struct store *, int64_t id, int64_t tries, const char *error) MUST_CHECK;
/* Waits no longer, also when it was given up, and goes to where the member is
 * reached now. *is_changed: one that was not sent. */
bool letters_retry(struct store *, int64_t id, bool *is_changed) MUST_CHECK;
/* Once more, even when it was sent. */
bool letters_again(struct store *, int64_t member, const char *kind,
    const char *subject) MUST_CHECK;

struct letter {
	int64_t id, made_ms, tries;
	char kind[32];
	char address[NAME_BYTES], name[NAME_BYTES];
	char fingerprint[128]; /* of the member's key; "": none */
	char *title, *body;    /* letter_clear() frees them */
};

/* One that should be sent now: the one that waits longest. */
enum letters_answer letters_next(struct store *, struct letter *);
void letter_clear(struct letter *);
/* Whether any should be sent now; false also when the store cannot be read. */
bool letters_wait(struct store *);
/* LETTERS_FOUND: it waits to be sent, after so many tries. */
enum letters_answer letters_waits(struct store *, int64_t id, int64_t tries);

#endif
