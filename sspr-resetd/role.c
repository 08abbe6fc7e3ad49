/* SPDX-License-Identifier: MIT */
/*
 * role.c - start a role, become a role.
 *
 * A role confines itself, because parent cannot do it for a program that must
 * be exec'd as root to chroot and to change its uid (DESIGN.md section 2).
 * role_confine MUST leave, checked from /proc by tests/system (R-PRIV-1):
 *	uid and gid of the role, no supplementary groups;
 *	no capability in any set, but the worker's CHOWN and AUDIT_WRITE;
 *	no_new_privs, not dumpable, no core file;
 *	no environment, umask 077, cwd /, no descriptor but its own;
 *	its system calls (sandbox.def) and its part of the files (fence.def).
 * A role gets a session of its own, so that the terminal of whoever started
 * the daemon can neither signal it nor be typed into by it.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fence.h"
#include "log.h"
#include "role.h"
#include "sandbox.h"

#define COUNT(a)  (sizeof(a) / sizeof((a)[0]))
#define FDS_MAX   8u /* descriptors a role is given at most */
#define CAP(name) (1u << CAP_##name)

static const struct role_row {
	const char *name;
	const char *user;
	void (*main)(void); /* never returns */
	const char *root;
	uint32_t caps;
} rows[] = {
/* clang-format off */
#define ROLE(NAME, name, user, main, root, caps) \
	{ #name, user, main, root, caps },
#include "role.def"
	/* clang-format on */
};

const char *
role_name(enum role r)
{
	return (size_t)r < COUNT(rows) ? rows[r].name : "?";
}

/* A role has no use for the input of whoever started the daemon. */
static int
take_stdio(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd == -1 || dup2(fd, STDIN_FILENO) == -1 ||
	    dup2(fd, STDOUT_FILENO) == -1)
		return -1;
	return 0;
}

/* In the child: fds[0..n-1] become ROLE_FD ..., then exec.  Never returns. */
static _Noreturn void
become(enum role r, const int *fds, size_t n)
{
	char name[16];
	char *const argv[] = { (char[]){ "sspr-resetd" }, (char[]){ "-x" },
		name, NULL };
	char *const envp[] = { NULL };
	int high[FDS_MAX];

	snprintf(name, sizeof(name), "%s", rows[r].name);
	/* First out of the way, so that no dup2 lands on one still needed. */
	for (size_t i = 0; i < n; i++)
		if ((high[i] = fcntl(fds[i], F_DUPFD, 64)) == -1)
			_exit(1);
	if (setsid() == -1 || take_stdio() == -1)
		_exit(1);
	for (size_t i = 0; i < n; i++)
		if (dup2(high[i], ROLE_FD + (int)i) == -1)
			_exit(1);
	if (close_range(ROLE_FD + (unsigned int)n, ~0u, 0) == -1)
		_exit(1);
	execve("/proc/self/exe", argv, envp);
	_exit(1);
}

enum sspr_err
role_spawn(enum role r, const int *fds, size_t n, pid_t *pid)
{
	sigset_t none;
	pid_t p;

	assert(n <= FDS_MAX);
	if ((p = fork()) == -1)
		return SSPR_SYSTEM;
	if (p == 0) {
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		become(r, fds, n);
	}
	*pid = p;
	return SSPR_OK;
}

static void
drop_bounding(uint32_t keep)
{
	for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if ((cap > 31 || (keep & 1u << cap) == 0) &&
		    prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == -1)
			log_fatal("capability %d: %s", cap, strerror(errno));
}

static void
set_caps(uint32_t keep)
{
	struct __user_cap_header_struct h = { .version =
						  _LINUX_CAPABILITY_VERSION_3 };
	const struct __user_cap_data_struct d[2] = { { .effective = keep,
	    .permitted = keep } };

	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == -1 ||
	    syscall(SYS_capset, &h, d) == -1)
		log_fatal("capset: %s", strerror(errno));
}

static void
set_process(void)
{
	const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) == -1 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		log_fatal("cannot confine this process: %s", strerror(errno));
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		log_fatal("SIGPIPE: %s", strerror(errno));
}

/* The filter needs nothing but a kernel that has them. */
static void
enter_sandbox(enum role r)
{
	if (sandbox_enter(r) == SSPR_OK)
		return;
	if (errno == EINVAL || errno == ENOSYS)
		log_fatal("this kernel has no seccomp filters: sspr-resetd "
			  "does not run without");
	log_fatal("cannot load the filter of system calls: %s",
	    strerror(errno));
}

void
role_caps(enum role r, bool starting)
{
	const uint32_t keep = rows[r].caps | (starting ? CAP(SYS_CHROOT) : 0);

	drop_bounding(keep);
	set_caps(keep);
	set_process();
	if (!starting)
		return;
	enter_sandbox(r);
	if (!fence_is_known())
		log_info("there is no Landlock here: owners and modes alone "
			 "keep the roles from files");
}

enum sspr_err
role_user(enum role r, uid_t *uid, gid_t *gid)
{
	const struct passwd *pw;
	FILE *f;

	if ((f = fopen("/etc/passwd", "re")) == NULL)
		return SSPR_SYSTEM;
	while ((pw = fgetpwent(f)) != NULL)
		if (strcmp(pw->pw_name, rows[r].user) == 0)
			break;
	fclose(f);
	if (pw == NULL)
		return SSPR_NO_USER;
	*uid = pw->pw_uid;
	*gid = pw->pw_gid;
	return SSPR_OK;
}

void
role_need(enum role r, uid_t *uid, gid_t *gid)
{
	if (role_user(r, uid, gid) != SSPR_OK)
		log_fatal("there is no user %s: run systemd-sysusers",
		    rows[r].user);
}

void
role_confine(enum role r, size_t n)
{
	const struct role_row *row = &rows[r];
	char name[16]; /* TASK_COMM_LEN */
	uid_t uid;
	gid_t gid;

	snprintf(name, sizeof(name), "sspr-%s", row->name);
	(void)prctl(PR_SET_NAME, name, 0, 0, 0); /* for ps(1) only */
	if (close_range(ROLE_FD + (unsigned int)n, ~0u, 0) == -1 ||
	    clearenv() != 0)
		log_fatal("cannot clean up: %s", strerror(errno));
	umask(077);
	role_need(r, &uid, &gid);
	if ((uid == 0) != (strcmp(row->user, "root") == 0))
		log_fatal("%s has uid %u", row->user, uid);
	if (chdir(row->root != NULL ? row->root : "/") == -1 ||
	    (row->root != NULL && chroot(".") == -1))
		log_fatal("%s: %s", row->root != NULL ? row->root : "/",
		    strerror(errno));
	drop_bounding(row->caps);
	if (setgroups(0, NULL) == -1 || setresgid(gid, gid, gid) == -1 ||
	    setresuid(uid, uid, uid) == -1)
		log_fatal("cannot become %s: %s", row->user, strerror(errno));
	set_caps(row->caps);
	set_process();
	if (fence_enter(r) != SSPR_OK)
		log_fatal("cannot be kept from files: %s", strerror(errno));
	enter_sandbox(r);
}

bool
role_run(const char *name)
{
	struct stat st;

	for (size_t i = 0; i < COUNT(rows); i++) {
		if (strcmp(rows[i].name, name) != 0 || rows[i].main == NULL)
			continue;
		if (fstat(ROLE_FD, &st) == -1 || !S_ISSOCK(st.st_mode))
			log_fatal("%s is started by sspr-resetd, not by hand",
			    name);
		rows[i].main();
	}
	return false;
}
