/* SPDX-License-Identifier: MIT */
/*
 * session.h - one conversation: what it is in, and what may come next.  Pure;
 * the state machine is session.def.
 */
#ifndef SSPR_SESSION_H
#define SSPR_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "err.h"
#include "proto.h"
#include "secret.h"
#include "vault/account.h"
#include "vault/limit.h"
#include "vault/record.h"
#include "vault/store.h"

#define SESSION_OUTPUTS   20u      /* messages queued for a client at most */
#define SESSION_CONFIRMS  5u       /* codes tried to confirm an enrolment */
#define SESSION_PROOF_S   (5 * 60) /* a checked password is good for */
#define SESSION_LOOKUP_MS 700      /* then the account is a decoy */
#define SESSION_REPEATS   20u      /* answers in vain until we stop asking */

/* clang-format off */
enum session_state {
#define STATE(NAME) STATE_##NAME,
#include "vault/session.def"
};
enum session_event {
	EVENT_NONE,
#define EVENT(NAME) EVENT_##NAME,
#include "vault/session.def"
};
enum session_action {
#define ACTION(name) ACTION_##name,
#include "vault/session.def"
};
/* clang-format on */

struct session_rule {
	enum proto_verb verb;
	enum session_state state;
	enum session_event event;
	enum session_state next;
	enum session_action action;
};

/* The rule for an event, or NULL: it cannot happen there. */
const struct session_rule *session_rule(enum proto_verb verb,
    enum session_state state, enum session_event event);

/* What an answer is, by its length alone (R-PAM-2). */
enum session_event session_classify(size_t len);

struct session;

/* The correlation id of s in hex, for logs and the audit. */
void session_correlation(const struct session *s,
    char buf[static IPC_CORRELATION_MAX + 1]);

/*
 * Where s comes from: for a peer of uid 0 the address or terminal it names,
 * else `uid:N' (R-IPC-2).
 */
void
session_source(const struct session *s, char buf[static PROTO_HINT_MAX + 1]);

/* One code that waits to be compared. */
struct session_attempt {
	enum { ATTEMPT_NONE, ATTEMPT_WAITS, ATTEMPT_DEBITED } phase;
	struct secret code;
	struct limit before; /* the count before the debit */
	uint32_t factor;     /* on a match: whose code it is */
	uint64_t step;       /* on a match: its time step */
};

/* What goes to the parent once this round is committed. */
enum session_errand { ERRAND_NONE, ERRAND_WORKER, ERRAND_GO };

/* One conversation.  In guarded memory: it holds codes and seeds. */
struct session {
	uint32_t conn; /* front's number */
	int fd;        /* duplicate of the client's descriptor */
	uid_t peer;
	enum proto_verb verb;
	enum session_state state;
	enum session_event next; /* an event made by an action */
	struct proto_hello hello;
	uint8_t id[STORE_CONVERSATION]; /* the correlation id */
	uint64_t opened_ms, asked_ms;   /* CLOCK_BOOTTIME */
	uint32_t lookup;                /* its number, 0 none under way */
	bool throttled;     /* a try was, and that is in the audit log */
	bool proved;        /* a correct code was given */
	bool touched;       /* wrote in this round */
	enum sspr_err err;  /* why the last step failed */
	uint32_t repeats;   /* answers in vain */
	uint32_t challenge; /* rises with each ASK for a code */

	bool decoy;   /* nobody we serve: never accepted */
	uint32_t uid; /* of the account, if not a decoy */
	char name[PROTO_USER_MAX + 1];
	char backend[IPC_BACKEND_MAX + 1];
	uint8_t key[ACCOUNT_KEY]; /* of the account or of the name */
	struct account account;   /* as last read */

	struct session_attempt attempt;
	uint64_t grant; /* of the worker, 0 none */
	enum proto_job job;
	bool went; /* GO was sent for it */
	enum session_errand errand;
	enum sspr_err outcome; /* of the worker */
	uint64_t checked_ms;   /* when the password was checked */
	struct record_app app; /* ADD: not confirmed yet */
	uint64_t app_step;     /* ADD: the confirming time step */

	size_t outputs;
	struct {
		uint16_t len;
		uint8_t frame[PROTO_FRAME_MAX];
	} output[SESSION_OUTPUTS];
	int hand;        /* descriptor to hand after output, or -1 */
	uint64_t due_ms; /* when output may leave */
	uint64_t batch;  /* the audit batch it waits for */
	bool closing;    /* free it when output has left */
};

#endif /* SSPR_SESSION_H */
