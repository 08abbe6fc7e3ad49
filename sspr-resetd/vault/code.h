/* SPDX-License-Identifier: MIT */
/*
 * code.h - codes of our own making: sent codes, recovery codes, passes.
 * Pure but for the keys and the randomness of seal.h.
 *
 * Recovery codes and passes are Crockford base32, read forgivingly: case, any
 * dashes and blanks, O for 0, I and L for 1 (R-VER-6).
 */
#ifndef SSPR_CODE_H
#define SSPR_CODE_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "vault/seal.h"

#define CODE_SENT    8u  /* digits of a sent code (R-VER-4) */
#define CODE_BACKUPS 10u /* recovery codes of a sheet */
#define CODE_BACKUP  16u /* digits of one: 80 bits */
#define CODE_PASS    12u /* digits of a helpdesk-pass: 60 bits */
#define CODE_SALT    16u /* bytes */
#define CODE_HASH    16u /* bytes of a keyed hash of a code */

#define CODE_SENT_SIZE   (CODE_SENT + 1)   /* with NUL */
#define CODE_BACKUP_SIZE (CODE_BACKUP + 4) /* with dashes and NUL */
#define CODE_PASS_SIZE   (CODE_PASS + 1)   /* with NUL */

struct record_backup;
struct record_pass;

/* A new sent code: uniform, by rejection (R-VER-4). */
void code_new_sent(char code[static CODE_SENT_SIZE]);

/*
 * The hash a sent code is stored by.  key   what it is bound to: account,
 * method and source, 16 bytes.
 */
void code_hash_sent(struct seal *s, const uint8_t key[static 16],
    const void *code, size_t len, uint8_t hash[static CODE_HASH]);

/* A new sheet: the record, and the codes as they are printed. */
void code_new_sheet(struct seal *s, struct record_backup *r,
    char sheet[static CODE_BACKUPS][CODE_BACKUP_SIZE]);

/*
 * Which code of the sheet was typed.
 *
 * used     bit n - 1 for each code n that is used up
 * *number  out, on SSPR_OK: 1 to CODE_BACKUPS
 *
 * All are compared in constant time.  Returns SSPR_OK, SSPR_CODE_WRONG or
 * SSPR_CODE_REPLAY.
 */
enum sspr_err code_check_sheet(struct seal *s, const struct record_backup *r,
    uint64_t used, const void *typed, size_t len, uint32_t *number);

/* A new pass: salt and hash of the record, and the code as it is read out. */
void code_new_pass(struct seal *s, struct record_pass *r,
    char code[static CODE_PASS_SIZE]);

/* SSPR_OK or SSPR_CODE_WRONG. */
enum sspr_err code_check_pass(struct seal *s, const struct record_pass *r,
    const void *typed, size_t len);

#endif /* SSPR_CODE_H */
