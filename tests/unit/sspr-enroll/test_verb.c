/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <getopt.h>
#include <pwd.h>
#include <unistd.h>

#include "../../capture.h"
#include "../../fake_talk.h"
#include "../../script.h"
#include "verb.h"

static struct capture c;

static enum sspr_err
run(const char *const *words)
{
	char copy[4][32], *argv[5] = { NULL };
	int argc = 0, real = script_begin("");
	enum sspr_err e;

	for (; words[argc] != NULL; argc++) {
		(void)snprintf(copy[argc], sizeof(copy[argc]), "%s",
		    words[argc]);
		argv[argc] = copy[argc];
	}
	optind = 0;
	capture_begin(&c);
	e = verb_main(argc, argv);
	capture_end(&c);
	script_end(real);
	return e;
}

#define RUN(...) run((const char *const[]){ __VA_ARGS__, NULL })

static int
a_new_daemon(void **state)
{
	(void)state;
	memset(&daemon_is, 0, sizeof(daemon_is));
	return 0;
}

static void
the_daemon_is_told_which(void **state)
{
	(void)state;
	assert_int_equal(RUN("remove", "12"), SSPR_OK);
	assert_int_equal(daemon_is.calls, 1);
	assert_int_equal(daemon_is.hello.verb, VERB_REMOVE);
	assert_int_equal(daemon_is.hello.factor, 12);
	assert_int_equal(RUN("keep", "13"), SSPR_OK);
	assert_int_equal(daemon_is.hello.verb, VERB_KEEP);
	assert_int_equal(daemon_is.hello.factor, 13);
	daemon_is.end.result = SSPR_NO_FACTOR;
	assert_int_equal(RUN("remove", "12"), SSPR_NO_FACTOR);
	assert_non_null(strstr(c.err, "(SSPR-22)"));
}

static void
each_word_is_its_verb(void **state)
{
	static const struct {
		const char *word;
		enum proto_verb verb;
	} words[] = { { "lost", VERB_LOST }, { "test", VERB_TEST },
		{ "reset", VERB_RESET } };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(RUN(words[i].word), SSPR_OK);
		assert_int_equal(daemon_is.hello.verb, words[i].verb);
		assert_int_equal(daemon_is.hello.factor, 0);
		assert_int_equal(RUN(words[i].word, "more"), SSPR_USAGE);
		assert_int_equal(RUN(words[i].word, "--x"), SSPR_USAGE);
	}
	assert_int_equal(daemon_is.calls, 3);
	assert_int_equal(RUN("nonsense"), SSPR_USAGE);
}

static void
a_reset_is_for_ones_own_name(void **state)
{
	const struct passwd *pw = getpwuid(getuid());

	(void)state;
	assert_int_equal(RUN("reset"), SSPR_OK);
	assert_string_equal(daemon_is.hello.user,
	    pw == NULL ? "" : pw->pw_name);
	assert_int_equal(RUN("lost"), SSPR_OK);
	assert_string_equal(daemon_is.hello.user, "");
}

static void
without_exactly_one_id_nothing_begins(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const char *word = i == 0 ? "remove" : "keep";

		assert_int_equal(RUN(word), SSPR_USAGE);
		assert_int_equal(RUN(word, "x"), SSPR_USAGE);
		assert_int_equal(RUN(word, "0"), SSPR_USAGE);
		assert_int_equal(RUN(word, "1", "2"), SSPR_USAGE);
		assert_int_equal(RUN(word, "-1"), SSPR_USAGE);
	}
	assert_int_equal(daemon_is.calls, 0);
}

static void
a_person_is_told_what_goes(void **state)
{
	struct tty person = { .in = -1,
		.out = open("/dev/null", O_WRONLY | O_CLOEXEC) };
	struct proto_factor *f;

	(void)state;
	fake_policy(2, "app");
	f = fake_factor(1, 3, "app", "ready");
	memcpy(f->label, "ph\x1b", 4);
	capture_begin(&c);
	assert_int_equal(verb_run(&person, VERB_REMOVE, 3), SSPR_OK);
	capture_end(&c);
	assert_string_equal(c.out, "Removing 3: app, ph?\n");
	assert_int_equal(daemon_is.calls, 2);
	capture_begin(&c);
	assert_int_equal(verb_run(&person, VERB_KEEP, 4), SSPR_NO_FACTOR);
	capture_end(&c);
	assert_int_equal(daemon_is.calls, 3);
	close(person.out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_daemon_is_told_which, a_new_daemon),
		cmocka_unit_test_setup(each_word_is_its_verb, a_new_daemon),
		cmocka_unit_test_setup(a_reset_is_for_ones_own_name,
		    a_new_daemon),
		cmocka_unit_test_setup(without_exactly_one_id_nothing_begins,
		    a_new_daemon),
		cmocka_unit_test_setup(a_person_is_told_what_goes,
		    a_new_daemon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
