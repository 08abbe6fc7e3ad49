/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sendmail.h"

static char search_path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";

/* Returns 0 or an errno. */
static int
spawn(const char *path, char *const *argv, int input, pid_t *pid)
{
	char *const envp[] = { search_path, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t normal;
	int e;

	if ((e = posix_spawn_file_actions_init(&files)) != 0)
		return e;
	if ((e = posix_spawnattr_init(&attr)) != 0)
		goto out;
	(void)sigemptyset(&normal);
	(void)sigaddset(&normal, SIGPIPE);
	if ((e = posix_spawnattr_setsigdefault(&attr, &normal)) == 0 &&
	    (e = posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF)) == 0 &&
	    (e = posix_spawn_file_actions_adddup2(&files, input,
		 STDIN_FILENO)) == 0)
		e = posix_spawn(pid, path, &files, &attr, argv, envp);
	(void)posix_spawnattr_destroy(&attr);
out:
	(void)posix_spawn_file_actions_destroy(&files);
	return e;
}

static bool
write_all(int fd, const char *s, size_t len)
{
	ssize_t n;

	while (len > 0) {
		if ((n = write(fd, s, len)) == -1 && errno != EINTR)
			return false;
		if (n > 0) {
			s += n;
			len -= (size_t)n;
		}
	}
	return true;
}

static enum sspr_err
await(pid_t pid, bool whole, struct outcome *o)
{
	int status;

	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return outcome_note(o, SSPR_SYSTEM, "waitpid: %s",
			    strerror(errno));
	if (WIFSIGNALED(status))
		return outcome_note(o, SSPR_DENIED,
		    "sendmail was ended by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		return outcome_note(o, SSPR_DENIED,
		    "sendmail ended with exit status %d", WEXITSTATUS(status));
	if (!whole)
		return outcome_note(o, SSPR_DENIED,
		    "sendmail did not read all of the mail");
	return SSPR_OK;
}

enum sspr_err
sendmail_send(const char *path, const char *from, const char *mail, size_t len,
    struct outcome *o)
{
	char name[] = "sendmail", i[] = "-i", t[] = "-t", f[] = "-f";
	char sender[256];
	char *const argv[] = { name, i, t, from != NULL ? f : NULL, sender,
		NULL };
	int ends[2], e;
	bool whole;
	pid_t pid;

	if (from != NULL && strlen(from) >= sizeof(sender))
		return outcome_note(o, SSPR_USAGE, "the sender is too long");
	memcpy(sender, from != NULL ? from : "",
	    from != NULL ? strlen(from) + 1 : 1);
	if (pipe2(ends, O_CLOEXEC) == -1)
		return outcome_note(o, SSPR_BUSY, "pipe: %s", strerror(errno));
	e = spawn(path, argv, ends[0], &pid);
	(void)close(ends[0]);
	if (e != 0) {
		(void)close(ends[1]);
		return outcome_note(o, e == EAGAIN ? SSPR_BUSY : SSPR_CONFIG,
		    "%s: %s", path, strerror(e));
	}
	whole = write_all(ends[1], mail, len);
	(void)close(ends[1]);
	return await(pid, whole, o);
}
