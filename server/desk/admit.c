/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * Who may do what. The key comes first: whoever has no right one learns nothing
 * else, and every refusal says what to do about it. */
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "desk/desk_priv.h"
#include "format/media.h"
#include "http/request.h"
#include "ledger/life.h"
#include "net/address.h"

#include <stdlib.h>
#include <string.h>

/* Keys waiting to be checked: after a restart all encoders come at once. */
#define MOST_CHECKS     256
#define FULL_RETRY_SECS 30
#define AWAY_RETRY_SECS 3600 /* of a member that is blocked */

static struct answer_msg *
new_answer(const struct ask_msg *ask, unsigned status, const char *text)
{
	struct answer_msg *answer = message_new(MSG_ANSWER, sizeof(*answer));

	answer->kind = ask->kind;
	answer->conn_no = ask->conn_no;
	answer->status = status;
	text_copy(answer->text, sizeof(answer->text), text);
	return answer;
}

static void
post(struct desk *desk, const struct ask_msg *ask, struct answer_msg *answer)
{
	loop_post_from(desk->loop,
	    ask->from != NULL ? ask->from : desk->worker_loops[ask->worker],
	    &answer->message);
}

static void
refuse(struct desk *desk, const struct ask_msg *ask, unsigned status,
    const char *text, unsigned retry_secs)
{
	struct answer_msg *answer = new_answer(ask, status, text);

	answer->retry_secs = retry_secs;
	if (ask->kind == ASK_SOURCE || ask->kind == ASK_TITLE)
		log_info("#%llu %s %s refused status=%u: %s",
		    (unsigned long long)ask->conn_no,
		    ask->kind == ASK_SOURCE ? "source" : "title", ask->path,
		    status, text);
	post(desk, ask, answer);
}

/* NULL: fine. */
static const char *
source_objection(
    struct desk *desk, const struct ask_msg *ask, struct patron *patron)
{
	const struct desk_mount *mount = registry_find(desk, ask->path);

	if (patron->member.state == MEMBER_ORDERED)
		return "this membership is not active yet, "
		       "please contact the network";
	if (!life_is_open(patron->member.state))
		return "this membership is blocked at the moment, "
		       "please contact the network";
	if (path_is_reserved(ask->path))
		return "this name is reserved, choose another mount";
	if (!media_type_allowed(ask->content_type))
		return "Content-type not supported";
	if (mount != NULL &&
	    (mount->source != 0 || mount->state == MOUNT_ENDING ||
		mount->member != patron->member.id))
		return "Mountpoint in use";
	if (desk->is_stopping)
		return "the server is stopping";
	if (desk->source_count >= (unsigned)desk->conf->max_sources)
		return "too many sources connected";
	if (patron->sources >= patron_max_mounts(desk, patron))
		return "too many sources connected for this member";
	return NULL;
}

/* The key alone says who it is. */
static bool
refuse_deputy(struct desk *desk, const struct ask_msg *ask,
    const struct deputy *deputy, const char *path)
{
	char why[NAME_BYTES];

	if (deputy == NULL || !deputy_objection(deputy, path, why, sizeof(why)))
		return false;
	refuse(desk, ask, 403, why, 0);
	return true;
}

static void
admit_source(struct desk *desk, struct ask_msg *ask, struct patron *patron)
{
	const char *objection = source_objection(desk, ask, patron);
	struct guest *guest = table_get(&desk->guests, ask->conn_no);
	const struct deputy *deputy = deputy_of_key(desk, patron, ask->key);
	struct desk_mount *mount;
	struct answer_msg *answer;

	if (guest == NULL || refuse_deputy(desk, ask, deputy, ask->path))
		return;
	if (objection != NULL) {
		refuse(desk, ask, 403, objection, 0);
		return;
	}
	mount = registry_find(desk, ask->path);
	if (mount == NULL)
		mount = registry_new(desk, ask->path, patron);
	timer_stop(desk->wheel, &mount->grace);
	mount->state = MOUNT_LIVE;
	mount->is_cut = false;
	herald_state(mount);
	mount->source = ask->conn_no;
	mount->deputy = deputy != NULL ? deputy->delegate.id : 0;
	if (deputy != NULL)
		log_info("#%llu source %s is the delegate %s",
		    (unsigned long long)ask->conn_no, mount->name,
		    deputy->delegate.name);
	mount->worker = ask->worker;
	mount->rules = conf_mount(desk->conf, mount->name);
	desk->source_count++;
	patron->sources++;
	guest->role = ROLE_SOURCE;
	guest->mount = mount;
	answer = new_answer(ask, 200, "");
	answer->mount_no = mount->number;
	answer->member = mount->member;
	text_copy(answer->slug, sizeof(answer->slug), mount->slug);
	answer->max_bitrate_kbps = patron->member.max_bitrate_kbps;
	answer->may_record = !patron->member.is_full;
	answer->feed = mount->feed;
	mount->feed = NULL;
	post(desk, ask, answer);
}

