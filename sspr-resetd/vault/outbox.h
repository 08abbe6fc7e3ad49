/* SPDX-License-Identifier: MIT */
/*
 * outbox.h - messages on their way to the courier (R-DEL-4).
 *
 * A message is queued in the transaction that causes it, and is TAKEN, durably,
 * before the courier hears of it: so each goes out once or, if we are killed in
 * between, not at all, but never twice.  Those that tell of a reset are HELD
 * until it is known how it ended.
 */
#ifndef SSPR_OUTBOX_H
#define SSPR_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"
#include "vault/store.h"

#define OUTBOX_FLIGHT 24u    /* messages with the courier at most */
#define OUTBOX_EACH   8u     /* ... of one method */
#define OUTBOX_DAY_S  86400u /* a notice is tried for */

struct vault;
struct record_message;

/* Where a message that was taken is. */
enum outbox_phase {
	OUTBOX_FREE,  /* no message */
	OUTBOX_TAKEN, /* in this round: not durable yet */
	OUTBOX_SENT,  /* with the courier */
	OUTBOX_ENDED, /* how it went is known, and not yet written */
	OUTBOX_NOTED, /* written in this round: not durable yet */
};

/* What is on its way; the texts are sealed. */
struct outbox {
	uint64_t rest_ms; /* nothing is taken until then: the disk failed */
	bool blocked;     /* one is due, and OUTBOX_EACH of its method out */
	struct outbox_flight {
		enum outbox_phase phase;
		uint8_t method;    /* enum method, 0: the log */
		enum sspr_err err; /* ENDED: how it went */
		struct store_message m;
	} flight[OUTBOX_FLIGHT];
};

/*
 * Queue a message, in the open transaction (vault_write was said).
 *
 * grant   of the reset whose outcome it waits for, or 0: it goes at once
 *
 * *m is wiped.  Returns SSPR_OK or what the store says.
 */
enum sspr_err
outbox_add(struct vault *v, struct record_message *m, uint64_t grant);

/*
 * The reset of this grant ended so: what was held for it is queued, and says
 * so (NOTICE_RESET becomes the one of this outcome, NOTICE_ADMIN_RESET
 * likewise). In the open transaction.
 */
enum sspr_err
outbox_release(struct vault *v, uint64_t grant, enum sspr_err outcome);

/*
 * After a start: what was taken when we ended is not sent again, what was held
 * is told as NOTICE_RESET_UNSURE.  Makes a transaction of its own.
 */
void outbox_start(struct vault *v);

/* A message that others wrote is in the database: tell the operator. */
void outbox_alarm(struct vault *v, uint64_t id);

/* outbox_flight.c: */

/*
 * In a round: write how deliveries went and take what is due, in the round's
 * transaction; send it once that is over, if the database then has it as
 * taken, so that a round that failed sends nothing.
 */
void outbox_take(struct vault *v);
void outbox_send(struct vault *v);

/*
 * The courier has delivered, or not (IPC_DELIVERED).  One that speaks of what
 * it was not given ends the daemon.
 */
void outbox_delivered(struct vault *v, uint64_t id, enum sspr_err e);

/*
 * The courier died: what it had may be delivered or not, and is not sent
 * again.
 */
void outbox_lost(struct vault *v);

/* Milliseconds until something is due, UINT64_MAX never. */
uint64_t outbox_wait_ms(struct vault *v);

#endif /* SSPR_OUTBOX_H */
