/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "archive/disposal.h"

#include "archive/archivist_priv.h"
#include "archive/item.h"
#include "archive/remote.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "ledger/audit.h"

#include <errno.h>
#include <stdio.h>

static void
audit(struct archivist *archivist, const char *what, const char *why,
    const struct recording_msg *row)
{
	char detail[64];

	snprintf(detail, sizeof(detail), " rule=%s", why);
	archivist_audit(archivist, AUDIT_CLOCK, what, row, detail);
}

bool
disposal_trash(struct archivist *archivist, const struct recording_msg *row,
    const char *why)
{
	int archive = archivist->finishing.archive;
	int64_t now_ms = clock_wall_ms();
	struct sidecar sidecar = { .row = *row };
	bool is_done = false;

	if (!item_read(archive, row->path, &sidecar)) {
		log_error("archive: %s: no sidecar: %m", row->path);
	} else if (item_is_held(&sidecar.row, now_ms)) {
		log_warn("archive: %s is held, and stays", row->path);
	} else {
		sidecar.row.trashed_ms = now_ms;
		is_done = item_write(archive, row->path, &sidecar);
		if (!is_done)
			log_error(
			    "archive: %s is not in the trash: %m", row->path);
	}
	if (is_done) {
		log_info("archive: %s is in the trash now: %s", row->path, why);
		audit(archivist, "recording trashed", why, row);
		archivist_tell(archivist, &sidecar.row);
	}
	sidecar_clear(&sidecar);
	return is_done;
}

/* What has no sidecar any more was being deleted when the server ended, or
 * somebody did it. A row that does not know of a hold learns of it. */
static bool
is_kept(struct archivist *archivist, const struct recording_msg *row)
{
	struct sidecar sidecar = { .row = *row };
	bool is_read = item_read(
	    archivist->finishing.archive, row->path, &sidecar);
	bool is_kept = is_read ? item_is_held(&sidecar.row, clock_wall_ms())
			       : errno != ENOENT;

	if (is_kept && is_read) {
		log_warn("archive: %s stays: it is held", row->path);
		archivist_tell(archivist, &sidecar.row);
	} else if (is_kept) {
		log_error("archive: %s stays: its sidecar cannot be read: %m",
		    row->path);
	}
	sidecar_clear(&sidecar);
	return is_kept;
}

bool
disposal_delete(struct archivist *archivist, const struct recording_msg *row,
    const char *why)
{
	struct recording_msg gone = *row;

	if (is_kept(archivist, row))
		return false;
	if (!item_delete(archivist->finishing.archive, row->path)) {
		log_error("archive: %s cannot be deleted: %m", row->path);
		return false;
	}
	log_info("archive: %s is deleted: %s", row->path, why);
	gone.is_purged = true;
	/* Its object may be on the way, and nobody here was told yet. */
	if (remote_is_used(archivist))
		text_copy(gone.object, sizeof(gone.object), row->id);
	audit(archivist, "recording deleted", why, row);
	archivist_tell(archivist, &gone);
	return true;
}