/* The only live mount of a member may be left unnamed. */
static struct desk_mount *
mount_for_title(
    struct desk *desk, const struct ask_msg *ask, const struct patron *patron)
{
	struct desk_mount *mount, *only = NULL;

	if (ask->path[0] != '\0') {
		mount = registry_find(desk, ask->path);
		return mount != NULL && mount->member == patron->member.id
		    ? mount
		    : NULL;
	}
	TAILQ_FOREACH (mount, &desk->mounts, link) {
		if (mount->member != patron->member.id || mount->source == 0)
			continue;
		if (only != NULL)
			return NULL;
		only = mount;
	}
	return only;
}

static void
admit_title(struct desk *desk, struct ask_msg *ask, struct patron *patron)
{
	struct desk_mount *mount = mount_for_title(desk, ask, patron);
	struct title_msg *title;

	if (mount == NULL || mount->source == 0) {
		refuse(desk, ask, 400, "Source does not exist", 0);
		return;
	}
	if (refuse_deputy(
		desk, ask, deputy_of_key(desk, patron, ask->key), mount->name))
		return;
	title = message_new(MSG_SET_TITLE, sizeof(*title));
	title->mount_no = mount->number;
	text_copy(title->title, sizeof(title->title), ask->title);
	text_copy(title->url, sizeof(title->url), ask->url);
	loop_post(desk->worker_loops[mount->worker], &title->message);
	post(desk, ask, new_answer(ask, 200, "Metadata update successful"));
}

static void
admit_reader(struct desk *desk, struct ask_msg *ask)
{
	const struct patron *patron = patron_by_id(desk, ask->member);

	if (patron == NULL) {
		refuse(desk, ask, 404, "there is no such recording", 0);
		return;
	}
	if (patron_is_blocked(patron)) {
		refuse(desk, ask, 503, "not available at the moment",
		    AWAY_RETRY_SECS);
		return;
	}
	if (!headroom_admits_reader(desk, ask)) {
		refuse(desk, ask, 503,
		    "the line has no room for more at the moment",
		    FULL_RETRY_SECS);
		return;
	}
	post(desk, ask, new_answer(ask, 200, ""));
}

/* Of a blocked member it is 503: podcasts' apps come back then, and at 404 they
 * may drop a feed. */
static void
admit_catalog(struct desk *desk, const struct ask_msg *ask)
{
	const struct patron *patron;
	char mount[MOUNT_BYTES];

	patron = catalog_owner(desk, ask->path, mount);
	if (patron == NULL ||
	    (ask->wish.is_feed && desk->conf->feed_items == 0))
		refuse(desk, ask, 404, "nothing is published here", 0);
	else if (patron_is_blocked(patron))
		refuse(desk, ask, 503, "not available at the moment",
		    AWAY_RETRY_SECS);
	else
		catalog_ask(desk, ask, patron, mount);
}

static void
admit_login(struct desk *desk, struct ask_msg *ask, struct patron *patron)
{
	struct answer_msg *answer = new_answer(ask, 200, "");

	answer->member = patron->member.id;
	text_copy(answer->slug, sizeof(answer->slug), patron->member.slug);
	post(desk, ask, answer);
}

static void
go_on(struct desk *desk, struct ask_msg *ask, struct patron *patron)
{
	if (ask->kind == ASK_SOURCE)
		admit_source(desk, ask, patron);
	else if (ask->kind == ASK_TITLE)
		admit_title(desk, ask, patron);
	/* A delegate feeds mounts, and nothing else is its to see or change. */
	else if (deputy_of_key(desk, patron, ask->key) != NULL)
		refuse(desk, ask, 403, "a delegate's key is for encoders", 0);
	else if (ask->kind == ASK_LOGIN)
		admit_login(desk, ask, patron);
	else
		admit_reader(desk, ask);
}

static void
check_key(struct desk *desk, struct ask_msg *ask, struct patron *patron)
{
	struct key_msg *check;

	if (desk->asks.count >= MOST_CHECKS) {
		refuse(desk, ask, 503, "busy, please try again later", 5);
		message_free(&ask->message);
		return;
	}
	check = message_new(MSG_CHECK_KEY, sizeof(*check));
	check->ask = ++desk->last_ask;
	text_copy(check->key, sizeof(check->key), ask->key);
	if (patron != NULL)
		text_copy(check->hash, sizeof(check->hash),
		    patron_hash(desk, patron, ask->key));
	table_put(&desk->asks, check->ask, ask);
	loop_post(checker_loop(desk->checker), &check->message);
}

