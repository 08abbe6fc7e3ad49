/* SPDX-License-Identifier: MIT */
/*
 * fake_pam.h - a PAM library of one module, a function of the test, in place
 * of libpam.
 */
#ifndef WORKER_FAKE_PAM_H
#define WORKER_FAKE_PAM_H

#include <security/pam_appl.h>
#include <stdlib.h>
#include <string.h>

struct pam_handle {
	const struct pam_conv *conv;
};

static struct {
	int (*phase)(pam_handle_t *h); /* authentication or password */
	int account;                   /* what the account phase returns */
	int open;                      /* handles */
} fake;

/* One message; *answer is a copy to free, or NULL. */
static int
fake_say(pam_handle_t *h, int style, const char *text, char **answer)
{
	const struct pam_message m = { style, text };
	const struct pam_message *in = &m;
	struct pam_response *out = NULL;
	int rc = h->conv->conv(1, &in, &out, h->conv->appdata_ptr);

	if (rc == PAM_SUCCESS && answer != NULL)
		*answer = out[0].resp;
	else if (rc == PAM_SUCCESS)
		free(out[0].resp);
	if (rc == PAM_SUCCESS)
		free(out);
	return rc;
}

int
pam_start(const char *service, const char *user, const struct pam_conv *conv,
    pam_handle_t **h)
{
	(void)service;
	(void)user;
	if ((*h = calloc(1, sizeof(**h))) == NULL)
		return PAM_BUF_ERR;
	(*h)->conv = conv;
	fake.open++;
	return PAM_SUCCESS;
}

int
pam_end(pam_handle_t *h, int rc)
{
	(void)rc;
	free(h);
	fake.open--;
	return PAM_SUCCESS;
}

int
pam_chauthtok(pam_handle_t *h, int flags)
{
	return flags == 0 ? fake.phase(h) : PAM_ABORT;
}

int
pam_authenticate(pam_handle_t *h, int flags)
{
	return flags == PAM_DISALLOW_NULL_AUTHTOK ? fake.phase(h) : PAM_ABORT;
}

int
pam_acct_mgmt(pam_handle_t *h, int flags)
{
	(void)h;
	(void)flags;
	return fake.account;
}

#endif /* WORKER_FAKE_PAM_H */
