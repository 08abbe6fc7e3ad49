/* SPDX-License-Identifier: MIT */
/*
 * iniparser does not look whether malloc() gave it anything, and parent, which
 * must outlive a reload, is root's.  So the text MUST be parsed by a process
 * of its own, which may die; a configuration is taken only if it came to its
 * end.  It is waited for by its number before we return: whoever waits for
 * all that end never hears of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conf.h"
#include "whole.h"

/* What the process that parses leaves, in memory that is shared with it. */
struct parsed {
	struct conf conf;
	struct conf_fault fault;
	enum sspr_err err;
	bool done; /* set last */
};

/* Whether only root can have written what fd reads. */
static enum sspr_err
check_file(int fd, struct conf_fault *fault)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return conf_refuse(fault, "cannot be read: %s",
		    strerror(errno));
	if (!S_ISREG(st.st_mode))
		return conf_refuse(fault, "not a regular file");
	if (st.st_uid != 0)
		return conf_refuse(fault, "does not belong to root");
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return conf_refuse(fault, "others than root can write it");
	if ((st.st_mode & S_IRWXO) != 0)
		return conf_refuse(fault, "everybody can read it: chmod 640");
	return SSPR_OK;
}

static enum sspr_err
read_file(int fd, char text[static CONF_FILE_MAX + 1], size_t *len,
    struct conf_fault *fault)
{
	if (whole_read(fd, text, CONF_FILE_MAX + 1, len) != SSPR_OK)
		return conf_refuse(fault, "cannot be read: %s",
		    strerror(errno));
	return SSPR_OK;
}

static _Noreturn void
parse(const char *text, size_t len, struct parsed *p)
{
	p->err = conf_parse(text, len, &p->conf, &p->fault);
	p->done = true;
	_exit(0);
}

/* Parse in a process of its own; whether it came to its end. */
static bool
parse_apart(const char *text, size_t len, struct parsed *p)
{
	const pid_t pid = fork();

	if (pid == 0)
		parse(text, len, p);
	if (pid == -1)
		return false;
	while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		;
	return p->done;
}

static enum sspr_err
parse_text(const char *text, size_t len, struct conf *c,
    struct conf_fault *fault)
{
	struct parsed *p = mmap(NULL, sizeof(*p), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	enum sspr_err e = SSPR_SYSTEM;

	(void)conf_refuse(fault,
	    "there is too little memory to read it; nothing was changed");
	if (p == MAP_FAILED)
		return e;
	if (parse_apart(text, len, p)) {
		e = p->err;
		*fault = p->fault;
	}
	if (e == SSPR_OK)
		*c = p->conf;
	(void)munmap(p, sizeof(*p)); /* else it is kept until we end */
	return e;
}

enum sspr_err
conf_load(const char *path, struct conf *c, struct conf_fault *fault)
{
	char text[CONF_FILE_MAX + 1];
	size_t len = 0;
	enum sspr_err e;
	int fd = open(path,
	    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);

	*fault = (struct conf_fault){ .line = 0 };
	if (fd == -1)
		return conf_refuse(fault, "cannot be opened: %s",
		    strerror(errno));
	if ((e = check_file(fd, fault)) == SSPR_OK)
		e = read_file(fd, text, &len, fault);
	(void)close(fd); /* it was only read */
	return e == SSPR_OK ? parse_text(text, len, c, fault) : e;
}
