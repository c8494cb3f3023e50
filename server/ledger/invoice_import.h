/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * invoice_import - the table an office program writes:
 *
 *   slug,reference,sent,due,paid,amount,currency
 *   jazz,2026-117,2026-11-02,,,120.00,EUR
 *
 * The columns may stand in any order. Without a day due, it is 14 days after
 * the day sent; without a day paid, what is known of payment stays. All of a
 * table is taken or nothing. The clerk's thread only.
 */
#ifndef LEDGER_INVOICE_IMPORT_H
#define LEDGER_INVOICE_IMPORT_H

#include "base/bytes.h"
#include "ledger/ledger.h"

struct import_counts {
	unsigned fresh, changed, same;
};

enum import_answer {
	IMPORT_DONE,
	IMPORT_BAD,   /* wrong says which line and field, and why */
	IMPORT_FAILED /* store_reason() */
};

/* In a transaction that is open; roll back unless it is DONE. Writes to the
 * text. */
enum import_answer invoice_import(
    struct ledger *, char *text, struct import_counts *, struct bytes *wrong);

#endif
