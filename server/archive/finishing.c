/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/finishing.h"

#include "archive/item.h"
#include "archive/sums.h"
#include "archive/twin.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "finish/finish.h"
#include "spool/marks.h"
#include "spool/naming.h"
#include "spool/sidecar.h"
#include "spool/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One recording on its way. */
struct work {
	const struct finishing *finishing;
	struct naming naming;
	int folder;
	int part, made; /* STEM.ext.part and STEM.ext.new, -1: none */
	struct stat st; /* of the part */
	bool is_named;  /* the part has the finished name already */
	struct sidecar facts;
	struct finish_mark *marks;
	size_t mark_count;
	struct finish_facts media;
};

static void
name_file(const struct work *work, enum naming_kind kind,
    char name[NAMING_FILE_BYTES])
{
	naming_file(name, &work->naming, kind);
}

static bool
unlink_file(const struct work *work, enum naming_kind kind)
{
	char name[NAMING_FILE_BYTES];

	name_file(work, kind, name);
	if (file_unlink_at(work->folder, name))
		return true;
	log_warn("archive: %s stays behind: %m", name);
	return false;
}

/* A plain file with no other name: a link to somebody else's file would have
 * us cut that one. */
static int
open_plain(
    const struct work *work, enum naming_kind kind, int flags, struct stat *st)
{
	char name[NAMING_FILE_BYTES];
	int fd;

	name_file(work, kind, name);
	fd = file_open_at(work->folder, name, flags | O_NONBLOCK, 0);
	if (fd == -1) {
		if (errno != ENOENT)
			log_error("archive: %s is left alone: %m", name);
		return -1;
	}
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode) && st->st_nlink == 1)
		return fd;
	log_error("archive: %s is left alone: no plain file", name);
	close(fd);
	errno = EINVAL;
	return -1;
}

static int64_t
mtime_ms(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000 +
	    st->st_mtim.tv_nsec / 1000000;
}

static void
find_facts(struct work *work, enum naming_kind kind)
{
	struct recording_msg *row = &work->facts.row;
	char name[NAMING_FILE_BYTES];

	name_file(work, kind, name);
	if (!sidecar_read(&work->facts, work->folder, name))
		text_copy(row->note, sizeof(row->note),
		    "what was known at its begin is lost");
	item_take_names(row, &work->naming);
	if (row->state != RECORDING_ACTIVE)
		return;
	row->is_recovered = true;
	row->ended_ms = mtime_ms(&work->st);
	if (row->ended_ms < row->started_ms)
		row->ended_ms = row->started_ms;
}

/* After a crash. False: it cannot be read or cut now. */
static bool
make_whole(struct work *work)
{
	struct recording_msg *row = &work->facts.row;
	int64_t size = work->st.st_size;
	int64_t whole = whole_bytes(row->extension, work->part, size);

	if (whole == -1)
		return false;
	if (whole == 0) {
		whole = size;
		row->state = RECORDING_BROKEN;
		text_copy(row->note, sizeof(row->note),
		    "nothing in it can be played");
	}
	if (whole < size && !file_truncate(work->part, whole))
		return false;
	log_warn("recording %s: recovered bytes=%" PRId64 " of %" PRId64
		 " path=%s",
	    row->mount, whole, size, row->path);
	work->st.st_size = whole;
	if (file_sync(work->part))
		return true;
	row->state = RECORDING_BROKEN;
	snprintf(row->note, sizeof(row->note), "the disk did not keep it: %m");
	return true;
}

static int
make_new(struct work *work)
{
	char name[NAMING_FILE_BYTES];

	if (!unlink_file(work, NAMING_MEDIA_NEW))
		return -1;
	name_file(work, NAMING_MEDIA_NEW, name);
	return file_open_at(
	    work->folder, name, O_RDWR | O_CREAT | O_EXCL, 0600);
}

static enum finish_result
finish(struct work *work, char **why)
{
	const struct finishing *finishing = work->finishing;
	const struct recording_msg *row = &work->facts.row;
	char artist[NAME_BYTES] = "";
	struct finish_job job = { .extension = row->extension,
		.from = work->part,
		.from_bytes = work->st.st_size,
		.title = row->title,
		.artist = artist,
		.started_ms = row->started_ms,
		.marks = work->marks,
		.mark_count = work->mark_count,
		.go_on = finishing->go_on,
		.arg = finishing->arg };
	enum finish_result result;

	*why = NULL;
	work->made = make_new(work);
	if (work->made == -1)
		return FINISH_FAILED;
	if (finishing->name_of != NULL)
		finishing->name_of(finishing->arg, row->member, artist);
	job.to = work->made;
	result = finish_media(&job, &work->media, why);
	if (result == FINISH_WRITTEN && !file_sync(work->made))
		return FINISH_FAILED;
	return result;
}

