/* SPDX-License-Identifier: MIT */
/*
 * worker/: one change by the real worker, of alice's password in /etc/shadow,
 * by the real stack: so only in a root that is thrown away.
 *
 * Parent and client are played by a process of their own, which notes what
 * was said; the worker's exit status and what was said are then compared with
 * what has become of the file (R-SET-5, R-PAM-10).
 */
#include <crypt.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "fault.h"
#include "ipc.h"
#include "method.h"
#include "parent/permits.h"
#include "role.h"

#define SHADOW    "/etc/shadow"
#define KEPT      "/tmp/shadow.kept"
#define WHO       "alice"
#define NEW       "Ruby-Lantern-8842-Quay"
#define FILE_MAX_ 65536u

enum note {
	NOTE_CHECKED = 1, /* the result of the pre-checks, + 1; 0: none */
	NOTE_FAILED, /* why the worker says it failed, + 1; 0: it did not */
	NOTE_END,    /* what the client was told, + 1 */
	NOTE_ASKED,  /* how often it was asked */
};

static uid_t uid;

static size_t
contents(const char *path, char text[static FILE_MAX_])
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	const ssize_t n = read(fd, text, FILE_MAX_ - 1);

	assert_true(fd != -1 && n >= 0);
	close(fd);
	text[n] = '\0';
	return (size_t)n;
}

static void
put(const char *path, const char *text, size_t len)
{
	const int fd =
	    open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, text, len), len);
	close(fd);
}

/* As it was at first; what others have left behind is gone. */
static void
fresh(void)
{
	char text[FILE_MAX_];
	const size_t len = contents(KEPT, text);

	(void)unlink("/etc/nshadow");
	put(SHADOW, text, len);
}

/* One message to the worker. */
static void
orders(int link, struct ipc_msg m, int fd)
{
	if (ipc_send(link, &m, fd) != SSPR_OK)
		_exit(0);
}

static void
client_says(int fd, const char *text)
{
	struct proto_msg m = { .type = MSG_ANSWER };
	uint8_t buf[WIRE_FRAME_MAX];
	size_t len;

	m.as.answer.text.len = (uint16_t)strlen(text);
	memcpy(m.as.answer.text.at, text, strlen(text));
	if (proto_encode(&m, buf, &len) == SSPR_OK)
		(void)send(fd, buf, len, MSG_NOSIGNAL);
}

/* Everything that the client is told by now; false once it is over. */
static bool
client_hears(int fd)
{
	uint8_t buf[WIRE_FRAME_MAX];
	struct proto_msg m;
	const ssize_t n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);

	if (n <= 0 || proto_decode(buf, (size_t)n, PROTO_DOWN, &m) != SSPR_OK)
		return false;
	if (m.type == MSG_END)
		fault->note[NOTE_END] = m.as.end.result + 1;
	if (m.type != MSG_ASK)
		return true;
	fault->note[NOTE_ASKED]++;
	client_says(fd, m.as.ask.echo != 0 ? "" : NEW);
	return true;
}

static bool
parent_hears(int link, int worker)
{
	struct ipc_msg m, start = { .type = IPC_START };
	int fd;

	if (ipc_recv(link, ROLE_WORKER, ROLE_PARENT, &m, &fd) != SSPR_OK)
		return false;
	if (m.type == IPC_FAILED)
		fault->note[NOTE_FAILED] = m.as.failed.err + 1;
	if (m.type == IPC_CHECKED) {
		fault->note[NOTE_CHECKED] = m.as.checked.err + 1;
		if (m.as.checked.err == SSPR_OK)
			orders(link, start, worker);
	}
	return true;
}

/* Parent and client, until the worker is gone. */
static _Noreturn void
others(int link)
{
	struct ipc_msg job = { .type = IPC_JOB };
	struct pollfd p[2] = { { .fd = link, .events = POLLIN },
		{ .events = POLLIN } };
	int talk[2];

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, talk) == -1)
		_exit(1);
	p[1].fd = talk[0];
	job.as.job.job = PROTO_CHANGE;
	job.as.job.uid = uid;
	job.as.job.methods = 1u << METHOD_APP;
	snprintf(job.as.job.name, sizeof(job.as.job.name), WHO);
	orders(link, job, -1);
	while (poll(p, 2, 60000) > 0) {
		if (p[0].revents != 0 && !parent_hears(link, talk[1]))
			break;
		if (p[1].revents != 0 && !client_hears(talk[0]))
			p[1].fd = -1;
	}
	while (client_hears(talk[0]))
		;
	_exit(0);
}

/* Become the worker; its exit status is the play's. */
static void
change(void)
{
	int pair[2];

	assert_int_equal(ipc_pair(pair), SSPR_OK);
	if (fork() == 0) {
		close(pair[1]);
		others(pair[0]);
	}
	close(pair[0]);
	if (pair[1] != ROLE_FD)
		assert_int_equal(dup2(pair[1], ROLE_FD), ROLE_FD);
	(void)fcntl(ROLE_FD, F_SETFD, 0);
	fault_arm();
	worker_main();
}

/* The line of a name and its length, or NULL. */
static const char *
line_of(const char *text, const char *name, size_t *len)
{
	const size_t n = strlen(name);

	for (const char *at = text; *at != '\0'; at += *len + (at[*len] != 0)) {
		*len = strcspn(at, "\n");
		if (*len > n && strncmp(at, name, n) == 0 && at[n] == ':')
			return at;
	}
	return NULL;
}

