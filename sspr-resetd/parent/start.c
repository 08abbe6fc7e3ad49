/* SPDX-License-Identifier: MIT */
/*
 * start.c - everything from the first line of parent to the running roles.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "log.h"
#include "notify.h"
#include "parent/dirs.h"
#include "parent/key.h"
#include "parent/parent.h"
#include "secret.h"

#define BACKLOG   512
#define PATH_HELD SSPR_RUNDIR "/daemon.lock"

static void
ensure(const char *path, uid_t uid, gid_t gid, mode_t mode)
{
	const struct dirs_want w = { path, uid, gid, mode };
	const char *why;

	if (dirs_ensure(&w, &why) != SSPR_OK)
		log_fatal("%s %s", path, why);
}

static void
make_dirs(gid_t adm)
{
	uid_t uid;
	gid_t gid;

	if (role_user(ROLE_VAULT, &uid, &gid) != SSPR_OK)
		log_fatal("there is no user _sspr-vault: run "
			  "systemd-sysusers");
	ensure(SSPR_RUNDIR, 0, 0, 0755);
	ensure(PATH_EMPTY, 0, 0, 0755);
	ensure(SSPR_STATEDIR, uid, gid, 0700);
	ensure(SSPR_LOGDIR, 0, adm, 0750);
}

/* One daemon at a time. */
static int
take_lock(void)
{
	int fd =
	    open(PATH_HELD, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd == -1)
		log_fatal(PATH_HELD ": %s", strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) == -1)
		log_fatal("another sspr-resetd runs");
	return fd;
}

static int
make_socket(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX,
		.sun_path = PATH_SOCKET };
	mode_t mask;
	int fd;

	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		log_fatal("socket: %s", strerror(errno));
	if (unlink(PATH_SOCKET) == -1 && errno != ENOENT)
		log_fatal(PATH_SOCKET ": %s", strerror(errno));
	mask = umask(0111);
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) == -1 ||
	    listen(fd, BACKLOG) == -1)
		log_fatal(PATH_SOCKET ": %s", strerror(errno));
	umask(mask);
	return fd;
}

static int
get_socket(void)
{
	struct notify_socket wanted = { .name = "sspr", .fd = -1 };

	if (notify_sockets(&wanted, 1) != SSPR_OK)
		log_fatal("systemd passed sockets that are not ours");
	return wanted.fd != -1 ? wanted.fd : make_socket();
}

static void
send_key(const struct parent *p)
{
	struct ipc_msg m = { .type = IPC_KEY };
	const char *why;

	if (key_load(getenv("CREDENTIALS_DIRECTORY"), PATH_KEY, m.as.key.key.at,
		&why) != SSPR_OK)
		log_fatal(PATH_KEY " %s", why);
	m.as.key.key.len = IPC_KEY_LEN;
	if (ipc_send(p->vault, &m, -1) != SSPR_OK)
		log_fatal("vault is gone");
	ipc_wipe(&m);
}

void
start_options(const struct parent *p, int link, const char *roles)
{
	struct ipc_msg set = { .type = IPC_SET };
	struct ipc_msg apply = { .type = IPC_APPLY, .as.apply.last = 1 };
	char value[CONF_LINE_MAX + 1];
	bool wanted;

	for (enum conf_option o = 0; o < CONF_COUNT; o++) {
		wanted = false;
		for (const char *r = roles; *r != '\0'; r++)
			wanted = wanted || conf_is_for(o, *r);
		if (!wanted)
			continue;
		conf_get(&p->conf, o, value);
		set.as.set.option = (uint16_t)o;
		memcpy(set.as.set.value, value, sizeof(set.as.set.value));
		(void)ipc_send(link, &set, -1); /* APPLY tells */
	}
	(void)ipc_send(link, &apply, -1); /* a role that is gone is reaped */
}

static void
spawn(struct parent *p, enum role r, const int *fds, size_t n)
{
	if (role_spawn(r, fds, n, &p->pid[r]) != SSPR_OK)
		log_fatal("%s cannot be started: %s", role_name(r),
		    strerror(errno));
}

void
start_names(struct parent *p, int link)
{
	spawn(p, ROLE_NAMES, &link, 1);
	p->names_ms = parent_ms();
	p->names_again_ms = 0;
}

static void
start_roles(struct parent *p)
{
	int vault[2], front[2], names[2];

	if (ipc_pair(vault) != SSPR_OK || ipc_pair(front) != SSPR_OK ||
	    ipc_pair(names) != SSPR_OK)
		log_fatal("socketpair: %s", strerror(errno));
	start_names(p, names[1]);
	spawn(p, ROLE_FRONT, (int[]){ front[1], p->listen }, 2);
	spawn(p, ROLE_VAULT, (int[]){ vault[1], front[0], names[0] }, 3);
	p->vault = vault[0];
	ipc_no_fds(p->vault);
	close(vault[1]);
	close(front[0]);
	close(front[1]);
	close(names[0]);
	close(names[1]);
}

static void
open_audit(struct parent *p, gid_t adm)
{
	const struct audit_record r = { .event = "daemon.start",
		.correlation = "",
		.actor = 0,
		.subject = IPC_NOBODY,
		.service = "",
		.source = "",
		.result = SSPR_OK,
		.digest = "" };
	const char *why;

	if (audit_open(PATH_AUDIT, adm, &p->audit, &why) != SSPR_OK)
		log_fatal(PATH_AUDIT " %s", why);
	if (audit_append(&p->audit, &r) != SSPR_OK ||
	    audit_sync(&p->audit) != SSPR_OK)
		log_err("the audit log cannot be written: no reset until it "
			"can");
}

void
start_all(struct parent *p)
{
	const gid_t adm = dirs_group("adm", 0);
	struct conf_fault fault = { 0 };

	if (conf_load(p->path, &p->conf, &fault) != SSPR_OK)
		log_fatal("%s:%u: %s: %s", p->path, fault.line, fault.key,
		    fault.reason);
	log_debug_on(p->conf.debug);
	make_dirs(adm);
	p->lock = take_lock();
	p->listen = get_socket();
	open_audit(p, adm);
	role_caps(ROLE_PARENT, true);
	resolve_open(p, PATH_LOCK);
	start_roles(p);
	role_caps(ROLE_PARENT, false);
	send_key(p);
	start_options(p, p->vault, "VFN");
}
