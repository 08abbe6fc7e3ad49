/* SPDX-License-Identifier: MIT */
/*
 * worker - one PAM transaction for one account, then gone.  DESIGN.md
 * section 3 and "Order of a reset"; R-SET-1 to R-SET-5, R-SET-7, R-POL-1.
 *
 * The parent says what to do; the worker says whether it may be done and
 * waits.  With START it is given its end of the person's connection.  Success
 * is the exit status alone, so that nothing a module prints, sends or crashes
 * with can be taken for it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "conf.h"
#include "ipc.h"
#include "log.h"
#include "paths.h"
#include "role.h"
#include "worker/around.h"
#include "worker/banned.h"
#include "worker/change.h"
#include "worker/check.h"
#include "worker/elsewhere.h"
#include "worker/look.h"
#include "worker/place.h"
#include "worker/shadow.h"
#include "worker/stack.h"
#include "worker/subject.h"
#include "worker/watch.h"

#define ORDERS_S 10 /* for the configuration and the job */
#define START_S  60 /* for the vault to make the grant durable */

static struct {
	struct conf conf;
	struct watch watch;
	struct ipc_job job;
	struct subject subject; /* as it was looked at last */
	struct place place;
	struct around around;
	struct banned *banned;
	char host[HOST_NAME_MAX + 1]; /* its first label */
} w;

/* pam_faillock opens its tally, which is the user's, by its group. */
static mode_t
umask_for(uint8_t job)
{
	return job == PROTO_CHECK ? 007 : 077;
}

/* R-SET-3, what role_confine() leaves to us. */
static void
settle(void)
{
	struct rlimit size;
	sigset_t none;

	for (int s = 1; s < SIGRTMAX; s++)
		(void)signal(s, SIG_DFL); /* two of them cannot be set */
	sigemptyset(&none);
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR ||
	    signal(SIGXFSZ, SIG_IGN) == SIG_ERR ||
	    sigprocmask(SIG_SETMASK, &none, NULL) == -1)
		log_fatal("signals: %s", strerror(errno));
	if (getrlimit(RLIMIT_FSIZE, &size) == -1)
		log_fatal("limits: %s", strerror(errno));
	size.rlim_cur = size.rlim_max;
	if (setrlimit(RLIMIT_FSIZE, &size) == -1)
		log_fatal("limits: %s", strerror(errno));
	if (setenv("LC_ALL", "C", 1) == -1 || chdir("/") == -1)
		log_fatal("cannot settle: %s", strerror(errno));
	if (watch_open(&w.watch) != SSPR_OK)
		log_fatal("no timer: %s", strerror(errno));
	if (fcntl(ROLE_FD, F_SETFD, FD_CLOEXEC) == -1) /* modules exec */
		log_fatal("the link: %s", strerror(errno));
}

/* The next message of the parent, within some seconds, or this is the end. */
static void
await(struct ipc_msg *m, int *fd, int seconds)
{
	struct pollfd p = { .fd = ROLE_FD, .events = POLLIN };
	enum sspr_err e;
	int n;

	do
		n = poll(&p, 1, seconds * 1000);
	while (n == -1 && errno == EINTR);
	if (n <= 0)
		log_fatal("the parent is silent");
	e = ipc_recv(ROLE_FD, ROLE_PARENT, ROLE_WORKER, m, fd);
	if (e == SSPR_GONE)
		exit(ROLE_REFUSED);
	if (e != SSPR_OK)
		log_fatal("from the parent: %s", err_text(e));
}

static void
take_option(const struct ipc_set *set)
{
	struct conf_fault fault;

	if (set->option >= CONF_COUNT ||
	    conf_set(&w.conf, (enum conf_option)set->option, set->value,
		&fault) != SSPR_OK)
		log_fatal("option %u from the parent", set->option);
}

/* R-DUR-4: not a job, but a look at what became of one. */
static _Noreturn void
look(const struct ipc_look *l)
{
	struct place where = { .uid = l->uid,
		.shadow = SHADOW_FILE,
		.directory = PATH_DIRECTORY };
	struct ipc_msg m = { .type = IPC_LOOKED };

	watch_arm(&w.watch, WATCH_WORK_S);
	m.as.looked.err = look_run(SUBJECT_PASSWD, &where, l->digest);
	(void)ipc_send(ROLE_FD, &m, -1); /* or nobody asks any more */
	exit(ROLE_REFUSED);
}

