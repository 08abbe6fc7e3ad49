/* SPDX-License-Identifier: MIT */
/*
 * Anything not understood refuses the file (R-CFG-1).  Nothing of the file is
 * in a message but the names of its keys: there are passwords in it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "place.h"
#include "secret.h"
#include "settings.h"
#include "text.h"
#include "whole.h"

#define TIME_MAX 18 /* seconds: the daemon waits for 20 */

/* clang-format off */
#define KEY(name, field, standard) \
	{ name, offsetof(struct settings, field), \
	    sizeof(((struct settings *)0)->field), standard }

static const struct key {
	const char *name;
	size_t offset, size; /* of the value in struct settings */
	const char *standard;
} keys[] = {
	KEY("url", url, ""),
	KEY("method", method, "POST"),
	KEY("body", body, ""),
	KEY("content_type", content_type, "application/x-www-form-urlencoded"),
	KEY("user", user, ""),
	KEY("password", password, ""),
	KEY("auth", auth, "none"),
	KEY("ca_file", ca_file, ""),
	KEY("success", success, ""),
	KEY("allow_http", allow_http, "no"),
	KEY("connect_time_s", connect_time, "5"),
	KEY("time_s", time, "15"),
};
/* clang-format on */

#define KEYS (sizeof(keys) / sizeof(keys[0]))

/* A part of a line. */
struct part {
	const char *at;
	size_t len;
};

static struct part
trimmed(const char *at, size_t len)
{
	while (len > 0 && (at[0] == ' ' || at[0] == '\t')) {
		at++;
		len--;
	}
	while (len > 0 && (at[len - 1] == ' ' || at[len - 1] == '\t'))
		len--;
	return (struct part){ at, len };
}

static bool
is(struct part p, const char *name)
{
	return p.len == strlen(name) && strncmp(p.at, name, p.len) == 0;
}

/* Copy a value to a place of size bytes.  It may have no control character. */
static bool
store(struct part value, char *to, size_t size)
{
	if (value.len == 0 || value.len >= size ||
	    !text_is_clean(value.at, value.len))
		return false;
	memcpy(to, value.at, value.len);
	to[value.len] = '\0';
	return true;
}

/* A header: a name, a colon, a value, and no address but in digits. */
static bool
add_header(struct part value, struct settings *s)
{
	static const char name[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz0123456789-_";
	char *to;

	if (s->headers_len == SETTINGS_HEADERS_MAX)
		return false;
	to = s->headers[s->headers_len++];
	if (!store(value, to, sizeof(s->headers[0])))
		return false;
	return to[0] != ':' && to[strspn(to, name)] == ':' &&
	    template_check(to, TEMPLATE_ADDRESS | TEMPLATE_LOGIN) == SSPR_OK;
}

/* One line; *seen is the set of keys that were given. */
static const char *
parse_line(struct part line, struct settings *s, unsigned int *seen)
{
	const char *equals = memchr(line.at, '=', line.len);
	struct part name, value;
	size_t i;

	if (line.len == 0 || line.at[0] == '#')
		return NULL;
	if (equals == NULL)
		return "no KEY = VALUE";
	name = trimmed(line.at, (size_t)(equals - line.at));
	value = trimmed(equals + 1, line.len - (size_t)(equals + 1 - line.at));
	if (is(name, "header"))
		return add_header(value, s) ? NULL : "bad header";
	for (i = 0; i < KEYS && !is(name, keys[i].name); i++)
		;
	if (i == KEYS)
		return "unknown key";
	if ((*seen & 1u << i) != 0)
		return "key given twice";
	*seen |= 1u << i;
	if (!store(value, (char *)s + keys[i].offset, keys[i].size))
		return "value empty, too long or not plain text";
	return NULL;
}

/* The media type of a content type decides how values are encoded. */
static bool
body_form(const char *type, enum template_form *form)
{
	static const struct {
		const char *type;
		enum template_form form;
	} rows[] = {
		{ "application/x-www-form-urlencoded", TEMPLATE_URL },
		{ "application/json", TEMPLATE_JSON },
		{ "application/xml", TEMPLATE_XML },
		{ "application/soap+xml", TEMPLATE_XML },
		{ "text/xml", TEMPLATE_XML },
		{ "text/plain", TEMPLATE_RAW },
	};
	const size_t len = strcspn(type, "; ");

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strlen(rows[i].type) == len &&
		    strncasecmp(type, rows[i].type, len) == 0) {
			*form = rows[i].form;
			return true;
		}
	return false;
}

/* 1 to TIME_MAX */
static bool
seconds(const char *s, long *out)
{
	long n = 0;

	for (const char *p = s; *p != '\0'; p++) {
		if (*p < '0' || *p > '9')
			return false;
		n = n * 10 + (*p - '0');
	}
	if (n < 1 || n > TIME_MAX)
		return false;
	*out = n;
	return true;
}

