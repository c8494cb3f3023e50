/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/invoices.h"

#include "base/text.h"
#include "ledger/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_DIGITS 12 /* of an amount, before its point */

static const char select_one[] =
    "SELECT reference, sent_ms, due_ms, paid_ms, cents, currency FROM invoice "
    "WHERE member = ?1 AND reference = ?2";

static const char select_all[] =
    "SELECT reference, sent_ms, due_ms, paid_ms, cents, currency FROM invoice "
    "WHERE member = ?1 ORDER BY sent_ms, reference";

static const char write_invoice[] =
    "INSERT INTO invoice(member, reference, sent_ms, due_ms, paid_ms, cents, "
    "currency) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) "
    "ON CONFLICT DO UPDATE SET sent_ms = ?3, due_ms = ?4, paid_ms = ?5, "
    "cents = ?6, currency = ?7";

static const char add_up[] =
    "SELECT count(paid_ms), min(CASE WHEN paid_ms IS NULL THEN sent_ms END), "
    "min(CASE WHEN paid_ms IS NULL THEN due_ms END) "
    "FROM invoice WHERE member = ?1";

/* "120", "120.5" or "120.50" */
bool
invoice_amount(const char *text, int64_t *cents)
{
	size_t whole = strspn(text, "0123456789"), part;

	if (whole == 0 || whole > MOST_DIGITS)
		return false;
	*cents = strtoll(text, NULL, 10) * 100;
	text += whole;
	if (*text == '\0')
		return *cents > 0;
	if (*text++ != '.')
		return false;
	part = strspn(text, "0123456789");
	if (part < 1 || part > 2 || text[part] != '\0')
		return false;
	*cents += (text[0] - '0') * 10 + (part == 2 ? text[1] - '0' : 0);
	return *cents > 0;
}

void
invoice_amount_text(int64_t cents, char text[32])
{
	snprintf(text, 32, "%lld.%02lld", (long long)cents / 100,
	    (long long)cents % 100);
}

const char *
invoice_bad_reference(const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len >= REFERENCE_BYTES)
		return "a reference has 1 to 63 bytes";
	/* A program that shows tables would take it for a formula. */
	if (strchr("=+-@", text[0]) != NULL)
		return "a reference does not begin with =, +, - or @";
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return "a reference has no control characters";
	}
	return text_is_utf8(text, len) ? NULL : "a reference is UTF-8";
}

const char *
invoice_bad_currency(const char *text)
{
	return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3 &&
		text[3] == '\0'
	    ? NULL
	    : "a currency is three capital letters, such as EUR";
}

const char *
invoice_bad_days(
    const struct invoice *invoice, int64_t today, const char **field)
{
	*field = "due";
	if (invoice->due_day < invoice->sent_day)
		return "is before the day it was sent";
	*field = "paid";
	/* Tomorrow has begun east of here. */
	if (invoice->paid_day > today + 1)
		return "is in the future";
	return NULL;
}

static void
read_row(sqlite3_stmt *prepared, struct invoice *invoice)
{
	memset(invoice, 0, sizeof(*invoice));
	text_copy(invoice->reference, REFERENCE_BYTES, store_text(prepared, 0));
	invoice->sent_day = sqlite3_column_int64(prepared, 1) / DAY_MS;
	invoice->due_day = sqlite3_column_int64(prepared, 2) / DAY_MS;
	invoice->paid_day = INVOICE_UNPAID;
	if (sqlite3_column_type(prepared, 3) != SQLITE_NULL)
		invoice->paid_day = sqlite3_column_int64(prepared, 3) / DAY_MS;
	invoice->cents = sqlite3_column_int64(prepared, 4);
	text_copy(invoice->currency, CURRENCY_BYTES, store_text(prepared, 5));
}

enum invoices_answer
invoices_find(struct store *store, int64_t member, const char *reference,
    struct invoice *invoice)
{
	sqlite3_stmt *prepared = store_prepare(store, select_one);
	enum invoices_answer answer = INVOICES_UNKNOWN;
	int step;

	sqlite3_bind_int64(prepared, 1, member);
	sqlite3_bind_text(prepared, 2, reference, -1, SQLITE_STATIC);
	step = sqlite3_step(prepared);
	if (step == SQLITE_ROW) {
		read_row(prepared, invoice);
		answer = INVOICES_SAME;
		step = sqlite3_step(prepared);
	}
	return store_ended(prepared, step) ? answer : INVOICES_FAILED;
}

