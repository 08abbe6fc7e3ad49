/* SPDX-License-Identifier: MIT */
#define SAYING_FAIL _exit(0) /* the client went away, as clients do */

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "paths.h"
#include "saying.h"
#include "stage.h"

struct stage_heard *stage_heard;

static pid_t daemon_pid = -1;
static int listener = -1;
static char ground[sizeof(SSPR_RUNDIR)]; /* the directory above RUNDIR */

static _Noreturn void
fail(const char *what)
{
	perror(what);
	exit(1);
}

static void
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd == -1 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		fail(path);
	close(fd);
}

void
stage_enter(void)
{
	char uids[32], gids[32];
	uid_t uid = geteuid();

	snprintf(uids, sizeof(uids), "0 %u 1", uid);
	snprintf(gids, sizeof(gids), "0 %u 1", getegid());
	if (unshare(CLONE_NEWNS | (uid == 0 ? 0 : CLONE_NEWUSER)) == -1)
		fail("a mount namespace of one's own");
	if (uid != 0) {
		write_file("/proc/self/setgroups", "deny");
		write_file("/proc/self/uid_map", uids);
		write_file("/proc/self/gid_map", gids);
	}
	memcpy(ground, SSPR_RUNDIR, sizeof(ground));
	*strrchr(ground, '/') = '\0';
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
	    mount("none", ground, "tmpfs", 0, "mode=0755") == -1 ||
	    mkdir(SSPR_RUNDIR, 0755) == -1)
		fail(ground);
	stage_heard = mmap(NULL, sizeof(*stage_heard), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (stage_heard == MAP_FAILED)
		fail("shared memory");
}

const char *
stage_dir(void)
{
	return ground;
}

static void
serve(stage_script *offer, stage_script *reset)
{
	struct proto_msg m;
	int client;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	while ((client = accept(listener, NULL, NULL)) != -1) {
		m = hear(client, 0);
		if (m.type != MSG_HELLO)
			_exit(0);
		if (m.as.hello.verb == VERB_OFFER) {
			stage_heard->offer = m.as.hello;
			stage_heard->offers++;
			offer(client);
		} else {
			stage_heard->reset = m.as.hello;
			stage_heard->resets++;
			reset(client);
		}
		close(client);
	}
	_exit(0);
}

int
stage_up_deaf(uid_t owner)
{
	const struct sockaddr_un a = { AF_UNIX, PATH_SOCKET };

	memset(stage_heard, 0, sizeof(*stage_heard));
	listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (bind(listener, (const struct sockaddr *)&a, sizeof(a)) == -1 ||
	    seteuid(owner) == -1 || listen(listener, 4) == -1 ||
	    seteuid(0) == -1)
		fail(PATH_SOCKET);
	return listener;
}

void
stage_up(stage_script *offer, stage_script *reset)
{
	(void)stage_up_deaf(0);
	if ((daemon_pid = fork()) == -1)
		fail("fork");
	if (daemon_pid == 0)
		serve(offer == NULL ? stage_offers : offer,
		    reset == NULL ? stage_resets : reset);
}

void
stage_kill(void)
{
	siginfo_t info;

	(void)kill(daemon_pid, SIGKILL);
	(void)waitid(P_PID, (id_t)daemon_pid, &info, WEXITED | WNOWAIT);
}

void
stage_down(void)
{
	if (daemon_pid != -1) {
		stage_kill();
		(void)waitpid(daemon_pid, NULL, 0);
	}
	close(listener);
	if (unlink(PATH_SOCKET) == -1)
		fail(PATH_SOCKET);
	daemon_pid = listener = -1;
}

void
stage_offers(int client)
{
	say_offer(client, 0, "Offer: ", "Again: ");
	say_end(client, SSPR_OK);
}

void
stage_hear(int client)
{
	char *answers = stage_heard->answers;
	struct proto_msg m = hear(client, 0);

	if (m.type == MSG_CANCEL) {
		stage_heard->cancelled = m.as.cancel.reason;
		stage_heard->cancels++;
	}
	if (m.type != MSG_ANSWER)
		_exit(0);
	snprintf(answers + strlen(answers),
	    sizeof(stage_heard->answers) - strlen(answers), "%.*s|",
	    m.as.answer.text.len, (const char *)m.as.answer.text.at);
}

void
stage_resets(int client)
{
	int worker, handed;

	say_ask(client, 1, "Code: ");
	stage_hear(client);
	say_show(client, PROTO_INFO, "At least 12 characters.");
	pair(SOCK_SEQPACKET, &worker, &handed);
	say_hand(client, PROTO_CHANGE, &handed, 1);
	close(handed);
	say_ask(worker, 0, "New password: ");
	stage_hear(worker);
	say_ask(worker, 0, "Retype new password: ");
	stage_hear(worker);
	say_end(worker, SSPR_OK);
	close(worker);
	say_ask(client, 1, "Your password is changed. ");
	stage_hear(client);
	say_end(client, SSPR_OK);
}
