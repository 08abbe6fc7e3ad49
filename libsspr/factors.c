/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <string.h>

#include "factors.h"
#include "json.h"
#include "screen.h"
#include "when.h"

/* Columns. */
#define METHOD_WIDTH 13
#define STATE_WIDTH  22 /* until 2026-11-24 10:15 */
#define DETAILS_AT   64
#define INDENT       5
#define LINE_MAX     80

#define STATE_TEXT_MAX (PROTO_STATE_MAX + WHEN_MAX + 8) /* bytes */

enum sspr_err
factors_add(struct factors *f, const struct proto_factor *one)
{
	if (f->n == FACTORS_MAX)
		return SSPR_MALFORMED;
	f->at[f->n++] = *one;
	return SSPR_OK;
}

const struct proto_factor *
factors_find(const struct factors *f, uint32_t id)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->at[i].id == id)
			return &f->at[i];
	return NULL;
}

static void
put_padded(FILE *to, const char *text, unsigned int width)
{
	unsigned int columns = screen_columns(text);

	screen_put(to, text);
	fprintf(to, "%*s ", columns < width ? (int)(width - columns) : 0, "");
}

static void
state(const struct proto_factor *f, char buf[static STATE_TEXT_MAX])
{
	char when[WHEN_MAX];

	if (strcmp(f->state, "waits") == 0) {
		when_minute(f->usable_from, when);
		(void)snprintf(buf, STATE_TEXT_MAX, "from %s", when);
	} else if (strcmp(f->state, "ended") == 0 ||
	    (strcmp(f->state, "ready") == 0 && f->ends != 0)) {
		when_minute(f->ends, when);
		(void)snprintf(buf, STATE_TEXT_MAX, "until %s", when);
	} else {
		(void)snprintf(buf, STATE_TEXT_MAX, "%s", f->state);
	}
}

/* One detail at column *at, on a further line if this one has no room. */
static void
put_detail(FILE *to, const char *text, unsigned int *at)
{
	unsigned int columns = screen_columns(text);
	bool first = *at == DETAILS_AT;

	if (columns == 0)
		return;
	if (*at + (first ? 0 : 2) + columns > LINE_MAX) {
		fprintf(to, "\n%*s", INDENT, "");
		*at = INDENT;
	} else if (!first) {
		fputs("  ", to);
		*at += 2;
	}
	screen_put(to, text);
	*at += columns;
}

static void
put_row(FILE *to, const struct proto_factor *f)
{
	char created[WHEN_MAX], used[WHEN_MAX], text[STATE_TEXT_MAX];
	char left[32] = "";
	unsigned int at = DETAILS_AT;

	when_day(f->created, created);
	when_day(f->last_used, used);
	fprintf(to, "%-4" PRIu32 " ", f->id);
	put_padded(to, f->method, METHOD_WIDTH);
	fprintf(to, "%-10s %-10s ", created, used);
	state(f, text);
	put_padded(to, text, STATE_WIDTH);
	if (strcmp(f->method, "backup") == 0)
		(void)snprintf(left, sizeof(left), "%" PRIu32 " codes left",
		    f->left);
	put_detail(to, left, &at);
	put_detail(to, f->hint, &at);
	put_detail(to, f->label, &at);
	fputc('\n', to);
}

void
factors_table(FILE *to, const struct factors *f)
{
	fprintf(to, "%-4s %-*s %-10s %-10s %-*s %s\n", "ID", METHOD_WIDTH,
	    "METHOD", "ADDED", "LAST USED", STATE_WIDTH, "STATE", "DETAILS");
	for (size_t i = 0; i < f->n; i++)
		put_row(to, &f->at[i]);
}

void
factors_json(FILE *to, const struct factors *f)
{
	const struct proto_row *r = proto_row(MSG_FACTOR);

	fputc('[', to);
	for (size_t i = 0; i < f->n; i++) {
		fputs(i == 0 ? "\n" : ",\n", to);
		json_message(to, r->fields, &f->at[i]);
	}
	fputs(f->n == 0 ? "]" : "\n]", to);
}
