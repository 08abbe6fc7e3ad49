/* SPDX-License-Identifier: MIT */
/*
 * rules.c - who may do what as somebody else, asked of the files themselves.
 *
 * The rules are the operator's, but who is taken for no administrator needs
 * one proof less.  So whatever is not understood MUST count as a rule for the
 * account, and whatever cannot be read MUST leave it unknown.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "number.h"
#include "whole.h"
#include "worker/rules.h"
#include "worker/run.h"
#include "worker/sudoers.h"

#define USER     "sudoUser:"
#define NAME_LEN 1024  /* bytes of a name in a rule, with NUL */
#define DOAS_MAX 65536 /* bytes of doas.conf */
#define BLANKS   " \t\r\f\v"

/* RFC 4648 section 4: the value of a character, or -1. */
static int
value_of(char c)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c == '\0' ? NULL : strchr(digits, c);

	return at == NULL ? -1 : (int)(at - digits);
}

/* Decode a word of base64 as a name; false if it is none. */
static bool
decode(const char *word, char name[static NAME_LEN])
{
	const size_t len = strcspn(word, "=");
	unsigned int bits = 0, n = 0;
	size_t have = 0;
	int v;

	if (strspn(word + len, "=") != strlen(word + len))
		return false;
	for (size_t i = 0; i < len; i++) {
		if ((v = value_of(word[i])) == -1 || have >= NAME_LEN - 1)
			return false;
		bits = (bits << 6 | (unsigned int)v) & 0xffffu;
		if ((n += 6) < 8)
			continue;
		n -= 8;
		if ((name[have++] = (char)(bits >> n & 0xffu)) == '\0')
			return false;
	}
	name[have] = '\0';
	return true;
}

/* A uid or gid, 0 too, in *n; false: not clear. */
static bool
read_id(const char *s, uint32_t *n)
{
	if (strcmp(s, "0") != 0)
		return number_read(s, n);
	*n = 0;
	return true;
}

/* What is behind a sudoUser: of the LDIF. */
static enum sspr_err
sudo_names(const char *who, const struct member *m, bool *is)
{
	uint32_t id;

	who += strspn(who, "!");
	*is = true;
	if (*who == '\0' || *who == '+' || strncmp(who, "%:", 2) == 0 ||
	    strcmp(who, "ALL") == 0)
		return SSPR_OK;
	if (*who == '#')
		*is = !read_id(who + 1, &id) || id == m->uid;
	else if (strncmp(who, "%#", 2) == 0)
		*is = !read_id(who + 2, &id) || member_has_gid(m, id);
	else if (*who == '%')
		return member_is_in(m, who + 1, is);
	else
		*is = strcasecmp(who, m->name) == 0;
	return SSPR_OK;
}

/* One line, without its end. */
static enum sspr_err
sudo_line(const char *line, size_t len, const struct member *m, bool *is)
{
	char word[NAME_LEN], name[NAME_LEN];
	const char *value = line + sizeof(USER) - 1;

	*is = false;
	if (strncmp(line, USER, sizeof(USER) - 1) != 0)
		return SSPR_OK;
	len -= sizeof(USER) - 1;
	*is = true;
	if (len == 0 || len >= sizeof(word))
		return SSPR_OK;
	snprintf(word, sizeof(word), "%.*s", (int)len, value);
	if (strncmp(word, ": ", 2) == 0)
		return decode(word + 2, name) ? sudo_names(name, m, is)
					      : SSPR_OK;
	return word[0] == ' ' ? sudo_names(word + 1, m, is) : SSPR_OK;
}

/* A reader of one line: whether it grants the account something. */
typedef enum sspr_err
line_reader(const char *line, size_t len, const struct member *m, bool *is);

static enum sspr_err
each_line(const char *text, size_t len, const struct member *m,
    line_reader *read_line, bool *any)
{
	const char *end = text + len;
	enum sspr_err e;
	size_t n;
	bool is;

	for (; text < end; text += n + 1) {
		n = strcspn(text, "\n");
		if ((e = read_line(text, n, m, &is)) != SSPR_OK)
			return e;
		if (!is && (text[n] == '\n' || text + n == end))
			continue;
		*any = true; /* by a rule, or by a NUL in the text */
		return SSPR_OK;
	}
	*any = false;
	return SSPR_OK;
}

enum sspr_err
rules_of_sudo(const char *text, size_t len, const struct member *m, bool *any)
{
	return each_line(text, len, m, sudo_line, any);
}

/* Cut the next word off a line; "" at its end or where a comment begins. */
static void
next_word(const char **line, char word[static NAME_LEN])
{
	const char *at = *line + strspn(*line, BLANKS);
	size_t n = strcspn(at, BLANKS "{}#");

	if (n == 0 && (*at == '{' || *at == '}'))
		n = 1;
	snprintf(word, NAME_LEN, "%.*s", (int)n, at);
	*line = at + n;
}

