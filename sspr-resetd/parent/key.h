/* SPDX-License-Identifier: MIT */
/*
 * key.h - the master key on disk (R-KEY-1): 64 hexadecimal digits, newline.
 */
#ifndef SSPR_KEY_H
#define SSPR_KEY_H

#include <stdint.h>

#include "err.h"
#include "ipc.h"

/*
 * Make a key at path, 0400, unless a file or the database db is there.
 * Returns SSPR_OK, SSPR_FILE (one is there) or SSPR_SYSTEM with errno set.
 */
enum sspr_err key_make(const char *path, const char *db);

/*
 * Read the key from systemd's credential sspr.master in the directory
 * credentials (NULL: none) or, if there is no such file, from path: a regular
 * file of root that nobody else can read.
 *
 * *why   out, on failure: static text
 *
 * Returns SSPR_OK or SSPR_KEY.  The caller wipes key.
 */
enum sspr_err key_load(const char *credentials, const char *path,
    uint8_t key[static IPC_KEY_LEN], const char **why);

/*
 * Parse the text of a key file.  Refuses what is not 64 digits and one
 * newline, and a key of one repeated byte.  Returns SSPR_OK or SSPR_KEY.
 */
enum sspr_err
key_parse(const char *text, size_t len, uint8_t key[static IPC_KEY_LEN]);

#endif /* SSPR_KEY_H */
