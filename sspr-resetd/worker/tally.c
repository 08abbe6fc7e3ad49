/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto.h"
#include "worker/run.h"
#include "worker/tally.h"

#define MODULE   "pam_faillock.so"
#define BLANKS   " \t\r\n"
#define TEXT_MAX (256 * 1024) /* bytes; the tool knows 1024 entries */

/* Columns: when, type and source, blanks between, then V or I, a newline. */
#define WHEN_LEN   19
#define TYPE_LEN   5
#define SOURCE_LEN 52
#define VALID_AT   (WHEN_LEN + 1 + TYPE_LEN + 1 + SOURCE_LEN + 1)
#define ENTRY_LEN  (VALID_AT + 2)

#define NUMBER_MAX 1000000000ul

/* Some versions make a file that is not there; group root is to open it. */
#define UMASK 007

static const struct tally_rule initial = {
	.deny = 3,
	.interval_s = 900,
	.unlock_s = 600,
	.dir = "/var/run/faillock",
};

/* The number that value begins with, up to a blank. */
static void
set_number(unsigned int *n, const char *value)
{
	char *end;
	unsigned long is;

	if (*value < '0' || *value > '9')
		return;
	is = strtoul(value, &end, 10);
	if (is <= NUMBER_MAX && strchr(BLANKS, *end) != NULL)
		*n = (unsigned int)is;
}

static void
set_unlock(unsigned int *n, const char *value)
{
	if (strcspn(value, BLANKS) == strlen("never") &&
	    strncmp(value, "never", strlen("never")) == 0)
		*n = 0;
	else
		set_number(n, value);
}

static void
set_dir(char dir[static TALLY_DIR_MAX + 1], const char *value)
{
	const size_t len = strcspn(value, BLANKS);

	if (*value == '/' && len <= TALLY_DIR_MAX)
		snprintf(dir, TALLY_DIR_MAX + 1, "%.*s", (int)len, value);
}

static void
set_args(struct tally_rule *rule, const char *args)
{
	const char *value;

	if (pamd_has(args, "deny=", &value))
		set_number(&rule->deny, value);
	if (pamd_has(args, "fail_interval=", &value))
		set_number(&rule->interval_s, value);
	if (pamd_has(args, "unlock_time=", &value))
		set_unlock(&rule->unlock_s, value);
	if (pamd_has(args, "dir=", &value))
		set_dir(rule->dir, value);
}

/* `key = value' of the file, in the form of an argument. */
static void
set_line(struct tally_rule *rule, char *line)
{
	char arg[TALLY_DIR_MAX + 32], *key, *value;

	line[strcspn(line, "#\n")] = '\0';
	key = line + strspn(line, BLANKS);
	value = key + strcspn(key, BLANKS "=");
	if (*value != '\0')
		*value++ = '\0';
	value += strspn(value, BLANKS "=");
	if (snprintf(arg, sizeof(arg), "%s=%s", key, value) < (int)sizeof(arg))
		set_args(rule, arg);
}

static enum sspr_err
read_conf(const char *path, struct tally_rule *rule)
{
	FILE *f = fopen(path, "re");
	enum sspr_err e = SSPR_OK;
	char *line = NULL;
	size_t size = 0;

	if (f == NULL)
		return errno == ENOENT ? SSPR_OK : SSPR_SYSTEM;
	while (getline(&line, &size, f) != -1)
		set_line(rule, line);
	if (ferror(f) != 0)
		e = SSPR_SYSTEM;
	free(line);
	fclose(f);
	return e;
}

struct lines {
	const struct tally_rule *conf;
	struct tally_rule *rule;
	bool any;
};

static unsigned int
lower(unsigned int a, unsigned int b)
{
	return b != 0 && (a == 0 || b < a) ? b : a;
}

