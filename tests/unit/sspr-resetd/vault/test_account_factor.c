/* SPDX-License-Identifier: MIT */
#include "enrolled.h"

static void
every_method_comes_back_as_it_was_given(void **state)
{
	struct account_factor *f;
	struct record want, r;
	struct account a;

	(void)state;
	make(&a, 1000);
	for (enum method m = METHOD_APP; m < METHOD_COUNT; m++) {
		want = record_of(m);
		f = add_one(&a, m, NOW);
		assert_int_equal(f->method, m);
		assert_int_equal(f->created, NOW);
		assert_int_equal(account_open(seal, &a, f, &r), SSPR_OK);
		assert_memory_equal(&r, &want, sizeof(r));
		f->method =
		    (uint8_t)(m == METHOD_APP ? METHOD_SMS : METHOD_APP);
		assert_int_equal(account_open(seal, &a, f, &r), SSPR_SUSPENDED);
		f->method = METHOD_COUNT;
		assert_int_equal(account_open(seal, &a, f, &r), SSPR_SUSPENDED);
		f->method = (uint8_t)m;
	}
	assert_int_equal(account_verify(seal, &a), SSPR_OK);
}

/* How many there may be of a method at once. */
static void
of_each_method_there_are_no_more_than_may_be(void **state)
{
	struct account_factor *f = NULL;
	struct account a, before;
	struct record r;

	(void)state;
	make(&a, 1000);
	for (enum method m = METHOD_APP; m < METHOD_COUNT; m++) {
		const size_t most =
		    m == METHOD_APP || m == METHOD_QUESTIONS ? 5 : 1;

		for (size_t i = 0; i < most; i++)
			(void)add_one(&a, m, NOW);
		before = a;
		r = record_of(m);
		assert_int_equal(account_add(seal, &a, m, &r, NOW, NOW, &f),
		    SSPR_FULL);
		assert_null(f);
		assert_memory_equal(&r, &nothing, sizeof(r));
		assert_memory_equal(&a, &before, sizeof(a));
		assert_int_equal(account_count(&a, (uint8_t)m, NOW), most);
	}
	assert_int_equal(account_count(&a, METHOD_PASSWORD, NOW), 0);
}

static void
what_ended_or_was_used_up_leaves_its_place(void **state)
{
	struct account a;

	(void)state;
	make(&a, 1000);
	add_one(&a, METHOD_SMS, NOW)->ends = NOW + 10;
	add_one(&a, METHOD_PASS, NOW)->used = 1;
	(void)add_one(&a, METHOD_PASS, NOW);
	(void)add_one(&a, METHOD_SMS, NOW + 10);
	assert_int_equal(account_count(&a, METHOD_SMS, NOW + 9), 2);
	assert_int_equal(account_count(&a, METHOD_SMS, NOW + 10), 1);
	assert_int_equal(account_count(&a, METHOD_PASS, NOW), 1);
}

static void
a_record_too_long_is_not_added(void **state)
{
	struct account_factor *f = NULL;
	struct account a, before;
	struct record r = { .type = RECORD_ADDRESS };

	(void)state;
	make(&a, 1000);
	before = a;
	memset(r.as.address.address, 'x', sizeof(r.as.address.address));
	assert_int_equal(account_add(seal, &a, METHOD_EMAIL, &r, NOW, NOW, &f),
	    SSPR_MALFORMED);
	assert_null(f);
	assert_memory_equal(&r, &nothing, sizeof(r));
	assert_memory_equal(&a, &before, sizeof(a));
}

