/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "load/report.h"

#include "base/text.h"

#include <inttypes.h>

bool
report_is_good(const struct options *options, const struct totals *totals)
{
	const struct numbered_counts *counts = &totals->counts;

	if (totals->source_lost[0] != '\0' ||
	    tally_total(&totals->failed) > 0 ||
	    tally_total(&totals->ended) > 0 ||
	    totals->started < options->clients)
		return false;
	/* Own frames must have arrived with everybody who looked for them. */
	if (options->source != NULL && totals->numbered < totals->checked)
		return false;
	return tally_total(&totals->churn.failed) == 0 && counts->lost == 0 &&
	    counts->doubled == 0 && counts->reordered == 0 &&
	    counts->damaged == 0;
}

static void
text_tally(struct bytes *out, const char *name, const struct tally *tally)
{
	bytes_format(out, "%-12s %" PRIu64 "\n", name, tally_total(tally));
	for (unsigned i = 0; i < tally->used; i++)
		bytes_format(out, "  %10" PRIu64 "  %s\n", tally->rows[i].count,
		    tally->rows[i].reason);
}

static void
text_spread(struct bytes *out, const char *name, const struct spread *spread)
{
	if (spread->count == 0)
		return;
	bytes_format(out, "%-12s p50 %.1f ms, p99 %.1f ms, max %.1f ms\n", name,
	    (double)spread_at(spread, 0.5) / 1e3,
	    (double)spread_at(spread, 0.99) / 1e3, (double)spread->max / 1e3);
}

static void
text_source(struct bytes *out, const struct totals *totals)
{
	bytes_format(out,
	    "source       %" PRIu64 " frames, %" PRIu64
	    " bytes, at most %.1f ms late%s%s\n",
	    totals->source_frames, totals->source_bytes,
	    (double)totals->source_late_us / 1e3,
	    totals->source_lost[0] != '\0' ? ", lost: " : "",
	    totals->source_lost);
}

static void
text_check(struct bytes *out, const struct totals *totals)
{
	const struct numbered_counts *counts = &totals->counts;

	bytes_format(out, "checked      %" PRIu64 ", numbered %" PRIu64 "\n",
	    totals->checked, totals->numbered);
	if (totals->numbered == 0)
		return;
	bytes_format(out,
	    "frames       %" PRIu64 ", lost %" PRIu64 ", doubled %" PRIu64
	    ", reordered %" PRIu64 ", damaged %" PRIu64 ", restarts %" PRIu64
	    "\n",
	    counts->frames, counts->lost, counts->doubled, counts->reordered,
	    counts->damaged, counts->restarts);
}

static void
text_churn(struct bytes *out, const struct churn_totals *churn)
{
	bytes_format(out,
	    "churn        %" PRIu64 ", of which %" PRIu64 " were fed\n",
	    churn->started, churn->connected);
	text_tally(out, "  failed", &churn->failed);
	text_spread(out, "  first byte", &churn->first_byte_us);
}

static void
text_watched(struct bytes *out, const struct watched_totals *watched)
{
	bytes_format(out,
	    "watched      %.3f s of CPU, %" PRIu64 " bytes to %" PRIu64
	    " listeners in %.1f steady s\n"
	    "  in all     %.3f s of CPU\n"
	    "  memory     %" PRIu64 " bytes before, %" PRIu64 " at the end\n",
	    watched->cpu_secs, watched->steady_bytes, watched->listeners,
	    (double)watched->steady_us / 1e6, watched->cpu_all_secs,
	    watched->memory_before_bytes, watched->memory_bytes);
}

void
report_text(struct bytes *out, const struct options *options,
    const struct totals *totals)
{
	bytes_format(out, "listeners    %" PRIu64 " of %u in %.1f s\n",
	    totals->started, options->clients, (double)totals->run_us / 1e6);
	bytes_format(out,
	    "connected    %" PRIu64 ", ended cleanly %" PRIu64 " in %.2f s\n",
	    totals->connected, totals->clean, (double)totals->end_us / 1e6);
	text_tally(out, "failed", &totals->failed);
	text_tally(out, "cut off", &totals->ended);
	bytes_format(out,
	    "bytes        %" PRIu64 " (heads %" PRIu64 ", bodies %" PRIu64
	    "%s%" PRIu64 ")\n",
	    totals->head_bytes + totals->body_bytes, totals->head_bytes,
	    totals->body_bytes, ", over TCP ", totals->raw_bytes);
	if (options->slow > 0)
		bytes_format(out, "slow bytes   %" PRIu64 " of the bodies\n",
		    totals->slow_bytes);
	text_spread(out, "connect", &totals->connect_us);
	text_spread(out, "first byte", &totals->first_byte_us);
	text_spread(out, "longest gap", &totals->gap_us);
	bytes_format(out, "late         %" PRIu64 ", by more than %u ms\n",
	    totals->late, options->late_ms);
	text_spread(out, "latency", &totals->latency_us);
	if (totals->checked > 0)
		text_check(out, totals);
	if (options->is_icy)
		bytes_format(out, "titles       %" PRIu64 "\n", totals->titles);
	if (options->source != NULL)
		text_source(out, totals);
	if (options->churn > 0)
		text_churn(out, &totals->churn);
	if (options->watch != 0)
		text_watched(out, &totals->watched);
	bytes_format(out, "cpu          %.2f s\n", totals->cpu_secs);
	bytes_format(out, "verdict      %s\n",
	    report_is_good(options, totals) ? "good" : "not good");
}

