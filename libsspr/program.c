/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "program.h"
#include "secret.h"
#include "undo.h"

#ifndef SSPR_RELEASE
#define SSPR_RELEASE "unknown"
#endif

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

/* How many words of name stand at argv, all of them, or 0. */
static int
words(const char *name, int argc, char **argv)
{
	size_t len;
	int n = 0;

	for (; n < argc; n++, name += len + 1) {
		len = strcspn(name, " ");
		if (strlen(argv[n]) != len || strncmp(argv[n], name, len) != 0)
			return 0;
		if (name[len] == '\0')
			return n + 1;
	}
	return 0;
}

static enum sspr_err
run(const struct program *p, int argc, char **argv)
{
	int n;

	if (argc == 1 || argv[1][0] == '-')
		return p->bare(argc, argv);
	for (size_t i = 0; i < p->ncommands; i++)
		if ((n = words(p->commands[i].name, argc - 1, argv + 1)) > 0)
			return p->commands[i].main(argc - n, argv + n);
	return complain_usage("unknown subcommand");
}

static enum sspr_err
version(const struct program *p)
{
	return printf("%s %s\n", p->name, SSPR_RELEASE) > 0 ? SSPR_OK
							    : SSPR_FILE;
}

int
program_run(const struct program *p, int argc, char **argv)
{
	char none[] = "", *nothing[] = { none, NULL };
	char buf[BUFSIZ];
	enum sspr_err e;
	bool lost; /* something printed */

	harden();
	complain_as(p->name, p->hints, p->nhints);
	(void)setlocale(LC_CTYPE, ""); /* the C locale will do */
	undo_install();
	(void)setvbuf(stdout, buf, _IOLBF, sizeof(buf)); /* wiped below */
	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		e = version(p);
	else
		e = argc < 1 ? run(p, 1, nothing) : run(p, argc, argv);
	lost = ferror(stdout) != 0;
	if ((fclose(stdout) != 0 || lost) && e == SSPR_OK)
		e = complain_err(SSPR_FILE, 0);
	secret_zero(buf, sizeof(buf));
	return err_exit(e);
}
