/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * Sessions, audiences, broadcasts and plays in the store, and what happens to
 * all of it while the store cannot be written for long. */
#include "ledger_help.h"

#include "base/log.h"

#include <fcntl.h>

#define MINUTE     INT64_C(60000)
#define HOUR_SLOTS 12

#define ENDED "SELECT coalesce(sum(ended), 0) FROM session"
#define SUM   "SELECT coalesce(sum(payload_out), 0) FROM usage"

static void
add_ended(struct help *help, int64_t slot, unsigned length, uint64_t count)
{
	struct usage_delta delta = { .slot = slot,
		.member = 1,
		.mount = "/a.ogg",
		.kind = USAGE_LIVE,
		.starts = count };

	delta.ended[length] = count;
	usage_add(help->ledger->usage, &delta);
}

static void
flush(struct help *help)
{
	assert_true(ledger_flush(help->ledger));
}

static void
refuse_writes(struct help *help, bool on)
{
	assert_int_equal(
	    help_sql(help,
		on ? "PRAGMA query_only = ON" : "PRAGMA query_only = OFF"),
	    SQLITE_OK);
}

static void
sessions_are_counted_by_length(void **state)
{
	struct help *help = *state;

	for (unsigned length = 0; length < USAGE_LENGTHS; length++)
		add_ended(help, NOON_SLOT, length, length + 1);
	flush(help);
	assert_int_equal(help_number(help, "SELECT count(*) FROM session"), 8);
	for (unsigned length = 0; length < USAGE_LENGTHS; length++) {
		char sql[96];

		snprintf(
		    sql, sizeof(sql), "%s WHERE length = %u", ENDED, length);
		assert_int_equal(help_number(help, sql), length + 1);
	}
	assert_int_equal(
	    help_number(help, "SELECT sum(starts) FROM usage"), 36);
}

static void
sessions_that_are_told_late_are_exact(void **state)
{
	struct help *help = *state;

	add_ended(help, NOON_SLOT, 2, 5);
	flush(help);
	flush(help);
	clock_set(2000, NOON + 10 * SLOT_MS);
	flush(help);
	assert_int_equal(usage_held(help->ledger->usage), 0);
	add_ended(help, NOON_SLOT, 2, 3);
	add_ended(help, NOON_SLOT, 3, 1);
	refuse_writes(help, true);
	assert_false(ledger_flush(help->ledger));
	refuse_writes(help, false);
	add_ended(help, NOON_SLOT, 2, 1);
	flush(help);
	flush(help);
	assert_int_equal(help_number(help, ENDED " WHERE length = 2"), 9);
	assert_int_equal(help_number(help, ENDED " WHERE length = 3"), 1);
}

/* Each minute something is counted, peaks too, for as many minutes. */
static void
count_minutes(struct help *help, int64_t from, int64_t minutes)
{
	struct peak_row peak = { .member = 1, .mount = "/a.ogg" };

	for (int64_t i = from; i < from + minutes; i++) {
		clock_set(1000 + i * MINUTE, NOON + i * MINUTE);
		peak.slot = (NOON + i * MINUTE) / SLOT_MS;
		peak.peak = (uint64_t)(i % 100);
		peak.peak_at_ms = NOON + i * MINUTE;
		help_add(help, peak.slot, "/a.ogg", 10);
		add_ended(help, peak.slot, 1, 1);
		usage_add_peak(help->ledger->usage, &peak);
		(void)ledger_flush(help->ledger);
	}
}

static void
a_store_that_fails_for_long_takes_little_memory(void **state)
{
	struct help *help = *state;
	unsigned after_hour, after_day;

	count_minutes(help, 0, 3);
	refuse_writes(help, true);
	count_minutes(help, 3, 60);
	after_hour = usage_held(help->ledger->usage);
	count_minutes(help, 63, 24 * 60);
	after_day = usage_held(help->ledger->usage);
	assert_in_range(after_hour, 3, 3 * (2 + 2 + 3));
	assert_in_range(after_day, after_hour, 3 * (26 + 3));
	assert_int_equal(help_number(help, SUM), 30);
	refuse_writes(help, false);
	flush(help);
	assert_int_equal(help_number(help, SUM), (3 + 25 * 60) * 10);
	assert_int_equal(help_number(help, ENDED), 3 + 25 * 60);
	assert_int_equal(help_number(help, "SELECT max(peak) FROM peak"), 99);
	assert_int_equal(help_number(help,
			     "SELECT count(*) FROM peak WHERE "
			     "peak_at_ms / 3600000 != slot / 12"),
	    0);
}

