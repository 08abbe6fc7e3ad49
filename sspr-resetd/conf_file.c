/* SPDX-License-Identifier: MIT */
/*
 * sspr.conf is trusted, but people write it: what is not understood in full
 * is refused, with line and key, and nothing is guessed (R-CFG-1).
 *
 *  1. Our scan of the lines comes first, so iniparser only ever reads what
 *     was found to be clean; it MUST then find the same keys and values.
 *  2. iniparser gives strings only: its numbers and booleans guess.
 *  3. iniparser takes a file name.  It MUST be given the bytes that were
 *     checked, so they go into a memfd; sspr.conf is never opened twice.
 */
#include <assert.h>
#include <iniparser/iniparser.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "conf.h"
#include "conf_check.h"
#include "ini.h"

/* What our own scan finds. */
struct scan {
	struct conf conf;
	unsigned int line;
	const char *section;               /* the open one, or NULL */
	unsigned int sections[CONF_COUNT]; /* lines, by first option; 0 none */
	unsigned int lines[CONF_COUNT];    /* of each option; 0 none */
	size_t names;                      /* sections and options so far */
};

/* How many letters to insert, drop or exchange to make b of a. */
static size_t
distance(const char *a, const char *b)
{
	size_t cost[INI_NAME_MAX + 1] = { 0 }, len = strlen(b);

	assert(len <= INI_NAME_MAX);
	for (size_t j = 0; j <= len; j++)
		cost[j] = j;
	for (size_t i = 1; a[i - 1] != '\0'; i++) {
		size_t corner = cost[0];

		cost[0] = i;
		for (size_t j = 1; j <= len; j++) {
			size_t best = corner + (a[i - 1] != b[j - 1]);

			if (best > cost[j] + 1)
				best = cost[j] + 1;
			if (best > cost[j - 1] + 1)
				best = cost[j - 1] + 1;
			corner = cost[j];
			cost[j] = best;
		}
	}
	return cost[len];
}

static enum sspr_err
unknown(const char *what, const char *name, const char *near,
    struct conf_fault *fault)
{
	if (near != NULL && distance(name, near) <= 2)
		return conf_refuse(fault, "unknown %s, did you mean %s?", what,
		    near);
	return conf_refuse(fault, "unknown %s", what);
}

static enum sspr_err
enter_section(struct scan *s, const char *name, struct conf_fault *fault)
{
	const char *near = conf_section(0);

	(void)snprintf(fault->key, sizeof(fault->key), "[%s]", name);
	for (enum conf_option i = 0; i < CONF_COUNT; i++) {
		if (distance(name, conf_section(i)) < distance(name, near))
			near = conf_section(i);
		if (strcmp(conf_section(i), name) != 0)
			continue;
		if (s->sections[i] != 0)
			return conf_refuse(fault, "already in line %u",
			    s->sections[i]);
		s->sections[i] = s->line;
		s->section = conf_section(i);
		s->names++;
		return SSPR_OK;
	}
	return unknown("section", name, near, fault);
}

static enum sspr_err
refuse_name(const char *section, const char *name, struct conf_fault *fault)
{
	const char *near = conf_name(0);

	for (enum conf_option i = 0; i < CONF_COUNT; i++) {
		if (strcmp(conf_name(i), name) == 0)
			return conf_refuse(fault, "belongs into section [%s]",
			    conf_section(i));
		if (strcmp(conf_section(i), section) == 0 &&
		    distance(name, conf_name(i)) < distance(name, near))
			near = conf_name(i);
	}
	return unknown("key", name, near, fault);
}

static enum sspr_err
take_option(struct scan *s, const struct ini_line *l, struct conf_fault *fault)
{
	(void)snprintf(fault->key, sizeof(fault->key), "%s", l->name);
	if (s->section == NULL)
		return conf_refuse(fault, "stands before the first [section]");
	for (enum conf_option i = 0; i < CONF_COUNT; i++) {
		if (strcmp(conf_section(i), s->section) != 0 ||
		    strcmp(conf_name(i), l->name) != 0)
			continue;
		if (s->lines[i] != 0)
			return conf_refuse(fault, "already in line %u",
			    s->lines[i]);
		s->lines[i] = s->line;
		s->names++;
		return conf_set(&s->conf, i, l->value, fault);
	}
	return refuse_name(s->section, l->name, fault);
}

/* The name that a line we cannot take apart begins with, if any. */
static void
guess_name(const char *at, size_t len, struct conf_fault *fault)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	size_t n = 0;

	while (n < len && n < INI_NAME_MAX && at[n] != '\0' &&
	    strchr(digits, at[n]) != NULL)
		n++;
	memcpy(fault->key, at, n);
	fault->key[n] = '\0';
}

