/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <stdbool.h>

#include "complain.h"
#include "confirm.h"
#include "desk.h"
#include "help.h"

static enum sspr_err
parse(int argc, char **argv, struct desk *d, bool *help)
{
	static const struct option longs[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "reason", required_argument, NULL, 'r' }, { NULL, 0, NULL, 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, ":h", longs, NULL)) != -1)
		switch (c) {
		case 'h':
			*help = true;
			return SSPR_OK;
		case 'r':
			d->reason = optarg;
			break;
		default:
			return complain_option(c);
		}
	if (argc - optind != 1)
		return complain_usage("user confirm takes one USER");
	d->user = argv[optind];
	return SSPR_OK;
}

enum sspr_err
confirm_main(int argc, char **argv)
{
	struct proto_hello hello = { .verb = VERB_CONFIRM };
	struct desk d = { .user = "" };
	const char *fault;
	bool help = false;
	enum sspr_err e;

	if ((e = parse(argc, argv, &d, &help)) != SSPR_OK)
		return e;
	if (help)
		return help_print(stdout);
	if ((fault = desk_fault(&d, true)) != NULL)
		return complain_usage(fault);
	return desk_hold(&d, &hello, NULL, NULL);
}
