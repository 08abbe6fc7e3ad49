/* SPDX-License-Identifier: MIT */
/*
 * Standard output is flushed, and seen to be well, before anything is asked:
 * nobody is to confirm a secret that did not get through.
 */
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "chat.h"
#include "complain.h"
#include "screen.h"
#include "talk.h"

static const struct talk_limits limits = {
	.first_ms = 5000,
	.step_ms = 15000,
	.worker_ms = 60000,
};

/* A conversation that goes on. */
struct going {
	const struct chat *chat;
	char error[PROTO_TEXT_MAX + 1]; /* the last that was shown */
};

static enum sspr_err
on_show(void *arg, enum proto_style style, const char *text)
{
	struct going *g = arg;
	FILE *to = style == PROTO_ERROR ? stderr : g->chat->info;

	if (fflush(stdout) != 0)
		return SSPR_FILE;
	if (style == PROTO_ERROR)
		(void)snprintf(g->error, sizeof(g->error), "%s", text);
	screen_put_wrapped(to, text, screen_width(fileno(to)));
	fputc('\n', to);
	return fflush(to) == 0 ? SSPR_OK : SSPR_FILE;
}

enum sspr_err
chat_ask(const struct chat *c, bool echo, const char *prompt,
    struct secret *answer)
{
	if (fflush(stdout) != 0 || ferror(stdout) != 0)
		return SSPR_FILE;
	return tty_ask(c->tty, echo, prompt, answer);
}

static enum sspr_err
on_ask(void *arg, bool echo, const char *prompt, struct secret *answer)
{
	const struct going *g = arg;
	const struct chat *c = g->chat;

	if (c->ask != NULL)
		return c->ask(c->arg, c, echo, prompt, answer);
	return chat_ask(c, echo, prompt, answer);
}

static enum sspr_err
on_qr(void *arg, const struct proto_qr *qr)
{
	const struct going *g = arg;

	return g->chat->qr(g->chat->arg, qr);
}

static enum sspr_err
on_record(void *arg, const struct proto_row *row, const struct proto_msg *m)
{
	const struct going *g = arg;

	return g->chat->record(g->chat->arg, row, m);
}

/* Whether the daemon itself has told of this result. */
static bool
is_told(const struct going *g, enum sspr_err e)
{
	char number[16];

	(void)snprintf(number, sizeof(number), "(SSPR-%02u)", (unsigned int)e);
	return strstr(g->error, number) != NULL;
}

enum sspr_err
chat_hold(const struct chat *c, struct proto_hello *hello)
{
	struct going g = { .chat = c };
	struct talk_host host = { .arg = &g,
		.show = on_show,
		.ask = on_ask,
		.qr = c->qr == NULL ? NULL : on_qr,
		.record = c->record == NULL ? NULL : on_record };
	struct proto_end end = { 0 };
	enum sspr_err e, result;

	hello->version = PROTO_VERSION;
	hello->columns = (uint16_t)screen_width(STDOUT_FILENO);
	e = talk_run(c->path, hello, &host, &limits, &end);
	if (e == SSPR_OK)
		e = err_number(end.result, &result);
	if (e == SSPR_OK)
		e = result;
	if (is_told(&g, e) && end.retry_after == 0)
		return complain_hints(e);
	return complain_err(e, end.retry_after);
}
