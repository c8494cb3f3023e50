/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/plans.h"

#include "base/text.h"
#include "ledger/audit.h"
#include "ledger/ledger.h"
#include "ledger/rounds.h"

#include <stdlib.h>
#include <string.h>

#define MOST_BYTES INT64_C(10000000000000000) /* 10 PB */

#define COLUMNS                                                                \
	"id, name, quota_bytes, storage_bytes, max_listeners, "                \
	"max_bitrate_kbps, max_mounts, is_solidarity, at_quota, at_storage"

static const char select_one[] = "SELECT " COLUMNS " FROM plan WHERE name = ?1";
static const char
    select_all[] = "SELECT " COLUMNS
		   ", (SELECT count(*) FROM member WHERE plan = plan.id "
		   "AND state != 'deleted') FROM plan ORDER BY name";
static const char write_plan[] =
    "INSERT INTO plan(name, quota_bytes, storage_bytes, max_listeners, "
    "max_bitrate_kbps, max_mounts, is_solidarity, at_quota, at_storage) "
    "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT(name) DO UPDATE SET "
    "quota_bytes = ?2, storage_bytes = ?3, max_listeners = ?4, "
    "max_bitrate_kbps = ?5, max_mounts = ?6, is_solidarity = ?7, "
    "at_quota = ?8, at_storage = ?9";

static const struct column columns[] = { { "plan", false },
	{ "quota_bytes", true }, { "at_quota", false },
	{ "storage_bytes", true }, { "at_storage", false },
	{ "listeners", true }, { "bitrate_kbps", true }, { "mounts", true },
	{ "solidarity", false }, { "members", true } };

static struct ledger *
ledger_of(const struct call *call)
{
	return call->owner;
}

static int64_t
read_limit(sqlite3_stmt *prepared, int column)
{
	return sqlite3_column_type(prepared, column) == SQLITE_NULL
	    ? NO_LIMIT
	    : sqlite3_column_int64(prepared, column);
}

static void
read_row(sqlite3_stmt *prepared, struct plan *plan)
{
	memset(plan, 0, sizeof(*plan));
	plan->id = sqlite3_column_int64(prepared, 0);
	text_copy(plan->name, sizeof(plan->name), store_text(prepared, 1));
	plan->quota_bytes = read_limit(prepared, 2);
	plan->storage_bytes = read_limit(prepared, 3);
	plan->max_listeners = read_limit(prepared, 4);
	plan->max_bitrate_kbps = read_limit(prepared, 5);
	plan->max_mounts = read_limit(prepared, 6);
	plan->is_solidarity = sqlite3_column_int(prepared, 7) != 0;
	plan->caps = strcmp(store_text(prepared, 8), "cap") == 0;
	plan->at_storage = plan_at_storage(store_text(prepared, 9));
}

enum members_answer
plans_find(struct store *store, const char *name, struct plan *plan)
{
	sqlite3_stmt *prepared = store_prepare(store, select_one);
	enum members_answer answer = MEMBERS_UNKNOWN;
	int step;

	sqlite3_bind_text(prepared, 1, name, -1, SQLITE_STATIC);
	step = sqlite3_step(prepared);
	if (step == SQLITE_ROW) {
		read_row(prepared, plan);
		answer = MEMBERS_DONE;
		step = sqlite3_step(prepared);
	}
	return store_ended(prepared, step) ? answer : MEMBERS_FAILED;
}

static bool
read_digits(const char *text, int64_t *number, const char **end)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 17)
		return false;
	*number = strtoll(text, NULL, 10);
	*end = text + digits;
	return true;
}

bool
plan_bytes(const char *text, int64_t *bytes)
{
	static const struct {
		const char *name;
		int64_t worth;
	} units[] = { { "", 1 }, { "kB", 1000 }, { "MB", 1000000 },
		{ "GB", 1000000000 }, { "TB", INT64_C(1000000000000) } };
	const char *end;

	if (strcmp(text, "none") == 0) {
		*bytes = NO_LIMIT;
		return true;
	}
	if (!read_digits(text, bytes, &end))
		return false;
	for (unsigned i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (strcmp(end, units[i].name) != 0)
			continue;
		if (*bytes > MOST_BYTES / units[i].worth)
			return false;
		*bytes *= units[i].worth;
		return true;
	}
	return false;
}

