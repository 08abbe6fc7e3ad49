/* SPDX-License-Identifier: MIT */
/*
 * The policy of a change (PLATFORM: pam_unix chauthtok as root).  It MUST
 *
 *  - answer only prompts without echo for a new password, never one for the
 *    directory's administrator, and at most two in a transaction;
 *  - refuse every prompt that comes after an error message, or a module
 *    without enforce_for_root takes the weak password at the second prompt;
 *  - give the second answer to the stack only if it equals the first, so
 *    that what is verified afterwards is what was typed;
 *  - keep to itself what modules say after our own refusal ("Password change
 *    has been aborted.");
 *  - once the person is gone, ask nothing more.
 *
 * A check answers one prompt without echo for the current password.
 */
#include <ctype.h>
#include <security/pam_appl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "worker/converse.h"
#include "worker/password.h"

#define PROMPT_LEN 256 /* bytes of a prompt that are looked at, with NUL */
#define KEEP_TRIES 5   /* answers but yes and no, and passwords not kept */

#define KEEP_PROMPT                                                         \
	"Your password has a character that some keyboards cannot type at " \
	"login. Keep it? yes/no: "
#define MISMATCH       "Sorry, passwords do not match."
#define CURRENT_PROMPT "Current password: "

/* Words that make a prompt one that is not for the person. */
static const char *const not_new[] = { "current", "old", "admin",
	"administrator", "root", "manager", NULL };
static const char *const not_current[] = { "new", "admin", "administrator",
	"root", "manager", "code", "token", "one-time", "retype", NULL };

/* Whether the text, in lower case, has the word as a word of its own. */
static bool
has_word(const char *text, const char *word)
{
	const size_t len = strlen(word);
	const char *p = text;

	for (; (p = strstr(p, word)) != NULL; p++)
		if ((p == text || !isalnum((unsigned char)p[-1])) &&
		    !isalnum((unsigned char)p[len]))
			return true;
	return false;
}

static bool
has_any(const char *text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (has_word(text, *words))
			return true;
	return false;
}

/* False for a prompt that is too long to be looked at. */
static bool
lower(const char *text, char out[static PROMPT_LEN])
{
	const size_t len = strlen(text);

	if (len >= PROMPT_LEN)
		return false;
	for (size_t i = 0; i <= len; i++)
		out[i] = (char)tolower((unsigned char)text[i]);
	return true;
}

bool
converse_wants_new(const char *prompt)
{
	char text[PROMPT_LEN];

	return lower(prompt, text) && has_word(text, "new") &&
	    has_word(text, "password") && !has_any(text, not_new);
}

bool
converse_wants_current(const char *prompt)
{
	char text[PROMPT_LEN];

	return lower(prompt, text) && has_word(text, "password") &&
	    !has_any(text, not_current);
}

static bool
is_word(const struct secret *s, const char *word)
{
	return strcasecmp((const char *)s->at, word) == 0;
}

/* A password with rare characters: *keep is what its owner wants. */
static enum sspr_err
ask_keep(struct converse *c, bool *keep)
{
	struct secret answer = { .len = 0 };
	enum sspr_err e = SSPR_OK;
	bool yes = false, no = false;

	for (int i = 0; i < KEEP_TRIES && e == SSPR_OK && !yes && !no; i++) {
		if ((e = relay_ask(c->relay, true, KEEP_PROMPT, &answer)) ==
		    SSPR_OK) {
			yes = is_word(&answer, "yes") || is_word(&answer, "y");
			no = is_word(&answer, "no") || is_word(&answer, "n");
		}
	}
	secret_wipe(&answer);
	if (e == SSPR_OK)
		*keep = yes;
	return e;
}

/* Say what is wrong; the transaction is to start again. */
static enum sspr_err
complain(struct converse *c, const char *text)
{
	enum sspr_err e = relay_show(c->relay, PROTO_ERROR, text);

	return e == SSPR_OK ? SSPR_WEAK : e;
}