static void
json_number(struct bytes *out, const char *name, uint64_t value)
{
	bytes_format(out, "\"%s\":%" PRIu64 ",", name, value);
}

/* Of an object, whose last member left a comma. */
static void
json_close(struct bytes *out)
{
	out->len--;
	bytes_text(out, "},");
}

static void
json_tally(struct bytes *out, const char *name, const struct tally *tally)
{
	bytes_format(out, "\"%s\":{", name);
	for (unsigned i = 0; i < tally->used; i++) {
		if (i > 0)
			bytes_text(out, ",");
		text_json(out, tally->rows[i].reason);
		bytes_format(out, ":%" PRIu64, tally->rows[i].count);
	}
	bytes_text(out, "},");
}

static void
json_spread(struct bytes *out, const char *name, const struct spread *spread)
{
	bytes_format(out,
	    "\"%s\":{\"count\":%" PRIu64 ",\"p50\":%" PRId64 ",\"p99\":%" PRId64
	    ",\"max\":%" PRId64 "},",
	    name, spread->count, spread_at(spread, 0.5),
	    spread_at(spread, 0.99), spread->max);
}

static void
json_check(struct bytes *out, const struct totals *totals)
{
	const struct numbered_counts *counts = &totals->counts;

	json_number(out, "checked", totals->checked);
	json_number(out, "numbered", totals->numbered);
	json_number(out, "frames", counts->frames);
	json_number(out, "lost", counts->lost);
	json_number(out, "doubled", counts->doubled);
	json_number(out, "reordered", counts->reordered);
	json_number(out, "damaged", counts->damaged);
	json_number(out, "restarts", counts->restarts);
	json_number(out, "lead_bytes", counts->lead_bytes);
	json_number(out, "strange_bytes", counts->strange_bytes);
	json_number(out, "titles", totals->titles);
}

static void
json_source(struct bytes *out, const struct totals *totals)
{
	bytes_text(out, "\"source\":{");
	json_number(out, "frames", totals->source_frames);
	json_number(out, "bytes", totals->source_bytes);
	json_number(out, "late_us", (uint64_t)totals->source_late_us);
	bytes_text(out, "\"lost\":");
	if (totals->source_lost[0] != '\0')
		text_json(out, totals->source_lost);
	else
		bytes_text(out, "null");
	bytes_text(out, "},");
}

static void
json_churn(struct bytes *out, const struct churn_totals *churn)
{
	bytes_text(out, "\"churn\":{");
	json_number(out, "started", churn->started);
	json_number(out, "connected", churn->connected);
	json_tally(out, "failed", &churn->failed);
	json_spread(out, "first_byte_us", &churn->first_byte_us);
	json_close(out);
}

static void
json_watched(struct bytes *out, const struct watched_totals *watched)
{
	bytes_format(out,
	    "\"watched\":{\"steady_secs\":%.6f,\"cpu_secs\":%.6f,"
	    "\"cpu_all_secs\":%.6f,",
	    (double)watched->steady_us / 1e6, watched->cpu_secs,
	    watched->cpu_all_secs);
	json_number(out, "steady_bytes", watched->steady_bytes);
	json_number(out, "memory_before_bytes", watched->memory_before_bytes);
	json_number(out, "memory_bytes", watched->memory_bytes);
	json_number(out, "listeners", watched->listeners);
	json_close(out);
}

void
report_json(struct bytes *out, const struct options *options,
    const struct totals *totals)
{
	bytes_text(out, "{");
	json_number(out, "clients", options->clients);
	json_number(out, "slow", options->slow);
	json_number(out, "started", totals->started);
	json_number(out, "connected", totals->connected);
	json_number(out, "clean", totals->clean);
	json_tally(out, "failed", &totals->failed);
	json_tally(out, "cut_off", &totals->ended);
	json_number(out, "bytes", totals->head_bytes + totals->body_bytes);
	json_number(out, "head_bytes", totals->head_bytes);
	json_number(out, "body_bytes", totals->body_bytes);
	json_number(out, "slow_bytes", totals->slow_bytes);
	json_number(out, "raw_bytes", totals->raw_bytes);
	json_spread(out, "connect_us", &totals->connect_us);
	json_spread(out, "first_byte_us", &totals->first_byte_us);
	json_spread(out, "gap_us", &totals->gap_us);
	json_number(out, "late", totals->late);
	json_spread(out, "latency_us", &totals->latency_us);
	json_check(out, totals);
	if (options->source != NULL)
		json_source(out, totals);
	if (options->churn > 0)
		json_churn(out, &totals->churn);
	if (options->watch != 0)
		json_watched(out, &totals->watched);
	json_number(out, "run_us", (uint64_t)totals->run_us);
	json_number(out, "end_us", (uint64_t)totals->end_us);
	bytes_format(out, "\"cpu_secs\":%.3f,\"good\":%s}\n", totals->cpu_secs,
	    report_is_good(options, totals) ? "true" : "false");
}