/* What is missing in a file is told by its row, all of it. */
static void
take_marks(struct work *work)
{
	struct sidecar *facts = &work->facts;
	struct finish_facts *media = &work->media;
	size_t gaps = 0;

	free(facts->chapters);
	facts->chapters = media->chapters;
	facts->chapter_count = media->chapter_count;
	facts->row.chapters = (unsigned)media->chapter_count;
	media->chapters = NULL;
	media->chapter_count = 0;
	for (size_t i = 0; i < work->mark_count; i++) {
		if (work->marks[i].is_gap)
			work->marks[gaps++] = work->marks[i];
	}
	free(facts->gaps);
	facts->gaps = work->marks;
	facts->gap_count = gaps;
	work->marks = NULL;
}

static void
take_facts(struct work *work)
{
	struct sidecar *facts = &work->facts;
	const struct finish_facts *media = &work->media;

	if (media->duration_ms >= 0)
		facts->row.duration_ms = media->duration_ms;
	else
		facts->row.duration_ms = facts->row.ended_ms -
		    facts->row.started_ms;
	facts->sample_rate = media->sample_rate;
	facts->channels = media->channels;
	facts->width = media->width;
	facts->height = media->height;
	take_marks(work);
	if (facts->row.state != RECORDING_BROKEN)
		facts->row.state = RECORDING_DONE;
}

/* The points, a line each: milliseconds, byte. It can be made again, so it
 * need not be durable. */
static void
write_index(const struct work *work)
{
	char name[NAMING_FILE_BYTES];
	struct bytes text = { 0 };
	size_t written;
	int fd;

	if (work->media.point_count < 2 || !unlink_file(work, NAMING_INDEX))
		return;
	for (size_t i = 0; i < work->media.point_count; i++)
		bytes_format(&text, "%" PRId64 " %" PRIu64 "\n",
		    work->media.points[i].at_ms, work->media.points[i].byte);
	name_file(work, NAMING_INDEX, name);
	fd = file_open_at(
	    work->folder, name, O_WRONLY | O_CREAT | O_EXCL, 0640);
	if (fd == -1 || !file_write(fd, text.data, text.len, &written)) {
		log_warn("archive: %s is not there: %m", name);
		(void)unlink_file(work, NAMING_INDEX);
	}
	if (fd != -1)
		close(fd);
	bytes_free(&text);
}

/* Before the sidecar, so that a recording that is done has its line. */
static void
write_sum(const struct work *work)
{
	char name[NAMING_FILE_BYTES];

	name_file(work, NAMING_MEDIA, name);
	if (!sums_put(work->folder, name, work->facts.row.sha256))
		log_warn("archive: %s is not in %s: %m", name, SUMS_NAME);
	name_file(work, NAMING_TWIN, name);
	if (!sums_put(work->folder, name, work->facts.row.twin_sha256))
		log_warn("archive: %s is not in %s: %m", name, SUMS_NAME);
}

/* An earlier try may have made a STEM.ext. */
static bool
put_in_place(struct work *work, bool is_written)
{
	char from[NAMING_FILE_BYTES], to[NAMING_FILE_BYTES];
	struct recording_msg *row = &work->facts.row;
	int fd = is_written ? work->made : work->part;
	struct stat st;

	if (fstat(fd, &st) == -1)
		return false;
	row->bytes = (uint64_t)st.st_size;
	if (!digest_file(fd, row->bytes, row->sha256))
		return false;
	name_file(
	    work, is_written ? NAMING_MEDIA_NEW : NAMING_MEDIA_PART, from);
	name_file(work, NAMING_MEDIA, to);
	if (is_written
		? !file_replace_at(work->folder, from, to)
		: !work->is_named && !file_rename_at(work->folder, from, to))
		return false;
	if (fchmod(fd, 0440) == -1)
		log_warn("recording %s: %s: chmod: %m", row->mount, row->path);
	return file_sync(work->folder);
}

static void
tidy(struct work *work)
{
	(void)unlink_file(work, NAMING_MEDIA_PART);
	(void)unlink_file(work, NAMING_MEDIA_NEW);
	(void)unlink_file(work, NAMING_TWIN_NEW);
	(void)unlink_file(work, NAMING_SIDECAR_NEW);
	(void)unlink_file(work, NAMING_MARKS_PART);
	(void)unlink_file(work, NAMING_SIDECAR_PART);
}

