/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "front/offer.h"

#define NOW    5000000u /* milliseconds */
#define MINUTE 60000u
#define WINDOW (10 * MINUTE)

static int
make_table(void **state)
{
	return (*state = calloc(1, sizeof(struct offer))) == NULL;
}

static int
free_table(void **state)
{
	free(*state);
	return 0;
}

static uint32_t
refuse(void **state, const char *source, const char *user, uint64_t now_ms)
{
	return offer_count(*state, source, user, now_ms, WINDOW);
}

/* Story 1: a typo is counted once, which is less than offer_after. */
static void
a_first_refusal_counts_one(void **state)
{
	assert_int_equal(refuse(state, "192.0.2.7", "alice", NOW), 1);
}

/* Story 2 */
static void
a_second_refusal_within_the_window_counts_two(void **state)
{
	assert_int_equal(refuse(state, "192.0.2.7", "alice", NOW), 1);
	assert_int_equal(refuse(state, "192.0.2.7", "alice", NOW + WINDOW - 1),
	    2);
}

static void
a_refusal_counts_as_long_as_the_window_and_no_longer(void **state)
{
	assert_int_equal(refuse(state, "192.0.2.7", "alice", NOW), 1);
	assert_int_equal(refuse(state, "192.0.2.7", "alice", NOW + WINDOW), 1);
	assert_int_equal(refuse(state, "192.0.2.7", "alice", NOW + WINDOW + 1),
	    2);
}

static void
names_and_sources_are_counted_apart(void **state)
{
	assert_int_equal(refuse(state, "192.0.2.7", "alice", NOW), 1);
	assert_int_equal(refuse(state, "192.0.2.7", "bob", NOW), 1);
	assert_int_equal(refuse(state, "192.0.2.8", "alice", NOW), 1);
	assert_int_equal(refuse(state, "192.0.2.7", "", NOW), 1);
	assert_int_equal(refuse(state, "192.0.2.7", "", NOW), 2);
	assert_int_equal(refuse(state, "192.0.2.7", "alice", NOW), 2);
}

static void
the_count_ends_at_the_most_an_option_can_ask_for(void **state)
{
	for (uint32_t i = 1; i <= OFFER_TIMES; i++)
		assert_int_equal(refuse(state, "tty:tty1", "alice", NOW + i),
		    i);
	assert_int_equal(refuse(state, "tty:tty1", "alice", NOW + 100),
	    OFFER_TIMES);
}

/* R-AVL-2 */
static void
one_source_cannot_make_another_forgotten(void **state)
{
	char user[32];

	assert_int_equal(refuse(state, "192.0.2.7", "alice", NOW), 1);
	for (uint32_t i = 0; i < 3 * OFFER_SOURCES * OFFER_NAMES; i++) {
		snprintf(user, sizeof(user), "u%u", i);
		assert_int_equal(refuse(state, "192.0.2.66", user, NOW + i), 1);
	}
	assert_int_equal(refuse(state, "192.0.2.7", "alice", NOW + MINUTE), 2);
}

static void
a_full_source_forgets_its_own_oldest_name(void **state)
{
	char user[32];

	for (uint32_t i = 0; i <= OFFER_NAMES; i++) {
		snprintf(user, sizeof(user), "u%u", i);
		assert_int_equal(refuse(state, "192.0.2.7", user, NOW + i), 1);
	}
	assert_int_equal(refuse(state, "192.0.2.7", "u1", NOW + 100), 2);
	assert_int_equal(refuse(state, "192.0.2.7", "u0", NOW + 100), 1);
}

static void
a_full_table_forgets_the_oldest_source(void **state)
{
	char source[32];

	for (uint32_t i = 0; i <= OFFER_SOURCES; i++) {
		snprintf(source, sizeof(source), "10.0.%u.%u", i / 256,
		    i % 256);
		assert_int_equal(refuse(state, source, "alice", NOW + i), 1);
	}
	assert_int_equal(refuse(state, "10.0.0.1", "alice", NOW + 500), 2);
	assert_int_equal(refuse(state, "10.0.0.0", "alice", NOW + 500), 1);
}

static void
the_longest_names_are_told_apart_by_their_last_byte(void **state)
{
	char user[PROTO_USER_MAX + 1];

	memset(user, 'x', PROTO_USER_MAX);
	user[PROTO_USER_MAX] = '\0';
	assert_int_equal(refuse(state, "192.0.2.7", user, NOW), 1);
	user[PROTO_USER_MAX - 1] = 'y';
	assert_int_equal(refuse(state, "192.0.2.7", user, NOW), 1);
	assert_int_equal(refuse(state, "192.0.2.7", user, NOW), 2);
}

