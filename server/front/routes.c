/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "front/routes.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "conf/conf.h"
#include "front/page_ask.h"
#include "front/reply.h"
#include "front/when.h"
#include "pages/assets.h"
#include "serve/events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FEED_PATH  "/feed/"
#define FEED_END   ".xml"
#define PAGES_MOST 100000
#define LIST_MOST  100

#define OF(method) (1u << (method))
#define READS      (OF(METHOD_GET) | OF(METHOD_HEAD))
#define PAGES      (READS | OF(METHOD_POST))
#define FEEDS      (OF(METHOD_PUT) | OF(METHOD_SOURCE))

static void ask_source(struct visit *);
static void ask_shoutcast(struct visit *);
static void ask_listen(struct visit *);
static void ask_page(struct visit *);
static void ask_title(struct visit *);
static void options(struct visit *);
static void ask_item(struct visit *);
static void ask_feed(struct visit *);
static void ask_list(struct visit *);
static void asset(struct visit *);
static void poke(struct visit *);
static void ask_porter(struct visit *);
static void ask_events(struct visit *);

/* The first row that fits. A path that ends in '*' is a beginning, one that
 * begins with '*' an end, one with '*' in the middle both. */
static const struct route {
	unsigned methods;
	const char *path;
	void (*follow)(struct visit *);
} routes[] = {
	{ OF(METHOD_ICY), "*", ask_shoutcast },
	{ OF(METHOD_OPTIONS), "*", options },
	{ FEEDS, "/*", ask_source },
	{ OF(METHOD_GET) | OF(METHOD_POST), "/admin/metadata", ask_title },
	{ OF(METHOD_GET), "/admin.cgi", ask_title }, /* SHOUTcast's address */
	{ READS, "/admin/!POKE", poke }, /* libshout feels its way */
	{ READS, "/admin/*", ask_porter },
	{ READS, "/7.html", ask_porter },
	{ READS, "/7.xsl", ask_porter },
	{ READS, "/stats", ask_porter },
	{ READS, "/statistics", ask_porter },
	{ READS, "/currentsong", ask_porter },
	{ READS, "/", ask_porter },
	{ READS, "/status-json.xsl", ask_page }, /* Icecast's address */
	{ READS, "/healthz", ask_page },
	{ OF(METHOD_GET), "/events", ask_events },
	{ READS, "/web/*", asset },
	{ READS, ARCHIVE_PATH "*/", ask_porter }, /* its page */
	{ READS, ARCHIVE_PATH "*", ask_item },
	{ READS, FEED_PATH "*" FEED_END, ask_feed },
	{ READS, "/archive.json", ask_list },
	{ READS, "*.m3u", ask_page },
	{ READS, "*.pls", ask_page },
	{ READS, "*.xspf", ask_page },
	{ PAGES, "/login*", ask_porter },
	{ PAGES, "/logout", ask_porter },
	{ PAGES, "/portal/*", ask_porter },
	{ PAGES, "/operator/*", ask_porter },
	{ PAGES, "/api/*", ask_porter },
	{ READS, "/privacy", ask_porter },
	{ READS, "/art", ask_porter },
	{ READS, "/oembed", ask_porter },
	{ READS, "*/", ask_porter }, /* the page of a member or a mount */
	{ READS, "/*", ask_listen },
};

static bool
path_fits(const char *rule, const char *path)
{
	size_t rule_len = strlen(rule), len = strlen(path);
	const char *star = strchr(rule, '*');

	if (strcmp(rule, "*") == 0)
		return true;
	if (rule[0] == '*')
		return len >= rule_len - 1 &&
		    strcmp(path + len - (rule_len - 1), rule + 1) == 0;
	if (star != NULL && star[1] != '\0')
		return strncmp(path, rule, (size_t)(star - rule)) == 0 &&
		    len > rule_len &&
		    strcmp(path + len - strlen(star + 1), star + 1) == 0;
	if (rule[rule_len - 1] == '*')
		return strncmp(path, rule, rule_len - 1) == 0;
	return strcmp(path, rule) == 0;
}

void
routes_follow(struct visit *visit)
{
	const struct request *request = &visit->request;

	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		if ((routes[i].methods & OF(request->method)) &&
		    path_fits(routes[i].path, request->path)) {
			routes[i].follow(visit);
			return;
		}
	}
	reply_method(visit);
}

