/* SPDX-License-Identifier: MIT */
/*
 * Handlers MUST call nothing but async-signal-safe functions.  A stop is real
 * (the shell sees it) and its handler is there only while echo is off.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "undo.h"

static const int ending[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGALRM };

static struct {
	_Atomic(const struct undo_quiet *) quiet;
	_Atomic(const char *) path;
} undo;

static void
on_end(int signo)
{
	const struct undo_quiet *q = atomic_load(&undo.quiet);
	const char *path = atomic_load(&undo.path);

	if (q != NULL)
		(void)tcsetattr(q->in, TCSANOW, &q->loud);
	if (path != NULL)
		(void)unlink(path);
	(void)raise(signo); /* SA_RESETHAND: now it ends us */
}

/* Stop here with the default action, until the shell lets us go on. */
static void
stop(void)
{
	struct sigaction ours, natural = { .sa_handler = SIG_DFL };
	sigset_t set;

	(void)sigaction(SIGTSTP, &natural, &ours);
	(void)raise(SIGTSTP);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTSTP);
	(void)sigaddset(&set, SIGTTOU); /* a background job waits its turn */
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
	(void)sigaction(SIGTSTP, &ours, NULL);
}

static void
on_stop(int signo)
{
	const struct undo_quiet *q = atomic_load(&undo.quiet);
	int saved = errno;

	(void)signo;
	if (q == NULL)
		return;
	(void)tcsetattr(q->in, TCSANOW, &q->loud);
	stop();
	(void)tcsetattr(q->in, TCSAFLUSH, &q->quiet);
	if (write(q->out, q->prompt, strlen(q->prompt)) < 0)
		errno = saved; /* the prompt is a courtesy */
	errno = saved;
}

/* Whatever else arrives waits until a handler is done. */
static void
handle(int signo, void (*handler)(int), int flags)
{
	struct sigaction act = { .sa_handler = handler, .sa_flags = flags };

	(void)sigfillset(&act.sa_mask);
	(void)sigaction(signo, &act, NULL);
}

void
undo_install(void)
{
	struct sigaction before;

	for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
		if (sigaction(ending[i], NULL, &before) == 0 &&
		    before.sa_handler != SIG_IGN)
			handle(ending[i], on_end, (int)SA_RESETHAND);
}

void
undo_quiet(struct undo_quiet *q)
{
	if (tcgetattr(q->in, &q->loud) == -1)
		return;
	q->quiet = q->loud;
	q->quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	atomic_store(&undo.quiet, q);
	handle(SIGTSTP, on_stop, SA_RESTART);
	(void)tcsetattr(q->in, TCSAFLUSH, &q->quiet);
}

void
undo_echo(const struct undo_quiet *q)
{
	struct sigaction natural = { .sa_handler = SIG_DFL };

	if (atomic_load(&undo.quiet) != q)
		return;
	(void)tcsetattr(q->in, TCSADRAIN, &q->loud);
	(void)sigaction(SIGTSTP, &natural, NULL);
	atomic_store(&undo.quiet, NULL);
}

void
undo_file(const char *path)
{
	atomic_store(&undo.path, path);
}
