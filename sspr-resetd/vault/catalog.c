/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"
#include "vault/catalog.h"
#include "whole.h"

static const char *const ours[] = {
	"What was the name of your first teacher?",
	"What was the name of your best friend when you were ten?",
	"In what street did you live when you were seven?",
	"What was the first film you saw in a cinema?",
	"What was the first concert you went to?",
	"What did you want to become when you were a child?",
	"What was the name of your first pet?",
	"What was the name of your favourite toy?",
	"Where did your parents meet?",
	"Where did you spend your first holiday without your parents?",
	"What was the first dish you learnt to cook?",
	"Who was your first employer?",
};

#define OURS (sizeof(ours) / sizeof(ours[0]))

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool
is_there(const struct catalog *c, const char *text)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->text[i], text) == 0)
			return true;
	return false;
}

/* Take one line of len bytes; why not, or NULL. */
static const char *
take_line(struct catalog *c, const char *line, size_t len)
{
	char *to = c->text[c->n < CATALOG_MAX ? c->n : 0];

	while (len > 0 && is_blank(line[len - 1]))
		len--;
	for (; len > 0 && is_blank(*line); len--)
		line++;
	if (len == 0 || *line == '#')
		return NULL;
	if (c->n == CATALOG_MAX)
		return "has more than 20 questions";
	if (len > RECORD_QUESTION_MAX)
		return "has a question of more than 120 bytes";
	if (!text_is_clean(line, len))
		return "is not UTF-8 that can be shown";
	memcpy(to, line, len);
	to[len] = '\0';
	if (is_there(c, to))
		return "has a question twice";
	c->n++;
	return NULL;
}

enum sspr_err
catalog_read(const char *text, size_t len, struct catalog *c, const char **why)
{
	struct catalog new = { .n = 0 };
	const char *end = text + len, *next, *fault;

	for (; text < end; text = next) {
		next = memchr(text, '\n', (size_t)(end - text));
		next = next == NULL ? end : next + 1;
		fault = take_line(&new, text,
		    (size_t)(next - text) - (next[-1] == '\n'));
		if (fault != NULL) {
			*why = fault;
			return SSPR_CONFIG;
		}
	}
	if (new.n < CATALOG_MIN) {
		*why = "has fewer than 5 questions";
		return SSPR_CONFIG;
	}
	*c = new;
	return SSPR_OK;
}

static enum sspr_err
read_file(int fd, struct catalog *c, const char **why)
{
	char text[CATALOG_FILE_MAX + 1];
	struct stat st;
	size_t len;

	*why = "is not a regular file of root, or writable by others";
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode) || st.st_uid != 0 ||
	    (st.st_mode & 022) != 0)
		return SSPR_CONFIG;
	*why = "cannot be read, or is longer than 16384 bytes";
	if (whole_read(fd, text, sizeof(text), &len) != SSPR_OK ||
	    len > CATALOG_FILE_MAX || (off_t)len != st.st_size)
		return SSPR_CONFIG;
	return catalog_read(text, len, c, why);
}

enum sspr_err
catalog_open(const char *path, struct catalog *c, const char **why)
{
	enum sspr_err e;
	int fd;

	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1) {
		*why = "cannot be opened";
		return errno == ENOENT ? SSPR_NO_FACTOR : SSPR_CONFIG;
	}
	e = read_file(fd, c, why);
	close(fd);
	return e;
}

void
catalog_ours(struct catalog *c)
{
	memset(c, 0, sizeof(*c));
	for (; c->n < OURS; c->n++)
		memcpy(c->text[c->n], ours[c->n], strlen(ours[c->n]));
}
