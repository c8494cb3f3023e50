/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger/life_commands.h"

#include "base/text.h"
#include "ledger/audit.h"
#include "ledger/ledger.h"
#include "ledger/member_commands.h"
#include "ledger/plans.h"
#include "ledger/reminders.h"
#include "ledger/rounds.h"
#include "letters/mime.h"

#include <string.h>

/* What the charter knows; each is proved by a reference and a person. */
static const char *const reasons[] = { "legal-decision", "obvious-offence",
	"security-emergency" };
static const char *const kinds[] = { "person", "association", "ngo",
	"company" };
static const char *const languages[] = { "en", "fr", "nl" };

#define IS_ONE_OF(word, words)                                                 \
	is_one_of(word, words, sizeof(words) / sizeof(*(words)))

static bool
is_one_of(const char *word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(word, words[i]) == 0)
			return true;
	}
	return false;
}

static struct ledger *
ledger_of(const struct call *call)
{
	return call->owner;
}

static const char *
slug_of(const struct call *call)
{
	return call->words[0];
}

static int
refuse(struct call *call, const char *why)
{
	bytes_format(call->out, "%s %s\n", slug_of(call), why);
	return CALL_REFUSED;
}

int
life_find(struct call *call, struct member_row *row)
{
	int status = member_answer(call, slug_of(call),
	    members_find(ledger_of(call)->store, slug_of(call), row));

	if (status == CALL_DONE && row->member.state == MEMBER_DELETED)
		return refuse(call, "is deleted");
	return status;
}

int
life_commit(struct call *call, bool is_done)
{
	struct ledger *ledger = ledger_of(call);

	if (!is_done || !store_commit(ledger->store)) {
		store_rollback(ledger->store);
		return call_refuse_store(call, ledger->store);
	}
	ledger->members_changed = true;
	rounds_run(ledger);
	return CALL_DONE;
}

int
life_show_state(struct call *call)
{
	struct member_row row;
	int status = life_find(call, &row);

	if (status == CALL_DONE)
		bytes_format(call->out, "%s is %s\n", row.member.slug,
		    members_state_word(row.member.state));
	return status;
}

bool
life_text(struct call *call, const char *option, char *to, size_t size)
{
	const char *given = call_option(call, option);

	to[0] = '\0';
	if (given == NULL)
		return true;
	if (strlen(given) >= size) {
		bytes_format(
		    call->out, "%s has at most %zu bytes\n", option, size - 1);
		return false;
	}
	text_clean(to, size, given, strlen(given));
	return true;
}

static void
add_detail(struct bytes *what, const char *name, const char *value)
{
	if (value[0] == '\0')
		return;
	bytes_format(what, " %s=", name);
	text_json(what, value);
}

static bool
audit(struct call *call, const struct member_row *row, struct bytes *what)
{
	bool is_done;

	bytes_append(what, "", 1);
	is_done = members_audit(ledger_of(call)->store, row, AUDIT_SOCKET,
	    (const char *)what->data);
	bytes_free(what);
	return is_done;
}

static int
activate(struct call *call)
{
	static const struct member_move move = { .state = MEMBER_ACTIVE,
		.who = AUDIT_SOCKET,
		.what = "member activate" };
	struct store *store = ledger_of(call)->store;
	struct member_row row;
	int status = life_find(call, &row);

	if (status != CALL_DONE)
		return status;
	if (row.member.state != MEMBER_ORDERED)
		return refuse(call, "is activated already");
	status = life_commit(
	    call, store_begin(store) && members_move(store, &row, &move));
	return status == CALL_DONE ? life_show_state(call) : status;
}

/* Nobody is blocked for payment before the day that was told. */
static int
check_payment_block(struct call *call, const struct member_row *row)
{
	char day[DAY_BYTES];
	struct life life;

	if (!rounds_life(ledger_of(call), row, &life))
		return call_refuse_store(call, ledger_of(call)->store);
	if (life.block_day == LIFE_NEVER)
		return refuse(call, "has no invoice to pay");
	if (life.block_day <= rounds_today(ledger_of(call), row))
		return CALL_DONE;
	day_text(life.block_day, day);
	bytes_format(call->out, "%s is not blocked for payment before %s\n",
	    slug_of(call), day);
	return CALL_REFUSED;
}

