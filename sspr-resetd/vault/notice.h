/* SPDX-License-Identifier: MIT */
/*
 * notice.h - telling people (R-DEL-5, R-DEL-6): who is told, and in what words.
 */
#ifndef SSPR_NOTICE_H
#define SSPR_NOTICE_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "ipc.h"
#include "method.h"
#include "vault/template.h"

struct account;
struct record_message;
struct session;
struct vault;

/* clang-format off */

/* NOTICE_CODE = 1, ...; numbers are in databases. */
enum notice_kind {
#define NOTICE(NAME, number, name, subject, text) NOTICE_##NAME = (number),
#include "vault/notice.def"
	NOTICE_COUNT, /* one more than the highest */
};

/* clang-format on */

#define NOTICE_SHORT 160u /* characters: the built-in texts for sms */

/* What is written, by kind: the built-in text or the site's. */
struct notice_texts {
	struct template of[NOTICE_COUNT];
};

/*
 * Tell the owner of *a, at every confirmed address that is enrolled or was
 * within ACCOUNT_MEMORY_S, that this site sends to: numbers by sms, mailboxes
 * by e-mail, a landline by a call, but only if it is all there is.  Without
 * any, at [notify] fallback or in the log.  In the open transaction.
 *
 * about   the method it is about, or METHOD_UNKNOWN
 * grant   of the reset whose outcome it tells, or 0
 *
 * Returns SSPR_OK, or why nothing could be queued: then nothing may happen.
 */
enum sspr_err
notice_tell(struct vault *v, const struct session *s, const struct account *a,
    enum notice_kind kind, enum method about, uint64_t grant);

/*
 * Tell every administrator but the owner of *a (store_next_admin); if none has
 * an address, likewise the fallback.
 */
enum sspr_err notice_admins(struct vault *v, const struct session *s,
    const struct account *a, enum notice_kind kind, uint64_t grant);

/*
 * Tell the operators, at [notify] fallback or, without one, every
 * administrator.
 *
 * user   whom it is about, or ""
 */
enum sspr_err
notice_alarm(struct vault *v, enum notice_kind kind, const char *user);

/*
 * Queue a code for one address (NOTICE_CODE or NOTICE_CONFIRM).
 *
 * method   METHOD_SMS, METHOD_LANDLINE (spoken: digits apart) or METHOD_EMAIL;
 *          each has a text of its own
 */
enum sspr_err
notice_code(struct vault *v, const struct session *s, enum notice_kind kind,
    enum method method, const char *address, const char *code);

/* notice_text.c: */

/* Subject and text of *m, as the courier gets them; empty if it is unknown. */
void notice_write(struct vault *v, const struct record_message *m,
    char subject[static IPC_SUBJECT_MAX + 1],
    char text[static IPC_MESSAGE_MAX + 1]);

/*
 * Read the templates anew, at start and at each APPLY.  One that is refused is
 * logged, and the built-in text used.
 */
void notice_load(struct vault *v);

#endif /* SSPR_NOTICE_H */
