/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/clock.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

static struct {
	atomic_bool on;
	atomic_llong mono_ms;
	atomic_llong wall_ms;
} frozen;

static int64_t
read_us(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
clock_mono_us(void)
{
	if (atomic_load(&frozen.on))
		return atomic_load(&frozen.mono_ms) * 1000;
	return read_us(CLOCK_MONOTONIC);
}

int64_t
clock_thread_us(void)
{
	return read_us(CLOCK_THREAD_CPUTIME_ID);
}

int64_t
clock_mono_ms(void)
{
	return clock_mono_us() / 1000;
}

int64_t
clock_wall_ms(void)
{
	if (atomic_load(&frozen.on))
		return atomic_load(&frozen.wall_ms);
	return read_us(CLOCK_REALTIME) / 1000;
}

int64_t
clock_apart_ms(void)
{
	return clock_wall_ms() - clock_mono_ms();
}

int64_t
clock_stepped_ms(int64_t *apart_ms)
{
	int64_t apart_now_ms = clock_apart_ms();
	int64_t step_ms = apart_now_ms - *apart_ms;

	*apart_ms = apart_now_ms;
	return llabs(step_ms) > CLOCK_STEP_MS ? step_ms : 0;
}

void
clock_iso(int64_t wall_ms, char text[CLOCK_ISO_BYTES])
{
	time_t secs = (time_t)(wall_ms / 1000);
	struct tm tm;

	gmtime_r(&secs, &tm);
	strftime(text, CLOCK_ISO_BYTES, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

void
clock_set(int64_t mono_ms, int64_t wall_ms)
{
	atomic_store(&frozen.mono_ms, mono_ms);
	atomic_store(&frozen.wall_ms, wall_ms);
	atomic_store(&frozen.on, true);
}
