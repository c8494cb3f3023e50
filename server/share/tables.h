/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * tables - what relays share: which rows, and how they get there and back.
 *
 * In PostgreSQL relays are known by their UUID, members by their slug ('' is
 * the system) and mounts by their path, so that relays need no common numbers.
 * Values are absolute totals: to write one twice, late or out of order changes
 * nothing.
 */
#ifndef SHARE_TABLES_H
#define SHARE_TABLES_H

#define SHARE_VERSION      1
#define SHARE_TABLES       6
#define SHARE_COLUMNS_MOST 16

struct share_table {
	const char *name;
	/* SQLite: the columns and rev, of rows with rev > ?1, in its order;
	 * ?2 is this relay's UUID. */
	const char *read;
	/* PostgreSQL: with an array for each of those columns. */
	const char *write;
	/* PostgreSQL: $1 a slug, $2 and $3 the period in ms. */
	const char *fetch;
	/* SQLite: with the columns of fetch, and ?20 the member's number. */
	const char *keep;
	/* One character for each column of fetch: n a number, t a text. */
	const char *fetched;
};

extern const struct share_table share_tables[SHARE_TABLES];
/* That make the shared tables; NULL after the last. */
extern const char *const share_steps[];

#endif