/* Everything an encoder logs in with is checked by the desk, the login first:
 * a wrong key is 401 whatever else is wrong. */
static void
ask_source(struct visit *visit)
{
	const char *type = request_header(&visit->request, "content-type");
	struct ask_msg *ask = visit_new_ask(
	    visit, ASK_SOURCE, visit->request.path);

	if (type != NULL)
		text_copy(ask->content_type, sizeof(ask->content_type), type);
	visit_ask(visit, ask);
}

/* SLUG:KEY feeds /SLUG/live; /mount:KEY says which mount. */
static void
icy_to_ask(struct ask_msg *ask, const struct icy_login *login)
{
	ask->has_login = true;
	text_copy(ask->key, sizeof(ask->key), login->password);
	if (login->mount[0] != '\0') {
		text_copy(ask->path, sizeof(ask->path), login->mount);
		text_copy(ask->user, sizeof(ask->user), "source");
	} else {
		snprintf(ask->path, sizeof(ask->path), "/%s/live", login->user);
		text_copy(ask->user, sizeof(ask->user), login->user);
	}
}

static void
ask_shoutcast(struct visit *visit)
{
	struct ask_msg *ask;

	if (!icy_login_split(visit->request.icy_login, &visit->icy)) {
		reply_error(visit, 401, "no key", 0);
		return;
	}
	ask = visit_new_ask(visit, ASK_SOURCE, "");
	icy_to_ask(ask, &visit->icy);
	if (mount_name_error(ask->path) != NULL) {
		message_free(&ask->message);
		reply_error(visit, 401, "no such mount", 0);
		return;
	}
	visit_ask(visit, ask);
}

static bool
is_first_bytes_probe(const struct visit *visit)
{
	const char *range = request_header(&visit->request, "range");

	return range != NULL && strcmp(range, "bytes=0-1") == 0;
}

/* From when on a mount is to be heard; 0: from now, as it says nothing that
 * makes sense, or its rules do not allow it. */
static int64_t
wanted_from_ms(const struct visit *visit)
{
	const struct conf_mount *rules = conf_mount(
	    visit->worker->conf, visit->request.path);
	int64_t now_ms = clock_wall_ms(), from_ms;
	char text[40];
	size_t len;

	if (rules->timeshift_ms == 0 ||
	    !query_get(
		visit->request.query, "from", text, sizeof(text), &len) ||
	    !when_parse(text, now_ms, &from_ms) || from_ms >= now_ms)
		return 0;
	if (now_ms - from_ms > rules->timeshift_ms)
		from_ms = now_ms - rules->timeshift_ms;
	return from_ms;
}

/* How far into a recording it is to begin; players that seek by themselves do
 * not ask. */
static int64_t
wanted_at_ms(const struct visit *visit)
{
	char text[40];
	int64_t at_ms;
	size_t len;

	return query_get(visit->request.query, "t", text, sizeof(text), &len) &&
		when_length(text, &at_ms)
	    ? at_ms
	    : 0;
}

static bool
ends_in(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len > end_len && strcmp(text + len - end_len, end) == 0;
}

/* /archive/ID, or /archive/ID/any-name.mp3 for whoever wants a name, of which
 * only the end .m4a means something: its twin; ID.json
 * and ID/chapters.json are what is known of it. */
static void
ask_item(struct visit *visit)
{
	const char *from = visit->request.path + strlen(ARCHIVE_PATH);
	bool is_facts = strchr(from, '/') == NULL && ends_in(from, ".json");
	size_t len = is_facts ? strlen(from) - strlen(".json")
			      : strcspn(from, "/");
	char id[RECORDING_ID_BYTES];

	if (len == 0 || len >= sizeof(id)) {
		reply_error(visit, 404, "there is no such recording", 0);
		return;
	}
	memcpy(id, from, len);
	id[len] = '\0';
	if (is_facts)
		visit_find_facts(visit, id, FIND_FACTS);
	else if (strcmp(from + len, "/chapters.json") == 0)
		visit_find_facts(visit, id, FIND_CHAPTERS);
	else
		visit_find_item(visit, id, wanted_at_ms(visit),
		    ends_in(from + len, ".m4a"));
}

