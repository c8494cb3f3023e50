/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "reports/plain.h"

#include "base/clock.h"

static double
mega(uint64_t number)
{
	return (double)number / 1e6;
}

static double
hours(uint64_t ms)
{
	return (double)ms / 3600e3;
}

static void
put_moment(struct bytes *out, int64_t wall_ms)
{
	char text[CLOCK_ISO_BYTES];

	if (wall_ms == 0)
		return;
	clock_iso(wall_ms, text);
	bytes_format(out, " at %s", text);
}

static void
put_traffic(struct bytes *out, const struct model *model)
{
	bytes_text(out, "\ntraffic            payload MB      wire MB\n");
	for (unsigned i = 0; i < model->kind_count; i++) {
		const struct model_counts *counts = &model->kinds[i].counts;

		bytes_format(out, "  %-12s %14.3f %12.3f\n",
		    model->kinds[i].name,
		    mega(counts->payload_out + counts->payload_in),
		    mega(counts->wire_out + counts->wire_in));
	}
	bytes_format(out, "  %-12s %14.3f\n", "used", mega(model->used_bytes));
	if (model->quota_bytes > 0)
		bytes_format(out, "  %-12s %14.3f, %.1f %% used\n", "quota",
		    mega(model->quota_bytes),
		    100.0 * (double)model->used_bytes /
			(double)model->quota_bytes);
	if (!model->is_over)
		bytes_format(out, "  %-12s %14.3f at the end of the period\n",
		    "projected", mega(model->projected_bytes));
}

static void
put_rates(struct bytes *out, const struct model *model)
{
	const struct model_rates *rates = &model->rates;

	bytes_format(out,
	    "\nrate, Mbit/s on the wire, over %u slots of 5 minutes\n"
	    "  average %.3f, 95th percentile %.3f (in %.3f), peak %.3f",
	    rates->slots, mega(rates->average_bps), mega(rates->out95_bps),
	    mega(rates->in95_bps), mega(rates->peak_bps));
	put_moment(out, rates->peak_at_ms);
	bytes_text(out, "\n");
}

static void
put_audience(struct bytes *out, const struct model *model)
{
	bytes_format(out,
	    "\naudience\n  %.2f listening hours, %.2f of them in sessions of "
	    "a minute and more\n"
	    "  %llu sessions begun, %llu of a minute and more ended\n"
	    "  at most %llu listeners at one time",
	    hours(model->total.listen_ms), hours(model->total.listen60_ms),
	    (unsigned long long)model->total.starts,
	    (unsigned long long)model->sessions60,
	    (unsigned long long)model->total.peak);
	put_moment(out, model->total.peak_at_ms);
	bytes_format(out, "\n  %llu daily listeners, each day's added up\n",
	    (unsigned long long)model->daily_listeners);
}

static void
put_lines(struct bytes *out, const char *title, const struct model_line *lines,
    unsigned count)
{
	bytes_format(out, "\n%s\n", title);
	for (unsigned i = 0; i < count; i++)
		bytes_format(out, "  %-30s %12.3f MB %10.2f h, peak %llu\n",
		    lines[i].name, mega(lines[i].counts.payload_out),
		    hours(lines[i].counts.listen_ms),
		    (unsigned long long)lines[i].counts.peak);
}

static void
put_days(struct bytes *out, const struct model *model)
{
	bytes_text(
	    out, "\nday           payload MB    hours  listeners  peak\n");
	for (unsigned i = 0; i < model->day_count; i++) {
		const struct model_day *day = &model->days[i];

		bytes_format(out, "  %s %11.3f %8.2f %10llu %5llu\n", day->date,
		    mega(day->counts.payload_out), hours(day->counts.listen_ms),
		    (unsigned long long)day->listeners,
		    (unsigned long long)day->counts.peak);
	}
}

void
plain_text(const struct model *model, struct bytes *out)
{
	bytes_format(out, "%s (%s), %s, days of %s\n", model->name, model->slug,
	    model->period, model->zone);
	put_traffic(out, model);
	put_rates(out, model);
	put_audience(out, model);
	put_lines(out, "mounts", model->mounts, model->mount_count);
	put_lines(out, "codecs", model->codecs, model->codec_count);
	put_days(out, model);
	bytes_format(out, "\n%s, SHA-256 of the CSV %s\n",
	    model->is_sealed ? "sealed" : "not sealed", model->csv_sha256);
}
