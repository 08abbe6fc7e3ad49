/* SPDX-License-Identifier: MIT */
/*
 * source.h - where a client comes from, as one string to count by.
 */
#ifndef SSPR_SOURCE_H
#define SSPR_SOURCE_H

#include <sys/types.h>

#define SOURCE_MAX 70u /* bytes */

/*
 * The key of a source.  From a peer of uid 0 the hints of its HELLO count:
 * rhost if it is a numeric address (IPv6 as its /64, since one host has all
 * of that; IPv4 mapped into IPv6 as IPv4), else tty, else "unknown".  Any
 * other peer is "uid:<n>" whatever it says (R-IPC-2).
 */
void source_key(uid_t uid, const char *rhost, const char *tty,
    char key[static SOURCE_MAX + 1]);

#endif /* SSPR_SOURCE_H */