static int
check_block(struct call *call, const struct member_row *row,
    const struct member_move *move)
{
	if (row->member.state == MEMBER_ORDERED)
		return refuse(call, "has no access yet that could be blocked");
	if (strcmp(move->reason, REASON_PAYMENT) == 0) {
		if (row->blocked_ms > 0)
			return refuse(call, "is blocked already");
		return check_payment_block(call, row);
	}
	if (!IS_ONE_OF(move->reason, reasons)) {
		bytes_text(call->out,
		    "--reason is legal-decision, obvious-offence, "
		    "security-emergency or payment\n");
		return CALL_REFUSED;
	}
	if (move->reference[0] != '\0' && move->person[0] != '\0')
		return CALL_DONE;
	bytes_format(call->out,
	    "a block for %s needs --reference, where the decision is found, "
	    "and --person, who answers for it\n",
	    move->reason);
	return CALL_REFUSED;
}

static bool
block(struct call *call, const struct member_row *row, struct member_move *move)
{
	struct ledger *ledger = ledger_of(call);
	struct bytes what = { 0 };
	bool is_done;

	bytes_format(&what, "member block reason=%s", move->reason);
	add_detail(&what, "reference", move->reference);
	add_detail(&what, "person", move->person);
	bytes_append(&what, "", 1);
	move->what = (const char *)what.data;
	is_done = store_begin(ledger->store) &&
	    members_move(ledger->store, row, move) &&
	    (strcmp(move->reason, REASON_PAYMENT) == 0
		    ? reminders_moved(ledger, row, MEMBER_BLOCKED)
		    : reminders_cut(ledger, row, move));
	bytes_free(&what);
	return is_done;
}

static int
block_member(struct call *call)
{
	char reason[REASON_BYTES], reference[NAME_BYTES], person[NAME_BYTES];
	struct member_move move = { .state = MEMBER_BLOCKED,
		.reason = reason,
		.reference = reference,
		.person = person,
		.who = AUDIT_SOCKET };
	struct member_row row;
	int status;

	if (!call_has(call, "--reason"))
		return CALL_WRONG_USE;
	if (!life_text(call, "--reason", reason, sizeof(reason)) ||
	    !life_text(call, "--reference", reference, sizeof(reference)) ||
	    !life_text(call, "--person", person, sizeof(person)))
		return CALL_REFUSED;
	status = life_find(call, &row);
	if (status == CALL_DONE)
		status = check_block(call, &row, &move);
	if (status == CALL_DONE)
		status = life_commit(call, block(call, &row, &move));
	return status == CALL_DONE ? life_show_state(call) : status;
}

static int
check_unblock(struct call *call, const struct member_row *row)
{
	struct life life;

	if (row->blocked_ms == 0)
		return refuse(call, "is not blocked");
	if (row->member.is_cut || !ledger_of(call)->life_rules.is_automatic)
		return CALL_DONE;
	if (!rounds_life(ledger_of(call), row, &life))
		return call_refuse_store(call, ledger_of(call)->store);
	if (life_is_open(life.state))
		return CALL_DONE;
	return refuse(call,
	    "has an invoice to pay: tell that it is paid, or a later day it "
	    "is due, with \"member invoice\"");
}

static int
unblock_member(struct call *call)
{
	struct store *store = ledger_of(call)->store;
	char person[NAME_BYTES], reference[NAME_BYTES];
	struct member_move move = { .state = MEMBER_ACTIVE,
		.who = AUDIT_SOCKET };
	struct bytes what = { 0 };
	struct member_row row;
	int status;

	if (!life_text(call, "--person", person, sizeof(person)) ||
	    !life_text(call, "--reference", reference, sizeof(reference)))
		return CALL_REFUSED;
	status = life_find(call, &row);
	if (status == CALL_DONE)
		status = check_unblock(call, &row);
	if (status != CALL_DONE)
		return status;
	bytes_text(&what, "member unblock");
	add_detail(&what, "reference", reference);
	add_detail(&what, "person", person);
	bytes_append(&what, "", 1);
	move.what = (const char *)what.data;
	status = life_commit(
	    call, store_begin(store) && members_move(store, &row, &move));
	bytes_free(&what);
	return status == CALL_DONE ? life_show_state(call) : status;
}

