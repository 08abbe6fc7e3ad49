/* SPDX-License-Identifier: MIT */
/*
 * main.c - sspr-enroll: the subcommands, and a process that leaves nothing of
 * a secret behind.
 */
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "add.h"
#include "complain.h"
#include "help.h"
#include "remove.h"
#include "secret.h"
#include "status.h"
#include "undo.h"

#ifndef SSPR_RELEASE
#define SSPR_RELEASE "unknown"
#endif

static const struct {
	const char *name;
	enum sspr_err (*main)(int argc, char **argv);
} commands[] = {
	{ "status", status_main },
	{ "add", add_main },
	{ "remove", remove_main },
};

/* No core, no debugger, no death by a closed pipe; descriptors 0 to 2. */
static void
harden(void)
{
	const struct rlimit none = { 0, 0 };
	int fd;

	if (setrlimit(RLIMIT_CORE, &none) == -1 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1 ||
	    signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		abort();
	do
		if ((fd = open("/dev/null", O_RDWR)) == -1)
			abort();
	while (fd <= STDERR_FILENO);
	(void)close(fd);
}

/* The subcommand, which is status if none is named. */
static enum sspr_err
run(int argc, char **argv)
{
	if (argc == 1 || argv[1][0] == '-')
		return status_main(argc, argv);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].main(argc - 1, argv + 1);
	return complain_usage("unknown subcommand");
}

int
main(int argc, char **argv)
{
	char *none[] = { NULL, NULL }, name[] = "sspr-enroll";
	char buf[BUFSIZ];
	enum sspr_err e;

	harden();
	(void)setlocale(LC_CTYPE, ""); /* the C locale will do */
	undo_install();
	(void)setvbuf(stdout, buf, _IOLBF, sizeof(buf)); /* wiped below */
	none[0] = name;
	if (argc < 1)
		e = run(1, none);
	else if (argc == 2 && strcmp(argv[1], "--version") == 0)
		e = puts("sspr-enroll " SSPR_RELEASE) >= 0 ? SSPR_OK
							   : SSPR_FILE;
	else
		e = run(argc, argv);
	if (fclose(stdout) != 0 && e == SSPR_OK)
		e = complain_err(SSPR_FILE, 0);
	secret_zero(buf, sizeof(buf));
	return err_exit(e);
}
