/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * The commands that the desk answers itself; the clerk has the others. */
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "desk/desk_priv.h"

#include <stdlib.h>
#include <string.h>

static const char usage_text[] =
    "usage: air | air at PATH | mounts [--member SLUG] | listeners MOUNT |\n"
    "       kick source MOUNT | kick listeners MOUNT |\n"
    "       kick listener NUMBER | headroom |\n"
    "       record start MOUNT [--title TITLE] | record stop MOUNT |\n"
    "       record mark MOUNT [TITLE] | reload | stop\n"
    "       listings take --format text or json\n";

/* A listing of listeners is put together from all workers. */
struct gathering {
	uint64_t reply;
	unsigned missing; /* workers that have not answered */
	bool is_json;
	unsigned count;
	struct bytes text;
};

static struct gathering *gatherings[64];

static void
reply(struct desk *desk, uint64_t number, int status, const char *text)
{
	control_reply(desk, number, status, text, strlen(text));
}

/* Takes "--format X" off the words. False: no such format. */
static bool
take_format(unsigned *argc, char **argv, bool *is_json)
{
	*is_json = false;
	for (unsigned i = 0; i + 1 < *argc; i++) {
		if (strcmp(argv[i], "--format") != 0)
			continue;
		*is_json = strcmp(argv[i + 1], "json") == 0;
		if (!*is_json && strcmp(argv[i + 1], "text") != 0)
			return false;
		memmove(
		    &argv[i], &argv[i + 2], (*argc - i - 2) * sizeof(*argv));
		*argc -= 2;
		return true;
	}
	return true;
}

static const char *
state_word(const struct desk_mount *mount)
{
	static const char *const words[] = { "live", "away", "ending", "gone" };

	return words[mount->state];
}

static bool
is_recording(const struct desk_mount *mount)
{
	for (unsigned i = 0; i < PROFILES; i++) {
		if (mount->recordings[i][0] != '\0')
			return true;
	}
	return false;
}

static void
put_fact(struct bytes *out, const char *name, const char *value)
{
	bytes_format(out, ",\"%s\":", name);
	text_json(out, value);
}

static void
mount_json(struct bytes *out, const struct desk_mount *mount)
{
	char since[CLOCK_ISO_BYTES];

	clock_iso(mount->began_ms, since);
	bytes_text(out, "{\"mount\":");
	text_json(out, mount->name);
	bytes_text(out, ",\"member\":");
	text_json(out, mount->slug);
	bytes_format(out,
	    ",\"state\":\"%s\",\"listeners\":%u,\"peak\":%u,"
	    "\"since\":\"%s\",\"recording\":%s,\"type\":",
	    state_word(mount), mount->listeners.now, mount->peak, since,
	    is_recording(mount) ? "true" : "false");
	text_json(out, mount->facts.media_type);
	bytes_text(out, ",\"codecs\":");
	text_json(out, mount->facts.codecs);
	bytes_text(out, ",\"title\":");
	text_json(out, mount->title);
	put_fact(out, "encoder", mount->facts.agent);
	put_fact(out, "name", mount->facts.name);
	put_fact(out, "description", mount->facts.description);
	put_fact(out, "genre", mount->facts.genre);
	put_fact(out, "link", mount->facts.url);
	put_fact(out, "audio_info", mount->facts.audio_info);
	bytes_format(out,
	    ",\"bitrate\":%u,\"sample_rate\":%u,\"channels\":%u,"
	    "\"hidden\":%s}",
	    mount->facts.bitrate_kbps, mount->facts.sample_rate,
	    mount->facts.channels, mount->rules->is_hidden ? "true" : "false");
}

static void
mount_line(struct bytes *out, const struct desk_mount *mount)
{
	bytes_format(out, "%-30s %-12s %-6s %6u listeners, peak %u  %s  %s\n",
	    mount->name, mount->slug, state_word(mount), mount->listeners.now,
	    mount->peak, mount->facts.media_type, mount->title);
}

static void
list_mounts(
    struct desk *desk, uint64_t number, const char *member, bool is_json)
{
	struct desk_mount *mount;
	struct bytes out = { 0 };
	bool is_first = true;

	if (is_json)
		bytes_text(&out, "{\"schema\":1,\"mounts\":[");
	TAILQ_FOREACH (mount, &desk->mounts, link) {
		if (mount->state == MOUNT_GONE ||
		    (member != NULL && strcmp(mount->slug, member) != 0))
			continue;
		if (is_json && !is_first)
			bytes_text(&out, ",");
		is_first = false;
		if (is_json)
			mount_json(&out, mount);
		else
			mount_line(&out, mount);
	}
	if (is_json)
		bytes_text(&out, "]}\n");
	control_reply(desk, number, 0, out.data, out.len);
	bytes_free(&out);
}

