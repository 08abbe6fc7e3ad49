/* SPDX-License-Identifier: MIT */
/*
 * pam_sspr in a stack of a real libpam, against a scripted daemon: neutral
 * whatever fails, in it or in libpam (R-PAM-1, R-PAM-10).  The stack has
 * pam_fault.so, which calls the module of this program, so that one sanitizer
 * sees all of it.
 */
#include <security/pam_appl.h>
#include <security/pam_modules.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../pam/stage.h"
#include "fault.h"

enum note {
	NOTE_RETURNED, /* the module did */
	NOTE_VALUE,    /* what */
};

static char bridge[4096];
static size_t prompts;

int fault_authenticate(pam_handle_t *, int, int, const char **);

/* For bridge.c. */
__attribute__((visibility("default"))) int
fault_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	const int rc = pam_sm_authenticate(pamh, flags, argc, argv);

	fault->note[NOTE_RETURNED]++;
	fault->note[NOTE_VALUE] = rc;
	return rc;
}

/* A person who resets a password. */
static char *
answer(void)
{
	static const char *const all[] = { "hunter2", "forgot", "123456",
		STAGE_NEW, STAGE_NEW, "" };

	return prompts < sizeof(all) / sizeof(all[0]) ? strdup(all[prompts++])
						      : NULL;
}

static int
converse(int n, const struct pam_message **m, struct pam_response **resp,
    void *arg)
{
	(void)arg;
	fault_disarm();
	assert_int_equal(n, 1);
	*resp = NULL;
	if (m[0]->msg_style == PAM_PROMPT_ECHO_ON ||
	    m[0]->msg_style == PAM_PROMPT_ECHO_OFF) {
		*resp = calloc(1, sizeof(**resp));
		assert_non_null(*resp);
		(*resp)->resp = answer();
	}
	fault_arm();
	return PAM_SUCCESS;
}

static void
write_stack(void)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/sshd", stage_dir());
	f = fopen(path, "we");
	assert_non_null(f);
	fprintf(f,
	    "auth [default=ignore] %s ask\n"
	    "auth [success=die ignore=1 default=die] %s\n"
	    "auth requisite pam_deny.so\n"
	    "auth required pam_permit.so\n",
	    bridge, bridge);
	assert_int_equal(fclose(f), 0);
}

static void
reset(void)
{
	const struct pam_conv conv = { converse, NULL };
	pam_handle_t *pamh;
	int rc;

	write_stack();
	stage_up(NULL, NULL);
	assert_int_equal(pam_start_confdir("sshd", "alice", &conv, stage_dir(),
			     &pamh),
	    PAM_SUCCESS);
	fault_arm();
	rc = pam_authenticate(pamh, 0);
	fault_disarm();
	if (fault->note[NOTE_RETURNED] > 0)
		assert_int_equal(fault->note[NOTE_VALUE], PAM_IGNORE);
	assert_true(rc == PAM_SUCCESS || fault->hit);
	assert_true(rc == PAM_SUCCESS || rc == PAM_BUF_ERR || rc == PAM_ABORT ||
	    rc == PAM_SYSTEM_ERR || rc == PAM_AUTH_ERR);
	if (!fault->hit)
		assert_non_null(strstr(stage_heard->answers, "|" STAGE_NEW));
	(void)pam_end(pamh, PAM_SUCCESS);
	stage_down();
}

int
main(int argc, char **argv)
{
	static const struct fault_scene scenes[] = {
		{ .name = "the_module_is_neutral_whatever_fails",
		    .act = reset },
	};
	char beside[4096];

	(void)argc;
	snprintf(beside, sizeof(beside), "%.*s/pam_fault.so",
	    (int)(strrchr(argv[0], '/') - argv[0]), argv[0]);
	if (realpath(beside, bridge) == NULL)
		return 2;
	stage_enter();
	return fault_play(scenes, sizeof(scenes) / sizeof(scenes[0]));
}
