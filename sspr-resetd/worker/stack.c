/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "worker/stack.h"

static bool
is_kept(int fd, mode_t type, uid_t uid, gid_t gid)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (st.st_mode & S_IFMT) == type &&
	    st.st_uid == uid && st.st_gid == gid &&
	    (st.st_mode & (S_IWGRP | S_IWOTH)) == 0 &&
	    (type != S_IFREG || st.st_size > 0);
}

enum sspr_err
stack_check(const char *dir, const char *service, uid_t uid, gid_t gid)
{
	enum sspr_err e = SSPR_CONFIG;
	int at, fd = -1;

	at = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (at == -1)
		return SSPR_CONFIG;
	if (!is_kept(at, S_IFDIR, uid, gid))
		goto out;
	fd =
	    openat(at, service, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd != -1 && is_kept(fd, S_IFREG, uid, gid))
		e = SSPR_OK;
out:
	if (fd != -1)
		close(fd);
	close(at);
	return e;
}
