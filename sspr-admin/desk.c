/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "chat.h"
#include "complain.h"
#include "desk.h"
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
