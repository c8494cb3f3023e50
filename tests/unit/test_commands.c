/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger_help.h"

#include "ledger/keys.h"
#include "ledger/members.h"
#include "ledger/report.h"

static void
assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("no <%s> in <%s>", part, text);
}

static void
assert_lacks(const char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		fail_msg("<%s> in <%s>", part, text);
}

static void
add(struct help *help, int64_t member, const char *mount, enum usage_kind kind,
    int64_t slot, uint64_t bytes)
{
	struct usage_delta delta = { .slot = slot,
		.member = member,
		.kind = kind,
		.payload_out = bytes,
		.wire_out = bytes + 40,
		.tcp_out = bytes + 20,
		.payload_in = 3,
		.wire_in = 4,
		.tls_out = 5,
		.listen_ms = 1999,
		.starts = 1 };

	strcpy(delta.mount, mount);
	usage_add(help->ledger->usage, &delta);
}

static void
add_peak(struct help *help, int64_t member, const char *mount, int64_t slot,
    uint64_t peak)
{
	struct peak_row row = { .slot = slot,
		.member = member,
		.peak = peak,
		.peak_at_ms = slot * SLOT_MS + 1000 };

	strcpy(row.mount, mount);
	usage_add_peak(help->ledger->usage, &row);
}

static void
a_new_member_gets_one_line_with_a_key_that_works(void **state)
{
	struct help *help = *state;
	struct member_row row;
	const char *text;
	char key[64];

	assert_int_equal(COMMAND(help, &text, "member", "add", "ana"), 0);
	assert_int_equal(sscanf(text, "key: %63s", key), 1);
	assert_int_equal(strlen(text), 5 + KEY_LETTERS + 1);
	assert_int_equal(
	    members_find(help->ledger->store, "ana", &row), MEMBERS_DONE);
	assert_true(key_matches(key, row.member.key_hash));
	assert_string_equal(row.member.name, "ana");
	assert_true(help->ledger->members_changed);
}

static void
a_member_is_added_once(void **state)
{
	struct help *help = *state;
	const char *text;

	assert_int_equal(COMMAND(help, &text, "member", "add", "ana"), 0);
	help->ledger->members_changed = false;
	assert_int_equal(COMMAND(help, &text, "member", "add", "ana"), 1);
	assert_string_equal(text, "there is a member ana already\n");
	assert_false(help->ledger->members_changed);
}

static void
bad_slugs_are_refused(void **state)
{
	static const char *const slugs[] = { "", "-a", "A", "a b", "a/b",
		"../a", "a.b", "a_b", "\xc3\xa9", "a\n", "a;b", "a'b", "%41",
		"admin", "api", "status", "static", "well-known", "relay", "me",
		"source",
		"a123456789a123456789a123456789a123456789a123456789a12345678912"
		"34" };
	struct help *help = *state;
	const char *text;

	for (unsigned i = 0; i < sizeof(slugs) / sizeof(*slugs); i++) {
		assert_int_equal(
		    COMMAND(help, &text, "member", "add", slugs[i]), 1);
		assert_has(text, " cannot be a member: ");
		/* One line, whatever was in the slug. */
		assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	}
	assert_int_equal(help_number(help, "SELECT count(*) FROM member"), 0);
	assert_null(members_bad_slug("0-a-"));
	assert_null(members_bad_slug(
	    "a123456789a123456789a123456789a123456789a123456789a12345678912"
	    "3"));
}

static void
a_key_is_never_shown_again(void **state)
{
	struct help *help = *state;
	const char *text;
	char key[64], other[64];

	assert_int_equal(COMMAND(help, &text, "member", "add", "ana"), 0);
	assert_int_equal(sscanf(text, "key: %63s", key), 1);
	assert_int_equal(COMMAND(help, &text, "member", "key", "ana"), 1);
	assert_has(text, "use --new");
	assert_int_equal(
	    COMMAND(help, &text, "member", "key", "bob", "--new"), 1);
	assert_string_equal(text, "there is no member \"bob\"\n");
	assert_int_equal(
	    COMMAND(help, &text, "member", "key", "ana", "--new"), 0);
	assert_int_equal(sscanf(text, "key: %63s", other), 1);
	assert_string_not_equal(key, other);
	assert_int_equal(COMMAND(help, &text, "member", "show", "ana"), 0);
	assert_lacks(text, other);
	assert_lacks(text, "$y$");
}

