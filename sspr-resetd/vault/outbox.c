/* SPDX-License-Identifier: MIT */
/*
 * outbox.c - messages that wait: queued, held, and what a start finds.
 *
 * What is TAKEN when we start MUST be dropped, for nobody knows how far it
 * came (R-DEL-4).
 */
#include "vault/outbox.h"
#include "log.h"
#include "vault/letter.h"
#include "vault/vault.h"

#define FOREVER (UINT64_MAX >> 1)

enum sspr_err
outbox_add(struct vault *v, struct record_message *m, uint64_t grant)
{
	struct store_message stored = { .grant = grant,
		.state = grant != 0 ? STORE_HELD : STORE_QUEUED,
		.due = vault_now(v) };
	enum sspr_err e;

	if ((e = letter_close(v->seal, m, &stored)) == SSPR_OK)
		e = store_add_message(v->store, &stored);
	return e;
}

void
outbox_alarm(struct vault *v, uint64_t id)
{
	alarm_raise(v, ALARM_ROW, 2, "",
	    "message %llu in the database was not written by us; it is dropped",
	    (unsigned long long)id);
}

/*
 * What a held message says once the outcome is known; for any other one
 * nothing was changed.
 */
static const struct telling {
	enum sspr_err outcome;
	enum notice_kind owner, admins;
} tellings[] = {
	{ SSPR_OK, NOTICE_RESET, NOTICE_ADMIN_RESET },
	{ SSPR_UNCERTAIN, NOTICE_RESET_UNSURE, NOTICE_ADMIN_RESET },
	{ SSPR_PARTLY, NOTICE_RESET_PARTLY, NOTICE_ADMIN_RESET },
	{ SSPR_UNLOCKED, NOTICE_RESET_UNLOCKED, NOTICE_ADMIN_UNLOCKED },
}, unchanged = { SSPR_NOT_CHANGED, NOTICE_RESET_NOT, NOTICE_ADMIN_RESET };

static uint8_t
told_of(uint8_t notice, enum sspr_err outcome)
{
	const struct telling *t = &unchanged;

	for (size_t i = 0; i < sizeof(tellings) / sizeof(tellings[0]); i++)
		if (tellings[i].outcome == outcome)
			t = &tellings[i];
	if (notice == NOTICE_RESET)
		return (uint8_t)t->owner;
	return notice == NOTICE_ADMIN_RESET ? (uint8_t)t->admins : notice;
}

/* Queue one that was held. */
static enum sspr_err
release(struct vault *v, struct store_message *m, enum sspr_err outcome)
{
	struct record_message r;
	enum sspr_err e;

	if (letter_open(v->seal, m, &r) != SSPR_OK) {
		outbox_alarm(v, m->id);
		return store_drop_message(v->store, m->id);
	}
	r.notice = told_of(r.notice, outcome);
	m->state = STORE_QUEUED;
	if ((e = letter_close(v->seal, &r, m)) != SSPR_OK)
		return e;
	m->due = vault_now(v);
	return store_set_message(v->store, m);
}

/* Release what is held for a grant, 0: for any. */
static enum sspr_err
release_all(struct vault *v, uint64_t grant, enum sspr_err outcome, size_t *n)
{
	struct store_message m = { .id = 0 };
	enum sspr_err e;

	while ((e = store_next_message(v->store, STORE_HELD, m.id, FOREVER,
		    &m)) == SSPR_OK) {
		if (grant != 0 && m.grant != grant)
			continue;
		if ((e = release(v, &m, outcome)) != SSPR_OK)
			return e;
		(*n)++;
	}
	return e == SSPR_NO_FACTOR ? SSPR_OK : e;
}

enum sspr_err
outbox_release(struct vault *v, uint64_t grant, enum sspr_err outcome)
{
	size_t n = 0;

	return release_all(v, grant, outcome, &n);
}

/* Drop what was taken when we ended. */
static enum sspr_err
drop_taken(struct vault *v, size_t *n)
{
	struct store_message m = { .id = 0 };
	enum sspr_err e;

	while ((e = store_next_message(v->store, STORE_TAKEN, m.id, FOREVER,
		    &m)) == SSPR_OK) {
		if ((e = store_drop_message(v->store, m.id)) != SSPR_OK)
			return e;
		(*n)++;
	}
	return e == SSPR_NO_FACTOR ? SSPR_OK : e;
}

void
outbox_start(struct vault *v)
{
	size_t taken = 0, held = 0;
	enum sspr_err e;

	if ((e = store_begin(v->store)) == SSPR_OK &&
	    (e = drop_taken(v, &taken)) == SSPR_OK &&
	    (e = release_all(v, 0, SSPR_UNCERTAIN, &held)) == SSPR_OK)
		e = store_commit(v->store);
	if (e != SSPR_OK)
		log_fatal("the outbox cannot be written: %s", err_text(e));
	if (taken > 0)
		log_err("%zu messages were with the courier when the daemon "
			"ended; they may have been sent and are not sent again",
		    taken);
	if (held > 0)
		log_warn("%zu messages tell of resets that were under way when "
			 "the daemon ended",
		    held);
}
