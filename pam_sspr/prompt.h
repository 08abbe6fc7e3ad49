/* SPDX-License-Identifier: MIT */
/*
 * prompt.h - the host's PAM conversation behind the callbacks of talk.h.
 */
#ifndef SSPR_PROMPT_H
#define SSPR_PROMPT_H

#include <security/pam_modules.h>
#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "secret.h"
#include "talk.h"

#define PROMPT_TIME_S 900 /* no prompt is begun later than this */
#define PROMPT_ASKS   200 /* nor are there more than this many */

/* One dialogue with a person, from the offer to the last words. */
struct prompt {
	pam_handle_t *pamh;
	bool echoes;       /* refuse the password as an answer (R-PAM-3) */
	bool opened;       /* an echo-on prompt was answered (R-PAM-4) */
	bool broken;       /* the conversation failed: never use it again */
	unsigned int asks; /* so far */
	int64_t begun;     /* seconds, CLOCK_MONOTONIC */
};

/* Begin.  echoes: the host may give the refused password to any prompt. */
void prompt_init(struct prompt *p, pam_handle_t *pamh, bool echoes);

/*
 * Ask for one line.  The first must be with echo.
 *
 * Returns SSPR_OK, or SSPR_CANCELLED, for good, if the host would not ask,
 * gave no answer, one above SECRET_MAX bytes, the refused password, or if the
 * time or the number of prompts ran out.
 */
enum sspr_err prompt_ask(struct prompt *p, bool echo, const char *text,
    struct secret *answer);

/* talk's host: its show and ask, on p.  It takes nothing else. */
struct talk_host prompt_host(struct prompt *p);

#endif /* SSPR_PROMPT_H */
