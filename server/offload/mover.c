/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "offload/mover_priv.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/sentence.h"
#include "offload/scan.h"
#include "spool/naming.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define IDLE_MS    1000
#define ORPHANS_MS (60 * 60 * 1000)

/* Forgetting comes first: it ends what goes on. */
bool
mover_goes_on(void *arg)
{
	struct mover *mover = arg;
	struct item item;
	uint64_t count;

	if (atomic_load(&mover->is_stopping))
		return false;
	if (read(mover->wake_fd, &count, sizeof(count)) == sizeof(count))
		mover->is_woken = true;
	if (mover->is_forgetting || !mover->is_woken)
		return true;
	mover->is_woken = false;
	return !inventory_forgetting(mover->inventory, &item);
}

static void
look_at_archive(struct mover *mover)
{
	int64_t now_ms = clock_mono_ms();

	if (!atomic_exchange(&mover->wants_scan, false) &&
	    now_ms < mover->scan_ms)
		return;
	scan_archive(mover->settings, mover->inventory, mover->archive);
	mover->scan_ms = clock_mono_ms() + mover->settings->every_ms;
}

static void
look_for_orphans(struct mover *mover)
{
	int64_t between_ms = mover->settings->orphan_ms < ORPHANS_MS
	    ? mover->settings->orphan_ms
	    : ORPHANS_MS;

	if (clock_mono_ms() < mover->orphans_ms)
		return;
	mover->orphans_ms = clock_mono_ms() + between_ms;
	mover_look_for_orphans(mover);
}

static void
sleep_a_bit(struct mover *mover)
{
	struct pollfd wake = { .fd = mover->wake_fd, .events = POLLIN };
	uint64_t count;

	poll(&wake, 1, IDLE_MS);
	if (read(mover->wake_fd, &count, sizeof(count)) == -1 &&
	    errno != EAGAIN)
		log_error("offload: waking up failed: %m");
}

/* One thing that is due; false: there is none now. */
static bool
work(struct mover *mover)
{
	struct item item;
	int64_t next_ms;

	if (inventory_forgetting(mover->inventory, &item) &&
	    item.next_ms <= clock_wall_ms()) {
		mover->is_forgetting = true;
		mover_forget(mover, &item);
		mover->is_forgetting = false;
		return true;
	}
	if (clock_mono_ms() < mover->rest_ms)
		return false;
	if (!inventory_due(mover->inventory, clock_wall_ms(), &item, &next_ms))
		return false;
	mover_do(mover, &item);
	return true;
}

static void *
run(void *arg)
{
	struct mover *mover = arg;

	pthread_setname_np(pthread_self(), "mover");
	while (!atomic_load(&mover->is_stopping)) {
		look_at_archive(mover);
		look_for_orphans(mover);
		if (!work(mover) && !atomic_load(&mover->is_stopping))
			sleep_a_bit(mover);
	}
	return NULL;
}

static void
free_mover(struct mover *mover)
{
	inventory_close(mover->inventory);
	bucket_free(mover->bucket);
	wire_free(mover->wire);
	if (mover->archive != -1)
		close(mover->archive);
	if (mover->wake_fd != -1)
		close(mover->wake_fd);
	free(mover);
}

static bool
open_all(struct mover *mover, char **error)
{
	const struct settings *settings = mover->settings;

	mover->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	mover->archive = naming_open_archive(settings->data);
	if (mover->archive == -1 || mover->wake_fd == -1)
		return sentence(
		    error, "%s/archive: %s", settings->data, strerror(errno));
	mover->inventory = inventory_open(settings->data, error);
	if (mover->inventory == NULL)
		return false;
	if (!inventory_hurry(mover->inventory))
		return sentence(
		    error, "offload: %s", inventory_why(mover->inventory));
	mover->bucket = bucket_new(settings, mover_goes_on, mover);
	mover->wire = wire_new(settings, (unsigned)settings->parts_at_once);
	return true;
}

struct mover *
mover_start(const struct settings *settings, char **error)
{
	struct mover *mover = mem_new(sizeof(*mover));

	mover->settings = settings;
	mover->archive = mover->wake_fd = -1;
	atomic_init(&mover->is_stopping, false);
	atomic_init(&mover->wants_scan, true);
	if (!open_all(mover, error)) {
		free_mover(mover);
		return NULL;
	}
	if (pthread_create(&mover->thread, NULL, run, mover) != 0) {
		sentence(error, "a thread could not be started");
		free_mover(mover);
		return NULL;
	}
	return mover;
}

void
mover_wake(struct mover *mover, bool wants_scan)
{
	uint64_t one = 1;

	if (wants_scan)
		atomic_store(&mover->wants_scan, true);
	if (write(mover->wake_fd, &one, sizeof(one)) == -1 && errno != EAGAIN)
		log_error("offload: the mover cannot be woken: %m");
}

void
mover_stop(struct mover *mover)
{
	atomic_store(&mover->is_stopping, true);
	mover_wake(mover, false);
	pthread_join(mover->thread, NULL);
	free_mover(mover);
}
