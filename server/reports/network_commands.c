/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "reports/network_commands.h"

#include "base/clock.h"
#include "base/text.h"
#include "reports/capacity.h"
#include "reports/reconcile.h"
#include "reports/reporter.h"

#include <stdio.h>
#include <string.h>

static struct reporter *
reporter_of(const struct call *call)
{
	return call->owner;
}

static const struct column capacity_columns[] = { { "line", false },
	{ "name", false }, { "wire_out", true }, { "wire_in", true },
	{ "listening_hours", true }, { "average_bps", true },
	{ "out95_bps", true }, { "in95_bps", true }, { "peak_bps", true },
	{ "peak_at", false }, { "growth_percent", true } };

#define CAPACITY_COLUMNS (sizeof(capacity_columns) / sizeof(*capacity_columns))

static void
add_sum(
    struct listing *listing, const char *line, const struct capacity_sum *sum)
{
	listing_add(listing, line);
	listing_add(listing, sum->name);
	listing_add_number(listing, (int64_t)sum->wire_out);
	listing_add_number(listing, (int64_t)sum->wire_in);
	listing_add_number(listing, (int64_t)(sum->listen_ms / 3600000));
}

/* before: what it has grown from, or NULL. */
static void
add_span(struct listing *listing, const char *line,
    const struct capacity_span *span, const struct capacity_span *before)
{
	double grown;

	add_sum(listing, line, &span->sum);
	listing_add_number(listing, (int64_t)span->average_bps);
	listing_add_number(listing, (int64_t)span->out95_bps);
	listing_add_number(listing, (int64_t)span->in95_bps);
	listing_add_number(listing, (int64_t)span->peak_bps);
	listing_add_time(listing, span->peak_at_ms);
	if (before == NULL || before->sum.wire_out == 0) {
		listing_add(listing, NULL);
		return;
	}
	grown = ((double)span->sum.wire_out - (double)before->sum.wire_out) *
	    100 / (double)before->sum.wire_out;
	listing_add_number(listing, (int64_t)grown);
}

static void
add_sums(struct listing *listing, const char *line,
    const struct capacity_sum *sums, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (sums[i].wire_out + sums[i].wire_in == 0)
			continue;
		add_sum(listing, line, &sums[i]);
		for (unsigned k = 5; k < CAPACITY_COLUMNS; k++)
			listing_add(listing, NULL);
	}
}

static struct listing *
capacity_listing(const struct capacity *capacity, int64_t now_ms)
{
	struct listing *listing = listing_new(
	    capacity_columns, CAPACITY_COLUMNS);
	const struct capacity_span *month = capacity->months;

	add_span(listing, "year", &capacity->year, NULL);
	for (unsigned i = 0; i < CAPACITY_MONTHS; i++, month++) {
		/* What goes on still has not grown yet. */
		if (month->from_ms < now_ms)
			add_span(listing, "month", month,
			    i > 0 && month->to_ms <= now_ms ? month - 1 : NULL);
	}
	add_sums(listing, "member", capacity->members, capacity->member_count);
	add_sums(listing, "codec", capacity->codecs, capacity->codec_count);
	return listing;
}

static int
show_capacity(struct call *call)
{
	const char *year = call_option(call, "--year");
	const char *name = call_option(call, "--zone");
	const struct zone *zone;
	struct capacity capacity;
	char first[DAY_BYTES];
	int64_t day;
	bool is_read;

	if (year == NULL || strlen(year) != 4)
		return CALL_WRONG_USE;
	snprintf(first, sizeof(first), "%s-01-01", year);
	if (!day_parse(first, &day))
		return CALL_WRONG_USE;
	zone = name == NULL ? zones_utc(reporter_of(call)->zones)
			    : zones_find(reporter_of(call)->zones, name);
	if (zone == NULL) {
		bytes_text(call->out, "there is no time zone ");
		text_json(call->out, name);
		bytes_text(call->out, "\n");
		return CALL_REFUSED;
	}
	is_read = capacity_collect(
	    reporter_of(call)->store, zone, day, clock_wall_ms(), &capacity);
	if (!is_read) {
		capacity_free(&capacity);
		return call_refuse_store(call, reporter_of(call)->store);
	}
	reporter_show(call, capacity_listing(&capacity, clock_wall_ms()), true,
	    "capacity");
	capacity_free(&capacity);
	return CALL_DONE;
}

static const struct column check_columns[] = { { "check", false },
	{ "about", false }, { "ours", true }, { "theirs", true },
	{ "difference", true }, { "verdict", false } };

static const char *const verdicts[] = {
	[RECONCILE_EQUAL] = "equal",
	[RECONCILE_LISTENING] = "listening now",
	[RECONCILE_CUT] = "cut off at a crash",
	[RECONCILE_LINE] = "for you to judge",
	[RECONCILE_WRONG] = "WRONG",
};

static int
show_reconcile(struct call *call)
{
	struct reporter *reporter = reporter_of(call);
	struct listing *listing = listing_new(check_columns, 6);
	struct reconcile reconcile;
	bool is_right = true;
	int status;

	if (!reconcile_collect(reporter->store, &reporter->start, &reconcile)) {
		listing_free(listing);
		reconcile_free(&reconcile);
		return call_refuse_store(call, reporter->store);
	}
	for (unsigned i = 0; i < reconcile.count; i++) {
		const struct reconcile_line *line = &reconcile.lines[i];

		listing_add(listing, line->check);
		listing_add(listing, line->about);
		listing_add_number(listing, line->ours);
		listing_add_number(listing, line->theirs);
		listing_add_number(listing, line->ours - line->theirs);
		listing_add(listing, verdicts[line->verdict]);
		is_right = is_right && line->verdict != RECONCILE_WRONG;
	}
	reconcile_free(&reconcile);
	status = reporter_show(call, listing, true, "reconcile");
	return is_right ? status : CALL_REFUSED;
}

static const struct command commands[] = {
	{ { "capacity" }, 0, " --year= --zone= --format= ",
	    "capacity --year YEAR [--zone ZONE]" CALL_FORMATS, show_capacity },
	{ { "reconcile" }, 0, " --format= ", "reconcile" CALL_FORMATS,
	    show_reconcile },
};

const struct command_table network_commands = { commands,
	sizeof(commands) / sizeof(*commands) };
