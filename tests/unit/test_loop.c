/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The all2all developers */
#include "loop/loop.h"

#include "base/clock.h"
#include "loop/messages.h"
#include "loop/wheel.h"
#include "test.h"

#include <event2/event.h>
#include <pthread.h>
#include <unistd.h>

#define POSTERS 4
#define EACH    50000u

struct count {
	struct loop *loop;
	unsigned next[POSTERS];
	unsigned got, wrong;
};

static struct loop *target;

static void
take_number(void *owner, struct message *message)
{
	struct count *count = owner;
	struct kick_msg *kick = (struct kick_msg *)message;

	if (kick->mount_no != count->next[kick->conn_no]++)
		count->wrong++;
	if (++count->got == POSTERS * EACH)
		loop_end(count->loop);
	message_free(message);
}

static void *
post_numbers(void *arg)
{
	struct kick_msg *kick;

	for (unsigned i = 0; i < EACH; i++) {
		kick = message_new(MSG_KICK, sizeof(*kick));
		kick->conn_no = *(unsigned *)arg;
		kick->mount_no = i;
		loop_post(target, &kick->message);
	}
	return NULL;
}

static void
each_posters_messages_arrive_in_order(void **state)
{
	struct count count = { 0 };
	pthread_t threads[POSTERS];
	unsigned who[POSTERS];

	(void)state;
	count.loop = target = loop_new("test", take_number, &count);
	for (unsigned i = 0; i < POSTERS; i++) {
		who[i] = i;
		pthread_create(&threads[i], NULL, post_numbers, &who[i]);
	}
	loop_run(target);
	for (unsigned i = 0; i < POSTERS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(count.got, POSTERS * EACH);
	assert_int_equal(count.wrong, 0);
	loop_free(target);
}

static void
what_is_left_in_the_box_is_freed(void **state)
{
	struct count count = { 0 };
	struct block_msg *message;
	struct block *block = block_text("kept");

	(void)state;
	count.loop = target = loop_new("test", take_number, &count);
	message = message_new(MSG_BLOCK, sizeof(*message));
	message->block = block_ref(block);
	loop_post(target, &message->message);
	loop_free(target);
	assert_int_equal(block->refs, 1);
	block_unref(block);
}

struct alarm {
	struct timer timer;
	struct wheel *wheel;
	struct event_base *base;
	int64_t fired_ms;
	struct alarm *stops; /* another one, when this fires */
	int again;
};

static void
fire(struct timer *timer)
{
	struct alarm *alarm = (struct alarm *)timer;

	alarm->fired_ms = clock_mono_ms();
	if (alarm->stops != NULL)
		timer_stop(alarm->wheel, &alarm->stops->timer);
	if (alarm->again > 0 && --alarm->again > 0)
		timer_set(alarm->wheel, timer, 1, fire);
	if (alarm->base != NULL && alarm->again == 0)
		event_base_loopbreak(alarm->base);
}

static void
a_timer_never_fires_early_and_may_stop_its_neighbour(void **state)
{
	struct event_base *base = event_base_new();
	struct wheel *wheel = wheel_new(base);
	struct alarm first = { .wheel = wheel }, second = { .wheel = wheel };
	struct alarm last = { .wheel = wheel, .base = base };
	int64_t begin_ms = clock_mono_ms();

	(void)state;
	first.stops = &second;
	timer_set(wheel, &first.timer, 120, fire);
	timer_set(wheel, &second.timer, 120, fire);
	timer_set(wheel, &last.timer, 300, fire);
	event_base_dispatch(base);
	assert_true(first.fired_ms - begin_ms >= 120);
	assert_int_equal(second.fired_ms, 0);
	assert_true(last.fired_ms - begin_ms >= 300);
	wheel_free(wheel);
	event_base_free(base);
}

static void
a_timer_may_set_itself_again(void **state)
{
	struct event_base *base = event_base_new();
	struct wheel *wheel = wheel_new(base);
	struct alarm alarm = { .wheel = wheel, .base = base, .again = 3 };

	(void)state;
	timer_set(wheel, &alarm.timer, 1, fire);
	event_base_dispatch(base);
	assert_int_equal(alarm.again, 0);
	assert_true(alarm.timer.due == 0);
	wheel_free(wheel);
	event_base_free(base);
}

static void
end_slowly(void *owner, struct message *message)
{
	bool *has_ended = owner;

	message_free(message);
	loop_end(target);
	usleep(50000);
	*has_ended = true;
}

static void
join_waits_for_a_thread_on_its_way_out(void **state)
{
	bool has_ended = false;

	(void)state;
	target = loop_new("test", end_slowly, &has_ended);
	assert_true(loop_start(target));
	loop_post(target, message_new(MSG_STOP, sizeof(struct message)));
	loop_join(target);
	assert_true(has_ended);
	loop_join(target); /* again is fine */
	loop_free(target);
}

TEST_MAIN(TEST(join_waits_for_a_thread_on_its_way_out),
    TEST(each_posters_messages_arrive_in_order),
    TEST(what_is_left_in_the_box_is_freed),
    TEST(a_timer_never_fires_early_and_may_stop_its_neighbour),
    TEST(a_timer_may_set_itself_again))
