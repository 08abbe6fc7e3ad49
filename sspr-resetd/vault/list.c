/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "address.h"
#include "text.h"
#include "vault/compare.h"
#include "vault/list.h"
#include "vault/policy.h"
#include "vault/vault.h"

/* Put text into max bytes: as many characters as have room, whole. */
static void
put_start(char *to, size_t max, const char *text)
{
	const size_t len = strlen(text);
	size_t n, used = 0;
	uint32_t c;

	while ((n = text_next(text + used, len - used, &c)) != 0 &&
	    used + n <= max)
		used += n;
	memcpy(to, text, used);
	to[used] = '\0';
}

/* In the words of proto.def; a pass ends by itself, it is not removed. */
static const char *
state_of(const struct account_factor *f, uint64_t now)
{
	if (f->off != 0)
		return "off";
	if (f->ends != 0 && f->method != METHOD_PASS)
		return "ended";
	if (f->method == METHOD_BACKUP && compare_left(f->used) == 0)
		return "used";
	return f->usable_from > now ? "waits" : "ready";
}

static void
describe(const struct record *r, struct proto_factor *f)
{
	switch (r->type) {
	case RECORD_APP:
		memcpy(f->label, r->as.app.label, sizeof(f->label));
		break;
	case RECORD_ADDRESS:
		memcpy(f->label, r->as.address.label, sizeof(f->label));
		address_hint(r->as.address.address, f->hint);
		break;
	case RECORD_BACKUP:
		memcpy(f->label, r->as.backup.label, sizeof(f->label));
		break;
	case RECORD_QUESTION:
		put_start(f->label, PROTO_LABEL_MAX, r->as.question.text);
		break;
	case RECORD_OWNER:
	case RECORD_PASS:
	case RECORD_MESSAGE:
		break;
	}
}

static enum sspr_err
put_factor(struct vault *v, struct session *s, const struct account_factor *f)
{
	const uint64_t now = vault_now(v);
	struct proto_msg m = { .type = MSG_FACTOR };
	struct proto_factor *p = &m.as.factor;
	struct record r;

	if (account_open(v->seal, &s->account, f, &r) != SSPR_OK)
		return SSPR_SUSPENDED;
	p->id = f->id;
	p->created = f->created;
	p->last_used = f->last_used;
	p->usable_from = f->usable_from;
	p->ends = f->ends;
	if (f->method == METHOD_BACKUP)
		p->left = compare_left(f->used);
	snprintf(p->method, sizeof(p->method), "%s",
	    method_row(f->method)->name);
	snprintf(p->state, sizeof(p->state), "%s", state_of(f, now));
	describe(&r, p);
	record_wipe(&r);
	say_record(s, &m);
	proto_wipe(&m);
	return SSPR_OK;
}

bool
list_factors(struct vault *v, struct session *s)
{
	const struct account *a = &s->account;

	for (size_t i = 0; i < a->nfactors; i++) {
		if (!account_is_enrolled(&a->factor[i], vault_now(v)) ||
		    method_row(a->factor[i].method) == NULL)
			continue;
		if (put_factor(v, s, &a->factor[i]) != SSPR_OK) {
			vault_alarm(v, s);
			say_failure(v, s, SSPR_DAMAGED, 0);
			return false;
		}
	}
	return true;
}

/* How many methods a request of that kind needs. */
static uint8_t
needed(const struct vault *v, const struct session *s, enum source_kind kind)
{
	const struct source from = { .kind = kind };
	struct gate_need need;

	policy_need(&v->conf, &from, policy_count(&v->conf, &from, "", false),
	    (s->flags & ACCOUNT_TWO) != 0, (s->flags & ACCOUNT_ADMIN) != 0,
	    &need);
	return (uint8_t)need.count;
}

/* The names of methods, with spaces between. */
static void
put_names(uint32_t mask, char *to, size_t size)
{
	size_t len = 0;

	for (unsigned int m = 1; m < METHOD_COUNT && len < size; m++)
		if ((mask & METHOD_BIT(m)) != 0)
			len += (size_t)snprintf(to + len, size - len, "%s%s",
			    len == 0 ? "" : " ", method_row(m)->name);
}

void
list_policy(struct vault *v, struct session *s)
{
	struct proto_msg m = { .type = MSG_POLICY };
	struct proto_policy *p = &m.as.policy;
	uint32_t mask = policy_enabled(&v->conf);

	if ((s->flags & ACCOUNT_ADMIN) != 0)
		mask &= ~METHOD_BIT(METHOD_QUESTIONS); /* R-POL-1 */
	p->needed = needed(v, s, SOURCE_NET);
	p->console = needed(v, s, SOURCE_CONSOLE);
	memcpy(p->admin, s->admin, sizeof(p->admin));
	put_names(mask, p->methods, sizeof(p->methods));
	put_start(p->contact, PROTO_LABEL_MAX, v->conf.contact);
	say_record(s, &m);
}

void
action_list(struct vault *v, struct session *s)
{
	list_policy(v, s);
	if (list_factors(v, s))
		say_end(s, SSPR_OK, 0);
}