sqlite3_stmt *
invoices_of(struct store *store, int64_t member)
{
	sqlite3_stmt *prepared = store_prepare(store, select_all);

	sqlite3_bind_int64(prepared, 1, member);
	return prepared;
}

bool
invoices_next(sqlite3_stmt *prepared, struct invoice *invoice, bool *failed)
{
	int step = sqlite3_step(prepared);

	if (step == SQLITE_ROW) {
		read_row(prepared, invoice);
		return true;
	}
	*failed = !store_ended(prepared, step);
	return false;
}

static bool
is_same(const struct invoice *one, const struct invoice *other)
{
	return one->sent_day == other->sent_day &&
	    one->due_day == other->due_day &&
	    one->paid_day == other->paid_day && one->cents == other->cents &&
	    strcmp(one->currency, other->currency) == 0;
}

static bool
audit(struct store *store, const struct member_row *row,
    const struct invoice *invoice)
{
	char sent[DAY_BYTES], due[DAY_BYTES], paid[DAY_BYTES] = "no";
	char amount[32];
	struct bytes what = { 0 };
	bool is_done;

	day_text(invoice->sent_day, sent);
	day_text(invoice->due_day, due);
	if (invoice->paid_day != INVOICE_UNPAID)
		day_text(invoice->paid_day, paid);
	invoice_amount_text(invoice->cents, amount);
	bytes_format(&what,
	    "member invoice %s sent=%s due=%s amount=%s %s paid=%s",
	    invoice->reference, sent, due, amount, invoice->currency, paid);
	bytes_append(&what, "", 1);
	is_done = members_audit(
	    store, row, AUDIT_SOCKET, (const char *)what.data);
	bytes_free(&what);
	return is_done;
}

static bool
write_row(struct store *store, int64_t member, const struct invoice *invoice)
{
	sqlite3_stmt *prepared = store_prepare(store, write_invoice);

	sqlite3_bind_int64(prepared, 1, member);
	sqlite3_bind_text(prepared, 2, invoice->reference, -1, SQLITE_STATIC);
	sqlite3_bind_int64(prepared, 3, invoice->sent_day * DAY_MS);
	sqlite3_bind_int64(prepared, 4, invoice->due_day * DAY_MS);
	if (invoice->paid_day != INVOICE_UNPAID)
		sqlite3_bind_int64(prepared, 5, invoice->paid_day * DAY_MS);
	sqlite3_bind_int64(prepared, 6, invoice->cents);
	sqlite3_bind_text(prepared, 7, invoice->currency, -1, SQLITE_STATIC);
	return store_run(prepared);
}

enum invoices_answer
invoices_put(struct store *store, const struct member_row *row,
    const struct invoice *invoice)
{
	struct invoice before;
	enum invoices_answer found = invoices_find(
	    store, row->member.id, invoice->reference, &before);

	if (found == INVOICES_FAILED)
		return INVOICES_FAILED;
	if (found == INVOICES_SAME && is_same(&before, invoice))
		return INVOICES_SAME;
	if (!write_row(store, row->member.id, invoice) ||
	    !audit(store, row, invoice))
		return INVOICES_FAILED;
	return found == INVOICES_SAME ? INVOICES_CHANGED : INVOICES_NEW;
}

static int64_t
read_day(sqlite3_stmt *prepared, int column)
{
	return sqlite3_column_type(prepared, column) == SQLITE_NULL
	    ? LIFE_NEVER
	    : sqlite3_column_int64(prepared, column) / DAY_MS;
}

bool
invoices_debt(struct store *store, int64_t member, struct life_facts *facts)
{
	sqlite3_stmt *prepared = store_prepare(store, add_up);
	int step;

	sqlite3_bind_int64(prepared, 1, member);
	step = sqlite3_step(prepared);
	if (step == SQLITE_ROW) {
		facts->has_paid = sqlite3_column_int64(prepared, 0) > 0;
		facts->sent_day = read_day(prepared, 1);
		facts->due_day = read_day(prepared, 2);
		step = sqlite3_step(prepared);
	}
	return store_ended(prepared, step);
}
