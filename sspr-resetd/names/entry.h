/* SPDX-License-Identifier: MIT */
/*
 * entry.h - what can be said of an account once its entries have been read.
 */
#ifndef SSPR_ENTRY_H
#define SSPR_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#define ENTRY_MIN 4096u              /* bytes of one entry, at first */
#define ENTRY_MAX (4u * 1024 * 1024) /* large groups have large entries */

enum entry_place {
	ENTRY_ABSENT, /* the file has no such name */
	ENTRY_SAME,   /* it has the name, always with this uid */
	ENTRY_OTHER,  /* it has the name with another uid */
};

/*
 * Whether a name may be one: 1 to PROTO_USER_MAX bytes of UTF-8 that may be
 * shown (R-LOG-2), no `:' and no `/', not `.' or `..', no `-' in front.  Others
 * are not even looked up.
 */
bool entry_is_name(const char *name);

/* How the passwd(5) file f, read from its start, has name. */
enum entry_place entry_find(FILE *f, const char *name, uid_t uid);

/*
 * Whether an account with this shell may sign in: the shells(5) know it and
 * it is none of those that only say no.  Empty means /bin/sh.
 */
bool entry_has_login(const char *shell);

/*
 * Whether an error of getpwnam_r(3) or getgrnam_r(3), which came without an
 * entry, means that there is none; else they cannot tell.
 */
bool entry_is_absent(int error);

/*
 * The next word of a list that is separated by spaces.
 *
 * *list  in: where to look; out: behind the word
 * word   size bytes, for it
 *
 * Returns false at the end, and at a word that has no room.
 */
bool entry_word(const char **list, char *word, size_t size);

#endif /* SSPR_ENTRY_H */
