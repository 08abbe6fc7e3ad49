/* SPDX-License-Identifier: MIT */
/* courier/run.h: a message is sent once, or it is said that it was not. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "courier/run.h"
#include "fault.h"
#include "method.h"

#define NOW     1000000u
#define TEXT    "Your code\nis 12345678.\n"
/* Takes what it is given, says so much, ends well. */
#define COMMAND "/usr/bin/wc -c"

static void
message(struct ipc_deliver *m)
{
	memset(m, 0, sizeof(*m));
	m->id = 7;
	m->method = METHOD_EMAIL;
	snprintf(m->address, sizeof(m->address), "alice@example.com");
	snprintf(m->subject, sizeof(m->subject), "Hello");
	m->text.len = sizeof(TEXT) - 1;
	memcpy(m->text.at, TEXT, m->text.len);
}

/* Until it ended; whether it did.  What the command calls fails as well. */
static bool
watch(struct run *r, struct run_end *end)
{
	struct pollfd p = { .fd = r->pidfd, .events = POLLIN };

	for (int i = 0; i < 20; i++) {
		(void)poll(&p, 1, 10000);
		run_hear(r);
		if (run_ended(r, end))
			return true;
	}
	return false;
}

static void
one(void)
{
	struct run r = { .pid = 0 };
	struct run_end end = { .err = SSPR_OK };
	struct ipc_deliver m;
	struct command c;
	enum sspr_err e;

	message(&m);
	assert_int_equal(command_split(COMMAND, &c), SSPR_OK);
	fault_arm();
	e = run_start(&r, &c, &m, NOW);
	if (e != SSPR_OK) {
		assert_true(fault->hit);
		assert_true(e == SSPR_BUSY || e == SSPR_SYSTEM);
		assert_int_equal(r.pid, 0);
	} else {
		assert_true(watch(&r, &end));
		assert_true(end.output[0] != '\0' || fault->hit);
		assert_true(end.err == SSPR_OK || fault->hit);
		assert_int_equal(r.message.id, 0); /* it is wiped */
	}
	fault_disarm();
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nobody is left */
}

int
main(void)
{
	static const struct fault_scene scenes[] = {
		{ .name = "a_command_ran_or_it_is_said_that_it_did_not",
		    .act = one },
	};

	return fault_play(scenes, sizeof(scenes) / sizeof(scenes[0]));
}
