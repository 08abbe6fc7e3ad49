/* SPDX-License-Identifier: MIT */
/*
 * socket.h - the connection below libldap and its TLS.
 *
 * libldap reads what a server began to send without any limit of time, gets
 * its process killed by SIGPIPE where that is not ignored, and connects anew,
 * without TLS, when a connection breaks and more is asked.  This layer, below
 * TLS, ends all three.
 */
#ifndef DIRECTORY_SOCKET_H
#define DIRECTORY_SOCKET_H

#include <ldap.h>
#include <stdbool.h>

#define SOCKET_ANSWER_MAX (1u << 20) /* bytes of an answer */

/*
 * Have the next connection of ld end when an answer is not whole so long after
 * its request as LDAP_OPT_NETWORK_TIMEOUT says, or has more than
 * SOCKET_ANSWER_MAX bytes.
 *
 * Returns whether that is so.
 */
bool socket_attach(LDAP *ld);

/* Let ld connect no more.  Returns whether that is so. */
bool socket_seal(LDAP *ld);

/* Whether the server ended the connection of ld, or was too late. */
bool socket_ended(LDAP *ld);

#endif /* DIRECTORY_SOCKET_H */
