/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "spool_help.h"

#include "spool/drops.h"
#include "spool/spool.h"

#include <pthread.h>

/* The desk and the clerk of these tests: a loop that keeps what it is told. */
struct heard {
	struct loop *loop;
	unsigned rows, finishes, done;
	struct recording_msg last;
};

static void
hear(void *owner, struct message *message)
{
	struct heard *heard = owner;

	if (message->kind == MSG_RECORDING) {
		heard->rows++;
		heard->last = *(struct recording_msg *)message;
	}
	heard->finishes += message->kind == MSG_FINISH;
	if (message->kind == MSG_DONE) {
		heard->done = ((struct done_msg *)message)->thread_no;
		loop_end(heard->loop);
	}
	message_free(message);
}

struct station {
	int archive; /* the folder that is data here */
	struct heard desk, clerk;
	struct spool *spool;
};

static void
open_station(struct station *station, int64_t most_bytes)
{
	struct spool_setup setup = { .data = archive_path,
		.most_bytes = most_bytes,
		.point_ms = 50,
		.thread_no = 9 };
	char *error = NULL;

	memset(station, 0, sizeof(*station));
	station->archive = archive_new();
	file_set_calls(&file_real_calls);
	station->desk.loop = loop_new("desk", hear, &station->desk);
	station->clerk.loop = loop_new("clerk", hear, &station->clerk);
	setup.desk = station->desk.loop;
	setup.clerk = setup.archivist = station->clerk.loop;
	station->spool = spool_open(&setup, &error);
	assert_non_null(station->spool);
}

static void
post_facts(struct station *station, unsigned kind, uint32_t mount_no)
{
	struct spool_msg *facts = message_new(kind, sizeof(*facts));
	struct message message = facts->message;

	*facts = facts_new("lea", "aac");
	facts->message = message;
	facts->mount_no = mount_no;
	snprintf(facts->mount, sizeof(facts->mount), "/lea/%u", mount_no);
	facts->is_final = true;
	loop_post(spool_loop(station->spool), &facts->message);
}

/* Stops the spool and hears everything it had to tell. */
static void
stop_station(struct station *station)
{
	loop_post(spool_loop(station->spool),
	    message_new(MSG_STOP, sizeof(struct message)));
	loop_run(station->desk.loop);
	assert_int_equal(station->desk.done, 9);
	loop_post(station->clerk.loop,
	    message_new(MSG_DONE, sizeof(struct done_msg)));
	loop_run(station->clerk.loop);
	spool_free(station->spool);
}

static void
free_station(struct station *station)
{
	loop_free(station->desk.loop);
	loop_free(station->clerk.loop);
	archive_free(station->archive);
}

static void
stop_ends_what_is_on_air(void **state)
{
	struct station station;

	(void)state;
	open_station(&station, 1 << 20);
	assert_true(spool_start(station.spool));
	post_facts(&station, MSG_SPOOL_OPEN, 1);
	post_facts(&station, MSG_SPOOL_OPEN, 2);
	post_facts(&station, MSG_SPOOL_OPEN, 2);
	for (unsigned i = 0; i < 20; i++) {
		assert_true(spool_offer(
		    station.spool, NULL, 1, frames_new(2, 'a', BLOCK_SYNC)));
		assert_true(spool_offer(
		    station.spool, NULL, 2, frames_new(3, 'b', BLOCK_SYNC)));
		/* nobody opened this one */
		assert_true(spool_offer(
		    station.spool, NULL, 3, frames_new(3, 'c', BLOCK_SYNC)));
	}
	post_facts(&station, MSG_SPOOL_CLOSE, 1);
	post_facts(&station, MSG_SPOOL_CLOSE, 1);
	stop_station(&station);
	assert_int_equal(count_ending(".aac.part"), 2);
	assert_int_equal(count_ending(".json.part"), 2);
	assert_true(station.desk.rows >= 2);
	assert_int_equal(station.desk.last.state, RECORDING_FINISHING);
	assert_int_equal(station.clerk.finishes, 2);
	free_station(&station);
}

static void
a_slow_disk_costs_a_gap_not_the_stream(void **state)
{
	struct station station;
	unsigned dropped = 0;

	(void)state;
	open_station(&station, 10 * FRAME_BYTES);
	post_facts(&station, MSG_SPOOL_OPEN, 1);
	/* The thread does not run yet: a disk cannot be slower. */
	for (unsigned i = 0; i < 30; i++)
		dropped += !spool_offer(
		    station.spool, NULL, 1, frames_new(1, 'a', BLOCK_SYNC));
	assert_int_equal(dropped, 20);
	assert_true(spool_start(station.spool));
	while (!spool_offer(station.spool, NULL, 1, frames_new(1, 'b', 0))) {
		dropped++;
		usleep(1000);
	}
	/* That one was lost too: it is no place to start after a gap. */
	while (!spool_offer(
	    station.spool, NULL, 1, frames_new(1, 'c', BLOCK_SYNC))) {
		dropped++;
		usleep(1000);
	}
	stop_station(&station);
	assert_int_equal(station.desk.last.bytes, 11 * FRAME_BYTES);
	assert_int_equal(
	    station.desk.last.gap_bytes, (dropped + 1) * FRAME_BYTES);
	free_station(&station);
}

static void
an_archive_that_is_a_link_is_refused(void **state)
{
	struct spool_setup setup = { .data = archive_path };
	char *error = NULL;
	int fd = archive_new();

	(void)state;
	assert_int_equal(symlinkat("/tmp", fd, "archive"), 0);
	assert_null(spool_open(&setup, &error));
	assert_non_null(strstr(error, "/archive: "));
	free(error);
	archive_free(fd);
}

#define FEEDERS 4
#define ROUNDS  20000

static struct drops drops;

static void *
drop_and_take(void *arg)
{
	uint32_t mount_no = *(uint32_t *)arg;

	for (unsigned i = 0; i < ROUNDS; i++) {
		uint64_t wanted = i % 3 + 1;

		for (uint64_t n = 0; n < wanted; n++)
			CHECK(drops_add(&drops, mount_no, 10));
		CHECK(drops_take(&drops, mount_no) == 10 * wanted);
		CHECK(drops_take(&drops, mount_no) == 0);
	}
	return NULL;
}

static void
drops_of_many_mounts_do_not_mix(void **state)
{
	static uint32_t mounts[FEEDERS] = { 0, 1, DROPS_SLOTS, UINT32_MAX };
	pthread_t threads[FEEDERS];

	(void)state;
	for (unsigned i = 0; i < FEEDERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL,
				     drop_and_take, &mounts[i]),
		    0);
	for (unsigned i = 0; i < FEEDERS; i++)
		pthread_join(threads[i], NULL);
	for (unsigned i = 0; i < DROPS_SLOTS; i++)
		assert_true(drops_add(&drops, i + 100, 1));
	assert_false(drops_add(&drops, 5, 1));
	assert_int_equal(drops_look(&drops, 100), 1);
	assert_int_equal(drops_look(&drops, 5), 0);
}

TEST_MAIN(TEST(stop_ends_what_is_on_air),
    TEST(a_slow_disk_costs_a_gap_not_the_stream),
    TEST(an_archive_that_is_a_link_is_refused),
    TEST(drops_of_many_mounts_do_not_mix))
