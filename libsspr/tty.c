/* SPDX-License-Identifier: MIT */
/*
 * A line is read byte by byte: what follows it is not ours (a script's next
 * command may read the same standard input), and no buffer is left to wipe.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "complain.h"
#include "screen.h"
#include "tty.h"
#include "undo.h"

void
tty_open(struct tty *t)
{
	t->in = STDIN_FILENO;
	t->out = -1;
	if (isatty(t->in) == 0)
		return;
	t->out = open("/dev/tty", O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (t->out == -1)
		t->out = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
}

void
tty_close(struct tty *t)
{
	if (t->out != -1)
		(void)close(t->out);
	t->out = -1;
}

bool
tty_is_person(const struct tty *t)
{
	return t->out != -1;
}

static void
put(int fd, const char *s)
{
	size_t len = strlen(s);
	ssize_t n;

	while (len > 0) {
		n = write(fd, s, len);
		if (n == -1 && errno != EINTR)
			return;
		if (n > 0) {
			s += n;
			len -= (size_t)n;
		}
	}
}

/* One byte; 0 at the end of input, on which an error is too. */
static size_t
get(int fd, char *c)
{
	ssize_t n;

	do
		n = read(fd, c, 1);
	while (n == -1 && errno == EINTR);
	return n == 1 ? 1 : 0;
}

static enum sspr_err
read_line(int fd, struct secret *answer)
{
	char line[SECRET_MAX + 1];
	enum sspr_err e = SSPR_USAGE;
	size_t len = 0, n;
	char c = '\0';

	while ((n = get(fd, &c)) == 1 && c != '\n')
		if (len < sizeof(line))
			line[len++] = c;
	if (n == 0 && len == 0)
		e = SSPR_CANCELLED;
	else if (len <= SECRET_MAX)
		e = secret_set(answer, line, len);
	secret_zero(line, sizeof(line));
	secret_zero(&c, sizeof(c));
	return e;
}

/*
 * The prompt as this terminal can show it, to be freed.  NULL: no memory.
 */
static char *
shown(const struct tty *t, const char *prompt)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (f == NULL)
		return NULL;
	screen_put_wrapped(f, prompt, screen_width(t->out));
	if (fclose(f) == 0)
		return text;
	free(text);
	return NULL;
}

static enum sspr_err
ask_quietly(const struct tty *t, const char *prompt, struct secret *answer)
{
	struct undo_quiet q = { .in = t->in, .out = t->out, .prompt = prompt };
	enum sspr_err e;

	undo_quiet(&q);
	put(t->out, prompt);
	e = read_line(t->in, answer);
	undo_echo(&q);
	put(t->out, "\n");
	return e;
}

static enum sspr_err
ask_aloud(const struct tty *t, const char *prompt, struct secret *answer)
{
	enum sspr_err e;

	put(t->out, prompt);
	e = read_line(t->in, answer);
	if (e == SSPR_CANCELLED)
		put(t->out, "\n");
	return e;
}

static enum sspr_err
ask_person(const struct tty *t, bool echo, const char *prompt,
    struct secret *answer)
{
	char *text = shown(t, prompt);
	enum sspr_err e;

	if (text == NULL)
		return SSPR_NO_MEMORY;
	do {
		e = echo ? ask_aloud(t, text, answer)
			 : ask_quietly(t, text, answer);
		if (e == SSPR_USAGE)
			(void)complain_usage("the answer is too long");
	} while (e == SSPR_USAGE);
	free(text);
	return e;
}

enum sspr_err
tty_ask(const struct tty *t, bool echo, const char *prompt,
    struct secret *answer)
{
	enum sspr_err e;

	if (tty_is_person(t))
		return ask_person(t, echo, prompt, answer);
	e = read_line(t->in, answer);
	if (e == SSPR_USAGE)
		(void)complain_usage("the answer is too long");
	return e;
}
