/* SPDX-License-Identifier: MIT */
/*
 * elsewhere.c - ask the sources of nsswitch.conf(5) past libc, which ends at
 * the first that knows, and does not say who did not answer.
 *
 * The functions of a source are called by the names that the GNU C library
 * manual, "NSS Module Function Internals", gives them.
 */
#include <ctype.h>
#include <dlfcn.h>
#include <errno.h>
#include <nss.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "worker/elsewhere.h"

#define ENTRY_LEN  16384 /* bytes of one entry of passwd */
#define NAME_LEN   256   /* bytes of an account's name, with NUL */
#define SOURCE_LEN 32    /* bytes of a source's name, with NUL */
#define BLANKS     " \t\r\n\v\f"

typedef enum nss_status
by_name(const char *name, struct passwd *pw, char *buf, size_t len, int *err);
typedef enum nss_status
by_uid(uid_t uid, struct passwd *pw, char *buf, size_t len, int *err);

/* Who is looked for, and what is known so far. */
struct search {
	const char *name;
	uid_t uid;
	bool found, silent; /* one has it; one does not answer */
};

static void
note(struct search *s, enum nss_status status)
{
	if (status == NSS_STATUS_SUCCESS)
		s->found = true;
	else if (status != NSS_STATUS_NOTFOUND)
		s->silent = true;
}

static void
ask_name(struct search *s, by_name *find, const char *name)
{
	char buf[ENTRY_LEN];
	struct passwd pw;
	int err = 0;

	note(s, find(name, &pw, buf, sizeof(buf), &err));
}

/* Whatever case it may have there. */
static void
ask_names(struct search *s, by_name *find)
{
	char small[NAME_LEN], capitals[NAME_LEN], one[NAME_LEN];
	const size_t len = strlen(s->name);

	for (size_t i = 0; i <= len; i++) {
		small[i] = (char)tolower((unsigned char)s->name[i]);
		capitals[i] = (char)toupper((unsigned char)s->name[i]);
		one[i] = i == 0 ? capitals[i] : small[i];
	}
	ask_name(s, find, s->name);
	if (strcmp(small, s->name) != 0)
		ask_name(s, find, small);
	if (strcmp(one, s->name) != 0)
		ask_name(s, find, one);
	if (strcmp(capitals, s->name) != 0 && strcmp(capitals, one) != 0)
		ask_name(s, find, capitals);
}

static void
ask_uid(struct search *s, by_uid *find)
{
	char buf[ENTRY_LEN];
	struct passwd pw;
	int err = 0;

	note(s, find(s->uid, &pw, buf, sizeof(buf), &err));
}

/* A function of a source; NULL: it is none of passwd, as for libc. */
static void *
find_function(void *module, const char *source, const char *what)
{
	char symbol[SOURCE_LEN + 32];

	snprintf(symbol, sizeof(symbol), "_nss_%s_%s", source, what);
	return dlsym(module, symbol);
}

/* Whether the last dlopen() found no such file, rather than a broken one. */
static bool
is_missing(const char *file)
{
	const char *why = dlerror();

	return why != NULL && strncmp(why, file, strlen(file)) == 0 &&
	    strstr(why, strerror(ENOENT)) != NULL;
}

/* The module stays: it may not be written to be unloaded; libc keeps its own.
 */
static void
ask(struct search *s, const char *source)
{
	char file[SOURCE_LEN + 32];
	void *module, *f;
	by_name *named;
	by_uid *numbered;

	snprintf(file, sizeof(file), "libnss_%s.so.2", source);
	if ((module = dlopen(file, RTLD_LAZY | RTLD_LOCAL)) == NULL) {
		s->silent = s->silent || !is_missing(file);
		return;
	}
	if ((f = find_function(module, source, "getpwnam_r")) != NULL) {
		memcpy(&named, &f, sizeof(named));
		ask_names(s, named);
	}
	if ((f = find_function(module, source, "getpwuid_r")) != NULL) {
		memcpy(&numbered, &f, sizeof(numbered));
		ask_uid(s, numbered);
	}
}

/* The next source of a line, actions passed over; whether there is one. */
static bool
next_source(const char **line, size_t *len)
{
	*line += strspn(*line, BLANKS);
	while (**line == '[' && strchr(*line, ']') != NULL) {
		*line = strchr(*line, ']') + 1;
		*line += strspn(*line, BLANKS);
	}
	*len = **line == '[' ? strlen(*line) : strcspn(*line, BLANKS "[");
	return *len > 0;
}

static bool
is_source(const char *s, size_t len)
{
	if (len >= SOURCE_LEN)
		return false;
	for (; len > 0; s++, len--)
		if (!isalnum((unsigned char)*s) && *s != '_' && *s != '-')
			return false;
	return true;
}

static enum sspr_err
ask_line(struct search *s, const char *line)
{
	char source[SOURCE_LEN];
	size_t len;

	for (; next_source(&line, &len); line += len) {
		if (!is_source(line, len))
			return SSPR_SYSTEM;
		memcpy(source, line, len);
		source[len] = '\0';
		if (strcmp(source, "files") != 0 &&
		    strcmp(source, "compat") != 0)
			ask(s, source);
	}
	return SSPR_OK;
}

/*
 * What stands behind `passwd:' or `passwd_compat:'.
 *
 * *sources  out, on SSPR_OK; NULL: it is another line
 */
static enum sspr_err
read_line(char *line, const char **sources)
{
	char *s = line + strspn(line, BLANKS);
	const size_t len = strcspn(s, BLANKS ":#");

	*sources = NULL;
	s[strcspn(s, "#")] = '\0';
	if ((len != 6 || strncasecmp(s, "passwd", len) != 0) &&
	    (len != 13 || strncasecmp(s, "passwd_compat", len) != 0))
		return SSPR_OK;
	s += len;
	s += strspn(s, BLANKS);
	if (*s != ':')
		return SSPR_SYSTEM;
	*sources = s + 1;
	return SSPR_OK;
}

static enum sspr_err
ask_all(struct search *s, FILE *f)
{
	const char *sources;
	enum sspr_err e = SSPR_OK;
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	while (e == SSPR_OK && (n = getline(&line, &size, f)) != -1) {
		if (strlen(line) != (size_t)n)
			e = SSPR_SYSTEM;
		else if ((e = read_line(line, &sources)) == SSPR_OK &&
		    sources != NULL)
			e = ask_line(s, sources);
	}
	if (ferror(f))
		e = SSPR_SYSTEM;
	free(line);
	return e;
}

enum sspr_err
elsewhere_look(const char *nsswitch, const char *name, uid_t uid, bool *is)
{
	struct search s = { .name = name, .uid = uid };
	enum sspr_err e;
	FILE *f;

	if (strlen(name) >= NAME_LEN)
		return SSPR_SYSTEM;
	if ((f = fopen(nsswitch, "re")) == NULL) {
		if (errno != ENOENT)
			return SSPR_SYSTEM;
		*is = false;
		return SSPR_OK;
	}
	e = ask_all(&s, f);
	fclose(f);
	if (e == SSPR_OK && s.silent && !s.found)
		e = SSPR_DIRECTORY;
	if (e == SSPR_OK)
		*is = s.found;
	return e;
}
