/* SPDX-License-Identifier: MIT */
/*
 * What is not understood refuses the file (R-CFG-1).  Nothing of a value is
 * in a message.  There is no key to switch TLS or the verification of
 * certificates off, and none may be added.
 */
#include <errno.h>
#include <fcntl.h>
#include <ldap.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "settings.h"
#include "whole.h"

#define SECONDS_MAX 30

/* clang-format off */
enum key {
	KEY_URI, KEY_BASE, KEY_FILTER, KEY_NAME, KEY_NUMBER, KEY_BIND_DN,
	KEY_PASSWORD_FILE, KEY_SASL, KEY_CA_FILE, KEY_SECONDS, KEY_COUNT
};
/* clang-format on */

/* What the file gives. */
struct given {
	char value[INI_LINE_MAX + 1];
	unsigned int line; /* from 1; 0: it is not given */
};

static const char scheme_plain[] = "ldap://";
static const char scheme_tls[] = "ldaps://";
static const char scheme_local[] = "ldapi://";

/* clang-format off */
__attribute__((format(printf, 2, 3)))
static enum sspr_err
refuse(char why[static SETTINGS_WHY_MAX + 1], const char *fmt, ...)
/* clang-format on */
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, SETTINGS_WHY_MAX + 1, fmt, ap);
	va_end(ap);
	return SSPR_CONFIG;
}

static bool
starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

bool
settings_next_uri(const char **rest, char uri[static SETTINGS_TEXT_MAX + 1])
{
	const char *at = *rest + strspn(*rest, " \t");
	const size_t len = strcspn(at, " \t");

	if (len == 0 || len > SETTINGS_TEXT_MAX)
		return false;
	memcpy(uri, at, len);
	uri[len] = '\0';
	*rest = at + len;
	return true;
}

/*
 * Of a place behind the scheme: the host, or the path of a socket, as libldap
 * understands it.
 */
static const char *
check_place(const char *uri, bool local)
{
	LDAPURLDesc *desc;
	const char *why = NULL;

	if (ldap_url_parse(uri, &desc) != LDAP_URL_SUCCESS)
		return "not a URI of LDAP";
	if (local && desc->lud_host != NULL && desc->lud_host[0] != '\0' &&
	    desc->lud_host[0] != '/')
		why = "the path of a socket starts with %2F";
	if (desc->lud_port < 0 || desc->lud_port > 65535)
		why = "a port is 1 to 65535";
	if (!local && (desc->lud_host == NULL || desc->lud_host[0] == '\0'))
		why = "a URI names no host";
	ldap_free_urldesc(desc);
	return why;
}

