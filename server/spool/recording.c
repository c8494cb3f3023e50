/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "spool/recording.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "spool/marks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GATHER_BLOCKS 64

struct recording {
	int folder, fd;
	enum recording_profile profile;
	struct naming naming;
	struct sidecar facts; /* row.bytes: what is in the file */
	int64_t began_ms;     /* mono */
	int64_t last_ms;      /* mono, of the last block */
	int64_t synced_ms;    /* mono, of the last sync */
	uint64_t synced_bytes;
	struct block *head; /* goes before the first block gathered, or NULL */
	struct block *blocks[GATHER_BLOCKS]; /* gathered: the listeners' own */
	unsigned block_count;
	size_t gathered_bytes;
	int64_t gathered_ms;     /* mono, of the first byte gathered */
	uint64_t reserved_bytes; /* the disk has room to there */
	int64_t least_ms;        /* shorter is trash */
	struct finish_mark gap;  /* before the next block, while has_gap */
	int64_t gap_since_ms;    /* mono */
	bool has_gap;
	struct bytes marks; /* lines to be written */
	int marks_fd;       /* -1: there was none yet */
	bool has_dirty_marks;
	bool is_broken;
	bool is_suspect; /* a sync failed: never again on this fd */
	bool is_ragged;  /* what was half written could not be cut off */
};

int
recording_folder(int archive, const struct naming *naming)
{
	int above = archive, folder, error;
	bool is_lasting;

	for (unsigned i = 0; i < NAMING_FOLDERS; i++) {
		folder = file_open_folder(above, naming->folders[i]);
		is_lasting = folder != -1 && file_sync(above);
		error = errno;
		if (above != archive)
			close(above);
		if (!is_lasting) {
			if (folder != -1)
				close(folder);
			errno = error;
			return -1;
		}
		above = folder;
	}
	return above;
}

static void
copy_facts(struct sidecar *sidecar, const struct spool_msg *facts)
{
	struct recording_msg *row = &sidecar->row;

	if (facts->title[0] != '\0')
		text_copy(row->title, sizeof(row->title), facts->title);
	if (facts->codecs[0] != '\0')
		text_copy(row->codecs, sizeof(row->codecs), facts->codecs);
	if (facts->agent[0] != '\0')
		text_copy(sidecar->agent, sizeof(sidecar->agent), facts->agent);
}

static void
first_facts(
    struct recording *recording, const struct spool_msg *facts, int64_t wall_ms)
{
	struct sidecar *sidecar = &recording->facts;
	struct recording_msg *row = &sidecar->row;

	row->message.kind = MSG_RECORDING;
	row->profile = recording->profile;
	text_copy(row->id, sizeof(row->id), naming_id(&recording->naming));
	row->member = facts->member;
	text_copy(row->slug, sizeof(row->slug), facts->slug);
	text_copy(row->mount, sizeof(row->mount), facts->mount);
	naming_path(row->path, sizeof(row->path), &recording->naming);
	text_copy(row->media_type, sizeof(row->media_type), facts->media_type);
	text_copy(row->extension, sizeof(row->extension),
	    recording->naming.extension);
	row->state = RECORDING_ACTIVE;
	row->started_ms = wall_ms;
	copy_facts(sidecar, facts);
}

static void
drop_file(struct recording *recording, enum naming_kind kind)
{
	char name[NAMING_FILE_BYTES];

	naming_file(name, &recording->naming, kind);
	if (!file_unlink_at(recording->folder, name))
		log_warn("archive: %s stays behind: %m", name);
}

static bool
make_media(struct recording *recording)
{
	char name[NAMING_FILE_BYTES];

	naming_file(name, &recording->naming, NAMING_MEDIA_PART);
	recording->fd = file_open_at(
	    recording->folder, name, O_RDWR | O_CREAT | O_EXCL, 0600);
	return recording->fd != -1;
}

