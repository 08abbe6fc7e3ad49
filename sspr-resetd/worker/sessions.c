/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "worker/run.h"
#include "worker/sessions.h"

#define RUN_MS   5000
#define TEXT_MAX 4096 /* bytes; it prints none */

bool
sessions_exist(const struct sessions_place *p, uid_t uid)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof(path), "%s/%u", p->dir, uid) <
	    (int)sizeof(path) &&
	    access(path, F_OK) == 0;
}

enum sspr_err
sessions_end(const struct sessions_place *p, uid_t uid)
{
	char program[PATH_MAX], who[16], *text;
	char *const argv[] = { (char[]){ "loginctl" },
		(char[]){ "--no-ask-password" }, (char[]){ "terminate-user" },
		who, NULL };
	const struct run run = { .program = program,
		.argv = argv,
		.ms = RUN_MS,
		.max = TEXT_MAX,
		.said = -1 };
	enum sspr_err e;
	size_t len;

	snprintf(who, sizeof(who), "%u", uid);
	if ((e = run_find(p->program, program)) != SSPR_OK ||
	    (e = run_print(&run, &text, &len)) != SSPR_OK)
		return e;
	free(text);
	return SSPR_OK;
}
