/* SPDX-License-Identifier: MIT */
/*
 * verdict.h - what libexec/sspr/directory, which asks the LDAP directory,
 * tells a worker of sspr-resetd.
 *
 * It is given its verb as its only argument, and on standard input, up to its
 * end, `UID LF NAME LF PASSWORD': the uid in decimal; the name, empty for
 * whatever entry has that uid; and for VERDICT_BIND the password, any bytes,
 * to the end.  It prints one line, `word SP mark LF', exits with 0, and says
 * on standard error why, for the log.  Any other exit status is no verdict.
 */
#ifndef SSPR_VERDICT_H
#define SSPR_VERDICT_H

#include <stddef.h>

#include "err.h"

#define VERDICT_LOOK "look" /* its state */
#define VERDICT_BIND "bind" /* whether the password is right, state or no */

#define VERDICT_MARK_MAX 58 /* bytes */
#define VERDICT_NO_MARK  "-"
#define VERDICT_DIGEST   "ldap:" /* and a mark: of an intent, for the log */
#define VERDICT_LINE_MAX 80 /* bytes of what is printed, with its newline */

enum verdict {
#define VERDICT(NAME, word) VERDICT_##NAME,
#include "verdict.def"
	VERDICT_COUNT
};

/*
 * The mark is one of the entry that is another after every change of it
 * (entryCSN of OpenLDAP), of printable ASCII without blanks, quotes and
 * backslashes, which the audit log would escape, or VERDICT_NO_MARK where the
 * server has none or it was not looked at.
 */

/* The word of a verdict. */
const char *verdict_word(enum verdict v);

/*
 * Write the line.
 *
 * mark   at most VERDICT_MARK_MAX bytes; what cannot be one becomes
 *        VERDICT_NO_MARK
 */
void verdict_print(enum verdict v, const char *mark,
    char line[static VERDICT_LINE_MAX + 1]);

/*
 * Take a line of len bytes apart, with its newline.
 *
 * *v, mark  out, on SSPR_OK
 *
 * Returns SSPR_OK or SSPR_MALFORMED.
 */
enum sspr_err verdict_parse(const char *line, size_t len, enum verdict *v,
    char mark[static VERDICT_MARK_MAX + 1]);

#endif /* SSPR_VERDICT_H */
