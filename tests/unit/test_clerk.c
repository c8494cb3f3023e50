/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "ledger_help.h"

#include "base/mem.h"
#include "ledger/clerk.h"

/* The desk's side: counts what comes, and ends its loop at DONE. */
struct desk {
	struct loop *loop;
	unsigned members_msgs, dones, thread_no;
	unsigned members; /* in the newest MEMBERS */
	unsigned members_at_result;
	int status;
	char text[8192];
};

static void
desk_handle(void *owner, struct message *message)
{
	struct desk *desk = owner;

	if (message->kind == MSG_MEMBERS) {
		desk->members_msgs++;
		desk->members = ((struct members_msg *)message)->count;
	} else if (message->kind == MSG_RESULT) {
		const struct result_msg *result = (const struct result_msg *)
		    message;

		desk->status = result->status;
		desk->members_at_result = desk->members;
		assert_int_equal(result->reply_to, 42);
		assert_true(result->text->len < sizeof(desk->text));
		memcpy(desk->text, result->text->bytes, result->text->len);
	} else if (message->kind == MSG_DONE) {
		desk->dones++;
		desk->thread_no = ((struct done_msg *)message)->thread_no;
		loop_end(desk->loop);
	}
	message_free(message);
}

static struct clerk *
start_clerk(struct help *help, struct desk *desk)
{
	struct clerk_setup setup = {
		.data = help->folder, .flush_ms = 20, .thread_no = 3
	};
	struct clerk *clerk;
	char *error = NULL;

	ledger_close(help->ledger);
	help->ledger = NULL;
	desk->loop = loop_new("desk", desk_handle, desk);
	setup.desk = desk->loop;
	clerk = clerk_open(&setup, &error);
	assert_non_null(clerk);
	return clerk;
}

static void
stop_clerk(struct clerk *clerk, struct desk *desk)
{
	loop_post(
	    clerk_loop(clerk), message_new(MSG_STOP, sizeof(struct message)));
	loop_run(desk->loop);
	assert_int_equal(desk->dones, 1);
	assert_int_equal(desk->thread_no, 3);
}

static void
free_clerk(struct clerk *clerk, struct desk *desk)
{
	clerk_free(clerk);
	loop_free(desk->loop);
}

static void
post_usage(struct clerk *clerk, uint64_t bytes)
{
	struct usage_msg *usage = message_new(
	    MSG_USAGE, sizeof(*usage) + sizeof(*usage->rows));

	usage->count = 1;
	usage->rows[0].slot = NOON_SLOT;
	usage->rows[0].payload_out = bytes;
	loop_post(clerk_loop(clerk), &usage->message);
}

static void
post_command(struct clerk *clerk, unsigned argc, const char **argv)
{
	struct command_msg *command = message_new(
	    MSG_COMMAND, sizeof(*command) + argc * sizeof(*command->argv));

	command->reply_to = 42;
	command->argc = argc;
	for (unsigned i = 0; i < argc; i++)
		command->argv[i] = mem_text(argv[i]);
	loop_post(clerk_loop(clerk), &command->message);
}

static void
a_clean_stop_loses_nothing(void **state)
{
	struct desk desk = { 0 };
	struct clerk *clerk = start_clerk(*state, &desk);

	assert_true(clerk_start(clerk));
	for (int i = 0; i < 1000; i++)
		post_usage(clerk, 7);
	stop_clerk(clerk, &desk);
	free_clerk(clerk, &desk);
	assert_int_equal(
	    help_number(*state, "SELECT payload_out FROM usage"), 7000);
}

static void
usage_is_written_without_being_asked(void **state)
{
	struct desk desk = { 0 };
	struct clerk *clerk = start_clerk(*state, &desk);
	int64_t got = -1;

	assert_true(clerk_start(clerk));
	post_usage(clerk, 7);
	for (int i = 0; i < 500 && got == -1; i++) {
		usleep(10000);
		got = help_number(*state, "SELECT payload_out FROM usage");
	}
	assert_int_equal(got, 7);
	stop_clerk(clerk, &desk);
	free_clerk(clerk, &desk);
}

static void
a_new_member_is_told_before_its_key(void **state)
{
	struct desk desk = { .status = -1 };
	struct clerk *clerk = start_clerk(*state, &desk);

	post_command(clerk, 3, (const char *[]){ "member", "add", "ana" });
	assert_true(clerk_start(clerk));
	stop_clerk(clerk, &desk);
	free_clerk(clerk, &desk);
	assert_int_equal(desk.members_msgs, 2);
	assert_int_equal(desk.status, 0);
	assert_int_equal(desk.members_at_result, 1);
	assert_int_equal(strncmp(desk.text, "key: ", 5), 0);
}

