/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "stream/meter.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

const int64_t meter_length_ms[USAGE_LENGTHS - 1] = { 30000, 60000, 300000,
	600000, 1800000, 3600000, 7200000 };

void
meter_next_slot(struct worker *worker)
{
	worker->slot = clock_wall_ms() / USAGE_SLOT_MS;
}

bool
meter_is_due(struct worker *worker, int64_t flush_ms)
{
	return clock_stepped_ms(&worker->apart_ms) != 0 ||
	    clock_wall_ms() / USAGE_SLOT_MS != worker->slot ||
	    clock_mono_ms() - worker->flushed_ms >= flush_ms;
}

/* Mount numbers and members come from the desk and are never reused. */
static uint64_t
row_key(int64_t member, uint32_t mount_no, enum usage_kind kind)
{
	return ((uint64_t)member << 36) + ((uint64_t)mount_no << 4) +
	    (uint64_t)kind + 1;
}

static struct usage_delta *
row_of(struct worker *worker, int64_t member, const char *mount,
    uint32_t mount_no, enum usage_kind kind)
{
	uint64_t key = row_key(member, mount_no, kind);
	struct usage_delta *row = table_get(&worker->usage, key);

	if (row == NULL) {
		row = mem_new(sizeof(*row));
		row->member = member;
		row->kind = kind;
		text_copy(row->mount, sizeof(row->mount), mount);
		table_put(&worker->usage, key, row);
	}
	return row;
}

void
meter_begin(struct meter *meter)
{
	memset(meter, 0, sizeof(*meter));
	meter->last_ms = meter->progress_ms = clock_mono_ms();
}

void
meter_start(struct worker *worker, int64_t member, const char *mount,
    uint32_t mount_no, enum usage_kind kind)
{
	row_of(worker, member, mount, mount_no, kind)->starts++;
}

void
meter_end(struct worker *worker, const struct meter *meter, int64_t member,
    const char *mount, uint32_t mount_no)
{
	struct usage_delta *row = row_of(
	    worker, member, mount, mount_no, USAGE_LIVE);
	unsigned length = 0;

	while (length < USAGE_LENGTHS - 1 &&
	    meter->listen_ms >= (uint64_t)meter_length_ms[length])
		length++;
	row->ended[length]++;
}

/* Listening stops when the bytes stop. */
static bool
take_time(struct meter *meter, struct usage_delta *row, bool has_progress)
{
	int64_t now_ms = clock_mono_ms(), since_ms = now_ms - meter->last_ms;
	bool was_long = meter->listen_ms >= USAGE_LONG_MS;

	meter->last_ms = now_ms;
	if (has_progress)
		meter->progress_ms = now_ms;
	if (now_ms - meter->progress_ms > USAGE_ALIVE_MS)
		return false;
	meter->listen_ms += (uint64_t)since_ms;
	row->listen_ms += (uint64_t)since_ms;
	if (was_long)
		row->listen60_ms += (uint64_t)since_ms;
	else if (meter->listen_ms >= USAGE_LONG_MS)
		row->listen60_ms += meter->listen_ms;
	return true;
}

/* The kernel counts segments in 32 bits: once around must not be a huge sum. */
static uint64_t
more(uint64_t now, uint64_t before)
{
	return now > before ? now - before : 0;
}

bool
meter_take(struct worker *worker, struct meter *meter, struct conn *conn,
    int64_t member, const char *mount, uint32_t mount_no, enum usage_kind kind)
{
	struct usage_delta *row = row_of(worker, member, mount, mount_no, kind);
	struct conn_counts now;
	uint64_t payload;

	conn_count(conn, &now);
	payload = now.payload_out - meter->last.payload_out;
	/* What an encoder is answered is not what anybody listened to. */
	if (kind == USAGE_SOURCE_IN)
		payload = 0;
	row->payload_out += payload;
	row->tls_out += conn_is_tls(conn) ? payload : 0;
	row->tcp_out += more(now.tcp_out, meter->last.tcp_out);
	row->wire_out += more(now.wire_out, meter->last.wire_out);
	row->payload_in += now.payload_in - meter->last.payload_in;
	row->wire_in += more(now.wire_in, meter->last.wire_in);
	meter->last = now;
	return kind == USAGE_LIVE && take_time(meter, row, payload > 0);
}

/* Rows begin anew after each post: mounts that are gone leave nothing. */
void
meter_post(struct worker *worker)
{
	struct usage_delta *row;
	struct usage_msg *usage;
	size_t at = 0;

	if (worker->usage.count == 0)
		return;
	usage = message_new(MSG_USAGE,
	    sizeof(*usage) + worker->usage.count * sizeof(usage->rows[0]));
	while ((row = table_next(&worker->usage, &at)) != NULL) {
		row->slot = worker->slot;
		usage->rows[usage->count++] = *row;
	}
	meter_free(worker);
	loop_post(worker->clerk, &usage->message);
}

void
meter_free(struct worker *worker)
{
	struct usage_delta *row;
	size_t at = 0;

	while ((row = table_next(&worker->usage, &at)) != NULL)
		free(row);
	table_free(&worker->usage);
}
