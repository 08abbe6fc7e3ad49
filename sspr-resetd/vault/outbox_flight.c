/* SPDX-License-Identifier: MIT */
/*
 * outbox_flight.c - each message once or not at all (R-DEL-4).
 *
 * What the courier hears of MUST be TAKEN in the database, durably, before.
 * So what was taken in a round is looked up again when the round is over.  A
 * message goes back only when the courier, or the kernel, says that it surely
 * was not delivered: a code once, a notice for a day.  A log line tells of
 * each that is given up.
 */
#include <string.h>

#include "log.h"
#include "vault/letter.h"
#include "vault/outbox.h"
#include "vault/send.h"
#include "vault/vault.h"

#define COUNT(a)   (sizeof(a) / sizeof((a)[0]))
#define REST_MS    1000u /* after the database failed */
#define BLOCKED_MS 1000u /* to look again what else is due */
#define CODE_AGAIN 5u    /* seconds until a code is tried again */
#define CODE_TRIES 2u    /* deliveries of a code that are begun */
#define LOOK_MAX   256u  /* messages looked at in a round */
#define FOREVER    (UINT64_MAX >> 1)

/* Whether a code in it, if there is one, can still be used. */
static bool
is_alive(const struct vault *v, const struct record_message *m)
{
	return m->code[0] == '\0' || vault_now(v) < m->at + SEND_LIFE_S;
}

/*
 * When it is tried again after so many tries in vain.
 * Returns false: no more.
 */
static bool
again_at(const struct vault *v, const struct record_message *m, uint32_t tries,
    uint64_t *due)
{
	static const uint32_t pauses[] = { 60, 300, 900, 3600 };
	const size_t i = tries < COUNT(pauses) ? tries : COUNT(pauses);

	*due = vault_now(v) +
	    (m->code[0] != '\0' ? CODE_AGAIN : pauses[i > 0 ? i - 1 : 0]);
	if (m->code[0] != '\0')
		return tries < CODE_TRIES && *due < m->at + SEND_LIFE_S;
	return *due < m->at + OUTBOX_DAY_S;
}

static const char *
way(unsigned int method)
{
	const struct method_row *row = method_row(method);

	return row != NULL ? row->name : "log";
}

/* Write how one went, in the open transaction. */
static enum sspr_err
note(struct vault *v, struct outbox_flight *f)
{
	struct record_message r;
	bool again;

	if (f->err == SSPR_OK || letter_open(v->seal, &f->m, &r) != SSPR_OK)
		return store_drop_message(v->store, f->m.id);
	again = f->err == SSPR_BUSY && again_at(v, &r, f->m.tries, &f->m.due);
	letter_wipe(&r);
	if (!again) {
		log_err("%s %llu is given up: %s", way(f->method),
		    (unsigned long long)f->m.id, err_text(f->err));
		return store_drop_message(v->store, f->m.id);
	}
	f->m.state = STORE_QUEUED;
	return store_set_message(v->store, &f->m);
}

static void
note_all(struct vault *v)
{
	for (size_t i = 0; i < OUTBOX_FLIGHT; i++) {
		struct outbox_flight *f = &v->outbox.flight[i];

		if (f->phase != OUTBOX_ENDED)
			continue;
		if (vault_write(v, NULL) != SSPR_OK || note(v, f) != SSPR_OK) {
			vault_spoil(v);
			return;
		}
		f->phase = OUTBOX_NOTED;
	}
}

/* A free place for one more message of a method, or NULL. */
static struct outbox_flight *
place_for(struct vault *v, uint8_t method)
{
	struct outbox_flight *free = NULL, *f;
	size_t same = 0;

	for (size_t i = 0; i < OUTBOX_FLIGHT; i++) {
		f = &v->outbox.flight[i];
		if (f->phase != OUTBOX_FREE)
			same += f->method == method;
		else if (free == NULL)
			free = f;
	}
	return same < OUTBOX_EACH ? free : NULL;
}

