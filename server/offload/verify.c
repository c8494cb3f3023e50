/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * The step from uploaded to verified: what the store gives back is compared
 * with the file, and the sidecar follows. */
#include "offload/mover_priv.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROBES      3 /* places that are read back and compared */
#define PROBE_BYTES 65536

/* What was read back, as far as it came. */
struct probe {
	uint8_t *bytes;
	size_t len;
};

static bool
take_probe(void *arg, const void *bytes, size_t len)
{
	struct probe *probe = arg;

	memcpy(probe->bytes + probe->len, bytes, len);
	probe->len += len;
	return true;
}

/* One range of object and file; *is_same when they are. */
static enum bucket_end
compare_at(struct work *work, uint64_t offset, size_t len, bool *is_same)
{
	const struct ask_item *facts = &work->item->facts;
	uint8_t *local = mem_new(len);
	struct probe probe = { mem_new(len), 0 };
	enum bucket_end end;

	end = bucket_read(work->mover->bucket, facts->key, facts->bytes, offset,
	    len, take_probe, &probe);
	if (end == BUCKET_FINE) {
		if (pread(work->fd, local, len, (off_t)offset) != (ssize_t)len)
			end = work_refuse(work, "the file cannot be read");
		*is_same = probe.len == len &&
		    memcmp(local, probe.bytes, len) == 0;
	}
	free(local);
	free(probe.bytes);
	return end;
}

/* Size and SHA-256 as the store has them, and bytes at random places. */
static enum bucket_end
compare(struct work *work, bool *is_same)
{
	uint64_t bytes = work->item->facts.bytes;
	size_t len = bytes < PROBE_BYTES ? (size_t)bytes : PROBE_BYTES;
	enum bucket_end end = work_look_at_object(work, is_same);

	for (unsigned i = 0; i < PROBES && end == BUCKET_FINE && *is_same; i++)
		end = compare_at(
		    work, random_u64() % (bytes - len + 1), len, is_same);
	if (end == BUCKET_GONE || end == BUCKET_OTHER) {
		*is_same = false;
		return BUCKET_FINE;
	}
	return end;
}

static enum bucket_end
start_over(struct work *work)
{
	struct ask_item *facts = &work->item->facts;
	enum bucket_end end;

	end = bucket_delete(work->mover->bucket, facts->key);
	if (end == BUCKET_FINE)
		end = work_become(work, ASK_LOCAL);
	return end == BUCKET_FINE
	    ? work_refuse(work,
		  "what the store gives back is not what was uploaded: it is "
		  "deleted there and uploaded again")
	    : end;
}

enum bucket_end
work_from_uploaded(struct work *work)
{
	struct ask_item *facts = &work->item->facts;
	bool is_same = false;
	enum bucket_end end = compare(work, &is_same);

	if (end != BUCKET_FINE)
		return end;
	if (!is_same)
		return start_over(work);
	end = work_put_sidecar(work);
	if (end == BUCKET_GONE)
		return work_refuse(work, "it has no sidecar");
	if (end != BUCKET_FINE)
		return end;
	facts->verified_ms = clock_wall_ms();
	end = work_become(work, ASK_VERIFIED);
	if (end == BUCKET_FINE)
		log_info("offload: %s is in the store: %llu bytes, verified",
		    facts->id, (unsigned long long)facts->bytes);
	return end;
}
