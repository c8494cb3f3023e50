/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/rescan.h"

#include "archive/item.h"
#include "archive/sums.h"
#include "archive/twin.h"
#include "archive/walk.h"
#include "base/log.h"
#include "base/text.h"
#include "ledger/recordings.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_WORDS 160

/* The files of one recording, in one folder. */
struct stem {
	struct naming naming; /* extension "": no media */
	unsigned media, sidecars, parts, twins;
	int64_t bytes; /* of the media */
};

struct pass {
	const struct rescan *rescan;
	struct day *day;
	char folder[NAMING_FOLDER_BYTES]; /* of the member, as last looked up */
	int64_t member;                   /* 0: nobody */
	struct bytes sums;
	bool has_failed; /* the store */
};

static void
say(const struct pass *pass, const char *name, const char *what)
{
	const struct naming *naming = &pass->day->naming;
	char path[NAMING_FOLDERS * NAMING_FOLDER_BYTES + 256];

	snprintf(path, sizeof(path), "%s/%s/%s/%s/%.200s", naming->folders[0],
	    naming->folders[1], naming->folders[2], naming->folders[3], name);
	pass->rescan->say(pass->rescan->arg, path, what);
}

/* Whose folder it is: a store that was made again has other numbers than the
 * sidecars. */
static void
find_member(struct pass *pass)
{
	static const char select[] = "SELECT id, slug FROM member";
	const char *wanted = pass->day->naming.folders[0];
	char folder[NAMING_FOLDER_BYTES];
	sqlite3_stmt *prepared;
	int step;

	if (strcmp(pass->folder, wanted) == 0)
		return;
	text_copy(pass->folder, sizeof(pass->folder), wanted);
	pass->member = 0;
	prepared = store_prepare(pass->rescan->store, select);
	while ((step = sqlite3_step(prepared)) == SQLITE_ROW) {
		naming_folder(folder, store_text(prepared, 1));
		if (strcmp(folder, wanted) == 0)
			pass->member = sqlite3_column_int64(prepared, 0);
	}
	pass->has_failed |= !store_ended(prepared, step);
}

