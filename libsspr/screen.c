/* SPDX-License-Identifier: MIT */
/*
 * A Linux text console shows what its font has, and most fonts have no half
 * blocks; what it draws instead no scanner reads.
 */
#include <langinfo.h>
#include <linux/kd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <wchar.h>

#include "screen.h"
#include "text.h"

#define CONSOLE_MAJOR 4
#define CONSOLES      64 /* minors from there on are serial lines */

bool
screen_has_blocks(const uint16_t *glyphs, size_t n)
{
	unsigned int seen = 0;

	for (size_t i = 0; i < n; i++)
		seen |= glyphs[i] == 0x2580 ? 1u
		    : glyphs[i] == 0x2584   ? 2u
		    : glyphs[i] == 0x2588   ? 4u
					    : 0u;
	return seen == 7;
}

/* Whether the font of the console at fd has them. */
static bool
font_has_blocks(int fd)
{
	struct unimapdesc map = { .entry_ct = UINT16_MAX };
	uint16_t *glyphs;
	bool has = false;

	map.entries = calloc(UINT16_MAX, sizeof(*map.entries));
	glyphs = calloc(UINT16_MAX, sizeof(*glyphs));
	if (map.entries != NULL && glyphs != NULL &&
	    ioctl(fd, GIO_UNIMAP, &map) == 0) {
		for (size_t i = 0; i < map.entry_ct; i++)
			glyphs[i] = map.entries[i].unicode;
		has = screen_has_blocks(glyphs, map.entry_ct);
	}
	free(glyphs);
	free(map.entries);
	return has;
}

static bool
is_console(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) &&
	    major(st.st_rdev) == CONSOLE_MAJOR && minor(st.st_rdev) < CONSOLES;
}

/* The wish of the person, https://no-color.org, and of TERM. */
static bool
has_colour(void)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");

	return term != NULL && term[0] != '\0' && strcmp(term, "dumb") != 0 &&
	    (no == NULL || no[0] == '\0');
}

static bool
is_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

void
screen_look(int fd, struct screen *s)
{
	struct winsize size = { 0 };

	memset(s, 0, sizeof(*s));
	s->tty = isatty(fd) == 1;
	s->utf8 = is_utf8();
	if (!s->tty)
		return;
	s->blocks = !is_console(fd) || font_has_blocks(fd);
	s->colour = has_colour();
	if (ioctl(fd, TIOCGWINSZ, &size) == 0) {
		s->columns = size.ws_col;
		s->lines = size.ws_row;
	}
}

const char *
screen_refusal(const struct screen *s, unsigned int columns, unsigned int lines)
{
	if (!s->tty)
		return "this is no terminal";
	if (!s->utf8)
		return "the locale has no UTF-8 (see locale(1))";
	if (!s->blocks)
		return "the font of this console has no half blocks";
	if (columns > (s->columns == 0 ? 80 : s->columns) ||
	    lines + 1 > (s->lines == 0 ? 24 : s->lines))
		return "this window is too small";
	return NULL;
}

/*
 * The next character of text, or one `?' for a byte or character that is not
 * to be shown.  Returns its bytes.
 */
static size_t
next(const char *text, size_t left, bool utf8, uint32_t *c)
{
	size_t n = text_next(text, left, c);

	if (n == 0) {
		*c = '?';
		return 1;
	}
	if (*c != '\n' && (!text_is_printable(*c) || (!utf8 && *c >= 0x80)))
		*c = '?';
	return n;
}

/* Print len bytes of text. */
static void
put(FILE *to, const char *text, size_t len)
{
	bool utf8 = is_utf8();
	uint32_t c = 0;
	size_t n;

	for (; len > 0; text += n, len -= n) {
		n = next(text, len, utf8, &c);
		if (c == '?')
			fputc('?', to);
		else
			(void)fwrite(text, 1, n, to); /* ferror() tells */
	}
}

void
screen_put(FILE *to, const char *text)
{
	put(to, text, strlen(text));
}

static unsigned int
width(uint32_t c)
{
	int n = wcwidth((wchar_t)c);

	return n < 0 ? 1 : (unsigned int)n;
}

unsigned int
screen_columns(const char *text)
{
	size_t left = strlen(text), n;
	unsigned int columns = 0;
	bool utf8 = is_utf8();
	uint32_t c = 0;

	for (; left > 0; text += n, left -= n) {
		n = next(text, left, utf8, &c);
		columns += width(c);
	}
	return columns;
}

/* Whether a line may end before the blank at text[i]. */
static bool
is_break(const char *text, size_t i)
{
	return i > 0 && text[i] == ' ' && text[i + 1] != '\0' &&
	    text[i + 1] != '=' && text[i - 1] != '=' && text[i - 1] != ' ';
}

/* The bytes of text that make the first line, without what ends it. */
static size_t
first_line(const char *text, unsigned int columns)
{
	size_t left = strlen(text), i, n, fits = 0;
	unsigned int at = 0;
	bool utf8 = is_utf8();
	uint32_t c = 0;

	for (i = 0; i < left && text[i] != '\n'; i += n) {
		n = next(text + i, left - i, utf8, &c);
		if (is_break(text, i))
			fits = i;
		at += width(c);
		if (columns > 0 && at > columns && fits > 0 && c != ' ')
			return fits;
	}
	return i;
}

void
screen_put_wrapped(FILE *to, const char *text, unsigned int columns)
{
	size_t n;

	while (*text != '\0') {
		n = first_line(text, columns);
		put(to, text, n);
		text += n;
		if (*text == '\0')
			return;
		fputc('\n', to);
		text++;
	}
}

unsigned int
screen_width(int fd)
{
	struct winsize size = { 0 };

	if (isatty(fd) == 0)
		return 0;
	if (ioctl(fd, TIOCGWINSZ, &size) == -1 || size.ws_col == 0)
		return 80;
	return size.ws_col;
}