static const char *
check_one_uri(const char *uri)
{
	static const char host[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz"
				   "0123456789.-_:[]";
	const bool local = starts(uri, scheme_local);
	const char *place = strstr(uri, "://");
	size_t len;

	if (!local && !starts(uri, scheme_plain) && !starts(uri, scheme_tls))
		return "a URI is ldap://, ldaps:// or ldapi://";
	place += strlen("://");
	len = local ? strcspn(place, "/?") : strspn(place, host);
	if (strcmp(place + len, "") != 0 && strcmp(place + len, "/") != 0)
		return local ? "the / of a socket's path are written %2F"
			     : "a URI has a host and a port, and no more";
	return check_place(uri, local);
}

static const char *
check_uri(const char *value)
{
	char uri[SETTINGS_TEXT_MAX + 1];
	const char *why = "no URI";

	while (settings_next_uri(&value, uri))
		if ((why = check_one_uri(uri)) != NULL)
			return why;
	return why;
}

static const char *
check_dn(const char *value)
{
	LDAPDN dn = NULL;

	if (ldap_str2dn(value, &dn, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS ||
	    dn == NULL)
		return "not a distinguished name";
	ldap_dnfree(dn);
	return NULL;
}

/* The parentheses; the server reads the rest. */
static const char *
check_filter(const char *value)
{
	const size_t len = strlen(value);
	size_t depth = 0;

	for (size_t i = 0; i < len; i++) {
		if (value[i] == '(')
			depth++;
		if (depth == 0)
			return "a filter is in one pair of parentheses";
		if (value[i] == ')' && --depth == 0 && i + 1 < len)
			return "a filter is in one pair of parentheses";
	}
	return depth == 0 && len > 2 ? NULL : "a filter lacks parentheses";
}

/* RFC 4512 section 1.4, keystring. */
static const char *
check_attribute(const char *value)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz";
	static const char all[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "abcdefghijklmnopqrstuvwxyz0123456789-";
	const size_t len = strlen(value);

	if (len == 0 || len > INI_NAME_MAX || strspn(value, letters) == 0 ||
	    strspn(value, all) != len)
		return "not the name of an attribute";
	return NULL;
}

static const char *
check_path(const char *value)
{
	return value[0] == '/' ? NULL : "not an absolute path";
}

static const char *
check_sasl(const char *value)
{
	if (strcmp(value, "none") == 0 || strcmp(value, "external") == 0)
		return NULL;
	return "neither none nor external";
}

/* 1 to SECONDS_MAX, 0 for what is none of them. */
static unsigned int
seconds(const char *value)
{
	const size_t len = strlen(value);
	unsigned int n = 0;

	if (len > 2 || value[0] == '0' || strspn(value, "0123456789") != len)
		return 0;
	for (size_t i = 0; i < len; i++)
		n = n * 10 + (unsigned int)(value[i] - '0');
	return n <= SECONDS_MAX ? n : 0;
}

static const char *
check_seconds(const char *value)
{
	return seconds(value) > 0 ? NULL : "not a number from 1 to 30";
}

/* clang-format off */
static const struct row {
	const char *name;
	const char *standard; /* NULL: it must be given */
	const char *(*check)(const char *value);
} rows[KEY_COUNT] = {
	[KEY_URI] = { "uri", NULL, check_uri },
	[KEY_BASE] = { "base", NULL, check_dn },
	[KEY_FILTER] = { "filter", "(objectClass=posixAccount)", check_filter },
	[KEY_NAME] = { "name_attribute", "uid", check_attribute },
	[KEY_NUMBER] = { "uid_attribute", "uidNumber", check_attribute },
	[KEY_BIND_DN] = { "bind_dn", "", check_dn },
	[KEY_PASSWORD_FILE] = { "password_file", "", check_path },
	[KEY_SASL] = { "sasl", "none", check_sasl },
	[KEY_CA_FILE] = { "ca_file", "/etc/ssl/certs/ca-certificates.crt",
	    check_path },
	[KEY_SECONDS] = { "seconds", "2", check_seconds },
};
/* clang-format on */

/* A pair of the section; NULL if it can be taken. */
static const char *
take_pair(const struct ini_line *line, unsigned int number, struct given *given)
{
	const char *why;

	for (enum key k = 0; k < KEY_COUNT; k++) {
		if (strcmp(line->name, rows[k].name) != 0)
			continue;
		if (given[k].line != 0)
			return "given twice";
		if ((why = rows[k].check(line->value)) != NULL)
			return why;
		memcpy(given[k].value, line->value, sizeof(line->value));
		given[k].line = number;
		return NULL;
	}
	return "unknown key";
}

static enum sspr_err
take_line(const struct ini_line *line, unsigned int number, bool *inside,
    struct given *given, char why[static SETTINGS_WHY_MAX + 1])
{
	const char *reason = NULL;

	switch (line->kind) {
	case INI_BLANK:
		return SSPR_OK;
	case INI_SECTION:
		if (strcmp(line->name, "directory") != 0)
			reason = "unknown section";
		else if (*inside)
			reason = "section given twice";
		*inside = true;
		break;
	case INI_PAIR:
		reason = *inside ? take_pair(line, number, given)
				 : "stands before [directory]";
		break;
	}
	if (reason == NULL)
		return SSPR_OK;
	return refuse(why, "line %u: %s: %s", number, line->name, reason);
}

static enum sspr_err
take_file(const char *bytes, size_t len, struct given *given,
    char why[static SETTINGS_WHY_MAX + 1])
{
	struct ini_line line;
	bool inside = false;
	const char *reason;
	enum sspr_err e;
	size_t n;

	for (unsigned int number = 1; len > 0; number++) {
		const char *end = memchr(bytes, '\n', len);

		n = end != NULL ? (size_t)(end - bytes) : len;
		if (ini_parse(bytes, n, &line, &reason) != SSPR_OK)
			return refuse(why, "line %u: %s", number, reason);
		e = take_line(&line, number, &inside, given, why);
		if (e != SSPR_OK)
			return e;
		n += end != NULL ? 1 : 0;
		bytes += n;
		len -= n;
	}
	return SSPR_OK;
}

/* Whether all servers are of this host. */
static bool
is_local(const char *uris)
{
	char uri[SETTINGS_TEXT_MAX + 1];

	while (settings_next_uri(&uris, uri))
		if (!starts(uri, scheme_local))
			return false;
	return true;
}

/* What the keys say together. */
static enum sspr_err
check_all(const struct given *given, enum settings_auth *auth,
    char why[static SETTINGS_WHY_MAX + 1])
{
	const bool dn = given[KEY_BIND_DN].line != 0;
	const bool file = given[KEY_PASSWORD_FILE].line != 0;
	const bool external = strcmp(given[KEY_SASL].value, "external") == 0;

	for (enum key k = 0; k < KEY_COUNT; k++)
		if (rows[k].standard == NULL && given[k].line == 0)
			return refuse(why, "%s is missing", rows[k].name);
	if (dn != file)
		return refuse(why, "bind_dn and password_file need each other");
	if (external && dn)
		return refuse(why, "sasl = external allows no bind_dn");
	if (external && !is_local(given[KEY_URI].value))
		return refuse(why, "sasl = external is for ldapi:// only");
	*auth = external ? SETTINGS_EXTERNAL
	    : dn         ? SETTINGS_SIMPLE
			 : SETTINGS_ANONYMOUS;
	return SSPR_OK;
}

static void
fill(struct settings *s, const struct given *given)
{
	memcpy(s->uri, given[KEY_URI].value, sizeof(s->uri));
	memcpy(s->base, given[KEY_BASE].value, sizeof(s->base));
	memcpy(s->filter, given[KEY_FILTER].value, sizeof(s->filter));
	memcpy(s->name, given[KEY_NAME].value, sizeof(s->name) - 1);
	memcpy(s->number, given[KEY_NUMBER].value, sizeof(s->number) - 1);
	memcpy(s->bind_dn, given[KEY_BIND_DN].value, sizeof(s->bind_dn));
	memcpy(s->password_file, given[KEY_PASSWORD_FILE].value,
	    sizeof(s->password_file));
	memcpy(s->ca_file, given[KEY_CA_FILE].value, sizeof(s->ca_file));
	s->seconds = seconds(given[KEY_SECONDS].value);
}

enum sspr_err
settings_parse(const char *bytes, size_t len, struct settings *s,
    char why[static SETTINGS_WHY_MAX + 1])
{
	struct settings now = { .seconds = 0 };
	struct given *given;
	enum sspr_err e;

	if ((given = calloc(KEY_COUNT, sizeof(*given))) == NULL)
		return refuse(why, "out of memory");
	for (enum key k = 0; k < KEY_COUNT; k++)
		if (rows[k].standard != NULL)
			(void)snprintf(given[k].value, sizeof(given[k].value),
			    "%s", rows[k].standard);
	e = take_file(bytes, len, given, why);
	if (e == SSPR_OK)
		e = check_all(given, &now.auth, why);
	if (e == SSPR_OK) {
		fill(&now, given);
		*s = now;
	}
	free(given);
	return e;
}

/* What speaks against a file, by its state; NULL if nothing does. */
static const char *
refusal(const struct stat *st, uid_t owner, mode_t forbidden, size_t max)
{
	if (!S_ISREG(st->st_mode))
		return "not a regular file";
	if (st->st_uid != owner)
		return owner == 0 ? "does not belong to root"
				  : "belongs to somebody else";
	if ((st->st_mode & forbidden) != 0)
		return forbidden == 077
		    ? "others than its owner may use it: run chmod 0400"
		    : "others than its owner may write it: run chmod go-w";
	if (st->st_size < 0 || (size_t)st->st_size > max)
		return "too long";
	return NULL;
}

/* forbidden: bits of the mode.  buf has room for max + 1 bytes. */
static enum sspr_err
read_file(const char *path, uid_t owner, mode_t forbidden, size_t max,
    char *buf, size_t *len, char why[static SETTINGS_WHY_MAX + 1])
{
	const char *reason;
	struct stat st;
	int fd;

	fd = open(path,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd == -1) {
		const bool gone = errno == ENOENT;

		(void)refuse(why, "%s: %s", path,
		    errno == ELOOP ? "a symbolic link" : strerror(errno));
		return gone ? SSPR_GONE : SSPR_CONFIG;
	}
	reason = fstat(fd, &st) == -1 ? "its state is not known"
				      : refusal(&st, owner, forbidden, max);
	if (reason == NULL &&
	    (whole_read(fd, buf, max + 1, len) != SSPR_OK || *len > max))
		reason = "cannot be read, or is too long";
	(void)close(fd);
	if (reason == NULL)
		return SSPR_OK;
	(void)refuse(why, "%s: %s", path, reason); /* it is: */
	return SSPR_CONFIG;
}

static enum sspr_err
read_password(const char *path, uid_t owner, struct secret *password,
    char why[static SETTINGS_WHY_MAX + 1])
{
	char buf[SECRET_MAX + 2]; /* with its newline */
	const char *reason = NULL, *end;
	enum sspr_err e;
	size_t len;

	e = read_file(path, owner, 077, sizeof(buf) - 1, buf, &len, why);
	if (e == SSPR_OK) {
		end = memchr(buf, '\n', len);
		len = end != NULL ? (size_t)(end - buf) : len;
		if (len == 0)
			reason = "its first line is empty";
		else if (memchr(buf, '\0', len) != NULL)
			reason = "a NUL is in it";
		else if (secret_set(password, buf, len) != SSPR_OK)
			reason = "a password has at most 512 bytes";
	}
	secret_zero(buf, sizeof(buf));
	if (reason != NULL)
		return refuse(why, "%s: %s", path, reason);
	return e == SSPR_GONE ? SSPR_CONFIG : e;
}

enum sspr_err
settings_read(const char *path, uid_t owner, struct settings *s,
    char why[static SETTINGS_WHY_MAX + 1])
{
	char buf[SETTINGS_FILE_MAX + 1], reason[SETTINGS_WHY_MAX + 1];
	struct settings now = { .seconds = 0 };
	enum sspr_err e;
	size_t len;

	e = read_file(path, owner, 022, SETTINGS_FILE_MAX, buf, &len, why);
	if (e != SSPR_OK)
		return e;
	if (settings_parse(buf, len, &now, reason) != SSPR_OK)
		return refuse(why, "%s: %s", path, reason);
	if (now.auth == SETTINGS_SIMPLE)
		e = read_password(now.password_file, owner, &now.password, why);
	if (e == SSPR_OK)
		*s = now;
	settings_wipe(&now);
	return e;
}

void
settings_wipe(struct settings *s)
{
	secret_zero(s, sizeof(*s));
}