static bool
is_plain(const struct pass *pass, const char *name, int64_t *bytes)
{
	struct stat st;

	if (fstatat(pass->day->folder, name, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    !S_ISREG(st.st_mode) || st.st_nlink != 1)
		return false;
	*bytes = st.st_size;
	return true;
}

static bool
is_same(const struct recording_msg *one, const struct recording_msg *other)
{
	struct sidecar left = { .row = *one }, right = { .row = *other };
	struct bytes texts[2] = { { 0 } };
	bool is_same;

	sidecar_format(&texts[0], &left);
	sidecar_format(&texts[1], &right);
	is_same = texts[0].len == texts[1].len &&
	    memcmp(texts[0].data, texts[1].data, texts[0].len) == 0 &&
	    strcmp(one->path, other->path) == 0 &&
	    one->chapters == other->chapters;
	bytes_free(&texts[0]);
	bytes_free(&texts[1]);
	return is_same;
}

/* What the row is now; false: there is none. */
static bool
find_row(struct pass *pass, const char *id, struct recording_msg *row)
{
	char name[NAME_BYTES];
	bool failed;
	bool is_there = recordings_find(
	    pass->rescan->store, id, "", row, name, &failed);

	pass->has_failed |= failed;
	return is_there;
}

static void
tell(const struct pass *pass, const struct recording_msg *row)
{
	const struct finishing *finishing = pass->rescan->finishing;

	finishing->row(finishing->arg, row);
}

/* A row's member that is deleted by now stays who it was. */
static void
take_over(struct pass *pass, const char *name, struct recording_msg *row)
{
	struct recording_msg old = { 0 };
	bool is_there = find_row(pass, row->id, &old);

	if (pass->has_failed)
		return;
	row->member = pass->member != 0 || !is_there ? pass->member
						     : old.member;
	if (pass->member == 0)
		say(pass, name, "is of no member");
	row->scrubbed_ms = old.scrubbed_ms;
	if (row->state < RECORDING_DONE)
		row->state = RECORDING_DONE;
	text_copy(old.slug, sizeof(old.slug), row->slug);
	if (is_there && is_same(&old, row))
		return;
	say(pass, name, is_there ? "its row is other now" : "has a row again");
	tell(pass, row);
}

static void
say_size(const struct pass *pass, const char *name, int64_t bytes,
    const struct recording_msg *row)
{
	char words[MOST_WORDS];

	if ((uint64_t)bytes == row->bytes)
		return;
	snprintf(words, sizeof(words),
	    "has %" PRId64 " bytes, its sidecar says %" PRIu64, bytes,
	    row->bytes);
	say(pass, name, words);
}

static void
mark_missing(struct pass *pass, const char *path, struct recording_msg *row)
{
	const struct rescan *rescan = pass->rescan;

	rescan->say(rescan->arg, path, RESCAN_MISSING);
	if (row->state == RECORDING_BROKEN &&
	    strcmp(row->note, RESCAN_MISSING) == 0)
		return;
	row->state = RECORDING_BROKEN;
	text_copy(row->note, sizeof(row->note), RESCAN_MISSING);
	tell(pass, row);
}

/* Rows whose files are all gone come later, and those of which only the media
 * is, too. */
static void
look_at_sidecar_alone(
    struct pass *pass, const char *name, struct recording_msg *row)
{
	struct recording_msg old = { 0 };

	if (row->is_remote) {
		take_over(pass, name, row);
		return;
	}
	if (find_row(pass, row->id, &old) || pass->has_failed)
		return;
	row->member = pass->member;
	mark_missing(pass, row->path, row);
}

static void
write_sidecar(struct pass *pass, const struct naming *naming, const char *name,
    const struct sidecar *sidecar)
{
	if (!sidecar_replace(
		pass->day->folder, naming, NAMING_SIDECAR, sidecar))
		say(pass, name, "its sidecar cannot be written");
}

/* One that is not as the sidecar says is not named any more before another one
 * is made. */
static void
make_twin(struct pass *pass, const struct naming *naming, const char *name,
    struct sidecar *sidecar)
{
	struct recording_msg *row = &sidecar->row;
	bool was_there = row->twin_bytes > 0;

	row->twin_bytes = 0;
	row->twin_sha256[0] = '\0';
	if (was_there)
		write_sidecar(pass, naming, name, sidecar);
	if (twin_make(
		pass->rescan->finishing, pass->day->folder, naming, sidecar) &&
	    row->twin_bytes > 0) {
		write_sidecar(pass, naming, name, sidecar);
		say(pass, name, was_there ? "is made again" : "is made");
	} else if (was_there) {
		say(pass, name, "is gone");
	}
}

static void
look_at_twin(struct pass *pass, const struct stem *stem,
    const struct naming *naming, struct sidecar *sidecar)
{
	const struct recording_msg *row = &sidecar->row;
	char name[NAMING_FILE_BYTES];

	naming_file(name, naming, NAMING_TWIN);
	if (row->twin_bytes == 0 && stem->twins > 0 &&
	    !twin_is_wanted(pass->rescan->finishing, row))
		say(pass, name, "is in no sidecar: left alone");
	else if (row->twin_bytes > 0
		? !twin_is_right(pass->day->folder, naming, row)
		: twin_is_wanted(pass->rescan->finishing, row))
		make_twin(pass, naming, name, sidecar);
	sums_line(&pass->sums, name, row->twin_sha256);
}

static void
look_at_sidecar(struct pass *pass, const struct stem *stem)
{
	struct sidecar sidecar = { 0 };
	struct naming naming = stem->naming;
	char name[NAMING_FILE_BYTES], media[NAMING_FILE_BYTES];
	struct recording_msg *row = &sidecar.row;
	int64_t bytes;

	naming_file(name, &naming, NAMING_SIDECAR);
	if (!is_plain(pass, name, &bytes) ||
	    !sidecar_read(&sidecar, pass->day->folder, name)) {
		say(pass, name, "cannot be read: left alone");
		return;
	}
	if (stem->media == 0)
		text_copy(
		    naming.extension, sizeof(naming.extension), row->extension);
	item_take_names(row, &naming);
	naming_file(media, &naming, NAMING_MEDIA);
	if (stem->media == 0) {
		look_at_sidecar_alone(pass, name, row);
	} else {
		say_size(pass, media, stem->bytes, row);
		sums_line(&pass->sums, media, row->sha256);
		look_at_twin(pass, stem, &naming, &sidecar);
		take_over(pass, media, row);
	}
	sidecar_clear(&sidecar);
}

/* The row may know who holds it, and what it was called. */
static void
make_sidecar(struct pass *pass, struct stem *stem, const char *name)
{
	char path[512], sidecar[NAMING_FILE_BYTES];
	struct sidecar known = { 0 };
	struct stat st;

	naming_path(path, sizeof(path), &stem->naming);
	if (find_row(pass, naming_id(&stem->naming), &known.row) &&
	    known.row.state >= RECORDING_DONE) {
		say(pass, name, "had no sidecar: made from its row");
		if (!sidecar_replace(pass->day->folder, &stem->naming,
			NAMING_SIDECAR, &known))
			say(pass, name, "its sidecar cannot be written");
	} else if (!pass->has_failed) {
		say(pass, name, "had no sidecar: is finished again");
		if (!finishing_run(pass->rescan->finishing, path))
			say(pass, name, "could not be finished");
	}
	naming_file(sidecar, &stem->naming, NAMING_SIDECAR);
	stem->sidecars = fstatat(pass->day->folder, sidecar, &st,
			     AT_SYMLINK_NOFOLLOW) == 0;
}

static void
look_at_stem(struct pass *pass, struct stem *stem)
{
	char name[NAMING_FILE_BYTES];

	if (stem->parts > 0)
		return;
	if (stem->media + stem->sidecars == 0) {
		naming_file(name, &stem->naming, NAMING_TWIN);
		if (stem->twins > 0)
			say(pass, name, "is all there is: left alone");
		return;
	}
	naming_file(name, &stem->naming, NAMING_MEDIA);
	if (stem->media > 1) {
		say(pass, name, "is not the only one of its name: left alone");
		return;
	}
	if (stem->media == 1 && !is_plain(pass, name, &stem->bytes)) {
		say(pass, name, "is no plain file: left alone");
		return;
	}
	if (stem->sidecars == 0)
		make_sidecar(pass, stem, name);
	if (stem->sidecars > 0)
		look_at_sidecar(pass, stem);
}

static void
add_file(struct stem *stem, const struct naming *naming, enum naming_kind kind)
{
	if (strcmp(stem->naming.stem, naming->stem) != 0) {
		memset(stem, 0, sizeof(*stem));
		stem->naming = *naming;
		stem->naming.extension[0] = '\0';
	}
	if (kind == NAMING_MEDIA) {
		text_copy(stem->naming.extension,
		    sizeof(stem->naming.extension), naming->extension);
		stem->media++;
	} else if (kind == NAMING_TWIN) {
		stem->twins++;
	} else if (kind == NAMING_SIDECAR) {
		stem->sidecars++;
	} else if (kind == NAMING_MEDIA_PART || kind == NAMING_SIDECAR_PART ||
	    kind == NAMING_MARKS_PART) {
		stem->parts++;
	}
}

/* All names of one recording stand together. */
static void
look_at_names(struct pass *pass)
{
	struct naming *naming = &pass->day->naming;
	struct stem stem = { .naming.stem = "" };
	enum naming_kind kind;

	for (size_t i = 0; i < pass->day->count; i++) {
		const char *name = pass->day->names[i];

		if (strcmp(name, SUMS_NAME) == 0 || strcmp(name, SUMS_NEW) == 0)
			continue;
		if (!naming_parse(naming, &kind, name)) {
			say(pass, name, "is none of ours: left alone");
			continue;
		}
		if (strcmp(naming->stem, stem.naming.stem) != 0)
			look_at_stem(pass, &stem);
		add_file(&stem, naming, kind);
	}
	look_at_stem(pass, &stem);
}

static bool
look_at_day(void *arg, struct day *day)
{
	struct pass *pass = arg;
	const struct finishing *finishing = pass->rescan->finishing;

	pass->day = day;
	find_member(pass);
	pass->sums.len = 0;
	look_at_names(pass);
	if (!sums_replace(day->folder, &pass->sums))
		say(pass, SUMS_NAME, "cannot be written");
	return !pass->has_failed &&
	    (finishing->go_on == NULL || finishing->go_on(finishing->arg));
}

static void
say_odd(void *arg, const char *name, const char *why)
{
	const struct pass *pass = arg;

	(void)why;
	pass->rescan->say(
	    pass->rescan->arg, name, "is no folder of ours: left alone");
}

/* ENOENT only: what is there and cannot be read is not missing. */
static bool
is_missing(const struct pass *pass, const struct recording_msg *row)
{
	char name[NAMING_FILE_BYTES];
	struct naming naming;
	struct stat st;
	bool is_gone;
	int folder;

	if (!naming_parse_path(&naming, row->path))
		return true;
	folder = naming_open(pass->rescan->finishing->archive, &naming);
	if (folder == -1)
		return errno == ENOENT;
	naming_file(name, &naming, NAMING_MEDIA);
	is_gone = fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == -1 &&
	    errno == ENOENT;
	close(folder);
	return is_gone;
}

static bool
look_at_rows(struct pass *pass)
{
	sqlite3_stmt *prepared = recordings_kept(pass->rescan->store, "");
	struct recording_msg row;
	bool failed;

	while (recordings_next_kept(prepared, &row, &failed)) {
		if (!row.is_remote && is_missing(pass, &row))
			mark_missing(pass, row.path, &row);
	}
	return !failed;
}

bool
rescan_run(const struct rescan *rescan)
{
	struct pass pass = { .rescan = rescan };
	const struct walker walker = { look_at_day, say_odd, &pass };
	bool is_done = walk_days(rescan->finishing->archive, &walker) &&
	    look_at_rows(&pass);

	bytes_free(&pass.sums);
	return is_done && !pass.has_failed;
}