/* Whether it is still to be sent; its method goes to *method. */
static bool
is_wanted(struct vault *v, const struct store_message *m, uint8_t *method)
{
	struct record_message r;
	bool alive;

	if (letter_open(v->seal, m, &r) != SSPR_OK) {
		outbox_alarm(v, m->id);
		return false;
	}
	*method = r.method;
	alive = is_alive(v, &r);
	letter_wipe(&r);
	if (!alive)
		log_err("%s %llu is not sent: its code has ended", way(*method),
		    (unsigned long long)m->id);
	return alive;
}

/* Take one, or drop it if it is not to be sent any more. */
static enum sspr_err
take(struct vault *v, const struct store_message *m)
{
	struct outbox_flight *f = NULL;
	uint8_t method = 0;
	enum sspr_err e;

	if (is_wanted(v, m, &method) && (f = place_for(v, method)) == NULL) {
		v->outbox.blocked = true; /* until one of its method ends */
		return SSPR_OK;
	}
	if ((e = vault_write(v, NULL)) != SSPR_OK)
		return e;
	if (f == NULL)
		return store_drop_message(v->store, m->id);
	f->m = *m;
	f->m.state = STORE_TAKEN;
	f->m.tries++;
	f->method = method;
	if ((e = store_set_message(v->store, &f->m)) == SSPR_OK)
		f->phase = OUTBOX_TAKEN;
	return e;
}

static bool
is_full(const struct vault *v)
{
	for (size_t i = 0; i < OUTBOX_FLIGHT; i++)
		if (v->outbox.flight[i].phase == OUTBOX_FREE)
			return false;
	return true;
}

/* Whether anything may be taken now. */
static bool
is_open(const struct vault *v)
{
	return v->courier != -1 && !is_full(v) &&
	    vault_ms() >= v->outbox.rest_ms;
}

void
outbox_take(struct vault *v)
{
	const uint64_t now = vault_now(v);
	struct store_message m = { .id = 0 };
	enum sspr_err e = SSPR_OK;
	size_t n = 0;

	v->outbox.blocked = false;
	if (vault_ms() >= v->outbox.rest_ms)
		note_all(v);
	while (is_open(v) && !v->failed && n++ < LOOK_MAX &&
	    (e = store_next_message(v->store, STORE_QUEUED, m.id, now, &m)) ==
		SSPR_OK)
		if ((e = take(v, &m)) != SSPR_OK)
			break;
	if (e != SSPR_OK && e != SSPR_NO_FACTOR)
		vault_spoil(v);
}

/* Give one to the courier; SSPR_BUSY: it surely did not get it. */
static enum sspr_err
deliver(struct vault *v, uint64_t id, const struct record_message *r)
{
	struct ipc_msg m = { .type = IPC_DELIVER };
	struct ipc_deliver *d = &m.as.deliver;
	char text[IPC_MESSAGE_MAX + 1];
	enum sspr_err e;

	notice_write(v, r, d->subject, text);
	d->id = id;
	d->method = r->method;
	memcpy(d->address, r->address, sizeof(d->address));
	d->text.len = (uint16_t)strlen(text);
	memcpy(d->text.at, text, d->text.len);
	secret_zero(text, sizeof(text));
	e = d->text.len == 0 ? SSPR_MALFORMED : ipc_try(v->courier, &m, -1);
	ipc_wipe(&m);
	return e == SSPR_GONE || e == SSPR_TIMEOUT ? SSPR_BUSY : e;
}

/* To the log: of somebody nobody can be told of. */
static void
write_log(struct vault *v, const struct record_message *r)
{
	char subject[IPC_SUBJECT_MAX + 1], text[IPC_MESSAGE_MAX + 1];

	notice_write(v, r, subject, text);
	if (r->code[0] == '\0')
		log_info("nobody else can be told: %s", text);
	secret_zero(text, sizeof(text));
}

