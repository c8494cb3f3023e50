/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/invoice_import.h"

#include "base/text.h"
#include "ledger/csv.h"
#include "ledger/invoices.h"
#include "ledger/rounds.h"

#include <string.h>

#define SHOWN_BYTES 100 /* of a wrong value */

enum {
	SLUG,
	REFERENCE,
	SENT,
	DUE,
	PAID,
	AMOUNT,
	CURRENCY,
	FIELDS
};

static const char *const names[FIELDS] = { "slug", "reference", "sent", "due",
	"paid", "amount", "currency" };

struct import {
	struct ledger *ledger;
	struct csv csv;
	unsigned places[FIELDS]; /* of each field in a record */
	char *fields[FIELDS];
	struct bytes *wrong;
};

static bool
say(struct import *import, unsigned field, const char *why)
{
	char shown[SHOWN_BYTES];

	text_copy(shown, sizeof(shown), import->fields[field]);
	bytes_format(import->wrong, "line %u, %s: ", import->csv.record_line,
	    names[field]);
	text_json(import->wrong, shown);
	bytes_format(import->wrong, " %s\n", why);
	return false;
}

static bool
say_line(struct import *import, const char *why)
{
	bytes_format(
	    import->wrong, "line %u: %s\n", import->csv.record_line, why);
	return false;
}

static bool
place_name(struct import *import, const char *name, unsigned at, bool *had)
{
	unsigned field = 0;

	while (field < FIELDS && strcmp(names[field], name) != 0)
		field++;
	if (field == FIELDS || had[field])
		return false;
	had[field] = true;
	import->places[field] = at;
	return true;
}

static bool
read_head(struct import *import)
{
	static const char
	    why[] = "the first line must have the columns "
		    "slug,reference,sent,due,paid,amount,currency, each once";
	bool had[FIELDS] = { false };
	char *fields[FIELDS];
	unsigned count;

	if (csv_next(&import->csv, fields, FIELDS, &count) != CSV_RECORD ||
	    count != FIELDS)
		return say_line(import, why);
	for (unsigned i = 0; i < count; i++) {
		if (!place_name(import, fields[i], i, had))
			return say_line(import, why);
	}
	return true;
}

/* Of all fields: what a program that shows tables would run. */
static bool
has_formula(struct import *import)
{
	for (unsigned i = 0; i < FIELDS; i++) {
		if (import->fields[i][0] == '\0' ||
		    strchr("=+-@\t\r", import->fields[i][0]) == NULL)
			continue;
		say(import, i, "begins as a formula does");
		return true;
	}
	return false;
}

static bool
read_day(struct import *import, unsigned field, int64_t *day)
{
	if (import->fields[field][0] == '\0')
		return true;
	return day_parse(import->fields[field], day) ||
	    say(import, field, "is not a day, as 2026-11-22");
}

static bool
read_texts(struct import *import, struct invoice *invoice)
{
	char **fields = import->fields;
	const char *why = invoice_bad_reference(fields[REFERENCE]);

	if (why != NULL)
		return say(import, REFERENCE, why);
	why = invoice_bad_currency(fields[CURRENCY]);
	if (why != NULL)
		return say(import, CURRENCY, why);
	if (!invoice_amount(fields[AMOUNT], &invoice->cents))
		return say(
		    import, AMOUNT, "is not an amount more than 0, as 120.00");
	text_copy(invoice->reference, REFERENCE_BYTES, fields[REFERENCE]);
	text_copy(invoice->currency, CURRENCY_BYTES, fields[CURRENCY]);
	return true;
}

static bool
read_days(struct import *import, const struct member_row *row,
    struct invoice *invoice)
{
	const char *field, *why;

	if (import->fields[SENT][0] == '\0')
		return say(import, SENT, "is missing");
	if (!read_day(import, SENT, &invoice->sent_day))
		return false;
	invoice->due_day = invoice->sent_day + LIFE_DUE_DAYS;
	invoice->paid_day = INVOICE_UNPAID;
	if (!read_day(import, DUE, &invoice->due_day) ||
	    !read_day(import, PAID, &invoice->paid_day))
		return false;
	why = invoice_bad_days(
	    invoice, rounds_today(import->ledger, row), &field);
	return why == NULL ||
	    say(import, strcmp(field, "due") == 0 ? DUE : PAID, why);
}

static enum import_answer
find_member(struct import *import, struct member_row *row)
{
	switch (
	    members_find(import->ledger->store, import->fields[SLUG], row)) {
	case MEMBERS_DONE:
		if (row->member.state != MEMBER_DELETED)
			return IMPORT_DONE;
		say(import, SLUG, "is deleted");
		return IMPORT_BAD;
	case MEMBERS_UNKNOWN:
		say(import, SLUG, "is no member");
		return IMPORT_BAD;
	default:
		return IMPORT_FAILED;
	}
}

/* An older table does not take a payment back. */
static bool
keep_paid(
    struct store *store, const struct member_row *row, struct invoice *invoice)
{
	struct invoice before;
	enum invoices_answer found = invoices_find(
	    store, row->member.id, invoice->reference, &before);

	if (found == INVOICES_SAME && invoice->paid_day == INVOICE_UNPAID)
		invoice->paid_day = before.paid_day;
	return found != INVOICES_FAILED;
}

static enum import_answer
take_record(struct import *import, struct import_counts *counts)
{
	struct store *store = import->ledger->store;
	struct invoice invoice = { .paid_day = INVOICE_UNPAID };
	struct member_row row;
	enum import_answer answer;

	if (has_formula(import))
		return IMPORT_BAD;
	answer = find_member(import, &row);
	if (answer != IMPORT_DONE)
		return answer;
	if (!read_texts(import, &invoice) || !read_days(import, &row, &invoice))
		return IMPORT_BAD;
	if (!keep_paid(store, &row, &invoice))
		return IMPORT_FAILED;
	switch (invoices_put(store, &row, &invoice)) {
	case INVOICES_SAME:
		counts->same++;
		return IMPORT_DONE;
	case INVOICES_NEW:
		counts->fresh++;
		return IMPORT_DONE;
	case INVOICES_CHANGED:
		counts->changed++;
		return IMPORT_DONE;
	default:
		return IMPORT_FAILED;
	}
}

enum import_answer
invoice_import(struct ledger *ledger, char *text, struct import_counts *counts,
    struct bytes *wrong)
{
	struct import import = { .ledger = ledger, .wrong = wrong };
	enum import_answer answer = IMPORT_DONE;
	enum csv_answer got = CSV_END;
	char *fields[FIELDS];
	unsigned count;

	csv_open(&import.csv, text);
	if (!read_head(&import))
		return IMPORT_BAD;
	while (answer == IMPORT_DONE &&
	    (got = csv_next(&import.csv, fields, FIELDS, &count)) ==
		CSV_RECORD) {
		if (count != FIELDS) {
			say_line(&import, "there are fields missing");
			return IMPORT_BAD;
		}
		for (unsigned i = 0; i < FIELDS; i++)
			import.fields[i] = fields[import.places[i]];
		answer = take_record(&import, counts);
	}
	if (got == CSV_BAD) {
		say_line(&import, import.csv.wrong);
		return IMPORT_BAD;
	}
	return answer;
}
