/* SPDX-License-Identifier: MIT */
/*
 * log.h - what the daemon says to its operator, on standard error.
 *
 * Where standard error leads to the journal each line starts with its
 * priority (sd-daemon(3)) and the role; elsewhere with our name and the role.
 * A line is written at once and ends at 1 KiB.  Every byte that is not
 * printable ASCII or valid, printable UTF-8, and the backslash, is escaped as
 * \xNN (R-LOG-2).  There is no way to print a struct secret or BYTES.  Roles
 * and main.c log; service files do not.  errno stays as it was.
 */
#ifndef SSPR_LOG_H
#define SSPR_LOG_H

/*
 * Say who we are, once, first thing; debug is off until log_debug_on.
 *
 * role   stays the caller's and must stay there
 */
void log_open(const char *role);
void log_debug_on(int on);

#define LOG_FMT __attribute__((format(printf, 1, 2)))

void log_debug(const char *fmt, ...) LOG_FMT;
void log_info(const char *fmt, ...) LOG_FMT;
void log_warn(const char *fmt, ...) LOG_FMT; /* something to look at */
void log_err(const char *fmt, ...) LOG_FMT;  /* something failed */

/* Say why and end this process with status 1. */
_Noreturn void log_fatal(const char *fmt, ...) LOG_FMT;

#endif /* SSPR_LOG_H */
