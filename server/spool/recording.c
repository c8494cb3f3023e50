/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "spool/recording.h"

#include "base/bytes.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

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
	int64_t gathered_ms; /* mono, of the first byte gathered */
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
drop_sidecar(struct recording *recording)
{
	char name[NAMING_FILE_BYTES];

	naming_file(name, &recording->naming, NAMING_SIDECAR_PART);
	if (!file_unlink_at(recording->folder, name))
		log_warn("archive: %s stays behind: %m", name);
}

/* The sidecar first, so that a .part with bytes in it always has one. */
static bool
make_files(struct recording *recording)
{
	char name[NAMING_FILE_BYTES];
	int error;

	if (!sidecar_begin(
		recording->folder, &recording->naming, &recording->facts))
		return false;
	naming_file(name, &recording->naming, NAMING_MEDIA_PART);
	recording->fd = file_open_at(
	    recording->folder, name, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (recording->fd != -1 && file_sync(recording->folder))
		return true;
	error = errno;
	if (recording->fd != -1 && !file_unlink_at(recording->folder, name))
		log_warn("archive: %s stays behind: %m", name);
	drop_sidecar(recording);
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
	if (recording->folder != -1)
		close(recording->folder);
	drop_gathered(recording);
	free(recording);
}

struct recording *
recording_open(int archive, const struct spool_msg *facts, char note[128])
{
	struct recording *recording = mem_new(sizeof(*recording));
	int64_t wall_ms = clock_wall_ms();

	naming_new(&recording->naming, facts->slug, facts->extension, wall_ms);
	first_facts(recording, facts, wall_ms);
	recording->began_ms = recording->last_ms = recording->synced_ms =
	    clock_mono_ms();
	recording->fd = -1;
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
recording_gap(struct recording *recording, uint64_t bytes, const char *note)
{
	struct recording_msg *row = &recording->facts.row;

	row->gap_bytes += bytes;
	if (row->note[0] == '\0')
		text_copy(row->note, sizeof(row->note), note);
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
flush(struct recording *recording)
{
	struct recording_msg *row = &recording->facts.row;
	struct bytes all = { 0 };
	size_t written, whole;
	bool is_written;

	if (recording->is_broken)
		return false;
	if (recording->block_count == 0)
		return true;
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

bool
recording_write(
    struct recording *recording, struct block *head, struct block *block)
{
	if (recording->is_broken)
		return false;
	if (recording->block_count == 0)
		recording->gathered_ms = clock_mono_ms();
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
	if (file_data_sync(recording->fd))
		return true;
	recording->is_suspect = true;
	set_broken(recording, "the disk did not keep it", errno);
	return false;
}

static void
drop_empty(struct recording *recording)
{
	char name[NAMING_FILE_BYTES];

	naming_file(name, &recording->naming, NAMING_MEDIA_PART);
	if (file_unlink_at(recording->folder, name))
		drop_sidecar(recording);
	else
		log_warn("archive: %s stays behind: %m", name);
}

static void
last_facts(struct recording *recording)
{
	struct recording_msg *row = &recording->facts.row;

	/* The wall clock may have been set meanwhile. */
	row->ended_ms = row->started_ms + recording->last_ms -
	    recording->began_ms;
	if (!recording->is_broken)
		row->state = RECORDING_FINISHING;
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
