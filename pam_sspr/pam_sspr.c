/* SPDX-License-Identifier: MIT */
/*
 * pam_sspr.c - the entry points PAM calls, and nothing else.
 *
 * The module MUST be neutral: it returns PAM_IGNORE on every path, so that no
 * control word makes it let anyone in or keep anyone out.
 */
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "args.h"
#include "dialogue.h"
#include "hello.h"
#include "prompt.h"

enum { NEUTRAL = PAM_IGNORE };

static struct args
parse(const pam_handle_t *pamh, int argc, const char **argv)
{
	struct args args;

	args_init(&args);
	for (int i = 0; i < argc; i++)
		if (!args_take(&args, argv[i]))
			pam_syslog(pamh, LOG_WARNING, "argument ignored: %.64s",
			    argv[i]);
	return args;
}

static void
report(const pam_handle_t *pamh, const char *what, enum sspr_err e)
{
	pam_syslog(pamh, LOG_DEBUG, "%s: %s (SSPR-%02d)", what, err_text(e),
	    (int)e);
}

static void
attend(pam_handle_t *pamh, const struct args *args)
{
	struct proto_hello hello;
	struct prompt prompt;
	enum sspr_err e;

	if (hello_fill(args, pamh, &hello) != SSPR_OK ||
	    !args_serves(args, hello.service))
		return;
	if (strcmp(hello.service, "login") == 0 && isatty(STDIN_FILENO) != 1)
		return;
	prompt_init(&prompt, pamh, !args_is_usual(hello.service));
	e = dialogue_offer(&prompt, &hello);
	if (args->debug)
		report(pamh, "offer", e);
	if (e != SSPR_OK)
		return;
	e = dialogue_reset(&prompt, &hello);
	if (args->debug)
		report(pamh, "dialogue", e);
}

int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct args args = parse(pamh, argc, argv);

	if (((unsigned int)flags & PAM_SILENT) == 0)
		attend(pamh, &args);
	return NEUTRAL;
}

int
pam_sm_setcred([[maybe_unused]] pam_handle_t *pamh, [[maybe_unused]] int flags,
    [[maybe_unused]] int argc, [[maybe_unused]] const char **argv)
{
	return NEUTRAL;
}
