/* SPDX-License-Identifier: MIT */
/*
 * vault.h - what the files of this role share.
 *
 * A round of the vault: take in every message that waits, run the rules of
 * session.def, debit the codes to be compared, commit (group commit), compare,
 * commit what that changed, hand the audit batch to parent, send what may
 * leave.  So one pair of syncs serves many users.
 */
#ifndef SSPR_VAULT_H
#define SSPR_VAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "conf.h"
#include "ipc.h"
#include "vault/alarm.h"
#include "vault/answer.h"
#include "vault/catalog.h"
#include "vault/census.h"
#include "vault/clock.h"
#include "vault/notice.h"
#include "vault/outbox.h"
#include "vault/refusals.h"
#include "vault/seal.h"
#include "vault/session.h"
#include "vault/store.h"
#include "vault/words.h"

#define VAULT_SESSIONS 256u
#define VAULT_OF_FRONT (VAULT_SESSIONS / 2) /* as many as it has seats */
#define VAULT_ENDED    256u                 /* more than parent has workers */
#define VAULT_HOST_MAX 64u                  /* bytes */
#define VAULT_AUDITS \
	(3u * VAULT_SESSIONS + CENSUS_AT_ONCE + ALARM_ROWS + TALLY_ROWS)

struct vault {
	struct conf conf;
	struct conf coming;      /* what SET says, until APPLY */
	int parent, front, desk; /* links */
	int heard;               /* the one of front or desk that speaks */
	int names, courier;      /* links; -1 while the role restarts */
	struct clock clock;
	struct catalog quiz; /* the site's security questions */
	struct answers *answers;
	int answers_fd;
	struct seal *seal;
	struct store *store;
	bool writing; /* a transaction is open */
	bool failed;  /* and something in it went wrong */
	char host[VAULT_HOST_MAX + 1];
	uint32_t lookups;       /* numbers given out */
	uint32_t unopened;      /* conversations there was no room for, */
	uint64_t unopened_ms;   /* and when the log was last told */
	uint64_t stalled_ms;    /* waited for fronts, */
	uint64_t stall_ms;      /* since then */
	uint64_t batch, synced; /* of audit records: sent, durable */
	size_t audits;          /* records of this round */
	struct ipc_audit audit[VAULT_AUDITS];
	struct notice_texts texts; /* of messages */
	struct outbox outbox;
	struct census census;
	struct alarms alarms;
	struct refusals refusals; /* in the audit log */
	uint32_t pumped;          /* METHOD_BITs that pump.c gave alarm for */
	size_t nended; /* outcomes that are not in the database yet */
	struct {
		uint64_t grant;
		enum sspr_err err;
	} ended[VAULT_ENDED];
	bool again; /* work is left: do not wait for messages */
	struct session *session[VAULT_SESSIONS];
};

/* Milliseconds of CLOCK_BOOTTIME; the wall clock, which TOTP goes by. */
uint64_t vault_ms(void);
uint64_t vault_wall(void);

/* Seconds since the epoch as clock.h has them: waits, caps, lives. */
uint64_t vault_now(const struct vault *v);

/* Host, contact and reference for words.h. */
struct words_site vault_site(const struct vault *v, const struct session *s);

/*
 * Open the round's transaction if it is not, for a change that s waits for.
 * Returns SSPR_OK or SSPR_BUSY; after an error of the store the caller says
 * vault_spoil and everyone who touched this round is told BUSY.
 */
enum sspr_err vault_write(struct vault *v, struct session *s);
void vault_spoil(struct vault *v);

/*
 * An error met while writing for s: the store's own fails the round, any other
 * ends s alone.
 */
void vault_lose(struct vault *v, struct session *s, enum sspr_err e);

/* s->account is not to be used, as it does not verify: tell the operator. */
void vault_alarm(struct vault *v, const struct session *s);

/* Tell s, and the worker it may have, that it is over: e. */
void vault_fail(struct vault *v, struct session *s, enum sspr_err e);

/*
 * Forget s and wipe it: its client is gone.  One whose worker was let go is
 * kept without a client until it is known how that ended.
 */
void vault_forget(struct vault *v, struct session *s);

/* Run the rule for an event and those its actions make. */
void vault_event(struct vault *v, struct session *s, enum session_event ev);

/* Send to parent; a failure stops the daemon. */
void vault_tell_parent(struct vault *v, const struct ipc_msg *m);

/*
 * Send to a front; one that makes the vault wait, at once or drop by drop,
 * stops the daemon.
 */
