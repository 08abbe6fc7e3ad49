/* SPDX-License-Identifier: MIT */
/*
 * host.h - a login program: one PAM transaction with the module in its stack,
 * a conversation that may misbehave, and a look at what the module left.
 */
#ifndef SSPR_TESTS_HOST_H
#define SSPR_TESTS_HOST_H

#include <stddef.h>
#include <stdint.h>

enum host_trick {
	HOST_HONEST,
	HOST_FAILS,       /* the conversation returns PAM_CONV_ERR */
	HOST_NO_RESPONSE, /* PAM_SUCCESS, and *resp is NULL */
	HOST_NO_ANSWER,   /* PAM_SUCCESS, and resp->resp is NULL */
	HOST_TOO_LONG,    /* an answer of 513 bytes */
	HOST_INTERRUPTED, /* signals arrive while it asks */
	HOST_REPEATS,     /* every answer is the password */
};

struct host {
	const char *service;        /* default sshd */
	const char *args;           /* of the module's line */
	const char *user;           /* default alice */
	const char *password;       /* the one that is refused */
	const char *rhost;          /* NULL none */
	const char *ssh_connection; /* likewise */
	int flags;                  /* of pam_authenticate() */
	const char *answers[12];    /* to prompts after the password's */
	enum host_trick trick;
	size_t at;                    /* the prompt of the trick, from 0 */
	void (*asked)(size_t prompt); /* called at each of them, or NULL */

	char seen[4096]; /* out: prompts and messages, each followed by | */
	size_t prompts;  /* out: after the password's */
	int64_t took_ms; /* out: with the waits that faults.h left out */
};

/* The answers of a person who resets a password, from the offer on. */
#define HOST_RESETS                                          \
	{                                                    \
		"forgot", "123456", STAGE_NEW, STAGE_NEW, "" \
	}

/* Take the paths of pam_sspr.so and refuse.so from the command line. */
void host_modules(int argc, char **argv);

/*
 * Log in once.  Fails the test unless the module returned PAM_IGNORE and left
 * descriptors, children, signals, alarms, umask, directory, locale,
 * environment and limits as they were, and nothing was shown before an
 * echo-on prompt was answered.
 */
void host_logs_in(struct host *h);

#endif /* SSPR_TESTS_HOST_H */
