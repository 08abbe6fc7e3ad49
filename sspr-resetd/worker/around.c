/* SPDX-License-Identifier: MIT */
/*
 * What is asked here is asked of a person who has proved everything, so words
 * may be told apart by their content.  Whatever cannot be found out is not
 * offered; an answer that is not understood is asked for once more and is then
 * the one that changes less.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "conf.h"
#include "log.h"
#include "paths.h"
#include "proto.h"
#include "worker/around.h"

#define BLANKS " \t"

static const struct pamd_place pamd = {
	.dirs = { PAMD_DIR, PAMD_VENDOR },
	.modules = PAMD_MODULES,
};

static const struct around_place host = {
	.tally = { .program = TALLY_PROGRAM,
	    .conf = TALLY_CONF,
	    .pamd = &pamd,
	    .ms = TALLY_MS },
	.wrapped = { .pamd = &pamd,
	    .homed = WRAPPED_HOMED,
	    .ecryptfs = WRAPPED_ECRYPTFS },
	.sessions = { .dir = SESSIONS_DIR, .program = SESSIONS_PROGRAM },
};

static const struct around_place *
place_of(const struct around *a)
{
	return a->place != NULL ? a->place : &host;
}

enum sspr_err
around_check(const struct around *a, const char **why)
{
	return wrapped_check(&place_of(a)->wrapped, a->name, a->uid, a->wrapped,
	    why);
}

/* Whether the answer is the word, with or without blanks around it. */
static bool
is_word(const struct secret *answer, const char *word)
{
	const char *at = (const char *)answer->at;
	const size_t len = strlen(word);

	at += strspn(at, BLANKS);
	return strncasecmp(at, word, len) == 0 &&
	    at[len + strspn(at + len, BLANKS)] == '\0';
}

/* Ask whether to; *yes if the word was typed, and not Enter or no. */
static enum sspr_err
ask(struct relay *r, const char *prompt, const char *word, bool *yes)
{
	char again[PROTO_TEXT_MAX + 1];
	struct secret answer = { .len = 0 };
	bool is = false, known = false;
	enum sspr_err e = SSPR_OK;

	snprintf(again, sizeof(again), "Not understood. %s", prompt);
	for (int i = 0; i < 2 && !known && e == SSPR_OK; i++) {
		e = relay_ask(r, true, i == 0 ? prompt : again, &answer);
		if (e != SSPR_OK)
			break;
		is = is_word(&answer, word);
		known = is || is_word(&answer, "") || is_word(&answer, "no");
	}
	secret_wipe(&answer);
	if (e == SSPR_OK)
		*yes = is;
	return e;
}

static enum sspr_err
clear(const struct around *a)
{
	enum sspr_err e;
	bool cleared;

	e = tally_clear(&place_of(a)->tally, a->name, &cleared);
	if (e != SSPR_OK)
		log_err("uid %u: the wrong passwords that pam_faillock has "
			"counted are not cleared: %s",
		    a->uid, err_text(e));
	else if (cleared)
		log_info("uid %u: the wrong passwords that pam_faillock has "
			 "counted are cleared",
		    a->uid);
	return e;
}

static enum sspr_err
offer_unlock(const struct around *a, struct relay *r)
{
	char prompt[PROTO_TEXT_MAX + 1];
	bool locked, unlock;
	enum sspr_err e;

	e = tally_is_locked(&place_of(a)->tally, a->name, &locked);
	if (e != SSPR_OK) {
		log_warn("uid %u: what pam_faillock has counted is not known: "
			 "%s",
		    a->uid, err_text(e));
		return SSPR_OK;
	}
	if (!locked)
		return SSPR_OK;
	snprintf(prompt, sizeof(prompt),
	    "%s is locked after too many wrong passwords. Type unlock to keep "
	    "the old password and unlock it, or press Enter to choose a new "
	    "password: ",
	    a->name);
	if ((e = ask(r, prompt, "unlock", &unlock)) != SSPR_OK || !unlock)
		return e;
	return clear(a) == SSPR_OK ? SSPR_UNLOCKED : SSPR_SYSTEM;
}

static enum sspr_err
warn_lost(const struct wrapped *w, struct relay *r)
{
	char text[PROTO_TEXT_MAX + 1];
	enum sspr_err e;
	bool yes;

	snprintf(text, sizeof(text),
	    "On this machine some data opens only with the old password of its "
	    "owner: %s. Yours, if you have any, stays shut after a reset. Ask "
	    "your administrator if you are not sure.",
	    w->lost);
	if ((e = relay_show(r, PROTO_INFO, text)) != SSPR_OK)
		return e;
	e = ask(r, "Type yes to go on, or Enter to stop: ", "yes", &yes);
	if (e != SSPR_OK)
		return e;
	return yes ? SSPR_OK : SSPR_CANCELLED;
}

static enum sspr_err
warn(const struct around *a, struct relay *r)
{
	char text[PROTO_TEXT_MAX + 1];
	enum sspr_err e;
	struct wrapped w;

	if ((e = wrapped_find(&place_of(a)->wrapped, &w)) != SSPR_OK) {
		log_err("uid %u: the services of PAM cannot be read: %s",
		    a->uid, err_text(e));
		return e;
	}
	if (w.lost[0] != '\0' && (e = warn_lost(&w, r)) != SSPR_OK)
		return e;
	if (w.asked[0] == '\0')
		return SSPR_OK;
	snprintf(text, sizeof(text),
	    "Later, %s may ask for the old password once more, or has to be "
	    "made anew.",
	    w.asked);
	return relay_show(r, PROTO_INFO, text);
}

static enum sspr_err
ask_sessions(struct around *a, struct relay *r)
{
	char prompt[PROTO_TEXT_MAX + 1];

	a->end = a->sessions == CONF_END_YES;
	if (a->sessions != CONF_END_ASK ||
	    !sessions_exist(&place_of(a)->sessions, a->uid))
		return SSPR_OK;
	snprintf(prompt, sizeof(prompt),
	    "%s is logged in on this machine. End those sessions after the "
	    "change, in case somebody else is in? yes/no (Enter = no): ",
	    a->name);
	return ask(r, prompt, "yes", &a->end);
}

enum sspr_err
around_before(struct around *a, struct relay *r)
{
	enum sspr_err e;

	a->end = false;
	if (a->offer && (e = offer_unlock(a, r)) != SSPR_OK)
		return e;
	if ((e = warn(a, r)) != SSPR_OK)
		return e;
	return ask_sessions(a, r);
}

void
around_after(const struct around *a)
{
	const struct sessions_place *sessions = &place_of(a)->sessions;
	enum sspr_err e;

	if (a->clear)
		(void)clear(a); /* it has logged why */
	if (!a->end || !sessions_exist(sessions, a->uid))
		return;
	if ((e = sessions_end(sessions, a->uid)) == SSPR_OK)
		log_info("uid %u: its sessions are ended", a->uid);
	else
		log_err("uid %u: its sessions are not ended: %s", a->uid,
		    err_text(e));
}
