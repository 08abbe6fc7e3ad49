/* SPDX-License-Identifier: MIT */
/*
 * peer.h - who is at the other end of a client's descriptor (R-IPC-1).
 */
#ifndef SSPR_PEER_H
#define SSPR_PEER_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Who opened the connection, as the kernel says.
 *
 * fd     what front says it has accepted; it may lie
 * path   of the listening socket it was accepted on
 * *uid   out, on true
 *
 * False: not a connection that was accepted there, or nobody we serve.
 */
bool peer_read(int fd, const char *path, uid_t *uid);

#endif /* SSPR_PEER_H */
