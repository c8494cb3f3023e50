/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * invoices - what an office program tells of invoices: the server issues none.
 *
 * A reference is one member's own. Whatever is told twice changes nothing; each
 * change has its audit row. Days are numbers (base/zone.h).
 */
#ifndef LEDGER_INVOICES_H
#define LEDGER_INVOICES_H

#include "ledger/life.h"
#include "ledger/members.h"

#define REFERENCE_BYTES 64
#define CURRENCY_BYTES  4
#define INVOICE_UNPAID  INT64_MIN

struct invoice {
	char reference[REFERENCE_BYTES];
	int64_t sent_day, due_day;
	int64_t paid_day; /* INVOICE_UNPAID */
	int64_t cents;
	char currency[CURRENCY_BYTES];
};

enum invoices_answer {
	INVOICES_SAME,
	INVOICES_NEW,
	INVOICES_CHANGED,
	INVOICES_UNKNOWN,
	INVOICES_FAILED
};

/* Each false, or not NULL, for what cannot be one. */
bool invoice_amount(const char *text, int64_t *cents) MUST_CHECK;
void invoice_amount_text(int64_t cents, char text[32]);
const char *invoice_bad_reference(const char *);
const char *invoice_bad_currency(const char *);
/* NULL, or what is wrong with its days; *field is which. */
const char *invoice_bad_days(
    const struct invoice *, int64_t today, const char **field);

enum invoices_answer invoices_find(struct store *, int64_t member,
    const char *reference, struct invoice *); /* SAME or UNKNOWN */
/* In a transaction that is open. */
enum invoices_answer invoices_put(
    struct store *, const struct member_row *, const struct invoice *);
/* Sets what facts has of invoices. */
bool invoices_debt(
    struct store *, int64_t member, struct life_facts *) MUST_CHECK;

/* By the day they were sent: while invoices_next() fills the invoice. */
sqlite3_stmt *invoices_of(struct store *, int64_t member);
bool invoices_next(sqlite3_stmt *, struct invoice *, bool *failed);

#endif
