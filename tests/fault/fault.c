/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <execinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fault.h"

#define BROKEN 97      /* the least exit status that tells of an error */
#define MOST   100000u /* faults of one kind in one scene */

struct fault_shared *fault;

static bool in_product;   /* of this process */
static unsigned int died; /* plays of a scene with a death in them */
static int watcher = -1;

bool
fault_memory(void)
{
	if (!in_product)
		return false;
	if (++fault->seen[FAULT_MEMORY] != fault->nth ||
	    fault->kind != FAULT_MEMORY)
		return false;
	fault->hit = true;
	return true;
}

bool
fault_is_watched(void)
{
	return fault != NULL && fault->armed && watcher == -1;
}

/* Not 1, which is a program's own. */
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);
const char *__lsan_default_options(void);

const char *
__asan_default_options(void)
{
	return "exitcode=99";
}

const char *
__ubsan_default_options(void)
{
	return "exitcode=99:print_stacktrace=1";
}

const char *
__lsan_default_options(void)
{
	return "exitcode=98";
}

/* A play that fails memory only need not be watched. */
void
fault_arm(void)
{
	if (watcher != -1 && fault->kind != FAULT_MEMORY)
		fault_be_watched(watcher);
	watcher = fault->kind == FAULT_MEMORY ? watcher : -1;
	fault->armed = true;
	in_product = true;
}

void
fault_disarm(void)
{
	in_product = false;
	fault->armed = false;
}

extern char __executable_start, _end; /* of this program: see ld(1) */

static bool
is_ours(const void *at)
{
	return (uintptr_t)at >= (uintptr_t)&__executable_start &&
	    (uintptr_t)at < (uintptr_t)&_end;
}

/*
 * Ours if we were at work, or have called the function that was, or if an
 * assertion of ours failed, which is five of libc's functions away.
 */
static void
on_death(int signal_)
{
	void *at[64]; /* this function, that of the signal, where it happened */
	const int n = backtrace(at, 64);
	const int within = 2 + (signal_ == SIGABRT ? 6 : 2);

	fault_disarm();
	fault->deaths++;
	for (int i = 2; i < n && i < within; i++)
		if (is_ours(at[i]))
			fault->ours = true;
	backtrace_symbols_fd(at, n, STDERR_FILENO);
	(void)signal(signal_, SIG_DFL);
	(void)raise(signal_); /* once this returns */
}

static void
hear_of_death(void)
{
	void *at[1];

	(void)backtrace(at, 1); /* the first loads a library */
	(void)signal(SIGSEGV, on_death);
	(void)signal(SIGBUS, on_death);
	(void)signal(SIGABRT, on_death);
}

static size_t
descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t n = 0;

	while (d != NULL && readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

/* In a process of its own; what it writes goes to `to'. */
static _Noreturn void
act(void (*does)(void), int to, int watched)
{
	size_t before, after;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)setenv("CMOCKA_TEST_ABORT", "1", 1);
	if (dup2(to, STDERR_FILENO) == -1 || dup2(to, STDOUT_FILENO) == -1)
		_exit(98);
	if (watched != -1 && fault->may_die && fault->kind == FAULT_MEMORY)
		hear_of_death();
	before = descriptors();
	watcher = watched;
	does();
	fault_disarm();
	after = descriptors() + (watched != -1 && watcher == -1);
	if (before != after) {
		fprintf(stderr, "%zu descriptors, before %zu\n", after, before);
		_exit(97);
	}
	exit(0); /* by way of the sanitizer that looks for leaks */
}

/* Play one part; its wait status. */
static int
part(void (*does)(void), int to, bool watched)
{
	int pair[2] = { -1, -1 }, status = -1;
	pid_t pid;

	if (does == NULL)
		return 0;
	fflush(stdout);
	if (watched &&
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1)
		return -1;
	if ((pid = fork()) == 0) {
		close(pair[0]);
		act(does, to, pair[1]);
	}
	close(pair[1]);
	if (pid != -1 && watched)
		status = fault_watch(pair[0], pid);
	else if (pid != -1)
		(void)waitpid(pid, &status, 0);
	close(pair[0]);
	return status;
}

static void
tell(const struct fault_scene *s, const char *part, int status, int out)
{
	char buf[4096];
	ssize_t n;

	printf("%s: %s: %s %u, error %d%s: wait status %#x\n", s->name, part,
	    fault->kind == FAULT_NONE ? "no fault"
				      : fault_kind_name(fault->kind),
	    fault->nth, fault->error, fault->lasting ? " and on" : "",
	    (unsigned int)status);
	fflush(stdout);
	(void)lseek(out, 0, SEEK_SET);
	while ((n = read(out, buf, sizeof(buf))) > 0)
		if (write(STDOUT_FILENO, buf, (size_t)n) != n)
			break;
}

