/* SPDX-License-Identifier: MIT */
/*
 * quiz.h - security questions of an account: asked, and whether the answers
 * are right (R-VER-7).
 */
#ifndef SSPR_QUIZ_H
#define SSPR_QUIZ_H

#include <stdint.h>

#include "err.h"

#define QUIZ_LEAST 3u /* questions that are asked at least */

struct answer_job;
struct session;
struct vault;

/*
 * Take the site's questions from PATH_QUESTIONS or, if there is none, our own
 * English ones.  A file that is refused changes nothing, and the log says so.
 */
void quiz_load(struct vault *v);

/*
 * In place of those of s->account, enrol the questions of s->new, which is
 * wiped: text, answers' salts, and their hashes.  In the open transaction;
 * s->account was read in it, and the caller writes it back.
 *
 * usable_from   seconds of vault_now
 *
 * Returns what account_add does.
 */
enum sspr_err
quiz_store(struct vault *v, struct session *s, uint64_t usable_from);

/*
 * Have the answers of s->quest hashed, for s->account as last read, with s->job
 * as the number.  SSPR_OK, with the answers wiped, or SSPR_BUSY.
 */
enum sspr_err quiz_start(struct vault *v, struct session *s);

/*
 * Whether all hashes of the job are those of the questions asked.  An account
 * without questions was asked others, and is wrong.
 *
 * s->attempt.factor   out, on SSPR_OK: the first question's
 *
 * Returns SSPR_OK, SSPR_CODE_WRONG, or what became of the job.
 */
enum sspr_err
quiz_compare(struct vault *v, struct session *s, const struct answer_job *job);

#endif /* SSPR_QUIZ_H */
