/* SPDX-License-Identifier: MIT */
/*
 * menu.h - sspr-enroll without a subcommand: on a terminal a guided menu,
 * elsewhere the status.
 */
#ifndef SSPR_ENROLL_MENU_H
#define SSPR_ENROLL_MENU_H

#include "err.h"
#include "tty.h"

/*
 * Show what is enrolled and what is missing, and do what is chosen, until the
 * person leaves.  Returns SSPR_OK, or what the service cannot do at all; that
 * and every refusal before it have been said on standard error.
 */
enum sspr_err menu_run(const struct tty *tty);

/* Without a subcommand: that, or the status with its options. */
enum sspr_err menu_main(int argc, char **argv);

#endif /* SSPR_ENROLL_MENU_H */