static void
no_hour_gets_what_is_of_another(void **state)
{
	struct help *help = *state;
	char sql[128];

	refuse_writes(help, true);
	count_minutes(help, 0, 5 * 60);
	refuse_writes(help, false);
	flush(help);
	for (int hour = 0; hour < 5; hour++) {
		snprintf(sql, sizeof(sql), "%s WHERE slot / 12 = %lld", SUM,
		    (long long)(NOON_SLOT / HOUR_SLOTS + hour));
		assert_int_equal(help_number(help, sql), 600);
	}
}

/* Where a row exists, what comes to it while nothing can be written stays with
 * it, and what was read of it before is not counted twice. */
static void
folding_doubles_nothing(void **state)
{
	struct help *help = *state;

	help_add(help, NOON_SLOT + 1, "/a.ogg", 100);
	flush(help);
	clock_set(2000, NOON + 5 * SLOT_MS);
	flush(help);
	assert_int_equal(usage_held(help->ledger->usage), 0);
	help_add(help, NOON_SLOT + 1, "/a.ogg", 7);
	help_add(help, NOON_SLOT + 2, "/a.ogg", 1);
	/* The base is read, then the writing fails. */
	assert_int_equal(help_sql(help,
			     "CREATE TRIGGER no BEFORE INSERT ON usage BEGIN "
			     "SELECT RAISE(ABORT, 'no'); END"),
	    SQLITE_OK);
	assert_false(ledger_flush(help->ledger));
	clock_set(3000 + 20 * MINUTE, NOON + 30 * SLOT_MS);
	assert_false(ledger_flush(help->ledger));
	assert_int_equal(usage_held(help->ledger->usage), 1);
	assert_int_equal(help_sql(help, "DROP TRIGGER no"), SQLITE_OK);
	flush(help);
	assert_int_equal(help_number(help, SUM), 108);
}

/* Its row is there and stays what it says, so its total stays where it is. */
static void
what_is_written_is_not_folded(void **state)
{
	struct help *help = *state;

	help_add(help, NOON_SLOT + 1, "/a.ogg", 100);
	flush(help);
	assert_int_equal(usage_held(help->ledger->usage), 1);
	refuse_writes(help, true);
	help_add(help, NOON_SLOT + 1, "/a.ogg", 7);
	assert_false(ledger_flush(help->ledger));
	clock_set(3000 + 20 * MINUTE, NOON + 30 * SLOT_MS);
	assert_false(ledger_flush(help->ledger));
	refuse_writes(help, false);
	flush(help);
	assert_int_equal(help_number(help, SUM), 107);
	assert_int_equal(help_number(help, "SELECT count(*) FROM usage"), 1);
}

/* A clock that was set back makes a slot that was forgotten the present one:
 * what is read of it once goes on being part of it. */
static void
a_slot_that_comes_again_goes_on(void **state)
{
	struct help *help = *state;

	add_ended(help, NOON_SLOT, 2, 5);
	help_add(help, NOON_SLOT, "/a.ogg", 100);
	flush(help);
	clock_set(2000, NOON + 10 * SLOT_MS);
	flush(help);
	assert_int_equal(usage_held(help->ledger->usage), 0);
	clock_set(3000, NOON);
	for (int i = 0; i < 3; i++) {
		add_ended(help, NOON_SLOT, 2, 1);
		help_add(help, NOON_SLOT, "/a.ogg", 10);
		flush(help);
	}
	assert_int_equal(help_number(help, ENDED), 8);
	assert_int_equal(help_number(help, SUM), 130);
}

/* How often the words stand in what the log said. */
static unsigned
said(const char *path, const char *words)
{
	char text[16384];
	unsigned count = 0;
	int fd = open(path, O_RDONLY);
	ssize_t len = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[len > 0 ? len : 0] = '\0';
	for (const char *at = text; (at = strstr(at, words)) != NULL; at++)
		count++;
	return count;
}

static void
the_alarm_comes_once_and_then_each_hour(void **state)
{
	struct help *help = *state;
	char path[] = "/tmp/all2all-log-XXXXXX";
	int fd = mkstemp(path), before = dup(2);

	dup2(fd, 2);
	refuse_writes(help, true);
	count_minutes(help, 0, 14);
	assert_int_equal(said(path, "usage is kept in memory"), 1);
	assert_int_equal(said(path, "kept by the hour"), 0);
	count_minutes(help, 14, 40);
	assert_int_equal(said(path, "kept by the hour"), 1);
	count_minutes(help, 54, 120);
	assert_int_equal(said(path, "kept by the hour"), 3);
	refuse_writes(help, false);
	flush(help);
	assert_int_equal(said(path, "nothing was lost"), 1);
	dup2(before, 2);
	close(before);
	close(fd);
	unlink(path);
}

