/* SPDX-License-Identifier: MIT */
/*
 * A response MUST be wiped before it is freed, and is freed here only.  After
 * a conversation that failed, what it left is the host's: it is not touched.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "prompt.h"

static int64_t
now_s(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail */
	return t.tv_sec;
}

/* Hand one message to the host; *resp is the caller's to give back. */
static enum sspr_err
converse(pam_handle_t *pamh, int style, const char *text,
    struct pam_response **resp)
{
	const struct pam_message m = { .msg_style = style, .msg = text };
	const struct pam_message *mp = &m;
	const struct pam_conv *conv;
	struct pam_response *r = NULL;
	const void *item = NULL;

	if (pam_get_item(pamh, PAM_CONV, &item) != PAM_SUCCESS || item == NULL)
		return SSPR_CANCELLED;
	conv = item;
	if (conv->conv == NULL ||
	    conv->conv(1, &mp, &r, conv->appdata_ptr) != PAM_SUCCESS)
		return SSPR_CANCELLED;
	*resp = r;
	return SSPR_OK;
}

static void
give_back(struct pam_response *resp)
{
	if (resp == NULL)
		return;
	if (resp->resp != NULL)
		secret_zero(resp->resp, strlen(resp->resp));
	free(resp->resp);
	free(resp);
}

static bool
is_password(const struct prompt *p, const struct secret *s)
{
	const void *item = NULL;
	const char *password;

	if (!p->echoes || s->len == 0 ||
	    pam_get_item(p->pamh, PAM_AUTHTOK, &item) != PAM_SUCCESS ||
	    item == NULL)
		return false;
	password = item;
	return strlen(password) == s->len &&
	    secret_equal(password, s->at, s->len);
}

static enum sspr_err
ask(struct prompt *p, bool echo, const char *text, struct secret *answer)
{
	struct pam_response *resp = NULL;
	enum sspr_err e;

	if ((!echo && !p->opened) || p->asks >= PROMPT_ASKS ||
	    now_s() - p->begun >= PROMPT_TIME_S)
		return SSPR_CANCELLED;
	p->asks++;
	e = converse(p->pamh, echo ? PAM_PROMPT_ECHO_ON : PAM_PROMPT_ECHO_OFF,
	    text, &resp);
	if (e != SSPR_OK)
		return e;
	if (resp == NULL || resp->resp == NULL ||
	    secret_set(answer, resp->resp, strlen(resp->resp)) != SSPR_OK)
		e = SSPR_CANCELLED;
	give_back(resp);
	if (e == SSPR_OK && is_password(p, answer)) {
		secret_wipe(answer);
		e = SSPR_CANCELLED;
	}
	p->opened = p->opened || e == SSPR_OK;
	return e;
}

static enum sspr_err
on_ask(void *arg, bool echo, const char *text, struct secret *answer)
{
	return prompt_ask(arg, echo, text, answer);
}

static enum sspr_err
on_show(void *arg, enum proto_style style, const char *text)
{
	struct prompt *p = arg;
	struct pam_response *resp = NULL;
	enum sspr_err e = SSPR_CANCELLED;

	if (!p->broken && p->opened)
		e = converse(p->pamh,
		    style == PROTO_ERROR ? PAM_ERROR_MSG : PAM_TEXT_INFO, text,
		    &resp);
	give_back(resp);
	p->broken = e != SSPR_OK;
	return e;
}

void
prompt_init(struct prompt *p, pam_handle_t *pamh, bool echoes)
{
	*p =
	    (struct prompt){ .pamh = pamh, .echoes = echoes, .begun = now_s() };
}

enum sspr_err
prompt_ask(struct prompt *p, bool echo, const char *text, struct secret *answer)
{
	enum sspr_err e = SSPR_CANCELLED;

	if (!p->broken)
		e = ask(p, echo, text, answer);
	p->broken = e != SSPR_OK;
	return e;
}

struct talk_host
prompt_host(struct prompt *p)
{
	return (struct talk_host){ .arg = p, .show = on_show, .ask = on_ask };
}
