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
#include "parent/recall.h"
#include "secret.h"

#define BACKLOG   512
#define PATH_HELD SSPR_RUNDIR "/daemon.lock"
#define DESK      "sspr-admin" /* the socket's name, and its group */

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
	uid_t uid[ROLE_ANY];
	gid_t gid[ROLE_ANY];

	for (enum role r = ROLE_FRONT; r < ROLE_ANY; r++)
		role_need(r, &uid[r], &gid[r]);
	ensure(SSPR_SYSCONFDIR "/sspr", 0, 0, 0755);
	ensure(SSPR_RUNDIR, 0, 0, 0755);
	ensure(PATH_EMPTY, 0, 0, 0755);
	ensure(PATH_COURIER, uid[ROLE_COURIER], gid[ROLE_COURIER], 0700);
	ensure(SSPR_STATEDIR, uid[ROLE_VAULT], gid[ROLE_VAULT], 0700);
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

/* A listening socket at path, of root and gid. */
static int
make_socket(const char *path, gid_t gid, mode_t mode)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	mode_t mask;
	int fd;

	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		log_fatal("socket: %s", strerror(errno));
	if (unlink(path) == -1 && errno != ENOENT)
		log_fatal("%s: %s", path, strerror(errno));
	mask = umask(0777 & ~mode);
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) == -1 ||
	    (gid != 0 && lchown(path, 0, gid) == -1) ||
	    listen(fd, BACKLOG) == -1)
		log_fatal("%s: %s", path, strerror(errno));
	umask(mask);
	return fd;
}

/* Those of systemd, or our own. */
static void
get_sockets(struct parent *p)
{
	struct notify_socket wanted[] = { { .name = "sspr", .fd = -1 },
		{ .name = DESK, .fd = -1 } };
	const gid_t desk = dirs_group(DESK, 0);

	if (notify_sockets(wanted, 2) != SSPR_OK)
		log_fatal("systemd passed sockets that are not ours");
	if (desk == 0)
		log_warn("there is no group " DESK
			 ": run systemd-sysusers; until then only root can "
			 "use " PATH_DESK);
	p->listen = wanted[0].fd;
	if (p->listen == -1)
		p->listen = make_socket(PATH_SOCKET, 0, 0666);
	p->desk = wanted[1].fd;
	if (p->desk == -1)
		p->desk = make_socket(PATH_DESK, desk, 0660);
}

static void
send_key(const struct parent *p)
{
	struct ipc_msg m = { .type = IPC_KEY };
	const char *why;

	if (key_load(getenv("CREDENTIALS_DIRECTORY"), PATH_KEY, m.as.key.key.at,
		&why) != SSPR_OK)
		log_fatal(PATH_KEY " %s (SSPR-%02d)", why, (int)SSPR_KEY);
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
start_role(struct parent *p, enum role r, int link)
{
	spawn(p, r, &link, 1);
	p->began_ms[r] = parent_ms();
	p->again_ms[r] = 0;
}

/* The links of the vault: ours, and its own in the order it finds them. */
enum { TO_PARENT, TO_FRONT, TO_NAMES, TO_DESK, TO_COURIER, LINKS };

static void
start_roles(struct parent *p)
{
	int theirs[LINKS], vault[LINKS], pair[2];

	for (size_t i = 0; i < LINKS; i++) {
		if (ipc_pair(pair) != SSPR_OK)
			log_fatal("socketpair: %s", strerror(errno));
		vault[i] = pair[0];
		theirs[i] = pair[1];
	}
	start_role(p, ROLE_NAMES, theirs[TO_NAMES]);
	start_role(p, ROLE_COURIER, theirs[TO_COURIER]);
	spawn(p, ROLE_FRONT, (int[]){ theirs[TO_FRONT], p->listen }, 2);
	spawn(p, ROLE_DESK, (int[]){ theirs[TO_DESK], p->desk }, 2);
	spawn(p, ROLE_VAULT, vault, LINKS);
	p->vault = theirs[TO_PARENT];
	ipc_no_fds(p->vault);
	for (size_t i = 0; i < LINKS; i++) {
		close(vault[i]);
		if (i != TO_PARENT)
			close(theirs[i]);
	}
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

/* The resets of the last day; what cannot be known is taken to be too many. */
static void
recall(struct parent *p)
{
	const struct lines_now now = parent_now(p);
	bool whole = true;
	enum sspr_err e;

	e = recall_resets(PATH_AUDIT, &now, &p->resets, &whole);
	if (e != SSPR_OK) {
		p->resets.full = true;
		p->resets.last_ms = (int64_t)now.boot_ms;
		log_err("ALARM: " PATH_AUDIT " cannot be read back, so "
			"there is no reset for a day: see that it and what "
			"was rotated are root's own, and restart");
	} else if (!whole)
		log_warn(
		    "the last day is not all in " PATH_AUDIT " and " PATH_AUDIT
		    ".1: resets before the oldest line do not count");
}

/* With the exit status of -t. */
static _Noreturn void
refuse_conf(const char *path, const struct conf_fault *fault)
{
	char text[CONF_EXPLAIN_MAX];

	conf_explain(path, fault, text);
	log_err("%s", text);
	exit(err_exit(SSPR_CONFIG));
}

void
start_all(struct parent *p)
{
	const gid_t adm = dirs_group("adm", 0);
	struct conf_fault fault = { 0 };

	if (conf_load(p->path, &p->conf, &fault) != SSPR_OK)
		refuse_conf(p->path, &fault);
	log_debug_on(p->conf.debug);
	make_dirs(adm);
	p->lock = take_lock();
	get_sockets(p);
	open_audit(p, adm);
	role_caps(ROLE_PARENT, true);
	resolve_open(p, PATH_AUDIT, PATH_LOCK);
	recall(p);
	start_roles(p);
	role_caps(ROLE_PARENT, false);
	send_key(p);
	start_options(p, p->vault, START_VAULT);
}
