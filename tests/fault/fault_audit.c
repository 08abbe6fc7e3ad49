/* SPDX-License-Identifier: MIT */
/* parent/audit.h: no audit, no reset; and every line is whole. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../unit/sspr-resetd/parent/lines.h"
#include "fault.h"
#include "ipc.h"
#include "parent/audit.h"

#define RECORDS 3u

enum note {
	NOTE_DURABLE, /* how many records were said to be */
};

static char path[64];

static enum sspr_err
append(struct audit *a, unsigned int i)
{
	char correlation[33];
	const struct audit_record r = { .event = "reset.intent",
		.correlation = correlation,
		.actor = IPC_NOBODY,
		.subject = 1000 + i,
		.service = "sshd",
		.source = "192.0.2.1",
		.digest = "$5$salt$hash" };

	snprintf(correlation, sizeof(correlation), "%032x", i + 1);
	return audit_append(a, &r);
}

/* Each record is asked for once, and synced. */
static void
intents(void)
{
	struct audit a = { .fd = -1 };
	const char *why = NULL;
	enum sspr_err e;

	fault_arm();
	for (int i = 0; i < 2; i++)
		if ((e = audit_open(path, getgid(), &a, &why)) == SSPR_OK)
			break;
	for (unsigned int i = 0; e == SSPR_OK && i < RECORDS; i++)
		if (append(&a, i) == SSPR_OK && audit_sync(&a) == SSPR_OK)
			fault->note[NOTE_DURABLE] |= 1 << i;
	fault_disarm();
	assert_true(fault->hit || fault->note[NOTE_DURABLE] == 7);
	assert_true(why == NULL || why[0] != '\0');
	audit_close(&a);
}

static void
fresh(void)
{
	(void)unlink(path);
}

/* All lines are whole but one that was torn, and what was durable is there. */
static void
judge(void)
{
	char text[16384] = "", want[64], *at;
	const char *why;
	struct audit a;

	assert_int_equal(audit_open(path, getgid(), &a, &why), SSPR_OK);
	assert_int_equal(append(&a, RECORDS), SSPR_OK);
	assert_true(pread(a.fd, text, sizeof(text) - 1, 0) > 0);
	audit_close(&a);
	for (unsigned int i = 0; i <= RECORDS; i++) {
		snprintf(want, sizeof(want), "\"subject\":%u,", 1000 + i);
		at = strstr(text, want);
		if (i == RECORDS || (fault->note[NOTE_DURABLE] & 1 << i) != 0)
			assert_non_null(at);
		if (at == NULL)
			continue;
		while (at > text && at[-1] != '\n')
			at--;
		assert_int_equal(*past_object(at), '\n');
	}
}

int
main(void)
{
	static const struct fault_scene scenes[] = {
		{ .name = "an_intent_said_to_be_durable_is_a_whole_line",
		    .before = fresh,
		    .act = intents,
		    .after = judge,
		    .kills = true,
		    .lasting = true },
	};

	snprintf(path, sizeof(path), "/tmp/sspr-fault-audit-%d", getpid());
	if (fault_play(scenes, sizeof(scenes) / sizeof(scenes[0])) != 0)
		return 1;
	return unlink(path) != 0;
}
