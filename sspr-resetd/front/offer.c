/* SPDX-License-Identifier: MIT */
/*
 * offer.c - who is offered a reset.
 *
 * The table MUST NOT grow, and one source MUST NOT be able to push another
 * one's names out of it: names are kept below their source.  What is compared
 * is the strings themselves, so no two of them can be made to collide.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "front/offer.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Their prompts have room for 30 characters. */
static const char *const greeters[] = { "gdm-password", "lightdm", "sddm",
	"greetd" };

static struct offer_source *
source_of(struct offer *o, const char *source)
{
	struct offer_source *s = &o->sources[0];

	for (size_t i = 0; i < OFFER_SOURCES; i++)
		if (o->sources[i].used_ms != 0 &&
		    strcmp(o->sources[i].source, source) == 0)
			return &o->sources[i];
	for (size_t i = 1; i < OFFER_SOURCES; i++)
		if (o->sources[i].used_ms < s->used_ms)
			s = &o->sources[i];
	memset(s, 0, sizeof(*s));
	snprintf(s->source, sizeof(s->source), "%s", source);
	return s;
}

static struct offer_name *
name_of(struct offer_source *s, const char *user)
{
	struct offer_name *n = &s->names[0];

	for (size_t i = 0; i < OFFER_NAMES; i++)
		if (s->names[i].at_ms[0] != 0 &&
		    strcmp(s->names[i].user, user) == 0)
			return &s->names[i];
	for (size_t i = 1; i < OFFER_NAMES; i++)
		if (s->names[i].at_ms[0] < n->at_ms[0])
			n = &s->names[i];
	memset(n, 0, sizeof(*n));
	snprintf(n->user, sizeof(n->user), "%s", user);
	return n;
}

uint32_t
offer_count(struct offer *o, const char *source, const char *user,
    uint64_t now_ms, uint64_t window_ms)
{
	struct offer_source *s = source_of(o, source);
	struct offer_name *n = name_of(s, user);
	uint32_t count = 0;

	s->used_ms = now_ms;
	memmove(n->at_ms + 1, n->at_ms, sizeof(n->at_ms) - sizeof(n->at_ms[0]));
	n->at_ms[0] = now_ms;
	for (size_t i = 0; i < OFFER_TIMES; i++)
		if (n->at_ms[i] != 0 && now_ms - n->at_ms[i] < window_ms)
			count++;
	return count;
}

static bool
is_greeter(const char *service)
{
	for (size_t i = 0; i < COUNT(greeters); i++)
		if (strcmp(greeters[i], service) == 0)
			return true;
	return false;
}

static void
say_reset(bool brief, struct proto_offer *out)
{
	snprintf(out->prompt, sizeof(out->prompt), "%s",
	    brief ? "Enter, or type forgot: "
		  : "Wrong password. Press Enter to try again, or type forgot "
		    "to reset it: ");
	snprintf(out->again, sizeof(out->again), "%s",
	    brief ? "Enter, or type forgot: "
		  : "Not understood. Press Enter to try your password again, "
		    "or type forgot: ");
}

/* Where it is brief, the place comes after the answer. */
static void
say_refer(bool brief, const char *place, struct proto_offer *out)
{
	const char *with = *place != '\0' ? "Reset it with: " : "";
	const char *where =
	    *place != '\0' ? place : "Ask your administrator to reset it";

	out->refer = 1;
	if (!brief) {
		snprintf(out->prompt, sizeof(out->prompt),
		    "Wrong password. Forgot it? %s%s. Press Enter to try "
		    "again: ",
		    with, where);
		return;
	}
	snprintf(out->prompt, sizeof(out->prompt), "Forgot it? Press Enter: ");
	snprintf(out->again, sizeof(out->again), "%s%s", with, where);
}

void
offer_make(const char *service, const char *place, uint32_t delay_ms,
    uint32_t random, struct proto_offer *out)
{
	const uint64_t jitter = ((uint64_t)(delay_ms / 4) + 1) * random >> 32;
	const bool brief = is_greeter(service);

	memset(out, 0, sizeof(*out));
	out->delay_ms = delay_ms + (uint32_t)jitter;
	if (place != NULL)
		say_refer(brief, place, out);
	else
		say_reset(brief, out);
}