#define BLOCK_ANA                                                              \
	"member", "block", "ana", "--reason", "legal-decision", "--reference", \
	    "R 1", "--person", "Eve"

static void
a_block_and_its_end_are_shown(void **state)
{
	struct help *help = *state;
	const char *text;

	assert_int_equal(COMMAND(help, &text, BLOCK_ANA), 1);
	assert_int_equal(COMMAND(help, &text, "member", "add", "ana"), 0);
	help->ledger->members_changed = false;
	assert_int_equal(COMMAND(help, &text, BLOCK_ANA), 0);
	assert_string_equal(text, "ana is blocked\n");
	assert_true(help->ledger->members_changed);
	assert_int_equal(COMMAND(help, &text, "member", "show", "ana"), 0);
	assert_has(text, "state: blocked\n");
	assert_has(text, "blocked: 2026-11-21T12:00:00Z\n");
	assert_int_equal(COMMAND(help, &text, "member", "unblock", "ana"), 0);
	assert_int_equal(COMMAND(help, &text, "member", "show", "ana"), 0);
	assert_has(text, "state: active\n");
	assert_has(text, "blocked: -\n");
}

static void
hostile_names_are_harmless_in_every_form(void **state)
{
	struct help *help = *state;
	const char *text;

	assert_int_equal(COMMAND(help, &text, "member", "add", "ana", "--name",
			     "=1+1,\"x\"\x1b[2J\nkey: z<script>\xff"),
	    0);
	assert_int_equal(COMMAND(help, &text, "member", "list"), 0);
	assert_lacks(text, "\x1b");
	assert_lacks(text, "\nkey");
	assert_int_equal(
	    COMMAND(help, &text, "member", "list", "--format", "csv"), 0);
	assert_string_equal(text,
	    "id,slug,name,state,plan,created,key_made,blocked\r\n"
	    "1,ana,\"'=1+1,\"\"x\"\" [2J key: z<script>\xc3\xbf\",active,,"
	    "2026-11-21T12:00:00Z,2026-11-21T12:00:00Z,\r\n");
	assert_int_equal(
	    COMMAND(help, &text, "member", "list", "--format", "json"), 0);
	assert_string_equal(text,
	    "{\"schema\":1,\n\"members\":[\n"
	    "{\"id\":1,\"slug\":\"ana\",\"name\":"
	    "\"=1+1,\\\"x\\\" [2J key: z\\u003cscript\\u003e\xc3\xbf\","
	    "\"state\":\"active\",\"plan\":null,\"created\":\"2026-11-21T12:00:00Z\","
	    "\"key_made\":\"2026-11-21T12:00:00Z\",\"blocked\":null}]}\n");
}

static void
a_name_that_is_too_long_is_refused(void **state)
{
	struct help *help = *state;
	char name[NAME_BYTES + 1];
	const char *text;

	memset(name, 'n', NAME_BYTES);
	name[NAME_BYTES] = '\0';
	assert_int_equal(
	    COMMAND(help, &text, "member", "add", "ana", "--name", name), 1);
	name[NAME_BYTES - 1] = '\0';
	assert_int_equal(
	    COMMAND(help, &text, "member", "add", "ana", "--name", name), 0);
}

static void
empty_listings_are_whole(void **state)
{
	struct help *help = *state;
	const char *text;

	assert_int_equal(
	    COMMAND(help, &text, "member", "list", "--format", "json"), 0);
	assert_string_equal(text, "{\"schema\":1,\n\"members\":[]}\n");
	assert_int_equal(
	    COMMAND(help, &text, "recordings", "--format", "json"), 0);
	assert_string_equal(text, "{\"schema\":1,\n\"recordings\":[]}\n");
	assert_int_equal(COMMAND(help, &text, "usage", "--format", "json"), 0);
	assert_string_equal(text,
	    "{\"schema\":1,\n\"from\":null,\n\"to\":null,\n\"usage\":[],\n"
	    "\"members\":[],\n\"total\":{\"line\":\"total\",\"member\":null,"
	    "\"mount\":null,\"kind\":null,\"payload_out\":0,\"wire_out\":0,"
	    "\"tcp_out\":0,\"payload_in\":0,\"wire_in\":0,\"tls_out\":0,"
	    "\"listen_s\":0,\"starts\":0,\"peak\":0,\"peak_at\":null}}\n");
}

