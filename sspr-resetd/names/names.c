/* SPDX-License-Identifier: MIT */
/*
 * names.c - the role that asks NSS.
 *
 * NSS runs code of other people, which may hang, crash or ask the network.
 * So it is asked here, one question at a time; a question that takes
 * WATCHDOG_S ends this process, and parent starts another.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "ipc.h"
#include "log.h"
#include "names/lookup.h"
#include "role.h"

#define LINK       ROLE_FD /* to the vault */
#define WATCHDOG_S 5u

static struct {
	struct conf conf; /* in use */
	struct conf next; /* until APPLY */
	bool is_ready;    /* options came */
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
	names.is_ready = true;
	log_debug_on(names.conf.debug);
}

static void
on_lookup(const struct ipc_lookup *q)
{
	struct ipc_msg m = { .type = IPC_ACCOUNT };
	enum sspr_err e;

	if (!names.is_ready)
		log_fatal("vault: asks before its options came");
	alarm(WATCHDOG_S);
	lookup_account(q, names.conf.groups, &m.as.account);
	alarm(0);
	log_debug("look-up %u: flags %#x", q->id, m.as.account.flags);
	e = ipc_send(LINK, &m, -1);
	if (e == SSPR_GONE)
		exit(0);
	if (e != SSPR_OK)
		log_fatal("vault: %s", err_text(e));
}

static void
turn(void)
{
	struct pollfd at = { .fd = LINK, .events = POLLIN };
	struct ipc_msg m;
	enum sspr_err e;
	int fd;

	if (poll(&at, 1, -1) == -1 && errno != EINTR)
		log_fatal("poll: %s", strerror(errno));
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
	else
		log_fatal("vault: unexpected message");
	ipc_wipe(&m);
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
	for (;;)
		turn();
}
