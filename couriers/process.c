/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process.h"

enum sspr_err
process_start(int *report)
{
	const struct rlimit none = { 0, 0 };
	int fd, own;

	if (clearenv() != 0 || setrlimit(RLIMIT_CORE, &none) == -1 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1 ||
	    signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return SSPR_SYSTEM;
	(void)umask(077);
	do
		if ((fd = open("/dev/null", O_RDWR)) == -1)
			return SSPR_SYSTEM;
	while (fd <= STDERR_FILENO);
	if (close_range((unsigned int)fd + 1, ~0u, 0) == -1 ||
	    (own = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)) == -1)
		return SSPR_SYSTEM;
	if (dup2(fd, STDOUT_FILENO) == -1 || dup2(fd, STDERR_FILENO) == -1) {
		(void)close(own);
		return SSPR_SYSTEM;
	}
	(void)close(fd);
	*report = own;
	return SSPR_OK;
}
