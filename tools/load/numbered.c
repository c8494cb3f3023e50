/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "load/numbered.h"

#include <endian.h>
#include <string.h>

const struct numbered_encoding *
numbered_find(const char *name)
{
	static const struct numbered_encoding *const all[] = { &numbered_mp3,
		&numbered_ts };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (strcmp(all[i]->name, name) == 0)
			return all[i];
	}
	return NULL;
}

void
numbered_put(uint8_t *at, uint64_t value, unsigned bytes)
{
	while (bytes-- > 0) {
		at[bytes] = (uint8_t)value;
		value >>= 8;
	}
}

uint64_t
numbered_take(const uint8_t *at, unsigned bytes)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < bytes; i++)
		value = value << 8 | at[i];
	return value;
}

/* Each step maps the sum so far one to one, so one changed word always shows.
 */
uint64_t
numbered_sum(const uint8_t *bytes, size_t len)
{
	uint64_t sum = len, word;

	while (len > 0) {
		size_t n = len < sizeof(word) ? len : sizeof(word);

		word = 0;
		memcpy(&word, bytes, n);
		sum = (sum ^ le64toh(word)) * 0x9E3779B97F4A7C15u;
		sum ^= sum >> 29;
		bytes += n;
		len -= n;
	}
	return sum;
}

bool
numbered_is_new(const struct numbered_check *check, uint32_t run)
{
	return check->counts.frames == 0 || check->run != run;
}

static bool
is_seen(const struct numbered_check *check, uint64_t number)
{
	number %= NUMBERED_WINDOW;
	return (check->seen[number / 64] >> (number % 64) & 1) != 0;
}

static void
set_seen(struct numbered_check *check, uint64_t number, bool seen)
{
	uint64_t bit = UINT64_C(1) << (number % 64);

	number %= NUMBERED_WINDOW;
	if (seen)
		check->seen[number / 64] |= bit;
	else
		check->seen[number / 64] &= ~bit;
}

static void
start_run(struct numbered_check *check, const struct numbered_frame *frame)
{
	if (check->counts.frames > 0)
		check->counts.restarts++;
	check->run = frame->run;
	check->first = check->next = frame->number;
	check->bad = 0;
	memset(check->seen, 0, sizeof(check->seen));
}

/* A number below the expected one: again, or late. */
static void
count_old(struct numbered_check *check, uint64_t number)
{
	struct numbered_counts *counts = &check->counts;

	if (check->next - number > NUMBERED_WINDOW) {
		counts->reordered++;
		return;
	}
	if (is_seen(check, number)) {
		counts->doubled++;
		return;
	}
	counts->reordered++;
	if (number >= check->first && counts->lost > 0)
		counts->lost--;
	set_seen(check, number, true);
}

static void
count_frame(struct numbered_check *check, const struct numbered_frame *frame)
{
	uint64_t gap;

	if (numbered_is_new(check, frame->run))
		start_run(check, frame);
	check->counts.frames++;
	if (frame->number < check->next) {
		count_old(check, frame->number);
		return;
	}
	gap = frame->number - check->next;
	check->counts.lost += gap - (gap < check->bad ? gap : check->bad);
	check->bad = 0;
	for (uint64_t i = 0; i < gap && i < NUMBERED_WINDOW; i++)
		set_seen(check, frame->number - 1 - i, false);
	set_seen(check, frame->number, true);
	check->next = frame->number + 1;
}

/* Steps over what is no frame of ours, to where the next one may begin. */
static size_t
skip_strange(struct numbered_check *check, const uint8_t *bytes, size_t len)
{
	const uint8_t *next = len > 1
	    ? memchr(bytes + 1, check->encoding->sync, len - 1)
	    : NULL;
	size_t skipped = next != NULL ? (size_t)(next - bytes) : len;

	if (check->is_synced) {
		check->is_synced = false;
		check->counts.damaged++;
		check->bad++;
	}
	if (check->counts.frames > 0)
		check->counts.strange_bytes += skipped;
	else
		check->counts.lead_bytes += skipped;
	return skipped;
}

/* How many bytes it is done with; 0: a frame has begun and is not whole. */
static size_t
take_one(struct numbered_check *check, const uint8_t *bytes, size_t len)
{
	struct numbered_frame frame;

	switch (check->encoding->look(check, bytes, &len, &frame)) {
	case NUMBERED_PART:
		return 0;
	case NUMBERED_TABLE:
		check->is_synced = true;
		return len;
	case NUMBERED_FRAME:
		check->is_synced = true;
		count_frame(check, &frame);
		if (check->frame != NULL)
			check->frame(check->arg, &frame);
		return len;
	case NUMBERED_STRANGE:
		break;
	}
	return skip_strange(check, bytes, len);
}

/* Tops up the held bytes; answers how many of the new ones are done with. */
static size_t
take_held(struct numbered_check *check, const uint8_t *bytes, size_t len)
{
	size_t room = sizeof(check->hold) - check->held;
	size_t more = len < room ? len : room;
	size_t done;

	memcpy(check->hold + check->held, bytes, more);
	done = take_one(check, check->hold, check->held + more);
	if (done == 0) {
		check->held += more;
		return more;
	}
	if (done >= check->held) {
		more = done - check->held;
		check->held = 0;
		return more;
	}
	check->held -= done;
	memmove(check->hold, check->hold + done, check->held);
	return 0;
}

void
numbered_read(struct numbered_check *check, const uint8_t *bytes, size_t len)
{
	size_t done;

	while (len > 0) {
		if (check->held > 0) {
			done = take_held(check, bytes, len);
		} else {
			done = take_one(check, bytes, len);
			if (done == 0) {
				memcpy(check->hold, bytes, len);
				check->held = len;
				done = len;
			}
		}
		bytes += done;
		len -= done;
	}
}
