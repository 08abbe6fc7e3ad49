/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "complain.h"
#include "desk.h"
#include "help.h"
#include "method.h"
#include "unlock.h"

struct request {
	struct desk desk;
	const char *method; /* empty: all */
	bool help;
};

/* Empty for all; the current password, asked in enrolment, has its tries. */
static bool
is_counted(const char *method)
{
	return method[0] == '\0' || method_named(method) != METHOD_UNKNOWN ||
	    strcmp(method, "password") == 0;
}

static enum sspr_err
parse(int argc, char **argv, struct request *r)
{
	static const struct option longs[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "reason", required_argument, NULL, 'r' }, { NULL, 0, NULL, 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, ":h", longs, NULL)) != -1)
		switch (c) {
		case 'h':
			r->help = true;
			return SSPR_OK;
		case 'r':
			r->desk.reason = optarg;
			break;
		default:
			return complain_option(c);
		}
	if (argc - optind < 1 || argc - optind > 2)
		return complain_usage("unlock takes a USER and maybe a METHOD");
	r->desk.user = argv[optind];
	if (argc - optind == 2)
		r->method = argv[optind + 1];
	return SSPR_OK;
}

enum sspr_err
unlock_main(int argc, char **argv)
{
	struct proto_hello hello = { .verb = VERB_UNLOCK };
	struct request r = { .method = "" };
	const char *fault;
	enum sspr_err e;

	if ((e = parse(argc, argv, &r)) != SSPR_OK)
		return e;
	if (r.help)
		return help_print(stdout);
	if ((fault = desk_fault(&r.desk, true)) != NULL)
		return complain_usage(fault);
	if (!is_counted(r.method))
		return complain_usage("that is no method");
	(void)snprintf(hello.method, sizeof(hello.method), "%s", r.method);
	return desk_hold(&r.desk, &hello, NULL, NULL);
}
