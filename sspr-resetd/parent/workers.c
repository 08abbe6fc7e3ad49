/* SPDX-License-Identifier: MIT */
/*
 * workers.c - one process per PAM transaction.
 *
 * Order (R-DUR-2): the pre-checks; the vault commits and says go; the intent
 * is durable in the audit log; only then is the worker let go and its other
 * end given away; it ends; the end is durable in the log; only then is the
 * vault told.
 *
 * A worker runs foreign code on a stranger's bytes: it MUST NOT be able to say
 * anything twice, or to change its mind.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "parent/parent.h"

enum {
	CHECKS_MS = 4 * 1000,      /* pre-checks: a login waits 5 s for them */
	WAITS_MS = 30 * 1000,      /* from ready to go */
	WORKS_MS = 15 * 60 * 1000, /* the worker has limits of its own */
};

static void
tell(const struct parent *p, const struct ipc_msg *m, int fd)
{
	if (ipc_send(p->vault, m, fd) != SSPR_OK)
		log_fatal("vault is gone");
}

static void
tell_ready(const struct parent *p, uint64_t grant, enum sspr_err e)
{
	struct ipc_msg m = { .type = IPC_READY };

	m.as.ready.grant = grant;
	m.as.ready.err = (uint32_t)e;
	tell(p, &m, -1);
}

static void
tell_outcome(const struct parent *p, uint64_t grant, enum sspr_err e)
{
	struct ipc_msg m = { .type = IPC_OUTCOME };

	m.as.outcome.grant = grant;
	m.as.outcome.err = (uint32_t)e;
	tell(p, &m, -1);
}

/* One record about a worker, durable when this returns SSPR_OK. */
static enum sspr_err
record(struct parent *p, const struct permit *w, const char *what,
    enum sspr_err result)
{
	const struct ipc_worker *f = &w->for_whom;
	const bool change = f->job == PROTO_CHANGE;
	struct audit_record r = { .correlation = f->correlation,
		.actor = change ? IPC_NOBODY : f->uid,
		.subject = f->uid,
		.service = f->service,
		.source = f->source,
		.result = result,
		.digest = w->digest };
	char event[IPC_EVENT_MAX + 1];

	snprintf(event, sizeof(event), "%s.%s", change ? "reset" : "password",
	    what);
	r.event = event;
	if (audit_append(&p->audit, &r) != SSPR_OK ||
	    audit_sync(&p->audit) != SSPR_OK) {
		log_err("the audit log cannot be written");
		return SSPR_AUDIT;
	}
	return SSPR_OK;
}

/* Close its link; the process is reaped when it ends. */
static void
end_link(struct permit *w)
{
	if (w->link != -1)
		close(w->link);
	w->link = -1;
}

static void
kill_worker(struct permit *w)
{
	end_link(w);
	if (w->pid > 0)
		(void)kill(w->pid, SIGKILL); /* gone is as good */
}

/* Start its process and tell it what for. */
static enum sspr_err
launch(struct parent *p, struct permit *w)
{
	struct ipc_msg m = { .type = IPC_JOB };
	enum sspr_err e;
	int pair[2];

	if ((e = ipc_pair(pair)) != SSPR_OK)
		return e;
	ipc_no_fds(pair[0]);
	e = role_spawn(ROLE_WORKER, &pair[1], 1, &w->pid);
	close(pair[1]);
	w->link = pair[0];
	if (e != SSPR_OK)
		return e;
	start_options(p, w->link, "W");
	m.as.job.job = w->for_whom.job;
	m.as.job.uid = w->for_whom.uid;
	m.as.job.methods = w->for_whom.methods;
	memcpy(m.as.job.name, w->for_whom.name, sizeof(m.as.job.name));
	return ipc_send(w->link, &m, -1);
}

/* The log is searched for it: it must look like one. */
static bool
is_correlation(const char *text)
{
	return strspn(text, "0123456789abcdef") == IPC_CORRELATION_MAX;
}

/* Parent's own caps; those under way count as if they had been done. */
static enum sspr_err
may_reset(const struct parent *p, const struct ipc_worker *f, enum refusal *why)
{
	const struct resets_rule rule = { .per_day = p->conf.resets_per_day,
		.per_hour = p->conf.resets_per_hour,
		.per_source = p->conf.source_resets,
		.shared = p->conf.source_shared };
	struct resets_ask ask = { .uid = f->uid, .source = f->source };
	enum sspr_err e;

	permits_count(&p->permits, &ask);
	e = resets_may(&p->resets, &rule, &ask, (int64_t)parent_ms());
	*why = e == SSPR_RESETS ? REFUSAL_ACCOUNT
	    : e == SSPR_SOURCE  ? REFUSAL_SOURCE
				: REFUSAL_HOST;
	return e;
}

/* Enter a request, or why not. */
static enum sspr_err
admit(struct parent *p, const struct ipc_worker *f, enum refusal *why,
    struct permit **w)
{
	const struct permits_rule rule = { .uid_min = p->conf.uid_min,
		.per_hour = p->conf.changes_per_hour,
		.per_minute = { [PROTO_CHANGE] = p->conf.changes_per_minute,
		    [PROTO_CHECK] = p->conf.checks_per_minute } };
	enum sspr_err e;