static enum sspr_err
scan_line(struct scan *s, const char *at, size_t len, struct conf_fault *fault)
{
	const char *reason = NULL;
	struct ini_line l;

	fault->line = ++s->line;
	guess_name(at, len, fault);
	if (ini_parse(at, len, &l, &reason) != SSPR_OK)
		return conf_refuse(fault, "%s", reason);
	if (l.kind == INI_SECTION)
		return enter_section(s, l.name, fault);
	if (l.kind == INI_PAIR)
		return take_option(s, &l, fault);
	return SSPR_OK;
}

static enum sspr_err
scan_text(struct scan *s, const char *text, size_t len,
    struct conf_fault *fault)
{
	for (size_t at = 0, n; at < len; at += n + 1) {
		const char *end = memchr(text + at, '\n', len - at);
		enum sspr_err e;

		n = end == NULL ? len - at : (size_t)(end - text) - at;
		if ((e = scan_line(s, text + at, n, fault)) != SSPR_OK)
			return e;
	}
	return SSPR_OK;
}

static int
say_nothing(const char *fmt, ...)
{
	(void)fmt;
	return 0;
}

/* Let iniparser read what has been scanned; NULL if it does not like it. */
static enum sspr_err
load(const char *text, size_t len, dictionary **d, struct conf_fault *fault)
{
	char path[32];
	int fd = memfd_create("sspr.conf", MFD_CLOEXEC);
	enum sspr_err e = SSPR_SYSTEM;

	(void)conf_refuse(fault, "iniparser cannot be given the text");
	if (fd == -1 || write(fd, text, len) != (ssize_t)len)
		goto out;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (access(path, R_OK) == -1)
		goto out;
	iniparser_set_error_callback(say_nothing);
	*d = iniparser_load(path);
	e = SSPR_OK;
out:
	if (fd != -1)
		(void)close(fd); /* nothing in it is kept */
	return e;
}

/* Take the option from iniparser, which must agree with our scan about it. */
static enum sspr_err
take_value(const struct scan *s, const dictionary *d, enum conf_option i,
    struct conf *c, struct conf_fault *fault)
{
	char name[2 * INI_NAME_MAX + 2];
	char ours[CONF_LINE_MAX + 1], theirs[CONF_LINE_MAX + 1];
	const char *value;

	(void)snprintf(name, sizeof(name), "%s:%s", conf_section(i),
	    conf_name(i));
	value = iniparser_getstring(d, name, NULL);
	fault->line = s->lines[i];
	(void)snprintf(fault->key, sizeof(fault->key), "%s", conf_name(i));
	if ((value == NULL) != (s->lines[i] == 0) ||
	    (value != NULL && conf_set(c, i, value, fault) != SSPR_OK))
		return conf_refuse(fault, "iniparser reads this otherwise");
	conf_get(&s->conf, i, ours);
	conf_get(c, i, theirs);
	if (strcmp(ours, theirs) != 0)
		return conf_refuse(fault, "iniparser reads this otherwise");
	return SSPR_OK;
}

/* What iniparser read, if it is the same, and all of it goes together. */
static enum sspr_err
take_values(const struct scan *s, const dictionary *d, struct conf *c,
    struct conf_fault *fault)
{
	enum sspr_err e;

	fault->line = 0;
	fault->key[0] = '\0';
	if (d == NULL || (size_t)d->n != s->names)
		return conf_refuse(fault,
		    "iniparser reads this file otherwise");
	for (enum conf_option i = 0; i < CONF_COUNT; i++)
		if ((e = take_value(s, d, i, c, fault)) != SSPR_OK)
			return e;
	return conf_check(c, s->lines, fault);
}

enum sspr_err
conf_parse(const char *text, size_t len, struct conf *c,
    struct conf_fault *fault)
{
	struct scan s = { .section = NULL };
	struct conf theirs;
	dictionary *d = NULL;
	enum sspr_err e;

	*fault = (struct conf_fault){ .line = 0 };
	if (len > CONF_FILE_MAX)
		return conf_refuse(fault, "larger than %u bytes",
		    CONF_FILE_MAX);
	conf_default(&s.conf);
	conf_default(&theirs);
	if ((e = scan_text(&s, text, len, fault)) != SSPR_OK)
		return e;
	if ((e = load(text, len, &d, fault)) != SSPR_OK)
		return e;
	if ((e = take_values(&s, d, &theirs, fault)) == SSPR_OK)
		*c = theirs;
	if (d != NULL)
		iniparser_freedict(d);
	return e;
}

void
conf_explain(const char *path, const struct conf_fault *fault,
    char buf[static CONF_EXPLAIN_MAX])
{
	char line[16] = "";

	if (fault->line > 0)
		(void)snprintf(line, sizeof(line), ":%u", fault->line);
	(void)snprintf(buf, CONF_EXPLAIN_MAX, "%.300s%s: %s%s%s (SSPR-%02d)",
	    path, line, fault->key, fault->key[0] == '\0' ? "" : ": ",
	    fault->reason, (int)SSPR_CONFIG);
}
