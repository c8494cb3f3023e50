/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "spool/sidecar.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_TEXT_BYTES DESCRIPTION_BYTES /* of any member */
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char *const states[] = {
	[RECORDING_ACTIVE] = "active",
	[RECORDING_FINISHING] = "finishing",
	[RECORDING_DONE] = "done",
	[RECORDING_BROKEN] = "broken",
};

static const char *const profiles[] = {
	[PROFILE_PROGRAMME] = "programme",
	[PROFILE_LOG] = "log",
	[PROFILE_MANUAL] = "manual",
};

void
sidecar_clear(struct sidecar *sidecar)
{
	free(sidecar->chapters);
	free(sidecar->gaps);
	json_decref(sidecar->rest);
	memset(sidecar, 0, sizeof(*sidecar));
}

/* Everything of a sidecar that is a text or a number, by its key. */
struct text_member {
	const char *key;
	size_t at, size; /* in struct sidecar */
};

#define TEXT(key, member)                                                      \
	{                                                                      \
		key, offsetof(struct sidecar, member),                         \
		    sizeof(((struct sidecar *)0)->member)                      \
	}

static const struct text_member texts[] = {
	TEXT("slug", row.slug),
	TEXT("mount", row.mount),
	TEXT("container", row.extension),
	TEXT("title", row.title),
	TEXT("description", row.description),
	TEXT("media_type", row.media_type),
	TEXT("codecs", row.codecs),
	TEXT("sha256", row.sha256),
	TEXT("note", row.note),
	TEXT("object", row.object),
};

static const struct text_member hold_texts[] = {
	TEXT("reason", row.hold.reason),
	TEXT("reference", row.hold.reference),
	TEXT("person", row.hold.person),
};

static const struct text_member twin_texts[] = {
	TEXT("sha256", row.twin_sha256),
};

static const struct text_member source_texts[] = {
	TEXT("agent", agent),
};

struct number_member {
	const char *key;
	size_t at; /* of an int64_t in struct sidecar */
};

#define NUMBER(key, member)                                                    \
	{                                                                      \
		key, offsetof(struct sidecar, member)                          \
	}

static const struct number_member numbers[] = {
	NUMBER("member", row.member),
	NUMBER("duration_ms", row.duration_ms),
	NUMBER("bytes", row.bytes),
	NUMBER("gap_bytes", row.gap_bytes),
};

/* Each is there in words too, for people. */
static const struct number_member times[] = {
	NUMBER("started", row.started_ms),
	NUMBER("ended", row.ended_ms),
	NUMBER("published", row.published_ms),
	NUMBER("trashed", row.trashed_ms),
	NUMBER("verified", row.verified_ms),
};

static const struct number_member counts[] = {
	/* of an unsigned */
	NUMBER("sample_rate", sample_rate),
	NUMBER("channels", channels),
	NUMBER("width", width),
	NUMBER("height", height),
};

static const struct number_member flags[] = {
	/* of a bool */
	NUMBER("recovered", row.is_recovered),
	NUMBER("public", row.is_public),
	NUMBER("pinned", row.is_pinned),
	NUMBER("remote", row.is_remote),
};

/* --- writing */

static json_t *
clean_text(const char *text)
{
	char clean[MOST_TEXT_BYTES + 1];
	json_t *made = json_string(text);

	if (made == NULL) { /* no UTF-8 */
		text_clean(clean, sizeof(clean), text, strlen(text));
		made = json_string(clean);
	}
	CHECK(made != NULL);
	return made;
}

static void
put(json_t *object, const char *key, json_t *value)
{
	CHECK(json_object_set_new(object, key, value) == 0);
}

static void
put_texts(json_t *object, const struct text_member *members, size_t count,
    const struct sidecar *sidecar)
{
	for (size_t i = 0; i < count; i++)
		put(object, members[i].key,
		    clean_text((const char *)sidecar + members[i].at));
}

static void
put_time(json_t *object, const char *key, int64_t wall_ms)
{
	char iso[CLOCK_ISO_BYTES], key_ms[40];

	snprintf(key_ms, sizeof(key_ms), "%s_ms", key);
	if (wall_ms <= 0) {
		json_object_del(object, key);
		json_object_del(object, key_ms);
		return;
	}
	clock_iso(wall_ms, iso);
	put(object, key, json_string(iso));
	put(object, key_ms, json_integer(wall_ms));
}

