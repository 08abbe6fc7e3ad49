/* SPDX-License-Identifier: MIT */
/*
 * What the program complains of comes by a pipe, so that it is escaped, cut
 * and marked as a line of ours before it reaches the log: a server may have
 * worded it.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "worker/directory.h"
#include "worker/run.h"

#define SAID_MAX   2000 /* bytes; the pipe takes more, nobody reads it */
#define SAID_LINES 4

static void
log_said(int fd)
{
	char said[SAID_MAX + 1], *line = said, *end;
	ssize_t n;

	if ((n = read(fd, said, SAID_MAX)) <= 0)
		return; /* there is nothing, or no more to know */
	said[n] = '\0';
	for (int i = 0; i < SAID_LINES; i++) {
		line += strspn(line, "\n");
		if (*line == '\0')
			return;
		end = line + strcspn(line, "\n");
		log_warn("directory: %.*s", (int)(end - line), line);
		line = end;
	}
}

/* Run it and log what it says; what it prints is to be freed. */
static enum sspr_err
run_logged(struct run *run, char **text, size_t *len)
{
	enum sspr_err e;
	int fd[2];

	if (pipe2(fd, O_CLOEXEC | O_NONBLOCK) == -1)
		return SSPR_SYSTEM;
	run->said = fd[1];
	e = run_print(run, text, len);
	close(fd[1]);
	log_said(fd[0]);
	close(fd[0]);
	return e;
}

static enum sspr_err
ask(struct run *run, enum verdict *v, char mark[static VERDICT_MARK_MAX + 1])
{
	enum sspr_err e;
	size_t len;
	char *text;

	if ((e = run_logged(run, &text, &len)) != SSPR_OK)
		return e == SSPR_NO_MEMORY ? e : SSPR_DIRECTORY;
	e = verdict_parse(text, len, v, mark);
	free(text);
	return e == SSPR_OK ? e : SSPR_DIRECTORY;
}

/* As verdict.h has it; 0 if it does not fit or would be another question. */
static size_t
put_question(char in[static RUN_IN_MAX], const char *name, uid_t uid,
    const struct secret *password)
{
	int n;

	if (strchr(name, '\n') != NULL)
		return 0;
	n = snprintf(in, RUN_IN_MAX, "%u\n%s\n", uid, name);
	if (n < 0 || n + password->len > RUN_IN_MAX)
		return 0;
	memcpy(in + n, password->at, password->len);
	return (size_t)n + password->len;
}

static enum sspr_err
ask_for(const char *program, const char *verb, unsigned int ms,
    const char *name, uid_t uid, const struct secret *password, enum verdict *v,
    char mark[static VERDICT_MARK_MAX + 1])
{
	char in[RUN_IN_MAX], found[PATH_MAX], word[16];
	char *const argv[] = { (char[]){ "directory" }, word, NULL };
	struct run run = { .program = found,
		.argv = argv,
		.in = in,
		.ms = ms,
		.max = VERDICT_LINE_MAX };
	enum sspr_err e = SSPR_DIRECTORY;

	if (run_find(program, found) != SSPR_OK)
		return SSPR_SETUP;
	snprintf(word, sizeof(word), "%s", verb);
	if ((run.in_len = put_question(in, name, uid, password)) > 0)
		e = ask(&run, v, mark);
	secret_zero(in, sizeof(in));
	return e;
}

enum sspr_err
directory_look(const char *program, const char *name, uid_t uid,
    enum verdict *v, char mark[static VERDICT_MARK_MAX + 1])
{
	const struct secret none = { .len = 0 };

	return ask_for(program, VERDICT_LOOK, DIRECTORY_LOOK_MS, name, uid,
	    &none, v, mark);
}

enum sspr_err
directory_said(enum verdict v)
{
	if (v == VERDICT_SETTINGS)
		return SSPR_SETUP;
	return v == VERDICT_SILENT ? SSPR_DIRECTORY : SSPR_OK;
}

enum sspr_err
directory_bind(const char *program, const char *name, uid_t uid,
    const struct secret *password, enum verdict *v)
{
	char mark[VERDICT_MARK_MAX + 1];

	return ask_for(program, VERDICT_BIND, DIRECTORY_BIND_MS, name, uid,
	    password, v, mark);
}