static void
wrong_use_is_told_with_a_usage_line(void **state)
{
	static const char *const lines[][6] = {
		{ NULL },
		{ "" },
		{ "nonsense" },
		{ "member" },
		{ "member", "eat", "ana" },
		{ "member", "add" },
		{ "member", "add", "ana", "bob" },
		{ "member", "add", "ana", "--name" },
		{ "member", "add", "ana", "--new" },
		{ "member", "add", "ana", "--format", "json" },
		{ "member", "key", "--new" },
		{ "member", "list", "ana" },
		{ "member", "list", "--format", "xml" },
		{ "member", "list", "--format", "" },
		{ "member", "block", "ana", "-- " },
		{ "member", "block", "ana", "--" },
		{ "usage", "ana" },
		{ "usage", "--member" },
		{ "usage", "--from", "yesterday" },
		{ "usage", "--to", "2026-02-30" },
		{ "usage", "--from --to", "2026-02-20" },
		{ "recordings", "--from", "2026-11-21" },
	};
	struct help *help = *state;
	const char *text;

	for (unsigned i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		if (help_words(help, (const char **)lines[i], &text) != 2)
			fail_msg("line %u: %s", i, text);
		assert_has(text, "usage: all2allctl ");
	}
	assert_int_equal(help_number(help, "SELECT count(*) FROM member"), 0);
}

static void
usage_adds_up_by_mount_member_and_all(void **state)
{
	struct help *help = *state;
	const char *text;

	assert_int_equal(COMMAND(help, &text, "member", "add", "ana"), 0);
	assert_int_equal(COMMAND(help, &text, "member", "add", "bob"), 0);
	add(help, 1, "/ana/a.ogg", USAGE_LIVE, NOON_SLOT, 100);
	add(help, 1, "/ana/a.ogg", USAGE_LIVE, NOON_SLOT + 1, 1000);
	add(help, 1, "/ana/b.ogg", USAGE_SOURCE_IN, NOON_SLOT, 0);
	add(help, 2, "/bob/c.ogg", USAGE_LIVE, NOON_SLOT, 20000);
	add(help, 0, "", USAGE_PAGES, NOON_SLOT, 7);
	add_peak(help, 1, "/ana/a.ogg", NOON_SLOT, 5);
	add_peak(help, 1, "/ana/a.ogg", NOON_SLOT + 1, 4);
	add_peak(help, 1, "", NOON_SLOT, 6);
	add_peak(help, 2, "", NOON_SLOT, 3);
	/* Nothing was flushed: the command sees it all the same. */
	assert_int_equal(COMMAND(help, &text, "usage", "--format", "csv"), 0);
	assert_string_equal(text,
	    "line,member,mount,kind,payload_out,wire_out,tcp_out,payload_in,"
	    "wire_in,tls_out,listen_s,starts,peak,peak_at\r\n"
	    "mount,,,pages,7,47,27,3,4,5,1,1,0,\r\n"
	    "mount,ana,/ana/a.ogg,live,1100,1180,1140,6,8,10,3,2,5,"
	    "2026-11-21T12:00:01Z\r\n"
	    "mount,ana,/ana/b.ogg,source_in,0,40,20,3,4,5,1,1,0,\r\n"
	    "mount,bob,/bob/c.ogg,live,20000,20040,20020,3,4,5,1,1,0,\r\n"
	    "member,,,,7,47,27,3,4,5,1,1,0,\r\n"
	    "member,ana,,,1100,1220,1160,9,12,15,5,3,6,"
	    "2026-11-21T12:00:01Z\r\n"
	    "member,bob,,,20000,20040,20020,3,4,5,1,1,3,"
	    "2026-11-21T12:00:01Z\r\n"
	    "total,,,,21107,21307,21207,15,20,25,9,5,9,\r\n");
	assert_int_equal(
	    COMMAND(help, &text, "usage", "--member", "ana", "--format", "csv"),
	    0);
	assert_lacks(text, "bob");
	assert_has(text,
	    "\ntotal,,,,1100,1220,1160,9,12,15,5,3,6,"
	    "2026-11-21T12:00:01Z\r\n");
	assert_int_equal(COMMAND(help, &text, "usage", "--member", "eve"), 1);
	assert_int_equal(COMMAND(help, &text, "usage"), 0);
	assert_has(text, "mount   -       -           pages");
}