static void
the_words_are_those_of_the_stories(void **state)
{
	struct proto_offer o;

	(void)state;
	offer_make("sshd", NULL, 2000, 0, &o);
	assert_string_equal(o.prompt,
	    "Wrong password. Press Enter to try again, or type forgot to "
	    "reset it: ");
	assert_int_equal(o.refer, 0);
	assert_string_equal(o.again,
	    "Not understood. Press Enter to try your password again, or type "
	    "forgot: ");
}

/* Story 18 */
static void
where_resets_are_referred_the_offer_is_a_pointer(void **state)
{
	char place[81];
	struct proto_offer o;

	(void)state;
	offer_make("sshd", "ssh reset.example.com", 2000, 0, &o);
	assert_int_equal(o.refer, 1);
	assert_int_equal(o.delay_ms, 2000);
	assert_string_equal(o.prompt,
	    "Wrong password. Forgot it? Reset it with: ssh "
	    "reset.example.com. Press Enter to try again: ");
	assert_string_equal(o.again, "");
	offer_make("login", "", 0, 0, &o);
	assert_string_equal(o.prompt,
	    "Wrong password. Forgot it? Ask your administrator to reset it. "
	    "Press Enter to try again: ");
	memset(place, 'x', sizeof(place) - 1);
	place[sizeof(place) - 1] = '\0';
	offer_make("sshd", place, 0, 0, &o);
	assert_non_null(strstr(o.prompt, "x. Press Enter to try again: "));
}

/* Stories 5 and 18: the place comes after the answer. */
static void
greeters_are_referred_in_two_pieces(void **state)
{
	struct proto_offer o;

	(void)state;
	offer_make("gdm-password", "ssh reset.example.com", 0, 0, &o);
	assert_int_equal(o.refer, 1);
	assert_true(strlen(o.prompt) <= 30 && strlen(o.prompt) > 0);
	assert_string_equal(o.again, "Reset it with: ssh reset.example.com");
}

/* Story 5 */
static void
greeters_get_words_of_at_most_30_characters(void **state)
{
	static const char *const greeters[] = { "gdm-password", "lightdm",
		"sddm", "greetd" };
	struct proto_offer o;

	(void)state;
	for (size_t i = 0; i < sizeof(greeters) / sizeof(greeters[0]); i++) {
		offer_make(greeters[i], NULL, 2000, 0, &o);
		assert_true(strlen(o.prompt) <= 30 && strlen(o.prompt) > 0);
		assert_true(strlen(o.again) <= 30 && strlen(o.again) > 0);
	}
}

static void
jitter_adds_up_to_a_quarter(void **state)
{
	struct proto_offer o;

	(void)state;
	offer_make("sshd", NULL, 2000, 0, &o);
	assert_int_equal(o.delay_ms, 2000);
	offer_make("sshd", NULL, 2000, UINT32_MAX, &o);
	assert_int_equal(o.delay_ms, 2500);
	offer_make("sshd", NULL, 2000, UINT32_MAX / 2, &o);
	assert_in_range(o.delay_ms, 2245, 2255);
	offer_make("sshd", NULL, 10000, UINT32_MAX, &o);
	assert_int_equal(o.delay_ms, 12500);
	offer_make("sshd", NULL, 0, UINT32_MAX, &o);
	assert_int_equal(o.delay_ms, 0);
}

#define WITH_TABLE(f) cmocka_unit_test_setup_teardown(f, make_table, free_table)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TABLE(a_first_refusal_counts_one),
		WITH_TABLE(a_second_refusal_within_the_window_counts_two),
		WITH_TABLE(
		    a_refusal_counts_as_long_as_the_window_and_no_longer),
		WITH_TABLE(names_and_sources_are_counted_apart),
		WITH_TABLE(the_count_ends_at_the_most_an_option_can_ask_for),
		WITH_TABLE(one_source_cannot_make_another_forgotten),
		WITH_TABLE(a_full_source_forgets_its_own_oldest_name),
		WITH_TABLE(a_full_table_forgets_the_oldest_source),
		WITH_TABLE(the_longest_names_are_told_apart_by_their_last_byte),
		cmocka_unit_test(the_words_are_those_of_the_stories),
		cmocka_unit_test(
		    where_resets_are_referred_the_offer_is_a_pointer),
		cmocka_unit_test(greeters_are_referred_in_two_pieces),
		cmocka_unit_test(greeters_get_words_of_at_most_30_characters),
		cmocka_unit_test(jitter_adds_up_to_a_quarter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
