/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <getopt.h>

#include "../../capture.h"
#include "../../fake_talk.h"
#include "policy.h"

static struct capture c;

static enum sspr_err
run(const char *word)
{
	char copy[16], name[] = "policy", *argv[] = { name, copy, NULL };
	enum sspr_err e;

	(void)snprintf(copy, sizeof(copy), "%s", word == NULL ? "" : word);
	optind = 0;
	capture_begin(&c);
	e = policy_main(word == NULL ? 1 : 2, argv);
	capture_end(&c);
	return e;
}

static int
one_policy(void **state)
{
	struct proto_policy *p = &daemon_is.records[0].as.policy;

	(void)state;
	memset(&daemon_is, 0, sizeof(daemon_is));
	fake_policy(2, "app backup");
	memcpy(p->admin, "su\x1b[m", 6);
	memcpy(p->contact, "ext. 4711", 10);
	daemon_is.info = "A note.";
	return 0;
}

static void
people_read_it_line_by_line(void **state)
{
	(void)state;
	assert_int_equal(run(NULL), SSPR_OK);
	assert_string_equal(c.out,
	    "A note.\n"
	    "From the network:    2\n"
	    "At a console:        1\n"
	    "Methods there are:   app backup\n"
	    "Administrator by:    su?[m\n"
	    "Help:                ext. 4711\n");
	daemon_is.records[0].as.policy.admin[0] = '\0';
	assert_int_equal(run(NULL), SSPR_OK);
	assert_null(strstr(c.out, "Administrator"));
}

static void
programs_read_one_object(void **state)
{
	(void)state;
	assert_int_equal(run("--json"), SSPR_OK);
	assert_string_equal(c.out,
	    "{\"needed\":2,\"console\":1,\"admin\":\"su\\u001b[m\","
	    "\"methods\":\"app backup\",\"contact\":\"ext. 4711\"}\n");
	assert_string_equal(c.err, "A note.\n");
}

static void
what_it_does_not_know_is_a_usage_error(void **state)
{
	(void)state;
	assert_int_equal(run("more"), SSPR_USAGE);
	assert_int_equal(run("--x"), SSPR_USAGE);
	assert_int_equal(daemon_is.calls, 0);
	assert_string_equal(c.out, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(people_read_it_line_by_line, one_policy),
		cmocka_unit_test_setup(programs_read_one_object, one_policy),
		cmocka_unit_test_setup(what_it_does_not_know_is_a_usage_error,
		    one_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
