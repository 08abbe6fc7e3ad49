/* SPDX-License-Identifier: MIT */
/* links: libsspr/whole.c */
/* links: sspr-resetd/worker/converse.c sspr-resetd/worker/password.c */
/* links: sspr-resetd/worker/banned.c sspr-resetd/worker/fold.c */
/* links: libsspr/text.c libsspr/secret.c -lpam */
/*
 * A stack says anything, a person answers anything; the policy at the head of
 * converse.c holds.  The relay between them is this file.
 *
 * The input is a list of chunks: u8 what | u8 length | that many bytes.  The
 * first says which job it is; then the stack takes one for each message, and
 * the person one for each question.
 */
#include <security/pam_appl.h>
#include <stdlib.h>
#include <string.h>

#include "worker/converse.h"
#include "worker/password.h"

#define STEPS 64
#define CHECK(cond)              \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct chunk {
	uint8_t what;
	size_t len;
	char text[512]; /* NUL-terminated, but may have a NUL inside */
};

static const uint8_t *at;
static size_t left;

/* What has happened in this transaction. */
static struct {
	struct converse *c;
	struct secret last; /* what the person answered last */
	bool gone;          /* a question or a text failed */
	unsigned int agreed, given;
	bool refused, complained;
} seen;

static const char *const prompts[] = { "New password: ",
	"Retype new password: ", "Password: ", "Current password: ",
	"LDAP administrator password: ", "(current) UNIX password: ",
	"New PIN: " };

static const struct password_policy policy = { .name = "alice",
	.site_names = "contoso" };

#define PROMPTS (sizeof(prompts) / sizeof(prompts[0]))

static bool
next(struct chunk *k)
{
	size_t len;

	if (left < 2)
		return false;
	k->what = at[0];
	len = at[1] < left - 2 ? at[1] : left - 2;
	memcpy(k->text, at + 2, len);
	k->text[len] = '\0';
	k->len = len;
	at += 2 + len;
	left -= 2 + len;
	return true;
}

static enum sspr_err
fail(void)
{
	seen.gone = true;
	return SSPR_GONE;
}

enum sspr_err
relay_show(struct relay *r, enum proto_style style, const char *text)
{
	(void)r;
	(void)style;
	(void)text;
	CHECK(!seen.gone && !seen.refused);
	return left > 0 && *at == 0xff ? fail() : SSPR_OK;
}

enum sspr_err
relay_ask(struct relay *r, bool echo, const char *prompt, struct secret *answer)
{
	struct chunk k;

	(void)r;
	CHECK(!seen.gone && !seen.refused && !seen.complained);
	CHECK(echo || converse_wants_new(prompt) || seen.c->job == PROTO_CHECK);
	if (!next(&k) || k.what == 0xff)
		return fail();
	/* A fuzzer will not find the same password twice by itself. */
	if (k.what % 2 == 1 && seen.given == 1)
		*answer = seen.last;
	else if (secret_set(answer, k.text, k.len) != SSPR_OK)
		abort();
	if (!echo)
		seen.last = *answer;
	return SSPR_OK;
}

static enum sspr_err
on_agreed(void *arg)
{
	(void)arg;
	CHECK(seen.agreed == 0);
	seen.agreed++;
	return left > 0 && *at == 0xfe ? SSPR_ACCOUNT : SSPR_OK;
}

/* The stack was given this for that prompt. */
static void
expect_allowed(const char *prompt, const char *resp)
{
	const struct converse *c = seen.c;

	CHECK(!seen.refused && !seen.complained && !seen.gone);
	CHECK(strlen(resp) == seen.last.len &&
	    memcmp(resp, seen.last.at, seen.last.len) == 0);
	seen.given++;
	if (c->job == PROTO_CHECK) {
		CHECK(seen.given == 1 && converse_wants_current(prompt));
		return;
	}
	CHECK(seen.given <= 2 && converse_wants_new(prompt));
	CHECK(password_fault(&seen.last, &policy) == NULL);
	CHECK(seen.agreed == seen.given - 1);
	CHECK(seen.given == 1 || password_too_short(&seen.last) == NULL);
	CHECK(strcmp(resp, (const char *)c->password.at) == 0);
}

static void
say(const struct chunk *k)
{
	const int style = k->what % 6;
	const struct pam_message m = { style,
		k->len == 1 ? prompts[(uint8_t)k->text[0] % PROMPTS]
			    : k->text };
	const struct pam_message *in = &m;
	struct pam_response *out = NULL;

	if (converse_pam(1, &in, &out, seen.c) == PAM_SUCCESS) {
		CHECK((out[0].resp != NULL) == (style == PAM_PROMPT_ECHO_OFF));
		CHECK(style >= PAM_PROMPT_ECHO_OFF && style <= PAM_TEXT_INFO &&
		    style != PAM_PROMPT_ECHO_ON);
		if (out[0].resp != NULL)
			expect_allowed(m.msg, out[0].resp);
		free(out[0].resp);
		free(out);
	} else
		CHECK(out == NULL);
	CHECK(!seen.refused || seen.c->refused);
	CHECK(!seen.complained || seen.c->complained);
	seen.refused = seen.c->refused;
	seen.complained = seen.c->complained;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct converse c = { .policy = &policy, .agreed = on_agreed };
	struct chunk k;

	at = data;
	left = size;
	memset(&seen, 0, sizeof(seen));
	seen.c = &c;
	if (!next(&k))
		return 0;
	c.job = k.what % 2 == 0 ? PROTO_CHANGE : PROTO_CHECK;
	if (c.job == PROTO_CHECK && converse_ask_current(&c) != SSPR_OK) {
		converse_wipe(&c);
		return 0;
	}
	for (int i = 0; i < STEPS && next(&k); i++)
		say(&k);
	CHECK(c.given == seen.given);
	converse_wipe(&c);
	CHECK(c.password.len == 0);
	return 0;
}