/* R-ENR-2 */
static void
a_removal_takes_effect_later_and_can_be_undone_by_then(void **state)
{
	struct account_factor *f;
	struct account a;

	(void)state;
	make(&a, 1000);
	f = add_one(&a, METHOD_EMAIL, NOW);
	assert_int_equal(account_end(&a, 9, NOW, NOW), SSPR_NO_FACTOR);
	assert_int_equal(account_end(&a, 1, 0, NOW), SSPR_OK);
	assert_int_equal(account_end(&a, 1, NOW + 10, NOW), SSPR_OK);
	assert_true(account_is_usable(f, NOW + 9));
	assert_int_equal(account_end(&a, 1, 0, NOW + 9), SSPR_OK);
	assert_true(account_is_usable(f, NOW + 10));
	assert_int_equal(account_end(&a, 1, NOW + 20, NOW), SSPR_OK);
	assert_true(account_is_enrolled(f, NOW + 19));
	assert_false(account_is_enrolled(f, NOW + 20));
	assert_false(account_is_usable(f, NOW + 20));
	assert_int_equal(account_end(&a, 1, 0, NOW + 20), SSPR_NO_FACTOR);
	assert_int_equal(account_end(&a, 1, NOW + 90, NOW + 20),
	    SSPR_NO_FACTOR);
	f = add_one(&a, METHOD_EMAIL, NOW + 20);
	assert_int_equal(account_end(&a, f->id, 5, NOW + 21), SSPR_OK);
	assert_int_equal(f->ends, NOW + 21);
}

static void
usable_is_what_is_enrolled_on_cooled_off_and_not_used_up(void **state)
{
	struct account_factor *f;
	struct account a;

	(void)state;
	make(&a, 1000);
	for (enum method m = METHOD_APP; m < METHOD_COUNT; m++) {
		f = add_one(&a, m, NOW);
		assert_int_equal(account_usable(&a, (uint8_t)m, NOW),
		    m != METHOD_NOTICE);
		assert_int_equal(account_usable(&a, (uint8_t)m, NOW - 1), 0);
		f->off = 1;
		assert_int_equal(account_usable(&a, (uint8_t)m, NOW), 0);
		assert_int_equal(account_count(&a, (uint8_t)m, NOW), 1);
		f->off = 0;
		f->used = m == METHOD_BACKUP ? 0x3fe : 0;
		assert_int_equal(account_usable(&a, (uint8_t)m, NOW),
		    m != METHOD_NOTICE);
		f->used = m == METHOD_BACKUP ? 0x3ff : 1;
		assert_int_equal(account_usable(&a, (uint8_t)m, NOW),
		    m != METHOD_NOTICE && m != METHOD_BACKUP &&
			m != METHOD_PASS);
		assert_int_equal(account_count(&a, (uint8_t)m, NOW),
		    m != METHOD_PASS);
	}
	f->method = METHOD_COUNT;
	assert_false(account_is_usable(f, NOW));
	f->method = 0;
	assert_false(account_is_usable(f, NOW));
}

/* R-ENR-2, R-DEL-6: what was removed is remembered for 30 days. */
static void
what_was_removed_is_forgotten_after_thirty_days(void **state)
{
	const uint64_t last = NOW + ACCOUNT_MEMORY_S;
	struct account a;

	(void)state;
	make(&a, 1000);
	assert_false(account_had_any(&a, NOW));
	(void)add_one(&a, METHOD_NOTICE, NOW);
	assert_false(account_had_any(&a, NOW));
	(void)add_one(&a, METHOD_SMS, NOW - 9);
	(void)add_one(&a, METHOD_APP, NOW);
	assert_int_equal(account_end(&a, 2, NOW, NOW), SSPR_OK);
	assert_int_equal(account_end(&a, 3, NOW, NOW), SSPR_OK);
	account_tidy(&a, last);
	assert_int_equal(a.nfactors, 3);
	assert_true(account_had_any(&a, last));
	assert_false(account_had_any(&a, last + 1));
	account_tidy(&a, last + 1);
	assert_int_equal(a.nfactors, 1);
	assert_int_equal(a.factor[0].id, 1);
	account_tidy(&a, UINT64_MAX);
	assert_int_equal(a.nfactors, 1);
	assert_null(account_factor(&a, 2));
}

static void
an_id_is_never_used_again(void **state)
{
	struct account a;

	(void)state;
	make(&a, 1000);
	for (uint32_t id = 1; id <= 100; id++) {
		const uint64_t now = NOW + id * (uint64_t)ACCOUNT_MEMORY_S * 2;

		assert_int_equal(add_one(&a, METHOD_SMS, now)->id, id);
		assert_int_equal(account_factor(&a, id)->id, id);
		assert_int_equal(account_end(&a, id, now, now), SSPR_OK);
		account_tidy(&a, now);
		assert_int_equal(a.nfactors, 1);
	}
}

