/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "reports/subject.h"

#include "base/clock.h"
#include "base/text.h"
#include "reports/plain.h"
#include "reports/reporter.h"

#include <stdio.h>
#include <string.h>

#define LONGEST_MS (INT64_C(400) * DAY_MS)

static struct reporter *
reporter_of(const struct call *call)
{
	return call->owner;
}

int
subject_find(struct call *call, const char *slug, struct member_row *member)
{
	switch (members_find(reporter_of(call)->store, slug, member)) {
	case MEMBERS_DONE:
		return CALL_DONE;
	case MEMBERS_FAILED:
		return call_refuse_store(call, reporter_of(call)->store);
	default:
		bytes_text(call->out, "there is no member ");
		text_json(call->out, slug);
		bytes_text(call->out, "\n");
		return CALL_REFUSED;
	}
}

int
subject_member(struct call *call, struct member_row *member)
{
	const char *slug = call_option(call, "--member");

	return slug != NULL ? subject_find(call, slug, member) : CALL_WRONG_USE;
}

/* "2026-11" or "2026", a month or a year of the member's zone. */
static bool
named_period(
    const struct zone *zone, const char *word, int64_t *from_ms, int64_t *to_ms)
{
	bool is_year = strlen(word) == 4;
	char first[DAY_BYTES] = "0000-01-01";
	int64_t day, end;

	if (strlen(word) != 7 && !is_year)
		return false;
	memcpy(first, word, strlen(word));
	if (!day_parse(first, &day))
		return false;
	end = day;
	for (int i = 0; i < (is_year ? 12 : 1); i++)
		end = day_next_month(end);
	*from_ms = zone_begin_ms(zone, day);
	*to_ms = zone_begin_ms(zone, end);
	return true;
}

/* A day without an hour is one of the member's zone. */
static bool
read_moment(struct call *call, const struct zone *zone, const char *option,
    int64_t *wall_ms)
{
	const char *word = call_option(call, option);
	int64_t day;

	if (word != NULL && day_parse(word, &day)) {
		*wall_ms = zone_begin_ms(zone, day);
		return true;
	}
	return call_time(call, option, wall_ms);
}

static int
read_period(struct call *call, struct subject *subject)
{
	const char *word = call_option(call, "--period");
	struct collect_wish *wish = &subject->wish;

	wish->period = subject->period;
	wish->now_ms = clock_wall_ms();
	if (word != NULL) {
		if (!named_period(
			wish->zone, word, &wish->from_ms, &wish->to_ms)) {
			bytes_text(call->out,
			    "a period is a month or a year: "
			    "2026-11 or 2026\n");
			return CALL_WRONG_USE;
		}
		text_copy(subject->period, sizeof(subject->period), word);
		return CALL_DONE;
	}
	if (call_option(call, "--from") == NULL ||
	    call_option(call, "--to") == NULL)
		return CALL_WRONG_USE;
	if (!read_moment(call, wish->zone, "--from", &wish->from_ms) ||
	    !read_moment(call, wish->zone, "--to", &wish->to_ms))
		return CALL_WRONG_USE;
	snprintf(subject->period, sizeof(subject->period), "%.29s to %.29s",
	    call_option(call, "--from"), call_option(call, "--to"));
	return CALL_DONE;
}

static const char
    select_before[] = "SELECT max(to_ms) FROM statement WHERE member = ?1 "
		      "AND to_ms BETWEEN ?2 - 100000000 AND ?2 + 100000000";

static const char select_named[] = "SELECT from_ms, to_ms FROM statement "
				   "WHERE member = ?1 AND period = ?2";

/* Zones are less than 28 hours apart: what was sealed shortly before or after
 * this beginning is the period before. */
static bool
adjoin(struct store *store, struct subject *subject)
{
	struct collect_wish *wish = &subject->wish;
	sqlite3_stmt *prepared = store_prepare(store, select_before);
	int step;

	sqlite3_bind_int64(prepared, 1, subject->member.member.id);
	sqlite3_bind_int64(prepared, 2, wish->from_ms);
	step = sqlite3_step(prepared);
	if (step == SQLITE_ROW) {
		if (sqlite3_column_type(prepared, 0) != SQLITE_NULL)
			wish->from_ms = sqlite3_column_int64(prepared, 0);
		step = sqlite3_step(prepared);
	}
	if (!store_ended(prepared, step))
		return false;
	prepared = store_prepare(store, select_named);
	sqlite3_bind_int64(prepared, 1, subject->member.member.id);
	sqlite3_bind_text(prepared, 2, subject->period, -1, SQLITE_STATIC);
	step = sqlite3_step(prepared);
	if (step == SQLITE_ROW) {
		wish->from_ms = sqlite3_column_int64(prepared, 0);
		wish->to_ms = sqlite3_column_int64(prepared, 1);
		step = sqlite3_step(prepared);
	}
	return store_ended(prepared, step);
}

int
subject_read_of(
    struct call *call, const struct member_row *member, struct subject *subject)
{
	struct collect_wish *wish = &subject->wish;
	int status;

	subject->member = *member;
	wish->member = &subject->member;
	wish->zone = zones_find(reporter_of(call)->zones, member->zone);
	if (wish->zone == NULL) {
		bytes_format(call->out,
		    "this system has no time zone %s: is tzdata installed?\n",
		    member->zone);
		return CALL_REFUSED;
	}
	status = read_period(call, subject);
	if (status != CALL_DONE)
		return status;
	if (call_has(call, "--period") &&
	    !adjoin(reporter_of(call)->store, subject))
		return call_refuse_store(call, reporter_of(call)->store);
	if (wish->to_ms <= wish->from_ms ||
	    wish->to_ms - wish->from_ms > LONGEST_MS) {
		bytes_text(call->out,
		    "a period ends after it begins, and "
		    "has at most 400 days\n");
		return CALL_REFUSED;
	}
	return CALL_DONE;
}

int
subject_read(struct call *call, struct subject *subject)
{
	struct member_row member;
	int status = subject_member(call, &member);

	return status == CALL_DONE ? subject_read_of(call, &member, subject)
				   : status;
}

static const char
    select_sealed[] = "SELECT csv_sha256 FROM statement "
		      "WHERE member = ?1 AND from_ms = ?2 AND to_ms = ?3";

/* Sealed only as long as it says what was sealed. */
static bool
look_for_seal(
    struct store *store, const struct subject *subject, struct model *model)
{
	sqlite3_stmt *prepared = store_prepare(store, select_sealed);
	int step;

	plain_digest(model, model->csv_sha256);
	sqlite3_bind_int64(prepared, 1, subject->member.member.id);
	sqlite3_bind_int64(prepared, 2, subject->wish.from_ms);
	sqlite3_bind_int64(prepared, 3, subject->wish.to_ms);
	step = sqlite3_step(prepared);
	if (step == SQLITE_ROW) {
		model->is_sealed = strcmp(store_text(prepared, 0),
				       model->csv_sha256) == 0;
		step = sqlite3_step(prepared);
	}
	return store_ended(prepared, step);
}

bool
subject_collect(
    struct store *store, const struct subject *subject, struct model *model)
{
	return collect(store, &subject->wish, model) &&
	    look_for_seal(store, subject, model);
}