static void
put_numbers(json_t *object, const struct sidecar *sidecar)
{
	const char *from = (const char *)sidecar;

	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		put(object, numbers[i].key,
		    json_integer(*(const int64_t *)(from + numbers[i].at)));
	for (size_t i = 0; i < COUNT_OF(times); i++)
		put_time(object, times[i].key,
		    *(const int64_t *)(from + times[i].at));
	for (size_t i = 0; i < COUNT_OF(counts); i++)
		put(object, counts[i].key,
		    json_integer(*(const unsigned *)(from + counts[i].at)));
	for (size_t i = 0; i < COUNT_OF(flags); i++)
		put(object, flags[i].key,
		    json_boolean(*(const bool *)(from + flags[i].at)));
}

static json_t *
marks(const struct finish_mark *mark, size_t count)
{
	json_t *list = json_array(), *one;

	for (; count > 0; count--, mark++) {
		one = json_object();
		put(one, "at_ms", json_integer(mark->at_ms));
		put(one, mark->is_gap ? "reason" : "title",
		    clean_text(mark->title));
		if (mark->is_gap) {
			put(one, "bytes",
			    json_integer((json_int_t)mark->gap_bytes));
			put(one, "ms", json_integer(mark->gap_ms));
		}
		CHECK(json_array_append_new(list, one) == 0);
	}
	return list;
}

static void
put_hold(json_t *object, const struct sidecar *sidecar)
{
	json_t *hold;

	json_object_del(object, "hold");
	if (sidecar->row.hold.reason[0] == '\0')
		return;
	hold = json_object();
	put_texts(hold, hold_texts, COUNT_OF(hold_texts), sidecar);
	put_time(hold, "until", sidecar->row.hold.until_ms);
	put(object, "hold", hold);
}

static void
put_twin(json_t *object, const struct sidecar *sidecar)
{
	json_t *twin;

	json_object_del(object, "twin");
	if (sidecar->row.twin_bytes == 0)
		return;
	twin = json_object();
	put(twin, "container", json_string(SIDECAR_TWIN));
	put(twin, "media_type", json_string(SIDECAR_TWIN_TYPE));
	put(twin, "bytes", json_integer((json_int_t)sidecar->row.twin_bytes));
	put_texts(twin, twin_texts, COUNT_OF(twin_texts), sidecar);
	put(object, "twin", twin);
}

void
sidecar_format(struct bytes *out, const struct sidecar *sidecar)
{
	const struct recording_msg *row = &sidecar->row;
	json_t *object = sidecar->rest != NULL ? json_copy(sidecar->rest)
					       : json_object();
	json_t *source = json_object();
	char *text;

	put(object, "version", json_integer(SIDECAR_VERSION));
	put(object, "id", clean_text(row->id));
	put(object, "kind", json_string(profiles[row->profile]));
	put(object, "state", json_string(states[row->state]));
	put_texts(object, texts, COUNT_OF(texts), sidecar);
	put_numbers(object, sidecar);
	put_texts(source, source_texts, COUNT_OF(source_texts), sidecar);
	put(object, "source", source);
	put_hold(object, sidecar);
	put_twin(object, sidecar);
	put(object, "chapters",
	    marks(sidecar->chapters, sidecar->chapter_count));
	put(object, "gaps", marks(sidecar->gaps, sidecar->gap_count));
	text = json_dumps(object, JSON_INDENT(4));
	CHECK(text != NULL);
	bytes_text(out, text);
	bytes_text(out, "\n");
	free(text);
	json_decref(object);
}

/* --- reading */

static void
take_texts(struct sidecar *sidecar, const struct text_member *members,
    size_t count, const json_t *object)
{
	const json_t *value;

	for (size_t i = 0; i < count; i++) {
		value = json_object_get(object, members[i].key);
		if (json_is_string(value))
			text_copy((char *)sidecar + members[i].at,
			    members[i].size, json_string_value(value));
	}
}

/* Of a whole number from 0 on; false when it is none. */
static bool
get_number(const json_t *object, const char *key, int64_t *number)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return false;
	*number = json_integer_value(value);
	return true;
}

static void
take_numbers(struct sidecar *sidecar, const json_t *object)
{
	char *to = (char *)sidecar, key[40];
	const json_t *value;
	int64_t number;

	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		(void)get_number(
		    object, numbers[i].key, (int64_t *)(to + numbers[i].at));
	for (size_t i = 0; i < COUNT_OF(times); i++) {
		snprintf(key, sizeof(key), "%s_ms", times[i].key);
		(void)get_number(object, key, (int64_t *)(to + times[i].at));
	}
	for (size_t i = 0; i < COUNT_OF(counts); i++) {
		if (get_number(object, counts[i].key, &number) &&
		    number <= INT32_MAX)
			*(unsigned *)(to + counts[i].at) = (unsigned)number;
	}
	for (size_t i = 0; i < COUNT_OF(flags); i++) {
		value = json_object_get(object, flags[i].key);
		if (json_is_boolean(value))
			*(bool *)(to + flags[i].at) = json_is_true(value);
	}
}