/* A disk that cannot tell is not asked again. */
static bool
reserve(struct recording *recording)
{
	uint64_t from = recording->reserved_bytes;

	if (from == UINT64_MAX)
		return true;
	if (file_reserve(recording->fd, (off_t)from, STEP_BYTES)) {
		recording->reserved_bytes = from + STEP_BYTES;
		return true;
	}
	if (errno == ENOSPC || errno == EDQUOT)
		return false;
	recording->reserved_bytes = UINT64_MAX;
	return true;
}

/* The sidecar first, so that a .part with bytes in it always has one. */
static bool
make_files(struct recording *recording)
{
	int error;

	if (!sidecar_begin(
		recording->folder, &recording->naming, &recording->facts))
		return false;
	if (make_media(recording) && reserve(recording) &&
	    file_sync(recording->folder))
		return true;
	error = errno;
	if (recording->fd != -1)
		drop_file(recording, NAMING_MEDIA_PART);
	drop_file(recording, NAMING_SIDECAR_PART);
	errno = error;
	return false;
}

static void
drop_gathered(struct recording *recording)
{
	block_unref(recording->head);
	recording->head = NULL;
	while (recording->block_count > 0)
		block_unref(recording->blocks[--recording->block_count]);
	recording->gathered_bytes = 0;
}

static void
free_recording(struct recording *recording)
{
	if (recording->fd != -1)
		close(recording->fd);
	if (recording->marks_fd != -1)
		close(recording->marks_fd);
	bytes_free(&recording->marks);
	if (recording->folder != -1)
		close(recording->folder);
	drop_gathered(recording);
	free(recording);
}

struct recording *
recording_open(int archive, enum recording_profile profile,
    const struct spool_msg *facts, char note[128])
{
	struct recording *recording = mem_new(sizeof(*recording));
	int64_t wall_ms = clock_wall_ms();

	recording->profile = profile;
	if (profile == PROFILE_PROGRAMME)
		recording->least_ms = facts->rules.min_keep_ms;
	naming_new(&recording->naming, facts->slug, facts->extension, wall_ms);
	first_facts(recording, facts, wall_ms);
	recording->began_ms = recording->last_ms = recording->synced_ms =
	    clock_mono_ms();
	recording->fd = recording->marks_fd = -1;
	recording->folder = recording_folder(archive, &recording->naming);
	if (recording->folder == -1 || !make_files(recording)) {
		snprintf(note, 128, "cannot begin a file in %.60s: %m",
		    recording->naming.folders[0]);
		free_recording(recording);
		return NULL;
	}
	return recording;
}

void
recording_facts(struct recording *recording, const struct spool_msg *facts)
{
	copy_facts(&recording->facts, facts);
}

const struct recording_msg *
recording_row(const struct recording *recording)
{
	return &recording->facts.row;
}

void
recording_note(struct recording *recording, const char *note)
{
	struct recording_msg *row = &recording->facts.row;

	if (row->note[0] == '\0')
		text_copy(row->note, sizeof(row->note), note);
}

void
recording_keep(struct recording *recording)
{
	recording->least_ms = 0;
}

void
recording_gap(struct recording *recording, uint64_t bytes, int64_t since_ms,
    const char *note)
{
	struct finish_mark *gap = &recording->gap;

	recording->facts.row.gap_bytes += bytes;
	recording_note(recording, note);
	if (!recording->has_gap) {
		memset(gap, 0, sizeof(*gap));
		gap->is_gap = true;
		recording->gap_since_ms = since_ms != 0 ? since_ms
							: recording->last_ms;
	}
	recording->has_gap = true;
	gap->gap_bytes += bytes;
	if (gap->title[0] == '\0')
		text_copy(gap->title, sizeof(gap->title), note);
}

uint64_t
recording_end(const struct recording *recording)
{
	return recording->facts.row.bytes + recording->gathered_bytes;
}

