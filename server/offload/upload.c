/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * The steps from local to uploaded: begin an upload, or go on with it. */
#include "offload/mover_priv.h"
#include "offload/parts.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define HASH_BYTES (1 << 18)

/* That the file is what its sidecar says: nothing else may get there. */
static enum bucket_end
check_file(struct work *work)
{
	const struct ask_item *facts = &work->item->facts;
	struct digest *digest = digest_new();
	uint8_t *bytes = mem_new(HASH_BYTES);
	char sha256[DIGEST_BYTES];
	uint64_t at = 0;
	ssize_t n = 1;
	bool goes_on = true;

	while (at < facts->bytes && n > 0 && goes_on) {
		n = pread(work->fd, bytes, HASH_BYTES, (off_t)at);
		if (n > 0) {
			digest_add(digest, bytes, (size_t)n);
			at += (uint64_t)n;
		}
		goes_on = mover_goes_on(work->mover);
	}
	digest_end(digest, sha256);
	free(bytes);
	if (!goes_on)
		return BUCKET_CUT;
	if (at != facts->bytes || strcmp(sha256, facts->sha256) != 0)
		return work_refuse(work,
		    "the file is not as its sidecar says: its SHA-256 differs");
	return BUCKET_FINE;
}

static enum bucket_end
begin_upload(struct work *work)
{
	struct item *item = work->item;
	struct mover *mover = work->mover;
	char upload[BUCKET_UPLOAD_BYTES];
	enum bucket_end end;

	end = bucket_create(mover->bucket, item->facts.key, item->media_type,
	    item->facts.sha256, upload);
	if (end == BUCKET_GONE)
		return work_refuse(work, bucket_why(mover->bucket));
	if (end != BUCKET_FINE)
		return end;
	if (inventory_begin(mover->inventory, item, upload,
		parts_size(mover->settings, item->facts.bytes)))
		return BUCKET_FINE;
	(void)!bucket_abort(mover->bucket, item->facts.key, upload);
	return work_broke_off(work);
}

/* An inventory that was lost, or a crash: it may be there already. */
enum bucket_end
work_from_local(struct work *work)
{
	bool is_it;
	enum bucket_end end = check_file(work);

	if (end != BUCKET_FINE)
		return end;
	end = work_look_at_object(work, &is_it);
	if (is_it)
		return work_become(work, ASK_UPLOADED);
	if (end != BUCKET_FINE && end != BUCKET_GONE)
		return end;
	return begin_upload(work);
}

/* The parts by number: those we know of, and those the store has. */
struct merge {
	struct work *work;
	struct bucket_part *ours, *theirs;
	size_t count;
};

static void
take_theirs(void *arg, const struct bucket_part *part)
{
	struct merge *merge = arg;

	if (part->number <= merge->count)
		merge->theirs[part->number - 1] = *part;
}

/* What the store has counts when it is what we sent, or would send. */
static bool
is_right(const struct merge *merge, size_t number)
{
	const struct bucket_part *theirs = &merge->theirs[number - 1];
	const struct bucket_part *ours = &merge->ours[number - 1];
	uint64_t part_bytes = merge->work->item->part_bytes;
	uint64_t length = parts_length(
	    merge->work->item->facts.bytes, part_bytes, number);
	char md5[PARTS_MD5_BYTES];

	if (theirs->number == 0 || theirs->bytes != length)
		return false;
	if (ours->number != 0)
		return strcasecmp(ours->etag, theirs->etag) == 0;
	return parts_md5(
		   merge->work->fd, (number - 1) * part_bytes, length, md5) &&
	    strcasecmp(md5, theirs->etag) == 0;
}

static bool
merge_parts(struct merge *merge)
{
	struct work *work = merge->work;

	for (size_t i = 1; i <= merge->count; i++) {
		struct bucket_part *ours = &merge->ours[i - 1];

		if (!is_right(merge, i)) {
			ours->number = 0;
			continue;
		}
		if (ours->number == 0 &&
		    !inventory_add_part(work->mover->inventory,
			work->item->facts.id, &merge->theirs[i - 1]))
			return false;
		*ours = merge->theirs[i - 1];
	}
	return true;
}

