/* SPDX-License-Identifier: MIT */
/*
 * refusal.c - workers that were asked for and not given.
 *
 * The vault knows who may have one, so some requests only a vault makes that
 * is taken over, or has a bug: these are an ALARM.  Each kind of refusal has
 * the first ten of a minute in the log and in the audit log, then a number
 * (R-LOG-4), so that a flood of one does not hide another.
 */
#include <string.h>

#include "log.h"
#include "parent/parent.h"

static const struct kind {
	const char *name;
	bool alarm;      /* each one */
	bool flood;      /* when there are more than ten in a minute */
	enum sspr_err e; /* of those that are only counted */
	const char *text;
} kinds[] = {
	[REFUSAL_BARRED] = { "barred", true, true, SSPR_EXCLUDED,
	    "the vault asked for an account that never has one" },
	[REFUSAL_TWICE] = { "twice", true, true, SSPR_BUSY,
	    "the vault asked in the name of a conversation that has one" },
	[REFUSAL_HOST] = { "host", true, true, SSPR_BUSY,
	    "this host had its resets of an hour" },
	[REFUSAL_ACCOUNT] = { "account", false, true, SSPR_RESETS,
	    "the account had its resets of a day" },
	[REFUSAL_SOURCE] = { "source", false, true, SSPR_SOURCE,
	    "the source had its resets of an hour" },
	[REFUSAL_BUSY] = { "busy", false, true, SSPR_BUSY,
	    "there is one, or there were too many" },
	[REFUSAL_CHECKS] = { "checks", false, true, SSPR_ACCOUNT,
	    "its checks refused" },
	/* Anybody with an account can have these. */
	[REFUSAL_PASSWORD] = { "password", false, false, SSPR_BUSY,
	    "too many current passwords were to be checked" },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void
write_down(struct parent *p, const struct audit_record *r)
{
	if (audit_append(&p->audit, r) != SSPR_OK ||
	    audit_sync(&p->audit) != SSPR_OK)
		log_err("the audit log cannot be written");
}

void
refusal_tell(struct parent *p, const struct ipc_worker *f, enum refusal why,
    enum sspr_err e)
{
	const struct kind *k = &kinds[why];
	const struct audit_record r = { .event = "worker.refused",
		.correlation = f->correlation,
		.actor = IPC_NOBODY,
		.subject = f->uid,
		.service = f->service,
		.source = f->source,
		.result = e,
		.digest = "",
		.reason = k->text };

	if (!tally_add(&p->refused, k->name, parent_ms()))
		return;
	write_down(p, &r);
	if (k->alarm)
		log_err("ALARM: no worker for uid %u: %s", f->uid, k->text);
	else
		log_warn("no worker for uid %u: %s: %s", f->uid, k->text,
		    err_text(e));
}

static const struct kind *
by_name(const char *name)
{
	for (size_t i = 0; i < KINDS; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	log_fatal("a refusal of no kind");
}

int
refusal_late(struct parent *p)
{
	char name[TALLY_KEY_MAX + 1];
	struct audit_record r = { .event = "worker.refused",
		.correlation = "",
		.actor = IPC_NOBODY,
		.subject = IPC_NOBODY,
		.service = "",
		.source = "",
		.digest = "" };
	const uint64_t now = parent_ms();
	const struct kind *k;
	uint64_t next;
	uint32_t n;

	while (tally_take(&p->refused, now, name, &n)) {
		k = by_name(name);
		r.result = k->e;
		r.count = n;
		r.reason = k->text;
		write_down(p, &r);
		if (k->flood)
			log_err("ALARM: %u more workers refused in a minute: "
				"%s",
			    n, k->text);
		else
			log_warn("%u more workers refused in a minute: %s", n,
			    k->text);
	}
	next = tally_deadline(&p->refused);
	return next == 0 ? -1 : (int)(next > now ? next - now : 0);
}
