/* SPDX-License-Identifier: MIT */
/*
 * sms_http.c - sms-http [FILE]: one text message by way of an HTTP gateway.
 */
#include <unistd.h>

#include "http.h"
#include "message.h"
#include "outcome.h"
#include "paths.h"
#include "process.h"
#include "settings.h"

#define SETTINGS SSPR_SYSCONFDIR "/sspr/sms-http.conf"

static enum sspr_err
run(int argc, char **argv, struct outcome *o)
{
	struct settings s = { 0 };
	struct message m = { 0 };
	enum sspr_err e;

	if (argc > 2 || (argc == 2 && argv[1][0] != '/'))
		return outcome_note(o, SSPR_USAGE,
		    "usage: sms-http [/path/of/configuration]");
	e = settings_read(argc == 2 ? argv[1] : SETTINGS, &s, o);
	if (e == SSPR_OK)
		e = message_read(STDIN_FILENO, MESSAGE_PHONE, &m);
	if (e == SSPR_OK)
		e = http_send(&s, &m, o);
	message_wipe(&m);
	settings_wipe(&s);
	return e;
}

int
main(int argc, char **argv)
{
	struct outcome o = { 0 };
	int report = STDERR_FILENO;
	enum sspr_err e = process_start(&report);

	if (e == SSPR_OK)
		e = run(argc, argv, &o);
	return outcome_end(&o, e, "sms-http", report);
}