static void
take_orders(void)
{
	struct ipc_msg m;
	int fd;

	conf_default(&w.conf);
	for (;;) {
		await(&m, &fd, ORDERS_S);
		if (m.type == IPC_SET)
			take_option(&m.as.set);
		else if (m.type == IPC_APPLY)
			log_debug_on(w.conf.debug);
		else if (m.type == IPC_LOOK)
			look(&m.as.look);
		else
			break;
	}
	if (m.type != IPC_JOB ||
	    (m.as.job.job != PROTO_CHANGE && m.as.job.job != PROTO_CHECK))
		log_fatal("no job from the parent");
	w.job = m.as.job;
	umask(umask_for(w.job.job));
}

static const struct rules_place rules = {
	.sudoers = RULES_SUDO,
	.converter = RULES_CONVERTER,
	.sudo = { "/usr/bin/sudo", "/usr/local/bin/sudo" },
	.doas = RULES_DOAS,
};

static bool
has_moved(void)
{
	return w.place.name != NULL &&
	    (w.place.directory != NULL) != subject_is_directory(&w.subject);
}

/* R-SET-2 and R-POL-1, now. */
static enum sspr_err
may(void *arg)
{
	const struct subject_policy policy = {
		.passwd = SUBJECT_PASSWD,
		.shadow = SHADOW_FILE,
		.nsswitch = ELSEWHERE_NSSWITCH,
		.directory = w.conf.directory ? PATH_DIRECTORY : NULL,
		.guessed = w.conf.unlock_reset,
		.admins = w.conf.admin_groups,
		.never = w.conf.never_groups,
		.rules = w.job.job == PROTO_CHANGE ? &rules : NULL,
		.admin_never = w.conf.admin_reset == CONF_ADMIN_NEVER,
		.uid_min = w.conf.uid_min,
		.methods = w.job.methods,
	};
	const char *why;
	enum sspr_err e;

	(void)arg; /* there is one job */
	e = subject_check(w.job.name, w.job.uid, &policy,
	    (enum proto_job)w.job.job, &w.subject, &why);
	if (e == SSPR_OK && has_moved()) {
		e = SSPR_EXCLUDED;
		why = "its password has moved since it was looked for";
	}
	if (e == SSPR_OK && w.job.job == PROTO_CHANGE)
		e = around_check(&w.around, &why);
	if (e == SSPR_SYSTEM || e == SSPR_DIRECTORY || e == SSPR_SETUP)
		log_err("uid %u is refused for now: %s", w.job.uid, why);
	else if (e != SSPR_OK)
		log_info("uid %u is refused: %s", w.job.uid, why);
	return e;
}

/* R-SET-1: the stacks can run to their end. */
static enum sspr_err
check_stack(const char *service, const char *type)
{
	const struct stack_place where = { .dir = STACK_DIR,
		.modules = STACK_MODULES };
	char why[STACK_WHY_MAX + 1];
	enum sspr_err e;

	if ((e = stack_check(&where, service, type, why)) == SSPR_SETUP)
		log_err("%s", why);
	return e;
}

static enum sspr_err
read_banned(void)
{
	char why[BANNED_WHY_MAX + 1];
	enum sspr_err e;

	if ((e = banned_read(PATH_BANNED, 0, &w.banned, why)) == SSPR_SETUP)
		log_err(PATH_BANNED ": %s", why);
	return e;
}

/* Where the password is; for place.c it is local if not the directory's. */
static enum sspr_err
look_at_place(char digest[static PLACE_DIGEST_MAX + 1])
{
	enum sspr_err e;

	w.place = (struct place){ .name = w.job.name,
		.uid = w.job.uid,
		.shadow = SHADOW_FILE,
		.changes = PATH_LOCK,
		.passwd = HOLD_PASSWD_LOCK,
		.directory =
		    subject_is_directory(&w.subject) ? PATH_DIRECTORY : NULL };
	if (w.place.directory != NULL) { /* looked at just now */
		place_digest(w.subject.mark, digest);
		return SSPR_OK;
	}
	e = place_look(&w.place, digest);
	if (w.place.why[0] != '\0')
		log_err("%s", w.place.why);
	return e;
}

