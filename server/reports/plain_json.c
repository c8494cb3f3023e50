/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "reports/plain.h"

#include "base/clock.h"
#include "base/text.h"

static void
put_time(struct bytes *out, const char *name, int64_t wall_ms)
{
	char text[CLOCK_ISO_BYTES];

	bytes_format(out, "\"%s\":", name);
	if (wall_ms == 0) {
		bytes_text(out, "null");
		return;
	}
	clock_iso(wall_ms, text);
	bytes_format(out, "\"%s\"", text);
}

static void
put_text(struct bytes *out, const char *name, const char *text)
{
	bytes_format(out, "\"%s\":", name);
	text_json(out, text);
}

static void
put_number(struct bytes *out, const char *name, uint64_t number)
{
	bytes_format(out, ",\"%s\":%llu", name, (unsigned long long)number);
}

static void
put_counts(struct bytes *out, const struct model_counts *counts)
{
	bytes_format(out, ",\"payload_out\":%llu",
	    (unsigned long long)counts->payload_out);
	put_number(out, "payload_in", counts->payload_in);
	put_number(out, "wire_out", counts->wire_out);
	put_number(out, "wire_in", counts->wire_in);
	put_number(out, "tls_out", counts->tls_out);
	put_number(out, "listen_s", counts->listen_ms / 1000);
	put_number(out, "listen60_s", counts->listen60_ms / 1000);
	put_number(out, "starts", counts->starts);
	put_number(out, "peak", counts->peak);
	bytes_text(out, ",");
	put_time(out, "peak_at", counts->peak_at_ms);
}

/* The next of a list: {"name": ... */
static void
begin_item(struct bytes *out, unsigned i, const char *name, const char *text)
{
	bytes_text(out, i == 0 ? "\n{" : ",\n{");
	put_text(out, name, text);
}

static void
put_lines(struct bytes *out, const char *name, const struct model_line *lines,
    unsigned count)
{
	bytes_format(out, "\"%s\":[", name);
	for (unsigned i = 0; i < count; i++) {
		begin_item(out, i, "name", lines[i].name);
		put_counts(out, &lines[i].counts);
		bytes_text(out, "}");
	}
	bytes_text(out, "],\n");
}

static void
put_head(struct bytes *out, const struct model *model)
{
	bytes_format(out, "{\"schema\":%d,\n", MODEL_SCHEMA);
	put_text(out, "member", model->slug);
	bytes_text(out, ",");
	put_text(out, "name", model->name);
	bytes_text(out, ",");
	put_text(out, "plan", model->plan);
	bytes_text(out, ",");
	put_text(out, "zone", model->zone);
	bytes_text(out, ",");
	put_text(out, "relay", model->relay);
	bytes_text(out, ",\n");
	put_text(out, "period", model->period);
	bytes_text(out, ",");
	put_time(out, "from", model->from_ms);
	bytes_text(out, ",");
	put_time(out, "to", model->to_ms);
	bytes_text(out, ",");
	put_time(out, "made", model->made_ms);
	bytes_format(out, ",\"is_over\":%s,\"is_sealed\":%s,",
	    model->is_over ? "true" : "false",
	    model->is_sealed ? "true" : "false");
	put_text(out, "csv_sha256", model->csv_sha256);
	bytes_text(out, ",\n");
}

static void
put_rates(struct bytes *out, const struct model *model)
{
	const struct model_rates *rates = &model->rates;

	bytes_format(
	    out, "\"used_bytes\":%llu", (unsigned long long)model->used_bytes);
	put_number(out, "quota_bytes", model->quota_bytes);
	put_number(out, "projected_bytes", model->projected_bytes);
	bytes_format(out, ",\n\"rates\":{\"slots\":%u", rates->slots);
	put_number(out, "average_bps", rates->average_bps);
	put_number(out, "peak_bps", rates->peak_bps);
	bytes_text(out, ",");
	put_time(out, "peak_at", rates->peak_at_ms);
	put_number(out, "out95_bps", rates->out95_bps);
	put_number(out, "in95_bps", rates->in95_bps);
	put_number(out, "billable95_bps", rates->billable95_bps);
	bytes_text(out, "},\n");
}

