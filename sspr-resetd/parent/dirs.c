/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <grp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parent/dirs.h"

/* Whether its group may do what others may not. */
static bool
group_has_more(mode_t mode)
{
	return (mode >> 3 & 07 & ~mode) != 0;
}

static enum sspr_err
check(int fd, const struct dirs_want *w, const char **why)
{
	struct stat st;

	*why = "cannot be looked at";
	if (fstat(fd, &st) == -1)
		return SSPR_SYSTEM;
	*why = "has another owner than it should";
	if (st.st_uid != w->uid)
		return SSPR_SYSTEM;
	*why = "is open to more than it should be";
	if ((st.st_mode & 07777 & ~w->mode) != 0)
		return SSPR_SYSTEM;
	*why = "is open to another group than it should";
	if (st.st_gid != w->gid && group_has_more(st.st_mode))
		return SSPR_SYSTEM;
	return SSPR_OK;
}

enum sspr_err
dirs_ensure(const struct dirs_want *w, const char **why)
{
	bool made = mkdir(w->path, 0700) == 0;
	enum sspr_err e = SSPR_OK;
	int fd;

	*why = "cannot be made or opened, or is no directory";
	/* One of another user's can be looked at only, without DAC_OVERRIDE. */
	fd = open(w->path,
	    (made ? O_RDONLY : O_PATH) | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1)
		return SSPR_SYSTEM;
	*why = "cannot be given its owner and mode";
	if (made &&
	    (fchmod(fd, w->mode) == -1 || fchown(fd, w->uid, w->gid) == -1))
		e = SSPR_SYSTEM;
	if (e == SSPR_OK)
		e = check(fd, w, why);
	close(fd);
	return e;
}

gid_t
dirs_group(const char *name, gid_t fallback)
{
	const struct group *g;
	FILE *f;

	if ((f = fopen("/etc/group", "re")) == NULL)
		return fallback;
	while ((g = fgetgrent(f)) != NULL)
		if (strcmp(g->gr_name, name) == 0) {
			fallback = g->gr_gid;
			break;
		}
	fclose(f);
	return fallback;
}
