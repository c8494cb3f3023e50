/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/report.h"

#include "base/clock.h"
#include "ledger/usage.h"

#include <string.h>
#include <time.h>

static const struct column columns[] = {
	{ "line", false },
	{ "member", false },
	{ "mount", false },
	{ "kind", false },
	{ "payload_out", true },
	{ "wire_out", true },
	{ "tcp_out", true },
	{ "payload_in", true },
	{ "wire_in", true },
	{ "tls_out", true },
	{ "listen_s", true },
	{ "starts", true },
	{ "peak", true },
	{ "peak_at", false },
};

#define COLUMNS      (sizeof(columns) / sizeof(*columns))
#define FIRST_NUMBER 4
#define PEAK         12
#define PEAK_AT      13

#define CHOSEN                                                                 \
	"slot >= ?1 AND slot < ?2 AND member IN "                              \
	"(SELECT id FROM who WHERE ?3 = 0 OR id = ?3)"
#define SUMS                                                                   \
	"coalesce(sum(payload_out), 0) AS payload_out, "                       \
	"coalesce(sum(wire_out), 0) AS wire_out, "                             \
	"coalesce(sum(tcp_out), 0) AS tcp_out, "                               \
	"coalesce(sum(payload_in), 0) AS payload_in, "                         \
	"coalesce(sum(wire_in), 0) AS wire_in, "                               \
	"coalesce(sum(tls_out), 0) AS tls_out, "                               \
	"coalesce(sum(listen_ms), 0) / 1000 AS listen_s, "                     \
	"coalesce(sum(starts), 0) AS starts"
#define SHOWN                                                                  \
	"payload_out, wire_out, tcp_out, payload_in, wire_in, tls_out, "       \
	"listen_s, starts, peak, peak_at_ms"
#define SLUG                                                                   \
	"coalesce(slug, CASE WHEN used.member != 0 THEN '#' || used.member END)"
#define OF_ALL_MOUNTS "mount = (SELECT id FROM mount WHERE path = '')"

/* With max() alone, SQLite takes bare columns from the row of the maximum
 * (lang_select.html, "Bare columns in an aggregate query"). */
static const char select_lines[] =
    "WITH " USAGE_MEMBERS "SELECT 'mount', " SLUG
    ", nullif(path, ''), used.kind, " SHOWN
    " FROM (SELECT member, mount, kind, " SUMS " FROM usage WHERE " CHOSEN
    "  GROUP BY member, mount, kind) AS used"
    " JOIN mount ON mount.id = used.mount"
    " LEFT JOIN member ON member.id = used.member"
    " LEFT JOIN (SELECT member, mount, max(peak) AS peak, peak_at_ms"
    "  FROM peak WHERE " CHOSEN " GROUP BY member, mount) AS top"
    " ON top.member = used.member AND top.mount = used.mount"
    "  AND used.kind = 'live' AND path != ''"
    " ORDER BY slug, used.member, path, used.kind";

static const char select_members[] =
    "WITH " USAGE_MEMBERS "SELECT 'member', " SLUG ", NULL, NULL, " SHOWN
    " FROM (SELECT member, " SUMS " FROM usage WHERE " CHOSEN
    "  GROUP BY member) AS used"
    " LEFT JOIN member ON member.id = used.member"
    " LEFT JOIN (SELECT member, max(peak) AS peak, peak_at_ms FROM peak"
    "  WHERE " CHOSEN " AND " OF_ALL_MOUNTS " GROUP BY member) AS top"
    " ON top.member = used.member"
    " ORDER BY slug, used.member";

/* Members' peaks of one slot need not be of one moment: their sum is a bound
 * from above, and then there is no moment to tell. */
static const char select_total[] =
    "WITH " USAGE_MEMBERS "SELECT 'total', NULL, NULL, NULL, " SHOWN
    " FROM (SELECT " SUMS " FROM usage WHERE " CHOSEN ")"
    " JOIN (SELECT max(peak) AS peak,"
    "  CASE WHEN members = 1 THEN peak_at_ms END AS peak_at_ms"
    "  FROM (SELECT sum(peak) AS peak, count(*) AS members, peak_at_ms"
    "   FROM (SELECT slot, member, max(peak) AS peak, peak_at_ms FROM peak"
    "    WHERE " CHOSEN " AND " OF_ALL_MOUNTS " GROUP BY slot, member)"
    "   GROUP BY slot))";

/* Days since 1970 to 9999 of the Gregorian calendar only: timegm() would take
 * February 30 for March 2. */
static bool
is_a_time(const struct tm *tm)
{
	struct tm copy = *tm;

	return tm->tm_year >= 70 && timegm(&copy) != -1 &&
	    copy.tm_mday == tm->tm_mday && copy.tm_mon == tm->tm_mon &&
	    copy.tm_hour == tm->tm_hour && copy.tm_min == tm->tm_min &&
	    copy.tm_sec == tm->tm_sec;
}

/* Digits where pattern has '0', else the same character. */
static bool
has_shape(const char *text, const char *pattern)
{
	for (; *pattern != '\0'; pattern++, text++) {
		if (*pattern == '0' ? *text < '0' || *text > '9'
				    : *text != *pattern)
			return false;
	}
	return true;
}

static int
read_digits(const char *text, int count)
{
	int number = 0;

	for (; count > 0; count--, text++)
		number = 10 * number + (*text - '0');
	return number;
}

