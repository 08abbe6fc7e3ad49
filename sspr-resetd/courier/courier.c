/* SPDX-License-Identifier: MIT */
/*
 * courier.c - the role that runs the commands which send.
 *
 * It has the network, and so have the commands it starts, but neither the
 * database nor the key; it knows a message for as long as it takes to give it
 * away.  Each method has runs and a queue of its own: a gateway that hangs
 * holds up nothing but itself.  Each message is given to at most one run.
 *
 * The user is this role's own.  So whatever else runs as it was left behind
 * by a command - after the courier was killed, or because it left the process
 * group of its run - and is ended: when the courier starts, whenever no run
 * is under way, and when it ends.
 */
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "conf.h"
#include "courier/command.h"
#include "courier/message.h"
#include "courier/queue.h"
#include "courier/run.h"
#include "ipc.h"
#include "log.h"
#include "method.h"
#include "role.h"

#define LINK      ROLE_FD /* to the vault */
#define RUNS      4u      /* at a time, of one method */
#define CHANNELS  (sizeof(courier.channels) / sizeof(courier.channels[0]))
#define PROCESSES 64u /* of the courier's user */

/* One method: how it sends, what is under way, what waits. */
struct channel {
	enum method method;
	struct command command;
	struct run runs[RUNS];
	struct queue queue;
};

static struct {
	struct conf conf; /* in use */
	struct conf next; /* until APPLY */
	bool is_ready;    /* options came */
	struct channel channels[3];
} courier;

static uint64_t
now_ms(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) == -1)
		log_fatal("clock: %s", strerror(errno));
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static const char *
name_of(const struct channel *c)
{
	return method_row(c->method)->name;
}

static void
sweep(void)
{
	if (getuid() != 0)
		(void)kill(-1, SIGKILL); /* there is nobody: the best */
}

/* The vault is gone: the daemon ends. */
static _Noreturn void
leave(void)
{
	sweep();
	exit(0);
}

static void
tell(uint64_t id, enum sspr_err result)
{
	struct ipc_msg m = { .type = IPC_DELIVERED };
	enum sspr_err e;

	m.as.delivered.id = id;
	m.as.delivered.err = (uint32_t)result;
	e = ipc_send(LINK, &m, -1);
	if (e == SSPR_GONE)
		leave();
	if (e != SSPR_OK)
		log_fatal("vault: %s", err_text(e));
}

static void
on_set(const struct ipc_set *s)
{
	const enum conf_option option = (enum conf_option)s->option;
	struct conf_fault fault;

	if (s->option >= CONF_COUNT || !conf_is_for(option, 'C') ||
	    conf_set(&courier.next, option, s->value, &fault) != SSPR_OK)
		log_fatal("vault: bad option %u", s->option);
}

/* In a network of its own there is nothing but the loopback interface. */
static bool
has_network(void)
{
	struct if_nameindex *all = if_nameindex();
	bool found = false;

	if (all == NULL)
		return false;
	for (size_t i = 0; all[i].if_index != 0; i++)
		found = found || strcmp(all[i].if_name, "lo") != 0;
	if_freenameindex(all);
	return found;
}

/* Take a command over; whether there is one. */
static bool
configure(struct channel *c, const char *text)
{
	const char *why = "is not an absolute path with arguments";

	if (command_split(text, &c->command) == SSPR_OK &&
	    (c->command.argv[0] == NULL ||
		command_check(c->command.argv[0], &why) == SSPR_OK))
		return c->command.argv[0] != NULL;
	log_err("[%s] command: %s %s; nothing is sent by it until that is "
		"mended",
	    name_of(c), c->command.argv[0] == NULL ? text : c->command.argv[0],
	    why);
	return true;
}

static void
on_apply(void)
{
	const char *const texts[CHANNELS] = { courier.next.sms_command,
		courier.next.landline_command, courier.next.email_command };
	bool any = false;

	courier.conf = courier.next;
	courier.is_ready = true;
	log_debug_on(courier.conf.debug);
	for (size_t i = 0; i < CHANNELS; i++)
		any = configure(&courier.channels[i], texts[i]) || any;
	if (any && !has_network())
		log_warn("there is no network in here: commands that need it "
			 "fail; sspr-resetd(8) says how to allow it");
}

static void
on_deliver(const struct ipc_deliver *m)
{
	enum sspr_err e = message_check(m);

	if (!courier.is_ready)
		log_fatal("vault: sends before its options came");
	for (size_t i = 0; i < CHANNELS; i++) {
		struct channel *c = &courier.channels[i];

		if (m->method != c->method)
			continue;
		if (e != SSPR_OK)
			log_err("%s %llu: address or text cannot be sent",
			    name_of(c), (unsigned long long)m->id);
		else
			e = queue_put(&c->queue, m);
		if (e != SSPR_OK)
			tell(m->id, e);
		return;
	}
	log_fatal("vault: a message of no method");
}

