/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "base/check.h"
#include "ledger/csv.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MOST_FIELDS 7

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void
check_record(const struct csv *csv, char **fields, unsigned count,
    const char *text, size_t len)
{
	CHECK(count >= 1 && count <= MOST_FIELDS);
	for (unsigned i = 0; i < count; i++) {
		CHECK(fields[i] >= text && fields[i] <= text + len);
		CHECK(fields[i] + strlen(fields[i]) <= text + len);
		CHECK(i == 0 || fields[i] > fields[i - 1]);
	}
	CHECK(csv->at <= text + len && csv->line >= csv->record_line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text = malloc(len + 1), *fields[MOST_FIELDS];
	enum csv_answer answer = CSV_RECORD;
	const char *before;
	struct csv csv;
	unsigned count;

	memcpy(text, bytes, len);
	text[len] = '\0';
	csv_open(&csv, text);
	while (answer == CSV_RECORD) {
		before = csv.at;
		answer = csv_next(&csv, fields, MOST_FIELDS, &count);
		if (answer != CSV_RECORD)
			break;
		CHECK(csv.at > before);
		check_record(&csv, fields, count, text, len);
	}
	CHECK(answer == CSV_END || csv.wrong != NULL);
	free(text);
	return 0;
}