/* "Z", "+01:00" or "-05:30" and nothing after it. */
static bool
read_zone(const char *text, int *offset_secs)
{
	bool is_west = *text == '-';

	*offset_secs = 0;
	if (strcmp(text, "Z") == 0)
		return true;
	if ((*text != '+' && !is_west) || !has_shape(text + 1, "00:00") ||
	    text[6] != '\0')
		return false;
	*offset_secs = 3600 * read_digits(text + 1, 2) +
	    60 * read_digits(text + 4, 2);
	if (*offset_secs > 14 * 3600 || read_digits(text + 4, 2) > 59)
		return false;
	if (is_west)
		*offset_secs = -*offset_secs;
	return true;
}

bool
report_time(const char *text, int64_t *wall_ms)
{
	struct tm tm = { 0 };
	int offset_secs = 0;

	if (!has_shape(text, "0000-00-00"))
		return false;
	tm.tm_year = read_digits(text, 4) - 1900;
	tm.tm_mon = read_digits(text + 5, 2) - 1;
	tm.tm_mday = read_digits(text + 8, 2);
	text += 10;
	if (*text != '\0') {
		if (!has_shape(text, "T00:00"))
			return false;
		tm.tm_hour = read_digits(text + 1, 2);
		tm.tm_min = read_digits(text + 4, 2);
		text += 6;
		if (has_shape(text, ":00")) {
			tm.tm_sec = read_digits(text + 1, 2);
			text += 3;
		}
		if (!read_zone(text, &offset_secs))
			return false;
	}
	if (!is_a_time(&tm))
		return false;
	*wall_ms = 1000 * ((int64_t)timegm(&tm) - offset_secs);
	return true;
}

/* The first slot that begins at or after it. */
static int64_t
slot_from(int64_t wall_ms)
{
	int64_t slot = wall_ms / SLOT_MS;

	return wall_ms > 0 && wall_ms % SLOT_MS != 0 ? slot + 1 : slot;
}

static void
add_row(struct listing *listing, sqlite3_stmt *prepared)
{
	for (int i = 0; i < (int)COLUMNS; i++) {
		bool has_value = sqlite3_column_type(prepared, i) !=
		    SQLITE_NULL;

		if (i == PEAK_AT)
			listing_add_time(
			    listing, sqlite3_column_int64(prepared, i));
		else if (!has_value && i != PEAK)
			listing_add(listing, NULL);
		else if (i < FIRST_NUMBER)
			listing_add(listing, store_text(prepared, i));
		else
			listing_add_number(
			    listing, sqlite3_column_int64(prepared, i));
	}
}

static bool
add_rows(struct store *store, struct listing *listing, const char *sql,
    int64_t member, const struct period *period)
{
	sqlite3_stmt *prepared = store_prepare(store, sql);
	int step;

	sqlite3_bind_int64(prepared, 1, slot_from(period->from_ms));
	sqlite3_bind_int64(prepared, 2, slot_from(period->to_ms));
	sqlite3_bind_int64(prepared, 3, member);
	while ((step = sqlite3_step(prepared)) == SQLITE_ROW)
		add_row(listing, prepared);
	return store_ended(prepared, step);
}

static void
show_json_time(struct bytes *out, const char *name, int64_t wall_ms)
{
	char text[CLOCK_ISO_BYTES];

	if (wall_ms == INT64_MIN || wall_ms == INT64_MAX) {
		bytes_format(out, "\"%s\":null,\n", name);
		return;
	}
	clock_iso(wall_ms, text);
	bytes_format(out, "\"%s\":\"%s\",\n", name, text);
}

static void
show_json_rows(struct bytes *out, const struct listing *listing, unsigned row,
    unsigned end)
{
	for (bool is_first = true; row < end; row++, is_first = false) {
		bytes_text(out, is_first ? "\n" : ",\n");
		listing_show_row(listing, row, LISTING_JSON, out);
	}
}

static void
show_json(struct bytes *out, const struct listing *listing, unsigned lines,
    const struct period *period)
{
	unsigned total = listing_rows(listing) - 1;

	bytes_format(out, "{\"schema\":%d,\n", REPORT_SCHEMA);
	show_json_time(out, "from", period->from_ms);
	show_json_time(out, "to", period->to_ms);
	bytes_text(out, "\"usage\":[");
	show_json_rows(out, listing, 0, lines);
	bytes_text(out, "],\n\"members\":[");
	show_json_rows(out, listing, lines, total);
	bytes_text(out, "],\n\"total\":");
	listing_show_row(listing, total, LISTING_JSON, out);
	bytes_text(out, "}\n");
}

bool
report_usage(struct store *store, int64_t member, const struct period *period,
    enum listing_format format, struct bytes *out)
{
	struct listing *listing = listing_new(columns, COLUMNS);
	bool is_read = add_rows(store, listing, select_lines, member, period);
	unsigned lines = listing_rows(listing);

	is_read = is_read &&
	    add_rows(store, listing, select_members, member, period) &&
	    add_rows(store, listing, select_total, member, period);
	if (is_read && format == LISTING_JSON)
		show_json(out, listing, lines, period);
	else if (is_read)
		listing_show(listing, format, out);
	listing_free(listing);
	return is_read;
}
