/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers
 *
 * The threads beside the desk: in which order they start, and stop. */
#include "archive/archivist.h"
#include "archive/librarian.h"
#include "base/log.h"
#include "base/mem.h"
#include "desk/desk_priv.h"
#include "faces/porter.h"
#include "front/thread.h"
#include "post/poster.h"
#include "reports/reporter.h"
#include "share/shipper.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Threads by the number they give back in DONE. */
enum {
	THREAD_CLERK = 1000,
	THREAD_CHECKER,
	THREAD_SPOOL,
	THREAD_ARCHIVIST,
	THREAD_LIBRARIAN,
	THREAD_FAR_LIBRARIAN,
	THREAD_PORTER,
	THREAD_REPORTER,
	THREAD_SHIPPER,
	THREAD_POSTER
};

static void
start_clerk(struct desk *desk)
{
	const struct life_rules rules = reload_life_rules(desk->conf);
	const struct clerk_setup setup = { .data = desk->conf->data,
		.is_shared = desk->conf->share != NULL,
		.flush_ms = worker_clerk_flush_ms(desk->conf->flush_ms),
		.desk = desk->loop,
		.thread_no = THREAD_CLERK,
		.life_rules = &rules };
	char *error = NULL;

	desk->clerk = clerk_open(&setup, &error);
	if (desk->clerk == NULL)
		die("%s", error);
	desk->checker = checker_start(desk->loop, THREAD_CHECKER);
	if (desk->checker == NULL || !clerk_start(desk->clerk))
		die("cannot start a thread");
	desk->threads_left += 2;
}

static void
start_reporter(struct desk *desk)
{
	const struct reporter_setup setup = { .data = desk->conf->data,
		.backup_folder = desk->conf->backup_folder,
		.statement_day = desk->conf->statement_day,
		.desk = desk->loop,
		.clerk = clerk_loop(desk->clerk),
		.share = desk->conf->share,
		.boot = clerk_boot(desk->clerk),
		.thread_no = THREAD_REPORTER };
	char *error = NULL;

	desk->reporter = reporter_open(&setup, &error);
	if (desk->reporter == NULL)
		die("%s", error);
	if (!reporter_start(desk->reporter))
		die("cannot start a thread");
	desk->threads_left++;
}

static void
start_shipper(struct desk *desk)
{
	const struct shipper_setup setup = { .data = desk->conf->data,
		.where = desk->conf->share,
		.every_ms = desk->conf->share_every_ms,
		.desk = desk->loop,
		.thread_no = THREAD_SHIPPER };
	char *error = NULL;

	if (desk->conf->share == NULL)
		return;
	desk->shipper = shipper_open(&setup, &error);
	if (desk->shipper == NULL)
		die("%s", error);
	if (!shipper_start(desk->shipper))
		die("cannot start a thread");
	desk->threads_left++;
}

static void
start_archivist(struct desk *desk)
{
	const struct archivist_setup setup = { .data = desk->conf->data,
		.desk = desk->loop,
		.clerk = clerk_loop(desk->clerk),
		.conf = desk->conf,
		.thread_no = THREAD_ARCHIVIST };
	char *error = NULL;

	desk->archivist = archivist_open(&setup, &error);
	if (desk->archivist == NULL)
		die("%s", error);
	if (!archivist_start(desk->archivist))
		die("cannot start a thread");
	desk->threads_left++;
	desk->writers_left++;
}

static struct librarian *
start_librarian(struct desk *desk, struct loop *far, unsigned thread_no)
{
	const struct librarian_setup setup = { .data = desk->conf->data,
		.desk = desk->loop,
		.far = far,
		.thread_no = thread_no };
	char *error = NULL;
	struct librarian *librarian = librarian_open(&setup, &error);

	if (librarian == NULL)
		die("%s", error);
	if (!librarian_start(librarian))
		die("cannot start a thread");
	desk->threads_left++;
	return librarian;
}

static void
start_porter(struct desk *desk)
{
	struct porter_setup setup = { .data = desk->conf->data,
		.desk = desk->loop,
		.librarian = librarian_loop(desk->librarian),
		.conf = desk->conf,
		.assets = desk->assets,
		.ticket_secret = desk->ticket_secret,
		.thread_no = THREAD_PORTER };
	char *error = NULL;

	accept_ports(desk, &setup.plain_port, &setup.tls_port);
	desk->porter = porter_open(&setup, &error);
	if (desk->porter == NULL)
		die("%s", error);
	if (!porter_start(desk->porter))
		die("cannot start a thread");
	desk->threads_left++;
}

static void
start_spool(struct desk *desk)
{
	const struct spool_setup setup = { .data = desk->conf->data,
		.most_bytes = desk->conf->spool_bytes,
		.point_ms = desk->conf->recording_point_ms,
		.reserve_bytes = desk->conf->archive_reserve_bytes,
		.desk = desk->loop,
		.clerk = clerk_loop(desk->clerk),
		.archivist = archivist_loop(desk->archivist),
		.thread_no = THREAD_SPOOL };
	char *error = NULL;

	desk->spool = spool_open(&setup, &error);
	if (desk->spool == NULL)
		die("%s", error);
	if (!spool_start(desk->spool))
		die("cannot start a thread");
	desk->threads_left++;
}