/* What is not there stays as it was; false: it is no number up to most. */
static bool
get_number(const struct visit *visit, const char *name, unsigned most,
    unsigned *number)
{
	char text[16], *end;
	unsigned long value;
	size_t len;

	if (!query_get(visit->request.query, name, text, sizeof(text), &len))
		return true;
	value = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || value < 1 ||
	    value > most)
		return false;
	*number = (unsigned)value;
	return true;
}

/* /feed/SLUG.xml, /feed/SLUG/live.xml: a member, or the mount /SLUG/live. */
static void
ask_feed(struct visit *visit)
{
	const char *from = visit->request.path + strlen(FEED_PATH) - 1;
	size_t len = strlen(from) - strlen(FEED_END);
	unsigned page = 1;
	struct ask_msg *ask;

	if (!get_number(visit, "page", PAGES_MOST, &page)) {
		reply_error(visit, 404, "there is no such page", 0);
		return;
	}
	ask = visit_new_ask(visit, ASK_CATALOG, "");
	if (len < sizeof(ask->path))
		memcpy(ask->path, from, len);
	ask->wish.is_feed = true;
	ask->wish.takes_gzip = request_takes_gzip(&visit->request);
	ask->wish.page = page;
	visit_ask(visit, ask);
}

static void
ask_list(struct visit *visit)
{
	struct ask_msg *ask = visit_new_ask(visit, ASK_CATALOG, "");
	const char *query = visit->request.query;
	size_t len;

	ask->wish.takes_gzip = request_takes_gzip(&visit->request);
	if (query_get(
		query, "member", ask->path + 1, sizeof(ask->path) - 1, &len))
		ask->path[0] = '/';
	else if (!query_get(query, "mount", ask->path, sizeof(ask->path), &len))
		ask->path[0] = '\0';
	if (!query_get(query, "cursor", ask->wish.cursor,
		sizeof(ask->wish.cursor), &len))
		ask->wish.cursor[0] = '\0';
	if (ask->path[0] != '\0' &&
	    get_number(visit, "limit", LIST_MOST, &ask->wish.most)) {
		visit_ask(visit, ask);
		return;
	}
	message_free(&ask->message);
	reply_error(visit, 400,
	    "archive.json?member=SLUG or ?mount=/SLUG/live, limit up to 100",
	    0);
}

/* Players of Apple's ask for two bytes first; that is no listener. */
static void
ask_listen(struct visit *visit)
{
	bool is_head = visit->request.method == METHOD_HEAD ||
	    is_first_bytes_probe(visit);
	int64_t from_ms = wanted_from_ms(visit);

	if (from_ms != 0) {
		visit_find_live(visit, visit->request.path, from_ms);
		return;
	}
	visit_ask(visit,
	    visit_new_ask(
		visit, is_head ? ASK_HEAD : ASK_LISTEN, visit->request.path));
}

static void
ask_page(struct visit *visit)
{
	struct ask_msg *ask = visit_new_ask(
	    visit, ASK_PAGE, visit->request.path);
	size_t len;

	if (!query_get(visit->request.query, "mount", ask->query,
		sizeof(ask->query), &len))
		ask->query[0] = '\0';
	visit_ask(visit, ask);
}

static void
poke(struct visit *visit)
{
	reply_error(visit, 404, "nothing here", 0);
}

static void
take_page_form(struct visit *visit)
{
	visit_ask_page(visit, page_ask_new(visit));
}

/* What there is, and who may have it, is in faces/table.c. */
static void
ask_porter(struct visit *visit)
{
	if (visit->request.method == METHOD_POST)
		visit_read_body(visit, take_page_form);
	else
		visit_ask_page(visit, page_ask_new(visit));
}

static void
ask_events(struct visit *visit)
{
	char mounts[REQUEST_QUERY_BYTES];
	struct ask_msg *ask;

	if (!query_get(
		visit->request.query, "mounts", mounts, sizeof(mounts), NULL))
		mounts[0] = '\0';
	if (events_count(mounts) > EVENTS_MOUNTS) {
		reply_error(visit, 400,
		    "events?mounts=/a/live,/b/live, at most 32 of them", 0);
		return;
	}
	ask = visit_new_ask(visit, ASK_EVENTS, "");
	ask->event_mounts = mem_text(mounts);
	visit_ask(visit, ask);
}

