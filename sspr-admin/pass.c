/* SPDX-License-Identifier: MIT */
/*
 * R-KEY-7: the pass is a secret and goes to a terminal; elsewhere only if
 * --print-secret or --json says so, which MUST be known before it is issued.
 */
#include <ctype.h>
#include <getopt.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "complain.h"
#include "desk.h"
#include "help.h"
#include "json.h"
#include "number.h"
#include "pass.h"
#include "screen.h"
#include "secret.h"
#include "when.h"

#define MINUTES_MAX 1440u

struct request {
	struct desk desk;
	uint32_t minutes; /* 0: as the site has it */
	bool alone, print_secret, help;
};

struct issued {
	unsigned int n;
	struct proto_pass pass;
};

#define GROUP 4u /* characters that are read in one breath */

/* The same in groups, as it is read over the phone. */
static void
put_groups(FILE *to, const char *code)
{
	for (size_t i = 0; code[i] != '\0'; i++) {
		if (i > 0 && i % GROUP == 0)
			fputc(' ', to);
		fputc(isalnum((unsigned char)code[i]) ? code[i] : '?', to);
	}
}

void
pass_print(FILE *to, const char *user, const struct proto_pass *p, uint64_t now)
{
	char when[WHEN_MAX];

	fputs("Helpdesk-pass for ", to);
	screen_put(to, user);
	fputs(":\n\n    ", to);
	screen_put(to, p->code);
	fputs("\n\nTo be read as ", to);
	put_groups(to, p->code);
	fputs(", and typed without blanks.\n", to);
	if (p->usable_from > now) {
		when_minute(p->usable_from, when);
		fprintf(to, "It works from %s on, ", when);
	} else {
		fputs("It works at once, ", to);
	}
	when_minute(p->until, when);
	fprintf(to,
	    "until %s, one time.\n"
	    "Be sure who is calling, then read it to them over the phone.  "
	    "Never send it by\nmail or chat, and keep no copy.\n",
	    when);
}

static enum sspr_err
on_pass(void *arg, const struct proto_row *row, const struct proto_msg *m)
{
	struct issued *i = arg;

	if (row->type != MSG_PASS || i->n++ > 0)
		return SSPR_MALFORMED;
	i->pass = m->as.pass;
	return SSPR_OK;
}

static enum sspr_err
put(const struct request *r, const struct issued *i)
{
	if (i->n == 0)
		return SSPR_MALFORMED;
	if (r->desk.json) {
		json_message(stdout, proto_row(MSG_PASS)->fields, &i->pass);
		putchar('\n');
	} else {
		pass_print(stdout, r->desk.user, &i->pass,
		    (uint64_t)time(NULL));
	}
	return fflush(stdout) == 0 && ferror(stdout) == 0 ? SSPR_OK : SSPR_FILE;
}

static enum sspr_err
run(const struct request *r)
{
	struct proto_hello hello = { .verb = VERB_ISSUE,
		.minutes = r->minutes,
		.flags = r->alone ? PROTO_ALONE : 0 };
	struct issued i = { 0 };
	enum sspr_err e;

	if (!r->desk.json && !r->print_secret && isatty(STDOUT_FILENO) == 0)
		return complain_err(SSPR_NO_TTY, 0);
	e = desk_hold(&r->desk, &hello, &i, on_pass);
	if (e == SSPR_OK)
		e = complain_err(put(r, &i), 0);
	secret_zero(&i, sizeof(i));
	return e;
}

/* Options; the user's name is what is left. */
static enum sspr_err
parse(int argc, char **argv, struct request *r)
{
	static const struct option longs[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ "lost-everything", no_argument, NULL, 'l' },
		{ "minutes", required_argument, NULL, 'm' },
		{ "reason", required_argument, NULL, 'r' },
		{ "print-secret", no_argument, NULL, 's' }, { NULL, 0, NULL, 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, ":h", longs, NULL)) != -1)
		switch (c) {
		case 'h':
			r->help = true;
			return SSPR_OK;
		case 'j':
			r->desk.json = true;
			break;
		case 'l':
			r->alone = true;
			break;
		case 'm':
			if (!number_read(optarg, &r->minutes) ||
			    r->minutes > MINUTES_MAX)
				return complain_usage(
				    "--minutes is a number from 1 to 1440");
			break;
		case 'r':
			r->desk.reason = optarg;
			break;
		case 's':
			r->print_secret = true;
			break;
		default:
			return complain_option(c);
		}
	if (argc - optind != 1)
		return complain_usage("pass issue takes one USER");
	r->desk.user = argv[optind];
	return SSPR_OK;
}

enum sspr_err
pass_main(int argc, char **argv)
{
	struct request r = { .minutes = 0 };
	const char *fault;
	enum sspr_err e;

	if ((e = parse(argc, argv, &r)) != SSPR_OK)
		return e;
	if (r.help)
		return help_print(stdout);
	if ((fault = desk_fault(&r.desk, true)) != NULL)
		return complain_usage(fault);
	return run(&r);
}