/* A way to end that the fault explains; nothing else is one. */
static bool
is_legal(const struct fault_scene *s, int status)
{
	fault->status = status;
	if (fault->ours)
		return false;
	if (s->exits && WIFEXITED(status) && WEXITSTATUS(status) < BROKEN)
		return true;
	if (!fault->hit)
		return false;
	if (WIFSIGNALED(status) && fault->deaths > 0)
		return true;
	if (fault->error == FAULT_KILL)
		return status == SIGKILL;
	return s->may_end && WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

/* Play a scene once; whether it was good. */
static bool
play(const struct fault_scene *s, enum fault_kind k, unsigned int nth,
    int error, bool lasting)
{
	const int out = memfd_create("said", MFD_CLOEXEC);
	const char *which = "before";
	int status;

	memset(fault, 0, sizeof(*fault));
	fault->kind = k;
	fault->nth = nth;
	fault->error = error;
	fault->lasting = lasting;
	fault->may_die = s->may_die;
	if ((status = part(s->before, out, false)) == 0) {
		which = "act";
		status = part(s->act, out, true);
		if (is_legal(s, status))
			status = 0;
	}
	fault->armed = false;
	if (status == 0) {
		which = "after";
		status = part(s->after, out, false);
	}
	if (status != 0 || (fault->deaths > 0 && getenv("FAULT_DEATHS")))
		tell(s, which, status, out);
	died += fault->deaths > 0;
	close(out);
	return status == 0;
}

/* All n of one error; how many there were, or -1 if one was not survived. */
static int
each(const struct fault_scene *s, enum fault_kind k, int error, bool lasting)
{
	int bad = 0;
	unsigned int n;

	for (n = 1; n < MOST; n++) {
		if (!play(s, k, n, error, lasting) && ++bad == 8)
			break;
		if (!fault->hit)
			break;
	}
	return bad > 0 ? -1 : (int)n - 1;
}

/* All errors of one kind. */
static int
all_of(const struct fault_scene *s, enum fault_kind k, bool is_long)
{
	const bool disk = k == FAULT_WRITE || k == FAULT_SYNC;
	int sum = 0, n, error;

	for (size_t i = 0; (error = fault_error_of(k, i)) != 0; i++) {
		if (i > 0 && !is_long)
			break;
		if ((n = each(s, k, error, false)) == -1)
			return -1;
		sum += n;
	}
	if (s->lasting && disk && is_long) {
		if ((n = each(s, k, fault_error_of(k, 0), true)) == -1)
			return -1;
		sum += n;
	}
	if (s->kills && k != FAULT_MEMORY) {
		if ((n = each(s, k, FAULT_KILL, false)) == -1)
			return -1;
		sum += n;
	}
	return sum;
}

static bool
scene(const struct fault_scene *s, bool is_long)
{
	const unsigned int all = s->kinds == 0 ? FAULT_ALL : s->kinds;
	const unsigned int wanted = is_long || s->few == 0 ? all : s->few;
	char text[512] = "";
	int sum = 0, n = 0;
	bool good = play(s, FAULT_NONE, 0, 0, false);

	died = 0;
	printf("[ RUN      ] %s\n", s->name);
	for (enum fault_kind k = 1; good && k < FAULT_KINDS; k++) {
		if ((wanted & 1u << k) == 0)
			continue;
		if ((n = all_of(s, k, is_long)) == -1)
			good = false;
		else if (n > 0)
			snprintf(text + strlen(text),
			    sizeof(text) - strlen(text), ", %d %s", n,
			    fault_kind_name(k));
		sum += n;
	}
	if (good && sum == 0)
		printf("%s: nothing could be failed\n", s->name);
	good = good && sum > 0;
	if (good)
		printf("             %d faults%s; foreign code died of %u\n",
		    sum, text, died);
	printf("[  %s ] %s\n", good ? "     OK" : "FAILED ", s->name);
	return good;
}

/* FAULT_ONLY=kind:n:error:lasting plays that one: to look at it. */
static int
only(const struct fault_scene *scenes, size_t n, const char *which)
{
	long v[4] = { 0 }; /* kind, n, error, lasting */
	char *end = (char *)(uintptr_t)which;

	for (size_t i = 0; i < 4 && *end != '\0'; i++)
		v[i] = strtol(end + (i > 0 && *end == ':'), &end, 10);
	if (v[0] < 0 || v[0] >= FAULT_KINDS || v[1] < 0)
		return 2;
	for (size_t i = 0; i < n; i++)
		if (!play(&scenes[i], (enum fault_kind)v[0], (unsigned int)v[1],
			(int)v[2], v[3] != 0))
			return 1;
	return 0;
}

int
fault_play(const struct fault_scene *scenes, size_t n)
{
	const bool is_long = getenv("FAULT_LONG") != NULL;
	int failed = 0;

	(void)signal(SIGPIPE, SIG_IGN);
	fault = mmap(NULL, sizeof(*fault), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fault == MAP_FAILED)
		return 2;
	if (getenv("FAULT_ONLY") != NULL)
		return only(scenes, n, getenv("FAULT_ONLY"));
	for (size_t i = 0; i < n; i++)
		if ((is_long || !scenes[i].long_only) &&
		    !scene(&scenes[i], is_long))
			failed++;
	return failed > 0;
}
