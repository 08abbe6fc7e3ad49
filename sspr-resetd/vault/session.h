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
#include "gate.h"
#include "proto.h"
#include "secret.h"
#include "source.h"
#include "vault/account.h"
#include "vault/answer.h"
#include "vault/limit.h"
#include "vault/record.h"
#include "vault/store.h"

/* Messages queued for a client at most: all there is to tell of an account. */
#define SESSION_OUTPUTS   (ACCOUNT_FACTORS_MAX + ACCOUNT_BUDGETS_MAX + 8u)
#define SESSION_CONFIRMS  5u       /* codes tried to confirm an enrolment */
#define SESSION_PROOF_S   (5 * 60) /* a checked password is good for */
#define SESSION_FRESH_S   86400u   /* a password we set is no proof for */
#define SESSION_LOOKUP_MS 700      /* then the account is a decoy */
#define SESSION_REPEATS   20u      /* answers in vain until we stop asking */
#define SESSION_SCOPES    3u       /* of origin.c */

/* clang-format off */
enum session_state {
#define STATE(NAME, reads) STATE_##NAME,
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

/*
 * What an answer of len bytes is in a state: by its length alone (R-PAM-2).
 * EVENT_NONE: none is due.
 */
enum session_event session_classify(enum session_state state, size_t len);

/* The method that an event of session_classify tries or asks for. */
enum method session_method(enum session_event ev);

struct session;

/* The correlation id of s in hex, for logs and the audit. */
void session_correlation(const struct session *s,
    char buf[static IPC_CORRELATION_MAX + 1]);

/* Where a code that waits to be compared is on its way. */
enum session_phase {
	ATTEMPT_NONE,
	ATTEMPT_WAITS,   /* for its turn */
	ATTEMPT_DEBITED, /* counted: compare it */
	ATTEMPT_HASHES,  /* its answers are being hashed */
};

/* One proof that waits to be compared. */
struct session_attempt {
	enum session_phase phase;
	enum method method;
	struct secret code;
	struct limit before; /* the count before the debit */
	struct spray_debit origin[SESSION_SCOPES]; /* by enum scope */
	uint32_t factor; /* on a match: whose code it is */
	uint64_t used;   /* on a match: the factor's new `used' */
	uint32_t number; /* on a match of a recovery code: its number */
	struct store_challenge challenge; /* on a match of a sent code */
};

/* Questions that are asked in a reset, or answered to be enrolled. */
struct session_questions {
	size_t n;                             /* answered so far */
	size_t wanted;                        /* to be asked */
	bool more;                            /* asked: the next one is due */
	uint32_t factor[ANSWER_JOB_MAX];      /* asked: whose */
	struct answer answer[ANSWER_JOB_MAX]; /* as read */
	char text[ANSWER_JOB_MAX][RECORD_QUESTION_MAX + 1]; /* of each */
};

/* What ADD is about to enrol. */
struct session_new {
	enum method method;
	struct record record;           /* not confirmed yet */
	uint64_t used;                  /* of the confirming code */
	char code[CODE_SENT_SIZE];      /* that was sent, or "" */
	bool older;                     /* an older factor was proved */
	struct session_questions quest; /* and their answers */
	uint8_t hash[ANSWER_JOB_MAX][ANSWER_HASH];
};

/* What goes to the parent once this round is committed. */
enum session_errand { ERRAND_NONE, ERRAND_WORKER, ERRAND_GO };

/* One conversation.  In guarded memory: it holds codes and seeds. */
struct session {
	uint32_t conn; /* front's number */
	int front;     /* link of the front or desk it came by */
	int fd;        /* duplicate of the client's descriptor */
	uid_t peer;
	enum proto_verb verb;
	enum session_state state;
	enum session_event next; /* an event made by an action */
	struct proto_hello hello;
	struct secret text;             /* the last answer of a TEXT state */
	enum session_event said;        /* the last answer of a CODES state */
	uint8_t id[STORE_CONVERSATION]; /* the correlation id */
	uint64_t opened_ms, asked_ms;   /* CLOCK_BOOTTIME */
	uint32_t lookup;                /* its number, 0 none under way */
	bool is_own;                    /* its address is this host's */
	bool may_act;                   /* DESK: its peer is an operator */
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
	char admin[PROTO_HINT_MAX + 1]; /* the group that makes it one */
	bool is_admin;                  /* it is in one now (R-POL-1) */
	uint16_t flags;                 /* enum ipc_found */
	uint8_t key[ACCOUNT_KEY];       /* of the account or of the name */
	uint8_t asked[ACCOUNT_KEY];     /* likewise, for sent codes: send.c */
	struct account account;         /* as last read */

	struct source source;
	uint8_t source_hash[ACCOUNT_SOURCE]; /* keyed */
	bool meets;              /* a success makes the source known */
	uint64_t next_try;       /* SSPR_SOURCE: when it may, seconds */
	unsigned int open_count; /* methods needed, as far as all may know */
	struct gate_need need;   /* what is really needed */
	struct gate_set set;     /* what was verified */
	uint64_t until;          /* the sent code that is asked for ends */
	enum method sent;        /* how it was sent */
	uint32_t sheet_number;   /* of a recovery code used, 0 none */
	uint32_t sheet_left;     /* recovery codes left then */

	struct session_attempt attempt;
	struct session_questions quest; /* asked in a reset */
	uint64_t job;                   /* of the answers' hashing, 0 none */
	uint64_t grant;                 /* of the worker, 0 none */
	enum proto_job work;
	bool went; /* GO was sent for it */
	bool gone; /* its client is; only the outcome is waited for */
	enum session_errand errand;
	enum sspr_err outcome; /* of the worker */
	uint64_t reset_was;    /* the account's reset_at before */
	uint64_t checked_ms;   /* when the password was checked, 0 never */
	bool fresh;            /* the password is ours, and no proof */
	struct session_new new;

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