static void
take_mark(struct finish_mark *mark, const json_t *object, bool is_gap)
{
	const json_t *text = json_object_get(
	    object, is_gap ? "reason" : "title");
	int64_t number;

	mark->is_gap = is_gap;
	(void)get_number(object, "at_ms", &mark->at_ms);
	if (is_gap && get_number(object, "bytes", &number))
		mark->gap_bytes = (uint64_t)number;
	if (is_gap)
		(void)get_number(object, "ms", &mark->gap_ms);
	if (json_is_string(text))
		text_copy(
		    mark->title, sizeof(mark->title), json_string_value(text));
}

static void
take_marks(
    const json_t *list, bool is_gap, struct finish_mark **marks, size_t *count)
{
	if (!json_is_array(list))
		return;
	free(*marks);
	*marks = NULL;
	*count = json_array_size(list);
	if (*count > SIDECAR_MOST_MARKS)
		*count = SIDECAR_MOST_MARKS;
	if (*count == 0)
		return;
	*marks = mem_new(*count * sizeof(**marks));
	for (size_t i = 0; i < *count; i++)
		take_mark(*marks + i, json_array_get(list, i), is_gap);
}

static unsigned
take_word(const json_t *value, const char *const *words, unsigned count,
    unsigned otherwise)
{
	for (unsigned i = 0; i < count && json_is_string(value); i++) {
		if (strcmp(json_string_value(value), words[i]) == 0)
			return i;
	}
	return otherwise;
}

/* Where none is told there is none, whatever the row says. */
static void
take_twin(struct sidecar *sidecar, const json_t *twin)
{
	int64_t bytes = 0;

	sidecar->row.twin_sha256[0] = '\0';
	if (get_number(twin, "bytes", &bytes) && bytes > 0)
		take_texts(sidecar, twin_texts, COUNT_OF(twin_texts), twin);
	sidecar->row.twin_bytes = (uint64_t)bytes;
}

static void
take_all(struct sidecar *sidecar, json_t *object)
{
	struct recording_msg *row = &sidecar->row;
	const json_t *hold = json_object_get(object, "hold");

	row->state = take_word(json_object_get(object, "state"), states,
	    COUNT_OF(states), row->state);
	row->profile = take_word(json_object_get(object, "kind"), profiles,
	    COUNT_OF(profiles), row->profile);
	take_texts(sidecar, texts, COUNT_OF(texts), object);
	take_texts(sidecar, source_texts, COUNT_OF(source_texts),
	    json_object_get(object, "source"));
	/* What is not there is not so, whatever the row says. */
	memset(&row->hold, 0, sizeof(row->hold));
	row->published_ms = row->trashed_ms = row->verified_ms = 0;
	take_texts(sidecar, hold_texts, COUNT_OF(hold_texts), hold);
	(void)get_number(hold, "until_ms", &row->hold.until_ms);
	take_numbers(sidecar, object);
	take_twin(sidecar, json_object_get(object, "twin"));
	take_marks(json_object_get(object, "chapters"), false,
	    &sidecar->chapters, &sidecar->chapter_count);
	row->chapters = (unsigned)sidecar->chapter_count;
	take_marks(json_object_get(object, "gaps"), true, &sidecar->gaps,
	    &sidecar->gap_count);
	json_decref(sidecar->rest);
	sidecar->rest = json_incref(object);
}

bool
sidecar_parse(struct sidecar *sidecar, const char *text, size_t len)
{
	json_t *object = json_loadb(text, len, JSON_ALLOW_NUL, NULL);
	int64_t version;
	bool is_known = get_number(object, "version", &version) &&
	    version == SIDECAR_VERSION;

	if (is_known)
		take_all(sidecar, object);
	json_decref(object);
	return is_known;
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
sidecar_replace(int folder, const struct naming *naming, enum naming_kind kind,
    const struct sidecar *sidecar)
{
	char temporary[NAMING_FILE_BYTES], name[NAMING_FILE_BYTES];

	naming_file(temporary, naming, NAMING_SIDECAR_NEW);
	naming_file(name, naming, kind);
	return file_unlink_at(folder, temporary) &&
	    write_file(folder, temporary, sidecar) &&
	    file_replace_at(folder, temporary, name) && file_sync(folder);
}