static void
listen_on(struct help *help, int64_t day, const char *mount, uint64_t from,
    unsigned count)
{
	struct audience_msg *message = message_new(
	    MSG_AUDIENCE, sizeof(*message));

	message->day = day;
	message->member = 1;
	strcpy(message->mount, mount);
	while (count-- > 0) {
		message->tokens[message->count++] = (from + count) *
		    0x9e3779b97f4a7c15u;
		if (message->count < AUDIENCE_MOST && count > 0)
			continue;
		audience_add(help->ledger->audience, message);
		message->count = 0;
	}
	message_free(&message->message);
}

#define LISTENERS(help, day, path)                                             \
	help_number(help,                                                      \
	    "SELECT sum(listeners) FROM audience JOIN mount "                  \
	    "ON mount.id = audience.mount WHERE day = '" day                   \
	    "' AND path = '" path "'")

static void
listeners_are_counted_once_a_day(void **state)
{
	struct help *help = *state;
	int64_t today = NOON / DAY_MS;

	listen_on(help, today, "/a.ogg", 1, 100);
	listen_on(help, today, "/a.ogg", 51, 100);
	listen_on(help, today, "/b.ogg", 101, 100);
	flush(help);
	flush(help);
	listen_on(help, today, "/b.ogg", 101, 100);
	listen_on(help, today + 1, "/b.ogg", 101, 100);
	flush(help);
	assert_int_equal(LISTENERS(help, "2026-11-21", "/a.ogg"), 150);
	assert_int_equal(LISTENERS(help, "2026-11-21", "/b.ogg"), 100);
	assert_int_equal(LISTENERS(help, "2026-11-21", ""), 200);
	assert_int_equal(LISTENERS(help, "2026-11-22", ""), 100);
}

static void
after_a_start_listeners_are_new_ones(void **state)
{
	struct help *help = *state;

	listen_on(help, NOON / DAY_MS, "/a.ogg", 1, 10);
	flush(help);
	help_reopen(help);
	listen_on(help, NOON / DAY_MS, "/a.ogg", 1, 10);
	flush(help);
	assert_int_equal(LISTENERS(help, "2026-11-21", ""), 20);
	assert_int_equal(help_number(help, "SELECT count(*) FROM audience"), 4);
}

static void
a_day_that_is_over_is_forgotten_not_lowered(void **state)
{
	struct help *help = *state;

	refuse_writes(help, true);
	listen_on(help, NOON / DAY_MS, "/a.ogg", 1, 500);
	clock_set(1000, NOON + 2 * DAY_MS);
	assert_false(ledger_flush(help->ledger));
	refuse_writes(help, false);
	flush(help);
	assert_int_equal(LISTENERS(help, "2026-11-21", "/a.ogg"), 500);
	listen_on(help, NOON / DAY_MS, "/a.ogg", 1, 3);
	flush(help);
	assert_int_equal(LISTENERS(help, "2026-11-21", "/a.ogg"), 500);
}

static struct broadcast_msg *
broadcast(uint64_t number, int64_t ended_ms, const char *reason)
{
	static struct broadcast_msg told;

	memset(&told, 0, sizeof(told));
	told.number = number;
	told.member = 1;
	strcpy(told.mount, "/a.ogg");
	told.started_ms = NOON;
	told.ended_ms = ended_ms;
	strcpy(told.reason, reason);
	strcpy(told.encoder, "butt");
	strcpy(told.media_type, "audio/ogg");
	strcpy(told.codecs, "opus");
	told.bitrate_kbps = 96;
	return &told;
}

static void
a_broadcast_is_one_row(void **state)
{
	struct help *help = *state;

	broadcasts_add(help->ledger->broadcasts, broadcast(1, 0, ""));
	flush(help);
	assert_int_equal(help_number(help,
			     "SELECT count(*) FROM broadcast WHERE "
			     "ended_ms IS NULL AND reason = '' AND codecs = "
			     "'opus' AND bitrate_kbps = 96"),
	    1);
	broadcasts_add(help->ledger->broadcasts, broadcast(2, NOON + 5, "bad"));
	broadcasts_add(help->ledger->broadcasts, broadcast(1, 0, ""));
	flush(help);
	broadcasts_add(
	    help->ledger->broadcasts, broadcast(1, NOON + 9, "left"));
	flush(help);
	flush(help);
	assert_int_equal(
	    help_number(help, "SELECT count(*) FROM broadcast"), 2);
	assert_int_equal(help_number(help,
			     "SELECT ended_ms FROM broadcast WHERE "
			     "reason = 'left'"),
	    NOON + 9);
}