static bool
take_bytes(struct call *call, const char *option, int64_t *bytes)
{
	const char *text = call_option(call, option);

	if (text == NULL || plan_bytes(text, bytes))
		return true;
	bytes_format(call->out,
	    "%s is bytes, as 500GB or 2TB (1 GB is 10^9), at most 10000TB, "
	    "or none\n",
	    option);
	return false;
}

static bool
take_count(struct call *call, const char *option, int64_t *count)
{
	const char *text = call_option(call, option), *end;
	int64_t got;

	if (text == NULL)
		return true;
	if (strcmp(text, "none") == 0) {
		*count = NO_LIMIT;
		return true;
	}
	if (read_digits(text, &got, &end) && *end == '\0' && got <= 1000000) {
		*count = got;
		return true;
	}
	bytes_format(
	    call->out, "%s is a number up to 1000000, or none\n", option);
	return false;
}

/* One of two words. */
static bool
take_word(struct call *call, const char *option, const char *no,
    const char *yes, bool *is_yes)
{
	const char *text = call_option(call, option);

	if (text == NULL)
		return true;
	*is_yes = strcmp(text, yes) == 0;
	if (*is_yes || strcmp(text, no) == 0)
		return true;
	bytes_format(call->out, "%s is %s or %s\n", option, no, yes);
	return false;
}

static bool
take_at_storage(struct call *call, enum at_storage *at_storage)
{
	const char *text = call_option(call, "--at-storage");

	if (text == NULL)
		return true;
	*at_storage = plan_at_storage(text);
	if (strcmp(text, plan_at_storage_word(*at_storage)) == 0)
		return true;
	bytes_text(call->out, "--at-storage is stop, rotate or allow\n");
	return false;
}

static bool
take_all(struct call *call, struct plan *plan)
{
	return take_bytes(call, "--quota", &plan->quota_bytes) &&
	    take_bytes(call, "--storage", &plan->storage_bytes) &&
	    take_count(call, "--listeners", &plan->max_listeners) &&
	    take_count(call, "--bitrate", &plan->max_bitrate_kbps) &&
	    take_count(call, "--mounts", &plan->max_mounts) &&
	    take_word(
		call, "--solidarity", "no", "yes", &plan->is_solidarity) &&
	    take_word(call, "--at-quota", "warn", "cap", &plan->caps) &&
	    take_at_storage(call, &plan->at_storage);
}

static void
bind_limit(sqlite3_stmt *prepared, int at, int64_t limit)
{
	if (limit != NO_LIMIT)
		sqlite3_bind_int64(prepared, at, limit);
}

static bool
write_row(struct store *store, const struct plan *plan)
{
	sqlite3_stmt *prepared = store_prepare(store, write_plan);

	sqlite3_bind_text(prepared, 1, plan->name, -1, SQLITE_STATIC);
	bind_limit(prepared, 2, plan->quota_bytes);
	bind_limit(prepared, 3, plan->storage_bytes);
	bind_limit(prepared, 4, plan->max_listeners);
	bind_limit(prepared, 5, plan->max_bitrate_kbps);
	bind_limit(prepared, 6, plan->max_mounts);
	sqlite3_bind_int(prepared, 7, plan->is_solidarity);
	sqlite3_bind_text(
	    prepared, 8, plan->caps ? "cap" : "warn", -1, SQLITE_STATIC);
	sqlite3_bind_text(prepared, 9, plan_at_storage_word(plan->at_storage),
	    -1, SQLITE_STATIC);
	return store_run(prepared);
}