static enum sspr_err
check_change(char digest[static PLACE_DIGEST_MAX + 1])
{
	enum sspr_err e;

	w.around = (struct around){ .name = w.job.name,
		.uid = w.job.uid,
		.wrapped = w.conf.wrapped,
		.offer = w.conf.unlock_offer,
		.clear = w.conf.unlock_reset,
		.sessions = (int)w.conf.end_sessions };
	if ((e = check_stack(STACK_RESET, "password")) != SSPR_OK ||
	    (e = read_banned()) != SSPR_OK || (e = may(NULL)) != SSPR_OK)
		return e;
	return look_at_place(digest);
}

static enum sspr_err
check_check(void)
{
	enum sspr_err e;

	if ((e = check_stack(STACK_CHECK, "auth")) != SSPR_OK ||
	    (e = check_stack(STACK_CHECK, "account")) != SSPR_OK)
		return e;
	return may(NULL);
}

/* Tell how the pre-checks ended, and end if they did not go well. */
static void
report(void)
{
	struct ipc_msg m = { .type = IPC_CHECKED };
	enum sspr_err e;

	watch_arm(&w.watch, WATCH_WORK_S);
	e = w.job.job == PROTO_CHANGE ? check_change(m.as.checked.digest)
				      : check_check();
	watch_arm(&w.watch, 0);
	m.as.checked.err = e;
	if (ipc_send(ROLE_FD, &m, -1) != SSPR_OK || e != SSPR_OK)
		exit(ROLE_REFUSED);
}

static enum sspr_err
change(struct relay *r)
{
	const struct password_policy policy = { .name = w.job.name,
		.gecos = w.subject.gecos,
		.host = w.host,
		.site_names = w.conf.site_names,
		.banned = w.banned };
	const struct change change = {
		.place = &w.place,
		.policy = &policy,
		.rules = w.conf.rules,
		.service = STACK_RESET,
		.may = may,
	};
	enum sspr_err e;

	if (gethostname(w.host, sizeof(w.host) - 1) == -1)
		w.host[0] = '\0';
	w.host[strcspn(w.host, ".")] = '\0';
	if ((e = around_before(&w.around, r)) != SSPR_OK)
		return e;
	e = change_run(&change, r);
	if (w.place.why[0] != '\0')
		log_err("uid %u: %s", w.job.uid, w.place.why);
	if (e != SSPR_OK && e != SSPR_PARTLY)
		return e;
	watch_arm(&w.watch, WATCH_WORK_S); /* the look took some of it */
	around_after(&w.around);
	return e;
}

static enum sspr_err
work(struct relay *r)
{
	enum sspr_err e;

	watch_arm(&w.watch, WATCH_WORK_S);
	e = w.job.job == PROTO_CHANGE ? change(r)
				      : check_run(STACK_CHECK, w.job.name, r);
	watch_arm(&w.watch, 0);
	return e;
}

static int
status_of(enum sspr_err e)
{
	if (e == SSPR_UNLOCKED && w.job.job == PROTO_CHANGE)
		return ROLE_UNLOCKED;
	if (e != SSPR_OK)
		return ROLE_REFUSED;
	return w.job.job == PROTO_CHANGE ? ROLE_CHANGED : ROLE_CHECKED;
}

/* To the parent why, to the client how; a client's bad bytes get no answer. */
static _Noreturn void
finish(struct relay *r, enum sspr_err e)
{
	struct ipc_msg m = { .type = IPC_FAILED };
	const int status = status_of(e);

	if (status == ROLE_REFUSED) {
		log_info("uid %u: %s", w.job.uid, err_text(e));
		m.as.failed.err = e;
		(void)ipc_send(ROLE_FD, &m, -1); /* our status says it too */
	}
	if (e != SSPR_MALFORMED && e != SSPR_GONE)
		(void)relay_end(r, err_told(e)); /* gone or not, it is over */
	_exit(status); /* what modules left behind has no say in it */
}

void
worker_main(void)
{
	struct relay r = { .parent = ROLE_FD,
		.watch = &w.watch,
		.think_ms = RELAY_THINK_MS };
	struct ipc_msg m;

	log_open("worker");
	role_confine(ROLE_WORKER, 1);
	settle();
	take_orders();
	report();
	await(&m, &r.client, START_S);
	if (m.type != IPC_START || r.client == -1)
		log_fatal("no start from the parent");
	finish(&r, work(&r));
}