/* The identity of a rule: behind permit, its options and setenv { ... }. */
static void
next_identity(const char **line, char word[static NAME_LEN])
{
	static const char *const options[] = { "nopass", "nolog", "persist",
		"keepenv", "setenv" };
	bool inside = false, option;

	do {
		next_word(line, word);
		option = inside || strcmp(word, "{") == 0;
		inside = option && strcmp(word, "}") != 0 && *word != '\0';
		for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
			option = option || strcmp(word, options[i]) == 0;
	} while (option && *word != '\0');
}

static enum sspr_err
doas_names(const char *who, const struct member *m, bool *is)
{
	uint32_t id;

	*is = true;
	if (*who == '\0' || strcmp(who, ":") == 0)
		return SSPR_OK;
	if (*who != ':') {
		*is = strcasecmp(who, m->name) == 0 ||
		    (read_id(who, &id) && id == m->uid);
		return SSPR_OK;
	}
	if (read_id(who + 1, &id) && member_has_gid(m, id))
		return SSPR_OK;
	return member_is_in(m, who + 1, is);
}

/* A rule is one line, unless a backslash makes it longer. */
static enum sspr_err
doas_line(const char *line, size_t len, const struct member *m, bool *is)
{
	char text[NAME_LEN], word[NAME_LEN];
	const char *at = text;

	*is = true;
	snprintf(text, sizeof(text), "%.*s", (int)len, line);
	at += strspn(at, BLANKS);
	if (*at == '\0' || *at == '#') {
		*is = false;
		return SSPR_OK;
	}
	if (len >= sizeof(text) || strchr(at, '\\') != NULL)
		return SSPR_OK;
	next_word(&at, word);
	*is = strcmp(word, "deny") != 0;
	if (strcmp(word, "permit") != 0)
		return SSPR_OK;
	next_identity(&at, word);
	if (memchr(text, '"', (size_t)(at - text)) != NULL)
		return SSPR_OK;
	return doas_names(word, m, is);
}

enum sspr_err
rules_of_doas(const char *text, size_t len, const struct member *m, bool *any)
{
	return each_line(text, len, m, doas_line, any);
}

static bool
is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 || errno != ENOENT;
}

static bool
is_installed(const struct rules_place *place)
{
	for (const char *const *sudo = place->sudo; *sudo != NULL; sudo++)
		if (is_there(*sudo))
			return true;
	return false;
}

static enum sspr_err
look_sudo(const struct rules_place *place, const struct member *m, bool *any,
    const char **why)
{
	char program[PATH_MAX], *text;
	enum sspr_err e;
	size_t len;

	*any = false;
	if (!is_there(place->sudoers) ||
	    (!is_there(place->converter) && !is_installed(place)))
		return SSPR_OK;
	*why = "cvtsudoers of sudo is missing or not root's alone, so nobody "
	       "knows who has rules of sudo";
	if ((e = run_find(place->converter, program)) != SSPR_OK)
		return e;
	*why = "cvtsudoers cannot read the rules of sudo, so nobody knows who "
	       "has some: see visudo -c";
	e = sudoers_print(program, place->sudoers, SUDOERS_MS, &text, &len);
	if (e != SSPR_OK)
		return e == SSPR_NO_MEMORY ? e : SSPR_SYSTEM;
	*why = "groups in the rules of sudo cannot be looked up";
	e = rules_of_sudo(text, len, m, any);
	free(text);
	return e;
}

/* The whole file, with a NUL behind it; SSPR_NO_USER: there is none. */
static enum sspr_err
read_doas(const char *path, char buf[static DOAS_MAX + 1], size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	enum sspr_err e;

	if (fd == -1)
		return errno == ENOENT ? SSPR_NO_USER : SSPR_SYSTEM;
	e = whole_read(fd, buf, DOAS_MAX + 1, len);
	close(fd);
	if (e != SSPR_OK || *len > DOAS_MAX)
		return SSPR_SYSTEM;
	buf[*len] = '\0';
	return SSPR_OK;
}

static enum sspr_err
look_doas(const struct rules_place *place, const struct member *m, bool *any,
    const char **why)
{
	char buf[DOAS_MAX + 1];
	enum sspr_err e;
	size_t len;

	*why = "the rules of doas cannot be read";
	*any = false;
	if ((e = read_doas(place->doas, buf, &len)) == SSPR_NO_USER)
		return SSPR_OK;
	if (e == SSPR_OK)
		e = rules_of_doas(buf, len, m, any);
	return e;
}

enum sspr_err
rules_look(const struct rules_place *place, const struct member *m, bool *any,
    const char **why)
{
	bool sudo, doas;
	enum sspr_err e;

	if ((e = look_sudo(place, m, &sudo, why)) != SSPR_OK ||
	    (e = look_doas(place, m, &doas, why)) != SSPR_OK)
		return e;
	*any = sudo || doas;
	return SSPR_OK;
}
