/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "spool/sidecar.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "spool/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const states[] = {
	[RECORDING_ACTIVE] = "active",
	[RECORDING_DONE] = "done",
	[RECORDING_BROKEN] = "broken",
};

static void
put_text(struct bytes *out, const char *key, const char *text)
{
	bytes_format(out, ",\n\t\"%s\": ", key);
	text_json(out, text);
}

static void
put_number(struct bytes *out, const char *key, int64_t number)
{
	bytes_format(out, ",\n\t\"%s\": %lld", key, (long long)number);
}

static void
put_time(struct bytes *out, const char *key, int64_t wall_ms)
{
	char iso[CLOCK_ISO_BYTES];

	if (wall_ms <= 0)
		return;
	clock_iso(wall_ms, iso);
	put_text(out, key, iso);
	bytes_format(out, ",\n\t\"%s_ms\": %lld", key, (long long)wall_ms);
}

static void
put_end(struct bytes *out, const struct recording_msg *row)
{
	put_time(out, "ended", row->ended_ms);
	if (row->ended_ms >= row->started_ms)
		put_number(out, "duration_ms", row->ended_ms - row->started_ms);
	put_number(out, "bytes", (int64_t)row->bytes);
	put_number(out, "gap_bytes", (int64_t)row->gap_bytes);
	put_text(out, "sha256", row->sha256);
	bytes_format(out, ",\n\t\"recovered\": %s",
	    row->is_recovered ? "true" : "false");
	if (row->note[0] != '\0')
		put_text(out, "note", row->note);
}

void
sidecar_format(struct bytes *out, const struct sidecar *sidecar)
{
	const struct recording_msg *row = &sidecar->row;

	bytes_format(out, "{\n\t\"version\": %d", SIDECAR_VERSION);
	put_text(out, "id", row->id);
	put_number(out, "member", row->member);
	put_text(out, "slug", row->slug);
	put_text(out, "mount", row->mount);
	put_text(out, "kind", "programme");
	put_text(out, "state", states[row->state]);
	put_time(out, "started", row->started_ms);
	put_text(out, "title", row->title);
	put_text(out, "media_type", row->media_type);
	put_text(out, "container", sidecar->extension);
	put_text(out, "codecs", sidecar->codecs);
	bytes_text(out, ",\n\t\"source\": { \"agent\": ");
	text_json(out, sidecar->agent);
	bytes_text(out, " }");
	if (row->state != RECORDING_ACTIVE)
		put_end(out, row);
	bytes_text(out, "\n}\n");
}

struct text_member {
	const char *key;
	char *to;
	size_t size;
};

static void
take_text(struct sidecar *sidecar, const char *key, const char *text)
{
	struct recording_msg *row = &sidecar->row;
	const struct text_member members[] = {
		{ "slug", row->slug, sizeof(row->slug) },
		{ "mount", row->mount, sizeof(row->mount) },
		{ "title", row->title, sizeof(row->title) },
		{ "media_type", row->media_type, sizeof(row->media_type) },
		{ "sha256", row->sha256, sizeof(row->sha256) },
		{ "note", row->note, sizeof(row->note) },
		{ "codecs", sidecar->codecs, sizeof(sidecar->codecs) },
		{ "agent", sidecar->agent, sizeof(sidecar->agent) },
	};

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (strcmp(members[i].key, key) == 0)
			text_copy(members[i].to, members[i].size, text);
	}
	for (unsigned i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (strcmp(key, "state") == 0 && strcmp(text, states[i]) == 0)
			row->state = (enum recording_state)i;
	}
}

static void
take_number(struct sidecar *sidecar, const char *key, int64_t number)
{
	struct recording_msg *row = &sidecar->row;

	if (number < 0)
		return;
	if (strcmp(key, "member") == 0)
		row->member = number;
	else if (strcmp(key, "started_ms") == 0)
		row->started_ms = number;
	else if (strcmp(key, "ended_ms") == 0)
		row->ended_ms = number;
	else if (strcmp(key, "bytes") == 0)
		row->bytes = (uint64_t)number;
	else if (strcmp(key, "gap_bytes") == 0)
		row->gap_bytes = (uint64_t)number;
}

bool
sidecar_parse(struct sidecar *sidecar, const char *text, size_t len)
{
	struct json json = { .text = text, .len = len };
	struct sidecar found = *sidecar;
	struct json_member member;
	enum json_found what;
	int64_t version = 0;

	while ((what = json_next(&json, &member)) == JSON_MEMBER) {
		if (member.kind == JSON_TEXT)
			take_text(&found, member.key, member.text);
		else if (member.kind == JSON_NUMBER)
			take_number(&found, member.key, member.number);
		if (member.kind == JSON_TRUE &&
		    strcmp(member.key, "recovered") == 0)
			found.row.is_recovered = true;
		if (member.kind == JSON_NUMBER &&
		    strcmp(member.key, "version") == 0)
			version = member.number;
	}
	if (what != JSON_END || version != SIDECAR_VERSION)
		return false;
	*sidecar = found;
	return true;
}

bool
sidecar_read(struct sidecar *sidecar, int folder, const char *name)
{
	size_t len;
	char *text = file_read_all(folder, name, SIDECAR_MOST_BYTES, &len);
	bool is_known;

	if (text == NULL)
		return false;
	is_known = sidecar_parse(sidecar, text, len);
	free(text);
	return is_known;
}

/* A new file, durable but for its name; none when it fails. */
static bool
write_file(int folder, const char *name, const struct sidecar *sidecar)
{
	struct bytes text = { 0 };
	int fd, error;
	size_t written;
	bool is_done;

	fd = file_open_at(folder, name, O_WRONLY | O_CREAT | O_EXCL, 0640);
	if (fd == -1)
		return false;
	sidecar_format(&text, sidecar);
	is_done = file_write(fd, text.data, text.len, &written) &&
	    file_sync(fd);
	error = errno;
	bytes_free(&text);
	close(fd);
	if (!is_done && !file_unlink_at(folder, name))
		log_warn(
		    "recording %s: %s stays behind: %m", sidecar->row.id, name);
	errno = error;
	return is_done;
}

bool
sidecar_begin(
    int folder, const struct naming *naming, const struct sidecar *sidecar)
{
	char name[NAMING_FILE_BYTES];

	naming_file(name, naming, NAMING_SIDECAR_PART);
	return write_file(folder, name, sidecar);
}

bool
sidecar_finish(
    int folder, const struct naming *naming, const struct sidecar *sidecar)
{
	char temporary[NAMING_FILE_BYTES], name[NAMING_FILE_BYTES];

	naming_file(temporary, naming, NAMING_SIDECAR_NEW);
	naming_file(name, naming, NAMING_SIDECAR);
	if (!file_unlink_at(folder, temporary) ||
	    !write_file(folder, temporary, sidecar) ||
	    !file_rename_at(folder, temporary, name) || !file_sync(folder))
		return false;
	sidecar_drop(folder, naming);
	return true;
}

void
sidecar_drop(int folder, const struct naming *naming)
{
	char name[NAMING_FILE_BYTES];

	naming_file(name, naming, NAMING_SIDECAR_PART);
	if (!file_unlink_at(folder, name))
		log_warn("archive: %s stays behind: %m", name);
}