/* What is done already; a store that lists no parts is believed to have those
 * it said it had. */
static enum bucket_end
known_parts(struct work *work, struct bucket_part *list, size_t count)
{
	struct mover *mover = work->mover;
	struct item *item = work->item;
	struct merge merge = { work, list, NULL, count };
	enum bucket_end end;

	if (!inventory_parts(mover->inventory, item->facts.id, list, count))
		return work_broke_off(work);
	merge.theirs = mem_new(count * sizeof(*list));
	end = bucket_list_parts(
	    mover->bucket, item->facts.key, item->upload, take_theirs, &merge);
	if (end == BUCKET_FINE && !merge_parts(&merge))
		end = work_broke_off(work);
	else if (end == BUCKET_REFUSED)
		end = BUCKET_FINE;
	free(merge.theirs);
	return end;
}

static bool
took_part(void *arg, const struct bucket_part *part)
{
	struct work *work = arg;

	if (inventory_add_part(
		work->mover->inventory, work->item->facts.id, part))
		return true;
	work->is_broken = true;
	return false;
}

static bool
work_goes_on(void *arg)
{
	struct work *work = arg;

	return mover_goes_on(work->mover);
}

static enum bucket_end
send_parts(struct work *work, struct bucket_part *list, size_t count)
{
	struct mover *mover = work->mover;
	struct item *item = work->item;
	struct parts parts = { .settings = mover->settings,
		.wire = mover->wire,
		.key = item->facts.key,
		.upload = item->upload,
		.fd = work->fd,
		.bytes = item->facts.bytes,
		.part_bytes = item->part_bytes,
		.list = list,
		.count = count,
		.took = took_part,
		.go_on = work_goes_on,
		.arg = work };
	enum bucket_end end = parts_send(&parts);

	if (work->is_broken)
		return work_broke_off(work);
	if (end != BUCKET_FINE)
		text_copy(work->why, sizeof(work->why), parts.why);
	return end;
}

/* An upload that is not known any more was completed by us, or has to begin
 * again. */
static enum bucket_end
upload_is_gone(struct work *work)
{
	bool is_it;
	enum bucket_end end = work_look_at_object(work, &is_it);

	work->why[0] = '\0';
	if (is_it)
		return work_become(work, ASK_UPLOADED);
	if (end != BUCKET_FINE && end != BUCKET_GONE)
		return end;
	end = work_become(work, ASK_LOCAL);
	return end == BUCKET_FINE
	    ? work_refuse(work,
		  "the store does not know this upload any more: it begins "
		  "again")
	    : end;
}

static enum bucket_end
complete(struct work *work, const struct bucket_part *list, size_t count)
{
	struct item *item = work->item;
	enum bucket_end end;
	char why[WIRE_WHY_BYTES];
	bool is_it;

	end = bucket_complete(
	    work->mover->bucket, item->facts.key, item->upload, list, count);
	if (end == BUCKET_FINE)
		return work_become(work, ASK_UPLOADED);
	if (end == BUCKET_CUT || end == BUCKET_GONE)
		return end;
	/* It may have been done, and only the answer was bad. */
	text_copy(why, sizeof(why), bucket_why(work->mover->bucket));
	(void)!work_look_at_object(work, &is_it);
	if (is_it)
		return work_become(work, ASK_UPLOADED);
	text_copy(work->why, sizeof(work->why), why);
	return end;
}

enum bucket_end
work_from_uploading(struct work *work)
{
	struct item *item = work->item;
	size_t count = item->part_bytes > 0
	    ? parts_count(item->facts.bytes, item->part_bytes)
	    : 0;
	struct bucket_part *list;
	enum bucket_end end;

	if (count == 0 || count > BUCKET_MOST_PARTS || item->upload[0] == '\0')
		return work_become(work, ASK_LOCAL);
	list = mem_new(count * sizeof(*list));
	end = known_parts(work, list, count);
	if (end == BUCKET_FINE)
		end = check_file(work);
	if (end == BUCKET_FINE)
		end = send_parts(work, list, count);
	if (end == BUCKET_FINE)
		end = complete(work, list, count);
	free(list);
	return end == BUCKET_GONE ? upload_is_gone(work) : end;
}