static void
mark_gap(struct recording *recording)
{
	struct finish_mark *gap = &recording->gap;

	if (!recording->has_gap)
		return;
	recording->has_gap = false;
	gap->byte = recording_end(recording);
	gap->gap_ms = clock_mono_ms() - recording->gap_since_ms;
	if (gap->gap_ms < 0)
		gap->gap_ms = 0;
	marks_format(&recording->marks, gap);
}

void
recording_title(struct recording *recording, const char *title)
{
	struct finish_mark mark = { .byte = recording_end(recording) };

	mark_gap(recording);
	text_copy(mark.title, sizeof(mark.title), title);
	marks_format(&recording->marks, &mark);
}

static bool
open_marks(struct recording *recording)
{
	char name[NAMING_FILE_BYTES];

	if (recording->marks_fd != -1)
		return true;
	naming_file(name, &recording->naming, NAMING_MARKS_PART);
	recording->marks_fd = file_open_at(recording->folder, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_APPEND, 0600);
	return recording->marks_fd != -1;
}

/* Without them the media is still worth all it was. */
static void
flush_marks(struct recording *recording)
{
	struct bytes *marks = &recording->marks;
	size_t written = 0;

	if (marks->len == 0)
		return;
	if (!open_marks(recording) ||
	    !file_write(recording->marks_fd, marks->data, marks->len, &written))
		log_warn("recording %s: its titles and gaps are not written: "
			 "%m",
		    recording->facts.row.mount);
	recording->has_dirty_marks = written > 0;
	bytes_eat(marks, marks->len);
}

static void
sync_marks(struct recording *recording)
{
	if (recording->has_dirty_marks && !file_data_sync(recording->marks_fd))
		log_warn("recording %s: its titles and gaps are not safe: %m",
		    recording->facts.row.mount);
	recording->has_dirty_marks = false;
}

/* Why it broke is said over any earlier note. */
static void
set_broken(struct recording *recording, const char *what, int error)
{
	struct recording_msg *row = &recording->facts.row;

	recording->is_broken = true;
	row->state = RECORDING_BROKEN;
	errno = error;
	snprintf(row->note, sizeof(row->note), "%s: %m", what);
}

/* Of what was gathered the first written bytes reached the file. */
static size_t
last_whole(const struct recording *recording, size_t written)
{
	size_t whole = 0, end = 0;

	if (recording->head != NULL)
		end = recording->head->len;
	for (unsigned i = 0; i < recording->block_count; i++) {
		end += recording->blocks[i]->len;
		if (end <= written)
			whole = end;
	}
	return whole;
}

static void
put_together(const struct recording *recording, struct bytes *all)
{
	const struct block *head = recording->head;

	(void)bytes_room(all, recording->gathered_bytes);
	if (head != NULL)
		bytes_append(all, head->bytes, head->len);
	for (unsigned i = 0; i < recording->block_count; i++)
		bytes_append(all, recording->blocks[i]->bytes,
		    recording->blocks[i]->len);
}

static bool
write_gathered(struct recording *recording)
{
	struct recording_msg *row = &recording->facts.row;
	struct bytes all = { 0 };
	size_t written, whole;
	bool is_written;

	put_together(recording, &all);
	is_written = file_write(recording->fd, all.data, all.len, &written);
	whole = last_whole(recording, written);
	row->bytes += whole;
	row->gap_bytes += all.len - whole;
	if (!is_written) {
		set_broken(recording, "writing failed", errno);
		recording->is_ragged = written > whole &&
		    !file_truncate(recording->fd, (off_t)row->bytes);
	}
	bytes_free(&all);
	drop_gathered(recording);
	return is_written;
}

static bool
flush(struct recording *recording)
{
	const struct recording_msg *row = &recording->facts.row;

	if (recording->is_broken)
		return false;
	if (recording->block_count == 0)
		return true;
	if (!write_gathered(recording))
		return false;
	flush_marks(recording);
	if (row->bytes + GATHER_BYTES <= recording->reserved_bytes ||
	    reserve(recording))
		return true;
	set_broken(recording, "the disk is full", errno);
	return false;
}