/* Whether the password is what the line of the account says. */
static bool
is_new(const char *text)
{
	char field[512];
	size_t len;
	const char *at = line_of(text, WHO, &len), *hash;
	struct crypt_data data = { 0 };

	assert_non_null(at);
	at += strlen(WHO) + 1;
	len = strcspn(at, ":");
	assert_true(len < sizeof(field));
	memcpy(field, at, len);
	field[len] = '\0';
	hash = crypt_r(NEW, field, &data);
	return hash != NULL && strcmp(hash, field) == 0;
}

/* Whether all other lines are there as they were, in their order. */
static bool
others_are_the_same(const char *was, const char *is)
{
	size_t a, b;

	for (;; was += a + (was[a] != 0), is += b + (is[b] != 0)) {
		a = strcspn(was, "\n");
		b = strcspn(is, "\n");
		if (strncmp(was, WHO ":", strlen(WHO) + 1) == 0) {
			if (strncmp(is, WHO ":", strlen(WHO) + 1) != 0)
				return false;
			continue;
		}
		if (a != b || memcmp(was, is, a) != 0)
			return false;
		if (*was == '\0' && *is == '\0')
			return true;
	}
}

/* What parent makes of its end. */
static enum sspr_err
told(void)
{
	const int64_t said = fault->note[NOTE_FAILED] - 1;
	const struct permit p = { .said = said != -1,
		.err = said == -1 ? SSPR_OK : (enum sspr_err)said,
		.for_whom.job = PROTO_CHANGE };

	return permits_outcome(&p, fault->status);
}

/* A change that died has left nothing that the next would stumble over. */
static void
the_next_succeeds(void)
{
	char was[FILE_MAX_], is[FILE_MAX_];
	const size_t len = contents(KEPT, was);
	int status;
	pid_t pid;

	put(SHADOW, was, len);
	if ((pid = fork()) == 0)
		change();
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, ROLE_CHANGED << 8);
	(void)contents(SHADOW, is);
	assert_true(is_new(is));
	assert_true(others_are_the_same(was, is));
}

static void
what_is_said_is_true(const char *was, const char *is)
{
	const bool same = strcmp(was, is) == 0;
	const enum sspr_err e = told();

	assert_true(same || is_new(is));
	if (fault->note[NOTE_CHECKED] != SSPR_OK + 1)
		assert_true(same); /* it was never told to begin */
	else if (e == SSPR_OK || e == SSPR_UNLOCKED || e == SSPR_PARTLY)
		assert_true(is_new(is));
	else if (e != SSPR_UNCERTAIN)
		assert_true(same);
}

static void
what_was_said_is_true(void)
{
	char was[FILE_MAX_], is[FILE_MAX_];
	struct stat st;

	(void)contents(KEPT, was);
	(void)contents(SHADOW, is);
	/* pam_unix 1.5 takes a failed read for the file's end, and writes what
	 * it has: the worker must notice. */
	if (!others_are_the_same(was, is)) {
		assert_int_equal(fault->kind, FAULT_READ);
		assert_int_equal(told(), SSPR_UNCERTAIN);
	}
	assert_int_equal(stat(SHADOW, &st), 0);
	assert_int_equal(st.st_mode & 07137, 0);
	what_is_said_is_true(was, is);
	if (!fault->hit)
		assert_int_equal(fault->status, ROLE_CHANGED << 8);
	if (told() == SSPR_OK || told() == SSPR_UNLOCKED)
		return;
	if (WIFEXITED(fault->status))
		assert_int_equal(WEXITSTATUS(fault->status), ROLE_REFUSED);
	assert_int_not_equal(fault->note[NOTE_END], SSPR_OK + 1);
	if (fault->deaths > 0)
		the_next_succeeds();
}

static void
keep(void)
{
	char text[FILE_MAX_];
	const size_t len = contents(SHADOW, text);
	size_t n;

	assert_non_null(line_of(text, WHO, &n));
	put(KEPT, text, len);
}

int
main(int argc, char **argv)
{
	static const struct fault_scene scenes[] = {
		{ .name = "a_worker_says_what_became_of_the_password",
		    .before = fresh,
		    .act = change,
		    .after = what_was_said_is_true,
		    .kinds = FAULT_OF(WRITE) | FAULT_OF(SYNC) | FAULT_OF(SEND),
		    .exits = true },
		{ .name = "whatever_fails_it_says_what_became_of_it",
		    .before = fresh,
		    .act = change,
		    .after = what_was_said_is_true,
		    .exits = true,
		    .may_die = true, /* libc's NSS does, of memory */
		    .long_only = true },
	};
	char host[16] = "";

	if (argc != 3 || strcmp(argv[1], "--in-a-throw-away-root") != 0 ||
	    gethostname(host, sizeof(host) - 1) == -1 ||
	    strcmp(host, "web1") != 0) {
		fputs("this sets passwords: tests/system/test_faults.py\n",
		    stderr);
		return 2;
	}
	uid = (uid_t)strtoul(argv[2], NULL, 10);
	keep();
	return fault_play(scenes, sizeof(scenes) / sizeof(scenes[0]));
}
