/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * A recording that was asked for: found by the librarian, then allowed by the
 * desk. */
#include "base/clock.h"
#include "base/text.h"
#include "conf/conf.h"
#include "front/reply.h"
#include "front/visit.h"
#include "http/ticket.h"
#include "serve/reader.h"

#include <string.h>

static struct find_msg *
new_find(const struct visit *visit, const char *id)
{
	struct find_msg *find = message_new(MSG_FIND, sizeof(*find));

	find->worker = visit->worker->loop;
	find->conn_no = conn_number(visit->conn);
	text_copy(find->id, sizeof(find->id), id);
	return find;
}

static void
post_find(struct visit *visit, struct find_msg *find)
{
	visit->state = VISIT_ASKING;
	conn_deadline(visit->conn, ASK_DEADLINE_MS);
	conn_read(visit->conn, false);
	loop_post_from(
	    visit->worker->loop, visit->worker->librarian, &find->message);
}

void
visit_find_item(
    struct visit *visit, const char *id, int64_t at_ms, bool is_twin)
{
	struct find_msg *find = new_find(visit, id);

	find->at_ms = at_ms;
	find->is_twin = is_twin;
	post_find(visit, find);
}

void
visit_find_live(struct visit *visit, const char *mount, int64_t from_ms)
{
	struct find_msg *find = new_find(visit, "");

	text_copy(find->mount, sizeof(find->mount), mount);
	find->from_ms = from_ms;
	post_find(visit, find);
}

void
visit_find_facts(struct visit *visit, const char *id, enum find_what what)
{
	struct find_msg *find = new_find(visit, id);

	find->what = what;
	text_copy(find->public_url, sizeof(find->public_url),
	    visit->worker->conf->public_url);
	post_find(visit, find);
}

static bool
has_ticket(const struct visit *visit, const char *id)
{
	char ticket[TICKET_BYTES];

	return query_get(visit->request.query, "ticket", ticket, sizeof(ticket),
		   NULL) &&
	    ticket_is_good(
		visit->worker->ticket_secret, id, clock_wall_ms(), ticket);
}

/* Who may have it is the desk's to say; what was on air some time ago is as
 * open as what is on air now, when there is nothing to be found that is live.
 */
void
visit_found(struct visit *visit, struct found_msg *found)
{
	bool is_shift = strncmp(visit->request.path, ARCHIVE_PATH,
			    strlen(ARCHIVE_PATH)) != 0;
	struct ask_msg *ask;

	if (found->status != 200 && is_shift) {
		visit_ask(visit,
		    visit_new_ask(visit, ASK_LISTEN, visit->request.path));
	} else if (found->status != 200) {
		reply_error(visit, found->status,
		    found->status == 404 ? "there is no such recording"
					 : "it cannot be read at the moment",
		    found->status == 404 ? 0 : 30);
	} else {
		ask = visit_new_ask(visit, ASK_ITEM, found->row.mount);
		ask->member = found->row.member;
		ask->is_public = is_shift || found->row.is_public ||
		    has_ticket(visit, found->row.id);
		if (visit->request.method != METHOD_HEAD &&
		    found->document.body == NULL)
			ask->need_bps = reader_need_bps(found);
		visit->found = found;
		visit_ask(visit, ask);
		return;
	}
	message_free(&found->message);
}
