/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/adjust_command.h"

#include "base/clock.h"
#include "ledger/ledger.h"
#include "ledger/life_commands.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DELTA_MOST (INT64_C(1) << 60)

static const char *const fields[] = { "payload_out", "payload_in", "wire_out",
	"wire_in", "tls_out", "listen_s", "listen60_s", "starts" };

#define FIELDS (sizeof(fields) / sizeof(*fields))

static const char insert_adjustment[] =
    "INSERT INTO adjustment(member, at_ms, field, delta, reason, person) "
    "VALUES(?1, ?2, ?3, ?4, ?5, ?6)";

struct adjustment {
	const char *field;
	int64_t delta;
	char reason[256], person[NAME_BYTES];
};

static bool
take_field(struct call *call, struct adjustment *adjustment)
{
	const char *word = call_option(call, "--field");

	for (unsigned i = 0; i < FIELDS; i++) {
		if (strcmp(word, fields[i]) == 0)
			adjustment->field = fields[i];
	}
	if (adjustment->field != NULL)
		return true;
	bytes_text(call->out, "--field is one of");
	for (unsigned i = 0; i < FIELDS; i++)
		bytes_format(call->out, " %s", fields[i]);
	bytes_text(call->out, "\n");
	return false;
}

static bool
take_delta(struct call *call, struct adjustment *adjustment)
{
	const char *word = call_option(call, "--delta");
	char *end;

	errno = 0;
	adjustment->delta = strtoll(word, &end, 10);
	if (errno == 0 && end != word && *end == '\0' &&
	    adjustment->delta != 0 && adjustment->delta > -DELTA_MOST &&
	    adjustment->delta < DELTA_MOST)
		return true;
	bytes_text(
	    call->out, "--delta is a whole number with its sign, and not 0\n");
	return false;
}

static bool
insert(struct store *store, const struct member_row *row,
    const struct adjustment *adjustment)
{
	sqlite3_stmt *prepared = store_prepare(store, insert_adjustment);
	char what[512];

	sqlite3_bind_int64(prepared, 1, row->member.id);
	sqlite3_bind_int64(prepared, 2, clock_wall_ms());
	sqlite3_bind_text(prepared, 3, adjustment->field, -1, SQLITE_STATIC);
	sqlite3_bind_int64(prepared, 4, adjustment->delta);
	sqlite3_bind_text(prepared, 5, adjustment->reason, -1, SQLITE_STATIC);
	sqlite3_bind_text(prepared, 6, adjustment->person, -1, SQLITE_STATIC);
	snprintf(what, sizeof(what), "adjust %s %+" PRId64 " for %s by %.200s",
	    adjustment->field, adjustment->delta, adjustment->reason,
	    adjustment->person);
	return store_run(prepared) &&
	    members_audit(store, row, "control socket", what);
}

static int
adjust(struct call *call)
{
	struct store *store = ((struct ledger *)call->owner)->store;
	struct adjustment adjustment = { 0 };
	struct member_row row;
	int status;

	if (!call_has(call, "--field") || !call_has(call, "--delta") ||
	    !call_has(call, "--reason") || !call_has(call, "--person"))
		return CALL_WRONG_USE;
	status = life_find(call, &row);
	if (status != CALL_DONE)
		return status;
	if (!take_field(call, &adjustment) || !take_delta(call, &adjustment) ||
	    !life_text(call, "--reason", adjustment.reason,
		sizeof(adjustment.reason)) ||
	    !life_text(
		call, "--person", adjustment.person, sizeof(adjustment.person)))
		return CALL_REFUSED;
	status = life_commit(
	    call, store_begin(store) && insert(store, &row, &adjustment));
	if (status == CALL_DONE)
		bytes_format(call->out, "%s: %s %+" PRId64 ", from now on\n",
		    row.member.slug, adjustment.field, adjustment.delta);
	return status;
}

static const struct command commands[] = {
	{ { "adjust" }, 1, " --field= --delta= --reason= --person= ",
	    "adjust SLUG --field FIELD --delta NUMBER --reason TEXT "
	    "--person NAME",
	    adjust },
};

const struct command_table adjust_commands = { commands,
	sizeof(commands) / sizeof(*commands) };
