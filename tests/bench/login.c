/* SPDX-License-Identifier: MIT */
/*
 * login NAME PASSWORD COUNT DIR...: successful logins of service sshd, as each
 * DIR has it, in turn, from pam_start to pam_end; the median of each in
 * microseconds.  A program of its own, linked with libpam only, as small as a
 * host can be.
 */
#include <err.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "samples.h"

#define DIRS 4
#define WARM 10u /* logins with each that do not count */

static void
drop(struct pam_response *replies, int n)
{
	for (int i = 0; i < n; i++)
		free(replies[i].resp);
	free(replies);
}

/* Answers every hidden prompt with the password. */
static int
converse(int n, const struct pam_message **m, struct pam_response **out,
    void *password)
{
	struct pam_response *replies = calloc((size_t)n, sizeof(*replies));

	if (replies == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < n; i++) {
		if (m[i]->msg_style != PAM_PROMPT_ECHO_OFF)
			continue;
		if ((replies[i].resp = strdup(password)) == NULL) {
			drop(replies, n);
			return PAM_BUF_ERR;
		}
	}
	*out = replies;
	return PAM_SUCCESS;
}

static void
login(const char *dir, const char *name, char *password)
{
	const struct pam_conv conv = { .conv = converse,
		.appdata_ptr = password };
	pam_handle_t *pamh = NULL;
	int e = pam_start_confdir("sshd", name, &conv, dir, &pamh);

	if (e == PAM_SUCCESS)
		e = pam_authenticate(pamh, 0);
	if (e == PAM_SUCCESS)
		e = pam_acct_mgmt(pamh, 0);
	if (e == PAM_SUCCESS)
		e = pam_setcred(pamh, PAM_ESTABLISH_CRED);
	if (e != PAM_SUCCESS)
		errx(2, "%s: %s", dir, pam_strerror(pamh, e));
	pam_end(pamh, e);
}

int
main(int argc, char **argv)
{
	static struct samples taken[DIRS];
	const int n = argc - 4;
	uint64_t start;
	unsigned long count;

	if (n < 1 || n > DIRS)
		errx(2, "usage: login NAME PASSWORD COUNT DIR...");
	count = strtoul(argv[3], NULL, 10);
	for (unsigned long i = 0; i < count; i++)
		for (int s = 0; s < n; s++) {
			if (i == WARM)
				taken[s].n = 0;
			start = samples_now();
			login(argv[4 + s], argv[1], argv[2]);
			samples_add(&taken[s], start);
		}
	for (int s = 0; s < n; s++)
		samples_print(argv[4 + s], &taken[s]);
	return 0;
}
