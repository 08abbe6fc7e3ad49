/* SPDX-License-Identifier: MIT */
/*
 * source.h - where a request comes from, as it is counted and judged
 * (R-THR-5).  Pure.
 */
#ifndef SSPR_SOURCE_H
#define SSPR_SOURCE_H

#include <stdbool.h>
#include <sys/types.h>

#define SOURCE_MAX 64 /* bytes */

enum source_kind {
	SOURCE_UNKNOWN, /* the strictest */
	SOURCE_UID,     /* a peer that is not uid 0: hints are ignored */
	SOURCE_SELF,    /* loopback, or an address of this host */
	SOURCE_PTS,     /* any pseudo-terminal */
	SOURCE_CONSOLE, /* a listed terminal, and no address */
	SOURCE_NET,     /* an address */
};

struct source {
	enum source_kind kind;
	bool shared; /* many people have it */
	/* `uid:7', `self', `pts', `tty:tty1', IPv4, an IPv6 /64, `unknown' */
	char key[SOURCE_MAX + 1];
	char wide[SOURCE_MAX + 1];    /* of IPv6 its /48, else as key */
	char address[SOURCE_MAX + 1]; /* SELF, NET: in full, else "" */
};

/*
 * Judge what a peer of this uid says of itself.
 *
 * rhost, tty  hints; only numeric addresses count, nothing is resolved; `::'
 *             and `0.0.0.0' are an address that is not known
 * own         true if rhost is known to be an address of this host
 * consoles    names of terminals, without /dev/, spaces between
 * shared      addresses and networks, spaces between
 */
void source_read(uid_t uid, const char *rhost, const char *tty, bool own,
    const char *consoles, const char *shared, struct source *s);

/*
 * Whether an address is in one of the networks, `192.0.2.1', `2001:db8::/32',
 * spaces between.  IPv4-mapped addresses are IPv4, so `::/0' has no IPv4 in it.
 * A network with a bit of a host, as in `192.0.2.1/24', is none.
 */
bool source_is_in(const char *address, const char *networks);

/* Whether every word of the list is an address or a network. */
bool source_are_networks(const char *networks);

#endif /* SSPR_SOURCE_H */