/* Whether url names a server we may speak to, and nothing in front of it. */
static bool
is_safe_url(const char *url, bool allow_http)
{
	const bool secure = strncmp(url, "https://", 8) == 0;
	const char *server = url + (secure ? 8 : 7);
	bool loopback;

	if (!secure && strncmp(url, "http://", 7) != 0)
		return false;
	if (!place_parse(server, strcspn(server, "/?#"), &loopback))
		return false;
	return secure || loopback || allow_http;
}

static bool
is_one_of(const char *s, const char *a, const char *b)
{
	return strcmp(s, a) == 0 || strcmp(s, b) == 0;
}

/* What the values say together; NULL if they make sense. */
static const char *
check(struct settings *s)
{
	const unsigned int all =
	    TEMPLATE_ADDRESS | TEMPLATE_TEXT | TEMPLATE_LOGIN;

	if (!is_one_of(s->allow_http, "yes", "no"))
		return "allow_http is yes or no";
	if (s->url[0] == '\0')
		return "no url";
	if (!is_safe_url(s->url, strcmp(s->allow_http, "yes") == 0))
		return "url is not https://HOST..., or http:// of this host";
	if (template_check(s->url, all) != SSPR_OK ||
	    template_check(s->body, all) != SSPR_OK)
		return "a %{place} of url or body is unknown";
	if (!is_one_of(s->method, "GET", "POST"))
		return "method is GET or POST";
	if ((strcmp(s->method, "GET") == 0) != (s->body[0] == '\0'))
		return "POST has a body, GET has none";
	if (!is_one_of(s->auth, "none", "basic"))
		return "auth is none or basic";
	if (strcmp(s->auth, "basic") == 0 && strchr(s->user, ':') != NULL)
		return "a user of basic has no colon";
	if (!body_form(s->content_type, &s->body_form))
		return "content_type is not one of form, JSON, XML, plain";
	if (!seconds(s->connect_time, &s->connect_s) ||
	    !seconds(s->time, &s->time_s))
		return "connect_time_s and time_s are 1 to 18";
	return NULL;
}

static const char *
parse(struct part file, struct settings *s, unsigned int *line)
{
	unsigned int seen = 0;
	const char *why;

	for (*line = 1; file.len > 0; (*line)++) {
		const char *end = memchr(file.at, '\n', file.len);
		size_t len = end != NULL ? (size_t)(end - file.at) : file.len;

		if ((why = parse_line(trimmed(file.at, len), s, &seen)) != NULL)
			return why;
		len += end != NULL ? 1 : 0;
		file.at += len;
		file.len -= len;
	}
	*line = 0;
	for (size_t i = 0; i < KEYS; i++)
		if ((seen & 1u << i) == 0)
			memcpy((char *)s + keys[i].offset, keys[i].standard,
			    strlen(keys[i].standard) + 1);
	return check(s);
}

enum sspr_err
settings_parse(const char *bytes, size_t len, struct settings *s,
    struct outcome *o)
{
	unsigned int line;
	const char *why;

	memset(s, 0, sizeof(*s));
	if ((why = parse((struct part){ bytes, len }, s, &line)) == NULL)
		return SSPR_OK;
	settings_wipe(s);
	if (line == 0)
		return outcome_note(o, SSPR_CONFIG, "configuration: %s", why);
	return outcome_note(o, SSPR_CONFIG, "configuration, line %u: %s", line,
	    why);
}

static const char *
refusal(const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return "not a regular file";
	if (st->st_uid != 0 && st->st_uid != geteuid())
		return "owned by neither root nor this user";
	if ((st->st_mode & 07777 & ~0440u) != 0)
		return "its mode has more than 0440: run chmod 0440";
	if (st->st_size > SETTINGS_FILE_MAX)
		return "too long";
	return NULL;
}

enum sspr_err
settings_read(const char *path, struct settings *s, struct outcome *o)
{
	char buf[SETTINGS_FILE_MAX + 1];
	enum sspr_err e;
	struct stat st;
	const char *why;
	size_t len;
	int fd;

	fd = open(path,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd == -1)
		return outcome_note(o, SSPR_CONFIG, "%s: %s", path,
		    strerror(errno));
	why = fstat(fd, &st) == -1 ? strerror(errno) : refusal(&st);
	if (why == NULL &&
	    (whole_read(fd, buf, sizeof(buf), &len) != SSPR_OK ||
		len > SETTINGS_FILE_MAX))
		why = "cannot be read";
	(void)close(fd);
	if (why != NULL)
		e = outcome_note(o, SSPR_CONFIG, "%s: %s", path, why);
	else
		e = settings_parse(buf, len, s, o);
	secret_zero(buf, sizeof(buf));
	return e;
}

void
settings_wipe(struct settings *s)
{
	secret_zero(s, sizeof(*s));
}
