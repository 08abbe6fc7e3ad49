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
#include <errno.h>
#include <fcntl.h>
#include <iniparser/iniparser.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf.h"
#include "ini.h"
#include "text.h"

static_assert(CONF_LINE_MAX == INI_LINE_MAX, "one length of a line");

/* One option; set and get are those of its type. */
struct row {
	const char *section, *name, *roles, *fallback;
	enum sspr_err (*set)(const struct row *r, void *field,
	    const char *value, struct conf_fault *fault);
	void (*get)(const struct row *r, const void *field,
	    char buf[static CONF_LINE_MAX + 1]);
	size_t offset;     /* of the field in struct conf */
	uint32_t min, max; /* of a number; max: bytes of a text */
};

__attribute__((format(printf, 2, 3))) static enum sspr_err
refuse(struct conf_fault *fault, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(fault->reason, sizeof(fault->reason), fmt, ap);
	va_end(ap);
	return SSPR_CONFIG;
}

static enum sspr_err
set_number(const struct row *r, void *field, const char *value,
    struct conf_fault *fault)
{
	size_t len = strlen(value);
	uint64_t n = 0;
	uint32_t n32;

	if (len == 0 || strspn(value, "0123456789") != len)
		return refuse(fault, "not a decimal number");
	if (value[0] == '0' && len > 1)
		return refuse(fault, "number with a leading zero");
	for (size_t i = 0; i < len && n <= UINT32_MAX; i++)
		n = n * 10 + (uint64_t)(value[i] - '0');
	if (n < r->min || n > r->max)
		return refuse(fault, "not from %u to %u", r->min, r->max);
	n32 = (uint32_t)n;
	memcpy(field, &n32, sizeof(n32));
	return SSPR_OK;
}

static void
get_number(const struct row *r, const void *field,
    char buf[static CONF_LINE_MAX + 1])
{
	uint32_t n;

	(void)r;
	memcpy(&n, field, sizeof(n));
	(void)snprintf(buf, CONF_LINE_MAX + 1, "%u", n);
}

static enum sspr_err
set_yesno(const struct row *r, void *field, const char *value,
    struct conf_fault *fault)
{
	bool yes = strcmp(value, "yes") == 0;

	(void)r;
	if (!yes && strcmp(value, "no") != 0)
		return refuse(fault, "neither yes nor no");
	memcpy(field, &yes, sizeof(yes));
	return SSPR_OK;
}

static void
get_yesno(const struct row *r, const void *field,
    char buf[static CONF_LINE_MAX + 1])
{
	bool yes;

	(void)r;
	memcpy(&yes, field, sizeof(yes));
	(void)snprintf(buf, CONF_LINE_MAX + 1, "%s", yes ? "yes" : "no");
}

static enum sspr_err
set_text(const struct row *r, void *field, const char *value,
    struct conf_fault *fault)
{
	size_t len = strlen(value);

	if (len > r->max)
		return refuse(fault, "more than %u bytes", r->max);
	if (!text_is_clean(value, len))
		return refuse(fault, "not printable UTF-8");
	if (memchr(value, '"', len) != NULL)
		return refuse(fault, "double quote inside a value");
	memset(field, 0, (size_t)r->max + 1);
	memcpy(field, value, len);
	return SSPR_OK;
}

static void
get_text(const struct row *r, const void *field,
    char buf[static CONF_LINE_MAX + 1])
{
	memcpy(buf, field, (size_t)r->max + 1);
}

/* clang-format off */

static const struct row rows[CONF_COUNT] = {
#define NUMBER(NAME, section, key, roles, min, max, default, help) \
	{ section, #key, roles, #default, set_number, get_number, \
	    offsetof(struct conf, key), min, max },
#define YESNO(NAME, section, key, roles, default, help) \
	{ section, #key, roles, #default, set_yesno, get_yesno, \
	    offsetof(struct conf, key), 0, 0 },
#define TEXT(NAME, section, key, roles, max, default, help) \
	{ section, #key, roles, default, set_text, get_text, \
	    offsetof(struct conf, key), 0, max },
#define WORDS(NAME, section, key, roles, max, default, help) \
	{ section, #key, roles, default, set_text, get_text, \
	    offsetof(struct conf, key), 0, max },
#include "conf.def"
};

