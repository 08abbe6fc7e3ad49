/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "complain.h"
#include "desk.h"
#include "help.h"
#include "json.h"
#include "screen.h"
#include "user.h"
#include "when.h"

#define METHOD_WIDTH 13 /* columns */
#define SOURCE_WIDTH 9  /* columns */

enum sspr_err
user_take(void *arg, const struct proto_row *row, const struct proto_msg *m)
{
	struct user *u = arg;

	if (row->type == MSG_FACTOR && u->told)
		return factors_add(&u->factors, &m->as.factor);
	if (row->type == MSG_COUNT && u->told && u->n < USER_COUNTS_MAX) {
		u->at[u->n++] = m->as.count;
		return SSPR_OK;
	}
	if (row->type != MSG_USER || u->told)
		return SSPR_MALFORMED;
	u->user = m->as.user;
	u->told = true;
	return SSPR_OK;
}

static void
put_padded(FILE *to, const char *text, unsigned int width)
{
	unsigned int columns = screen_columns(text);

	screen_put(to, text);
	fprintf(to, "%*s  ", columns < width ? (int)(width - columns) : 0, "");
}

static void
put_count(FILE *to, const struct proto_count *c)
{
	put_padded(to, c->method, METHOD_WIDTH);
	put_padded(to, c->source, SOURCE_WIDTH);
	fprintf(to, "%-8" PRIu32 "  ", c->failures);
	if (c->wait == UINT32_MAX)
		fputs("off, until it is unlocked\n", to);
	else if (c->wait > 120)
		fprintf(to, "in %" PRIu32 " minutes\n", c->wait / 60 + 1);
	else if (c->wait > 0)
		fprintf(to, "in %" PRIu32 " seconds\n", c->wait);
	else
		fputs("now\n", to);
}

/* Whether anybody has to wait because of wrong tries. */
static bool
is_locked(const struct user *u)
{
	for (size_t i = 0; i < u->n; i++)
		if (u->at[i].wait > 0)
			return true;
	return false;
}

void
user_print(FILE *to, const struct user *u)
{
	char when[WHEN_MAX];

	when_minute(u->user.reset_at, when);
	screen_put(to, u->user.name);
	fprintf(to, ", uid %" PRIu32 "%s: ", u->user.uid,
	    u->user.admin != 0 ? ", administers this machine" : "");
	screen_put(to, u->user.state);
	fprintf(to, "\nLast reset: %s\n", when);
	if (u->factors.n > 0) {
		fputc('\n', to);
		factors_table(to, &u->factors);
	}
	if (strcmp(u->user.state, "missing") == 0) {
		fputs("This account was missing for a while. If it is of the "
		      "same person:\n  sspr-admin user confirm ",
		    to);
		screen_put(to, u->user.name);
		fputs(" --reason TEXT\n", to);
	}
	if (strcmp(u->user.state, "suspended") == 0) {
		fputs("What is stored of this account does not verify "
		      "(SSPR-54): somebody changed the\ndatabase, or the "
		      "account had another owner. Find out which; then root "
		      "can delete it:\n  sspr-admin user forget ",
		    to);
		screen_put(to, u->user.name);
		fputs(" --reason TEXT\n", to);
	}
	if (u->n == 0)
		return;
	fprintf(to, "\n%-*s  %-*s  %-8s  %s\n", METHOD_WIDTH, "WRONG TRIES",
	    SOURCE_WIDTH, "FROM", "HOW MANY", "NEXT TRY");
	for (size_t i = 0; i < u->n; i++)
		put_count(to, &u->at[i]);
	if (!is_locked(u))
		return;
	fputs("Next: sspr-admin unlock ", to);
	screen_put(to, u->user.name);
	fputs(" --reason TEXT\n", to);
}

void
user_json(FILE *to, const struct user *u)
{
	fputs("{\"user\":", to);
	json_message(to, proto_row(MSG_USER)->fields, &u->user);
	fputs(",\n\"factors\":", to);
	factors_json(to, &u->factors);
	fputs(",\n\"counts\":[", to);
	for (size_t i = 0; i < u->n; i++) {
		fputs(i == 0 ? "\n" : ",\n", to);
		json_message(to, proto_row(MSG_COUNT)->fields, &u->at[i]);
	}
	fputs(u->n == 0 ? "]}\n" : "\n]}\n", to);
}

static enum sspr_err
run(const struct desk *d)
{
	struct proto_hello hello = { .verb = VERB_USER };
	struct user u = { .told = false };
	enum sspr_err e = desk_hold(d, &hello, &u, user_take);

	if (e != SSPR_OK)
		return e;
	if (!u.told)
		return complain_err(SSPR_MALFORMED, 0);
	if (d->json)
		user_json(stdout, &u);
	else
		user_print(stdout, &u);
	return SSPR_OK;
}

static enum sspr_err
parse(int argc, char **argv, struct desk *d, bool *help)
{
	static const struct option longs[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ "reason", required_argument, NULL, 'r' }, { NULL, 0, NULL, 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, ":h", longs, NULL)) != -1)
		switch (c) {
		case 'h':
			*help = true;
			return SSPR_OK;
		case 'j':
			d->json = true;
			break;
		case 'r':
			d->reason = optarg;
			break;
		default:
			return complain_option(c);
		}
	if (argc - optind != 1)
		return complain_usage("user show takes one USER");
	d->user = argv[optind];
	return SSPR_OK;
}

enum sspr_err
user_main(int argc, char **argv)
{
	struct desk d = { .user = "" };
	const char *fault;
	bool help = false;
	enum sspr_err e;

	if ((e = parse(argc, argv, &d, &help)) != SSPR_OK)
		return e;
	if (help)
		return help_print(stdout);
	if ((fault = desk_fault(&d, false)) != NULL)
		return complain_usage(fault);
	return run(&d);
}