/* Who owns what a login is for: a recording stays its member's, whoever has
 * the mount now. */
static struct patron *
owner_of_ask(struct desk *desk, const struct ask_msg *ask)
{
	if (ask->kind == ASK_ITEM)
		return patron_by_id(desk, ask->member);
	return ask->path[0] != '\0' ? patron_of_mount(desk, ask->path)
				    : patron_by_slug(desk, ask->user);
}

/* The member a login stands for, by the user's name or by the mount. */
static struct patron *
patron_of_ask(struct desk *desk, const struct ask_msg *ask)
{
	struct patron *owner = owner_of_ask(desk, ask);

	if (owner != NULL && strcmp(ask->user, "source") != 0 &&
	    strcmp(ask->user, owner->member.slug) != 0)
		return NULL;
	return owner;
}

/* Whether a key of this household or member is being checked: a right one
 * changes what the others may do. */
static bool
is_being_checked(
    struct desk *desk, const struct ask_msg *ask, const struct patron *patron)
{
	struct in6_addr household = address_household(&ask->address), other;
	const struct ask_msg *checked;
	size_t at = 0;

	while ((checked = table_next(&desk->asks, &at)) != NULL) {
		other = address_household(&checked->address);
		if (address_same(&household, &other) ||
		    (patron != NULL && patron_of_ask(desk, checked) == patron))
			return true;
	}
	return false;
}

/* Keys on their way count as wrong, so a crowd that comes back at once must
 * wait for the first of them, not be sent away. */
static void
park_or_refuse(struct desk *desk, struct ask_msg *ask,
    const struct patron *patron, unsigned wait_secs)
{
	if (desk->parked.count < MOST_CHECKS &&
	    is_being_checked(desk, ask, patron)) {
		table_put(&desk->parked, ++desk->last_ask, ask);
		return;
	}
	refuse(desk, ask, 429, "too many wrong keys, please wait a minute",
	    wait_secs);
	message_free(&ask->message);
}

static void
take_login(struct desk *desk, struct ask_msg *ask)
{
	struct patron *patron = patron_of_ask(desk, ask);
	uint64_t household = household_of(desk, &ask->address);
	unsigned wait_secs;

	if (!ask->has_login) {
		refuse(desk, ask, 401, "You need to authenticate", 0);
		message_free(&ask->message);
		return;
	}
	if (patron != NULL && patron_knows_key(desk, patron, ask->key)) {
		go_on(desk, ask, patron);
		message_free(&ask->message);
		return;
	}
	wait_secs = throttle_wait_secs(
	    desk, household, patron != NULL ? patron->member.id : 0);
	if (wait_secs > 0) {
		park_or_refuse(desk, ask, patron, wait_secs);
		return;
	}
	throttle_try(desk, household, patron != NULL ? patron->member.id : 0);
	check_key(desk, ask, patron);
}

/* Whoever waited tries again; some may be parked once more. */
static void
release_parked(struct desk *desk)
{
	struct table parked = desk->parked;
	struct ask_msg *ask;
	size_t at = 0;

	desk->parked = (struct table){ 0 };
	while ((ask = table_next(&parked, &at)) != NULL)
		take_login(desk, ask);
	table_free(&parked);
}

void
admit_key_checked(struct desk *desk, struct key_msg *checked)
{
	struct ask_msg *ask = table_take(&desk->asks, checked->ask);
	struct patron *patron;
	uint64_t household;

	if (ask == NULL)
		return;
	patron = patron_of_ask(desk, ask);
	household = household_of(desk, &ask->address);
	/* The key may have been changed while it was checked. */
	if (checked->is_right && patron != NULL &&
	    strcmp(checked->hash, patron_hash(desk, patron, ask->key)) == 0) {
		patron_learn_key(desk, patron, ask->key);
		throttle_right(desk, household, patron->member.id);
		go_on(desk, ask, patron);
	} else {
		refuse(desk, ask, 401, "You need to authenticate", 0);
	}
	message_free(&ask->message);
	release_parked(desk);
}

