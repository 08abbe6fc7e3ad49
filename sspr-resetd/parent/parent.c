/* SPDX-License-Identifier: MIT */
/*
 * parent.c - the role that stays root.
 *
 * The death of a role ends the daemon, but that of names and of the courier,
 * which run other people's code and are started again; systemd starts the
 * daemon again.
 *
 * Told to end, it takes no more requests and gives the changes under way
 * GRACE_MS; then it closes the links of their workers, so that those which
 * wait for a person end, and gives those in the stack STACK_MS, which is more
 * than their watchdog does.  So the log has the end of each.  The service
 * manager must wait longer than both.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "log.h"
#include "notify.h"
#include "parent/dirs.h"
#include "parent/parent.h"

#define PAUSE_MS 1000u /* between two starts of a role, at least */
#define AT_ONCE  256   /* messages of the vault in one round */

#define MINUTE_MS   60000u
#define RECORDS_MAX 6000u /* of the vault's in a minute */

enum {
	GRACE_MS = 8 * 1000,
	STACK_MS = 32 * 1000,
	LINGER_MS = 500,
};

uint64_t
parent_ms(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_BOOTTIME, &t) == -1)
		log_fatal("clock: %s", strerror(errno));
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

struct lines_now
parent_now(const struct parent *p)
{
	struct lines_now now = { .wall_s = (int64_t)time(NULL),
		.boot_ms = parent_ms() };

	memcpy(now.boot, p->audit.boot, sizeof(now.boot));
	return now;
}

/* Whether an event is one that parent alone may tell of. */
static bool
is_ours(const char *event)
{
	static const char *const ours[] = { "daemon.", "password.", "reset.",
		"worker." };

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (strncmp(event, ours[i], strlen(ours[i])) == 0)
			return true;
	return false;
}

/* Small letters, digits, dots and hyphens. */
static bool
is_event(const char *event)
{
	return *event != '\0' &&
	    event[strspn(event, "abcdefghijklmnopqrstuvwxyz0123456789.-")] ==
	    '\0';
}

/*
 * Whether one more record of the vault is written.  A flood of them would fill
 * the disk, or have the log rotated until what matters is gone.
 */
static bool
has_room(struct parent *p)
{
	const uint64_t now = parent_ms();

	if (now - p->records_ms >= MINUTE_MS) {
		p->records_ms = now;
		p->records = 0;
	}
	if (p->records < RECORDS_MAX) {
		p->records++;
		return true;
	}
	if (p->records++ == RECORDS_MAX)
		log_err("ALARM: the vault has more than %u audit records in a "
			"minute; until it is over nothing is reset",
		    RECORDS_MAX);
	return false;
}

static void
on_audit(struct parent *p, const struct ipc_audit *a)
{
	struct audit_record r = { .event = a->event,
		.correlation = a->correlation,
		.actor = a->actor,
		.subject = a->subject,
		.service = a->service,
		.source = a->source,
		.digest = "",
		.reason = a->reason,
		.count = a->count };

	if (!is_event(a->event) || is_ours(a->event) ||
	    err_number(a->result, &r.result) != SSPR_OK)
		log_fatal("ALARM: vault sent a record that is not its own");
	if (!has_room(p) || audit_append(&p->audit, &r) != SSPR_OK)
		p->lost = true; /* on_sync tells */
}

static void
on_sync(struct parent *p, uint64_t batch)
{
	struct ipc_msg m = { .type = IPC_SYNCED };
	enum sspr_err e = audit_sync(&p->audit);

	if (p->lost)
		e = SSPR_AUDIT;
	p->lost = false;
	if (e != SSPR_OK)
		log_err("the audit log cannot be written");
	m.as.synced.batch = batch;
	m.as.synced.err = (uint32_t)e;
	if (ipc_send(p->vault, &m, -1) != SSPR_OK)
		log_fatal("vault is gone");
	if (p->ready)
		return;
	p->ready = true; /* the vault's first word: it serves */
	if (notify_ready() != SSPR_OK)
		log_warn("systemd cannot be told");
	log_info("ready");
}

