/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <sys/wait.h>

#include "parent/permits.h"
#include "role.h"

#define MINUTE_MS 60000u
#define HOUR_MS   3600000u

/* Whether one more now keeps to `most' a minute; counts it if so. */
static bool
take_rate(struct permits_rate *r, uint32_t most, uint64_t now_ms)
{
	uint64_t first;

	if (most > PERMITS_RATE_MAX)
		most = PERMITS_RATE_MAX;
	if (r->count >= most) {
		first = r->at_ms[(r->count - most) % PERMITS_RATE_MAX];
		if (now_ms - first < MINUTE_MS)
			return false;
	}
	r->at_ms[r->count++ % PERMITS_RATE_MAX] = now_ms;
	return true;
}

/* Whether the account has had its changes of this hour. */
static bool
is_over_hour(const struct permits_hour *h, uint32_t uid, uint32_t most,
    uint64_t now_ms)
{
	const size_t n =
	    h->count < PERMITS_HOUR_MAX ? h->count : PERMITS_HOUR_MAX;
	uint32_t had = 0;

	for (size_t i = 0; i < n; i++)
		had += h->uid[i] == uid && now_ms - h->at_ms[i] < HOUR_MS;
	return had >= most;
}

static void
take_hour(struct permits_hour *h, uint32_t uid, uint64_t now_ms)
{
	const size_t i = h->count++ % PERMITS_HOUR_MAX;

	h->uid[i] = uid;
	h->at_ms[i] = now_ms;
}

/* It was refused or dropped, will never START, and is only not reaped yet. */
static bool
is_over(const struct permit *p)
{
	return p->said && p->state != PERMIT_WORKS;
}

bool
permits_is_barred(uint32_t uid, uint32_t uid_min)
{
	return uid == 0 || uid < uid_min || uid == IPC_NOBODY;
}

bool
permits_has(const struct permits *t, const char *correlation)
{
	for (size_t i = 0; i < PERMITS_MAX; i++)
		if (t->at[i].state != PERMIT_FREE && !is_over(&t->at[i]) &&
		    strcmp(t->at[i].for_whom.correlation, correlation) == 0)
			return true;
	return false;
}

void
permits_count(const struct permits *t, struct resets_ask *ask)
{
	for (size_t i = 0; i < PERMITS_MAX; i++) {
		const struct ipc_worker *f = &t->at[i].for_whom;

		if (t->at[i].state == PERMIT_FREE || is_over(&t->at[i]) ||
		    f->job != PROTO_CHANGE)
			continue;
		ask->of_host++;
		ask->of_uid += f->uid == ask->uid;
		ask->of_source += strcmp(f->source, ask->source) == 0;
	}
}

static bool
is_taken(const struct permits *t, const struct ipc_worker *w)
{
	for (size_t i = 0; i < PERMITS_MAX; i++) {
		const struct permit *p = &t->at[i];

		if (p->state == PERMIT_FREE)
			continue;
		if (p->for_whom.grant == w->grant ||
		    (p->for_whom.uid == w->uid && !is_over(p)))
			return true;
	}
	return false;
}

enum sspr_err
permits_enter(struct permits *t, const struct ipc_worker *w,
    const struct permits_rule *rule, uint64_t now_ms, struct permit **p)
{
	if (permits_is_barred(w->uid, rule->uid_min))
		return SSPR_EXCLUDED;
	if (is_taken(t, w) ||
	    (w->job == PROTO_CHANGE &&
		is_over_hour(&t->hour, w->uid, rule->per_hour, now_ms)))
		return SSPR_BUSY;
	for (size_t i = 0; i < PERMITS_MAX; i++) {
		if (t->at[i].state != PERMIT_FREE)
			continue;
		if (!take_rate(&t->rate[w->job], rule->per_minute[w->job],
			now_ms))
			return SSPR_BUSY;
		if (w->job == PROTO_CHANGE)
			take_hour(&t->hour, w->uid, now_ms);
		t->at[i] = (struct permit){ .state = PERMIT_CHECKS,
			.for_whom = *w,
			.pid = -1,
			.link = -1 };
		*p = &t->at[i];
		return SSPR_OK;
	}
	return SSPR_BUSY;
}

struct permit *
permits_by_grant(struct permits *t, uint64_t grant)
{
	for (size_t i = 0; i < PERMITS_MAX; i++)
		if (t->at[i].state != PERMIT_FREE &&
		    t->at[i].for_whom.grant == grant)
			return &t->at[i];
	return NULL;
}

struct permit *
permits_by_pid(struct permits *t, pid_t pid)
{
	for (size_t i = 0; i < PERMITS_MAX; i++)
		if (t->at[i].state != PERMIT_FREE && t->at[i].pid == pid)
			return &t->at[i];
	return NULL;
}

void
permits_leave(struct permit *p)
{
	memset(p, 0, sizeof(*p));
	p->pid = -1;
	p->link = -1;
}

/* What an exit status alone says; SSPR_BUSY: not that it was done. */
static enum sspr_err
done_by(enum proto_job job, int status)
{
	if (!WIFEXITED(status))
		return SSPR_BUSY;
	if (job == PROTO_CHECK)
		return WEXITSTATUS(status) == ROLE_CHECKED ? SSPR_OK
							   : SSPR_BUSY;
	if (WEXITSTATUS(status) == ROLE_UNLOCKED)
		return SSPR_UNLOCKED;
	return WEXITSTATUS(status) == ROLE_CHANGED ? SSPR_OK : SSPR_BUSY;
}

enum sspr_err
permits_outcome(const struct permit *p, int status)
{
	const enum proto_job job = (enum proto_job)p->for_whom.job;
	const enum sspr_err done = done_by(job, status);

	if (done != SSPR_BUSY && !p->said)
		return done;
	if (WIFEXITED(status) && done == SSPR_BUSY && p->said &&
	    p->err != SSPR_OK && p->err != SSPR_UNLOCKED)
		return p->err;
	return job == PROTO_CHANGE ? SSPR_UNCERTAIN : SSPR_BUSY;
}