/* It is the line before the password that refuses who is locked. */
static void
on_line(void *arg, const char *module, const char *args)
{
	struct lines *l = arg;
	struct tally_rule one = *l->conf, *all = l->rule;

	if (strcmp(module, MODULE) != 0 || !pamd_has(args, "preauth", NULL))
		return;
	set_args(&one, args);
	if (l->any) {
		all->deny = lower(all->deny, one.deny);
		if (one.interval_s > all->interval_s)
			all->interval_s = one.interval_s;
		if (one.unlock_s == 0 ||
		    (all->unlock_s != 0 && one.unlock_s > all->unlock_s))
			all->unlock_s = one.unlock_s;
	} else
		*all = one;
	l->any = true;
}

enum sspr_err
tally_rule(const struct tally_place *p, struct tally_rule *rule)
{
	struct tally_rule conf = initial, all;
	struct lines l = { .conf = &conf, .rule = &all };
	enum sspr_err e;

	if ((e = read_conf(p->conf, &conf)) != SSPR_OK)
		return e;
	all = conf;
	if ((e = pamd_each(p->pamd, on_line, &l)) == SSPR_OK)
		*rule = all;
	return e;
}

static bool
is_when(const char *text, time_t *when)
{
	char at[WHEN_LEN + 1];
	struct tm tm = { .tm_isdst = -1 };
	const char *end;

	memcpy(at, text, WHEN_LEN);
	at[WHEN_LEN] = '\0';
	end = strptime(at, "%Y-%m-%d %H:%M:%S", &tm);
	tm.tm_isdst = -1;
	return end != NULL && *end == '\0' && (*when = mktime(&tm)) != -1;
}

/* One entry; its source may be anything, a newline too. */
static enum sspr_err
read_entry(const char *text, time_t *when, bool *valid)
{
	const char is = text[VALID_AT];

	if (text[WHEN_LEN] != ' ' || text[WHEN_LEN + 1 + TYPE_LEN] != ' ' ||
	    text[VALID_AT - 1] != ' ' || (is != 'V' && is != 'I') ||
	    text[VALID_AT + 1] != '\n' || !is_when(text, when))
		return SSPR_MALFORMED;
	*valid = is == 'V';
	return SSPR_OK;
}

/* Move past what stands before the first entry. */
static enum sspr_err
skip_head(const char *name, const char **text, size_t *len)
{
	char head[PROTO_USER_MAX + 100];
	int n;

	n = snprintf(head, sizeof(head), "%s:\n%-*s %-*s %-48s %-5s\n", name,
	    WHEN_LEN, "When", TYPE_LEN, "Type", "Source", "Valid");
	if (n >= (int)sizeof(head) || *len < (size_t)n ||
	    memcmp(*text, head, (size_t)n) != 0 ||
	    (*len - (size_t)n) % ENTRY_LEN != 0)
		return SSPR_MALFORMED;
	*text += n;
	*len -= (size_t)n;
	return SSPR_OK;
}

static enum sspr_err
find_latest(const char *text, size_t count, time_t *latest)
{
	enum sspr_err e;
	time_t when;
	bool valid;

	*latest = 0;
	for (size_t i = 0; i < count; i++) {
		e = read_entry(text + i * ENTRY_LEN, &when, &valid);
		if (e != SSPR_OK)
			return e;
		if (valid && when > *latest)
			*latest = when;
	}
	return SSPR_OK;
}

enum sspr_err
tally_judge(const struct tally_rule *rule, const char *name, const char *text,
    size_t len, time_t now, size_t *count, bool *locked)
{
	unsigned int failures = 0;
	time_t latest, when;
	enum sspr_err e;
	bool valid;

	if (len > 0 && (e = skip_head(name, &text, &len)) != SSPR_OK)
		return e;
	if ((e = find_latest(text, len / ENTRY_LEN, &latest)) != SSPR_OK)
		return e;
	for (size_t i = 0; i < len / ENTRY_LEN; i++)
		if (read_entry(text + i * ENTRY_LEN, &when, &valid) ==
			SSPR_OK &&
		    valid && latest - when < (time_t)rule->interval_s)
			failures++;
	*count = len / ENTRY_LEN;
	*locked = rule->deny != 0 && failures >= rule->deny &&
	    (rule->unlock_s == 0 || latest + (time_t)rule->unlock_s >= now);
	return SSPR_OK;
}