	*why = REFUSAL_BARRED;
	if (permits_is_barred(f->uid, rule.uid_min))
		return SSPR_EXCLUDED;
	*why = REFUSAL_TWICE;
	if (permits_has(&p->permits, f->correlation))
		return SSPR_BUSY;
	if (f->job == PROTO_CHANGE && (e = may_reset(p, f, why)) != SSPR_OK)
		return e;
	*why = f->job == PROTO_CHANGE ? REFUSAL_BUSY : REFUSAL_PASSWORD;
	return permits_enter(&p->permits, f, &rule, parent_ms(), w);
}

/* Give it a process; or it was never there. */
static void
start(struct parent *p, struct permit *w)
{
	const uint64_t grant = w->for_whom.grant;

	w->deadline_ms = parent_ms() + CHECKS_MS;
	if (launch(p, w) == SSPR_OK)
		return;
	log_err("no worker could be started");
	w->said = true;
	kill_worker(w);
	tell_ready(p, grant, SSPR_SYSTEM);
	if (w->pid <= 0)
		permits_leave(w);
}

void
workers_request(struct parent *p, const struct ipc_worker *f)
{
	enum refusal why = REFUSAL_BUSY;
	struct permit *w;
	enum sspr_err e;

	if (f->job > PROTO_CHECK || !is_correlation(f->correlation) ||
	    permits_by_grant(&p->permits, f->grant) != NULL)
		log_fatal("ALARM: vault asked for what is no job");
	if (p->end_ms != 0) {
		tell_ready(p, f->grant, SSPR_BUSY);
		return;
	}
	if ((e = admit(p, f, &why, &w)) == SSPR_OK) {
		start(p, w);
		return;
	}
	refusal_tell(p, f, why, e);
	tell_ready(p, f->grant, e);
}

/* Let it go: both ends of the conversation to where they belong. */
static enum sspr_err
let_go(struct parent *p, struct permit *w)
{
	struct ipc_msg start = { .type = IPC_START };
	struct ipc_msg granted = { .type = IPC_GRANTED };
	enum sspr_err e;
	int pair[2];

	if ((e = ipc_pair(pair)) != SSPR_OK)
		return e;
	ipc_no_fds(pair[0]); /* the client cannot hang it by one: guard.h */
	e = ipc_send(w->link, &start, pair[0]);
	close(pair[0]);
	if (e == SSPR_OK) {
		granted.as.granted.grant = w->for_whom.grant;
		tell(p, &granted, pair[1]);
	}
	close(pair[1]);
	return e;
}

/* The intent, then the worker; no intent stays open without one. */
static enum sspr_err
begin(struct parent *p, struct permit *w)
{
	const bool change = w->for_whom.job == PROTO_CHANGE;
	enum sspr_err e;

	if (change && (e = record(p, w, "intent", SSPR_OK)) != SSPR_OK)
		return e;
	if ((e = let_go(p, w)) == SSPR_OK)
		return e;
	if (change)
		(void)record(p, w, "failed", SSPR_NOT_CHANGED); /* it logs */
	return e;
}

void
workers_go(struct parent *p, uint64_t grant)
{
	struct permit *w = permits_by_grant(&p->permits, grant);
	enum sspr_err e;

	if (w == NULL) {
		tell_outcome(p, grant, SSPR_BUSY);
		return;
	}
	if (w->state != PERMIT_WAITS)
		log_fatal("ALARM: vault said go out of turn");
	if (p->end_ms != 0 || w->link == -1)
		e = SSPR_BUSY;
	else
		e = begin(p, w);
	if (e == SSPR_OK) {
		w->state = PERMIT_WORKS;
		w->deadline_ms = parent_ms() + WORKS_MS;
		return;
	}
	w->state = PERMIT_CHECKS; /* nothing more is said when it ends */
	w->said = true;
	kill_worker(w);
	tell_outcome(p, grant, e);
}

void
workers_drop(struct parent *p, uint64_t grant)
{
	struct permit *w = permits_by_grant(&p->permits, grant);

	if (w == NULL)
		return;
	if (w->state == PERMIT_WORKS)
		log_fatal("ALARM: vault dropped what is at work");
	w->said = true;
	kill_worker(w);
}

/* A change that has not begun cannot have ended like this. */
static bool
is_late(enum sspr_err e)
{
	return e == SSPR_UNLOCKED || e == SSPR_PARTLY || e == SSPR_UNCERTAIN;
}

