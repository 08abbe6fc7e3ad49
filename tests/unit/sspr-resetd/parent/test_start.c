/* SPDX-License-Identifier: MIT */
/*
 * What start.c does with the machine's own directories is for tests/system.
 */
#include "stage.h"

/* Take options off the vault's link until APPLY; how many there were. */
static unsigned int
take(struct conf *c, bool told[CONF_COUNT])
{
	struct conf_fault fault;
	unsigned int n = 0;
	struct ipc_msg m;

	conf_default(c);
	for (;; n++) {
		assert_int_equal(stage_hear(&m), -1);
		if (m.type == IPC_APPLY)
			break;
		assert_int_equal(m.type, IPC_SET);
		assert_true(m.as.set.option < CONF_COUNT);
		assert_false(told[m.as.set.option]);
		told[m.as.set.option] = true;
		assert_int_equal(conf_set(c, (enum conf_option)m.as.set.option,
				     m.as.set.value, &fault),
		    SSPR_OK);
	}
	assert_int_equal(m.as.apply.last, 1);
	assert_false(stage_has_word());
	return n;
}

/* Least knowledge: a role is told its own options and no others. */
static void
a_role_is_told_its_own_options(void **state)
{
	static const char *const roles[] = { START_VAULT, "W", "F", "V", "N",
		"C", "P" };
	bool told[CONF_COUNT];
	struct conf c;

	(void)state;
	for (size_t r = 0; r < sizeof(roles) / sizeof(roles[0]); r++) {
		memset(told, 0, sizeof(told));
		start_options(&stage.parent, stage.parent.vault, roles[r]);
		assert_true(take(&c, told) > 0);
		for (enum conf_option o = 0; o < CONF_COUNT; o++) {
			bool want = false;

			for (const char *p = roles[r]; *p != '\0'; p++)
				want = want || conf_is_for(o, *p);
			assert_int_equal(told[o], want);
		}
	}
}

static void
the_values_arrive_as_they_are_in_force(void **state)
{
	bool told[CONF_COUNT] = { false };
	struct conf_fault fault;
	struct conf c;

	(void)state;
	assert_int_equal(conf_set(&stage.parent.conf, CONF_UID_MIN, "2000",
			     &fault),
	    SSPR_OK);
	assert_int_equal(conf_set(&stage.parent.conf, CONF_RULES,
			     "At least 14 characters, none of them new.",
			     &fault),
	    SSPR_OK);
	start_options(&stage.parent, stage.parent.vault, "W");
	(void)take(&c, told);
	assert_int_equal(c.uid_min, 2000);
	assert_string_equal(c.rules, stage.parent.conf.rules);
	assert_string_equal(c.admin_groups, stage.parent.conf.admin_groups);
}

static void
a_role_that_is_gone_is_left_to_be_reaped(void **state)
{
	int pair[2];

	(void)state;
	assert_int_equal(ipc_pair(pair), SSPR_OK);
	close(pair[1]);
	start_options(&stage.parent, pair[0], START_VAULT);
	close(pair[0]);
}

static void
is_started_on_its_link(enum role r)
{
	struct parent *p = &stage.parent;
	char word[16] = "";
	int pair[2];

	p->again_ms[r] = 7;
	assert_int_equal(ipc_pair(pair), SSPR_OK);
	start_role(p, r, pair[1]);
	close(pair[1]);
	assert_int_equal(recv(pair[0], word, sizeof(word), 0),
	    strlen(role_name(r)));
	assert_string_equal(word, role_name(r));
	close(pair[0]);
	assert_true(p->pid[r] > 0);
	assert_true(p->began_ms[r] > 0);
	assert_int_equal(p->again_ms[r], 0);
	assert_int_equal(waitpid(p->pid[r], NULL, 0), p->pid[r]);
}

static void
names_and_courier_are_started_on_their_links(void **state)
{
	(void)state;
	is_started_on_its_link(ROLE_NAMES);
	is_started_on_its_link(ROLE_COURIER);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_open, stage_close)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(a_role_is_told_its_own_options),
		TEST(the_values_arrive_as_they_are_in_force),
		TEST(a_role_that_is_gone_is_left_to_be_reaped),
		TEST(names_and_courier_are_started_on_their_links),
	};

	stage_play(argc, argv);
	if (argc == 3 && strcmp(argv[1], "-x") == 0) {
		(void)!write(ROLE_FD, argv[2], strlen(argv[2]));
		_exit(0);
	}
	log_open("test");
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
