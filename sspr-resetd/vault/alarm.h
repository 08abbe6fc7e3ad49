/* SPDX-License-Identifier: MIT */
/*
 * alarm.h - telling operators at once: a line with ALARM in the log, a record
 * in the audit log, a message to [notify] fallback or else to every
 * administrator.
 *
 * Each is given once a day, and there are only so many in a day: whoever can
 * cause them cannot flood anybody (R-LOG-4).
 */
#ifndef SSPR_ALARM_H
#define SSPR_ALARM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto.h"

#define ALARM_ROWS  64u    /* in a day; there is a log line if more were due */
#define ALARM_MAILS 4u     /* of a kind, in a day */
#define ALARM_DAY_S 86400u /* seconds */
#define ALARM_TEXT  200u   /* bytes of a line */

struct vault;

/* clang-format off */
enum alarm_kind {
#define ALARM(NAME, event, result, notice, about) ALARM_##NAME,
#include "vault/alarm.def"
	ALARM_KINDS
};
/* clang-format on */

enum alarm_phase {
	ALARM_FREE,
	ALARM_DUE,     /* the log has it, nothing else yet */
	ALARM_WRITTEN, /* in this round: not durable yet */
	ALARM_TOLD,
};

/* All zero: none was given yet. */
struct alarms {
	struct alarm {
		enum alarm_phase phase;
		enum alarm_kind kind;
		uint32_t id;
		uint64_t at; /* seconds, vault_now */
		char name[PROTO_USER_MAX + 1];
	} row[ALARM_ROWS];
	uint64_t full_at; /* when it was said that there are too many */
	uint64_t rest_ms; /* the database failed: again from then on */
};

/*
 * Give an alarm, unless the same was given within ALARM_DAY_S.
 *
 * id    uid, or what else tells it from others of its kind
 * name  of the account it is about, or ""
 * fmt   the line after `ALARM: '
 *
 * The line is written now, the rest in a round.
 */
void alarm_raise(struct vault *v, enum alarm_kind kind, uint32_t id,
    const char *name, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/* The stored account of this uid (IPC_NOBODY: unknown) does not verify. */
void alarm_account(struct vault *v, uint32_t uid, const char *name);

/*
 * In a round: write records and messages of what is due, and take note of
 * whether the round made them durable.
 */
void alarm_write(struct vault *v);
void alarm_settle(struct vault *v, bool durable);

/* Milliseconds until alarm_write has to do, UINT64_MAX never. */
uint64_t alarm_wait_ms(const struct vault *v);

#endif /* SSPR_ALARM_H */
