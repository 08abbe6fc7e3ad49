/* SPDX-License-Identifier: MIT */
#include <security/pam_appl.h>

#include "worker/check.h"
#include "worker/converse.h"

/* What authentication said; its own faults are not the person's. */
static enum sspr_err
judge_auth(int rc)
{
	switch (rc) {
	case PAM_SUCCESS:
		return SSPR_OK;
	case PAM_BUF_ERR:
		return SSPR_NO_MEMORY;
	case PAM_ABORT:
	case PAM_OPEN_ERR:
	case PAM_SYMBOL_ERR:
	case PAM_SERVICE_ERR:
	case PAM_SYSTEM_ERR:
	case PAM_AUTHINFO_UNAVAIL:
	case PAM_MODULE_UNKNOWN:
		return SSPR_SYSTEM;
	default:
		return SSPR_PASSWORD;
	}
}

static enum sspr_err
run_stack(pam_handle_t *h, const struct converse *c, int *last)
{
	enum sspr_err e;

	*last = pam_authenticate(h, PAM_DISALLOW_NULL_AUTHTOK);
	/* A guess that was judged stays one, whoever has left meanwhile. */
	if (c->given == 0 && c->err != SSPR_OK)
		return c->err;
	if ((e = judge_auth(*last)) != SSPR_OK)
		return e;
	if (c->given == 0)
		return SSPR_CONFIG;
	if (c->err != SSPR_OK)
		return c->err;
	*last = pam_acct_mgmt(h, PAM_DISALLOW_NULL_AUTHTOK);
	if (*last != PAM_SUCCESS && *last != PAM_NEW_AUTHTOK_REQD)
		return SSPR_ACCOUNT;
	return SSPR_OK;
}

enum sspr_err
check_run(const char *service, const char *name, struct relay *r)
{
	struct converse c = { .relay = r, .job = PROTO_CHECK };
	const struct pam_conv conv = { converse_pam, &c };
	pam_handle_t *h = NULL;
	int rc = PAM_SUCCESS;
	enum sspr_err e;

	if ((e = converse_ask_current(&c)) != SSPR_OK)
		goto out;
	e = SSPR_SYSTEM;
	if (pam_start(service, name, &conv, &h) != PAM_SUCCESS)
		goto out;
	e = run_stack(h, &c, &rc);
	(void)pam_end(h, rc); /* it has nothing to say that we could use */
out:
	converse_wipe(&c);
	return e;
}