/* Addresses stay longest: they are to be told (R-DEL-6). */
static void
when_all_places_are_taken_what_ended_first_goes(void **state)
{
	struct account_factor *f = NULL;
	struct account a, before;
	struct record r;

	(void)state;
	make(&a, 1000);
	for (uint32_t id = 1; id <= ACCOUNT_FACTORS_MAX; id++)
		add_one(&a, id <= 2 ? METHOD_EMAIL : METHOD_APP, NOW)->ends =
		    id == 7 ? NOW - 10 : NOW - 1;
	assert_int_equal(a.nfactors, ACCOUNT_FACTORS_MAX);
	a.factor[0].ends = NOW - 20;
	(void)add_one(&a, METHOD_SMS, NOW);
	assert_int_equal(a.nfactors, ACCOUNT_FACTORS_MAX);
	assert_null(account_factor(&a, 7));
	(void)add_one(&a, METHOD_BACKUP, NOW);
	assert_null(account_factor(&a, 3));
	assert_int_equal(a.nfactors, ACCOUNT_FACTORS_MAX);
	assert_non_null(account_factor(&a, 1));
	for (size_t i = 1; i < a.nfactors; i++)
		assert_true(a.factor[i - 1].id < a.factor[i].id);
	for (size_t i = 0; i < a.nfactors; i++)
		if (a.factor[i].method == METHOD_APP)
			a.factor[i].ends = 0;
	(void)add_one(&a, METHOD_PASS, NOW);
	assert_null(account_factor(&a, 1));
	assert_non_null(account_factor(&a, 2));
	account_factor(&a, 2)->ends = 0;
	before = a;
	r = record_of(METHOD_NOTICE);
	assert_int_equal(account_add(seal, &a, METHOD_NOTICE, &r, NOW, NOW, &f),
	    SSPR_FULL);
	assert_memory_equal(&a, &before, sizeof(a));
}

/* R-THR-6 */
static void
a_source_is_known_after_a_success_and_the_oldest_goes(void **state)
{
	uint8_t source[ACCOUNT_SOURCE] = { 0 };
	struct account a;

	(void)state;
	make(&a, 1000);
	for (uint8_t i = 0; i < ACCOUNT_KNOWN_MAX; i++) {
		source[0] = (uint8_t)(97 * i);
		assert_int_equal(account_class(&a, source), CLASS_STRANGER);
		account_meet(&a, source, NOW + (i ^ 3));
		assert_int_equal(account_class(&a, source), CLASS_KNOWN);
	}
	assert_int_equal(a.nknown, ACCOUNT_KNOWN_MAX);
	source[0] = (uint8_t)(97 * 3); /* met at NOW */
	account_meet(&a, source, NOW + 99);
	account_meet(&a, source, NOW - 99);
	source[0] = 5;
	account_meet(&a, source, NOW + 100);
	assert_int_equal(a.nknown, ACCOUNT_KNOWN_MAX);
	assert_int_equal(account_class(&a, source), CLASS_KNOWN);
	source[0] = (uint8_t)(97 * 3);
	assert_int_equal(account_class(&a, source), CLASS_KNOWN);
	source[0] = (uint8_t)(97 * 2); /* met at NOW + 1 */
	assert_int_equal(account_class(&a, source), CLASS_STRANGER);
	source[15] = 1;
	assert_int_equal(account_class(&a, source), CLASS_STRANGER);
	for (size_t i = 1; i < a.nknown; i++)
		assert_true(memcmp(a.known[i - 1].source, a.known[i].source,
				ACCOUNT_SOURCE) < 0);
}

static void
failures_are_those_of_all_classes(void **state)
{
	struct account a;

	(void)state;
	make(&a, 1000);
	assert_int_equal(account_failures(&a, METHOD_SMS), 0);
	account_budget(&a, METHOD_SMS, CLASS_STRANGER)->limit.failures = 7;
	account_budget(&a, METHOD_SMS, CLASS_KNOWN)->limit.failures = 4;
	account_budget(&a, METHOD_APP, CLASS_KNOWN)->limit.failures = 9;
	assert_int_equal(account_failures(&a, METHOD_SMS), 11);
	account_budget(&a, METHOD_SMS, CLASS_KNOWN)->limit.failures =
	    UINT32_MAX;
	assert_int_equal(account_failures(&a, METHOD_SMS), UINT32_MAX);
}

