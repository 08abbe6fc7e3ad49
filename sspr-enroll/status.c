/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "complain.h"
#include "help.h"
#include "json.h"
#include "screen.h"
#include "status.h"

#define DATE_MAX     32 /* bytes */
#define METHOD_WIDTH 8  /* columns */

/* A time in seconds since the epoch as people here write it. */
static void
date(uint64_t when, char buf[static DATE_MAX])
{
	time_t t = (time_t)when;
	struct tm tm;

	if (when == 0)
		(void)snprintf(buf, DATE_MAX, "never");
	else if (when > INT64_MAX / 2 || localtime_r(&t, &tm) == NULL ||
	    strftime(buf, DATE_MAX, "%Y-%m-%d %H:%M", &tm) == 0)
		(void)snprintf(buf, DATE_MAX, "?");
}

static void
row(FILE *to, const struct proto_factor *f, uint64_t now)
{
	char created[DATE_MAX], used[DATE_MAX], usable[DATE_MAX];
	int width = (int)strlen(f->method);

	date(f->created, created);
	date(f->last_used, used);
	fprintf(to, "%-4" PRIu32 " ", f->id);
	screen_put(to, f->method);
	fprintf(to, "%*s  %-16s  %-16s  ",
	    width < METHOD_WIDTH ? METHOD_WIDTH - width : 0, "", created, used);
	screen_put(to, f->label[0] == '\0' ? "-" : f->label);
	if (f->usable_from > now) {
		date(f->usable_from, usable);
		fprintf(to, "  (from %s on)", usable);
	}
	fputc('\n', to);
}

/* When the first of them can be used, in seconds since the epoch. */
static uint64_t
usable_from(const struct factors *f)
{
	uint64_t first = UINT64_MAX;

	for (size_t i = 0; i < f->n; i++)
		if (f->at[i].usable_from < first)
			first = f->at[i].usable_from;
	return first;
}

void
status_table(FILE *to, const struct factors *f, uint64_t now)
{
	char when[DATE_MAX];

	if (f->n == 0) {
		fputs("You are not protected yet: no method enrolled.\n"
		      "Next: sspr-enroll add app\n",
		    to);
		return;
	}
	fprintf(to, "%-4s %-8s  %-16s  %-16s  %s\n", "ID", "METHOD", "ADDED",
	    "LAST USED", "LABEL");
	for (size_t i = 0; i < f->n; i++)
		row(to, &f->at[i], now);
	if (usable_from(f) > now) {
		date(usable_from(f), when);
		fprintf(to, "You are protected from %s on.\n", when);
		return;
	}
	fputs("You are protected.  Forgotten your password?  Type forgot in "
	      "its place where\nyou log in, and follow what is asked.\n",
	    to);
}

void
status_json(FILE *to, const struct factors *f)
{
	const struct proto_row *r = proto_row(MSG_FACTOR);

	fputc('[', to);
	for (size_t i = 0; i < f->n; i++) {
		fputs(i == 0 ? "\n" : ",\n", to);
		json_message(to, r->fields, &f->at[i]);
	}
	fputs(f->n == 0 ? "]\n" : "\n]\n", to);
}

static enum sspr_err
run(bool json)
{
	struct factors f = { 0 };
	struct tty tty;
	enum sspr_err e;

	tty_open(&tty);
	e = factors_fetch(&tty, json ? stderr : stdout, &f);
	tty_close(&tty);
	if (e != SSPR_OK)
		return e;
	if (json)
		status_json(stdout, &f);
	else
		status_table(stdout, &f, (uint64_t)time(NULL));
	return SSPR_OK;
}

enum sspr_err
status_main(int argc, char **argv)
{
	static const struct option longs[] = { { "help", no_argument, NULL,
						   'h' },
		{ "json", no_argument, NULL, 'j' }, { NULL, 0, NULL, 0 } };
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
			return help_option(c);
		}
	if (optind != argc)
		return complain_usage("status takes no arguments");
	return run(json);
}
