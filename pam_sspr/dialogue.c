/* SPDX-License-Identifier: MIT */
/*
 * sshd gives junk of the same length for what an unknown user types, so an
 * answer MUST count by its length in bytes alone, never by its content.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dialogue.h"
#include "paths.h"
#include "talk.h"

#define DELAY_MAX_MS 12000
#define ALARM_S      (PROMPT_TIME_S + 120) /* the last prompt, and a worker */

/* R-PAM-5: an offer is there at once or not at all. */
static const struct talk_limits offer_limits = { .first_ms = 1000,
	.step_ms = 1000,
	.worker_ms = 1000 };
static const struct talk_limits reset_limits = { .first_ms = 5000,
	.step_ms = 5000,
	.worker_ms = 35000 };

static enum sspr_err
keep_offer(void *arg, const struct proto_offer *offer)
{
	struct proto_offer *kept = arg;

	if (*kept->prompt != '\0' || *offer->prompt == '\0')
		return SSPR_MALFORMED;
	*kept = *offer;
	return SSPR_OK;
}

static enum sspr_err
fetch_offer(const struct proto_hello *hello, struct proto_offer *offer)
{
	struct talk_host host = { .arg = offer, .offer = keep_offer };
	struct proto_hello h = *hello;
	struct proto_end end;
	enum sspr_err e;

	h.verb = VERB_OFFER;
	e = talk_run(PATH_SOCKET, &h, &host, &offer_limits, &end);
	if (e != SSPR_OK)
		return e;
	return end.result == SSPR_OK && *offer->prompt != '\0' ? SSPR_OK
							       : SSPR_NO_OFFER;
}

static void
wait_ms(uint32_t ms)
{
	struct timespec t = { 0 };
	uint64_t ns;

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail */
	ns = (uint64_t)t.tv_nsec + (uint64_t)ms * 1000000;
	t.tv_sec += (time_t)(ns / 1000000000);
	t.tv_nsec = (long)(ns % 1000000000);
	while (
	    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
		;
}

static enum sspr_err
make_offer(struct prompt *p, const struct proto_offer *offer)
{
	const char *texts[] = { offer->prompt, offer->again };
	struct secret answer = { 0 };
	enum sspr_err e;
	uint16_t len;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if ((e = prompt_ask(p, true, texts[i], &answer)) != SSPR_OK)
			return e;
		len = answer.len;
		secret_wipe(&answer);
		if (len >= DIALOGUE_WORD_MIN && len <= DIALOGUE_WORD_MAX)
			return SSPR_OK;
		if (len == 0)
			break;
	}
	return SSPR_CANCELLED;
}

/* Point elsewhere; whatever is typed, nothing starts (story 18). */
static enum sspr_err
refer(struct prompt *p, const struct proto_offer *offer)
{
	const struct talk_host host = prompt_host(p);
	struct secret answer = { 0 };
	enum sspr_err e = prompt_ask(p, true, offer->prompt, &answer);

	secret_wipe(&answer);
	if (e == SSPR_OK && *offer->again != '\0')
		(void)host.show(p, PROTO_INFO, offer->again); /* or not */
	return SSPR_CANCELLED;
}

/* Push a pending alarm out; returns the seconds it had left, 0 if none. */
static unsigned int
alarm_defer(const char *service)
{
	unsigned int left;

	if (strcmp(service, "login") != 0)
		return 0;
	if ((left = alarm(ALARM_S)) == 0)
		(void)alarm(0); /* there was none, so there is none */
	return left;
}

static void
alarm_restore(unsigned int left)
{
	unsigned int ahead;

	if (left == 0)
		return;
	ahead = ALARM_S - alarm(0);
	(void)alarm(left > ahead ? left - ahead : 1); /* ours is gone */
}

/* The last words where the daemon cannot have them. */
static void
tell(struct prompt *p, enum sspr_err e)
{
	struct secret answer = { 0 };
	char text[PROTO_TEXT_MAX];

	(void)snprintf(text, sizeof(text),
	    "\nReset not completed: %s (SSPR-%02d). %s Press Enter: ",
	    err_text(e), (int)e,
	    e == SSPR_UNCERTAIN ? "Try the new one, then the old one."
				: "Nothing was changed.");
	(void)prompt_ask(p, true, text, &answer); /* nothing hangs on it */
	secret_wipe(&answer);
}

enum sspr_err
dialogue_offer(struct prompt *p, const struct proto_hello *hello)
{
	struct proto_offer offer = { 0 };
	enum sspr_err e;

	if ((e = fetch_offer(hello, &offer)) != SSPR_OK)
		return e;
	wait_ms(offer.delay_ms < DELAY_MAX_MS ? offer.delay_ms : DELAY_MAX_MS);
	return offer.refer == 1 ? refer(p, &offer) : make_offer(p, &offer);
}

enum sspr_err
dialogue_reset(struct prompt *p, const struct proto_hello *hello)
{
	struct talk_host host = prompt_host(p);
	struct proto_hello h = *hello;
	struct proto_end end = { 0 };
	unsigned int asks = p->asks, left;
	enum sspr_err e;

	h.verb = VERB_RESET;
	left = alarm_defer(h.service);
	e = talk_run(PATH_SOCKET, &h, &host, &reset_limits, &end);
	if (e != SSPR_OK)
		asks = p->asks;
	else
		e = (enum sspr_err)end.result;
	if (e != SSPR_OK && p->asks == asks)
		tell(p, e);
	alarm_restore(left);
	return e;
}
