/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * schema - the tables of the store, as steps from an empty file to now.
 *
 * Step n brings user_version n to n + 1. A step that was released is never
 * changed: a change is a step more. docs/ledger.md explains the tables.
 */
#ifndef LEDGER_SCHEMA_H
#define LEDGER_SCHEMA_H

unsigned schema_version(void);             /* how many steps there are */
const char *schema_step(unsigned version); /* SQL */

#endif