static void
budgets_stand_in_order_and_are_found_again(void **state)
{
	static const uint8_t methods[] = { 7, 1, 200, 64, 3, 1 };
	struct account_budget *b;
	struct account a;

	(void)state;
	make(&a, 1000);
	for (size_t i = 0; i < sizeof(methods); i++)
		for (uint8_t class = 0; class < 3; class ++) {
			b = account_budget(&a, methods[i],
			    (uint8_t)(2 - class));
			assert_non_null(b);
			assert_int_equal(b->method, methods[i]);
			assert_int_equal(b->class, 2 - class);
		}
	assert_int_equal(a.nbudgets, 15);
	for (size_t i = 1; i < a.nbudgets; i++)
		assert_true(
		    a.budget[i - 1].method * 256 + a.budget[i - 1].class <
		    a.budget[i].method * 256 + a.budget[i].class);
	for (uint8_t i = 0; i < 9; i++)
		assert_non_null(account_budget(&a, 2, i));
	assert_null(account_budget(&a, 5, 0));
	assert_non_null(account_budget(&a, 2, 8));
	assert_int_equal(a.nbudgets, ACCOUNT_BUDGETS_MAX);
}

/* R-THR-2: by a success, or after 90 quiet days; R-ENR-1: not the password's.
 */
static void
wrong_tries_are_forgotten_but_those_of_the_password(void **state)
{
	struct account a;

	(void)state;
	make(&a, 1000);
	account_budget(&a, METHOD_APP, CLASS_STRANGER)->limit =
	    (struct limit){ 7, NOW };
	account_budget(&a, METHOD_PASSWORD, CLASS_STRANGER)->limit =
	    (struct limit){ 3, NOW };
	window_add(&a.recent[CLASS_KNOWN], LIMIT_DAY_S, NOW);
	account_forget(&a, NOW + LIMIT_QUIET_S - 1);
	assert_int_equal(account_failures(&a, METHOD_APP), 7);
	account_clear(&a);
	assert_int_equal(account_failures(&a, METHOD_APP), 0);
	assert_int_equal(account_failures(&a, METHOD_PASSWORD), 3);
	assert_int_equal(window_sum(&a.recent[CLASS_KNOWN], LIMIT_DAY_S, NOW),
	    0);
	account_forget(&a, NOW + LIMIT_QUIET_S);
	assert_int_equal(account_failures(&a, METHOD_PASSWORD), 0);
}

/* R-KEY-2 */
static void
the_mac_holds_for_the_tries_of_the_day_too(void **state)
{
	struct account a;

	(void)state;
	make(&a, 1000);
	window_add(&a.recent[CLASS_KNOWN], LIMIT_DAY_S, NOW);
	account_touch(seal, &a);
	assert_int_equal(account_verify(seal, &a), SSPR_OK);
	window_take_back(&a.recent[CLASS_KNOWN]);
	assert_int_equal(account_verify(seal, &a), SSPR_SUSPENDED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_method_comes_back_as_it_was_given),
		cmocka_unit_test(of_each_method_there_are_no_more_than_may_be),
		cmocka_unit_test(what_ended_or_was_used_up_leaves_its_place),
		cmocka_unit_test(a_record_too_long_is_not_added),
		cmocka_unit_test(
		    a_removal_takes_effect_later_and_can_be_undone_by_then),
		cmocka_unit_test(
		    usable_is_what_is_enrolled_on_cooled_off_and_not_used_up),
		cmocka_unit_test(
		    what_was_removed_is_forgotten_after_thirty_days),
		cmocka_unit_test(an_id_is_never_used_again),
		cmocka_unit_test(
		    when_all_places_are_taken_what_ended_first_goes),
		cmocka_unit_test(
		    a_source_is_known_after_a_success_and_the_oldest_goes),
		cmocka_unit_test(failures_are_those_of_all_classes),
		cmocka_unit_test(budgets_stand_in_order_and_are_found_again),
		cmocka_unit_test(
		    wrong_tries_are_forgotten_but_those_of_the_password),
		cmocka_unit_test(the_mac_holds_for_the_tries_of_the_day_too),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
