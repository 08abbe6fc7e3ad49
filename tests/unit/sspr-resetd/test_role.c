/* SPDX-License-Identifier: MIT */
/*
 * A role that is started is this program executed again; it tells on its link
 * how it finds itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "ipc.h"
#include "log.h"
#include "role.h"

extern char **environ;

/* What a role finds. */
struct found {
	char role[16];
	bool open[64]; /* by descriptor */
	bool null[2];  /* input and output lead nowhere */
	bool leader;   /* of its own session */
	bool masked;   /* a signal is blocked */
	bool environ;
};

static bool
is_null(int fd)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat("/dev/null", &b) == 0 &&
	    a.st_rdev == b.st_rdev;
}

static _Noreturn void
play(const char *role)
{
	struct found f = { .leader = getsid(0) == getpid(),
		.null = { is_null(0), is_null(1) },
		.environ = environ != NULL && *environ != NULL };
	sigset_t set;

	snprintf(f.role, sizeof(f.role), "%s", role);
	for (int fd = 0; fd < 64; fd++)
		f.open[fd] = fcntl(fd, F_GETFD) != -1;
	sigprocmask(SIG_SETMASK, NULL, &set);
	for (int s = 1; s < SIGRTMAX; s++)
		f.masked = f.masked || sigismember(&set, s) == 1;
	_exit(send(ROLE_FD, &f, sizeof(f), MSG_NOSIGNAL) == sizeof(f) ? 0 : 1);
}

static void
a_role_finds_its_descriptors_and_nothing_else(void **state)
{
	int pair[2], more[2], status;
	sigset_t all, old;
	struct found f;
	pid_t pid;

	(void)state;
	assert_int_equal(ipc_pair(pair), SSPR_OK);
	assert_int_equal(ipc_pair(more), SSPR_OK);
	setenv("SECRET", "x", 1);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	assert_int_equal(role_spawn(ROLE_VAULT, (int[]){ pair[1], more[0], 2 },
			     3, &pid),
	    SSPR_OK);
	sigprocmask(SIG_SETMASK, &old, NULL);
	close(pair[1]);
	assert_int_equal(recv(pair[0], &f, sizeof(f), 0), sizeof(f));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_string_equal(f.role, "vault");
	for (int fd = 0; fd < 64; fd++)
		assert_int_equal(f.open[fd], fd < ROLE_FD + 3);
	assert_true(f.null[0] && f.null[1]);
	assert_true(f.leader);
	assert_false(f.masked);
	assert_false(f.environ);
	close(pair[0]);
	close(more[0]);
	close(more[1]);
}

/* No descriptor may be lost where old and new numbers overlap. */
static void
descriptors_arrive_in_order_whatever_their_numbers(void **state)
{
	int pair[2], low[2];
	struct found f;
	pid_t pid;

	(void)state;
	assert_int_equal(ipc_pair(low), SSPR_OK); /* from 3 on, as it is */
	assert_int_equal(ipc_pair(pair), SSPR_OK);
	assert_int_equal(role_spawn(ROLE_FRONT,
			     (int[]){ pair[1], low[0], low[1] }, 3, &pid),
	    SSPR_OK);
	close(pair[1]);
	assert_int_equal(recv(pair[0], &f, sizeof(f), 0), sizeof(f));
	assert_string_equal(f.role, "front");
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(pair[0]);
	close(low[0]);
	close(low[1]);
}

/* The vault has the most links of all. */
static void
eight_descriptors_arrive(void **state)
{
	int pair[2], fds[8], status;
	struct found f;
	pid_t pid;

	(void)state;
	assert_int_equal(ipc_pair(pair), SSPR_OK);
	for (size_t i = 0; i < 8; i++)
		fds[i] = pair[1];
	assert_int_equal(role_spawn(ROLE_VAULT, fds, 8, &pid), SSPR_OK);
	close(pair[1]);
	assert_int_equal(recv(pair[0], &f, sizeof(f), 0), sizeof(f));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	for (int fd = 0; fd < 64; fd++)
		assert_int_equal(f.open[fd], fd < ROLE_FD + 8);
	close(pair[0]);
}

static void
every_role_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(role_name(ROLE_PARENT), "parent");
	assert_string_equal(role_name(ROLE_WORKER), "worker");
	assert_string_equal(role_name(ROLE_ANY), "?");
}

static void
a_user_is_found_without_nss(void **state)
{
	uid_t uid = 5;
	gid_t gid = 5;

	(void)state;
	assert_int_equal(role_user(ROLE_WORKER, &uid, &gid), SSPR_OK);
	assert_int_equal(uid, 0);
	assert_int_equal(gid, 0);
}

