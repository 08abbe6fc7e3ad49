/* SPDX-License-Identifier: MIT */
/*
 * notify.h - what systemd wants to hear, and the sockets it opened for us:
 * sd_notify(3) and sd_listen_fds(3) without their library.
 *
 * For the parent only: roles have no environment.  Where systemd did not
 * start us, nothing is there to tell and SSPR_OK is returned.  The notices
 * return SSPR_SYSTEM if systemd asked for them and cannot be told.
 */
#ifndef SSPR_RESETD_NOTIFY_H
#define SSPR_RESETD_NOTIFY_H

#include <stddef.h>

#include "err.h"

/* We serve; also after a reload. */
enum sspr_err notify_ready(void);

/* SIGHUP came; notify_ready follows, whether the new file was taken or not. */
enum sspr_err notify_reloading(void);

/* We end. */
enum sspr_err notify_stopping(void);

/* A socket we know what to do with. */
struct notify_socket {
	const char *name; /* FileDescriptorName= of its unit */
	int fd;           /* out: CLOEXEC, non-blocking; -1 if not passed */
};

/*
 * Take the sockets passed by systemd, and their variables out of the
 * environment.
 *
 * wanted  n of them; only the fd of each is written
 *
 * Each passed descriptor must be named, wanted, the only one of its name, and
 * a listening SOCK_SEQPACKET socket of AF_UNIX.  Returns SSPR_OK, or
 * SSPR_CONFIG, with all of wanted at -1, if the units or the variables are
 * wrong.
 */
enum sspr_err notify_sockets(struct notify_socket *wanted, size_t n);

#endif /* SSPR_RESETD_NOTIFY_H */
