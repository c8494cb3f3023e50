/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "desk/desk.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/text.h"
#include "desk/desk_priv.h"
#include "front/thread.h"
#include "net/address.h"
#include "pages/assets.h"
#include "post/poster.h"
#include "reports/reporter.h"
#include "share/shipper.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define TICK_MS           1000
#define SWEEP_TRIES_ABOVE 4096

static void handle(void *, struct message *);

#define PASSWORD_BYTES 1024

/* By who may still be root. */
static char *
read_password(const char *path)
{
	size_t len;
	char *text;

	if (path == NULL)
		return NULL;
	text = file_read_all(AT_FDCWD, path, PASSWORD_BYTES, &len);
	if (text == NULL)
		die("%s: %s", path, strerror(errno));
	text[strcspn(text, "\r\n")] = '\0';
	if (text[0] == '\0')
		die("%s: the first line is empty", path);
	return text;
}

struct desk *
desk_open(const char *conf_path, const struct conf *conf)
{
	struct desk *desk = mem_new(sizeof(*desk));

	desk->conf = conf;
	desk->first_conf = conf_ref(conf);
	desk->conf_path = mem_text(conf_path);
	desk->mail_password = read_password(conf->mail_password_file);
	desk->loop = loop_new("desk", handle, desk);
	desk->wheel = wheel_new(loop_base(desk->loop));
	desk->started_ms = clock_wall_ms();
	desk->assets = assets_load(web_files, web_file_count);
	desk->slot = clock_wall_ms() / SLOT_MS;
	desk->apart_ms = clock_apart_ms();
	desk->lock_fd = -1;
	random_bytes(desk->salt, sizeof(desk->salt));
	random_bytes(desk->ticket_secret, sizeof(desk->ticket_secret));
	desk->run = random_u64();
	desk->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	desk->digest = EVP_MD_CTX_new();
	CHECK(desk->sha256 != NULL && desk->digest != NULL);
	TAILQ_INIT(&desk->mounts);
	accept_open(desk);
	return desk;
}

