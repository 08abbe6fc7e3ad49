/* SPDX-License-Identifier: MIT */
/*
 * A filter cannot be taken off again: each is tried by a child, whose exit
 * status is the errno.  Whole roles are tried in tests/system/
 * test_containment.py.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "sandbox.h"

#define HIGH (1ull << 32) /* what the kernel does not look at */

/* What a role may call, as the exit status of a child; -1: it was killed. */
static int
in_role(enum role r, long (*call)(void))
{
	int status;
	pid_t pid;

	if ((pid = fork()) == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
		    sandbox_enter(r) != SSPR_OK)
			_exit(254);
		/* Not _exit(3), before which ASan makes calls of its own. */
		(void)syscall(SYS_exit_group, call() == -1 ? errno : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		return -1;
	assert_int_not_equal(WEXITSTATUS(status), 254);
	return WEXITSTATUS(status);
}

static long
open_null(void)
{
	return open("/dev/null", O_RDONLY);
}

static long
open_null_to_write(void)
{
	return open("/dev/null", O_WRONLY);
}

/* These write without being open for writing. */
static long
create_to_read(void)
{
	return open("/nowhere/x", O_RDONLY | O_CREAT, 0600);
}

static long
cut_to_read(void)
{
	return open("/dev/null", O_RDONLY | O_TRUNC);
}

static long
queue_signal(void)
{
	return sigqueue(getpid(), 0, (union sigval){ 0 });
}

static long
make_setuid(void)
{
	return syscall(SYS_openat, AT_FDCWD, "/nowhere/x", O_CREAT | O_WRONLY,
	    04755);
}

static long
make_setgid_nameless(void)
{
	return syscall(SYS_openat, AT_FDCWD, "/nowhere", O_TMPFILE | O_WRONLY,
	    02755);
}

/* As syscall(2) is called where there is no mode: what is there is junk. */
static long
open_with_junk(void)
{
	return syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY, 07777);
}

static long
socket_packet(void)
{
	return socket(AF_PACKET, SOCK_DGRAM, 0);
}

/* The kernel takes the lower half, and so AF_PACKET. */
static long
socket_packet_high(void)
{
	return syscall(SYS_socket, HIGH | AF_PACKET, SOCK_DGRAM, 0);
}

static long
socket_ax25_high(void)
{
	return syscall(SYS_socket, HIGH | AF_AX25, SOCK_DGRAM, 0);
}