/* A hold by law wins over deletion. */
static int
set_hold(struct call *call, bool is_held)
{
	struct store *store = ledger_of(call)->store;
	char person[NAME_BYTES], reference[NAME_BYTES];
	struct bytes what = { 0 };
	struct member_row row;
	int status;

	if (!life_text(call, "--person", person, sizeof(person)) ||
	    !life_text(call, "--reference", reference, sizeof(reference)))
		return CALL_REFUSED;
	if (person[0] == '\0' || reference[0] == '\0')
		return CALL_WRONG_USE;
	status = life_find(call, &row);
	if (status != CALL_DONE)
		return status;
	if (row.is_held == is_held)
		return refuse(
		    call, is_held ? "is held already" : "is not held");
	bytes_text(&what, is_held ? "member hold" : "member release");
	add_detail(&what, "reference", reference);
	add_detail(&what, "person", person);
	status = life_commit(call,
	    store_begin(store) && members_set_held(store, &row, is_held) &&
		audit(call, &row, &what));
	bytes_free(&what);
	if (status == CALL_DONE)
		bytes_format(call->out, "%s is %s\n", slug_of(call),
		    is_held ? "held: nothing of it is deleted"
			    : "not held any more");
	return status;
}

static int
hold_member(struct call *call)
{
	return set_hold(call, true);
}

static int
release_member(struct call *call)
{
	return set_hold(call, false);
}

/* Empty takes an address or a publisher away. */
const char *
life_bad_setting(struct ledger *ledger, const char *column, const char *value)
{
	if (strcmp(column, "name") == 0 && value[0] == '\0')
		return "a name is not empty";
	if (strcmp(column, "email") == 0 && value[0] != '\0' &&
	    (mime_bad_address(value) != NULL || value[0] == '-'))
		return "that is no e-mail address";
	if (strcmp(column, "kind") == 0 && !IS_ONE_OF(value, kinds))
		return "--kind is person, association, ngo or company";
	if (strcmp(column, "language") == 0 && !IS_ONE_OF(value, languages))
		return "--language is en, fr or nl";
	if (strcmp(column, "zone") == 0 &&
	    zones_find(ledger->zones, value) == NULL)
		return "--zone is a time zone such as Europe/Brussels";
	return NULL;
}

static bool
set_column(struct call *call, const struct member_row *row, const char *option,
    struct bytes *what)
{
	const char *column = option + 2;
	char value[NAME_BYTES];

	if (!call_has(call, option))
		return true;
	life_text(call, option, value, sizeof(value));
	bytes_format(what, " %s=", column);
	text_json(what, value);
	return members_set_text(ledger_of(call)->store, row, column, value);
}

static const char *const settings[] = { "--name", "--email", "--publisher",
	"--kind", "--zone", "--language" };

#define SETTINGS (sizeof(settings) / sizeof(*settings))

static int
check_settings(struct call *call)
{
	char value[NAME_BYTES];
	const char *wrong;

	if (call->option_count == 0)
		return CALL_WRONG_USE;
	for (unsigned i = 0; i < SETTINGS; i++) {
		if (!call_has(call, settings[i]))
			continue;
		if (!life_text(call, settings[i], value, sizeof(value)))
			return CALL_REFUSED;
		wrong = life_bad_setting(
		    ledger_of(call), settings[i] + 2, value);
		if (wrong != NULL) {
			bytes_format(call->out, "%s\n", wrong);
			return CALL_REFUSED;
		}
	}
	return CALL_DONE;
}

static int
set_member(struct call *call)
{
	struct store *store = ledger_of(call)->store;
	struct bytes what = { 0 };
	struct member_row row;
	int status = check_settings(call);
	bool is_done;

	if (status == CALL_DONE)
		status = life_find(call, &row);
	if (status != CALL_DONE)
		return status;
	bytes_text(&what, "member set");
	is_done = store_begin(store);
	for (unsigned i = 0; is_done && i < SETTINGS; i++)
		is_done = set_column(call, &row, settings[i], &what);
	status = life_commit(call, is_done && audit(call, &row, &what));
	bytes_free(&what);
	if (status == CALL_DONE)
		bytes_format(call->out, "%s is changed\n", slug_of(call));
	return status;
}

