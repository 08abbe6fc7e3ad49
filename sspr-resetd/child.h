/* SPDX-License-Identifier: MIT */
/*
 * child.h - what a forked child does before it becomes somebody else's
 * program: one that is ours to end, and finds nothing of us.
 */
#ifndef SSPR_CHILD_H
#define SSPR_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

struct child_limit {
	unsigned int what; /* RLIMIT_... */
	rlim_t most;       /* soft and hard; what is lower already stays so */
};

/*
 * In the child: a session and process group of its own, killed when parent,
 * which forked it, ends; no new privileges; in, out and err as its standard
 * descriptors, and no others.
 *
 * Returns false if any of it failed, or parent has ended already.
 */
bool child_settle(pid_t parent, int in, int out, int err);

/*
 * In the child, afterwards: the root directory, signals as a program expects
 * them, and these n limits.  Returns false, with errno set, on failure.
 */
bool child_limit(const struct child_limit *limits, size_t n);

#endif /* SSPR_CHILD_H */