/* Held until the process ends, however it ends. */
static void
lock_data(struct desk *desk)
{
	char path[4096];

	if (mkdir(desk->conf->data, 0750) == -1 && errno != EEXIST)
		die("data %s: %s", desk->conf->data, strerror(errno));
	snprintf(path, sizeof(path), "%s/lock", desk->conf->data);
	desk->lock_fd = open(
	    path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (desk->lock_fd == -1)
		die("%s: %s", path, strerror(errno));
	if (flock(desk->lock_fd, LOCK_EX | LOCK_NB) == -1)
		die("data %s is in use by another all2alld", desk->conf->data);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct desk *desk = arg;

	(void)fd;
	(void)what;
	gauges_tick(desk);
	patrons_end_blocked(desk);
	if (desk->tries.count > SWEEP_TRIES_ABOVE)
		throttle_sweep(desk);
}

static void
on_stop_signal(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	desk_stop(arg);
}

static void
on_hangup(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	free(reload_conf(arg));
}

static void
watch_signals(struct desk *desk)
{
	struct event_base *base = loop_base(desk->loop);
	const struct timeval tick = { .tv_sec = TICK_MS / 1000 };

	event_assign(&desk->term, base, SIGTERM, EV_SIGNAL | EV_PERSIST,
	    on_stop_signal, desk);
	event_assign(&desk->interrupt, base, SIGINT, EV_SIGNAL | EV_PERSIST,
	    on_stop_signal, desk);
	event_assign(&desk->hangup, base, SIGHUP, EV_SIGNAL | EV_PERSIST,
	    on_hangup, desk);
	event_assign(&desk->tick, base, -1, EV_PERSIST, on_tick, desk);
	event_add(&desk->term, NULL);
	event_add(&desk->interrupt, NULL);
	event_add(&desk->hangup, NULL);
	event_add(&desk->tick, &tick);
}

static void
say_limits(const struct desk *desk)
{
	log_info("serving workers=%u max-clients=%lld "
		 "streams use at most %lld MiB per mount",
	    desk->worker_count, (long long)desk->conf->max_clients,
	    (long long)desk->conf->any_mount.ring_bytes >> 20);
}

void
desk_start(struct desk *desk)
{
	lock_data(desk);
	threads_start(desk);
	watch_signals(desk);
	control_open(desk);
	accept_start(desk);
	say_limits(desk);
}

void
desk_print_addresses(const struct desk *desk, int fd)
{
	char text[ADDRESS_TEXT_BYTES];

	for (unsigned i = 0; i < desk->listen_count; i++) {
		address_bound(desk->listens[i].fd, text);
		dprintf(fd, "%s\n", text);
	}
}

void
desk_run(struct desk *desk)
{
	loop_run(desk->loop);
}

void
desk_tell_workers(struct desk *desk, const void *message, size_t bytes)
{
	for (unsigned i = 0; i < desk->worker_count; i++)
		loop_post(desk->worker_loops[i], mem_copy(message, bytes));
}

static void
stop_workers(struct desk *desk)
{
	struct message stop = { .kind = MSG_STOP };

	if (desk->is_cut) /* each thread says DONE once */
		return;
	desk->is_cut = true;
	desk_tell_workers(desk, &stop, sizeof(stop));
}

static void
on_drained(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	stop_workers(arg);
}

/* No new connections; sources are let go, their streams closed properly, their
 * listeners get the end; then the workers, then who they wrote to. */
void
desk_stop(struct desk *desk)
{
	struct timeval wait = { desk->conf->drain_ms / 1000,
		desk->conf->drain_ms % 1000 * 1000 };
	struct desk_mount *mount, *next;

	if (desk->is_stopping) {
		stop_workers(desk);
		return;
	}
	desk->is_stopping = true;
	log_info("stopping");
	accept_stop(desk);
	for (mount = TAILQ_FIRST(&desk->mounts); mount != NULL; mount = next) {
		next = TAILQ_NEXT(mount, link);
		registry_end(mount, "stopped");
	}
	event_assign(
	    &desk->drain, loop_base(desk->loop), -1, 0, on_drained, desk);
	event_add(&desk->drain, &wait);
	desk_check_drained(desk);
}

/* Everybody left before the time was over. */
void
desk_check_drained(struct desk *desk)
{
	if (!desk->is_stopping || desk->guests.count > 0 ||
	    !TAILQ_EMPTY(&desk->mounts) || desk->is_drained)
		return;
	desk->is_drained = true;
	event_del(&desk->drain);
	stop_workers(desk);
}

static void
take_facts(struct desk *desk, const struct facts_msg *facts)
{
	struct desk_mount *mount = registry_by_number(desk, facts->mount_no);

	if (mount == NULL)
		return;
	mount->facts = facts->facts;
	mount->has_facts = true;
	chronicle_facts(mount);
	herald_state(mount);
}

static void
take_title(struct desk *desk, const struct title_msg *title)
{
	struct desk_mount *mount = registry_by_number(desk, title->mount_no);

	if (mount == NULL)
		return;
	text_copy(mount->title, sizeof(mount->title), title->title);
	chronicle_title(mount, title->title);
	herald_title(mount);
	log_info("mount %s title=\"%s\"", mount->name, mount->title);
}

static void
wake_poster(struct desk *desk)
{
	if (desk->poster != NULL && !desk->is_cut)
		loop_post(poster_loop(desk->poster),
		    message_new(MSG_LETTERS, sizeof(struct message)));
}

static void
take_recording(struct desk *desk, const struct recording_msg *recording)
{
	struct desk_mount *mount = registry_find(desk, recording->mount);

	char *active;

	if (mount == NULL)
		return;
	active = mount->recordings[recording->profile];
	if (recording->state == RECORDING_ACTIVE)
		text_copy(active, RECORDING_ID_BYTES, recording->id);
	else if (strcmp(active, recording->id) == 0)
		*active = '\0';
	herald_recording(mount);
}

static void
take_people(struct desk *desk, const struct message *message)
{
	if (message->kind == MSG_MEMBERS)
		patrons_set(desk, (const struct members_msg *)message);
	else
		deputies_set(desk, (const struct delegates_msg *)message);
}

/* A command that another thread has run, or that others have answered. */
static void
take_command(struct desk *desk, const struct message *message)
{
	const struct result_msg *result = (const struct result_msg *)message;

	if (message->kind == MSG_RUN)
		caller_run(desk, (const struct run_msg *)message);
	else
		control_reply(desk, result->reply_to, result->status,
		    result->text->bytes, result->text->len);
}

static void
handle(void *owner, struct message *message)
{
	struct desk *desk = owner;

	switch (message->kind) {
	case MSG_ASK:
		admit_ask(desk, (struct ask_msg *)message);
		return; /* freed there */
	case MSG_CLOSED:
		guests_closed(desk, (struct closed_msg *)message);
		break;
	case MSG_FEED_LOST:
		registry_feed_lost(desk, (struct feed_msg *)message);
		break;
	case MSG_FEED_ENDED:
		registry_feed_ended(desk, (struct feed_msg *)message);
		break;
	case MSG_FACTS:
		take_facts(desk, (struct facts_msg *)message);
		break;
	case MSG_TITLE:
		take_title(desk, (struct title_msg *)message);
		break;
	case MSG_LISTING:
		command_listing(desk, (struct listing_msg *)message);
		break;
	case MSG_FLUSHED:
		inquiry_flushed(desk, (struct flush_msg *)message);
		break;
	case MSG_KEY_CHECKED:
		admit_key_checked(desk, (struct key_msg *)message);
		break;
	case MSG_MEMBERS:
	case MSG_DELEGATES:
		take_people(desk, message);
		break;
	case MSG_RESULT:
	case MSG_RUN:
		take_command(desk, message);
		break;
	case MSG_LETTERS:
		wake_poster(desk);
		break;
	case MSG_RECORDING:
		take_recording(desk, (struct recording_msg *)message);
		break;
	case MSG_PULSE:
		placement_pulse(desk, (struct pulse_msg *)message);
		headroom_pulse(desk, (struct pulse_msg *)message);
		break;
	case MSG_DONE:
		threads_done(desk, (struct done_msg *)message);
		break;
	default:
		CHECK(false);
	}
	message_free(message);
	desk_check_drained(desk);
}

void
desk_free(struct desk *desk)
{
	threads_free(desk);
	control_free(desk);
	callers_free(desk);
	commands_free(desk);
	inquiry_free(desk);
	admit_free(desk);
	registry_free(desk);
	guests_free(desk);
	patrons_free(desk);
	throttle_free(desk);
	accept_free(desk);
	assets_free(desk->assets);
	event_del(&desk->term);
	event_del(&desk->interrupt);
	event_del(&desk->hangup);
	event_del(&desk->tick);
	wheel_free(desk->wheel);
	loop_free(desk->loop);
	conf_unref(desk->conf);
	conf_unref(desk->first_conf);
	close(desk->lock_fd);
	free(desk->loads);
	EVP_MD_CTX_free(desk->digest);
	EVP_MD_free(desk->sha256);
	free(desk->conf_path);
	if (desk->mail_password != NULL)
		explicit_bzero(
		    desk->mail_password, strlen(desk->mail_password));
	free(desk->mail_password);
	free(desk);
}
