/* SPDX-License-Identifier: MIT */
/*
 * check.h - what an administrator is told of settings and directory, step by
 * step.
 */
#ifndef DIRECTORY_CHECK_H
#define DIRECTORY_CHECK_H

#include <stdio.h>
#include <sys/types.h>

#include "err.h"

/*
 * Read the settings as settings_read() does, reach each server, say who we are
 * to it (RFC 4532), look for the account, and say what to do where something
 * is wrong.
 *
 * name   at most ENTRY_NAME_MAX bytes, printable
 *
 * Returns SSPR_OK if a reset of the account can work; or what is wrong, which
 * has been said: SSPR_CONFIG, SSPR_DIRECTORY, SSPR_SETUP, SSPR_ACCOUNT.
 */
enum sspr_err
check_run(FILE *to, const char *path, uid_t owner, const char *name, uid_t uid);

#endif /* DIRECTORY_CHECK_H */
