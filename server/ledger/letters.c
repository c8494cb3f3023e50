/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/letters.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define LANGUAGES      3
#define FIRST_PAUSE_MS 300000 /* 5 minutes */
#define LAST_PAUSE_MS  (DAY_MS / 2)
#define GIVE_UP_MS     (5 * DAY_MS)
#define DOUBLINGS      8 /* then a pause is longer than the last one */

struct text {
	const char *title[LANGUAGES], *body[LANGUAGES];
};

static const struct text texts[] = {
#define LETTER(name, en, fr, nl, en_body, fr_body, nl_body)                    \
	[LETTER_##name] = { { en, fr, nl }, { en_body, fr_body, nl_body } },
#include "ledger/letters_list.h"
#undef LETTER
};

static const char *const phrases[][LANGUAGES] = {
#define PHRASE(name, en, fr, nl) [PHRASE_##name] = { en, fr, nl },
#include "ledger/letters_list.h"
#undef PHRASE
};

static const char insert_letter[] =
    "INSERT INTO letter(member, kind, subject, made_ms, address, title, body, "
    "next_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?4) ON CONFLICT DO NOTHING";

static const char select_one[] = "SELECT 1 FROM letter WHERE member = ?1 AND "
				 "kind = ?2 AND subject = ?3";

static const char
    update_sent[] = "UPDATE letter SET sent_ms = ?2, error = '' WHERE id = ?1 "
		    "AND tries = ?3 AND sent_ms IS NULL";

static const char update_failed[] =
    "UPDATE letter SET tries = tries + 1, error = ?4, next_ms = ?3 + ?5, "
    "first_try_ms = coalesce(first_try_ms, ?3), "
    "gave_up_ms = CASE WHEN ?3 - first_try_ms >= ?6 THEN ?3 END "
    "WHERE id = ?1 AND tries = ?2 AND sent_ms IS NULL AND gave_up_ms IS NULL "
    "RETURNING gave_up_ms IS NOT NULL";

/* What was tried before is then told of another letter. */
#define TRIES_MOST   1000 /* of one time; thousands count the times */
#define AFRESH_TRIES "tries = (tries / 1000 + 1) * 1000"
#define AFRESH                                                                 \
	"UPDATE letter SET next_ms = ?2, " AFRESH_TRIES                        \
	", first_try_ms = NULL, "                                              \
	"gave_up_ms = NULL, error = '', sent_ms = NULL, address = coalesce("   \
	"(SELECT nullif(email, '') FROM member WHERE member.id = "             \
	"letter.member), address) "
static const char update_retry[] = AFRESH "WHERE id = ?1 AND sent_ms IS NULL";
static const char update_again[] = AFRESH
    "WHERE member = ?1 AND kind = ?3 AND subject = ?4";

#define IS_WAITING "sent_ms IS NULL AND gave_up_ms IS NULL"
static const char select_next[] =
    "SELECT letter.id, made_ms, tries, letter.kind, address, member.name, "
    "coalesce(fingerprint, ''), title, body FROM letter "
    "JOIN member ON member.id = letter.member "
    "WHERE " IS_WAITING
    " AND next_ms <= ?1 ORDER BY next_ms, letter.id LIMIT 1";

static const char select_any[] = "SELECT 1 FROM letter WHERE " IS_WAITING
				 " AND next_ms <= ?1 LIMIT 1";

static const char select_waits[] =
    "SELECT 1 FROM letter WHERE id = ?1 AND tries = ?2 AND " IS_WAITING;

static unsigned
language_of(const struct member_row *row)
{
	if (strcmp(row->language, "fr") == 0)
		return 1;
	return strcmp(row->language, "nl") == 0 ? 2 : 0;
}

const char *
letters_phrase(const struct member_row *row, enum letter_phrase phrase)
{
	return phrases[phrase][language_of(row)];
}

static const char *
find_fact(const struct letter_wish *wish, const struct member_row *row,
    const char *at, size_t len)
{
	const struct letter_fact own[] = { { "{name}", row->member.name },
		{ "{slug}", row->member.slug } };

	for (unsigned i = 0; i < wish->fact_count; i++) {
		if (strncmp(wish->facts[i].name, at, len) == 0 &&
		    wish->facts[i].name[len] == '\0')
			return wish->facts[i].value;
	}
	for (unsigned i = 0; i < sizeof(own) / sizeof(*own); i++) {
		if (strncmp(own[i].name, at, len) == 0 &&
		    own[i].name[len] == '\0')
			return own[i].value;
	}
	CHECK(false); /* our own text asks for what nobody gave */
}

static void
fill(struct bytes *out, const char *text, const struct letter_wish *wish,
    const struct member_row *row)
{
	size_t plain, name;

	for (;;) {
		plain = strcspn(text, "{");
		bytes_append(out, text, plain);
		text += plain;
		if (*text == '\0')
			return;
		name = strcspn(text, "}") + 1;
		bytes_text(out, find_fact(wish, row, text, name));
		text += name;
	}
}

static bool
insert(struct store *store, const struct member_row *row,
    const struct letter_wish *wish, const struct bytes *title,
    const struct bytes *body)
{
	sqlite3_stmt *prepared = store_prepare(store, insert_letter);

	sqlite3_bind_int64(prepared, 1, row->member.id);
	sqlite3_bind_text(prepared, 2, wish->kind, -1, SQLITE_STATIC);
	sqlite3_bind_text(prepared, 3, wish->subject, -1, SQLITE_STATIC);
	sqlite3_bind_int64(prepared, 4, clock_wall_ms());
	sqlite3_bind_text(prepared, 5, row->email, -1, SQLITE_STATIC);
	sqlite3_bind_text(prepared, 6, (const char *)title->data,
	    (int)title->len, SQLITE_STATIC);
	sqlite3_bind_text(prepared, 7, (const char *)body->data, (int)body->len,
	    SQLITE_STATIC);
	return store_run(prepared);
}

bool
letters_add(struct store *store, const struct member_row *row,
    const struct letter_wish *wish)
{
	unsigned language = language_of(row);
	struct bytes title = { 0 }, body = { 0 };
	bool is_done;

	if (row->email[0] == '\0')
		return true;
	fill(&title, texts[wish->text].title[language], wish, row);
	fill(&body, phrases[PHRASE_greeting][language], wish, row);
	fill(&body, texts[wish->text].body[language], wish, row);
	fill(&body, phrases[PHRASE_farewell][language], wish, row);
	is_done = insert(store, row, wish, &title, &body);
	bytes_free(&title);
	bytes_free(&body);
	return is_done;
}

bool
letters_has(struct store *store, int64_t member, const char *kind,
    const char *subject, bool *is_there)
{
	sqlite3_stmt *prepared = store_prepare(store, select_one);
	int step;

	sqlite3_bind_int64(prepared, 1, member);
	sqlite3_bind_text(prepared, 2, kind, -1, SQLITE_STATIC);
	sqlite3_bind_text(prepared, 3, subject, -1, SQLITE_STATIC);
	step = sqlite3_step(prepared);
	*is_there = step == SQLITE_ROW;
	if (step == SQLITE_ROW)
		step = sqlite3_step(prepared);
	return store_ended(prepared, step);
}

bool
letters_sent(struct store *store, int64_t id, int64_t tries)
{
	sqlite3_stmt *prepared = store_prepare(store, update_sent);

	sqlite3_bind_int64(prepared, 1, id);
	sqlite3_bind_int64(prepared, 2, clock_wall_ms());
	sqlite3_bind_int64(prepared, 3, tries);
	if (!store_run(prepared))
		return false;
	if (store_changed(store) > 0)
		log_info("letter %lld is sent", (long long)id);
	return true;
}

static int64_t
pause_ms(int64_t tries)
{
	int64_t pause;

	tries %= TRIES_MOST;
	if (tries > DOUBLINGS)
		return LAST_PAUSE_MS;
	pause = (int64_t)FIRST_PAUSE_MS << tries;
	return pause < LAST_PAUSE_MS ? pause : LAST_PAUSE_MS;
}

bool
letters_failed(
    struct store *store, int64_t id, int64_t tries, const char *error)
{
	sqlite3_stmt *prepared = store_prepare(store, update_failed);
	bool is_given_up = false, is_changed;
	int step;

	sqlite3_bind_int64(prepared, 1, id);
	sqlite3_bind_int64(prepared, 2, tries);
	sqlite3_bind_int64(prepared, 3, clock_wall_ms());
	sqlite3_bind_text(prepared, 4, error, -1, SQLITE_STATIC);
	sqlite3_bind_int64(prepared, 5, pause_ms(tries));
	sqlite3_bind_int64(prepared, 6, GIVE_UP_MS);
	step = sqlite3_step(prepared);
	is_changed = step == SQLITE_ROW;
	if (is_changed) {
		is_given_up = sqlite3_column_int(prepared, 0) != 0;
		step = sqlite3_step(prepared);
	}
	if (!store_ended(prepared, step))
		return false;
	if (is_given_up)
		log_error("letter %lld is given up: %s", (long long)id, error);
	else if (is_changed)
		log_warn("letter %lld is not sent, again in %lld minutes: %s",
		    (long long)id, (long long)pause_ms(tries) / 60000, error);
	return true;
}

bool
letters_retry(struct store *store, int64_t id, bool *is_changed)
{
	sqlite3_stmt *prepared = store_prepare(store, update_retry);

	sqlite3_bind_int64(prepared, 1, id);
	sqlite3_bind_int64(prepared, 2, clock_wall_ms());
	if (!store_run(prepared))
		return false;
	*is_changed = store_changed(store) > 0;
	return true;
}

bool
letters_again(
    struct store *store, int64_t member, const char *kind, const char *subject)
{
	sqlite3_stmt *prepared = store_prepare(store, update_again);

	sqlite3_bind_int64(prepared, 1, member);
	sqlite3_bind_int64(prepared, 2, clock_wall_ms());
	sqlite3_bind_text(prepared, 3, kind, -1, SQLITE_STATIC);
	sqlite3_bind_text(prepared, 4, subject, -1, SQLITE_STATIC);
	return store_run(prepared);
}

static void
read_letter(sqlite3_stmt *prepared, struct letter *letter)
{
	letter->id = sqlite3_column_int64(prepared, 0);
	letter->made_ms = sqlite3_column_int64(prepared, 1);
	letter->tries = sqlite3_column_int64(prepared, 2);
	text_copy(letter->kind, sizeof(letter->kind), store_text(prepared, 3));
	text_copy(letter->address, NAME_BYTES, store_text(prepared, 4));
	text_copy(letter->name, NAME_BYTES, store_text(prepared, 5));
	text_copy(letter->fingerprint, sizeof(letter->fingerprint),
	    store_text(prepared, 6));
	letter->title = mem_text(store_text(prepared, 7));
	letter->body = mem_text(store_text(prepared, 8));
}

enum letters_answer
letters_next(struct store *store, struct letter *letter)
{
	sqlite3_stmt *prepared = store_prepare(store, select_next);
	enum letters_answer answer = LETTERS_NONE;
	int step;

	memset(letter, 0, sizeof(*letter));
	sqlite3_bind_int64(prepared, 1, clock_wall_ms());
	step = sqlite3_step(prepared);
	if (step == SQLITE_ROW) {
		read_letter(prepared, letter);
		answer = LETTERS_FOUND;
		step = sqlite3_step(prepared);
	}
	if (store_ended(prepared, step))
		return answer;
	letter_clear(letter);
	return LETTERS_FAILED;
}

void
letter_clear(struct letter *letter)
{
	free(letter->title);
	free(letter->body);
	letter->title = letter->body = NULL;
}

bool
letters_wait(struct store *store)
{
	sqlite3_stmt *prepared = store_prepare(store, select_any);
	bool is_any;
	int step;

	sqlite3_bind_int64(prepared, 1, clock_wall_ms());
	step = sqlite3_step(prepared);
	is_any = step == SQLITE_ROW;
	if (is_any)
		step = sqlite3_step(prepared);
	return store_ended(prepared, step) && is_any;
}

enum letters_answer
letters_waits(struct store *store, int64_t id, int64_t tries)
{
	sqlite3_stmt *prepared = store_prepare(store, select_waits);
	enum letters_answer answer = LETTERS_NONE;
	int step;

	sqlite3_bind_int64(prepared, 1, id);
	sqlite3_bind_int64(prepared, 2, tries);
	step = sqlite3_step(prepared);
	if (step == SQLITE_ROW) {
		answer = LETTERS_FOUND;
		step = sqlite3_step(prepared);
	}
	return store_ended(prepared, step) ? answer : LETTERS_FAILED;
}
