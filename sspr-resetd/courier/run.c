/* SPDX-License-Identifier: MIT */
/*
 * run.c - start a command, watch it, end it.
 *
 * A command MUST find no environment, no descriptor but its input and one
 * pipe for what it says, the signals as a program expects them, the limits
 * below, a session and a process group of its own, and no way to gain
 * privileges.  It MUST end with us (PR_SET_PDEATHSIG), and its group with it.
 * Address and text MUST reach it by the pipe alone; all of it fits into one,
 * which is never swapped, so writing does not wait.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "child.h"
#include "courier/message.h"
#include "courier/run.h"
#include "secret.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static_assert(MESSAGE_MAX <= PIPE_BUF, "a message fits into any pipe");
static_assert(IPC_ADDRESS_MAX <= IPC_MESSAGE_MAX &&
	IPC_SUBJECT_MAX <= IPC_MESSAGE_MAX,
    "what is covered is no longer than what is kept for it");

static const struct child_limit limits[] = {
	{ RLIMIT_CORE, 0 },
	{ RLIMIT_CPU, RUN_MS / 1000 },      /* seconds */
	{ RLIMIT_FSIZE, (rlim_t)16 << 20 }, /* bytes of a file */
	{ RLIMIT_NOFILE, 64 },
};

/* In the child; parent is us. */
static _Noreturn void
become(const struct command *c, int in, int out, pid_t parent)
{
	char *const envp[] = { NULL };

	if (!child_settle(parent, in, out, out))
		_exit(EX_OSERR);
	if (child_limit(limits, COUNT(limits)))
		execve(c->argv[0], c->argv, envp);
	dprintf(STDERR_FILENO, "cannot be started: %s", strerror(errno));
	_exit(EX_OSERR);
}

/* A pipe with the message in it; its reading end, or -1. */
static int
open_input(const struct ipc_deliver *m)
{
	char text[MESSAGE_MAX];
	size_t len = message_format(m, text);
	int pipes[2];
	ssize_t n = -1;

	if (pipe2(pipes, O_CLOEXEC) == 0) {
		n = write(pipes[1], text, len);
		close(pipes[1]);
		if (n != (ssize_t)len)
			close(pipes[0]);
	}
	secret_zero(text, sizeof(text));
	return n == (ssize_t)len ? pipes[0] : -1;
}

/* It has ended, or was killed. */
static int
reap(pid_t pid)
{
	int status = SIGKILL;

	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	return status;
}

/* Start the process, with a descriptor that tells of its end. */
static enum sspr_err
launch(struct run *r, const struct command *c, int in, int out)
{
	const pid_t self = getpid();

	if ((r->pid = fork()) == 0)
		become(c, in, out, self);
	if (r->pid == -1)
		return SSPR_BUSY;
	if ((r->pidfd = pidfd_open(r->pid, 0)) != -1)
		return SSPR_OK;
	(void)kill(r->pid, SIGKILL);
	(void)reap(r->pid); /* it ran for nothing */
	return SSPR_SYSTEM;
}

enum sspr_err
run_start(struct run *r, const struct command *c, const struct ipc_deliver *m,
    uint64_t now_ms)
{
	enum sspr_err e = SSPR_BUSY;
	int in = -1, out[2] = { -1, -1 };

	if ((in = open_input(m)) == -1 || pipe2(out, O_CLOEXEC) == -1 ||
	    fcntl(out[0], F_SETFL, O_NONBLOCK) == -1)
		goto out;
	if ((e = launch(r, c, in, out[1])) != SSPR_OK)
		goto out;
	r->out = out[0];
	out[0] = -1;
	r->began_ms = now_ms;
	r->late = false;
	r->len = 0;
	r->message = *m;
out:
	if (e != SSPR_OK)
		r->pid = 0;
	if (in != -1)
		close(in);
	if (out[0] != -1)
		close(out[0]);
	if (out[1] != -1)
		close(out[1]);
	return e;
}

void
run_hear(struct run *r)
{
	char rest[4096];
	ssize_t n = 1;

	/* Not for ever: it may write faster than this reads. */
	for (int i = 0; i < 64 && n > 0 && r->out != -1; i++) {
		const size_t room = sizeof(r->output) - r->len;

		if (room > 0)
			n = read(r->out, r->output + r->len, room);
		else
			n = read(r->out, rest, sizeof(rest));
		if (room > 0 && n > 0)
			r->len += (size_t)n;
	}
	secret_zero(rest, sizeof(rest));
	if (n > 0 || (n == -1 && errno == EAGAIN) || r->out == -1)
		return;
	close(r->out);
	r->out = -1;
}

/* The program is not waited for yet, so its number is still its own. */
static void
kill_group(const struct run *r)
{
	(void)kill(-r->pid, SIGKILL); /* none is left, or not yet a leader */
	(void)kill(r->pid, SIGKILL);
}

uint64_t
run_late(struct run *r, uint64_t now_ms)
{
	const uint64_t took = now_ms - r->began_ms;

	if (r->late)
		return UINT64_MAX;
	if (took < RUN_MS)
		return RUN_MS - took;
	r->late = true;
	kill_group(r);
	return UINT64_MAX;
}

static enum sspr_err
judge(const struct run *r, int status)
{
	if (r->late)
		return SSPR_TIMEOUT;
	if (!WIFEXITED(status))
		return SSPR_UNSENT;
	switch (WEXITSTATUS(status)) {
	case EX_OK:
		return SSPR_OK;
	case EX_TEMPFAIL:
		return SSPR_BUSY;
	default:
		return SSPR_UNSENT;
	}
}

bool
run_ended(struct run *r, struct run_end *end)
{
	siginfo_t info = { .si_pid = 0 };
	size_t len;

	if (waitid(P_PID, (id_t)r->pid, &info, WEXITED | WNOHANG | WNOWAIT) ==
		-1 ||
	    info.si_pid == 0)
		return false;
	kill_group(r);
	end->status = reap(r->pid);
	end->err = judge(r, end->status);
	run_hear(r);
	message_mask(&r->message, r->output, r->len);
	len = r->len < RUN_OUTPUT ? r->len : RUN_OUTPUT;
	memcpy(end->output, r->output, len);
	end->output[len] = '\0';
	if (r->out != -1)
		close(r->out);
	close(r->pidfd);
	secret_zero(r, sizeof(*r));
	return true;
}
