/* SPDX-License-Identifier: MIT */
/*
 * peer.h - who is at the other end of a client's descriptor (R-IPC-1).
 */
#ifndef SSPR_PEER_H
#define SSPR_PEER_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Whether fd, which front says it has accepted, is this end of a connection to
 * the listening socket at path.  No client can make it look otherwise: if not,
 * front lies.
 */
bool peer_is_accepted(int fd, const char *path);

/* Whether both are the same end of the same connection. */
bool peer_is_same(int fd, int other);

/*
 * Who opened the connection, as the kernel says.
 *
 * fd     what peer_is_accepted() was true of
 * *uid   out, on true
 *
 * False: nobody we serve, or a client whose end has a name.
 */
bool peer_read(int fd, uid_t *uid);

#endif /* SSPR_PEER_H */