static void
put_audience(struct bytes *out, const struct model *model)
{
	bytes_format(out, "\"audience\":{\"sessions60\":%llu",
	    (unsigned long long)model->sessions60);
	put_number(out, "daily_listeners", model->daily_listeners);
	bytes_text(out, ",\"lengths\":[");
	for (unsigned i = 0; i < MODEL_LENGTHS; i++)
		bytes_format(out, "%s%llu", i == 0 ? "" : ",",
		    (unsigned long long)model->lengths[i]);
	bytes_text(out, "],\n\"heat_s\":[");
	for (unsigned day = 0; day < 7; day++) {
		bytes_text(out, day == 0 ? "[" : ",\n[");
		for (unsigned hour = 0; hour < 24; hour++)
			bytes_format(out, "%s%llu", hour == 0 ? "" : ",",
			    (unsigned long long)model->heat_ms[day][hour] /
				1000);
		bytes_text(out, "]");
	}
	bytes_text(out, "]},\n");
}

static void
put_sources(struct bytes *out, const struct model *model)
{
	bytes_text(out, "\"sources\":[");
	for (unsigned i = 0; i < model->source_count; i++) {
		const struct model_source *source = &model->sources[i];

		begin_item(out, i, "mount", source->mount);
		bytes_text(out, ",");
		put_text(out, "encoder", source->encoder);
		put_number(out, "on_air_s", source->on_air_ms / 1000);
		put_number(out, "broadcasts", source->broadcasts);
		put_number(out, "cuts", source->cuts);
		put_number(out, "longest_gap_s", source->longest_gap_ms / 1000);
		bytes_text(out, "}");
	}
	bytes_format(out, "],\n\"storage\":{\"recordings\":%llu",
	    (unsigned long long)model->storage.recordings);
	put_number(out, "bytes", model->storage.bytes);
	bytes_text(out, ",");
	put_time(out, "oldest", model->storage.oldest_ms);
	bytes_text(out, "},\n");
}

static void
put_days(struct bytes *out, const struct model *model)
{
	bytes_text(out, "\"days\":[");
	for (unsigned i = 0; i < model->day_count; i++) {
		begin_item(out, i, "date", model->days[i].date);
		put_number(out, "slots", model->days[i].slots);
		put_number(out, "listeners", model->days[i].listeners);
		put_counts(out, &model->days[i].counts);
		bytes_text(out, "}");
	}
	bytes_text(out, "],\n\"adjustments\":[");
	for (unsigned i = 0; i < model->adjustment_count; i++) {
		const struct model_adjustment
		    *adjustment = &model->adjustments[i];

		begin_item(out, i, "field", adjustment->field);
		bytes_format(
		    out, ",\"delta\":%lld,", (long long)adjustment->delta);
		put_time(out, "at", adjustment->at_ms);
		bytes_text(out, ",");
		put_text(out, "reason", adjustment->reason);
		bytes_text(out, "}");
	}
	bytes_text(out, "]}\n");
}

void
plain_json(const struct model *model, struct bytes *out)
{
	put_head(out, model);
	bytes_text(out, "\"total\":{\"name\":\"total\"");
	put_counts(out, &model->total);
	bytes_text(out, "},\n\"kinds\":[");
	for (unsigned i = 0; i < model->kind_count; i++) {
		begin_item(out, i, "name", model->kinds[i].name);
		put_counts(out, &model->kinds[i].counts);
		bytes_text(out, "}");
	}
	bytes_text(out, "],\n");
	put_rates(out, model);
	put_audience(out, model);
	put_lines(out, "mounts", model->mounts, model->mount_count);
	put_lines(out, "codecs", model->codecs, model->codec_count);
	put_sources(out, model);
	put_days(out, model);
}