void vault_tell_front(struct vault *v, int link, const struct ipc_msg *m);

/*
 * Write an audit record about s, which waits for it to be durable.  Of what
 * is refused or merely asked for there are only so many (refusals.h).
 */
void vault_audit(struct vault *v, struct session *s, const char *event,
    enum sspr_err result);

/* The same about an account nobody's conversation is about. */
void vault_audit_of(struct vault *v, uint32_t uid, const char *event,
    enum sspr_err result);

/* What was left out in minutes that are over, as one record a source. */
void vault_audit_rest(struct vault *v);

/*
 * Read s->account anew, for a change in the open transaction (SSPR_OK, or
 * SSPR_NOT_ENROLLED, SSPR_SUSPENDED, SSPR_SYSTEM; SSPR_MISSING, which in a
 * reset is SSPR_DENIED), and write it back.
 */
enum sspr_err vault_read(struct vault *v, struct session *s);
enum sspr_err vault_put(struct vault *v, struct session *s);

/* Whether s->account is of whom names found: SSPR_OK or SSPR_SUSPENDED. */
enum sspr_err vault_check_owner(struct vault *v, const struct session *s);

/* inbox.c: take in what waits on a link; start-up stops when APPLY came. */
void inbox_start(struct vault *v);
void inbox_parent(struct vault *v);
void inbox_front(struct vault *v, int link);
void inbox_names(struct vault *v);
void inbox_courier(struct vault *v);

/* opening.c: a client said HELLO; fd, which is now the vault's, is to it. */
void opening_take(struct vault *v, const struct ipc_open *open, int fd);

/* say.c: queue messages for the client of s. */
void say_show(struct session *s, enum proto_style style, const char *text);
void say_ask(struct session *s, bool echo, const char *prompt);
void say_record(struct session *s, const struct proto_msg *m);
void say_end(struct session *s, enum sspr_err e, uint32_t retry_after);
/* Drop what was queued and end with e, said in words. */
void say_failure(struct vault *v, struct session *s, enum sspr_err e,
    uint32_t retry_after);
/* Send what may leave now; true if s is over and must be freed. */
bool say_flush(struct vault *v, struct session *s, uint64_t now_ms);

/* resolve.c: whom the names look-up found; NULL: it took too long. */
void resolve_start(struct vault *v, struct session *s);
void resolve_done(struct vault *v, struct session *s,
    const struct ipc_account *found);

/* attempt.c: proofs, in a batch. */
void attempt_debit_all(struct vault *v);
void attempt_compare_all(struct vault *v);
/* Give the debit of a try back that was no guess; on an error s is lost. */
enum sspr_err attempt_refund(struct vault *v, struct session *s);
/* The answers of a job were hashed. */
void attempt_hashed(struct vault *v, struct session *s,
    const struct answer_job *job);
/*
 * Use the proof that matched up, in the open transaction, and put it into
 * s->set (R-VER-1); s->account is read anew and not yet written back.
 */
enum sspr_err attempt_consume(struct vault *v, struct session *s);

/* enrol.c: likewise for a try of the password. */
enum sspr_err enrol_refund(struct vault *v, struct session *s);
/* The password was right: its wrong tries are forgotten. */
enum sspr_err enrol_credit(struct vault *v, struct session *s);
void
enrol_hashed(struct vault *v, struct session *s, const struct answer_job *job);

/* reset.c: whether after this end of a worker it may be another password. */
bool reset_may_have_changed(enum sspr_err outcome);
/*
 * The worker of s ended so.  If nothing was changed the old password is as
 * good a proof as it was (R-ENR-1).  Once for each worker: later on another
 * conversation may have changed it.
 */
void reset_restore(struct vault *v, struct session *s, enum sspr_err outcome);

/* permit.c: workers. */
void permit_request(struct vault *v, struct session *s, enum proto_job job);
void permit_errands(struct vault *v);
void permit_drop(struct vault *v, struct session *s);
/* How one ended: it stays until a round that has it written is durable. */
void permit_ended(struct vault *v, uint64_t grant, enum sspr_err e);
void permit_close_all(struct vault *v);
/* Whether a worker was let go for s, and how it ended is still to come. */
bool permit_is_out(const struct session *s);

/* The actions of session.def: reset.c, prove.c, enrol.c, change.c, desk.c. */
/* clang-format off */
#define ACTION(name) void action_##name(struct vault *v, struct session *s);
#include "vault/session.def"
/* clang-format on */

#endif /* SSPR_VAULT_H */
