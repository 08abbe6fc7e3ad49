/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "chat.h"
#include "complain.h"
#include "desk.h"
#include "help.h"
#include "paths.h"
#include "text.h"

const char *
desk_fault(const struct desk *d, bool needs_reason)
{
	size_t len = strlen(d->user);

	if (len == 0 || len > PROTO_USER_MAX || !text_is_clean(d->user, len))
		return "that is no name of a user";
	if (d->reason == NULL)
		return needs_reason ? "say why, with --reason TEXT" : NULL;
	len = strlen(d->reason);
	if (len == 0 || len > PROTO_REASON_MAX)
		return "a reason has 1 to 200 bytes";
	if (!text_is_clean(d->reason, len))
		return "a reason is printable text in UTF-8";
	return NULL;
}

bool
desk_is_shut(const char *path)
{
	return faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) == -1 &&
	    errno == EACCES;
}

enum sspr_err
desk_hold(const struct desk *d, struct proto_hello *hello, void *arg,
    enum sspr_err (*record)(void *arg, const struct proto_row *row,
	const struct proto_msg *m))
{
	struct tty tty;
	struct chat c = { .path = PATH_DESK,
		.tty = &tty,
		.info = d->json ? stderr : stdout,
		.arg = arg,
		.record = record };
	enum sspr_err e;

	if (desk_is_shut(PATH_DESK)) {
		(void)complain_err(SSPR_NOT_OPERATOR, 0);
		fputs("You are neither root nor in group sspr-admin.\n",
		    stderr);
		return SSPR_NOT_OPERATOR;
	}
	(void)snprintf(hello->user, sizeof(hello->user), "%s", d->user);
	if (d->reason != NULL)
		(void)snprintf(hello->reason, sizeof(hello->reason), "%s",
		    d->reason);
	tty_open(&tty);
	e = chat_hold(&c, hello);
	tty_close(&tty);
	return e;
}

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
	return SSPR_OK;
}

enum sspr_err
desk_one(int argc, char **argv, enum proto_verb verb, const char *usage)
{
	struct proto_hello hello = { .verb = (uint8_t)verb };
	struct desk d = { .user = "" };
	const char *fault;
	bool help = false;
	enum sspr_err e;

	if ((e = parse(argc, argv, &d, &help)) != SSPR_OK)
		return e;
	if (help)
		return help_print(stdout);
	if (argc - optind != 1)
		return complain_usage(usage);
	d.user = argv[optind];
	if ((fault = desk_fault(&d, true)) != NULL)
		return complain_usage(fault);
	return desk_hold(&d, &hello, NULL, NULL);
}