#define TEXT(NAME, section, key, roles, max, default, help) \
static_assert((max) <= CONF_LINE_MAX - INI_NAME_MAX - 8, #key " too long");
#define WORDS(NAME, section, key, roles, max, default, help) \
static_assert((max) <= CONF_LINE_MAX - INI_NAME_MAX - 8, #key " too long");
#include "conf.def"

/* clang-format on */

/* What our own scan finds. */
struct scan {
	struct conf conf;
	unsigned int line;
	const char *section;               /* the open one, or NULL */
	unsigned int sections[CONF_COUNT]; /* lines, by first option; 0 none */
	unsigned int lines[CONF_COUNT];    /* of each option; 0 none */
	size_t names;                      /* sections and options so far */
};

void
conf_default(struct conf *c)
{
	struct conf_fault fault;

	memset(c, 0, sizeof(*c));
	for (enum conf_option i = 0; i < CONF_COUNT; i++) {
		enum sspr_err e = conf_set(c, i, rows[i].fallback, &fault);

		assert(e == SSPR_OK);
		(void)e; /* the defaults are constants, and tested */
	}
}

enum sspr_err
conf_set(struct conf *c, enum conf_option option, const char *value,
    struct conf_fault *fault)
{
	const struct row *r = &rows[option];

	assert(option < CONF_COUNT);
	return r->set(r, (char *)c + r->offset, value, fault);
}

void
conf_get(const struct conf *c, enum conf_option option,
    char buf[static CONF_LINE_MAX + 1])
{
	const struct row *r = &rows[option];

	assert(option < CONF_COUNT);
	r->get(r, (const char *)c + r->offset, buf);
}

bool
conf_is_for(enum conf_option option, char role)
{
	assert(option < CONF_COUNT);
	return role != '\0' && strchr(rows[option].roles, role) != NULL;
}

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
		return refuse(fault, "unknown %s, did you mean %s?", what,
		    near);
	return refuse(fault, "unknown %s", what);
}

static enum sspr_err
enter_section(struct scan *s, const char *name, struct conf_fault *fault)
{
	const char *near = rows[0].section;

	(void)snprintf(fault->key, sizeof(fault->key), "[%s]", name);
	for (size_t i = 0; i < CONF_COUNT; i++) {
		if (distance(name, rows[i].section) < distance(name, near))
			near = rows[i].section;
		if (strcmp(rows[i].section, name) != 0)
			continue;
		if (s->sections[i] != 0)
			return refuse(fault, "already in line %u",
			    s->sections[i]);
		s->sections[i] = s->line;
		s->section = rows[i].section;
		s->names++;
		return SSPR_OK;
	}
	return unknown("section", name, near, fault);
}

static enum sspr_err
refuse_name(const char *section, const char *name, struct conf_fault *fault)
{
	const char *near = rows[0].name;

	for (size_t i = 0; i < CONF_COUNT; i++) {
		if (strcmp(rows[i].name, name) == 0)
			return refuse(fault, "belongs into section [%s]",
			    rows[i].section);
		if (strcmp(rows[i].section, section) == 0 &&
		    distance(name, rows[i].name) < distance(name, near))
			near = rows[i].name;
	}
	return unknown("key", name, near, fault);
}

static enum sspr_err
take_option(struct scan *s, const struct ini_line *l, struct conf_fault *fault)
{
	(void)snprintf(fault->key, sizeof(fault->key), "%s", l->name);
	if (s->section == NULL)
		return refuse(fault, "stands before the first [section]");
	for (enum conf_option i = 0; i < CONF_COUNT; i++) {
		if (strcmp(rows[i].section, s->section) != 0 ||
		    strcmp(rows[i].name, l->name) != 0)
			continue;
		if (s->lines[i] != 0)
			return refuse(fault, "already in line %u", s->lines[i]);
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
		return refuse(fault, "%s", reason);
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

	(void)refuse(fault, "iniparser cannot be given the text");
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

	(void)snprintf(name, sizeof(name), "%s:%s", rows[i].section,
	    rows[i].name);
	value = iniparser_getstring(d, name, NULL);
	fault->line = s->lines[i];
	(void)snprintf(fault->key, sizeof(fault->key), "%s", rows[i].name);
	if ((value == NULL) != (s->lines[i] == 0) ||
	    (value != NULL && conf_set(c, i, value, fault) != SSPR_OK))
		return refuse(fault, "iniparser reads this otherwise");
	conf_get(&s->conf, i, ours);
	conf_get(c, i, theirs);
	if (strcmp(ours, theirs) != 0)
		return refuse(fault, "iniparser reads this otherwise");
	return SSPR_OK;
}

static enum sspr_err
take_values(const struct scan *s, const dictionary *d, struct conf *c,
    struct conf_fault *fault)
{
	enum sspr_err e;

	fault->line = 0;
	fault->key[0] = '\0';
	if (d == NULL || (size_t)d->n != s->names)
		return refuse(fault, "iniparser reads this file otherwise");
	for (enum conf_option i = 0; i < CONF_COUNT; i++)
		if ((e = take_value(s, d, i, c, fault)) != SSPR_OK)
			return e;
	return SSPR_OK;
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
		return refuse(fault, "larger than %u bytes", CONF_FILE_MAX);
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

/* Whether only root can have written what fd reads. */
static enum sspr_err
check_file(int fd, struct conf_fault *fault)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return refuse(fault, "cannot be read: %s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return refuse(fault, "not a regular file");
	if (st.st_uid != 0)
		return refuse(fault, "does not belong to root");
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return refuse(fault, "others than root can write it");
	return SSPR_OK;
}

static enum sspr_err
read_file(int fd, char text[static CONF_FILE_MAX + 1], size_t *len,
    struct conf_fault *fault)
{
	ssize_t n = 1;
	size_t sum = 0;

	while (n > 0 && sum <= CONF_FILE_MAX) {
		n = read(fd, text + sum, CONF_FILE_MAX + 1 - sum);
		if (n == -1)
			return refuse(fault, "cannot be read: %s",
			    strerror(errno));
		sum += (size_t)n;
	}
	*len = sum;
	return SSPR_OK;
}

enum sspr_err
conf_load(const char *path, struct conf *c, struct conf_fault *fault)
{
	char text[CONF_FILE_MAX + 1];
	size_t len = 0;
	enum sspr_err e;
	int fd = open(path,
	    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);

	*fault = (struct conf_fault){ .line = 0 };
	if (fd == -1)
		return refuse(fault, "cannot be opened: %s", strerror(errno));
	if ((e = check_file(fd, fault)) == SSPR_OK)
		e = read_file(fd, text, &len, fault);
	(void)close(fd); /* it was only read */
	return e == SSPR_OK ? conf_parse(text, len, c, fault) : e;
}
