/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/listing.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct listing {
	const struct column *columns;
	unsigned width;       /* columns */
	unsigned count, size; /* cells */
	char **cells;
};

bool
listing_format_named(const char *word, enum listing_format *format)
{
	static const char *const words[] = { "text", "csv", "json" };

	for (unsigned i = 0; i < 3; i++) {
		if (strcmp(word, words[i]) == 0) {
			*format = (enum listing_format)i;
			return true;
		}
	}
	return false;
}

struct listing *
listing_new(const struct column *columns, unsigned count)
{
	struct listing *listing = mem_new(sizeof(*listing));

	listing->columns = columns;
	listing->width = count;
	return listing;
}

void
listing_free(struct listing *listing)
{
	if (listing == NULL)
		return;
	for (unsigned i = 0; i < listing->count; i++)
		free(listing->cells[i]);
	free(listing->cells);
	free(listing);
}

void
listing_add(struct listing *listing, const char *text)
{
	if (listing->count == listing->size) {
		listing->size = listing->size > 0 ? 2 * listing->size : 64;
		listing->cells = mem_grow(
		    listing->cells, listing->size * sizeof(*listing->cells));
	}
	listing->cells[listing->count++] = mem_text(text);
}

void
listing_add_number(struct listing *listing, int64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)number);
	listing_add(listing, text);
}

void
listing_add_time(struct listing *listing, int64_t wall_ms)
{
	char text[CLOCK_ISO_BYTES];

	if (wall_ms == 0) {
		listing_add(listing, NULL);
		return;
	}
	clock_iso(wall_ms, text);
	listing_add(listing, text);
}

unsigned
listing_rows(const struct listing *listing)
{
	return listing->count / listing->width;
}

static const char *
get_cell(const struct listing *listing, unsigned row, unsigned column)
{
	return listing->cells[row * listing->width + column];
}

/* Fit for a terminal, and how many columns it takes there. */
static unsigned
add_plain(struct bytes *out, const char *cell)
{
	char *plain;
	size_t size, len;
	unsigned wide = 0;

	if (cell == NULL || *cell == '\0')
		cell = "-";
	size = 4 * strlen(cell) + 1;
	plain = mem_new(size);
	len = text_escape_log(plain, size, cell);
	for (size_t i = 0; i < len; i++)
		wide += ((uint8_t)plain[i] & 0xc0) != 0x80;
	bytes_append(out, plain, len);
	free(plain);
	return wide;
}

static unsigned
plain_width(const char *cell)
{
	struct bytes plain = { 0 };
	unsigned wide = add_plain(&plain, cell);

	bytes_free(&plain);
	return wide;
}

static unsigned
column_width(const struct listing *listing, unsigned column)
{
	unsigned most = plain_width(listing->columns[column].name);

	for (unsigned row = 0; row < listing_rows(listing); row++) {
		unsigned wide = plain_width(get_cell(listing, row, column));

		most = wide > most ? wide : most;
	}
	return most;
}

static void
add_padded(struct bytes *out, const char *cell, int before, int after)
{
	bytes_format(out, "%*s", before, "");
	add_plain(out, cell);
	bytes_format(out, "%*s", after, "");
}

/* row -1: the names */
static void
show_text_row(const struct listing *listing, const unsigned *widths, long row,
    struct bytes *out)
{
	for (unsigned i = 0; i < listing->width; i++) {
		const struct column *column = &listing->columns[i];
		const char *cell = row == -1
		    ? column->name
		    : get_cell(listing, (unsigned)row, i);
		int spare = (int)(widths[i] - plain_width(cell));
		bool is_last = i + 1 == listing->width;

		add_padded(out, cell, column->is_number ? spare : 0,
		    column->is_number || is_last ? 0 : spare);
		bytes_text(out, is_last ? "\n" : "  ");
	}
}

static void
show_text(const struct listing *listing, struct bytes *out)
{
	unsigned *widths = mem_new(listing->width * sizeof(*widths));

	for (unsigned i = 0; i < listing->width; i++)
		widths[i] = column_width(listing, i);
	for (long row = -1; row < (long)listing_rows(listing); row++)
		show_text_row(listing, widths, row, out);
	free(widths);
}

static void
show_csv_row(const struct listing *listing, unsigned row, struct bytes *out)
{
	for (unsigned i = 0; i < listing->width; i++) {
		const char *cell = get_cell(listing, row, i);

		/* A number that is below zero is not a formula. */
		if (cell != NULL && listing->columns[i].is_number)
			bytes_text(out, cell);
		else if (cell != NULL)
			text_csv(out, cell);
		bytes_text(out, i + 1 < listing->width ? "," : "\r\n");
	}
}

static void
show_csv_names(const struct listing *listing, struct bytes *out)
{
	for (unsigned i = 0; i < listing->width; i++)
		bytes_format(out, "%s%s", listing->columns[i].name,
		    i + 1 < listing->width ? "," : "\r\n");
}

static void
show_json_row(const struct listing *listing, unsigned row, struct bytes *out)
{
	for (unsigned i = 0; i < listing->width; i++) {
		const char *cell = get_cell(listing, row, i);

		bytes_format(out, "%s\"%s\":", i > 0 ? "," : "{",
		    listing->columns[i].name);
		if (cell == NULL)
			bytes_text(out, "null");
		else if (listing->columns[i].is_number)
			bytes_text(out, cell);
		else
			text_json(out, cell);
	}
	bytes_text(out, "}");
}

void
listing_show(const struct listing *listing, enum listing_format format,
    struct bytes *out)
{
	if (format == LISTING_TEXT) {
		show_text(listing, out);
		return;
	}
	bytes_text(out, format == LISTING_JSON ? "[" : "");
	if (format == LISTING_CSV)
		show_csv_names(listing, out);
	for (unsigned row = 0; row < listing_rows(listing); row++) {
		if (format == LISTING_CSV) {
			show_csv_row(listing, row, out);
			continue;
		}
		bytes_text(out, row > 0 ? ",\n" : "\n");
		show_json_row(listing, row, out);
	}
	bytes_text(out, format == LISTING_JSON ? "]" : "");
}

void
listing_show_row(const struct listing *listing, unsigned row,
    enum listing_format format, struct bytes *out)
{
	if (format == LISTING_CSV) {
		show_csv_names(listing, out);
		show_csv_row(listing, row, out);
		return;
	}
	if (format == LISTING_JSON) {
		show_json_row(listing, row, out);
		return;
	}
	for (unsigned i = 0; i < listing->width; i++) {
		bytes_format(out, "%s: ", listing->columns[i].name);
		add_plain(out, get_cell(listing, row, i));
		bytes_text(out, "\n");
	}
}
