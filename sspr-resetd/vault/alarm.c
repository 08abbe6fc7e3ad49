/* SPDX-License-Identifier: MIT */
/*
 * alarm.c - operators are told.
 *
 * An alarm MUST NOT get lost because the database failed: it stays due until a
 * round that has it is durable.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "vault/alarm.h"
#include "vault/notice.h"
#include "vault/vault.h"

#define REST_MS 1000u

/* clang-format off */
static const struct kind {
	const char *event;
	enum sspr_err result;
	enum notice_kind notice;
	bool about;
} kinds[ALARM_KINDS] = {
#define ALARM(NAME, event, result, notice, about) \
	[ALARM_##NAME] = { event, SSPR_##result, NOTICE_##notice, about },
#include "vault/alarm.def"
};
/* clang-format on */

/* Whether a row is of the last day; those that are due always are. */
static bool
is_recent(const struct alarm *a, uint64_t now)
{
	return a->phase == ALARM_DUE || a->phase == ALARM_WRITTEN ||
	    (a->phase == ALARM_TOLD && now < a->at + ALARM_DAY_S);
}

/* A free row for it; NULL: it was given, or there is none. */
static struct alarm *
row_for(struct vault *v, enum alarm_kind kind, uint32_t id, bool *full)
{
	const uint64_t now = vault_now(v);
	struct alarm *free = NULL, *a;

	*full = false;
	for (size_t i = 0; i < ALARM_ROWS; i++) {
		a = &v->alarms.row[i];
		if (!is_recent(a, now))
			free = a;
		else if (a->kind == kind && a->id == id)
			return NULL;
	}
	*full = free == NULL;
	return free;
}

static void
say_full(struct vault *v)
{
	const uint64_t now = vault_now(v);

	if (v->alarms.full_at != 0 && now < v->alarms.full_at + ALARM_DAY_S)
		return;
	v->alarms.full_at = now;
	log_err("ALARM: more than %u in a day; no others are told of",
	    ALARM_ROWS);
}

void
alarm_raise(struct vault *v, enum alarm_kind kind, uint32_t id,
    const char *name, const char *fmt, ...)
{
	char text[ALARM_TEXT + 1];
	struct alarm *a;
	va_list args;
	bool full;

	if ((a = row_for(v, kind, id, &full)) == NULL) {
		if (full)
			say_full(v);
		return;
	}
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	log_err("ALARM: %s", text);
	*a = (struct alarm){ .phase = ALARM_DUE,
		.kind = kind,
		.id = id,
		.at = vault_now(v) };
	snprintf(a->name, sizeof(a->name), "%s", name);
	v->again = true;
}

void
alarm_account(struct vault *v, uint32_t uid, const char *name)
{
	if (uid == IPC_NOBODY)
		alarm_raise(v, ALARM_ACCOUNT, uid, name,
		    "the stored record of an account does not verify, and not "
		    "even whose it is; it is suspended");
	else
		alarm_raise(v, ALARM_ACCOUNT, uid, name,
		    "the stored record of uid %u does not verify; the account "
		    "is suspended until root runs sspr-admin user forget",
		    uid);
}

/* Whether one more of its kind is mailed today. */
static bool
is_mailed(const struct vault *v, const struct alarm *a)
{
	const uint64_t now = vault_now(v);
	size_t n = 0;

	for (size_t i = 0; i < ALARM_ROWS; i++) {
		const struct alarm *o = &v->alarms.row[i];

		n += o->kind == a->kind && is_recent(o, now) &&
		    (o->phase == ALARM_TOLD || o->phase == ALARM_WRITTEN);
	}
	return n < ALARM_MAILS;
}

static void
write_one(struct vault *v, struct alarm *a)
{
	const struct kind *k = &kinds[a->kind];

	if (vault_write(v, NULL) != SSPR_OK)
		return;
	if (is_mailed(v, a) && notice_alarm(v, k->notice, a->name) != SSPR_OK) {
		vault_spoil(v);
		return;
	}
	vault_audit_of(v, k->about ? a->id : IPC_NOBODY, k->event, k->result);
	a->phase = ALARM_WRITTEN;
}

void
alarm_write(struct vault *v)
{
	if (vault_ms() < v->alarms.rest_ms)
		return;
	for (size_t i = 0; i < ALARM_ROWS && !v->failed; i++)
		if (v->alarms.row[i].phase == ALARM_DUE)
			write_one(v, &v->alarms.row[i]);
}

void
alarm_settle(struct vault *v, bool durable)
{
	for (size_t i = 0; i < ALARM_ROWS; i++) {
		struct alarm *a = &v->alarms.row[i];

		if (a->phase == ALARM_WRITTEN)
			a->phase = durable ? ALARM_TOLD : ALARM_DUE;
		if (a->phase == ALARM_DUE && !durable)
			v->alarms.rest_ms = vault_ms() + REST_MS;
	}
}

uint64_t
alarm_wait_ms(const struct vault *v)
{
	const uint64_t now = vault_ms();

	for (size_t i = 0; i < ALARM_ROWS; i++)
		if (v->alarms.row[i].phase == ALARM_DUE)
			return v->alarms.rest_ms > now ? v->alarms.rest_ms - now
						       : 0;
	return UINT64_MAX;
}
