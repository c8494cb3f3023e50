/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "load/tally.h"

#include "base/text.h"

#include <string.h>

void
tally_add(struct tally *tally, const char *reason)
{
	char text[sizeof(tally->rows[0].reason)];

	text_copy(text, sizeof(text), reason);
	for (unsigned i = 0; i < tally->used; i++) {
		if (strcmp(tally->rows[i].reason, text) == 0) {
			tally->rows[i].count++;
			return;
		}
	}
	if (tally->used == TALLY_REASONS) {
		text_copy(tally->rows[TALLY_REASONS - 1].reason, sizeof(text),
		    "other");
		tally->rows[TALLY_REASONS - 1].count++;
		return;
	}
	memcpy(tally->rows[tally->used].reason, text, sizeof(text));
	tally->rows[tally->used++].count = 1;
}

uint64_t
tally_total(const struct tally *tally)
{
	uint64_t total = 0;

	for (unsigned i = 0; i < tally->used; i++)
		total += tally->rows[i].count;
	return total;
}
