/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"
#include "vault/template.h"
#include "whole.h"

#define FILE_MAX (TEMPLATE_SUBJECT_MAX + TEMPLATE_TEXT_MAX + 16u)

/* What mail programs and telephones make a link of. */
static const char *const links[] = { "://", "www." };

static enum sspr_err
refuse(const char **why, const char *reason)
{
	*why = reason;
	return SSPR_CONFIG;
}

/* The bytes of a link that begins at s, or 0. */
static size_t
link_at(const char *s)
{
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (strncasecmp(s, links[i], strlen(links[i])) == 0)
			return strlen(links[i]);
	return 0;
}

static bool
has_link(const char *s)
{
	for (; *s != '\0'; s++)
		if (link_at(s) > 0)
			return true;
	return false;
}

static const struct template_sign *
find_sign(const struct template_sign *signs, char sign)
{
	for (; signs->sign != '\0'; signs++)
		if (signs->sign == sign)
			return signs;
	return NULL;
}

/*
 * Whether a format uses known signs only.
 *
 * *longest   out: its bytes with the longest values
 */
static enum sspr_err
check_signs(const char *format, const struct template_sign *signs,
    bool is_subject, size_t *longest, const char **why)
{
	const struct template_sign *sign;

	for (*longest = 0; *format != '\0'; format++) {
		if (*format != '%' || *++format == '%') {
			(*longest)++;
			continue;
		}
		if (*format == '\0' ||
		    (sign = find_sign(signs, *format)) == NULL)
			return refuse(why, "unknown placeholder");
		if (is_subject && !sign->subject)
			return refuse(why, "placeholder not for the subject");
		*longest += sign->max;
	}
	return SSPR_OK;
}

/* Whether a text uses a sign. */
static bool
uses(const char *format, char sign)
{
	for (; *format != '\0'; format++)
		if (*format == '%' && *++format == sign)
			return true;
	return false;
}

static enum sspr_err
check(const struct template *t, const struct template_sign *signs,
    const char **why)
{
	size_t longest;
	enum sspr_err e;

	if (t->subject[0] == '\0')
		return refuse(why, "no subject in the first line");
	if (t->text[0] == '\0')
		return refuse(why, "no text after the first line");
	if (has_link(t->subject) || has_link(t->text))
		return refuse(why, "a link");
	if ((e = check_signs(t->subject, signs, true, &longest, why)) !=
		SSPR_OK ||
	    (e = check_signs(t->text, signs, false, &longest, why)) != SSPR_OK)
		return e;
	if (longest > TEMPLATE_WHOLE_MAX)
		return refuse(why, "text too long with all values put in");
	for (; signs->sign != '\0'; signs++)
		if (signs->needed && !uses(t->text, signs->sign))
			return refuse(why,
			    "text without one of %c, %h, %s or %t that it "
			    "needs");
	return SSPR_OK;
}

/* Whether all lines can be shown. */
static bool
is_clean(const char *s, size_t len)
{
	const char *end;
	size_t n;

	for (; len > 0; s += n, len -= n) {
		if (*s == '\n') {
			n = 1;
			continue;
		}
		end = memchr(s, '\n', len);
		n = end != NULL ? (size_t)(end - s) : len;
		if (!text_is_clean(s, n))
			return false;
	}
	return true;
}

enum sspr_err
template_parse(const char *file, size_t len, const struct template_sign *signs,
    struct template *t, const char **why)
{
	struct template new = { .subject = "" };
	const char *text = memchr(file, '\n', len), *end = file + len;
	size_t head;
	enum sspr_err e;

	if (text == NULL)
		text = end;
	if (!is_clean(file, len))
		return refuse(why, "not UTF-8 that can be shown");
	head = (size_t)(text - file);
	while (text < end && *text == '\n')
		text++;
	while (end > text && end[-1] == '\n')
		end--;
	if (head > TEMPLATE_SUBJECT_MAX)
		return refuse(why, "subject over 120 bytes");
	if ((size_t)(end - text) > TEMPLATE_TEXT_MAX)
		return refuse(why, "text over 900 bytes");
	memcpy(new.subject, file, head);
	memcpy(new.text, text, (size_t)(end - text));
	if ((e = check(&new, signs, why)) == SSPR_OK)
		*t = new;
	return e;
}

static enum sspr_err
check_file(int fd, const char **why)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return refuse(why, "cannot be looked at");
	if (!S_ISREG(st.st_mode))
		return refuse(why, "not a regular file");
	if (st.st_uid != 0)
		return refuse(why, "not root's");
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return refuse(why, "writable by others than root");
	return SSPR_OK;
}

static enum sspr_err
read_file(int fd, char buf[static FILE_MAX], size_t *len, const char **why)
{
	if (whole_read(fd, buf, FILE_MAX, len) != SSPR_OK)
		return refuse(why, "cannot be read");
	return *len < FILE_MAX ? SSPR_OK : refuse(why, "too long");
}

enum sspr_err
template_load(const char *path, const struct template_sign *signs,
    struct template *t, const char **why)
{
	char buf[FILE_MAX];
	size_t len;
	enum sspr_err e;
	int fd = open(path,
	    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

	if (fd == -1 && (errno == ENOENT || errno == ENOTDIR))
		return SSPR_GONE;
	if (fd == -1)
		return refuse(why,
		    errno == ELOOP ? "a symbolic link" : "cannot be opened");
	if ((e = check_file(fd, why)) == SSPR_OK)
		e = read_file(fd, buf, &len, why);
	(void)close(fd); /* it was only read */
	return e == SSPR_OK ? template_parse(buf, len, signs, t, why) : e;
}

/* Bytes put one after the other, while whole characters fit. */
struct out {
	char *at;
	size_t used, size;
	bool full;
};

static void
put(struct out *o, const char *s, size_t n)
{
	if (o->full || o->used + n >= o->size) {
		o->full = true;
		return;
	}
	memcpy(o->at + o->used, s, n);
	o->used += n;
}

/* What cannot be shown is put as a question mark. */
static void
put_tamed(struct out *o, const char *s, size_t len)
{
	uint32_t c = 0;
	size_t n;

	for (; len > 0; s += n, len -= n) {
		n = text_next(s, len, &c);
		if (n > 0 && text_is_printable(c))
			put(o, s, n);
		else
			put(o, "?", 1);
		if (n == 0)
			n = 1;
	}
}

/* The format up to its next sign or line. */
static size_t
put_literal(struct out *o, const char *format)
{
	const size_t n = strcspn(format, "%\n");

	put_tamed(o, format, n);
	if (format[n] != '\n')
		return n;
	put(o, "\n", 1);
	return n + 1;
}

static void
put_value(struct out *o, char sign, const struct template_values *v)
{
	const char *value = NULL;

	if (sign == '%')
		value = "%";
	else if (sign >= 'a' && sign <= 'z')
		value = v->of[sign - 'a'];
	if (value != NULL)
		put_tamed(o, value, strlen(value));
}

void
template_expand(const char *format, const struct template_values *v, char *buf,
    size_t size)
{
	struct out o = { .at = buf, .size = size };
	size_t n;

	while (*format != '\0')
		if (*format != '%')
			format += put_literal(&o, format);
		else if (*++format != '\0')
			put_value(&o, *format++, v);
	buf[o.used] = '\0';
	for (size_t i = 0; i < o.used; i++)
		if ((n = link_at(buf + i)) > 0)
			memset(buf + i, '?', n);
}