/* Why nobody more may listen now, and the status that says so; NULL: fine. */
static const char *
listener_objection(struct desk *desk, const struct desk_mount *mount,
    const struct patron *patron, unsigned *status)
{
	int64_t most = mount->rules->max_listeners;

	*status = 403;
	if (most >= 0 && mount->listeners.now >= (unsigned)most)
		return "max listeners reached";
	*status = 503;
	if (patron != NULL) {
		most = patron_max_listeners(desk, patron);
		if (most >= 0 && patron->listeners.now >= (unsigned)most)
			return "max listeners reached for this member";
		if (patron->member.is_capped)
			return "not available to more listeners at the moment";
	}
	if (!headroom_admits(desk, mount))
		return "the line has no room for more at the moment";
	return NULL;
}

/* Of who is blocked nothing is said to the public, and players shall come
 * back. */
static void
refuse_absent(struct desk *desk, const struct ask_msg *ask)
{
	const struct patron *patron = patron_of_mount(desk, ask->path);

	if (patron != NULL && patron_is_blocked(patron))
		refuse(desk, ask, 503, "not available at the moment",
		    AWAY_RETRY_SECS);
	else
		refuse(
		    desk, ask, 404, "nothing is on air here at the moment", 0);
}

static void
join(struct desk_mount *mount, struct guest *guest, struct patron *patron)
{
	guest->role = ROLE_LISTENER;
	guest->mount = mount;
	gauge_join(&mount->listeners);
	if (mount->listeners.now > mount->peak)
		mount->peak = mount->listeners.now;
	chronicle_join(mount);
	if (patron != NULL)
		gauge_join(&patron->listeners);
}

static void
admit_listener(struct desk *desk, const struct ask_msg *ask)
{
	struct desk_mount *mount = registry_find(desk, ask->path);
	struct guest *guest = table_get(&desk->guests, ask->conn_no);
	struct answer_msg *answer;
	struct patron *patron;
	const char *objection;
	unsigned status;

	if (mount == NULL || mount->state == MOUNT_ENDING || guest == NULL) {
		refuse_absent(desk, ask);
		return;
	}
	patron = patron_by_id(desk, mount->member);
	if (ask->kind == ASK_LISTEN) {
		objection = listener_objection(desk, mount, patron, &status);
		if (objection != NULL) {
			refuse(desk, ask, status, objection,
			    status == 503 ? FULL_RETRY_SECS : 0);
			return;
		}
		join(mount, guest, patron);
	}
	answer = new_answer(ask, 200, "");
	answer->mount_no = mount->number;
	post(desk, ask, answer);
}

static void
answer_page(struct desk *desk, const struct ask_msg *ask)
{
	struct answer_msg *answer = new_answer(ask, 200, "");

	answer->body = status_page(desk, ask, &answer->type, &answer->status);
	if (answer->status != 200)
		text_copy(answer->text, sizeof(answer->text),
		    "nothing is on air here at the moment");
	post(desk, ask, answer);
}

static void
answer_events(struct desk *desk, struct ask_msg *ask)
{
	struct answer_msg *answer = new_answer(ask, 200, "");

	answer->event_mounts = ask->event_mounts;
	ask->event_mounts = NULL;
	answer->body = herald_present(desk, answer->event_mounts);
	post(desk, ask, answer);
}

void
admit_ask(struct desk *desk, struct ask_msg *ask)
{
	struct guest *guest = ask->from == NULL
	    ? table_get(&desk->guests, ask->conn_no)
	    : NULL;

	if (guest != NULL)
		guest_finished(desk, guest);
	switch (ask->kind) {
	case ASK_SOURCE:
	case ASK_TITLE:
	case ASK_LOGIN:
		take_login(desk, ask);
		return; /* freed there, or kept until the key is checked */
	case ASK_LISTEN:
	case ASK_HEAD:
		admit_listener(desk, ask);
		break;
	case ASK_ITEM:
		if (!ask->is_public && ask->has_login) {
			take_login(desk, ask);
			return;
		}
		/* Nobody is told that there is one he may not have. */
		if (ask->is_public)
			admit_reader(desk, ask);
		else
			refuse(desk, ask, 404, "there is no such recording", 0);
		break;
	case ASK_CATALOG:
		admit_catalog(desk, ask);
		break;
	case ASK_PAGE:
		answer_page(desk, ask);
		break;
	case ASK_EVENTS:
		answer_events(desk, ask);
		break;
	}
	message_free(&ask->message);
}

void
admit_free(struct desk *desk)
{
	struct ask_msg *ask;
	size_t at = 0;

	while ((ask = table_next(&desk->asks, &at)) != NULL)
		message_free(&ask->message);
	table_free(&desk->asks);
	at = 0;
	while ((ask = table_next(&desk->parked, &at)) != NULL)
		message_free(&ask->message);
	table_free(&desk->parked);
}
