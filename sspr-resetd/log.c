/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "log.h"
#include "text.h"

#define LINE_MAX_BYTES 1024 /* with its newline */

/* Who we are: the one thing here that outlives a call. */
static struct {
	const char *role;
	bool debug, journal;
} self = { .role = "start" };

struct line {
	char at[LINE_MAX_BYTES];
	size_t len;
};

/* A role has no environment to look for JOURNAL_STREAM in. */
static bool
is_journal(int fd)
{
	struct sockaddr_un a = { .sun_family = AF_UNSPEC };
	socklen_t len = sizeof(a) - 1;

	if (getpeername(fd, (struct sockaddr *)&a, &len) == -1)
		return false;
	return a.sun_family == AF_UNIX &&
	    fnmatch("*/systemd/journal*/stdout", a.sun_path, 0) == 0;
}

void
log_open(const char *role)
{
	self.role = role;
	self.journal = is_journal(STDERR_FILENO);
}

void
log_debug_on(int on)
{
	self.debug = on != 0;
}

/* Append the n bytes at s, or a mark that something is missing. */
static bool
append(struct line *l, const char *s, size_t n)
{
	static const char cut[] = "...";

	if (l->len + n > sizeof(l->at) - sizeof(cut)) {
		memcpy(l->at + l->len, cut, sizeof(cut) - 1);
		l->len += sizeof(cut) - 1;
		return false;
	}
	memcpy(l->at + l->len, s, n);
	l->len += n;
	return true;
}

static void
append_escaped(struct line *l, const char *s)
{
	size_t len = strlen(s), n;
	bool room = true;
	char hex[8];
	uint32_t c;

	for (size_t i = 0; room && i < len; i += n) {
		n = text_next(s + i, len - i, &c);
		if (n > 0 && c != '\\' && text_is_printable(c)) {
			room = append(l, s + i, n);
			continue;
		}
		n = n == 0 ? 1 : n;
		for (size_t j = i; room && j < i + n; j++) {
			(void)snprintf(hex, sizeof(hex), "\\x%02x",
			    (unsigned int)(unsigned char)s[j]);
			room = append(l, hex, 4);
		}
	}
}

__attribute__((format(printf, 2, 0))) static void
say(int priority, const char *fmt, va_list ap)
{
	char text[LINE_MAX_BYTES], head[64];
	struct line l = { .len = 0 };
	int saved = errno;

	if (self.journal)
		(void)snprintf(head, sizeof(head), "<%d>%s: ", priority,
		    self.role);
	else
		(void)snprintf(head, sizeof(head),
		    "sspr-resetd[%s]: ", self.role);
	(void)append(&l, head, strlen(head));
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		(void)snprintf(text, sizeof(text), "%s", fmt);
	append_escaped(&l, text);
	l.at[l.len++] = '\n';
	(void)!write(STDERR_FILENO, l.at, l.len); /* nobody left to tell */
	errno = saved;
}

void
log_debug(const char *fmt, ...)
{
	va_list ap;

	if (!self.debug)
		return;
	va_start(ap, fmt);
	say(LOG_DEBUG, fmt, ap);
	va_end(ap);
}

void
log_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(LOG_INFO, fmt, ap);
	va_end(ap);
}

void
log_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(LOG_WARNING, fmt, ap);
	va_end(ap);
}

void
log_err(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(LOG_ERR, fmt, ap);
	va_end(ap);
}

void
log_fatal(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(LOG_CRIT, fmt, ap);
	va_end(ap);
	_exit(1);
}