static int
find_plan(struct call *call, struct plan *plan)
{
	const char *name = call->words[1];

	memset(plan, 0, sizeof(*plan));
	if (strcmp(name, "none") == 0)
		return CALL_DONE;
	switch (plans_find(ledger_of(call)->store, name, plan)) {
	case MEMBERS_DONE:
		return CALL_DONE;
	case MEMBERS_UNKNOWN:
		bytes_text(call->out, "there is no plan ");
		text_json(call->out, name);
		bytes_text(call->out, "\n");
		return CALL_REFUSED;
	default:
		return call_refuse_store(call, ledger_of(call)->store);
	}
}

/* What the fund carries was decided by somebody about something. */
static bool
write_dossier(struct call *call, const struct member_row *row,
    const struct plan *plan, const char *reference, const char *person)
{
	char day[DAY_BYTES], dossier[NAME_BYTES] = "";
	struct bytes text = { 0 };

	if (plan->is_solidarity) {
		day_text(rounds_today(ledger_of(call), row), day);
		bytes_format(&text, "%s, %s, %s", day, reference, person);
		bytes_append(&text, "", 1);
		text_copy(dossier, sizeof(dossier), (const char *)text.data);
		bytes_free(&text);
	}
	return members_set_text(
	    ledger_of(call)->store, row, "dossier", dossier);
}

static bool
give_plan(struct call *call, const struct member_row *row,
    const struct plan *plan, const char *reference, const char *person)
{
	struct store *store = ledger_of(call)->store;
	struct bytes what = { 0 };

	if (!store_begin(store) || !members_set_plan(store, row, plan->id) ||
	    !write_dossier(call, row, plan, reference, person))
		return false;
	bytes_format(
	    &what, "member plan %s", plan->id == 0 ? "none" : plan->name);
	add_detail(&what, "reference", reference);
	add_detail(&what, "person", person);
	return audit(call, row, &what);
}

static int
plan_member(struct call *call)
{
	char reference[120], person[120];
	struct member_row row;
	struct plan plan;
	int status;

	if (!life_text(call, "--person", person, sizeof(person)) ||
	    !life_text(call, "--reference", reference, sizeof(reference)))
		return CALL_REFUSED;
	status = life_find(call, &row);
	if (status == CALL_DONE)
		status = find_plan(call, &plan);
	if (status != CALL_DONE)
		return status;
	if (plan.is_solidarity && (reference[0] == '\0' || person[0] == '\0'))
		return refuse(call,
		    "gets a solidarity plan with --reference, its dossier, and "
		    "--person, who decided");
	status = life_commit(
	    call, give_plan(call, &row, &plan, reference, person));
	if (status == CALL_DONE)
		bytes_format(call->out, "%s has %s\n", slug_of(call),
		    plan.id == 0 ? "no plan" : plan.name);
	return status;
}

static const struct command commands[] = {
	{ { "member", "activate" }, 1, "", "member activate SLUG", activate },
	{ { "member", "block" }, 1, " --reason= --reference= --person= ",
	    "member block SLUG --reason REASON --reference TEXT --person NAME",
	    block_member },
	{ { "member", "unblock" }, 1, " --reference= --person= ",
	    "member unblock SLUG [--reference TEXT] [--person NAME]",
	    unblock_member },
	{ { "member", "hold" }, 1, " --reference= --person= ",
	    "member hold SLUG --reference TEXT --person NAME", hold_member },
	{ { "member", "release" }, 1, " --reference= --person= ",
	    "member release SLUG --reference TEXT --person NAME",
	    release_member },
	{ { "member", "set" }, 1,
	    " --name= --email= --publisher= --kind= --zone= --language= ",
	    "member set SLUG [--name TEXT] [--email ADDRESS] "
	    "[--publisher TEXT] [--kind KIND] [--zone ZONE] "
	    "[--language en|fr|nl]",
	    set_member },
	{ { "member", "plan" }, 2, " --reference= --person= ",
	    "member plan SLUG PLAN|none [--reference TEXT] [--person NAME]",
	    plan_member },
};

const struct command_table life_commands = { commands,
	sizeof(commands) / sizeof(*commands) };
