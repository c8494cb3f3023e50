/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "feed_units.h"

#include "format/media.h"

#include <string.h>

static void *
open_declared(void)
{
	return media_open("audio/x-fuzz");
}

static bool
read_media(void *state, const uint8_t *bytes, size_t len,
    const struct format_out *out, const char **why)
{
	return media_read(state, bytes, len, out, why);
}

static void
resume_media(void *state)
{
	media_resume(state, "audio/mpeg");
}

static void
finish_media(void *state, const struct format_out *out)
{
	media_finish(state, out);
}

static void
get_facts(const void *state, struct media_facts *facts)
{
	if (media_facts(state, facts))
		CHECK(facts->media_type[0] != '\0');
}

static void
close_media(void *state)
{
	media_close(state);
}

static const struct format wrapped = { "media", open_declared, read_media,
	resume_media, finish_media, get_facts, close_media };

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char declared[65];
	size_t i;

	for (i = 0; i < len && i < sizeof(declared) - 1; i++)
		declared[i] = (char)bytes[i];
	declared[i] = '\0';
	if (media_type_allowed(declared))
		CHECK(strlen(declared) == 0 || declared[0] != '/');
	fuzz_units(&wrapped, bytes, len);
	return 0;
}
