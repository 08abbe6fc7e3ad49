/* SPDX-License-Identifier: MIT */
/* conf.h: a file is taken whole or not at all, and a bad one never. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf.h"
#include "fault.h"

#define GOOD                                                            \
	"# ours\n[reset]\nmethods = app backup\nmethods_required = 2\n" \
	"[offer]\noffer_after = 3\n[policy]\nnever = staff wheel\n"
#define BAD GOOD "[log]\ndebug = perhaps\n"

/* Where the errors are read to, and how a load ended. */
static enum sspr_err
load(const char *text, struct conf *c, struct conf_fault *why)
{
	char path[] = "/tmp/sspr-fault-XXXXXX";
	const int fd = mkstemp(path);
	enum sspr_err e;

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, 0600), 0);
	close(fd);
	fault_arm();
	e = conf_load(path, c, why);
	fault_disarm();
	(void)unlink(path);
	return e;
}

static void
a_good_file(void)
{
	struct conf_fault why;
	struct conf c, old;
	enum sspr_err e;

	memset(&old, 0x5a, sizeof(old));
	c = old;
	e = load(GOOD, &c, &why);
	if (e != SSPR_OK) {
		assert_true(fault->hit);
		assert_true(e == SSPR_CONFIG || e == SSPR_SYSTEM);
		assert_true(why.reason[0] != '\0');
		assert_memory_equal(&c, &old, sizeof(c));
		return;
	}
	assert_int_equal(c.methods_required, 2);
	assert_int_equal(c.offer_after, 3);
	assert_string_equal(c.methods, "app backup");
	assert_string_equal(c.never_groups, "staff wheel");
}

static void
a_bad_file(void)
{
	struct conf_fault why;
	struct conf c, old;

	memset(&old, 0x5a, sizeof(old));
	c = old;
	assert_int_not_equal(load(BAD, &c, &why), SSPR_OK);
	assert_memory_equal(&c, &old, sizeof(c));
}

int
main(void)
{
	static const struct fault_scene scenes[] = {
		{ .name = "a_configuration_is_taken_whole_or_not_at_all",
		    .act = a_good_file },
		{ .name = "a_bad_configuration_is_never_taken",
		    .act = a_bad_file },
	};

	return fault_play(scenes, sizeof(scenes) / sizeof(scenes[0]));
}
