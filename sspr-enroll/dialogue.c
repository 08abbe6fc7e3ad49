/* SPDX-License-Identifier: MIT */
/*
 * Standard output is flushed, and seen to be well, before anything is asked:
 * nobody is to confirm a secret that did not get through.
 */
#include <stdint.h>
#include <unistd.h>

#include "complain.h"
#include "dialogue.h"
#include "paths.h"
#include "screen.h"
#include "talk.h"

static const struct talk_limits limits = {
	.first_ms = 5000,
	.step_ms = 15000,
	.worker_ms = 60000,
};

static enum sspr_err
on_show(void *arg, enum proto_style style, const char *text)
{
	const struct dialogue *d = arg;
	FILE *to = style == PROTO_ERROR ? stderr : d->info;

	if (fflush(stdout) != 0)
		return SSPR_FILE;
	screen_put(to, text);
	fputc('\n', to);
	return fflush(to) == 0 ? SSPR_OK : SSPR_FILE;
}

static enum sspr_err
on_ask(void *arg, bool echo, const char *prompt, struct secret *answer)
{
	const struct dialogue *d = arg;

	if (fflush(stdout) != 0 || ferror(stdout) != 0)
		return SSPR_FILE;
	return tty_ask(d->tty, echo, prompt, answer);
}

static enum sspr_err
on_qr(void *arg, const struct proto_qr *qr)
{
	const struct dialogue *d = arg;

	return d->qr(d->arg, qr);
}

static enum sspr_err
on_record(void *arg, const struct proto_row *row, const struct proto_msg *m)
{
	const struct dialogue *d = arg;

	return d->record(d->arg, row, m);
}

static uint16_t
columns(void)
{
	struct screen s;

	screen_look(STDOUT_FILENO, &s);
	return s.columns <= UINT16_MAX ? (uint16_t)s.columns : 0;
}

enum sspr_err
dialogue_hold(const struct dialogue *d, struct proto_hello *hello)
{
	struct dialogue copy = *d;
	struct talk_host host = { .arg = &copy,
		.show = on_show,
		.ask = on_ask,
		.qr = d->qr == NULL ? NULL : on_qr,
		.record = d->record == NULL ? NULL : on_record };
	struct proto_end end = { 0 };
	enum sspr_err e, result;

	hello->version = PROTO_VERSION;
	hello->columns = columns();
	e = talk_run(PATH_SOCKET, hello, &host, &limits, &end);
	if (e == SSPR_OK)
		e = err_number(end.result, &result);
	if (e == SSPR_OK)
		e = result;
	return complain_err(e, end.retry_after);
}
