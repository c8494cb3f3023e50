/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * Wrong keys slow down whoever sends them, and whoever's member is tried: after
 * login-tries in a minute no more keys are looked at until the minute is over.
 * A household whose key was right is never held up by others' tries. */
#include "base/clock.h"
#include "base/mem.h"
#include "desk/desk_priv.h"

#include <stdlib.h>

#define WINDOW_MS 60000

/* Households are random numbers; members are small: both fit one table. */
static struct tries *
tries_of(struct desk *desk, uint64_t key)
{
	struct tries *tries = table_get(&desk->tries, key);

	if (tries == NULL) {
		tries = mem_new(sizeof(*tries));
		tries->since_ms = clock_mono_ms();
		table_put(&desk->tries, key, tries);
	}
	if (clock_mono_ms() - tries->since_ms >= WINDOW_MS &&
	    tries->wrong != UINT32_MAX) {
		tries->since_ms = clock_mono_ms();
		tries->wrong = 0;
	}
	return tries;
}

static unsigned
wait_secs(struct desk *desk, uint64_t key)
{
	const struct tries *tries = table_get(&desk->tries, key);
	int64_t left_ms;

	if (tries == NULL || tries->wrong == UINT32_MAX ||
	    tries->wrong < desk->conf->login_tries)
		return 0;
	left_ms = tries->since_ms + WINDOW_MS - clock_mono_ms();
	return left_ms > 0 ? (unsigned)(left_ms / 1000 + 1) : 0;
}

unsigned
throttle_wait_secs(struct desk *desk, uint64_t household, int64_t member)
{
	const struct tries *known = table_get(&desk->tries, household);

	if (known != NULL && known->wrong == UINT32_MAX)
		return 0;
	if (wait_secs(desk, household) > 0)
		return wait_secs(desk, household);
	return member > 0 ? wait_secs(desk, (uint64_t)member) : 0;
}

void
throttle_try(struct desk *desk, uint64_t household, int64_t member)
{
	struct tries *tries = tries_of(desk, household);

	/* Being known is lost with the first try that is wrong: a household
	 * can be a whole school. */
	tries->wrong = tries->wrong == UINT32_MAX ? 1 : tries->wrong + 1;
	if (member > 0)
		tries_of(desk, (uint64_t)member)->wrong++;
}

void
throttle_right(struct desk *desk, uint64_t household, int64_t member)
{
	struct tries *tries = tries_of(desk, (uint64_t)member);

	tries_of(desk, household)->wrong = UINT32_MAX;
	if (tries->wrong > 0)
		tries->wrong--;
}

/* Forgets what no longer holds anybody up. */
void
throttle_sweep(struct desk *desk)
{
	struct table kept = { 0 };
	size_t size = desk->tries.size;

	for (size_t i = 0; i < size; i++) {
		struct table_slot *slot = &desk->tries.slots[i];
		struct tries *tries = slot->value;

		if (slot->key == 0)
			continue;
		if (clock_mono_ms() - tries->since_ms < WINDOW_MS)
			table_put(&kept, slot->key, tries);
		else if (tries->wrong == UINT32_MAX)
			table_put(&kept, slot->key, tries);
		else
			free(tries);
	}
	table_free(&desk->tries);
	desk->tries = kept;
}

void
throttle_free(struct desk *desk)
{
	struct tries *tries;
	size_t at = 0;

	while ((tries = table_next(&desk->tries, &at)) != NULL)
		free(tries);
	table_free(&desk->tries);
}
