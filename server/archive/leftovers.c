/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/leftovers.h"

#include "archive/walk.h"
#include "base/log.h"
#include "base/text.h"
#include "loop/messages.h"
#include "spool/naming.h"

#include <stdbool.h>
#include <string.h>

struct search {
	void (*found)(void *arg, const char *path);
	void *arg;
};

static bool
is_temporary(enum naming_kind kind)
{
	return kind == NAMING_MEDIA_PART || kind == NAMING_MEDIA_NEW ||
	    kind == NAMING_SIDECAR_PART || kind == NAMING_SIDECAR_NEW ||
	    kind == NAMING_MARKS_PART || kind == NAMING_TWIN_NEW;
}

/* The extension of the media with this stem; "bin" when there is none. */
static void
find_extension(const struct day *day, struct naming *naming)
{
	struct naming other;
	enum naming_kind kind;

	text_copy(naming->extension, sizeof(naming->extension), "bin");
	for (size_t i = 0; i < day->count; i++) {
		if (naming_parse(&other, &kind, day->names[i]) &&
		    (kind == NAMING_MEDIA || kind == NAMING_MEDIA_PART) &&
		    strcmp(other.stem, naming->stem) == 0)
			memcpy(naming->extension, other.extension,
			    sizeof(naming->extension));
	}
}

/* Whether it is the one of its stem that is told: the media, else the first. */
static bool
speaks_for_stem(const struct day *day, size_t at, enum naming_kind kind)
{
	struct naming one, other;
	enum naming_kind other_kind;

	if (kind == NAMING_MEDIA_PART)
		return true;
	if (!naming_parse(&one, &other_kind, day->names[at]))
		return false;
	for (size_t i = 0; i < day->count; i++) {
		if (i == at ||
		    !naming_parse(&other, &other_kind, day->names[i]) ||
		    strcmp(other.stem, one.stem) != 0)
			continue;
		if (other_kind == NAMING_MEDIA_PART ||
		    (i < at && is_temporary(other_kind)))
			return false;
	}
	return true;
}

static bool
ends_in(const char *name, const char *end)
{
	size_t len = strlen(name), end_len = strlen(end);

	return len >= end_len && strcmp(name + len - end_len, end) == 0;
}

static bool
look_at_day(void *arg, struct day *day)
{
	const struct search *search = arg;
	enum naming_kind kind;
	char path[sizeof(((struct recording_msg *)0)->path)];

	for (size_t i = 0; i < day->count; i++) {
		const char *name = day->names[i];

		if (!naming_parse(&day->naming, &kind, name)) {
			if (ends_in(name, ".part"))
				log_warn("archive: %s is not ours: left alone",
				    name);
			continue;
		}
		if (!is_temporary(kind) || !speaks_for_stem(day, i, kind))
			continue;
		find_extension(day, &day->naming);
		naming_path(path, sizeof(path), &day->naming);
		search->found(search->arg, path);
	}
	return true;
}

static void
pass_over(void *arg, const char *name, const char *why)
{
	(void)arg;
	log_warn("archive: %s is passed over: %s", name, why);
}

void
leftovers_find(
    int archive, void (*found)(void *arg, const char *path), void *arg)
{
	struct search search = { .found = found, .arg = arg };
	const struct walker walker = { look_at_day, pass_over, &search };

	(void)walk_days(archive, &walker);
}
