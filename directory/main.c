/* SPDX-License-Identifier: MIT */
/*
 * main.c - libexec/sspr/directory: asks the LDAP directory, for a worker of
 * sspr-resetd (verdict.h) and for administrators.
 *
 * It runs as root, without any capability, and in an environment of its own:
 * what libldap or libraries below it would take from one was somebody else's.
 */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "entry.h"
#include "link.h"
#include "paths.h"
#include "program.h"
#include "request.h"
#include "text.h"
#include "verdict.h"

#define WHOLE_S 10 /* seconds that all of look or bind may take */

#define WHY_MAX \
	(SETTINGS_WHY_MAX > LINK_WHY_MAX ? SETTINGS_WHY_MAX : LINK_WHY_MAX)

/* The answer to a request. */
struct answer {
	enum verdict verdict;
	char mark[VERDICT_MARK_MAX + 1];
	char why[WHY_MAX + 1]; /* printable, or "" */
};

/* LDAPNOINIT: libldap reads neither ldap.conf(5) nor what stands for it. */
static bool
be_alone(void)
{
	return clearenv() == 0 && setenv("LDAPNOINIT", "1", 1) == 0;
}

static enum verdict
verdict_of(enum sspr_err e)
{
	return e == SSPR_DIRECTORY ? VERDICT_SILENT
	    : e == SSPR_PASSWORD   ? VERDICT_REFUSED
				   : VERDICT_SETTINGS;
}

static void
try_password(const struct settings *s, const char *dn, const struct request *r,
    struct answer *a)
{
	LDAP *ld = NULL;
	enum sspr_err e = link_open_as(s, dn, &r->password, &ld, a->why);

	a->verdict = e == SSPR_OK ? VERDICT_FINE : verdict_of(e);
	link_close(ld);
}

static void
ask(const struct settings *s, const struct request *r, struct answer *a)
{
	struct entry entry = { .dn = NULL };
	LDAP *ld = NULL;
	enum sspr_err e;

	if ((e = link_open(s, &ld, a->why)) == SSPR_OK)
		e = entry_find(ld, s, r->name, r->uid, &entry, a->why);
	link_close(ld);
	if (e != SSPR_OK) {
		a->verdict = verdict_of(e);
		return;
	}
	a->verdict = entry.state;
	memcpy(a->mark, entry.mark, sizeof(a->mark));
	if (r->password.len > 0 && entry.dn != NULL)
		try_password(s, entry.dn, r, a);
	entry_free(&entry);
}

static enum sspr_err
answer(const struct request *r)
{
	struct answer a = { VERDICT_SETTINGS, VERDICT_NO_MARK, "" };
	char line[VERDICT_LINE_MAX + 1];
	struct settings s = { .seconds = 0 };

	if (settings_read(PATH_DIRECTORY_CONF, 0, &s, a.why) == SSPR_OK)
		ask(&s, r, &a);
	settings_wipe(&s);
	if (a.why[0] != '\0')
		fprintf(stderr, "%s\n", a.why);
	verdict_print(a.verdict, a.mark, line);
	return fputs(line, stdout) >= 0 ? SSPR_OK : SSPR_FILE;
}

/* VERDICT_LOOK and VERDICT_BIND.  Death by SIGALRM is no verdict. */
static enum sspr_err
serve(int argc, bool password)
{
	struct request r = { .uid = 0 };
	enum sspr_err e;

	(void)alarm(WHOLE_S);
	if (argc != 1)
		return complain_usage("too many arguments");
	if (!be_alone())
		return complain_err(SSPR_NO_MEMORY, 0);
	if ((e = request_read(STDIN_FILENO, password, &r)) == SSPR_OK)
		e = answer(&r);
	else
		(void)complain_about("standard input", e); /* it is e */
	request_wipe(&r);
	return e;
}

static enum sspr_err
look_main(int argc, char **argv)
{
	(void)argv;
	return serve(argc, false);
}

static enum sspr_err
bind_main(int argc, char **argv)
{
	(void)argv;
	return serve(argc, true);
}

static enum sspr_err
check_main(int argc, char **argv)
{
	const struct passwd *p;
	enum sspr_err e;

	if (argc != 2)
		return complain_usage("check needs the name of an account");
	if (!be_alone())
		return complain_err(SSPR_NO_MEMORY, 0);
	if (strlen(argv[1]) > ENTRY_NAME_MAX ||
	    !text_is_clean(argv[1], strlen(argv[1])) ||
	    (p = getpwnam(argv[1])) == NULL) {
		fputs("This host knows no account of this name; getent passwd "
		      "must find it.\n",
		    stdout);
		return SSPR_UNKNOWN_USER;
	}
	e = check_run(stdout, PATH_DIRECTORY_CONF, 0, argv[1], p->pw_uid);
	puts(e == SSPR_OK ? "All is well." : "This needs to be put right.");
	return e;
}

static enum sspr_err
help_main(int argc, char **argv)
{
	if (argc != 2 || strcmp(argv[1], "--help") != 0)
		return complain_usage("a subcommand is needed");
	puts("usage: directory check NAME\n"
	     "       directory look | bind\n"
	     "Ask the LDAP directory of /etc/sspr/directory.conf: see "
	     "sspr-directory.conf(5).");
	return SSPR_OK;
}

int
main(int argc, char **argv)
{
	static const struct program_command commands[] = {
		{ VERDICT_LOOK, look_main },
		{ VERDICT_BIND, bind_main },
		{ "check", check_main },
	};
	const struct program p = { .name = "directory",
		.commands = commands,
		.ncommands = sizeof(commands) / sizeof(commands[0]),
		.bare = help_main };

	return program_run(&p, argc, argv);
}