static int64_t
total_between(struct help *help, const char *from, const char *to)
{
	const char *text;
	long long total;

	assert_int_equal(COMMAND(help, &text, "usage", "--from", from, "--to",
			     to, "--format", "csv"),
	    0);
	text = strstr(text, "\ntotal,,,,");
	assert_non_null(text);
	assert_int_equal(sscanf(text, "\ntotal,,,,%lld", &total), 1);
	return total;
}

static void
periods_that_touch_add_up(void **state)
{
	struct help *help = *state;

	for (int64_t slot = -300; slot < 300; slot++)
		add(help, 1, "/a", USAGE_LIVE, NOON_SLOT + slot,
		    1000 + (uint64_t)(slot + 300));
	assert_int_equal(
	    total_between(help, "2026-11-21T12:00Z", "2026-11-21T12:05Z"),
	    1300);
	assert_int_equal(total_between(help, "2026-11-21T13:00:00+01:00",
			     "2026-11-21T13:10:00+01:00"),
	    1300 + 1301);
	assert_int_equal(
	    total_between(help, "2026-11-21T12:00:01Z", "2026-11-21T12:05:01Z"),
	    1301);
	assert_int_equal(total_between(help, "2026-11-20", "2026-11-21") +
		total_between(help, "2026-11-21", "2026-11-21T12:02:30Z") +
		total_between(help, "2026-11-21T12:02:30Z", "2026-11-23"),
	    total_between(help, "2026-11-20", "2026-11-23"));
	assert_int_equal(total_between(help, "2026-11-22", "2026-11-21"), 0);
}

static void
times_are_read_or_refused(void **state)
{
	static const struct {
		const char *text;
		int64_t want_ms; /* -1: refused */
	} times[] = {
		{ "2026-11-21", NOON - 12 * 3600000 },
		{ "2026-11-21T12:00Z", NOON },
		{ "2026-11-21T12:00:07Z", NOON + 7000 },
		{ "2026-11-21T13:00+01:00", NOON },
		{ "2026-11-21T06:30:00-05:30", NOON },
		{ "1970-01-01", 0 },
		{ "2038-01-19T03:14:08Z", INT64_C(2147483648000) },
		{ "2024-02-29", INT64_C(1709164800000) },
		{ "2026-02-29", -1 },
		{ "2026-13-01", -1 },
		{ "2026-00-01", -1 },
		{ "2026-11-31", -1 },
		{ "1969-12-31", -1 },
		{ "2026-11-21T12:00", -1 },
		{ "2026-11-21 12:00Z", -1 },
		{ "2026-11-21T24:00Z", -1 },
		{ "2026-11-21T12:60Z", -1 },
		{ "2026-11-21T12:00:60Z", -1 },
		{ "2026-11-21T12:00Zx", -1 },
		{ "2026-11-21T12:00+01:00x", -1 },
		{ "2026-11-21T12:00+1:00", -1 },
		{ "2026-11-21T12:00+15:00", -1 },
		{ "2026-11-21T12:00+01:60", -1 },
		{ "2026-11-2", -1 },
		{ "2026-11-21T", -1 },
		{ "", -1 },
		{ "now", -1 },
	};
	int64_t got_ms;

	(void)state;
	for (unsigned i = 0; i < sizeof(times) / sizeof(*times); i++) {
		got_ms = -1;
		if (!report_time(times[i].text, &got_ms))
			got_ms = -1;
		if (got_ms != times[i].want_ms)
			fail_msg("%s: %lld", times[i].text, (long long)got_ms);
	}
}