static long
socket_unix(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

static long
map_code(void)
{
	return mmap(NULL, 1, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
		   -1, 0) == MAP_FAILED
	    ? -1
	    : 0;
}

static long
map_own_code(void)
{
	return mmap(NULL, 1, PROT_READ | PROT_WRITE | PROT_EXEC,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
	    ? -1
	    : 0;
}

static long
map_data(void)
{
	return mmap(NULL, 1, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
	    ? -1
	    : 0;
}

/* It looks at the lower half: the others are no reason to let it. */
static long
type_for_others(void)
{
	return syscall(SYS_ioctl, -1, HIGH | TIOCSTI, NULL);
}

static long
clone_3(void)
{
	return syscall(SYS_clone3, NULL, 0);
}

static long
ask_personality(void)
{
	return personality(0xffffffff);
}

static long
set_personality(void)
{
	return personality(ADDR_NO_RANDOMIZE);
}

static long
get_parent(void)
{
	return getppid();
}

static long
chmod_2(void)
{
	return syscall(452, AT_FDCWD, "/nowhere", 04755, 0); /* fchmodat2 */
}

static void
front_may_use_what_it_has_and_open_nothing(void **state)
{
	(void)state;
	for (enum role r = ROLE_FRONT; r <= ROLE_DESK; r++) {
		assert_int_equal(in_role(r, map_data), 0);
		assert_int_equal(in_role(r, open_null), EPERM);
		assert_int_equal(in_role(r, socket_unix), EPERM);
		assert_int_equal(in_role(r, map_code), EPERM);
		assert_int_equal(in_role(r, clone_3), ENOSYS);
	}
}

static void
vault_may_open_but_not_connect(void **state)
{
	(void)state;
	assert_int_equal(in_role(ROLE_VAULT, open_null), 0);
	assert_int_equal(in_role(ROLE_VAULT, open_null_to_write), 0);
	assert_int_equal(in_role(ROLE_VAULT, get_parent), 0);
	assert_int_equal(in_role(ROLE_VAULT, socket_unix), EPERM);
	assert_int_equal(in_role(ROLE_VAULT, map_code), EPERM);
	assert_int_equal(in_role(ROLE_VAULT, ask_personality), EPERM);
	assert_int_equal(in_role(ROLE_VAULT, clone_3), ENOSYS);
}

static void
names_may_read_and_connect_but_not_write(void **state)
{
	(void)state;
	assert_int_equal(in_role(ROLE_NAMES, open_null), 0);
	assert_int_equal(in_role(ROLE_NAMES, socket_unix), 0);
	assert_int_equal(in_role(ROLE_NAMES, map_code), 0);
	assert_int_equal(in_role(ROLE_NAMES, open_null_to_write), EPERM);
	assert_int_equal(in_role(ROLE_NAMES, create_to_read), EPERM);
	assert_int_equal(in_role(ROLE_NAMES, cut_to_read), EPERM);
	assert_int_equal(in_role(ROLE_NAMES, queue_signal), EPERM);
	assert_int_equal(in_role(ROLE_NAMES, map_own_code), EPERM);
}

static void
whoever_runs_foreign_code_has_four_kinds_of_socket(void **state)
{
	static const enum role roles[] = { ROLE_NAMES, ROLE_COURIER,
		ROLE_WORKER };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(in_role(roles[i], socket_unix), 0);
		assert_int_equal(in_role(roles[i], socket_packet), EPERM);
		assert_int_equal(in_role(roles[i], socket_packet_high), EPERM);
		assert_int_equal(in_role(roles[i], socket_ax25_high), EPERM);
	}
}

/* R-PRIV-4: nor is one made later. */
static void
nobody_makes_a_setuid_file(void **state)
{
	(void)state;
	assert_int_equal(in_role(ROLE_PARENT, make_setuid), EPERM);
	assert_int_equal(in_role(ROLE_PARENT, make_setgid_nameless), EPERM);
	assert_int_equal(in_role(ROLE_PARENT, chmod_2), EPERM);
	assert_int_equal(in_role(ROLE_PARENT, open_with_junk), 0);
}

static void
parent_forbids_what_nobody_needs(void **state)
{
	(void)state;
	assert_int_equal(in_role(ROLE_PARENT, type_for_others), EPERM);
	assert_int_equal(in_role(ROLE_PARENT, clone_3), ENOSYS);
	assert_int_equal(in_role(ROLE_PARENT, set_personality), EPERM);
	assert_int_equal(in_role(ROLE_PARENT, ask_personality), 0);
	assert_int_equal(in_role(ROLE_PARENT, open_null_to_write), 0);
	assert_int_equal(in_role(ROLE_PARENT, map_own_code), 0);
}

#ifdef __x86_64__
static long
call_i386(void)
{
	long r = 20; /* getpid(2) there */

	__asm__ volatile("int $0x80"
			 : "+a"(r)
			 :
			 : "memory", "r8", "r9", "r10", "r11");
	return r;
}

static long
call_x32(void)
{
	return syscall(0x40000000 + SYS_getpid);
}

static void
a_call_of_another_machine_is_the_end(void **state)
{
	(void)state;
	for (enum role r = ROLE_PARENT; r < ROLE_ANY; r++) {
		assert_int_equal(in_role(r, call_i386), -1);
		assert_int_equal(in_role(r, call_x32), -1);
	}
}
#endif

/* R-PRIV-3: a filter without no_new_privs would need a capability. */
static void
without_no_new_privs_it_is_set(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	if ((pid = fork()) == 0)
		_exit(sandbox_enter(ROLE_COURIER) == SSPR_OK &&
			    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1
			? 0
			: 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(front_may_use_what_it_has_and_open_nothing),
		cmocka_unit_test(vault_may_open_but_not_connect),
		cmocka_unit_test(names_may_read_and_connect_but_not_write),
		cmocka_unit_test(
		    whoever_runs_foreign_code_has_four_kinds_of_socket),
		cmocka_unit_test(nobody_makes_a_setuid_file),
		cmocka_unit_test(parent_forbids_what_nobody_needs),
#ifdef __x86_64__
		cmocka_unit_test(a_call_of_another_machine_is_the_end),
#endif
		cmocka_unit_test(without_no_new_privs_it_is_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
