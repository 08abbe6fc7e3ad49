/* SPDX-License-Identifier: MIT */
/*
 * fault.h - the n-th call of a kind fails, for all n there are (R-PAM-10).
 *
 * A scene is played once as it is, then once for each kind of call, each of
 * its errors and each n, until the n-th call is never reached; each time in a
 * process of its own.  Allocations fail in that process (memory.c), system
 * calls by a seccomp filter whose supervisor we are (watch.c): so those made
 * inside libc and other libraries are among them, and those of programs that
 * are started.
 *
 * A play is good if act() returned, no assertion of cmocka failed, no
 * sanitizer spoke, and as many descriptors are open as before.
 *
 * Where foreign code, libc's among it, dies of an allocation that failed, a
 * scene may allow it (may_die): not where ours was at work, or gave a library
 * function the NULL it died of.
 */
#ifndef SSPR_TESTS_FAULT_H
#define SSPR_TESTS_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The rows of kinds[] in watch.c; what is failed, and how. */
enum fault_kind {
	FAULT_NONE,
	FAULT_MEMORY,
	FAULT_READ,
	FAULT_WRITE,
	FAULT_OPEN,
	FAULT_SYNC,
	FAULT_SEND,
	FAULT_RECEIVE,
	FAULT_POLL,
	FAULT_SOCKET,
	FAULT_FD,
	FAULT_FILE,
	FAULT_PROCESS,
	FAULT_WAIT,
	FAULT_LOCK,
	FAULT_RANDOM,
	FAULT_KINDS,
};

#define FAULT_ALL   (((1u << FAULT_KINDS) - 1) & ~(1u << FAULT_NONE))
#define FAULT_OF(k) (1u << FAULT_##k)

/* In place of an errno. */
enum fault_error {
	FAULT_SHORT = -1, /* half of the bytes are read or written */
	FAULT_KILL = -2,  /* kill -9 in place of the call */
};

struct fault_scene {
	const char *name;     /* a sentence */
	void (*before)(void); /* what act() is to find, or NULL */
	void (*act)(void);
	void (*after)(void); /* what it must have left, or NULL */
	unsigned int kinds;  /* FAULT_OF(...), 0 all */
	unsigned int few;    /* of them in make check, 0 all */
	bool kills;          /* kill -9 too; after() must be able to tell */
	bool lasting;        /* writes and syncs: all further ones fail too */
	bool exits;          /* act() may exit with what after() looks at */
	bool may_end;        /* act() may end by log_fatal() if one fails */
	bool may_die;        /* foreign code may, of want of memory */
	bool long_only;      /* not in make check */
};

#define FAULT_NOTES 16u

/* What is known to all processes of a play. */
struct fault_shared {
	volatile bool armed; /* the product is at work */
	volatile bool hit;   /* the n-th call was reached */
	enum fault_kind kind;
	unsigned int nth;
	int error;
	bool lasting;
	int status;                   /* act()'s wait status */
	bool may_die;                 /* as the scene has it */
	volatile unsigned int deaths; /* by a signal, in this play */
	volatile bool ours;           /* one of them was our own doing */
	volatile unsigned int seen[FAULT_KINDS];
	volatile int64_t note[FAULT_NOTES]; /* of act() for after() */
};

extern struct fault_shared *fault;

/* The product is at work: what it calls is counted, and may fail. */
void fault_arm(void);
void fault_disarm(void);

/*
 * Play the scenes.  FAULT_LONG in the environment: all errors, and the scenes
 * that are long_only.  Returns the exit status.
 */
int fault_play(const struct fault_scene *scenes, size_t n);

/* For memory.c: whether we are watched by now; whether this allocation is to
 * fail. */
bool fault_is_watched(void);
bool fault_memory(void);

/* For fault.c, of watch.c. */
const char *fault_kind_name(enum fault_kind k);
/* The i-th error of a kind, 0: there are no more. */
int fault_error_of(enum fault_kind k, size_t i);
/* In the process to be watched, once: from here on it is. */
void fault_be_watched(int to);
/* Answer its calls until it ends; returns its wait status. */
int fault_watch(int from, int pid);

#endif /* SSPR_TESTS_FAULT_H */
