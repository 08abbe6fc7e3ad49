/* SPDX-License-Identifier: MIT */
/*
 * main.c - the options of sspr-resetd; the daemon itself is parent/.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "log.h"
#include "parent/key.h"
#include "parent/parent.h"
#include "paths.h"
#include "role.h"

#ifndef SSPR_RELEASE
#define SSPR_RELEASE "unknown"
#endif

static void
usage(FILE *to)
{
	fputs("usage: sspr-resetd [-c FILE]        run in the foreground\n"
	      "       sspr-resetd -t [-c FILE]     check the configuration\n"
	      "       sspr-resetd --make-key       make " PATH_KEY "\n"
	      "       sspr-resetd --version | --help\n",
	    to);
}

/* Tell whether the file at path would be taken; the exit status. */
static int
check(const char *path)
{
	struct conf_fault fault = { 0 };
	char text[CONF_EXPLAIN_MAX];
	struct conf c;

	if (conf_load(path, &c, &fault) == SSPR_OK) {
		printf("%s: ok\n", path);
		return 0;
	}
	conf_explain(path, &fault, text);
	fprintf(stderr, "%s\n", text);
	return err_exit(SSPR_CONFIG);
}

static int
make_key(void)
{
	enum sspr_err e = key_make(PATH_KEY, PATH_DB);

	if (e == SSPR_OK) {
		puts("made " PATH_KEY "; keep a copy of it off this machine");
		return 0;
	}
	if (e == SSPR_FILE)
		fputs("sspr-resetd: " PATH_KEY " or " PATH_DB
		      " exists already; not touched (SSPR-30)\n",
		    stderr);
	else
		fprintf(stderr, "sspr-resetd: %s: %s\n", PATH_KEY,
		    strerror(errno));
	return err_exit(SSPR_FILE);
}

int
main(int argc, char **argv)
{
	static const struct option longs[] = { { "help", no_argument, NULL,
						   'h' },
		{ "make-key", no_argument, NULL, 'k' },
		{ "version", no_argument, NULL, 'v' }, { NULL, 0, NULL, 0 } };
	const char *path = PATH_CONF;
	bool test = false;
	int o;

	if (argc == 3 && strcmp(argv[1], "-x") == 0 && !role_run(argv[2])) {
		usage(stderr);
		return err_exit(SSPR_USAGE);
	}
	while ((o = getopt_long(argc, argv, "c:hkt", longs, NULL)) != -1)
		switch (o) {
		case 'c':
			path = optarg;
			break;
		case 'h':
			usage(stdout);
			return 0;
		case 'k':
			return make_key();
		case 't':
			test = true;
			break;
		case 'v':
			puts("sspr " SSPR_RELEASE);
			return 0;
		default:
			usage(stderr);
			return err_exit(SSPR_USAGE);
		}
	if (optind != argc) {
		usage(stderr);
		return err_exit(SSPR_USAGE);
	}
	if (test)
		return check(path);
	log_open("parent");
	parent_main(path);
}