static void
asset(struct visit *visit)
{
	const struct asset *found = asset_find(
	    visit->worker->assets, visit->request.path);

	if (found == NULL)
		reply_error(visit, 404, "there is no such file", 0);
	else
		reply_asset(visit, found);
}

static void
options(struct visit *visit)
{
	static const char upgrade[] = "HTTP/1.1 101 Switching Protocols\r\n"
				      "Upgrade: TLS/1.0, HTTP/1.1\r\n"
				      "Connection: Upgrade\r\n\r\n";
	const char *wanted = request_header(&visit->request, "upgrade");

	if (wanted == NULL || strncasecmp(wanted, "TLS/1", 5) != 0 ||
	    !conn_can_upgrade(visit->conn)) {
		reply_options(visit, false);
		return;
	}
	conn_send(visit->conn, upgrade, sizeof(upgrade) - 1);
	visit->owes_options = true;
	visit->state = VISIT_HEAD;
	conn_upgrade(visit->conn);
}

static void
take_title_form(struct visit *visit)
{
	routes_title(visit, (const char *)visit->body.data);
}

static void
ask_title(struct visit *visit)
{
	if (visit->request.method == METHOD_POST)
		visit_read_body(visit, take_title_form);
	else
		routes_title(visit, visit->request.query);
}

/* One parameter as clean UTF-8, from the charset the request names. */
static bool
get_text(const char *form, const char *name, char *to, size_t size)
{
	size_t len, charset_len, most = strlen(form) + 1;
	char *raw = mem_new(most); /* whole: half a letter is no UTF-8 */
	char charset[32] = "";
	bool is_there = query_get(form, name, raw, most, &len);

	if (is_there &&
	    (!query_get(
		 form, "charset", charset, sizeof(charset), &charset_len) ||
		!text_from_charset(to, size, raw, len, charset)))
		text_clean(to, size, raw, len);
	free(raw);
	return is_there;
}

static void
read_title(const char *form, char title[TITLE_BYTES])
{
	char artist[TITLE_BYTES] = "", work[TITLE_BYTES] = "";

	title[0] = '\0';
	if (get_text(form, "song", title, TITLE_BYTES))
		return;
	(void)get_text(form, "artist", artist, sizeof(artist));
	(void)get_text(form, "title", work, sizeof(work));
	if (artist[0] != '\0' && work[0] != '\0') {
		text_copy(title, TITLE_BYTES, artist);
		text_copy(
		    title + strlen(title), TITLE_BYTES - strlen(title), " - ");
	}
	text_copy(title + strlen(title), TITLE_BYTES - strlen(title),
	    work[0] != '\0' ? work : artist);
}

/* "pass" carries what a SHOUTcast login line would. */
static bool
read_pass(struct ask_msg *ask, const char *form)
{
	struct icy_login login;
	char pass[320];
	size_t len;

	if (!query_get(form, "pass", pass, sizeof(pass), &len) ||
	    !icy_login_split(pass, &login))
		return false;
	icy_to_ask(ask, &login);
	return true;
}

void
routes_title(struct visit *visit, const char *form)
{
	struct ask_msg *ask = visit_new_ask(visit, ASK_TITLE, "");
	char mode[16] = "";
	size_t len;

	if (strcmp(visit->request.path, "/admin.cgi") == 0) {
		if (!read_pass(ask, form))
			ask->has_login = false;
	} else if (!query_get(
		       form, "mount", ask->path, sizeof(ask->path), &len)) {
		ask->path[0] = '\0';
	}
	if (!query_get(form, "mode", mode, sizeof(mode), &len) ||
	    strcmp(mode, "updinfo") != 0) {
		message_free(&ask->message);
		reply_error(visit, 400, "mode must be updinfo", 0);
		return;
	}
	read_title(form, ask->title);
	if (!get_text(form, "url", ask->url, sizeof(ask->url)) ||
	    !text_is_web_url(ask->url))
		ask->url[0] = '\0';
	visit_ask(visit, ask);
}
