/* SPDX-License-Identifier: MIT */
/*
 * R-KEY-7: a secret goes to a terminal; elsewhere only if --print-secret
 * says so, which MUST be known before anything is begun.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "add.h"
#include "complain.h"
#include "dialogue.h"
#include "enrolment.h"
#include "help.h"
#include "text.h"

struct request {
	const char *method, *label;
	const char *png; /* path, or NULL */
	bool print_secret, json;
};

static const char *const methods[] = { "app" };

static bool
is_method(const char *s)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(s, methods[i]) == 0)
			return true;
	return false;
}

/* What is wrong with the request, or NULL. */
static const char *
fault(const struct request *r)
{
	if (strlen(r->label) > PROTO_LABEL_MAX)
		return "a label has at most 64 bytes";
	if (!text_is_clean(r->label, strlen(r->label)))
		return "a label is printable text in UTF-8";
	if (r->png != NULL && r->png[0] == '\0')
		return "--png needs the name of a file";
	return NULL;
}

static enum sspr_err
hold(const struct request *r, struct enrolment *n)
{
	struct proto_hello hello = { .verb = VERB_ADD };
	struct tty tty;
	struct dialogue d = { .tty = &tty,
		.info = r->json ? stderr : stdout,
		.arg = n,
		.qr = enrolment_show };
	enum sspr_err e;

	(void)snprintf(hello.method, sizeof(hello.method), "%s", r->method);
	(void)snprintf(hello.label, sizeof(hello.label), "%s", r->label);
	tty_open(&tty);
	e = dialogue_hold(&d, &hello);
	tty_close(&tty);
	return e;
}

static enum sspr_err
run(const struct request *r)
{
	struct enrolment n = { .to = stdout,
		.json = r->json,
		.picture = { .fd = -1 } };
	enum sspr_err e;

	screen_look(STDOUT_FILENO, &n.screen);
	if (!n.screen.tty && !r->print_secret)
		return complain_err(SSPR_NO_TTY, 0);
	if (r->png != NULL && picture_open(&n.picture, r->png) != SSPR_OK)
		return complain_about(strerror(errno), SSPR_FILE);
	e = hold(r, &n);
	if (e == SSPR_OK && n.picture.fd != -1)
		fputs("Delete the picture as soon as the app has it.\n",
		    stderr);
	picture_close(&n.picture, e);
	return e;
}

static enum sspr_err
parse(int argc, char **argv, struct request *r, bool *help)
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
			r->json = true;
			break;
		case 'l':
			r->label = optarg;
			break;
		case 'p':
			r->png = optarg;
			break;
		case 's':
			r->print_secret = true;
			break;
		default:
			return help_option(c);
		}
	if (argc - optind != 1 || !is_method(argv[optind]))
		return complain_usage("add takes one method, which is app");
	r->method = argv[optind];
	return fault(r) == NULL ? SSPR_OK : complain_usage(fault(r));
}

enum sspr_err
add_main(int argc, char **argv)
{
	struct request r = { .method = "", .label = "" };
	bool help = false;
	enum sspr_err e;

	if ((e = parse(argc, argv, &r, &help)) != SSPR_OK)
		return e;
	return help ? help_print(stdout) : run(&r);
}
