/* SPDX-License-Identifier: MIT */
/*
 * R-KEY-7: a secret goes to a terminal; elsewhere only if --print-secret
 * says so, which MUST be known before anything is begun.
 */
#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "add.h"
#include "chat.h"
#include "complain.h"
#include "enrolment.h"
#include "help.h"
#include "paths.h"
#include "sheet.h"
#include "text.h"

/* What may come with a secret in it. */
struct shown {
	struct enrolment enrolment;
	struct sheet sheet;
};

const char *
add_label_fault(const char *label)
{
	if (strlen(label) > PROTO_LABEL_MAX)
		return "a label has at most 64 bytes";
	if (!text_is_clean(label, strlen(label)))
		return "a label is printable text in UTF-8";
	return NULL;
}

/* What is wrong with the request, or NULL. */
static const char *
fault(const struct add *a)
{
	if (a->method == METHOD_UNKNOWN || a->method == METHOD_PASS)
		return "add takes one method: app, backup, sms, landline, "
		       "email, questions or notice";
	if (a->png != NULL && a->method != METHOD_APP)
		return "--png is for the method app";
	if (a->png != NULL && a->png[0] == '\0')
		return "--png needs the name of a file";
	assert(a->label != NULL);
	return add_label_fault(a->label);
}

static enum sspr_err
on_qr(void *arg, const struct proto_qr *qr)
{
	struct shown *s = arg;

	return enrolment_show(&s->enrolment, qr);
}

static enum sspr_err
on_code(void *arg, const struct proto_row *row, const struct proto_msg *m)
{
	struct shown *s = arg;

	return sheet_take(&s->sheet, row, m);
}

/* All codes are there when the first question comes. */
static enum sspr_err
on_ask(void *arg, const struct chat *c, bool echo, const char *prompt,
    struct secret *answer)
{
	struct shown *s = arg;
	enum sspr_err e;

	if ((e = sheet_print(&s->sheet)) != SSPR_OK)
		return e;
	do
		e = chat_ask(c, echo, prompt, answer);
	while (e == SSPR_OK && echo &&
	    enrolment_takes(&s->enrolment, answer->at, answer->len));
	return e;
}

static enum sspr_err
hold(const struct tty *tty, const struct add *a, struct shown *s)
{
	struct proto_hello hello = { .verb = VERB_ADD };
	struct chat c = { .path = PATH_SOCKET,
		.tty = tty,
		.info = a->json ? stderr : stdout,
		.arg = s,
		.qr = a->method == METHOD_APP ? on_qr : NULL,
		.record = a->method == METHOD_BACKUP ? on_code : NULL,
		.ask = on_ask };
	enum sspr_err e;

	(void)snprintf(hello.method, sizeof(hello.method), "%s",
	    method_row(a->method)->name);
	(void)snprintf(hello.label, sizeof(hello.label), "%s", a->label);
	e = chat_hold(&c, &hello);
	if (e == SSPR_OK && (e = sheet_print(&s->sheet)) != SSPR_OK)
		e = complain_err(e, 0);
	return e;
}

enum sspr_err
add_run(const struct tty *tty, const struct add *a)
{
	struct shown s = { .enrolment = { .to = stdout,
			       .json = a->json,
			       .picture = { .fd = -1 } },
		.sheet = { .to = stdout, .json = a->json } };
	struct enrolment *n = &s.enrolment;
	enum sspr_err e;

	screen_look(STDOUT_FILENO, &n->screen);
	if (!n->screen.tty && !a->print_secret &&
	    (a->method == METHOD_APP || a->method == METHOD_BACKUP))
		return complain_err(SSPR_NO_TTY, 0);
	if (a->png != NULL && picture_open(&n->picture, a->png) != SSPR_OK)
		return complain_about(strerror(errno), SSPR_FILE);
	e = hold(tty, a, &s);
	if (e == SSPR_OK && n->picture.fd != -1)
		fputs("Delete the picture as soon as the app has it.\n",
		    stderr);
	picture_close(&n->picture, e);
	enrolment_wipe(n);
	sheet_wipe(&s.sheet);
	return e;
}

static enum sspr_err
parse(int argc, char **argv, struct add *a, bool *help)
{
	static const struct option longs[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "json", no_argument, NULL, 'j' },
		{ "label", required_argument, NULL, 'l' },
		{ "png", required_argument, NULL, 'p' },
		{ "print-secret", no_argument, NULL, 's' }, { NULL, 0, NULL, 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, ":h", longs, NULL)) != -1)
		switch (c) {
		case 'h':
			*help = true;
			return SSPR_OK;
		case 'j':
			a->json = true;
			break;
		case 'l':
			a->label = optarg;
			break;
		case 'p':
			a->png = optarg;
			break;
		case 's':
			a->print_secret = true;
			break;
		default:
			return complain_option(c);
		}
	if (argc - optind == 1)
		a->method = method_named(argv[optind]);
	return fault(a) == NULL ? SSPR_OK : complain_usage(fault(a));
}

enum sspr_err
add_main(int argc, char **argv)
{
	struct add a = { .label = "" };
	bool help = false;
	struct tty tty;
	enum sspr_err e;

	if ((e = parse(argc, argv, &a, &help)) != SSPR_OK)
		return e;
	if (help)
		return help_print(stdout);
	tty_open(&tty);
	e = add_run(&tty, &a);
	tty_close(&tty);
	return e;
}
