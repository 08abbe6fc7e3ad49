/* SPDX-License-Identifier: MIT */
/*
 * stage.h - a place of the test's own to put the daemon's socket, and a daemon
 * there that plays a script in a process of its own.
 */
#ifndef SSPR_TESTS_STAGE_H
#define SSPR_TESTS_STAGE_H

#include <sys/types.h>

#include "proto.h"

#define STAGE_NEW "correct horse" /* what stage_resets() hopes to hear */

/* What the daemon heard; the test reads it, the daemon writes. */
struct stage_heard {
	struct proto_hello offer, reset; /* the last of each verb */
	unsigned int offers, resets;     /* how many */
	uint32_t cancelled;              /* the reason, 0 none */
	volatile unsigned int cancels;
	char answers[1024]; /* each followed by | */
};

extern struct stage_heard *stage_heard;

/* A script: say what is to be said to a client that has said HELLO. */
typedef void stage_script(int client);

/*
 * Become uid 0 if need be (in a user namespace), and put an empty tmpfs, seen
 * by this process alone, over the directory above the socket's.  Nothing is
 * left when the process ends.
 */
void stage_enter(void);

/* A directory on that tmpfs for the test's own files. */
const char *stage_dir(void);

/* Listen, and start a daemon; a NULL script is stage_offers, stage_resets. */
void stage_up(stage_script *offer, stage_script *reset);

/* Listen as that uid and never accept; returns the socket. */
int stage_up_deaf(uid_t owner);

/* Kill the daemon; its socket and its zombie stay until stage_down(). */
void stage_kill(void);

/* End the daemon, if there is one, and take its socket away. */
void stage_down(void);

/* Make an offer without delay. */
stage_script stage_offers;

/* A reset: a code, a worker that asks twice for a password, last words. */
stage_script stage_resets;

/* Hear an ANSWER or a CANCEL and note it; end the daemon at anything else. */
void stage_hear(int client);

#endif /* SSPR_TESTS_STAGE_H */
