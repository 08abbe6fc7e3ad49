/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "factors.h"
#include "fake_talk.h"

static void
they_arrive_in_order_and_are_found_by_id(void **state)
{
	struct tty tty = { .in = -1, .out = -1 };
	struct factors f = { .n = 9 };

	(void)state;
	memset(&daemon_is, 0, sizeof(daemon_is));
	daemon_is.factors[0].id = 4;
	daemon_is.factors[1].id = 2;
	assert_int_equal(factors_fetch(&tty, stdout, &f), SSPR_OK);
	assert_int_equal(daemon_is.hello.verb, VERB_STATUS);
	assert_int_equal(f.n, 2);
	assert_int_equal(f.at[0].id, 4);
	assert_ptr_equal(factors_find(&f, 2), &f.at[1]);
	assert_null(factors_find(&f, 0));
	assert_null(factors_find(&f, 3));
}

static void
a_daemon_that_sends_too_many_is_not_believed(void **state)
{
	const struct proto_row *row = proto_row(MSG_FACTOR);
	struct proto_msg m = { .type = MSG_FACTOR };
	struct factors f = { 0 };

	(void)state;
	for (size_t i = 0; i < FACTORS_MAX; i++)
		assert_int_equal(factors_take(&f, row, &m), SSPR_OK);
	assert_int_equal(factors_take(&f, row, &m), SSPR_MALFORMED);
	assert_int_equal(f.n, FACTORS_MAX);
}

static void
another_kind_of_record_is_malformed(void **state)
{
	struct proto_msg m = { .type = MSG_END };
	struct factors f = { 0 };

	(void)state;
	assert_int_equal(factors_take(&f, proto_row(MSG_END), &m),
	    SSPR_MALFORMED);
	assert_int_equal(f.n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_arrive_in_order_and_are_found_by_id),
		cmocka_unit_test(a_daemon_that_sends_too_many_is_not_believed),
		cmocka_unit_test(another_kind_of_record_is_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