/* The first prompt of a change. */
static enum sspr_err
ask_first(struct converse *c, const char *prompt)
{
	const char *fault;
	enum sspr_err e;
	bool keep = false;

	for (int i = 0; i < KEEP_TRIES && !keep; i++) {
		if ((e = relay_ask(c->relay, false, prompt, &c->password)) !=
		    SSPR_OK)
			return e;
		if ((fault = password_fault(&c->password, c->policy)) != NULL)
			return complain(c, fault);
		keep = true;
		if (password_is_rare(&c->password) &&
		    (e = ask_keep(c, &keep)) != SSPR_OK)
			return e;
	}
	return keep ? SSPR_OK : SSPR_WEAK;
}

/* The second; after it the stack has all it needs. */
static enum sspr_err
ask_again(struct converse *c, const char *prompt)
{
	const char *fault = password_too_short(&c->password);
	struct secret answer = { .len = 0 };
	enum sspr_err e;
	bool same;

	if (fault != NULL)
		return complain(c, fault);
	if ((e = relay_ask(c->relay, false, prompt, &answer)) != SSPR_OK)
		return e;
	same = answer.len == c->password.len &&
	    secret_equal(answer.at, c->password.at, answer.len);
	secret_wipe(&answer);
	return same ? c->agreed(c->arg) : complain(c, MISMATCH);
}

enum sspr_err
converse_ask_current(struct converse *c)
{
	enum sspr_err e;

	if ((e = relay_ask(c->relay, false, CURRENT_PROMPT, &c->password)) !=
	    SSPR_OK)
		return e;
	return memchr(c->password.at, '\0', c->password.len) == NULL
	    ? SSPR_OK
	    : SSPR_MALFORMED;
}

/* SSPR_DENIED: this prompt is none that we answer. */
static enum sspr_err
ask(struct converse *c, const char *prompt)
{
	if (c->complained || c->refused)
		return SSPR_DENIED;
	if (c->job == PROTO_CHECK)
		return c->given == 0 && converse_wants_current(prompt)
		    ? SSPR_OK
		    : SSPR_DENIED;
	if (c->given > 1 || !converse_wants_new(prompt))
		return SSPR_DENIED;
	return c->given == 0 ? ask_first(c, prompt) : ask_again(c, prompt);
}

static int
answer(struct converse *c, const char *prompt, char **resp)
{
	enum sspr_err e = c->err != SSPR_OK ? c->err : ask(c, prompt);

	if (e == SSPR_OK) {
		c->given++;
		*resp = strdup((const char *)c->password.at);
		return *resp != NULL ? PAM_SUCCESS : PAM_BUF_ERR;
	}
	c->refused = true;
	if (e == SSPR_WEAK)
		c->complained = true;
	else if (e != SSPR_DENIED)
		c->err = e;
	return PAM_CONV_ERR;
}

static int
show(struct converse *c, enum proto_style style, const char *text)
{
	if (c->refused)
		return PAM_SUCCESS;
	if (style == PROTO_ERROR)
		c->complained = true;
	if (c->err == SSPR_OK)
		c->err = relay_show(c->relay, style, text);
	return c->err == SSPR_OK ? PAM_SUCCESS : PAM_CONV_ERR;
}

static int
serve(struct converse *c, const struct pam_message *m, char **resp)
{
	if (m->msg == NULL)
		return PAM_CONV_ERR;
	switch (m->msg_style) {
	case PAM_PROMPT_ECHO_OFF:
		return answer(c, m->msg, resp);
	case PAM_ERROR_MSG:
		return show(c, PROTO_ERROR, m->msg);
	case PAM_TEXT_INFO:
		return show(c, PROTO_INFO, m->msg);
	default:
		c->refused = true;
		return PAM_CONV_ERR;
	}
}

int
converse_pam(int n, const struct pam_message **in, struct pam_response **out,
    void *c)
{
	struct pam_response *all;
	int rc = PAM_SUCCESS;

	if (n <= 0 || n > PAM_MAX_NUM_MSG)
		return PAM_CONV_ERR;
	if ((all = calloc((size_t)n, sizeof(*all))) == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < n && rc == PAM_SUCCESS; i++)
		rc = serve(c, in[i], &all[i].resp);
	if (rc == PAM_SUCCESS) {
		*out = all;
		return PAM_SUCCESS;
	}
	for (int i = 0; i < n; i++)
		if (all[i].resp != NULL) {
			secret_zero(all[i].resp, strlen(all[i].resp));
			free(all[i].resp);
		}
	free(all);
	return rc;
}

void
converse_wipe(struct converse *c)
{
	secret_wipe(&c->password);
}