/* Of no member: member 0. */
static bool
write_audit(struct call *call, const struct plan *plan)
{
	struct audit_row row = { AUDIT_SOCKET, NULL, 0, "" };
	struct bytes what = { 0 };
	bool is_done;

	bytes_format(&what, "plan set %s", plan->name);
	for (unsigned i = 0; i < call->option_count; i++)
		bytes_format(
		    &what, " %s=%s", call->names[i] + 2, call->values[i]);
	bytes_append(&what, "", 1);
	row.what = (const char *)what.data;
	is_done = audit_add(ledger_of(call)->store, &row);
	bytes_free(&what);
	return is_done;
}

static bool
is_name(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len < SLUG_BYTES && strcmp(name, "none") != 0 &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static int
set_plan(struct call *call)
{
	struct store *store = ledger_of(call)->store;
	const char *name = call->words[0];
	struct plan plan = { .quota_bytes = NO_LIMIT,
		.storage_bytes = NO_LIMIT,
		.max_listeners = NO_LIMIT,
		.max_bitrate_kbps = NO_LIMIT,
		.max_mounts = NO_LIMIT };

	if (!is_name(name)) {
		bytes_text(call->out,
		    "a plan's name is 1 to 63 of a-z, 0-9 and -, and not "
		    "none\n");
		return CALL_REFUSED;
	}
	if (plans_find(store, name, &plan) == MEMBERS_FAILED)
		return call_refuse_store(call, store);
	text_copy(plan.name, sizeof(plan.name), name);
	if (!take_all(call, &plan))
		return CALL_REFUSED;
	if (!store_begin(store) || !write_row(store, &plan) ||
	    !write_audit(call, &plan) || !store_commit(store)) {
		store_rollback(store);
		return call_refuse_store(call, store);
	}
	ledger_of(call)->members_changed = true;
	rounds_run(ledger_of(call));
	bytes_format(call->out, "plan %s is set\n", name);
	return CALL_DONE;
}

static void
add_limit(struct listing *listing, int64_t limit)
{
	if (limit == NO_LIMIT)
		listing_add(listing, NULL);
	else
		listing_add_number(listing, limit);
}

static void
add_row(struct listing *listing, const struct plan *plan, int64_t members)
{
	listing_add(listing, plan->name);
	add_limit(listing, plan->quota_bytes);
	listing_add(listing, plan->caps ? "cap" : "warn");
	add_limit(listing, plan->storage_bytes);
	listing_add(listing, plan_at_storage_word(plan->at_storage));
	add_limit(listing, plan->max_listeners);
	add_limit(listing, plan->max_bitrate_kbps);
	add_limit(listing, plan->max_mounts);
	listing_add(listing, plan->is_solidarity ? "yes" : "no");
	listing_add_number(listing, members);
}

static int
list_plans(struct call *call)
{
	struct store *store = ledger_of(call)->store;
	struct listing *listing = listing_new(
	    columns, sizeof(columns) / sizeof(*columns));
	sqlite3_stmt *prepared = store_prepare(store, select_all);
	struct plan plan;
	bool is_done;
	int step;

	while ((step = sqlite3_step(prepared)) == SQLITE_ROW) {
		read_row(prepared, &plan);
		add_row(listing, &plan, sqlite3_column_int64(prepared, 10));
	}
	is_done = store_ended(prepared, step);
	if (is_done) {
		call_begin_json(call, "plans");
		listing_show(listing, call->format, call->out);
		call_end_json(call);
	}
	listing_free(listing);
	return is_done ? CALL_DONE : call_refuse_store(call, store);
}

static const struct command commands[] = {
	{ { "plan", "set" }, 1,
	    " --quota= --at-quota= --storage= --at-storage= --listeners= "
	    "--bitrate= --mounts= --solidarity= ",
	    "plan set PLAN [--quota BYTES] [--at-quota warn|cap] "
	    "[--storage BYTES] [--at-storage stop|rotate|allow] [--listeners N] [--bitrate KBPS] [--mounts N] "
	    "[--solidarity yes|no]",
	    set_plan },
	{ { "plan", "list" }, 0, " --format= ", "plan list" CALL_FORMATS,
	    list_plans },
};

const struct command_table plan_commands = { commands,
	sizeof(commands) / sizeof(*commands) };