static void
start_poster(struct desk *desk)
{
	const struct conf *conf = desk->conf;
	const struct poster_setup setup = { .data = conf->data,
		.server = { .url = conf->mail_server,
		    .user = conf->mail_user,
		    .password = desk->mail_password,
		    .from = conf->mail_from,
		    .ca = conf->mail_ca },
		.desk = desk->loop,
		.clerk = clerk_loop(desk->clerk),
		.thread_no = THREAD_POSTER };
	char *error = NULL;

	if (conf->mail_server == NULL)
		return;
	desk->poster = poster_open(&setup, &error);
	if (desk->poster == NULL)
		die("%s", error);
	if (!poster_start(desk->poster))
		die("cannot start a thread");
	desk->threads_left++;
	desk->writers_left++;
}

static void
start_workers(struct desk *desk)
{
	unsigned count = (unsigned)desk->conf->workers;
	struct worker_setup setup = { .desk = desk->loop,
		.clerk = clerk_loop(desk->clerk),
		.spool = desk->spool,
		.librarian = librarian_loop(desk->librarian),
		.porter = porter_loop(desk->porter),
		.run = desk->run,
		.assets = desk->assets,
		.ticket_secret = desk->ticket_secret,
		.conf = desk->conf };

	if (count == 0)
		count = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
	desk->worker_count = desk->workers_left = count;
	desk->workers = mem_new(count * sizeof(*desk->workers));
	desk->worker_loops = mem_new(count * sizeof(*desk->worker_loops));
	desk->loads = mem_new(count * sizeof(*desk->loads));
	setup.worker_count = count;
	uniques_make_seed(&setup.seed);
	setup.workers = desk->worker_loops;
	for (unsigned i = 0; i < count; i++) {
		setup.number = setup.thread_no = i;
		desk->workers[i] = worker_new(&setup);
		desk->worker_loops[i] = worker_loop(desk->workers[i]);
	}
	for (unsigned i = 0; i < count; i++) {
		if (!worker_start(desk->workers[i]))
			die("cannot start a thread");
		headroom_tell_room(desk, i);
	}
	explicit_bzero(&setup.seed, sizeof(setup.seed));
	desk->threads_left += count;
}

void
threads_start(struct desk *desk)
{
	start_clerk(desk);
	start_reporter(desk);
	start_shipper(desk);
	start_archivist(desk);
	desk->far_librarian = start_librarian(desk, NULL, THREAD_FAR_LIBRARIAN);
	desk->librarian = start_librarian(
	    desk, librarian_loop(desk->far_librarian), THREAD_LIBRARIAN);
	start_spool(desk);
	start_poster(desk);
	start_porter(desk);
	start_workers(desk);
}

static void
post_stop(struct loop *loop)
{
	loop_post(loop, message_new(MSG_STOP, sizeof(struct message)));
}

void
threads_done(struct desk *desk, const struct done_msg *message)
{
	desk->threads_left--;
	if (message->thread_no < THREAD_CLERK) {
		if (--desk->workers_left > 0)
			return;
		post_stop(spool_loop(desk->spool));
		post_stop(checker_loop(desk->checker));
		post_stop(reporter_loop(desk->reporter));
		post_stop(porter_loop(desk->porter));
		librarian_stop(desk->librarian);
		librarian_stop(desk->far_librarian);
		if (desk->poster != NULL)
			post_stop(poster_loop(desk->poster));
	} else if (message->thread_no == THREAD_SPOOL) {
		archivist_stop(desk->archivist);
	} else if (message->thread_no == THREAD_ARCHIVIST ||
	    message->thread_no == THREAD_POSTER) {
		if (--desk->writers_left > 0)
			return;
		gauges_post(desk);
		post_stop(clerk_loop(desk->clerk));
	} else if (message->thread_no == THREAD_CLERK &&
	    desk->shipper != NULL) {
		shipper_stop(desk->shipper);
	}
	if (desk->threads_left == 0)
		loop_end(desk->loop);
}

/* Each has said DONE, but may still be on its way out, or read a message that
 * it answers to another. */
static void
join_threads(struct desk *desk)
{
	for (unsigned i = 0; i < desk->worker_count; i++)
		loop_join(desk->worker_loops[i]);
	loop_join(checker_loop(desk->checker));
	loop_join(reporter_loop(desk->reporter));
	loop_join(porter_loop(desk->porter));
	loop_join(librarian_loop(desk->librarian));
	loop_join(librarian_loop(desk->far_librarian));
	if (desk->shipper != NULL)
		loop_join(shipper_loop(desk->shipper));
	loop_join(spool_loop(desk->spool));
	loop_join(archivist_loop(desk->archivist));
	if (desk->poster != NULL)
		loop_join(poster_loop(desk->poster));
	loop_join(clerk_loop(desk->clerk));
}

void
threads_free(struct desk *desk)
{
	join_threads(desk);
	for (unsigned i = 0; i < desk->worker_count; i++)
		worker_free(desk->workers[i]);
	free(desk->workers);
	free(desk->worker_loops);
	checker_free(desk->checker);
	spool_free(desk->spool);
	archivist_free(desk->archivist);
	librarian_free(desk->librarian);
	librarian_free(desk->far_librarian);
	reporter_free(desk->reporter);
	porter_free(desk->porter);
	shipper_free(desk->shipper);
	poster_free(desk->poster);
	clerk_free(desk->clerk);
}
