/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * What is taken out of the store: items that are to be forgotten, and uploads
 * that nobody goes on with. */
#include "offload/mover_priv.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#define MOST_ORPHANS 100 /* in one go; the next one takes more */

static enum bucket_end
delete_object(struct bucket *bucket, const char *key)
{
	struct bucket_object object;
	enum bucket_end end = bucket_delete(bucket, key);

	if (end != BUCKET_FINE)
		return end;
	end = bucket_head(bucket, key, &object);
	if (end == BUCKET_GONE)
		return BUCKET_FINE;
	return end == BUCKET_FINE ? BUCKET_AGAIN : end;
}

static enum bucket_end
delete_all(struct mover *mover, const struct item *item)
{
	char key[ASK_KEY_BYTES + 8];
	enum bucket_end end = BUCKET_FINE;

	if (!item->is_touched)
		return BUCKET_FINE;
	item_sidecar_key(item, key, sizeof(key));
	if (item->upload[0] != '\0')
		end = bucket_abort(
		    mover->bucket, item->facts.key, item->upload);
	if (end == BUCKET_REFUSED) {
		/* A store may have no such thing; the object counts. */
		log_warn("offload: an upload could not be aborted: %s",
		    bucket_why(mover->bucket));
		end = BUCKET_FINE;
	}
	if (end == BUCKET_FINE)
		end = delete_object(mover->bucket, item->facts.key);
	return end == BUCKET_FINE ? delete_object(mover->bucket, key) : end;
}

void
mover_forget(struct mover *mover, struct item *item)
{
	enum bucket_end end = delete_all(mover, item);

	if (end != BUCKET_FINE) {
		mover_note(mover, item, end, bucket_why(mover->bucket));
		return;
	}
	if (inventory_remove(mover->inventory, item->facts.id, true))
		log_info("offload: %s is forgotten", item->facts.id);
	else
		log_error("offload: %s", inventory_why(mover->inventory));
}

struct orphans {
	struct mover *mover;
	int64_t before_ms; /* what began later may still go on */
	struct bucket_upload *list;
	size_t count;
};

/* Whether a key is one that scan.c makes: others may use the bucket too. */
static bool
is_ours(const struct settings *settings, const char *key)
{
	const char *file = strrchr(key, '/');
	struct naming naming;
	enum naming_kind kind;
	size_t len = strlen(settings->prefix);

	if (strncmp(key, settings->prefix, len) != 0 || file == NULL ||
	    !naming_parse(&naming, &kind, file + 1) || kind != NAMING_MEDIA)
		return false;
	return file - key > (ptrdiff_t)NAMING_ID_LETTERS &&
	    file[-NAMING_ID_LETTERS - 1] == '/' &&
	    strncmp(file - NAMING_ID_LETTERS, naming_id(&naming),
		NAMING_ID_LETTERS) == 0;
}

static void
take_upload(void *arg, const struct bucket_upload *upload)
{
	struct orphans *orphans = arg;
	struct mover *mover = orphans->mover;

	if (orphans->count < MOST_ORPHANS &&
	    upload->begun_ms < orphans->before_ms &&
	    is_ours(mover->settings, upload->key) &&
	    !inventory_has_upload(mover->inventory, upload->id))
		orphans->list[orphans->count++] = *upload;
}

void
mover_look_for_orphans(struct mover *mover)
{
	struct orphans orphans = { .mover = mover };
	enum bucket_end end;

	orphans.list = mem_new(MOST_ORPHANS * sizeof(*orphans.list));
	orphans.before_ms = clock_wall_ms() - mover->settings->orphan_ms;
	end = bucket_list_uploads(
	    mover->bucket, mover->settings->prefix, take_upload, &orphans);
	if (end != BUCKET_FINE && end != BUCKET_CUT)
		log_info("offload: uploads that nobody goes on with are not "
			 "looked for: %s",
		    bucket_why(mover->bucket));
	for (size_t i = 0; i < orphans.count; i++) {
		const struct bucket_upload *upload = &orphans.list[i];

		if (bucket_abort(mover->bucket, upload->key, upload->id) ==
		    BUCKET_FINE)
			log_info("offload: an upload of %s that nobody went "
				 "on with is aborted",
			    upload->key);
	}
	free(orphans.list);
}
