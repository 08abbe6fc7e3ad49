/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <time.h>

#include "json.h"
#include "myself.h"
#include "screen.h"
#include "secret.h"
#include "sheet.h"
#include "when.h"

#define COLUMN 24 /* width of the left one */

static bool
is_code(const char *s)
{
	return s[0] != '\0' &&
	    s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")] == '\0';
}

enum sspr_err
sheet_take(void *arg, const struct proto_row *row, const struct proto_msg *m)
{
	struct sheet *s = arg;

	if (row->type != MSG_CODE || s->printed || s->n == SHEET_MAX ||
	    !is_code(m->as.code.code))
		return SSPR_MALFORMED;
	s->at[s->n++] = m->as.code;
	return SSPR_OK;
}

static void
put_heading(FILE *to)
{
	char name[PROTO_USER_MAX + 1], host[MYSELF_HOST_MAX], day[WHEN_MAX];

	myself_name(name);
	myself_host(host);
	when_day((uint64_t)time(NULL), day);
	fputs("\n  Recovery codes of ", to);
	screen_put(to, name);
	fputs(" on ", to);
	screen_put(to, host);
	fprintf(to, ", %s\n\n", day);
}

static void
put_code(FILE *to, const struct proto_code *c, int width)
{
	fprintf(to, "  %4u  %-*s", c->number, width, c->code);
}

/* Two columns: down the left one, then down the right one. */
static void
put_codes(const struct sheet *s)
{
	size_t half = (s->n + 1) / 2;

	for (size_t i = 0; i < half; i++) {
		put_code(s->to, &s->at[i], i + half < s->n ? COLUMN : 0);
		if (i + half < s->n)
			put_code(s->to, &s->at[i + half], 0);
		fputc('\n', s->to);
	}
	fputs("\n  Each code works once.  The number before it is not part of "
	      "it.\n"
	      "  Keep it on paper, not on this computer.\n\n",
	    s->to);
}

static void
put_json(const struct sheet *s)
{
	const struct proto_row *row = proto_row(MSG_CODE);

	for (size_t i = 0; i < s->n; i++) {
		fputs(i == 0 ? "[\n" : ",\n", s->to);
		json_message(s->to, row->fields, &s->at[i]);
	}
	fputs("\n]\n", s->to);
}

enum sspr_err
sheet_print(struct sheet *s)
{
	if (s->printed || s->n == 0)
		return SSPR_OK;
	s->printed = true;
	if (s->json) {
		put_json(s);
	} else {
		put_heading(s->to);
		put_codes(s);
	}
	return fflush(s->to) == 0 && ferror(s->to) == 0 ? SSPR_OK : SSPR_FILE;
}

void
sheet_wipe(struct sheet *s)
{
	secret_zero(s->at, sizeof(s->at));
	s->n = 0;
}