static bool
publish(struct work *work)
{
	struct recording_msg *row = &work->facts.row;

	write_index(work);
	write_sum(work);
	if (!sidecar_replace(
		work->folder, &work->naming, NAMING_SIDECAR, &work->facts)) {
		log_error(
		    "recording %s: %s: no sidecar: %m", row->mount, row->path);
		return false;
	}
	tidy(work);
	log_info("recording %s: done bytes=%" PRIu64 " duration=%" PRId64
		 " ms path=%s",
	    row->mount, row->bytes, row->duration_ms, row->path);
	work->finishing->row(work->finishing->arg, row);
	return true;
}

static bool
finish_part(struct work *work)
{
	struct recording_msg *row = &work->facts.row;
	enum finish_result result;
	char *why;

	work->mark_count = marks_read(
	    work->folder, &work->naming, &work->marks);
	result = finish(work, &why);
	if (result == FINISH_FAILED) {
		log_warn("recording %s: kept as it is, path=%s: %s", row->mount,
		    row->path, why != NULL ? why : strerror(errno));
		if (row->note[0] == '\0')
			snprintf(row->note, sizeof(row->note), "as it is: %s",
			    why != NULL ? why : strerror(errno));
	}
	free(why);
	if (result == FINISH_STOPPED) {
		(void)unlink_file(work, NAMING_MEDIA_NEW);
		return false;
	}
	take_facts(work);
	if (put_in_place(work, result == FINISH_WRITTEN))
		return twin_make(work->finishing, work->folder, &work->naming,
			   &work->facts) &&
		    publish(work);
	log_error(
	    "recording %s: not finished, path=%s: %m", row->mount, row->path);
	return false;
}

/* The sidecar is there: the ledger may not have heard of it. */
static void
tell_again(struct work *work)
{
	char name[NAMING_FILE_BYTES];

	name_file(work, NAMING_SIDECAR, name);
	if (sidecar_read(&work->facts, work->folder, name)) {
		item_take_names(&work->facts.row, &work->naming);
		work->finishing->row(work->finishing->arg, &work->facts.row);
	}
	tidy(work);
}

static bool
is_there(const struct work *work, enum naming_kind kind)
{
	char name[NAMING_FILE_BYTES];
	struct stat st;

	name_file(work, kind, name);
	return fstatat(work->folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static int
open_part(struct work *work)
{
	if (work->is_named)
		return open_plain(work, NAMING_MEDIA, O_RDONLY, &work->st);
	return open_plain(work, NAMING_MEDIA_PART, O_RDWR, &work->st);
}

static bool
look_at(struct work *work)
{
	struct recording_msg *row = &work->facts.row;

	if (is_there(work, NAMING_SIDECAR)) {
		tell_again(work);
		return true;
	}
	work->is_named = !is_there(work, NAMING_MEDIA_PART);
	if (work->is_named && !is_there(work, NAMING_MEDIA)) {
		tidy(work);
		return true;
	}
	work->part = open_part(work);
	if (work->part == -1)
		return errno != EIO && errno != EMFILE && errno != ENFILE;
	if (work->st.st_size == 0 && !work->is_named) {
		log_info("archive: %s.%s.part is empty and goes",
		    work->naming.stem, work->naming.extension);
		tidy(work);
		return true;
	}
	find_facts(work, NAMING_SIDECAR_PART);
	if (row->state == RECORDING_ACTIVE && !work->is_named &&
	    !make_whole(work))
		log_error("archive: %s is left for later: %m", row->path);
	else
		return finish_part(work);
	return false;
}

bool
finishing_run(const struct finishing *finishing, const char *path)
{
	struct work work = { .finishing = finishing,
		.part = -1,
		.made = -1,
		.media = { .duration_ms = -1 } };
	bool is_settled;

	if (!naming_parse_path(&work.naming, path))
		return true;
	work.folder = naming_open(finishing->archive, &work.naming);
	if (work.folder == -1) {
		log_error("archive: the folder of %s: %m", path);
		return errno == ENOENT;
	}
	is_settled = look_at(&work);
	if (work.part != -1)
		close(work.part);
	if (work.made != -1)
		close(work.made);
	close(work.folder);
	free(work.marks);
	finish_facts_free(&work.media);
	sidecar_clear(&work.facts);
	return is_settled;
}
