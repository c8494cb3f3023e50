/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "reports/collect_priv.h"

#include "base/mem.h"
#include "base/text.h"

#include <string.h>

static const char select_broadcasts[] =
    "SELECT mount, started_ms, coalesce(ended_ms, ?4), reason, encoder, "
    "CASE WHEN codecs != '' THEN codecs ELSE media_type END "
    "FROM broadcast WHERE member = ?1 AND started_ms < ?3 "
    "AND coalesce(ended_ms, ?4) > ?2 ORDER BY mount, started_ms";

static struct model_source *
source_of(struct model *model, const char *mount)
{
	struct model_source *source;
	unsigned count = model->source_count;

	if (count > 0 && strcmp(model->sources[count - 1].mount, mount) == 0)
		return &model->sources[count - 1];
	model->sources = mem_grow(
	    model->sources, (count + 1) * sizeof(*model->sources));
	source = &model->sources[model->source_count++];
	memset(source, 0, sizeof(*source));
	text_copy(source->mount, sizeof(source->mount), mount);
	return source;
}

static int64_t
later(int64_t one, int64_t other)
{
	return one > other ? one : other;
}

static int64_t
earlier(int64_t one, int64_t other)
{
	return one < other ? one : other;
}

/* before: the broadcast of the same mount before it, or NULL. */
static void
add_to_source(struct collection *collection, const struct on_air *on_air,
    const struct on_air *before, const char *encoder)
{
	const struct collect_wish *wish = collection->wish;
	struct model_source *source = source_of(
	    collection->model, on_air->mount);
	int64_t from_ms = later(on_air->from_ms, wish->from_ms);
	int64_t to_ms = earlier(on_air->to_ms, wish->to_ms);
	int64_t gap_ms = before != NULL ? from_ms - before->to_ms : 0;

	if (before != NULL)
		from_ms = later(from_ms, before->to_ms);
	source->on_air_ms += (uint64_t)later(to_ms - from_ms, 0);
	source->broadcasts++;
	source->cuts += strcmp(on_air->reason, "lost") == 0;
	if (gap_ms > 0 && (uint64_t)gap_ms > source->longest_gap_ms)
		source->longest_gap_ms = (uint64_t)gap_ms;
	text_copy(source->encoder, sizeof(source->encoder), encoder);
}

static void
add_broadcast(struct collection *collection, sqlite3_stmt *prepared)
{
	unsigned count = collection->on_air_count;
	struct on_air *on_air, *before = NULL;

	collection->on_air = mem_grow(
	    collection->on_air, (count + 1) * sizeof(*on_air));
	on_air = &collection->on_air[collection->on_air_count++];
	text_copy(
	    on_air->mount, sizeof(on_air->mount), store_text(prepared, 0));
	on_air->from_ms = sqlite3_column_int64(prepared, 1);
	on_air->to_ms = sqlite3_column_int64(prepared, 2);
	text_copy(
	    on_air->reason, sizeof(on_air->reason), store_text(prepared, 3));
	text_copy(
	    on_air->codec, sizeof(on_air->codec), store_text(prepared, 5));
	if (count > 0 && strcmp(on_air[-1].mount, on_air->mount) == 0)
		before = on_air - 1;
	add_to_source(collection, on_air, before, store_text(prepared, 4));
}

bool
collect_broadcasts(struct collection *collection)
{
	sqlite3_stmt *prepared = store_prepare(
	    collection->store, select_broadcasts);
	const struct collect_wish *wish = collection->wish;
	int step;

	sqlite3_bind_int64(prepared, 1, wish->member->member.id);
	sqlite3_bind_int64(prepared, 2, wish->from_ms);
	sqlite3_bind_int64(prepared, 3, wish->to_ms);
	sqlite3_bind_int64(prepared, 4, wish->now_ms);
	while ((step = sqlite3_step(prepared)) == SQLITE_ROW)
		add_broadcast(collection, prepared);
	return store_ended(prepared, step);
}

/* The last one that was on air in the slot says what went out in it. */
const char *
collect_codec(
    const struct collection *collection, const char *mount, int64_t slot)
{
	int64_t from_ms = slot * SLOT_MS, to_ms = from_ms + SLOT_MS;
	const char *codec = "";

	for (unsigned i = 0; i < collection->on_air_count; i++) {
		const struct on_air *on_air = &collection->on_air[i];

		if (on_air->from_ms < to_ms && on_air->to_ms > from_ms &&
		    strcmp(on_air->mount, mount) == 0)
			codec = on_air->codec;
	}
	return codec;
}