static struct gathering *
find_gathering(uint64_t number)
{
	for (size_t i = 0; i < 64; i++) {
		if (gatherings[i] != NULL && gatherings[i]->reply == number)
			return gatherings[i];
	}
	return NULL;
}

static bool
add_gathering(struct gathering *gathering)
{
	for (size_t i = 0; i < 64; i++) {
		if (gatherings[i] == NULL) {
			gatherings[i] = gathering;
			return true;
		}
	}
	return false;
}

static void
drop_gathering(struct gathering *gathering)
{
	for (size_t i = 0; i < 64; i++) {
		if (gatherings[i] == gathering)
			gatherings[i] = NULL;
	}
	bytes_free(&gathering->text);
	free(gathering);
}

static void
list_listeners(
    struct desk *desk, uint64_t number, const char *name, bool is_json)
{
	const struct desk_mount *mount = registry_find(desk, name);
	struct listing_msg ask = { .message.kind = MSG_LIST,
		.reply_to = number };
	struct gathering *gathering;

	if (mount == NULL) {
		reply(desk, number, 1, "nothing is on air there\n");
		return;
	}
	gathering = mem_new(sizeof(*gathering));
	gathering->reply = number;
	gathering->missing = desk->worker_count;
	gathering->is_json = is_json;
	if (!add_gathering(gathering)) {
		free(gathering);
		reply(desk, number, 1, "busy, please try again\n");
		return;
	}
	if (is_json)
		bytes_text(&gathering->text, "{\"schema\":1,\"listeners\":[");
	ask.mount_no = mount->number;
	desk_tell_workers(desk, &ask, sizeof(ask));
}

static void
add_listener(struct gathering *gathering, const struct listener_row *row)
{
	struct bytes *out = &gathering->text;

	if (!gathering->is_json) {
		bytes_format(out, "%10llu %8lld s %14llu bytes %s%s %s\n",
		    (unsigned long long)row->conn_no, (long long)row->secs,
		    (unsigned long long)row->bytes,
		    row->is_tls ? "tls" : "plain", row->has_icy ? " icy" : "",
		    row->agent);
		return;
	}
	bytes_format(out,
	    "%s{\"number\":%llu,\"seconds\":%lld,\"bytes\":%llu,"
	    "\"lag_bytes\":%llu,\"tls\":%s,\"icy\":%s,\"agent\":",
	    gathering->count > 0 ? "," : "", (unsigned long long)row->conn_no,
	    (long long)row->secs, (unsigned long long)row->bytes,
	    (unsigned long long)row->lag_bytes, row->is_tls ? "true" : "false",
	    row->has_icy ? "true" : "false");
	text_json(out, row->agent);
	bytes_text(out, "}");
}

void
command_listing(struct desk *desk, const struct listing_msg *listing)
{
	struct gathering *gathering = find_gathering(listing->reply_to);

	if (gathering == NULL)
		return;
	for (unsigned i = 0; i < listing->count; i++) {
		add_listener(gathering, &listing->rows[i]);
		gathering->count++;
	}
	if (--gathering->missing > 0)
		return;
	if (gathering->is_json)
		bytes_text(&gathering->text, "]}\n");
	control_reply(desk, gathering->reply, 0, gathering->text.data,
	    gathering->text.len);
	drop_gathering(gathering);
}

static void
show_headroom(struct desk *desk, uint64_t number, bool is_json)
{
	struct bytes out = { 0 };

	headroom_show(desk, is_json, &out);
	control_reply(desk, number, 0, out.data, out.len);
	bytes_free(&out);
}

static void
kick_listener(struct desk *desk, uint64_t number, const char *which)
{
	char *end;
	uint64_t conn_no = strtoull(which, &end, 10);
	struct guest *guest = table_get(&desk->guests, conn_no);
	struct kick_msg *kick;

	if (*end != '\0' || guest == NULL || guest->role != ROLE_LISTENER) {
		reply(desk, number, 1, "there is no such listener\n");
		return;
	}
	kick = message_new(MSG_KICK, sizeof(*kick));
	kick->what = KICK_CONN;
	kick->conn_no = conn_no;
	loop_post(desk->worker_loops[guest->worker], &kick->message);
	reply(desk, number, 0, "let go\n");
}

static void
kick_mount(
    struct desk *desk, uint64_t number, const char *what, const char *name)
{
	struct desk_mount *mount = registry_find(desk, name);
	struct kick_msg kick = { .message.kind = MSG_KICK,
		.what = KICK_LISTENERS };