static void
on_vault(struct parent *p)
{
	struct ipc_msg m;
	enum sspr_err e;
	int fd;

	for (int i = 0; i < AT_ONCE; i++) {
		e = ipc_recv(p->vault, ROLE_VAULT, ROLE_PARENT, &m, &fd);
		if (e == SSPR_BUSY)
			return;
		if (e != SSPR_OK)
			log_fatal(e == SSPR_MALFORMED ? "ALARM: vault: %s"
						      : "vault: %s",
			    err_text(e));
		if (m.type == IPC_AUDIT)
			on_audit(p, &m.as.audit);
		else if (m.type == IPC_SYNC)
			on_sync(p, m.as.sync.batch);
		else if (m.type == IPC_WORKER)
			workers_request(p, &m.as.worker);
		else if (m.type == IPC_GO)
			workers_go(p, m.as.go.grant);
		else
			workers_drop(p, m.as.drop.grant);
	}
}

static bool
is_started_again(enum role r)
{
	return r == ROLE_NAMES || r == ROLE_COURIER;
}

static void
start_again(struct parent *p, enum role r)
{
	struct ipc_msg m = { .type = IPC_NAMES, .as.names.again = 1 };
	int pair[2];

	if (r == ROLE_COURIER)
		m = (struct ipc_msg){ .type = IPC_COURIER,
			.as.courier.again = 1 };
	if (ipc_pair(pair) != SSPR_OK)
		log_fatal("socketpair: %s", strerror(errno));
	start_role(p, r, pair[1]);
	if (ipc_send(p->vault, &m, pair[0]) != SSPR_OK)
		log_fatal("vault is gone");
	close(pair[0]);
	close(pair[1]);
}

static void
on_ended(struct parent *p, pid_t pid, int status)
{
	struct permit *w = permits_by_pid(&p->permits, pid);

	if (w != NULL) {
		workers_ended(p, w, status);
		return;
	}
	for (enum role r = ROLE_FRONT; r < ROLE_ANY; r++) {
		if (p->pid[r] != pid)
			continue;
		if (!is_started_again(r))
			log_fatal("%s ended (status %d)", role_name(r), status);
		log_warn("%s ended (status %d); it is started again",
		    role_name(r), status);
		p->pid[r] = 0; /* another process may get this number */
		p->again_ms[r] = p->began_ms[r] + PAUSE_MS;
	}
}

/* The log may have been moved away (logrotate); the numbers go on. */
static void
reopen_audit(struct parent *p)
{
	const char *why;
	struct audit new;

	if (audit_open(PATH_AUDIT, dirs_group("adm", 0), &new, &why) !=
	    SSPR_OK) {
		log_err(PATH_AUDIT " %s; the old one stays open", why);
		return;
	}
	if (audit_sync(&p->audit) != SSPR_OK)
		p->lost = true; /* the vault's SYNC will say so */
	if (new.seq < p->audit.seq)
		new.seq = p->audit.seq;
	audit_close(&p->audit);
	p->audit = new;
}

static void
keep_conf(const char *path, const struct conf_fault *fault)
{
	char text[CONF_EXPLAIN_MAX];

	conf_explain(path, fault, text);
	log_err("%s; the old configuration stays", text);
}

static void
on_reload(struct parent *p)
{
	struct conf_fault fault = { 0 };
	struct conf new;

	if (!p->ready)
		return;           /* systemd does not ask before */
	(void)notify_reloading(); /* notify_ready tells */
	reopen_audit(p);
	if (conf_load(p->path, &new, &fault) == SSPR_OK) {
		p->conf = new;
		log_debug_on(p->conf.debug);
		start_options(p, p->vault, START_VAULT);
		log_info("%s is taken over", p->path);
	} else
		keep_conf(p->path, &fault);
	(void)notify_ready(); /* systemd waits for it; we serve anyway */
}

static _Noreturn void
finish(void)
{
	log_info("ends");
	exit(0); /* the roles see their links close */
}

