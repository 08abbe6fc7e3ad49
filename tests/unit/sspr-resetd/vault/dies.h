/* SPDX-License-Identifier: MIT */
/*
 * dies.h - whether something ends the process as log_fatal does.
 */
#ifndef SSPR_TESTS_VAULT_DIES_H
#define SSPR_TESTS_VAULT_DIES_H

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ipc.h"

/* The exit status of a process that does it; 99 if it does not end by it. */
[[maybe_unused]] static int
dies_with(void (*does)(void))
{
	int status, null;
	pid_t pid = fork();

	if (pid == -1)
		return -1;
	if (pid == 0) {
		null = open("/dev/null", O_WRONLY | O_CLOEXEC);
		(void)dup2(null, STDERR_FILENO);
		does();
		_exit(99);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/* A link whose other side is gone. */
[[maybe_unused]] static int
dead_link(void)
{
	int pair[2];

	if (ipc_pair(pair) != SSPR_OK)
		_exit(98);
	close(pair[1]);
	return pair[0];
}

#define DIES(does)  assert_int_equal(dies_with(does), 1)
#define LIVES(does) assert_int_equal(dies_with(does), 99)

#endif /* SSPR_TESTS_VAULT_DIES_H */
