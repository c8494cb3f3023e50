/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "format/format.h"

#include "base/mem.h"
#include "base/text.h"
#include "format/format_priv.h"

#include <stdlib.h>
#include <string.h>

/* Bytes nobody here understands: every read is one unit, and every unit is a
 * place to start, as good or as bad as any other. */
struct raw {
	char media_type[64];
	bool was_resumed;
};

void *
raw_open(const char *media_type)
{
	struct raw *raw = mem_new(sizeof(*raw));

	text_copy(raw->media_type, sizeof(raw->media_type), media_type);
	return raw;
}

static void *
open_untyped(void)
{
	return raw_open("application/octet-stream");
}

static bool
raw_read(void *state, const uint8_t *bytes, size_t len,
    const struct format_out *out, const char **why)
{
	struct raw *raw = state;
	unsigned flags = UNIT_SYNC;

	(void)why;
	if (len == 0)
		return true;
	if (raw->was_resumed)
		flags |= UNIT_CUT;
	raw->was_resumed = false;
	out->unit(out->arg, bytes, len, flags);
	return true;
}

static void
raw_resume(void *state)
{
	struct raw *raw = state;

	raw->was_resumed = true;
}

static void
raw_finish(void *state, const struct format_out *out)
{
	(void)state;
	(void)out;
}

static void
raw_facts(const void *state, struct media_facts *facts)
{
	const struct raw *raw = state;

	memset(facts, 0, sizeof(*facts));
	facts->media_type = raw->media_type;
	facts->extension = "bin";
	facts->has_video = strncmp(raw->media_type, "video/", 6) == 0;
	facts->takes_icy = strncmp(raw->media_type, "audio/", 6) == 0;
}

static void
raw_close(void *state)
{
	free(state);
}

const struct format format_raw = {
	.name = "raw",
	.open = open_untyped,
	.read = raw_read,
	.resume = raw_resume,
	.finish = raw_finish,
	.facts = raw_facts,
	.close = raw_close,
};
