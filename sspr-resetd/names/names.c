/* SPDX-License-Identifier: MIT */
/*
 * names.c - the role that asks NSS.
 *
 * NSS runs code of other people, which may hang, crash or ask the network.
 * So it is asked here, one question at a time; a question that takes
 * WATCHDOG_S ends this process, and parent starts another.
 *
 * In silence it asks for groups ahead of look-ups that have no time to.
 *
 * It also looks at the passwd file whenever that changes, and tells the vault
 * who left (R-ENR-4).
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "ipc.h"
#include "log.h"
#include "names/host.h"
#include "names/lookup.h"
#include "names/roll.h"
#include "role.h"

#define LINK       ROLE_FD /* to the vault */
#define WATCHDOG_S 5u
#define FIRST_MS   10000u /* a new process leaves NSS in peace */

static struct {
	struct conf conf; /* in use */
	struct conf next; /* until APPLY */
	bool is_ready;    /* options came */
	struct groups groups;
	struct roll roll;
	int watch;     /* of the passwd file, or -1 */
	bool is_blind; /* a group is lost, and it was told */
} names;

static void
on_set(const struct ipc_set *s)
{
	const enum conf_option option = (enum conf_option)s->option;
	struct conf_fault fault;

	if (s->option >= CONF_COUNT || !conf_is_for(option, 'N') ||
	    conf_set(&names.next, option, s->value, &fault) != SSPR_OK)
		log_fatal("vault: bad option %u", s->option);
}

static void
on_apply(void)
{
	names.conf = names.next;
	if (lookup_list(&names.conf, &names.groups,
		names.is_ready ? 0 : FIRST_MS) != SSPR_OK)
		log_fatal("%s", err_text(SSPR_NO_MEMORY));
	names.is_ready = true;
	log_debug_on(names.conf.debug);
}

/* Once, until an account can be told again. */
static void
tell_lost(uint16_t flags)
{
	if ((flags & ACCOUNT_FOUND) != 0) {
		names.is_blind = false;
		names.groups.lost[0] = '\0';
	}
	if (names.groups.lost[0] == '\0' || names.is_blind)
		return;
	names.is_blind = true;
	log_err("group %s was found before and is not now: nobody is served "
		"until it is back, or taken out of the configuration",
	    names.groups.lost);
}

static void
tell(const struct ipc_msg *m)
{
	const enum sspr_err e = ipc_send(LINK, m, -1);

	if (e == SSPR_GONE)
		exit(0);
	if (e != SSPR_OK)
		log_fatal("vault: %s", err_text(e));
}

static void
tell_left([[maybe_unused]] void *arg, const char *name, uid_t uid)
{
	struct ipc_msg m = { .type = IPC_LEFT, .as.left.uid = uid };

	(void)snprintf(m.as.left.name, sizeof(m.as.left.name), "%s", name);
	tell(&m);
}

static enum sspr_err
read_roll(void)
{
	return roll_read(&names.roll, LOOKUP_PASSWD, tell_left, NULL);
}

static void
on_census(const struct ipc_census *q)
{
	struct ipc_msg m = { .type = IPC_COUNTED, .as.counted.id = q->id };

	alarm(WATCHDOG_S);
	if (read_roll() == SSPR_OK)
		m.as.counted.state = (uint8_t)roll_count(&names.roll, q);
	alarm(0);
	tell(&m);
}

static void
on_change(void)
{
	roll_drain(names.watch);
	/* If it cannot be read now the next question tries again. */
	(void)read_roll();
}

static void
tell_place(const struct ipc_lookup *q)
{
	struct ipc_msg m = { .type = IPC_PLACE, .as.place.id = q->id };

	m.as.place.own = host_has(q->source);
	tell(&m);
}

static void
on_lookup(const struct ipc_lookup *q)
{
	struct ipc_msg m = { .type = IPC_ACCOUNT };

	if (!names.is_ready)
		log_fatal("vault: asks before its options came");
	tell_place(q);
	alarm(WATCHDOG_S);
	lookup_account(q, &names.conf, &names.groups, &m.as.account);
	alarm(0);
	tell_lost(m.as.account.flags);
	log_debug("look-up %u: flags %#x", q->id, m.as.account.flags);
	tell(&m);
}

static void
hear(void)
{
	struct ipc_msg m;
	enum sspr_err e;
	int fd;

	e = ipc_recv(LINK, ROLE_VAULT, ROLE_NAMES, &m, &fd);
	if (e == SSPR_BUSY)
		return;
	if (e == SSPR_GONE)
		exit(0);
	if (e != SSPR_OK)
		log_fatal("vault: %s", err_text(e));
	if (m.type == IPC_SET)
		on_set(&m.as.set);
	else if (m.type == IPC_APPLY)
		on_apply();
	else if (m.type == IPC_LOOKUP)
		on_lookup(&m.as.lookup);
	else if (m.type == IPC_CENSUS)
		on_census(&m.as.census);
	else
		log_fatal("vault: unexpected message");
	ipc_wipe(&m);
}

static void
on_silence(void)
{
	alarm(WATCHDOG_S);
	groups_renew(&names.groups);
	alarm(0);
}

/* A change comes first: who is made anew must have been seen to leave. */
static void
turn(void)
{
	struct pollfd at[] = { { .fd = LINK, .events = POLLIN },
		{ .fd = names.watch, .events = POLLIN } };
	const int n = poll(at, 2, groups_wait(&names.groups));

	if (n == -1 && errno != EINTR)
		log_fatal("poll: %s", strerror(errno));
	if (n == 0)
		on_silence();
	if (at[1].revents != 0)
		on_change();
	hear();
}

static void
start_watch(void)
{
	names.watch = roll_watch(LOOKUP_PASSWD);
	if (names.watch == -1)
		log_warn(LOOKUP_PASSWD " cannot be watched, and is looked at "
				       "once an hour: %s",
		    strerror(errno));
	(void)read_roll(); /* likewise */
}

void
names_main(void)
{
	sigset_t alarms;

	log_open("names");
	role_confine(ROLE_NAMES, 1);
	signal(SIGALRM, SIG_DFL);
	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &alarms, NULL);
	conf_default(&names.next);
	start_watch();
	for (;;)
		turn();
}
