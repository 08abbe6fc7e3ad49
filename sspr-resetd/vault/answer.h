/* SPDX-License-Identifier: MIT */
/*
 * answer.h - answers to security questions, hashed with Argon2id beside the
 * vault's main loop by ANSWER_THREADS threads of their own (R-VER-7).
 */
#ifndef SSPR_ANSWER_H
#define SSPR_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define ANSWER_MIN     3u   /* characters */
#define ANSWER_MAX     40u  /* characters */
#define ANSWER_HASH    32u  /* bytes */
#define ANSWER_SALT    16u  /* bytes */
#define ANSWER_BYTES   160u /* of an answer in its normal form */
#define ANSWER_JOB_MAX 5u   /* answers hashed together */
#define ANSWER_JOBS    16u  /* jobs that wait or are at work at most */
#define ANSWER_THREADS 2u

struct answers;

/* One answer to hash. */
struct answer {
	uint8_t salt[ANSWER_SALT];
	uint16_t len;
	uint8_t text[ANSWER_BYTES]; /* in its normal form */
};

/* A job, in and out. */
struct answer_job {
	uint64_t id; /* the caller's */
	size_t n;
	struct answer answer[ANSWER_JOB_MAX];
	uint8_t hash[ANSWER_JOB_MAX][ANSWER_HASH]; /* out */
	enum sspr_err err; /* out: SSPR_OK or SSPR_NO_MEMORY */
};

/*
 * Bring what was typed into its normal form: valid UTF-8 of ANSWER_MIN to
 * ANSWER_MAX characters, blanks at the ends cut and inside made one, case
 * folded: Latin, Greek, Cyrillic and Armenian, by a table of our own, for a
 * locale that is missing or newer must not change what an answer hashes to.
 *
 * a   out: text and len; its salt stays
 *
 * Returns SSPR_OK or SSPR_USAGE, also for what cannot be shown.
 */
enum sspr_err answer_read(const void *typed, size_t len, struct answer *a);

/*
 * Start the threads: after the process has confined itself, or they would not
 * be.  There must be a struct seal.  *fd becomes readable when a job is done;
 * it belongs to *as.  Returns SSPR_OK, SSPR_NO_MEMORY or SSPR_SYSTEM.
 */
enum sspr_err answer_open(struct answers **as, int *fd);
/* Waits for what is at work; what waits is dropped.  NULL is legal. */
void answer_close(struct answers *as);

/* Have a job done; it is copied.  SSPR_OK or SSPR_BUSY: as many as can be. */
enum sspr_err answer_ask(struct answers *as, const struct answer_job *job);

/* A job that is done, or SSPR_BUSY: none.  The caller wipes *job. */
enum sspr_err answer_take(struct answers *as, struct answer_job *job);

#endif /* SSPR_ANSWER_H */