static void
on_checked(struct parent *p, struct permit *w, const struct ipc_checked *c)
{
	if (w->state != PERMIT_CHECKS || w->said ||
	    err_number(c->err, &w->err) != SSPR_OK || is_late(w->err))
		log_fatal("worker spoke out of turn");
	if (w->err == SSPR_OK && w->for_whom.job == PROTO_CHANGE &&
	    c->digest[0] == '\0')
		log_fatal("worker has no digest");
	memcpy(w->digest, c->digest, sizeof(w->digest));
	if (w->err == SSPR_OK) {
		w->state = PERMIT_WAITS;
		w->deadline_ms = parent_ms() + WAITS_MS;
	} else {
		w->said = true;
		if (w->for_whom.job == PROTO_CHANGE)
			refusal_tell(p, &w->for_whom, REFUSAL_CHECKS, w->err);
	}
	tell_ready(p, w->for_whom.grant, w->err);
}

static void
on_failed(struct permit *w, const struct ipc_failed *f)
{
	if (w->state != PERMIT_WORKS || w->said ||
	    err_number(f->err, &w->err) != SSPR_OK)
		log_fatal("worker spoke out of turn");
	w->said = true;
}

void
workers_hear(struct parent *p, struct permit *w)
{
	struct ipc_msg m;
	enum sspr_err e = SSPR_OK;
	int fd;

	while (e == SSPR_OK && w->link != -1) {
		e = ipc_recv(w->link, ROLE_WORKER, ROLE_PARENT, &m, &fd);
		if (e == SSPR_MALFORMED)
			log_fatal("worker sent garbage");
		if (e == SSPR_OK && m.type == IPC_CHECKED)
			on_checked(p, w, &m.as.checked);
		else if (e == SSPR_OK && m.type == IPC_FAILED)
			on_failed(w, &m.as.failed);
		else if (e == SSPR_OK)
			log_fatal("worker spoke out of turn");
	}
	if (e == SSPR_GONE)
		end_link(w);
}

/* The word for the end of a change or check; of one in doubt, after a look. */
static const char *
word_for(const struct permit *w, int status, enum sspr_err *e)
{
	enum sspr_err found;

	if (*e == SSPR_OK || *e == SSPR_PARTLY)
		return "done";
	if (*e == SSPR_UNLOCKED)
		return "unlocked";
	if (*e != SSPR_UNCERTAIN || w->for_whom.job != PROTO_CHANGE)
		return "failed";
	log_warn("a worker ended (status %d) and it is uncertain whether the "
		 "password of uid %u was changed",
	    status, w->for_whom.uid);
	found = resolve_look(w->for_whom.uid, w->digest);
	if (found == SSPR_NOT_CHANGED) {
		*e = found;
		return "failed";
	}
	return resolve_event(found) != NULL ? "resolved" : "unknown";
}

/* How a worker ended that was at work: written down, then told. */
static void
conclude(struct parent *p, const struct permit *w, int status)
{
	enum sspr_err e = permits_outcome(w, status);
	const char *what = word_for(w, status, &e);

	if (record(p, w, what, e) != SSPR_OK)
		log_err("the end of a reset is not in the audit log");
	if (w->for_whom.job == PROTO_CHANGE && strcmp(what, "failed") != 0)
		resets_take(&p->resets, w->for_whom.uid, w->for_whom.source,
		    (int64_t)parent_ms(), (int64_t)parent_ms());
	tell_outcome(p, w->for_whom.grant, e);
}

void
workers_ended(struct parent *p, struct permit *w, int status)
{
	workers_hear(p, w);
	end_link(w);
	if (w->state == PERMIT_CHECKS && !w->said) {
		log_err("a worker died in its pre-checks (status %d)", status);
		tell_ready(p, w->for_whom.grant, SSPR_SYSTEM);
	}
	if (w->state == PERMIT_WORKS)
		conclude(p, w, status);
	permits_leave(w);
}

static bool
is_at_work(const struct permit *w)
{
	return w->state == PERMIT_WORKS && w->for_whom.job == PROTO_CHANGE;
}

size_t
workers_at_work(const struct parent *p)
{
	size_t n = 0;

	for (size_t i = 0; i < PERMITS_MAX; i++)
		n += is_at_work(&p->permits.at[i]);
	return n;
}

void
workers_cut(struct parent *p)
{
	for (size_t i = 0; i < PERMITS_MAX; i++)
		if (is_at_work(&p->permits.at[i]))
			end_link(&p->permits.at[i]);
}

/* In its pre-checks: whoever waits for them need not wait for its end. */
static void
tell_late(const struct parent *p, struct permit *w)
{
	if (w->state != PERMIT_CHECKS || w->said)
		return;
	w->said = true;
	tell_ready(p, w->for_whom.grant, SSPR_TIMEOUT);
}

int
workers_late(struct parent *p)
{
	uint64_t now = parent_ms(), next = UINT64_MAX;

	for (size_t i = 0; i < PERMITS_MAX; i++) {
		struct permit *w = &p->permits.at[i];

		if (w->state == PERMIT_FREE)
			continue;
		if (now >= w->deadline_ms) {
			log_warn("a worker took too long");
			tell_late(p, w);
			w->deadline_ms = now + CHECKS_MS;
			kill_worker(w);
		}
		if (w->deadline_ms < next)
			next = w->deadline_ms;
	}
	return next == UINT64_MAX ? -1 : (int)(next - now);
}
