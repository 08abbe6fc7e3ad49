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

void
screen_put(FILE *to, const char *text)
{
	size_t left = strlen(text), n;
	bool utf8 = is_utf8();
	uint32_t c = 0;

	for (; left > 0; text += n, left -= n) {
		if ((n = text_next(text, left, &c)) == 0) {
			n = 1;
			c = 0;
		}
		if (c == '\n' || (text_is_printable(c) && (utf8 || c < 0x80)))
			(void)fwrite(text, 1, n, to); /* ferror() tells */
		else
			fputc('?', to);
	}
}
