/* SPDX-License-Identifier: MIT */
/*
 * sandbox.c - the rows of sandbox.def as a filter of the kernel's (seccomp).
 *
 * A call in the manner of another machine (of i386 or x32 on x86_64) MUST end
 * the process: its numbers mean something else, and nothing of ours makes one.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "sandbox.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define TESTS    2u

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif
#ifndef TIOCLINUX
#define TIOCLINUX 0x541c
#endif

/* Where clone(2) has its flags. */
#if defined(__s390__)
#define CLONE_ARG 1
#else
#define CLONE_ARG 0
#endif

/* clang-format off */
#define TEST(argument, how, a, b) { argument, SCMP_CMP_##how, a, b }
#define ALWAYS			  { 0 }
#define HAS(argument, bits)	  TEST(argument, MASKED_EQ, bits, bits)
#define LACKS(argument, bits)	  TEST(argument, MASKED_EQ, bits, 0)
#define IS(argument, value)	  TEST(argument, MASKED_EQ, 0xffffffff, value)
#define ISNT(argument, value)	  TEST(argument, NE, value, 0)
#define ABOVE(argument, value)	  TEST(argument, GT, value, 0)
#define BOTH(test, more)	  test, more

static const struct row {
	const char *roles; /* letters */
	const char *call;
	int error; /* 0: allowed */
	struct scmp_arg_cmp tests[TESTS]; /* all 0: none */
} rows[] = {
#define ALLOW(roles, call, ...) { roles, #call, 0, { __VA_ARGS__ } },
#define DENY(roles, error, call, ...) { roles, #call, error, { __VA_ARGS__ } },
#include "sandbox.def"
};

/* Calls that the library may be too old to know: one number everywhere. */
static const struct {
	const char *call;
	int number;
} late[] = {
	{ "fchmodat2", 452 },
	{ "open_tree_attr", 467 },
};

static const char letters[] = {
	[ROLE_PARENT] = 'P',
	[ROLE_FRONT] = 'F',
	[ROLE_DESK] = 'F',
	[ROLE_VAULT] = 'V',
	[ROLE_NAMES] = 'N',
	[ROLE_COURIER] = 'C',
	[ROLE_WORKER] = 'W',
};
/* clang-format on */

static int
number_of(const char *call)
{
	const int n = seccomp_syscall_resolve_name(call);

	for (size_t i = 0; n == __NR_SCMP_ERROR && i < COUNT(late); i++)
		if (strcmp(late[i].call, call) == 0)
			return late[i].number;
	return n;
}

static bool
is_for(const struct row *row, enum role r)
{
	return strchr(row->roles, letters[r]) != NULL;
}

/* Whether it may do what is listed, and nothing else. */
static bool
has_list(enum role r)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (rows[i].error == 0 && is_for(&rows[i], r))
			return true;
	return false;
}

/* 0 or a negated errno, as all of the library. */
static int
add(scmp_filter_ctx filter, const struct row *row)
{
	const int call = number_of(row->call);
	unsigned int n = 0;
	const uint32_t action = row->error == 0
	    ? SCMP_ACT_ALLOW
	    : SCMP_ACT_ERRNO((uint16_t)row->error);

	if (call == __NR_SCMP_ERROR)
		return 0;
	while (n < TESTS && row->tests[n].op != _SCMP_CMP_MIN)
		n++;
	return seccomp_rule_add_array(filter, action, call, n, row->tests);
}

/* The long lists as a tree: a call costs ten comparisons, not a hundred. */
static int
settle(scmp_filter_ctx filter)
{
	int r = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH,
	    SCMP_ACT_KILL_PROCESS);

	if (r == 0)
		r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	return r;
}

enum sspr_err
sandbox_enter(enum role r)
{
	scmp_filter_ctx filter =
	    seccomp_init(has_list(r) ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_ALLOW);
	int e;

	if (filter == NULL)
		return SSPR_NO_MEMORY;
	e = settle(filter);
	for (size_t i = 0; e == 0 && i < COUNT(rows); i++)
		if (is_for(&rows[i], r))
			e = add(filter, &rows[i]);
	if (e == 0)
		e = seccomp_load(filter);
	seccomp_release(filter);
	if (e == 0)
		return SSPR_OK;
	errno = -e;
	return SSPR_SYSTEM;
}