struct tool {
	char program[PATH_MAX];
	struct tally_rule rule;
	unsigned int ms;
};

/* The tool follows links and gives files away: nobody else MUST make any. */
static bool
is_ours(const char *dir)
{
	struct stat st;

	if (stat(dir, &st) == -1)
		return errno == ENOENT;
	return S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
	    (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* Find it and what it is to be asked for; SSPR_NO_USER if there is none. */
static enum sspr_err
find_tool(const struct tally_place *p, struct tool *tool)
{
	enum sspr_err e;

	if (run_find(p->program, tool->program) != SSPR_OK)
		return SSPR_NO_USER;
	tool->ms = p->ms;
	if ((e = tally_rule(p, &tool->rule)) != SSPR_OK)
		return e;
	return is_ours(tool->rule.dir) ? SSPR_OK : SSPR_SYSTEM;
}

/* Run it; what it printed is to be freed. */
static enum sspr_err
run_tool(const struct tool *tool, const char *name, bool reset, char **text,
    size_t *len)
{
	char user[PROTO_USER_MAX + 1], dir[TALLY_DIR_MAX + 1];
	char option[] = "--reset";
	char *const last = reset ? option : NULL;
	char *const argv[] = { (char[]){ "faillock" }, (char[]){ "--dir" }, dir,
		(char[]){ "--user" }, user, last, NULL };
	const struct run run = { .program = tool->program,
		.argv = argv,
		.ms = tool->ms,
		.max = TEXT_MAX,
		.said = -1 };
	enum sspr_err e;
	mode_t was;

	if (strlen(name) >= sizeof(user))
		return SSPR_SYSTEM;
	memcpy(user, name, strlen(name) + 1);
	memcpy(dir, tool->rule.dir, sizeof(dir));
	was = umask(UMASK);
	e = run_print(&run, text, len);
	(void)umask(was); /* it cannot fail */
	return e;
}

static enum sspr_err
ask_tool(const struct tool *tool, const char *name, size_t *count, bool *locked)
{
	enum sspr_err e;
	char *text;
	size_t len;

	e = run_tool(tool, name, false, &text, &len);
	if (e != SSPR_OK)
		return e;
	e = tally_judge(&tool->rule, name, text, len, time(NULL), count,
	    locked);
	free(text);
	return e;
}

enum sspr_err
tally_is_locked(const struct tally_place *p, const char *name, bool *locked)
{
	struct tool tool;
	enum sspr_err e;
	size_t count;

	if ((e = find_tool(p, &tool)) == SSPR_OK)
		return ask_tool(&tool, name, &count, locked);
	if (e == SSPR_NO_USER) {
		*locked = false;
		return SSPR_OK;
	}
	return e;
}

static enum sspr_err
clear(const struct tool *tool, const char *name)
{
	enum sspr_err e;
	bool locked;
	size_t len;
	char *text;

	e = run_tool(tool, name, true, &text, &len);
	if (e != SSPR_OK)
		return e;
	free(text);
	e = ask_tool(tool, name, &len, &locked);
	return e == SSPR_OK && locked ? SSPR_NOT_CHANGED : e;
}

enum sspr_err
tally_clear(const struct tally_place *p, const char *name, bool *cleared)
{
	bool locked, some = false;
	struct tool tool;
	enum sspr_err e;
	size_t count;

	if ((e = find_tool(p, &tool)) == SSPR_OK) {
		e = ask_tool(&tool, name, &count, &locked);
		some = e == SSPR_MALFORMED || (e == SSPR_OK && count > 0);
		if (some)
			e = clear(&tool, name);
	} else if (e == SSPR_NO_USER)
		e = SSPR_OK;
	if (e == SSPR_OK)
		*cleared = some;
	return e;
}
