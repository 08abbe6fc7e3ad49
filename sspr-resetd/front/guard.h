/* SPDX-License-Identifier: MIT */
/*
 * guard.h - no descriptor a client sends can make us wait.
 *
 * A message that carries a TCP socket with SO_LINGER set and unsent data makes
 * whoever drops the message last sleep for the linger time (socket(7)), even
 * in recvmsg(2) without room for descriptors, and in close(2).  Linux 6.16 can
 * refuse such messages; on older ones a signal ends the sleep.
 */
#ifndef SSPR_GUARD_H
#define SSPR_GUARD_H

/*
 * Take SIGALRM for this process, and let the kernel refuse descriptors sent
 * to connections of the listening socket, if it can.
 */
void guard_init(int listener);

/* From here to guard_end, a sleep ends early, perhaps with EINTR. */
void guard_begin(void);
void guard_end(void);

#endif /* SSPR_GUARD_H */