/* Start a run; the command is looked at each time. */
static enum sspr_err
start(const struct channel *c, struct run *r, const struct ipc_deliver *m)
{
	const char *why = "is not configured";
	enum sspr_err e;

	if (c->command.argv[0] == NULL ||
	    command_check(c->command.argv[0], &why) != SSPR_OK) {
		log_err("%s %llu is not sent: command %s", name_of(c),
		    (unsigned long long)m->id, why);
		return SSPR_UNSENT;
	}
	e = run_start(r, &c->command, m, now_ms());
	if (e != SSPR_OK)
		log_err("%s %llu is not sent: %s", name_of(c),
		    (unsigned long long)m->id, err_text(e));
	return e;
}

/* Start what waits, as far as there is room. */
static void
pump(struct channel *c)
{
	const struct ipc_deliver *m;
	enum sspr_err e;

	for (size_t i = 0; i < RUNS; i++)
		while (c->runs[i].pid == 0 &&
		    (m = queue_first(&c->queue)) != NULL) {
			if ((e = start(c, &c->runs[i], m)) != SSPR_OK)
				tell(m->id, e);
			queue_drop(&c->queue);
		}
}

static void
report(const struct channel *c, uint64_t id, const struct run_end *end)
{
	const int status = end->status;
	const bool exited = WIFEXITED(status);

	if (end->err == SSPR_OK)
		log_debug("%s %llu: sent: %s", name_of(c),
		    (unsigned long long)id, end->output);
	else
		log_err("%s %llu: %s, %s %d: %s", name_of(c),
		    (unsigned long long)id, err_text(end->err),
		    exited ? "status" : "signal",
		    exited ? WEXITSTATUS(status) : WTERMSIG(status),
		    end->output[0] == '\0' ? "(no output)" : end->output);
}

/* Hear of one run; whether it goes on. */
static bool
watch(const struct channel *c, struct run *r)
{
	const uint64_t id = r->message.id;
	struct run_end end;

	if (r->pid == 0)
		return false;
	run_hear(r);
	if (!run_ended(r, &end))
		return true;
	report(c, id, &end);
	tell(id, end.err);
	return false;
}

/* Hear of all runs, start what waits. */
static void
step(void)
{
	bool was = false, is = false;

	for (size_t i = 0; i < CHANNELS; i++)
		for (size_t j = 0; j < RUNS; j++) {
			struct run *r = &courier.channels[i].runs[j];

			was = was || r->pid != 0;
			is = watch(&courier.channels[i], r) || is;
		}
	if (was && !is)
		sweep();
	for (size_t i = 0; i < CHANNELS; i++)
		pump(&courier.channels[i]);
}

/* Milliseconds until a run is late, or -1; those that are, are ended. */
static int
wait_ms(void)
{
	uint64_t next = UINT64_MAX, left;

	for (size_t i = 0; i < CHANNELS; i++)
		for (size_t j = 0; j < RUNS; j++) {
			struct run *r = &courier.channels[i].runs[j];

			if (r->pid == 0)
				continue;
			left = run_late(r, now_ms());
			if (left < next)
				next = left;
		}
	return next == UINT64_MAX ? -1 : (int)next;
}

/* Take what the vault has said. */
static void
hear(void)
{
	struct ipc_msg m;
	enum sspr_err e;
	int fd;

	while ((e = ipc_recv(LINK, ROLE_VAULT, ROLE_COURIER, &m, &fd)) ==
	    SSPR_OK) {
		if (m.type == IPC_SET)
			on_set(&m.as.set);
		else if (m.type == IPC_APPLY)
			on_apply();
		else
			on_deliver(&m.as.deliver);
		ipc_wipe(&m);
	}
	if (e == SSPR_GONE)
		leave();
	if (e != SSPR_BUSY)
		log_fatal("vault: %s", err_text(e));
}

static void
turn(void)
{
	struct pollfd f[1 + 2 * RUNS * CHANNELS];
	const int wait = wait_ms();
	nfds_t n = 0;

	f[n++] = (struct pollfd){ .fd = LINK, .events = POLLIN };
	for (size_t i = 0; i < CHANNELS; i++)
		for (size_t j = 0; j < RUNS; j++) {
			const struct run *r = &courier.channels[i].runs[j];

			if (r->pid == 0)
				continue;
			f[n++] =
			    (struct pollfd){ .fd = r->pidfd, .events = POLLIN };
			f[n++] =
			    (struct pollfd){ .fd = r->out, .events = POLLIN };
		}
	if (poll(f, n, wait) == -1 && errno != EINTR)
		log_fatal("poll: %s", strerror(errno));
	if (f[0].revents != 0)
		hear();
	step();
}

void
courier_main(void)
{
	const struct rlimit few = { PROCESSES, PROCESSES };

	log_open("courier");
	role_confine(ROLE_COURIER, 1);
	if (setrlimit(RLIMIT_NPROC, &few) == -1 ||
	    signal(SIGCHLD, SIG_DFL) == SIG_ERR)
		log_fatal("cannot limit this process: %s", strerror(errno));
	sweep();
	conf_default(&courier.next);
	courier.channels[0].method = METHOD_SMS;
	courier.channels[1].method = METHOD_LANDLINE;
	courier.channels[2].method = METHOD_EMAIL;
	for (;;)
		turn();
}
