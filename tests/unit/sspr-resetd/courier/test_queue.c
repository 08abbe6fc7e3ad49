/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "courier/queue.h"

static struct queue q;

static enum sspr_err
put(uint64_t id)
{
	struct ipc_deliver m = { .id = id, .address = "+15551234567" };

	m.text.len = 6;
	memcpy(m.text.at, "123456", 6);
	return queue_put(&q, &m);
}

static int
empty(void **state)
{
	(void)state;
	memset(&q, 0, sizeof(q));
	return 0;
}

static void
first_come_first_served(void **state)
{
	(void)state;
	assert_null(queue_first(&q));
	for (uint64_t id = 1; id <= 3 * QUEUE_MAX; id++) {
		assert_int_equal(put(2 * id), SSPR_OK);
		assert_int_equal(put(2 * id + 1), SSPR_OK);
		assert_int_equal(queue_first(&q)->id, 2 * id);
		queue_drop(&q);
		assert_int_equal(queue_first(&q)->id, 2 * id + 1);
		queue_drop(&q);
	}
	assert_null(queue_first(&q));
}

static void
a_full_queue_refuses_and_keeps_what_it_has(void **state)
{
	(void)state;
	for (uint64_t id = 0; id < QUEUE_MAX; id++)
		assert_int_equal(put(id), SSPR_OK);
	assert_int_equal(put(QUEUE_MAX), SSPR_BUSY);
	for (uint64_t id = 0; id < QUEUE_MAX; id++) {
		assert_int_equal(queue_first(&q)->id, id);
		queue_drop(&q);
	}
	assert_null(queue_first(&q));
}

static void
nothing_of_a_message_stays(void **state)
{
	static const struct ipc_deliver none;

	(void)state;
	for (uint64_t id = 1; id <= QUEUE_MAX; id++)
		assert_int_equal(put(id), SSPR_OK);
	while (queue_first(&q) != NULL)
		queue_drop(&q);
	for (size_t i = 0; i < QUEUE_MAX; i++)
		assert_memory_equal(&q.at[i], &none, sizeof(none));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(first_come_first_served, empty),
		cmocka_unit_test_setup(
		    a_full_queue_refuses_and_keeps_what_it_has, empty),
		cmocka_unit_test_setup(nothing_of_a_message_stays, empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
