/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * One item, from where it is to verified. Each step ends in a durable change of
 * its state; a crash between two of them costs nothing but that step. */
#include "offload/mover_priv.h"
#include "offload/scan.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "spool/sidecar.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum bucket_end
work_refuse(struct work *work, const char *why)
{
	text_copy(work->why, sizeof(work->why), why);
	return BUCKET_REFUSED;
}

/* The inventory could not be written, or forgetting was asked for meanwhile. */
enum bucket_end
work_broke_off(struct work *work)
{
	struct item now;

	if (inventory_find(
		work->mover->inventory, work->item->facts.id, &now) &&
	    now.facts.state == ASK_FORGETTING)
		return BUCKET_CUT;
	return work_refuse(work, inventory_why(work->mover->inventory));
}

enum bucket_end
work_become(struct work *work, enum ask_state state)
{
	enum ask_state from = work->item->facts.state;

	work->item->facts.state = state;
	if (inventory_change(work->mover->inventory, from, work->item))
		return BUCKET_FINE;
	work->item->facts.state = from;
	return work_broke_off(work);
}

/* Whether what is in the store may be it; BUCKET_GONE: there is nothing. */
enum bucket_end
work_look_at_object(struct work *work, bool *is_it)
{
	const struct ask_item *facts = &work->item->facts;
	struct bucket_object object;
	enum bucket_end end;

	end = bucket_head(work->mover->bucket, facts->key, &object);
	*is_it = end == BUCKET_FINE && object.bytes == facts->bytes &&
	    strcmp(object.sha256, facts->sha256) == 0;
	return end;
}

/* Opens what is to be uploaded. BUCKET_GONE: there is none any more. */
static enum bucket_end
open_file(struct work *work)
{
	char name[NAMING_FILE_BYTES];
	struct stat facts;

	if (!naming_parse_path(&work->naming, work->item->path))
		return work_refuse(work, "its path cannot be understood");
	work->folder = naming_open(work->mover->archive, &work->naming);
	if (work->folder != -1) {
		naming_file(name, &work->naming, NAMING_MEDIA);
		work->fd = file_open_at(work->folder, name, O_RDONLY, 0);
	}
	if (work->fd == -1 && errno == ENOENT)
		return BUCKET_GONE;
	if (work->fd == -1 || fstat(work->fd, &facts) == -1)
		return work_refuse(work, strerror(errno));
	if (!S_ISREG(facts.st_mode) ||
	    (uint64_t)facts.st_size != work->item->facts.bytes)
		return work_refuse(
		    work, "the file has another size than it had");
	return BUCKET_FINE;
}

enum bucket_end
work_put_sidecar(struct work *work)
{
	struct item *item = work->item;
	char name[NAMING_FILE_BYTES], key[ASK_KEY_BYTES + 8], *text;
	enum bucket_end end;
	size_t len = 0;

	naming_file(name, &work->naming, NAMING_SIDECAR);
	if (!scan_stamp(work->folder, name, item->stamp))
		return BUCKET_GONE;
	text = file_read_all(work->folder, name, SIDECAR_MOST_BYTES, &len);
	if (text == NULL)
		return work_refuse(work, strerror(errno));
	item_sidecar_key(item, key, sizeof(key));
	end = bucket_put(
	    work->mover->bucket, key, "application/json", text, len);
	free(text);
	item->needs_sidecar = false;
	return end == BUCKET_GONE ? BUCKET_REFUSED : end;
}

/* Of what was verified: its sidecar changed. */
static enum bucket_end
renew_sidecar(struct work *work)
{
	enum bucket_end end;

	if (!naming_parse_path(&work->naming, work->item->path))
		return work_refuse(work, "its path cannot be understood");
	work->folder = naming_open(work->mover->archive, &work->naming);
	end = work->folder == -1 ? BUCKET_GONE : work_put_sidecar(work);
	/* Whoever deleted it tells us what to do with the object. */
	if (end == BUCKET_GONE) {
		work->item->needs_sidecar = false;
		end = BUCKET_FINE;
	}
	return end == BUCKET_FINE ? work_become(work, work->item->facts.state)
				  : end;
}

/* The file is gone before it was verified. An upload that is not whole is of no
 * use to anybody; an object that is may be the only copy there is, and stays
 * until somebody wants it forgotten. */
static enum bucket_end
give_up(struct work *work)
{
	struct item *item = work->item;
	struct mover *mover = work->mover;
	enum bucket_end end = BUCKET_FINE;
	bool is_it = item->facts.state == ASK_UPLOADED;

	if (!is_it && item->upload[0] != '\0') {
		end = work_look_at_object(work, &is_it);
		if (is_it)
			end = work_become(work, ASK_UPLOADED);
		else if (end == BUCKET_FINE || end == BUCKET_GONE)
			end = bucket_abort(
			    mover->bucket, item->facts.key, item->upload);
	}
	if (end != BUCKET_FINE)
		return end;
	if (is_it)
		return work_refuse(work,
		    "its file is gone, and the object was not compared yet");
	log_info("offload: %s is not in the archive any more", item->facts.id);
	return inventory_remove(mover->inventory, item->facts.id, false)
	    ? BUCKET_FINE
	    : work_broke_off(work);
}

static enum bucket_end
upload(struct work *work)
{
	enum bucket_end end = open_file(work);

	if (end == BUCKET_GONE)
		return give_up(work);
	while (end == BUCKET_FINE) {
		switch (work->item->facts.state) {
		case ASK_LOCAL:
			end = work_from_local(work);
			break;
		case ASK_UPLOADING:
			end = work_from_uploading(work);
			break;
		case ASK_UPLOADED:
			end = work_from_uploaded(work);
			break;
		default:
			return end;
		}
	}
	return end;
}

static void
rest(struct mover *mover)
{
	mover->store_failures++;
	mover->rest_ms = clock_mono_ms() +
	    bucket_wait_ms(mover->settings, mover->store_failures);
}

void
mover_note(struct mover *mover, const struct item *item, enum bucket_end end,
    const char *why)
{
	int64_t wait_ms = bucket_wait_ms(mover->settings, item->failures + 1);

	if (end == BUCKET_CUT)
		return;
	if (end == BUCKET_FINE) {
		mover->store_failures = 0;
		return;
	}
	/* Others would fare no better now. */
	if (end == BUCKET_AGAIN)
		rest(mover);
	log_warn("offload: %s: %s (again in %lld s)", item->facts.id, why,
	    (long long)(wait_ms + 999) / 1000);
	if (inventory_fail(mover->inventory, item->facts.id, why,
		clock_wall_ms() + wait_ms))
		return;
	/* A disk that is full: nothing is sent that cannot be noted. */
	log_error("offload: %s", inventory_why(mover->inventory));
	rest(mover);
}

void
mover_do(struct mover *mover, struct item *item)
{
	struct work work = {
		.mover = mover, .item = item, .folder = -1, .fd = -1
	};
	enum bucket_end end;

	if (item->facts.state == ASK_VERIFIED ||
	    item->facts.state == ASK_DROPPED)
		end = renew_sidecar(&work);
	else
		end = upload(&work);
	mover_note(mover, item, end,
	    work.why[0] != '\0' ? work.why : bucket_why(mover->bucket));
	if (work.fd != -1)
		close(work.fd);
	if (work.folder != -1)
		close(work.folder);
}