/* The function in a process of its own; its exit status. */
static int
status_of(void (*f)(void))
{
	int status, null;
	pid_t pid;

	fflush(NULL);
	if ((pid = fork()) == 0) {
		null = open("/dev/null", O_WRONLY);
		dup2(null, STDERR_FILENO);
		f();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
need_courier(void)
{
	uid_t uid;
	gid_t gid;

	role_need(ROLE_COURIER, &uid, &gid);
}

static void
a_user_that_is_needed_ends_the_process_if_it_is_missing(void **state)
{
	uid_t uid = 5;
	gid_t gid = 5;
	bool is_there = role_user(ROLE_COURIER, &uid, &gid) == SSPR_OK;

	(void)state;
	assert_int_equal(status_of(need_courier), is_there ? 0 : 1);
	role_need(ROLE_WORKER, &uid, &gid);
	assert_int_equal(uid, 0);
	assert_int_equal(gid, 0);
}

static void
run_without_a_link(void)
{
	close(ROLE_FD);
	(void)role_run("vault");
}

static void
run_with_a_file(void)
{
	dup2(STDERR_FILENO, ROLE_FD);
	(void)role_run("worker");
}

static void
a_role_that_is_none_is_not_run(void **state)
{
	(void)state;
	assert_false(role_run("nonsense"));
	assert_false(role_run("parent"));
	assert_false(role_run(""));
}

static void
a_role_does_not_run_by_hand(void **state)
{
	(void)state;
	assert_int_equal(status_of(run_without_a_link), 1);
	assert_int_equal(status_of(run_with_a_file), 1);
}

static void
become_vault(void)
{
	(void)!setresuid(1, 1, 1); /* whoever we were, root no more */
	role_confine(ROLE_VAULT, 1);
}

static void
who_is_not_root_cannot_become_a_role(void **state)
{
	(void)state;
	assert_int_equal(status_of(become_vault), 1);
}

/* A line of /proc/self/status, as a hexadecimal number. */
static uint64_t
status_line(const char *name)
{
	char line[256];
	uint64_t v = UINT64_MAX;
	FILE *f = fopen("/proc/self/status", "r");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, name, strlen(name)) == 0)
			v = strtoull(line + strlen(name), NULL, 16);
	if (f != NULL)
		fclose(f);
	return v;
}

static bool
has_only_caps(uint64_t most)
{
	return status_line("CapInh:") == 0 && status_line("CapAmb:") == 0 &&
	    status_line("CapPrm:") == most && status_line("CapEff:") == most &&
	    status_line("CapBnd:") == most;
}

static bool
is_quiet(void)
{
	struct rlimit core;

	return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 &&
	    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 &&
	    getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0;
}

static void
become_worker(void)
{
	char cwd[8];

	setenv("SECRET", "x", 1);
	umask(0);
	(void)!chdir("/tmp");
	(void)!dup2(STDERR_FILENO, ROLE_FD);
	(void)!dup2(STDERR_FILENO, ROLE_FD + 1);
	role_confine(ROLE_WORKER, 1);
	if (getuid() != 0 || getgid() != 0 || getgroups(0, NULL) != 0)
		_exit(10);
	if (!has_only_caps(1u << 0 | 1u << 29)) /* CHOWN, AUDIT_WRITE */
		_exit(11);
	if (!is_quiet())
		_exit(12);
	if (fcntl(ROLE_FD, F_GETFD) == -1 || fcntl(ROLE_FD + 1, F_GETFD) != -1)
		_exit(13);
	if (getenv("SECRET") != NULL || umask(0) != 077 ||
	    getcwd(cwd, sizeof(cwd)) == NULL || strcmp(cwd, "/") != 0)
		_exit(14);
}

/* R-PRIV-1, R-PRIV-3, R-PRIV-6 */
static void
a_worker_keeps_two_capabilities_and_no_descriptor_more(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(status_of(become_worker), 0);
}

static void
keep_parent(void)
{
	/* CHOWN, KILL, SETGID, SETUID, SETPCAP, AUDIT_WRITE */
	const uint64_t caps =
	    1u << 0 | 1u << 5 | 1u << 6 | 1u << 7 | 1u << 8 | 1u << 29;

	role_caps(ROLE_PARENT, true);
	if (!has_only_caps(caps | 1u << 18)) /* SYS_CHROOT */
		_exit(10);
	role_caps(ROLE_PARENT, false);
	if (!has_only_caps(caps) || !is_quiet())
		_exit(11);
}

/* R-PRIV-1 */
static void
parent_keeps_what_its_children_need(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(status_of(keep_parent), 0);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_role_finds_its_descriptors_and_nothing_else),
		cmocka_unit_test(
		    descriptors_arrive_in_order_whatever_their_numbers),
		cmocka_unit_test(eight_descriptors_arrive),
		cmocka_unit_test(every_role_has_a_name),
		cmocka_unit_test(a_user_is_found_without_nss),
		cmocka_unit_test(
		    a_user_that_is_needed_ends_the_process_if_it_is_missing),
		cmocka_unit_test(a_role_that_is_none_is_not_run),
		cmocka_unit_test(a_role_does_not_run_by_hand),
		cmocka_unit_test(who_is_not_root_cannot_become_a_role),
		cmocka_unit_test(
		    a_worker_keeps_two_capabilities_and_no_descriptor_more),
		cmocka_unit_test(parent_keeps_what_its_children_need),
	};

	if (argc == 3 && strcmp(argv[1], "-x") == 0)
		play(argv[2]);
	log_open("test");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