bool
recording_write(
    struct recording *recording, struct block *head, struct block *block)
{
	if (recording->is_broken)
		return false;
	if (recording->block_count == 0)
		recording->gathered_ms = clock_mono_ms();
	mark_gap(recording);
	/* Only a file's first block has a head before it. */
	if (head != NULL) {
		CHECK(recording->block_count == 0 && recording->head == NULL);
		recording->head = block_ref(head);
		recording->gathered_bytes += head->len;
	}
	recording->blocks[recording->block_count++] = block_ref(block);
	recording->gathered_bytes += block->len;
	recording->last_ms = clock_mono_ms();
	if (recording->gathered_bytes < GATHER_BYTES &&
	    recording->block_count < GATHER_BLOCKS)
		return true;
	return flush(recording);
}

bool
recording_point(struct recording *recording, int64_t point_ms)
{
	const struct recording_msg *row = &recording->facts.row;
	int64_t now = clock_mono_ms();
	bool is_due = now - recording->synced_ms >= point_ms;
	int64_t gather_ms = row->bytes > 0 ? GATHER_MS : FIRST_MS;

	if (recording->block_count > 0 &&
	    (is_due || now - recording->gathered_ms >= gather_ms) &&
	    !flush(recording))
		return false;
	if (recording->is_broken)
		return false;
	if (!is_due || row->bytes == recording->synced_bytes)
		return true;
	recording->synced_ms = now;
	recording->synced_bytes = row->bytes;
	sync_marks(recording);
	if (file_data_sync(recording->fd))
		return true;
	recording->is_suspect = true;
	set_broken(recording, "the disk did not keep it", errno);
	return false;
}

static void
drop_empty(struct recording *recording)
{
	if (recording->marks_fd != -1)
		drop_file(recording, NAMING_MARKS_PART);
	drop_file(recording, NAMING_MEDIA_PART);
	drop_file(recording, NAMING_SIDECAR_PART);
}

static void
last_facts(struct recording *recording)
{
	struct recording_msg *row = &recording->facts.row;

	/* The wall clock may have been set meanwhile. */
	row->ended_ms = row->started_ms + recording->last_ms -
	    recording->began_ms;
	if (recording->is_broken)
		return;
	row->state = RECORDING_FINISHING;
	if (row->ended_ms - row->started_ms < recording->least_ms)
		row->trashed_ms = clock_wall_ms();
}

/* What was asked for ahead and not used. */
static void
give_back(struct recording *recording)
{
	uint64_t bytes = recording->facts.row.bytes;

	if (recording->is_ragged || recording->reserved_bytes == UINT64_MAX ||
	    recording->reserved_bytes <= bytes)
		return;
	if (!file_truncate(recording->fd, (off_t)bytes))
		log_warn("recording %s: the disk keeps room for it: %m",
		    recording->facts.row.mount);
}

/* From here on the archivist has it. */
static void
hand_over(struct recording *recording)
{
	const struct recording_msg *row = &recording->facts.row;

	if (recording->is_ragged)
		log_error("recording %s: %s.part is for the next start",
		    row->mount, row->path);
	else if (!sidecar_replace(recording->folder, &recording->naming,
		     NAMING_SIDECAR_PART, &recording->facts))
		log_error("recording %s: %s: how it ended is not written: %m",
		    row->mount, row->path);
}

bool
recording_close(struct recording *recording, struct recording_msg *row)
{
	bool has_row;

	(void)!flush(recording);
	mark_gap(recording);
	flush_marks(recording);
	give_back(recording);
	sync_marks(recording);
	if (recording->facts.row.bytes > 0 && !recording->is_suspect &&
	    !file_sync(recording->fd)) {
		recording->is_suspect = true;
		set_broken(recording, "the disk did not keep it", errno);
	}
	last_facts(recording);
	has_row = recording->facts.row.bytes > 0;
	if (has_row)
		hand_over(recording);
	else
		drop_empty(recording);
	*row = recording->facts.row;
	free_recording(recording);
	return has_row;
}