static void
on_stop(struct parent *p, uint32_t number)
{
	const size_t n = workers_at_work(p);

	if (p->end_ms != 0)
		finish();
	log_info("signal %u: told to end", number);
	(void)notify_stopping(); /* we end anyway */
	if (n == 0)
		finish();
	log_info("%zu password changes are under way; another signal ends "
		 "them",
	    n);
	p->end_ms = parent_ms() + GRACE_MS;
}

/* Told to end: is it time? */
static void
step_to_end(struct parent *p)
{
	if (workers_at_work(p) == 0 || (p->cut && parent_ms() >= p->end_ms)) {
		/* The vault has the outcome to tell. */
		(void)poll(NULL, 0, LINGER_MS);
		finish();
	}
	if (parent_ms() < p->end_ms)
		return;
	workers_cut(p);
	p->cut = true;
	p->end_ms += STACK_MS;
}

static void
on_signal(struct parent *p)
{
	struct signalfd_siginfo s;
	pid_t pid;
	int status;

	if (read(p->signals, &s, sizeof(s)) != (ssize_t)sizeof(s))
		return;
	if (s.ssi_signo == SIGCHLD) {
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
			on_ended(p, pid, status);
	} else if (s.ssi_signo == SIGHUP)
		on_reload(p);
	else
		on_stop(p, s.ssi_signo);
}

static int
open_signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &set, NULL) == -1 ||
	    (fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)) == -1)
		log_fatal("signals: %s", strerror(errno));
	return fd;
}

/* The sooner of a wait and a moment; -1 and 0 are never. */
static int
sooner(int wait, uint64_t moment)
{
	uint64_t now = parent_ms();
	int left;

	if (moment == 0)
		return wait;
	left = moment > now ? (int)(moment - now) : 0;
	return wait == -1 || left < wait ? left : wait;
}

static int
wait_ms(struct parent *p)
{
	int wait = workers_late(p), later = refusal_late(p);

	if (later != -1 && (wait == -1 || later < wait))
		wait = later;

	for (enum role r = ROLE_FRONT; r < ROLE_ANY; r++) {
		if (p->again_ms[r] != 0 && parent_ms() >= p->again_ms[r])
			start_again(p, r);
		wait = sooner(wait, p->again_ms[r]);
	}
	return sooner(wait, p->end_ms);
}

/* What we open must not become the standard error of a role. */
static void
hold_stdio(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd != -1 && fd <= STDERR_FILENO);
	if (fd == -1)
		log_fatal("/dev/null: %s", strerror(errno));
	close(fd);
}

static void
serve(struct parent *p)
{
	struct pollfd f[2 + PERMITS_MAX];

	f[0] = (struct pollfd){ .fd = p->signals, .events = POLLIN };
	f[1] = (struct pollfd){ .fd = p->vault, .events = POLLIN };
	for (size_t i = 0; i < PERMITS_MAX; i++)
		f[2 + i] = (struct pollfd){ .fd = p->permits.at[i].link,
			.events = POLLIN };
	if (poll(f, 2 + PERMITS_MAX, wait_ms(p)) == -1 && errno != EINTR)
		log_fatal("poll: %s", strerror(errno));
	for (size_t i = 0; i < PERMITS_MAX; i++)
		if (f[2 + i].revents != 0)
			workers_hear(p, &p->permits.at[i]);
	if (f[1].revents != 0)
		on_vault(p);
	if (f[0].revents != 0)
		on_signal(p);
	if (p->end_ms != 0)
		step_to_end(p);
}

void
parent_main(const char *path)
{
	struct parent *p;

	umask(022);
	hold_stdio();
	if ((p = calloc(1, sizeof(*p))) == NULL)
		log_fatal("no memory");
	p->path = path;
	p->audit.fd = -1;
	for (size_t i = 0; i < PERMITS_MAX; i++)
		permits_leave(&p->permits.at[i]);
	p->signals = open_signals();
	start_all(p);
	for (;;)
		serve(p);
}
