/* SPDX-License-Identifier: MIT */
/*
 * tally.h - the wrong passwords that pam_faillock(8) has counted, by the tool
 * that comes with it.  The files are the users', who can write anything into
 * them or hold their locks: that costs them their own offer, and us a moment.
 */
#ifndef WORKER_TALLY_H
#define WORKER_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "err.h"
#include "worker/pamd.h"

#define TALLY_PROGRAM "/usr/sbin/faillock"
#define TALLY_CONF    "/etc/security/faillock.conf"
#define TALLY_MS      3000 /* that the tool may take */
#define TALLY_DIR_MAX 255  /* bytes */

struct tally_place {
	const char *program; /* TALLY_PROGRAM */
	const char *conf;    /* TALLY_CONF */
	const struct pamd_place *pamd;
	unsigned int ms; /* TALLY_MS */
};

/* When the module locks an account. */
struct tally_rule {
	unsigned int deny;       /* wrong passwords; 0: it never does */
	unsigned int interval_s; /* within which they were typed */
	unsigned int unlock_s;   /* since the last one; 0: for ever */
	char dir[TALLY_DIR_MAX + 1];
};

/*
 * What faillock.conf(5) and, over it, the lines of the host's services say;
 * the strictest, where these differ.  A value that is none is left out.
 *
 * *rule  out, on SSPR_OK
 *
 * Returns SSPR_OK, SSPR_SYSTEM or SSPR_NO_MEMORY.
 */
enum sspr_err tally_rule(const struct tally_place *p, struct tally_rule *rule);

/*
 * Judge what the tool printed for an account, as the module would.
 *
 * text    len bytes and a NUL
 * *count  out, on SSPR_OK: entries there are, valid or not
 * *locked out, on SSPR_OK
 *
 * Returns SSPR_OK or SSPR_MALFORMED.
 */
enum sspr_err tally_judge(const struct tally_rule *rule, const char *name,
    const char *text, size_t len, time_t now, size_t *count, bool *locked);

/*
 * Whether an account is locked now.  Where there is no such tool or no count,
 * it is not.
 *
 * *locked out, on SSPR_OK
 *
 * Returns SSPR_OK; SSPR_MALFORMED; SSPR_SYSTEM also where others can write to
 * the directory of the counts; or the errors of run_print() and tally_rule().
 */
enum sspr_err
tally_is_locked(const struct tally_place *p, const char *name, bool *locked);

/*
 * Clear the count, if there is one, and see that it is.
 *
 * *cleared out, on SSPR_OK: there was one
 *
 * Returns SSPR_OK; SSPR_NOT_CHANGED if it is locked all the same; or as above.
 */
enum sspr_err
tally_clear(const struct tally_place *p, const char *name, bool *cleared);

#endif /* WORKER_TALLY_H */
