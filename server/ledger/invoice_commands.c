/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/invoice_commands.h"

#include "base/mem.h"
#include "base/text.h"
#include "ledger/invoice_import.h"
#include "ledger/invoices.h"
#include "ledger/life_commands.h"
#include "ledger/rounds.h"

#include <stdlib.h>
#include <string.h>

static const struct column columns[] = { { "member", false },
	{ "reference", false }, { "sent", false }, { "due", false },
	{ "paid", false }, { "amount", true }, { "currency", false } };

static struct ledger *
ledger_of(const struct call *call)
{
	return call->owner;
}

static bool
take_day(struct call *call, const char *option, int64_t *day)
{
	const char *text = call_option(call, option);

	if (text == NULL || day_parse(text, day))
		return true;
	bytes_format(call->out, "%s is a day, as 2026-11-22\n", option);
	return false;
}

/* A mistake must be mendable: --paid none. */
static bool
take_paid(struct call *call, int64_t *day)
{
	const char *text = call_option(call, "--paid");

	if (text == NULL || strcmp(text, "none") != 0)
		return take_day(call, "--paid", day);
	*day = INVOICE_UNPAID;
	return true;
}

static bool
take_money(struct call *call, struct invoice *invoice)
{
	const char *amount = call_option(call, "--amount");
	const char *currency = call_option(call, "--currency");

	if (amount != NULL && !invoice_amount(amount, &invoice->cents)) {
		bytes_text(call->out, "--amount is more than 0, as 120.00\n");
		return false;
	}
	if (currency == NULL)
		return true;
	if (invoice_bad_currency(currency) != NULL) {
		bytes_format(call->out, "%s\n", invoice_bad_currency(currency));
		return false;
	}
	text_copy(invoice->currency, CURRENCY_BYTES, currency);
	return true;
}

/* What is given changes what is known; --sent of a new one also its due day. */
static int
read_invoice(struct call *call, const struct member_row *row, bool is_known,
    struct invoice *invoice)
{
	const char *field, *why = invoice_bad_reference(call->words[1]);

	if (why != NULL) {
		bytes_format(call->out, "%s\n", why);
		return CALL_REFUSED;
	}
	if (!is_known &&
	    (!call_has(call, "--sent") || !call_has(call, "--amount") ||
		!call_has(call, "--currency"))) {
		bytes_text(call->out,
		    "a new invoice needs --sent, --amount and --currency\n");
		return CALL_WRONG_USE;
	}
	text_copy(invoice->reference, REFERENCE_BYTES, call->words[1]);
	if (!take_day(call, "--sent", &invoice->sent_day))
		return CALL_REFUSED;
	if (!is_known)
		invoice->due_day = invoice->sent_day + LIFE_DUE_DAYS;
	if (!take_day(call, "--due", &invoice->due_day) ||
	    !take_paid(call, &invoice->paid_day) || !take_money(call, invoice))
		return CALL_REFUSED;
	why = invoice_bad_days(
	    invoice, rounds_today(ledger_of(call), row), &field);
	if (why != NULL)
		bytes_format(call->out, "--%s %s\n", field, why);
	return why != NULL ? CALL_REFUSED : CALL_DONE;
}

static int
put_invoice(struct call *call, const struct member_row *row,
    const struct invoice *invoice)
{
	static const char *const words[] = {
		[INVOICES_SAME] = "is known already",
		[INVOICES_NEW] = "is new",
		[INVOICES_CHANGED] = "is changed",
	};
	struct store *store = ledger_of(call)->store;
	enum invoices_answer put = INVOICES_FAILED;
	int status;

	if (store_begin(store))
		put = invoices_put(store, row, invoice);
	status = life_commit(call, put != INVOICES_FAILED);
	if (status != CALL_DONE)
		return status;
	bytes_format(
	    call->out, "invoice %s %s\n", invoice->reference, words[put]);
	return life_show_state(call);
}

static int
set_invoice(struct call *call)
{
	struct invoice invoice = { .paid_day = INVOICE_UNPAID };
	struct store *store = ledger_of(call)->store;
	enum invoices_answer found;
	struct member_row row;
	int status = life_find(call, &row);

	if (status != CALL_DONE)
		return status;
	found = invoices_find(store, row.member.id, call->words[1], &invoice);
	if (found == INVOICES_FAILED)
		return call_refuse_store(call, store);
	status = read_invoice(call, &row, found == INVOICES_SAME, &invoice);
	return status == CALL_DONE ? put_invoice(call, &row, &invoice) : status;
}

static void
add_day(struct listing *listing, int64_t day)
{
	char text[DAY_BYTES];

	day_text(day, text);
	listing_add(listing, text);
}

static void
add_row(struct listing *listing, const struct member_row *row,
    const struct invoice *invoice)
{
	char amount[32];

	listing_add(listing, row->member.slug);
	listing_add(listing, invoice->reference);
	add_day(listing, invoice->sent_day);
	add_day(listing, invoice->due_day);
	if (invoice->paid_day == INVOICE_UNPAID)
		listing_add(listing, NULL);
	else
		add_day(listing, invoice->paid_day);
	invoice_amount_text(invoice->cents, amount);
	listing_add(listing, amount);
	listing_add(listing, invoice->currency);
}

static int
list_invoices(struct call *call)
{
	struct store *store = ledger_of(call)->store;
	struct listing *listing;
	struct member_row row;
	struct invoice invoice;
	sqlite3_stmt *prepared;
	int status = life_find(call, &row);
	bool failed;

	if (status != CALL_DONE)
		return status;
	listing = listing_new(columns, sizeof(columns) / sizeof(*columns));
	prepared = invoices_of(store, row.member.id);
	while (invoices_next(prepared, &invoice, &failed))
		add_row(listing, &row, &invoice);
	if (!failed) {
		call_begin_json(call, "invoices");
		listing_show(listing, call->format, call->out);
		call_end_json(call);
	}
	listing_free(listing);
	return failed ? call_refuse_store(call, store) : CALL_DONE;
}

static int
import_invoices(struct call *call)
{
	struct ledger *ledger = ledger_of(call);
	struct import_counts counts = { 0 };
	enum import_answer answer = IMPORT_FAILED;
	char *text = mem_text(call->words[0]);
	int status;

	if (store_begin(ledger->store))
		answer = invoice_import(ledger, text, &counts, call->out);
	free(text);
	if (answer == IMPORT_BAD) {
		store_rollback(ledger->store);
		bytes_text(call->out, "nothing was imported\n");
		return CALL_REFUSED;
	}
	status = life_commit(call, answer == IMPORT_DONE);
	if (status == CALL_DONE)
		bytes_format(call->out,
		    "invoices: %u new, %u changed, %u known already\n",
		    counts.fresh, counts.changed, counts.same);
	return status;
}

static const struct command commands[] = {
	{ { "member", "invoice" }, 2,
	    " --sent= --due= --paid= --amount= --currency= ",
	    "member invoice SLUG REFERENCE --sent DAY [--due DAY] "
	    "--amount 120.00 --currency EUR [--paid DAY|none]",
	    set_invoice },
	{ { "member", "invoices" }, 1,
	    " --format= ", "member invoices SLUG" CALL_FORMATS, list_invoices },
	/* all2allctl puts the file's text in the place of its name. */
	{ { "invoice", "import" }, 1, "", "invoice import FILE|-",
	    import_invoices },
};

const struct command_table invoice_commands = { commands,
	sizeof(commands) / sizeof(*commands) };
