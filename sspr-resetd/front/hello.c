/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "front/hello.h"

static void
blank_hints(struct proto_hello *h)
{
	memset(h->service, 0, sizeof(h->service));
	memset(h->rhost, 0, sizeof(h->rhost));
	memset(h->tty, 0, sizeof(h->tty));
}

/* Whether a verb of this kind may come from there. */
static bool
is_theirs(enum proto_who who, const struct hello_peer *peer)
{
	switch (who) {
	case PROTO_DESK:
		return peer->at_desk;
	case PROTO_OWNER:
		return !peer->at_desk && peer->uid != 0;
	case PROTO_ANY:
		return !peer->at_desk;
	}
	return false;
}

enum sspr_err
hello_judge(const struct conf *conf, const struct hello_peer *peer,
    struct proto_hello *h, struct source *s)
{
	const struct proto_verb_row *row = proto_verb_row(h->verb);

	if (peer->uid != 0)
		blank_hints(h);
	source_read(peer->uid, h->rhost, h->tty, false, conf->consoles,
	    conf->source_shared, s);
	if (row == NULL || !is_theirs(row->who, peer))
		return SSPR_NOT_YOURS;
	if (row->verb == VERB_RESET && peer->uid == 0 &&
	    conf->offer_mode == CONF_MODE_REFER)
		return SSPR_ACCOUNT;
	return SSPR_OK;
}

uint32_t
hello_seats(const struct conf *conf, const struct source *s)
{
	return s->shared ? conf->shared_conversations
			 : conf->conversations_per_source;
}

bool
hello_refusal(const struct conf *conf, enum sspr_err why, enum proto_verb verb,
    struct proto_show *show)
{
	static_assert(SSPR_SOURCE == 21 && SSPR_ACCOUNT == 26);

	if (verb == VERB_OFFER || (why != SSPR_SOURCE && why != SSPR_ACCOUNT))
		return false;
	memset(show, 0, sizeof(*show));
	show->style = PROTO_ERROR;
	if (why == SSPR_SOURCE)
		snprintf(show->text, sizeof(show->text),
		    "Too many conversations from this address. Try again in "
		    "a minute. (SSPR-21)");
	else
		snprintf(show->text, sizeof(show->text),
		    "Passwords are not reset on this machine. %s%s (SSPR-26)",
		    *conf->offer_refer != '\0' ? "Reset it with: "
					       : "Ask your administrator.",
		    conf->offer_refer);
	return true;
}
