/* SPDX-License-Identifier: MIT */
/*
 * roll.h - who is there: the passwd file as it was last read, and whether an
 * enrolled account still is the one it was (R-ENR-4).
 */
#ifndef SSPR_ROLL_H
#define SSPR_ROLL_H

#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "err.h"
#include "ipc.h"

struct roll_entry {
	char name[PROTO_USER_MAX + 1];
	uid_t uid;
};

/* All zero at first. */
struct roll {
	struct roll_entry *at; /* by name, then uid */
	size_t n;
	struct stat file;                 /* it is of */
	char witness[PROTO_USER_MAX + 1]; /* seen in a directory last, or "" */
};

/* Who was in the file when it was read before, and is not now. */
typedef void roll_left(void *arg, const char *name, uid_t uid);

/*
 * Watch the directory of path for a file that is written or replaced.
 * Returns a descriptor that becomes readable then, or -1.
 */
int roll_watch(const char *path);

/* Take what has come there. */
void roll_drain(int fd);

/*
 * Read the passwd(5) file at path, if it is not the one that was read last,
 * and tell who left.  Returns SSPR_OK, or SSPR_SYSTEM or SSPR_NO_MEMORY: it
 * cannot be read whole, and the roll is as it was.
 */
enum sspr_err
roll_read(struct roll *r, const char *path, roll_left *left, void *arg);

/*
 * Whether an account is still there as it was, or is missing: its name gone,
 * or with another uid, or in another place.  The roll is up to date.  What
 * NSS cannot tell is no no.
 */
enum ipc_counted_state roll_count(struct roll *r, const struct ipc_census *q);

/* Free and forget. */
void roll_clear(struct roll *r);

#endif /* SSPR_ROLL_H */
