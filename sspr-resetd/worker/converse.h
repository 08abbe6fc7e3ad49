/* SPDX-License-Identifier: MIT */
/*
 * converse.h - the pam_conv(3) of a worker: what of the stack's questions
 * reaches the person, and what of the answers reaches the stack.
 */
#ifndef WORKER_CONVERSE_H
#define WORKER_CONVERSE_H

#include <stdbool.h>

#include "err.h"
#include "proto.h"
#include "secret.h"
#include "worker/relay.h"

struct pam_message;
struct pam_response;
struct password_policy;

/* One PAM transaction; zero what is not set.  converse_wipe() it. */
struct converse {
	struct relay *relay;
	enum proto_job job;
	const struct password_policy *policy; /* of a change */
	/*
	 * A change: the password is typed twice and about to be given to the
	 * stack.  Anything but SSPR_OK keeps it back and ends the transaction.
	 */
	enum sspr_err (*agreed)(void *arg);
	void *arg;

	/* What came of it. */
	struct secret password; /* as typed and given to the stack */
	unsigned int given;     /* prompts answered */
	bool complained;        /* an error was shown: it may start again */
	bool refused;           /* a prompt was refused */
	enum sspr_err err;      /* why no one is there to ask, or SSPR_OK */
};

/*
 * Ask for the current password, before the stack of a check is started: who
 * goes away without an answer has not failed to log in, and pam_faillock must
 * not count it.  The stack's one prompt for it is answered with this.
 *
 * Errors as relay_ask(); SSPR_MALFORMED also for a NUL inside.
 */
enum sspr_err converse_ask_current(struct converse *c);

/*
 * The callback; c is a struct converse.  Allocates *out, which the stack
 * frees.  Returns PAM_SUCCESS, PAM_CONV_ERR or PAM_BUF_ERR.
 */
int converse_pam(int n, const struct pam_message **in,
    struct pam_response **out, void *c);

/* Whether a prompt without echo asks for a new password, and nothing else. */
bool converse_wants_new(const char *prompt);

/* Whether it asks for the account's current password, and nothing else. */
bool converse_wants_current(const char *prompt);

/* Zero what was typed. */
void converse_wipe(struct converse *c);

#endif /* WORKER_CONVERSE_H */