static void
usage_says_so_when_it_cannot_count_what_is_in_memory(void **state)
{
	struct help *help = *state;
	const char *text;

	add(help, 1, "/a", USAGE_LIVE, NOON_SLOT, 1);
	assert_int_equal(help_sql(help, "PRAGMA query_only = ON"), SQLITE_OK);
	assert_int_equal(COMMAND(help, &text, "usage"), 1);
	assert_string_equal(text,
	    "the store cannot be used now: attempt to "
	    "write a readonly database\n");
	assert_int_equal(COMMAND(help, &text, "member", "add", "ana"), 1);
	assert_has(text, "readonly");
	assert_lacks(text, "key:");
}

static void
recordings_are_listed(void **state)
{
	struct help *help = *state;
	struct recording_msg recording = { .id = "r2",
		.member = 1,
		.mount = "/ana/a.ogg",
		.path = "ana/2026/r2.ogg",
		.media_type = "audio/ogg",
		.state = RECORDING_DONE,
		.started_ms = NOON,
		.ended_ms = NOON + 61999,
		.bytes = 12345,
		.note = "=gap, \"two\"" };
	const char *text;

	assert_int_equal(COMMAND(help, &text, "member", "add", "ana"), 0);
	assert_int_equal(COMMAND(help, &text, "member", "add", "bob"), 0);
	recordings_add(help->ledger->recordings, &recording);
	recording = (struct recording_msg){ .id = "r1",
		.member = 2,
		.mount = "/bob",
		.path = "bob/r1.mp3",
		.started_ms = NOON + 1000 };
	recordings_add(help->ledger->recordings, &recording);
	assert_int_equal(
	    COMMAND(help, &text, "recordings", "--format", "csv"), 0);
	assert_string_equal(text,
	    "id,member,mount,path,state,started,seconds,bytes,media_type,"
	    "note\r\n"
	    "r2,ana,/ana/a.ogg,ana/2026/r2.ogg,done,2026-11-21T12:00:00Z,61,"
	    "12345,audio/ogg,\"'=gap, \"\"two\"\"\"\r\n"
	    "r1,bob,/bob,bob/r1.mp3,active,2026-11-21T12:00:01Z,,0,,\r\n");
	assert_int_equal(COMMAND(help, &text, "recordings", "--member", "bob",
			     "--format", "json"),
	    0);
	assert_string_equal(text,
	    "{\"schema\":1,\n\"recordings\":[\n{\"id\":\"r1\","
	    "\"member\":\"bob\",\"mount\":\"/bob\",\"path\":\"bob/r1.mp3\","
	    "\"state\":\"active\",\"started\":\"2026-11-21T12:00:01Z\","
	    "\"seconds\":null,\"bytes\":0,\"media_type\":\"\","
	    "\"note\":\"\"}]}\n");
	assert_int_equal(COMMAND(help, &text, "recordings"), 0);
	assert_has(text, "r2  ana     /ana/a.ogg");
}

TEST_MAIN(HELP_TEST(a_new_member_gets_one_line_with_a_key_that_works),
    HELP_TEST(a_member_is_added_once), HELP_TEST(bad_slugs_are_refused),
    HELP_TEST(a_key_is_never_shown_again),
    HELP_TEST(a_block_and_its_end_are_shown),
    HELP_TEST(hostile_names_are_harmless_in_every_form),
    HELP_TEST(a_name_that_is_too_long_is_refused),
    HELP_TEST(empty_listings_are_whole),
    HELP_TEST(wrong_use_is_told_with_a_usage_line),
    HELP_TEST(usage_adds_up_by_mount_member_and_all),
    HELP_TEST(periods_that_touch_add_up), TEST(times_are_read_or_refused),
    HELP_TEST(usage_says_so_when_it_cannot_count_what_is_in_memory),
    HELP_TEST(recordings_are_listed))