static void
a_rollback_makes_no_second_row(void **state)
{
	struct help *help = *state;

	broadcasts_add(help->ledger->broadcasts, broadcast(1, 0, ""));
	assert_int_equal(help_sql(help,
			     "CREATE TRIGGER no BEFORE INSERT ON meta BEGIN "
			     "SELECT RAISE(ABORT, 'no'); END"),
	    SQLITE_OK);
	assert_false(ledger_flush(help->ledger));
	assert_false(ledger_flush(help->ledger));
	assert_int_equal(help_sql(help, "DROP TRIGGER no"), SQLITE_OK);
	broadcasts_add(
	    help->ledger->broadcasts, broadcast(1, NOON + 9, "lost"));
	flush(help);
	assert_int_equal(
	    help_number(help, "SELECT count(*) FROM broadcast"), 1);
	assert_int_equal(
	    help_number(help, "SELECT ended_ms FROM broadcast"), NOON + 9);
}

static void
play(struct help *help, uint64_t number, unsigned peak, int64_t ended_ms)
{
	struct play_msg told = { .number = number,
		.member = 1,
		.mount = "/a.ogg",
		.title = "Ana - One",
		.started_ms = NOON,
		.ended_ms = ended_ms,
		.listeners = 2,
		.peak = peak };

	plays_add(help->ledger->plays, &told);
}

static void
a_play_has_its_peak_and_its_end(void **state)
{
	struct help *help = *state;

	play(help, 1, 2, 0);
	flush(help);
	play(help, 1, 7, 0);
	play(help, 1, 9, NOON + 200000);
	flush(help);
	assert_int_equal(help_number(help,
			     "SELECT count(*) FROM play WHERE listeners = 2 "
			     "AND peak = 9 AND title = 'Ana - One' AND "
			     "ended_ms - started_ms = 200000"),
	    1);
}

static void
after_a_kill_all_that_was_open_is_closed(void **state)
{
	struct help *help = *state;

	broadcasts_add(help->ledger->broadcasts, broadcast(1, 0, ""));
	play(help, 2, 3, 0);
	flush(help);
	clock_set(90000, NOON + 90000);
	help_add(help, NOON_SLOT, "/a.ogg", 1);
	flush(help);
	clock_set(200000, NOON + 200000);
	help_reopen(help);
	assert_int_equal(help_number(help,
			     "SELECT count(*) FROM broadcast WHERE "
			     "reason = 'crashed' AND ended_ms - started_ms "
			     "= 90000"),
	    1);
	assert_int_equal(
	    help_number(help, "SELECT ended_ms - started_ms FROM play"), 90000);
	/* Numbers begin anew with each start; rows do not. */
	broadcasts_add(help->ledger->broadcasts, broadcast(1, 0, ""));
	flush(help);
	assert_int_equal(
	    help_number(help, "SELECT count(*) FROM broadcast"), 2);
}

static void
what_waits_is_bounded(void **state)
{
	struct help *help = *state;

	refuse_writes(help, true);
	broadcasts_add(help->ledger->broadcasts, broadcast(1, 0, ""));
	for (unsigned i = 2; i < ENTRIES_MOST + 50; i++)
		broadcasts_add(
		    help->ledger->broadcasts, broadcast(i, NOON + i, "left"));
	assert_int_equal(help->ledger->broadcasts->count, ENTRIES_MOST);
	assert_false(ledger_flush(help->ledger));
	refuse_writes(help, false);
	flush(help);
	assert_int_equal(
	    help_number(help, "SELECT count(*) FROM broadcast"), ENTRIES_MOST);
	assert_int_equal(help_number(help,
			     "SELECT count(*) FROM broadcast WHERE "
			     "ended_ms IS NULL"),
	    1);
}

TEST_MAIN(HELP_TEST(sessions_are_counted_by_length),
    HELP_TEST(sessions_that_are_told_late_are_exact),
    HELP_TEST(a_store_that_fails_for_long_takes_little_memory),
    HELP_TEST(no_hour_gets_what_is_of_another),
    HELP_TEST(folding_doubles_nothing),
    HELP_TEST(what_is_written_is_not_folded),
    HELP_TEST(a_slot_that_comes_again_goes_on),
    HELP_TEST(the_alarm_comes_once_and_then_each_hour),
    HELP_TEST(listeners_are_counted_once_a_day),
    HELP_TEST(after_a_start_listeners_are_new_ones),
    HELP_TEST(a_day_that_is_over_is_forgotten_not_lowered),
    HELP_TEST(a_broadcast_is_one_row),
    HELP_TEST(a_rollback_makes_no_second_row),
    HELP_TEST(a_play_has_its_peak_and_its_end),
    HELP_TEST(after_a_kill_all_that_was_open_is_closed),
    HELP_TEST(what_waits_is_bounded))
