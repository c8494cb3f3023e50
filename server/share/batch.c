/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "share/batch.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* PostgreSQL manual, 8.15.6: quotes and backslashes get one before them. */
static void
add_text(struct bytes *array, const char *text, size_t len)
{
	char *clean = mem_new(len + 1);

	text_clean(clean, len + 1, text, len);
	bytes_text(array, "\"");
	for (const char *at = clean; *at != '\0'; at++) {
		if (*at == '"' || *at == '\\')
			bytes_text(array, "\\");
		bytes_append(array, at, 1);
	}
	bytes_text(array, "\"");
	free(clean);
}

void
batch_add(struct batch *batch, sqlite3_stmt *row)
{
	batch->columns = sqlite3_column_count(row);
	CHECK(batch->columns <= SHARE_COLUMNS_MOST);
	for (int i = 0; i < batch->columns; i++) {
		struct bytes *array = &batch->arrays[i];

		bytes_text(array, batch->rows == 0 ? "{" : ",");
		switch (sqlite3_column_type(row, i)) {
		case SQLITE_NULL:
			bytes_text(array, "NULL");
			break;
		case SQLITE_INTEGER:
			bytes_format(array, "%lld",
			    (long long)sqlite3_column_int64(row, i));
			break;
		default:
			add_text(array,
			    (const char *)sqlite3_column_text(row, i),
			    (size_t)sqlite3_column_bytes(row, i));
			break;
		}
	}
	batch->rows++;
}

const char *const *
batch_values(struct batch *batch)
{
	for (int i = 0; i < batch->columns; i++) {
		bytes_append(&batch->arrays[i], "}", 2);
		batch->values[i] = (const char *)batch->arrays[i].data;
	}
	return batch->values;
}

void
batch_clear(struct batch *batch)
{
	for (int i = 0; i < batch->columns; i++)
		bytes_free(&batch->arrays[i]);
	batch->rows = 0;
}
