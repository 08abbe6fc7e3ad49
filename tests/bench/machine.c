/* SPDX-License-Identifier: MIT */
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conf.h"
#include "ipc.h"
#include "machine.h"
#include "role.h"

#define ROWS      1000
#define LINE_LEN  300 /* bytes of a usual audit record */
#define LOG_PAGES 512 /* of the WAL, as the vault has it */

static const char set_up[] =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
    "PRAGMA locking_mode=EXCLUSIVE; PRAGMA wal_autocheckpoint=0;"
    "CREATE TABLE t(id INTEGER PRIMARY KEY, n INTEGER, rest BLOB);"
    "WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r"
    " WHERE i < 999) INSERT INTO t SELECT i, 0, zeroblob(200) FROM r;";

struct machine {
	sqlite3 *db;
	sqlite3_stmt *begin, *update, *commit;
	int commits;
	int log;
	int echo; /* the other end sends back what it gets */
	pid_t pid;
};

static void
open_database(struct machine *m, const char *dir)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/commit.db", dir);
	unlink(path);
	if (sqlite3_open(path, &m->db) != SQLITE_OK ||
	    sqlite3_exec(m->db, set_up, NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(m->db, "BEGIN IMMEDIATE", -1, &m->begin, NULL) !=
		SQLITE_OK ||
	    sqlite3_prepare_v2(m->db, "UPDATE t SET n=n+1 WHERE id=?1", -1,
		&m->update, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(m->db, "COMMIT", -1, &m->commit, NULL) !=
		SQLITE_OK)
		errx(2, "%s: %s", path, sqlite3_errmsg(m->db));
}

static void
open_log(struct machine *m, const char *dir)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/append.log", dir);
	m->log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_TRUNC | O_CLOEXEC,
	    0600);
	if (m->log == -1)
		err(2, "%s", path);
}

static void
open_echo(struct machine *m)
{
	char buf[1024];
	ssize_t n;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1)
		err(2, "socketpair");
	if ((m->pid = fork()) == -1)
		err(2, "fork");
	if (m->pid == 0) {
		close(pair[0]);
		while ((n = recv(pair[1], buf, sizeof(buf), 0)) > 0)
			if (send(pair[1], buf, (size_t)n, MSG_NOSIGNAL) != n)
				break;
		_exit(0);
	}
	close(pair[1]);
	m->echo = pair[0];
}

struct machine *
machine_open(const char *dir)
{
	struct machine *m = calloc(1, sizeof(*m));

	if (m == NULL)
		err(2, NULL);
	open_echo(m);
	open_database(m, dir);
	open_log(m, dir);
	return m;
}

static void
step(struct machine *m, sqlite3_stmt *s)
{
	if (sqlite3_step(s) != SQLITE_DONE)
		errx(2, "commit: %s", sqlite3_errmsg(m->db));
	sqlite3_reset(s);
}

void
machine_commit(struct machine *m, struct samples *s)
{
	const uint64_t start = samples_now();

	step(m, m->begin);
	sqlite3_bind_int(m->update, 1, m->commits * 7 % ROWS);
	step(m, m->update);
	step(m, m->commit);
	samples_add(s, start);
	if (++m->commits % LOG_PAGES == 0)
		(void)sqlite3_wal_checkpoint_v2(m->db, NULL,
		    SQLITE_CHECKPOINT_PASSIVE, NULL, NULL); /* or later */
}

void
machine_append(struct machine *m, struct samples *s)
{
	const uint64_t start = samples_now();
	char line[LINE_LEN];

	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	if (write(m->log, line, sizeof(line)) != (ssize_t)sizeof(line) ||
	    fdatasync(m->log) == -1)
		err(2, "append");
	samples_add(s, start);
}

void
machine_trip(struct machine *m, struct samples *s)
{
	const uint64_t start = samples_now();
	char buf[64] = { 0 };

	if (send(m->echo, buf, sizeof(buf), MSG_NOSIGNAL) != sizeof(buf) ||
	    recv(m->echo, buf, sizeof(buf), 0) != sizeof(buf))
		err(2, "round trip");
	samples_add(s, start);
}

/* The options of a worker, as parent sends them. */
static void
send_options(int link)
{
	struct ipc_msg set = { .type = IPC_SET };
	struct ipc_msg apply = { .type = IPC_APPLY, .as.apply.last = 1 };
	char value[CONF_LINE_MAX + 1];
	struct conf conf;

	conf_default(&conf);
	for (enum conf_option o = 0; o < CONF_COUNT; o++) {
		if (!conf_is_for(o, 'W'))
			continue;
		conf_get(&conf, o, value);
		set.as.set.option = (uint16_t)o;
		memcpy(set.as.set.value, value, sizeof(set.as.set.value));
		if (ipc_send(link, &set, -1) != SSPR_OK)
			errx(2, "a worker is gone");
	}
	if (ipc_send(link, &apply, -1) != SSPR_OK)
		errx(2, "a worker is gone");
}

void
machine_worker(const char *name, uint32_t uid, struct samples *s)
{
	struct ipc_msg m = { .type = IPC_JOB };
	struct pollfd p = { .events = POLLIN };
	const uint64_t start = samples_now();
	int pair[2], fd;
	pid_t pid;

	m.as.job.job = PROTO_CHANGE;
	m.as.job.uid = uid;
	snprintf(m.as.job.name, sizeof(m.as.job.name), "%s", name);
	if (ipc_pair(pair) != SSPR_OK ||
	    role_spawn(ROLE_WORKER, &pair[1], 1, &pid) != SSPR_OK)
		errx(2, "no worker can be started");
	close(pair[1]);
	send_options(pair[0]);
	p.fd = pair[0];
	if (ipc_send(pair[0], &m, -1) != SSPR_OK || poll(&p, 1, -1) != 1 ||
	    ipc_recv(pair[0], ROLE_WORKER, ROLE_PARENT, &m, &fd) != SSPR_OK ||
	    m.type != IPC_CHECKED || m.as.checked.err != SSPR_OK)
		errx(2, "the worker for %s does not pass its checks", name);
	samples_add(s, start);
	close(pair[0]);
	waitpid(pid, NULL, 0);
}

void
machine_close(struct machine *m)
{
	sqlite3_finalize(m->begin);
	sqlite3_finalize(m->update);
	sqlite3_finalize(m->commit);
	sqlite3_close(m->db);
	close(m->log);
	close(m->echo);
	waitpid(m->pid, NULL, 0);
	free(m);
}