	if (mount == NULL) {
		reply(desk, number, 1, "nothing is on air there\n");
		return;
	}
	log_warn("mount %s kicked by an operator: %s", name, what);
	if (strcmp(what, "source") == 0) {
		registry_end(mount, "kicked");
	} else {
		kick.mount_no = mount->number;
		desk_tell_workers(desk, &kick, sizeof(kick));
	}
	reply(desk, number, 0, "let go\n");
}

static void
run_kick(struct desk *desk, uint64_t number, unsigned argc, char **argv)
{
	if (argc != 3)
		reply(desk, number, 2, usage_text);
	else if (strcmp(argv[1], "listener") == 0)
		kick_listener(desk, number, argv[2]);
	else if (strcmp(argv[1], "source") == 0 ||
	    strcmp(argv[1], "listeners") == 0)
		kick_mount(desk, number, argv[1], argv[2]);
	else
		reply(desk, number, 2, usage_text);
}

/* Takes "--title X", or X alone, from behind the mount. False: it is wrong. */
static bool
take_item(unsigned argc, char **argv, struct record_msg *command)
{
	const char *title = "";

	if (strcmp(argv[1], "start") == 0) {
		command->what = RECORD_START;
		if (argc == 5 && strcmp(argv[3], "--title") == 0)
			title = argv[4];
		else if (argc != 3)
			return false;
	} else if (strcmp(argv[1], "stop") == 0) {
		command->what = RECORD_STOP;
		if (argc != 3)
			return false;
	} else if (strcmp(argv[1], "mark") == 0) {
		command->what = RECORD_MARK;
		if (argc > 4)
			return false;
		title = argc == 4 ? argv[3] : "";
	} else {
		return false;
	}
	text_clean(
	    command->title, sizeof(command->title), title, strlen(title));
	return true;
}

/* The spool answers. */
static void
run_record(struct desk *desk, uint64_t number, unsigned argc, char **argv)
{
	struct record_msg *command = message_new(MSG_RECORD, sizeof(*command));

	if (argc < 3 || !take_item(argc, argv, command)) {
		message_free(&command->message);
		reply(desk, number, 2, usage_text);
		return;
	}
	command->reply_to = number;
	text_copy(command->mount, sizeof(command->mount), argv[2]);
	log_info("recording %s: %s by an operator", argv[2], argv[1]);
	loop_post(spool_loop(desk->spool), &command->message);
}

static void
run_reload(struct desk *desk, uint64_t number)
{
	char *wrong = reload_conf(desk);
	struct bytes out = { 0 };

	bytes_format(&out, "%s\n",
	    wrong != NULL ? wrong : "the configuration is read again");
	control_reply(desk, number, wrong != NULL, out.data, out.len);
	bytes_free(&out);
	free(wrong);
}

void
command_run(struct desk *desk, uint64_t number, unsigned argc, char **argv)
{
	const char *name = argc > 0 ? argv[0] : "";
	bool is_listing = strcmp(name, "mounts") == 0 ||
	    strcmp(name, "listeners") == 0 || strcmp(name, "headroom") == 0;
	bool is_json = false;

	if (is_listing && !take_format(&argc, argv, &is_json)) {
		reply(desk, number, 2, usage_text);
	} else if (strcmp(name, "mounts") == 0 &&
	    (argc == 1 || (argc == 3 && strcmp(argv[1], "--member") == 0))) {
		list_mounts(desk, number, argc == 3 ? argv[2] : NULL, is_json);
	} else if (strcmp(name, "listeners") == 0 && argc == 2) {
		list_listeners(desk, number, argv[1], is_json);
	} else if (strcmp(name, "headroom") == 0 && argc == 1) {
		show_headroom(desk, number, is_json);
	} else if (strcmp(name, "air") == 0) {
		if (!air_run(desk, number, argc, argv))
			reply(desk, number, 2, usage_text);
	} else if (strcmp(name, "kick") == 0) {
		run_kick(desk, number, argc, argv);
	} else if (strcmp(name, "record") == 0) {
		run_record(desk, number, argc, argv);
	} else if (strcmp(name, "reload") == 0 && argc == 1) {
		run_reload(desk, number);
	} else if (strcmp(name, "stop") == 0 && argc == 1) {
		reply(desk, number, 0, "stopping\n");
		desk_stop(desk);
	} else if (is_listing || strcmp(name, "reload") == 0 ||
	    strcmp(name, "stop") == 0) {
		reply(desk, number, 2, usage_text);
	} else {
		inquiry_begin(desk, number, argc, argv);
	}
}

void
commands_free(struct desk *desk)
{
	(void)desk;
	for (size_t i = 0; i < 64; i++) {
		if (gatherings[i] != NULL)
			drop_gathering(gatherings[i]);
	}
}
