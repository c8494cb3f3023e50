/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * Which worker a new connection goes to: the first one that is not busy, so
 * that a small house is served by one core from warm caches and the others
 * sleep; with all of them busy, the least busy one. Each worker tells once a
 * second how much of a core it used; until then each newcomer counts as what
 * joining costs. */
#include "desk/desk_priv.h"

#define EASY_PERMILLE    250 /* of a core: up to here a worker is not busy */
#define NEWCOMERS_PER_MS 10  /* what one costs: a tenth of a millisecond */

static unsigned
load_of(const struct worker_load *load)
{
	return load->busy_permille + load->newcomers / NEWCOMERS_PER_MS;
}

unsigned
placement_choose(const struct desk *desk)
{
	const struct worker_load *loads = desk->loads;
	unsigned best = 0;

	for (unsigned i = 0; i < desk->worker_count; i++) {
		if (load_of(&loads[i]) < EASY_PERMILLE)
			return i;
		if (load_of(&loads[i]) < load_of(&loads[best]))
			best = i;
	}
	return best;
}

void
placement_join(struct desk *desk, unsigned worker)
{
	desk->loads[worker].newcomers++;
}

void
placement_pulse(struct desk *desk, const struct pulse_msg *pulse)
{
	struct worker_load *load = &desk->loads[pulse->worker];

	load->busy_permille = pulse->busy_permille;
	load->newcomers = 0;
}