static void
a_question_tells_no_members(void **state)
{
	struct desk desk = { .status = -1 };
	struct clerk *clerk = start_clerk(*state, &desk);

	post_command(clerk, 0, NULL);
	assert_true(clerk_start(clerk));
	stop_clerk(clerk, &desk);
	free_clerk(clerk, &desk);
	assert_int_equal(desk.members_msgs, 1);
	assert_int_equal(desk.status, 2);
}

static void
what_comes_after_stop_is_let_go(void **state)
{
	struct desk desk = { 0 };
	struct clerk *clerk = start_clerk(*state, &desk);

	loop_post(
	    clerk_loop(clerk), message_new(MSG_STOP, sizeof(struct message)));
	post_usage(clerk, 7);
	post_command(clerk, 1, (const char *[]){ "usage" });
	loop_post(
	    clerk_loop(clerk), message_new(MSG_STOP, sizeof(struct message)));
	assert_true(clerk_start(clerk));
	stop_clerk(clerk, &desk);
	free_clerk(clerk, &desk);
}

static void
a_recording_is_written_at_once(void **state)
{
	struct desk desk = { 0 };
	struct clerk *clerk = start_clerk(*state, &desk);
	struct recording_msg *recording = message_new(
	    MSG_RECORDING, sizeof(*recording));
	struct peaks_msg *peaks = message_new(
	    MSG_PEAKS, sizeof(*peaks) + sizeof(*peaks->rows));

	strcpy(recording->id, "r1");
	peaks->count = 1;
	peaks->rows[0].peak = 4;
	loop_post(clerk_loop(clerk), &peaks->message);
	loop_post(clerk_loop(clerk), &recording->message);
	assert_true(clerk_start(clerk));
	stop_clerk(clerk, &desk);
	free_clerk(clerk, &desk);
	assert_int_equal(
	    help_number(*state, "SELECT count(*) FROM recording"), 1);
	assert_int_equal(help_number(*state, "SELECT peak FROM peak"), 4);
}

static void
an_unusable_store_is_said_in_a_sentence(void **state)
{
	struct clerk_setup setup = {
		.data = "/nonexistent/folder", .flush_ms = 20, .thread_no = 3
	};
	char *error = NULL;

	(void)state;
	assert_null(clerk_open(&setup, &error));
	assert_string_equal(error,
	    "the store /nonexistent/folder/"
	    "all2all.sqlite cannot be locked: No such file or directory");
	free(error);
}

/* A worker may tell what it had counted before it heard of the purge. */
static void
what_comes_late_of_who_is_purged_is_not_theirs(void **state)
{
	const char *add[] = { "member", "add", "ana", "--ordered" };
	const char *purge[] = { "member", "purge", "ana", "--confirm", "ana",
		"--person", "Tess" };
	struct desk desk = { .status = -1 };
	struct clerk *clerk = start_clerk(*state, &desk);
	struct recording_msg *recording = message_new(
	    MSG_RECORDING, sizeof(*recording));
	struct usage_msg *usage = message_new(
	    MSG_USAGE, sizeof(*usage) + sizeof(*usage->rows));

	post_command(clerk, 4, add);
	post_command(clerk, 7, purge);
	usage->count = 1;
	usage->rows[0].slot = NOON_SLOT;
	usage->rows[0].member = 1;
	usage->rows[0].payload_out = 7;
	strcpy(usage->rows[0].mount, "/ana/a");
	loop_post(clerk_loop(clerk), &usage->message);
	recording->member = 1;
	strcpy(recording->id, "late");
	loop_post(clerk_loop(clerk), &recording->message);
	assert_true(clerk_start(clerk));
	stop_clerk(clerk, &desk);
	free_clerk(clerk, &desk);
	assert_int_equal(desk.status, 0);
	assert_non_null(strstr(desk.text, "CERTIFICATE"));
	assert_int_equal(help_number(*state,
			     "SELECT sum(payload_out) FROM usage JOIN mount ON "
			     "mount.id = usage.mount WHERE member = 0 AND "
			     "path = ''"),
	    7);
	assert_int_equal(help_number(*state, "SELECT count(*) FROM usage"), 1);
	assert_int_equal(
	    help_number(*state, "SELECT count(*) FROM recording"), 0);
}

TEST_MAIN(HELP_TEST(a_clean_stop_loses_nothing),
    HELP_TEST(usage_is_written_without_being_asked),
    HELP_TEST(a_new_member_is_told_before_its_key),
    HELP_TEST(a_question_tells_no_members),
    HELP_TEST(what_comes_after_stop_is_let_go),
    HELP_TEST(a_recording_is_written_at_once),
    HELP_TEST(what_comes_late_of_who_is_purged_is_not_theirs),
    TEST(an_unusable_store_is_said_in_a_sentence))
