/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "share/link.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "share/tables.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct link {
	char *where;
	int64_t patience_ms;
	PGconn *connection; /* NULL: not connected */
	char reason[256];
};

struct link *
link_new(const char *where, int64_t patience_ms)
{
	struct link *link = mem_new(sizeof(*link));

	link->where = mem_text(where);
	link->patience_ms = patience_ms;
	return link;
}

static void
hang_up(struct link *link)
{
	PQfinish(link->connection);
	link->connection = NULL;
}

void
link_free(struct link *link)
{
	if (link == NULL)
		return;
	hang_up(link);
	free(link->where);
	free(link);
}

/* Its first line: more may hold values. */
static bool
fail(struct link *link, const char *why)
{
	size_t len = strcspn(why, "\r\n");
	char line[sizeof(link->reason)];

	if (len >= sizeof(line))
		len = sizeof(line) - 1;
	memcpy(line, why, len);
	line[len] = '\0';
	text_escape_log(link->reason, sizeof(link->reason), line);
	hang_up(link);
	return false;
}

/* False: it took too long. */
static bool
wait_for(struct link *link, short events, int64_t until_ms)
{
	struct pollfd pollfd = { .fd = PQsocket(link->connection),
		.events = events };
	int64_t left_ms = until_ms - clock_mono_ms();
	int ready = 0;

	if (left_ms > 0)
		do
			ready = poll(&pollfd, 1, (int)left_ms);
		while (ready == -1 && errno == EINTR);
	return ready == 1 || fail(link, "it does not answer");
}

static bool
finish_connecting(struct link *link)
{
	int64_t until_ms = clock_mono_ms() + link->patience_ms;
	PostgresPollingStatusType status = PGRES_POLLING_WRITING;

	while (status != PGRES_POLLING_OK) {
		if (!wait_for(link,
			status == PGRES_POLLING_READING ? POLLIN : POLLOUT,
			until_ms))
			return false;
		status = PQconnectPoll(link->connection);
		if (status == PGRES_POLLING_FAILED)
			return fail(link, PQerrorMessage(link->connection));
	}
	return PQsetnonblocking(link->connection, 1) == 0 ||
	    fail(link, PQerrorMessage(link->connection));
}

static void
say_nothing(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result;
}

/* libpq quotes what it cannot make sense of, and that may be a password that
 * was not escaped. */
static bool
is_sensible(const char *where)
{
	PQconninfoOption *options = PQconninfoParse(where, NULL);
	bool is_good = options != NULL;

	for (PQconninfoOption *option = options;
	     is_good && option->keyword != NULL; option++) {
		if (option->val == NULL)
			continue;
		if (strcmp(option->keyword, "host") == 0)
			is_good = strpbrk(option->val, "@:%") == NULL ||
			    option->val[0] == '/';
		else if (strcmp(option->keyword, "port") == 0)
			is_good = option->val[strspn(
				      option->val, "0123456789,")] == '\0';
	}
	PQconninfoFree(options);
	return is_good;
}

static bool
connect_to(struct link *link)
{
	const char *const names[] = { "dbname", "application_name",
		"client_encoding", "options", NULL };
	char options[80];
	const char *const values[] = { link->where, "all2alld", "UTF8", options,
		NULL };

	snprintf(options, sizeof(options),
	    "-c statement_timeout=%" PRId64 "ms -c search_path=all2all",
	    link->patience_ms);
	if (!is_sensible(link->where))
		return fail(link, "share is no connection string");
	link->connection = PQconnectStartParams(names, values, 1);
	CHECK(link->connection != NULL);
	if (PQstatus(link->connection) == CONNECTION_BAD)
		return fail(link, PQerrorMessage(link->connection));
	PQsetNoticeReceiver(link->connection, say_nothing, NULL);
	return finish_connecting(link);
}

static bool
flush(struct link *link, int64_t until_ms)
{
	int left;

	while ((left = PQflush(link->connection)) == 1) {
		if (!wait_for(link, POLLIN | POLLOUT, until_ms))
			return false;
		if (!PQconsumeInput(link->connection))
			return fail(link, PQerrorMessage(link->connection));
	}
	return left == 0 || fail(link, PQerrorMessage(link->connection));
}

/* The last result; what comes before it says nothing else. */
static PGresult *
gather(struct link *link, int64_t until_ms)
{
	PGresult *result, *last = NULL;

	do {
		while (PQisBusy(link->connection)) {
			if (!wait_for(link, POLLIN, until_ms) ||
			    (!PQconsumeInput(link->connection) &&
				!fail(
				    link, PQerrorMessage(link->connection)))) {
				PQclear(last);
				return NULL;
			}
		}
		result = PQgetResult(link->connection);
		if (result != NULL) {
			PQclear(last);
			last = result;
		}
	} while (result != NULL);
	return last;
}

PGresult *
link_ask(
    struct link *link, const char *sql, int count, const char *const *values)
{
	int64_t until_ms = clock_mono_ms() + link->patience_ms;
	ExecStatusType status;
	PGresult *result;

	if (link->connection == NULL)
		return NULL; /* and the reason is known */
	if (PQsendQueryParams(link->connection, sql, count, NULL, values, NULL,
		NULL, 0) != 1) {
		fail(link, PQerrorMessage(link->connection));
		return NULL;
	}
	if (!flush(link, until_ms))
		return NULL;
	result = gather(link, until_ms);
	if (result == NULL)
		return NULL;
	status = PQresultStatus(result);
	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
		return result;
	fail(link, PQresultErrorMessage(result));
	PQclear(result);
	return NULL;
}

bool
link_run(
    struct link *link, const char *sql, int count, const char *const *values)
{
	PGresult *result = link_ask(link, sql, count, values);

	PQclear(result);
	return result != NULL;
}

/* -1: not known. */
static long
version_of(struct link *link)
{
	PGresult *result = link_ask(
	    link, "SELECT to_regclass('all2all.shared') IS NOT NULL", 0, NULL);
	bool is_there;
	long version = -1;

	if (result == NULL)
		return -1;
	is_there = strcmp(PQgetvalue(result, 0, 0), "t") == 0;
	PQclear(result);
	if (!is_there)
		return 0;
	result = link_ask(link, "SELECT version FROM shared", 0, NULL);
	if (result != NULL && PQntuples(result) == 1)
		version = strtol(PQgetvalue(result, 0, 0), NULL, 10);
	PQclear(result);
	return version;
}

/* Two relays may come at once: one waits for the other. */
static bool
make_tables(struct link *link)
{
	if (!link_run(link, "BEGIN", 0, NULL) ||
	    !link_run(
		link, "SELECT pg_advisory_xact_lock(1630630449)", 0, NULL))
		return false;
	if (version_of(link) == 0) {
		for (unsigned i = 0; share_steps[i] != NULL; i++) {
			if (!link_run(link, share_steps[i], 0, NULL))
				return false;
		}
	}
	return link_run(link, "COMMIT", 0, NULL);
}

bool
link_open(struct link *link)
{
	long version;

	if (link->connection != NULL)
		return true;
	if (!connect_to(link))
		return false;
	version = version_of(link);
	if (version == 0)
		version = make_tables(link) ? version_of(link) : -1;
	if (version == SHARE_VERSION)
		return true;
	return version == -1
	    ? false
	    : fail(link, "its tables are of another all2all's version");
}

const char *
link_reason(const struct link *link)
{
	return link->reason;
}