static void
hand_over(struct vault *v, struct outbox_flight *f)
{
	struct record_message r;

	f->phase = OUTBOX_ENDED;
	f->err = SSPR_SUSPENDED;
	if (letter_open(v->seal, &f->m, &r) != SSPR_OK)
		return;
	if (f->method == METHOD_UNKNOWN) {
		write_log(v, &r);
		f->err = SSPR_OK;
	} else
		f->err = deliver(v, f->m.id, &r);
	if (f->method != METHOD_UNKNOWN && f->err == SSPR_OK)
		f->phase = OUTBOX_SENT;
	letter_wipe(&r);
}

/* Whether the database has it as taken: SSPR_OK or SSPR_NO_FACTOR. */
static enum sspr_err
check_taken(struct vault *v, uint64_t id)
{
	struct store_message m;
	enum sspr_err e =
	    store_next_message(v->store, STORE_TAKEN, id - 1, FOREVER, &m);

	return e == SSPR_OK && m.id != id ? SSPR_NO_FACTOR : e;
}

/* The round is over: what became of what was taken and noted in it. */
static void
settle(struct vault *v, struct outbox_flight *f)
{
	const enum sspr_err e = check_taken(v, f->m.id);

	if (f->phase == OUTBOX_TAKEN && e == SSPR_OK)
		hand_over(v, f);
	else if (f->phase == OUTBOX_NOTED && e == SSPR_NO_FACTOR)
		f->phase = OUTBOX_FREE;
	else {
		f->phase =
		    f->phase == OUTBOX_NOTED ? OUTBOX_ENDED : OUTBOX_FREE;
		v->outbox.rest_ms = vault_ms() + REST_MS;
	}
}

void
outbox_send(struct vault *v)
{
	if (v->writing)
		return; /* nothing of it is durable */
	for (size_t i = 0; i < OUTBOX_FLIGHT; i++) {
		struct outbox_flight *f = &v->outbox.flight[i];

		if (f->phase == OUTBOX_TAKEN || f->phase == OUTBOX_NOTED)
			settle(v, f);
	}
}

void
outbox_delivered(struct vault *v, uint64_t id, enum sspr_err e)
{
	for (size_t i = 0; i < OUTBOX_FLIGHT; i++) {
		struct outbox_flight *f = &v->outbox.flight[i];

		if (f->phase != OUTBOX_SENT || f->m.id != id)
			continue;
		f->phase = OUTBOX_ENDED;
		f->err = e;
		return;
	}
	log_fatal("the courier speaks of a message it was not given");
}

void
outbox_lost(struct vault *v)
{
	size_t n = 0;

	for (size_t i = 0; i < OUTBOX_FLIGHT; i++) {
		struct outbox_flight *f = &v->outbox.flight[i];

		if (f->phase != OUTBOX_SENT)
			continue;
		f->phase = OUTBOX_ENDED;
		f->err = SSPR_GONE;
		n++;
	}
	if (n > 0)
		log_err("the courier ended with %zu messages, which may have "
			"been sent and are not sent again",
		    n);
}

/* Whether how one went waits to be written. */
static bool
has_ended(const struct vault *v)
{
	for (size_t i = 0; i < OUTBOX_FLIGHT; i++)
		if (v->outbox.flight[i].phase == OUTBOX_ENDED)
			return true;
	return false;
}

uint64_t
outbox_wait_ms(struct vault *v)
{
	const uint64_t ms = vault_ms(), now = vault_now(v);
	uint64_t due;

	if (!has_ended(v)) {
		if (v->courier == -1 || is_full(v) ||
		    store_due(v->store, &due) != SSPR_OK || due == UINT64_MAX)
			return UINT64_MAX;
		if (due > now)
			return due - now > UINT32_MAX ? UINT32_MAX
						      : (due - now) * 1000;
		if (v->outbox.blocked)
			return BLOCKED_MS;
	}
	return v->outbox.rest_ms > ms ? v->outbox.rest_ms - ms : 0;
}
