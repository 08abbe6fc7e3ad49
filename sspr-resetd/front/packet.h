/* SPDX-License-Identifier: MIT */
/*
 * packet.h - the packets of a SOCK_SEQPACKET connection whose other end is
 * hostile.  Nothing here waits.
 */
#ifndef SSPR_PACKET_H
#define SSPR_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

/*
 * Receive one packet of 1 to size bytes.  Descriptors that come along never
 * enter this process.
 *
 * Returns SSPR_OK, SSPR_BUSY (nothing there), SSPR_GONE (the other end closed
 * or sent a packet of no bytes, which cannot be told from that) or
 * SSPR_MALFORMED (too long, or descriptors came along); *buf may be written
 * to unless it is SSPR_BUSY or SSPR_GONE.
 */
enum sspr_err packet_recv(int fd, uint8_t *buf, size_t size, size_t *len);

/*
 * Send one packet.  Returns SSPR_OK, SSPR_TIMEOUT (the other end has left the
 * socket's buffer full, which is tens of packets) or SSPR_GONE.
 */
enum sspr_err packet_send(int fd, const uint8_t *packet, size_t len);

/*
 * Close fd, and the connection for everyone who holds it.  What was sent can
 * still be read.
 *
 * is_shared  another process has a duplicate: take out what was not read, so
 *            that it finds no descriptors when it closes last (guard.h)
 */
void packet_close(int fd, bool is_shared);

#endif /* SSPR_PACKET_H */
