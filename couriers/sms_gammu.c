/* SPDX-License-Identifier: MIT */
/*
 * sms_gammu.c - sms-gammu [OUTBOX]: queue one text message at gammu-smsd.
 */
#include <stdint.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "message.h"
#include "outcome.h"
#include "process.h"
#include "queue.h"

#define OUTBOX "/var/spool/gammu/outbox"

static enum sspr_err
run(int argc, char **argv, struct outcome *o)
{
	struct message m = { 0 };
	enum sspr_err e;
	uint64_t id;

	if (argc > 2 || (argc == 2 && argv[1][0] != '/'))
		return outcome_note(o, SSPR_USAGE,
		    "usage: sms-gammu [/path/of/outbox]");
	if (getrandom(&id, sizeof(id), 0) != sizeof(id))
		return SSPR_SYSTEM;
	if ((e = message_read(STDIN_FILENO, MESSAGE_PHONE, &m)) == SSPR_OK)
		e = queue_put(argc == 2 ? argv[1] : OUTBOX, m.to, m.text,
		    time(NULL), id, o);
	message_wipe(&m);
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
	return outcome_end(&o, e, "sms-gammu", report);
}
