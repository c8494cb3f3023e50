/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/csv.h"

#include <string.h>

void
csv_open(struct csv *csv, char *text)
{
	*csv = (struct csv){ .at = text, .line = 1 };
	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		csv->at += 3;
}

/* Takes the quotes off; NULL: it is never closed. */
static char *
take_quoted(struct csv *csv)
{
	char *field = csv->at + 1, *to = field;

	for (csv->at++;; csv->at++) {
		if (*csv->at == '\0')
			return NULL;
		if (*csv->at == '"' && *++csv->at != '"')
			break;
		csv->line += *csv->at == '\n';
		*to++ = *csv->at;
	}
	*to = '\0'; /* at the closing quote or before it */
	return field;
}

static char *
take_field(struct csv *csv)
{
	char *field = csv->at;
	size_t len;

	if (*field == '"') {
		field = take_quoted(csv);
		csv->wrong = "a quote is not closed";
		return field;
	}
	len = strcspn(field, ",\r\n\"");
	csv->at += len;
	csv->wrong = "a quote within a field without quotes";
	return *csv->at == '"' ? NULL : field;
}

/* What must follow a field. The mark becomes the field's end, so it is looked
 * at first. False: something else. */
static bool
take_mark(struct csv *csv, bool *is_last)
{
	char *mark = csv->at;

	*is_last = *mark != ',';
	if (*mark == '\0')
		return true;
	if (mark[0] == '\r' && mark[1] == '\n')
		csv->at++;
	else if (*mark != ',' && *mark != '\n')
		return false;
	csv->line += *is_last;
	csv->at++;
	*mark = '\0';
	return true;
}

static void
skip_empty(struct csv *csv)
{
	size_t len;

	for (;;) {
		len = csv->at[0] == '\r' ? 1 : 0;
		if (csv->at[len] != '\n')
			return;
		csv->at += len + 1;
		csv->line++;
	}
}

enum csv_answer
csv_next(struct csv *csv, char **fields, unsigned most, unsigned *count)
{
	bool is_last = false;

	*count = 0;
	skip_empty(csv);
	csv->record_line = csv->line;
	if (*csv->at == '\0')
		return CSV_END;
	while (!is_last) {
		if (*count == most) {
			csv->wrong = "too many fields";
			return CSV_BAD;
		}
		fields[*count] = take_field(csv);
		if (fields[(*count)++] == NULL)
			return CSV_BAD;
		if (!take_mark(csv, &is_last)) {
			csv->wrong = "text after a closing quote, or a lone "
				     "carriage return";
			return CSV_BAD;
		}
	}
	return CSV_RECORD;
}
