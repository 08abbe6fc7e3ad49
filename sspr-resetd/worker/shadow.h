/* SPDX-License-Identifier: MIT */
/*
 * shadow.h - look at the shadow file before and after a change.  Never writes
 * it: that is the stack's part.
 */
#ifndef WORKER_SHADOW_H
#define WORKER_SHADOW_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "secret.h"

#define SHADOW_FILE       "/etc/shadow"
#define SHADOW_HASH_MAX   384 /* bytes, CRYPT_OUTPUT_SIZE */
#define SHADOW_DIGEST_MAX 64  /* bytes */

/* The file as it was at one moment.  It holds hashes: shadow_wipe() it. */
struct shadow {
	char hash[SHADOW_HASH_MAX + 1]; /* of the account, NUL-terminated */
	long changed; /* day since the epoch, 0 must change, -1 unset */
	long lasts;   /* days that a password lasts, -1 for ever */
	long idle;    /* days after that until it is disabled, -1 never */
	long expires; /* day since the epoch, -1 never */
	char *text;   /* the whole file, or NULL */
	size_t len;   /* of text, bytes */
};

/*
 * Read the file at path.  Lines that glibc and pam_unix skip (comments,
 * garbage) are skipped.
 *
 * *s     out, on SSPR_OK: shadow_wipe() it when done
 *
 * Returns SSPR_OK; SSPR_NO_USER if name has no entry; SSPR_SHADOW if it has
 * several, a hash over SHADOW_HASH_MAX, or some line is too long for us;
 * SSPR_SYSTEM or SSPR_NO_MEMORY.
 */
enum sspr_err shadow_read(const char *path, const char *name, struct shadow *s);

/*
 * Whether the stack would lose or alter a line when it writes the file:
 * pam_unix drops what is no entry (comments, garbage, empty lines), and writes
 * numbers its own way; and of a name that is there twice nobody knows which
 * line counts.
 *
 * *line  out, unless NULL is returned: its number, from 1
 *
 * Returns NULL if all is well, else a phrase: `is ...'.
 */
const char *shadow_fault(const struct shadow *s, size_t *line);

/* Zero and free.  Legal on a zeroed one. */
void shadow_wipe(struct shadow *s);

/* Whether the entries of all accounts but name are the same in both. */
bool shadow_others_equal(const struct shadow *a, const struct shadow *b,
    const char *name);

/*
 * Whether the field is what crypt(3) makes of a password, so that the account
 * is one that can log in with a password: not empty, `*', `!...', `x'.
 */
bool shadow_hash_is_real(const char *hash);

/* Whether the password makes this hash, by crypt(3). */
bool shadow_verify(const char *hash, const struct secret *password);

/*
 * A digest of the field for the audit log: crypt(5) SHA-256 under a random
 * salt, which is part of it.  It tells nothing about the field, and two of
 * one field differ, but crypt(field, digest) gives digest.
 *
 * Returns SSPR_OK or SSPR_SYSTEM.
 */
enum sspr_err
shadow_digest(const char *hash, char digest[static SHADOW_DIGEST_MAX + 1]);

/*
 * Whether the digest, which shadow_digest() made, is that of this field.
 *
 * *is    out, on SSPR_OK
 *
 * Returns SSPR_OK, or SSPR_SYSTEM if the text is no digest.
 */
enum sspr_err shadow_digest_is(const char *hash, const char *digest, bool *is);

/* Make the directory of the file at path durable.  SSPR_OK or SSPR_SYSTEM. */
enum sspr_err shadow_sync(const char *path);

#endif /* WORKER_SHADOW_H */
