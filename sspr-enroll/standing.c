/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <string.h>

#include "chat.h"
#include "complain.h"
#include "help.h"
#include "paths.h"
#include "standing.h"

enum sspr_err
standing_take(void *arg, const struct proto_row *row, const struct proto_msg *m)
{
	struct standing *s = arg;

	if (row->type == MSG_FACTOR && s->told)
		return factors_add(&s->factors, &m->as.factor);
	if (row->type != MSG_POLICY || s->told)
		return SSPR_MALFORMED;
	s->policy = m->as.policy;
	s->told = true;
	return SSPR_OK;
}

enum sspr_err
standing_fetch(const struct tty *tty, FILE *info, struct standing *s)
{
	struct proto_hello hello = { .verb = VERB_STATUS };
	struct chat c = { .path = PATH_SOCKET,
		.tty = tty,
		.info = info,
		.arg = s,
		.record = standing_take };

	enum sspr_err e;

	*s = (struct standing){ 0 };
	e = chat_hold(&c, &hello);
	return e != SSPR_OK || s->told ? e : complain_err(SSPR_MALFORMED, 0);
}

static enum sspr_err
show(const struct standing_view *v, bool json)
{
	struct standing s;
	struct tty tty;
	enum sspr_err e;

	tty_open(&tty);
	e = standing_fetch(&tty, json ? stderr : stdout, &s);
	tty_close(&tty);
	if (e != SSPR_OK)
		return e;
	if (json)
		v->json(stdout, &s);
	else
		v->text(stdout, &s);
	return SSPR_OK;
}

enum sspr_err
standing_show(int argc, char **argv, const struct standing_view *v)
{
	static const struct option longs[] = { { "help", no_argument, NULL,
						   'h' },
		{ "json", no_argument, NULL, 'j' }, { NULL, 0, NULL, 0 } };
	char usage[48];
	bool json = false;
	int c;

	while ((c = getopt_long(argc, argv, ":h", longs, NULL)) != -1)
		switch (c) {
		case 'h':
			return help_print(stdout);
		case 'j':
			json = true;
			break;
		default:
			return complain_option(c);
		}
	if (optind == argc)
		return show(v, json);
	(void)snprintf(usage, sizeof(usage), "%s takes no arguments", v->name);
	return complain_usage(usage);
}

static bool
counts(const struct proto_factor *f, uint64_t when)
{
	if (strcmp(f->state, "ready") != 0 && strcmp(f->state, "waits") != 0)
		return false;
	if (method_named(f->method) == METHOD_PASS)
		return false;
	return f->usable_from <= when;
}

/* METHOD_BITs of the methods that can be used at a time. */
static uint32_t
usable(const struct standing *s, uint64_t when)
{
	const struct method_row *row;
	uint32_t mask = 0;

	for (size_t i = 0; i < s->factors.n; i++) {
		row = method_row(method_named(s->factors.at[i].method));
		if (row != NULL && counts(&s->factors.at[i], when))
			mask |= METHOD_BIT(row->method);
	}
	return mask;
}

/* What they count for together. */
static unsigned int
worth(uint32_t mask, bool admin)
{
	unsigned int n[METHOD_NONE + 1] = { 0 }, count;

	for (unsigned int m = 1; m < METHOD_COUNT; m++)
		if ((mask & METHOD_BIT(m)) != 0)
			n[method_row(m)->kind]++;
	count = n[METHOD_STRONG] + (n[METHOD_BORNE] > 0 ? 1 : 0);
	if (count > 0 && n[METHOD_WEAK] > 0 && !admin)
		count++;
	return count;
}

unsigned int
standing_count(const struct standing *s, uint64_t when)
{
	return worth(usable(s, when), s->policy.admin[0] != '\0');
}

unsigned int
standing_done(const struct standing *s)
{
	unsigned int n = standing_count(s, UINT64_MAX);

	return n < s->policy.needed ? n : s->policy.needed;
}

uint64_t
standing_from(const struct standing *s)
{
	uint64_t first = UINT64_MAX;

	for (size_t i = 0; i < s->factors.n; i++) {
		uint64_t when = s->factors.at[i].usable_from;

		if (when < first && standing_count(s, when) >= s->policy.needed)
			first = when;
	}
	return first;
}

static bool
names(const struct standing *s, enum method m)
{
	const char *name = method_row(m)->name, *at = s->policy.methods;
	size_t len;

	for (; *at != '\0'; at += len + strspn(at + len, " ")) {
		len = strcspn(at, " ");
		if (len == strlen(name) && strncmp(at, name, len) == 0)
			return true;
	}
	return false;
}

bool
standing_offers(const struct standing *s, enum method m)
{
	if (m == METHOD_NOTICE)
		return names(s, METHOD_EMAIL) || names(s, METHOD_SMS);
	return names(s, m);
}

bool
standing_lacks(const struct standing *s, enum method m)
{
	const bool admin = s->policy.admin[0] != '\0';
	const uint32_t mask = usable(s, UINT64_MAX);

	return standing_offers(s, m) &&
	    worth(mask | METHOD_BIT(m), admin) > worth(mask, admin);
}

unsigned int
standing_has(const struct standing *s, enum method m)
{
	unsigned int n = 0;

	for (size_t i = 0; i < s->factors.n; i++)
		if (method_named(s->factors.at[i].method) == m)
			n++;
	return n;
}
