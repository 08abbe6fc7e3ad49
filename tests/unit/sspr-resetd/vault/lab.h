/* SPDX-License-Identifier: MIT */
/*
 * lab.h - a vault with a real seal and store, whose siblings and clients the
 * test plays.  Clock and peers are what the test says.
 *
 * lab_run does rounds until all that is due has left; what parent says to a
 * SYNC is lab.sync_err.
 */
#ifndef SSPR_TESTS_VAULT_LAB_H
#define SSPR_TESTS_VAULT_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>
#include <liboath/oath.h>

#include "disk.h"
#include "log.h"
#include "vault/round.h"
#include "vault/totp.h"
#include "vault/vault.h"

#define LAB_S     1700000010u /* a time step has just begun */
#define LAB_STEP  (LAB_S / 30)
#define LAB_CONNS 64u
#define LAB_FOUND (ACCOUNT_FOUND | ACCOUNT_SHELL)
#define LAB_REAL  ((uid_t)-2) /* lab.peer: whom the kernel says */

/* What one client was told. */
struct lab_told {
	uint8_t raw[16384]; /* the frames */
	size_t len;
	char text[16384]; /* a line for each */
	bool ended;
	struct proto_end end;
	struct proto_qr qr;
};

static struct lab {
	struct vault *v;
	struct disk disk;
	int parent, front, names; /* the siblings' ends */
	int desk, courier;        /* likewise */
	int hears;                /* the front that lab_says speaks for */
	int client[LAB_CONNS];    /* the clients' ends, -1 none */
	struct lab_told told[LAB_CONNS];
	uid_t peer;             /* of the next client, or LAB_REAL */
	uint64_t s, ms;         /* wall clock, since boot */
	bool hold_sync;         /* parent does not say SYNCED */
	enum sspr_err sync_err; /* what it says */
	size_t audits, workers, gos, drops;
	char events[8192];        /* "code.refused 4\n" ... */
	struct ipc_worker worker; /* the last that was asked for */
	uint64_t go, drop;        /* the last grant of each */
	struct ipc_lookup lookup; /* the last that was asked for */
	size_t lookups;
	struct ipc_census census; /* likewise */
	size_t censuses;
} lab;

static const char *lab_backend = IPC_FILES; /* of all accounts */

int
clock_gettime(clockid_t id, struct timespec *t)
{
	if (lab.ms == 0 || (id != CLOCK_REALTIME && id != CLOCK_BOOTTIME))
		return (int)syscall(SYS_clock_gettime, id, t);
	t->tv_sec = (time_t)(id == CLOCK_REALTIME ? lab.s : lab.ms / 1000);
	t->tv_nsec = id == CLOCK_REALTIME ? 0 : (long)(lab.ms % 1000) * 1000000;
	return 0;
}

int
getsockopt(int fd, int level, int name, void *restrict value,
    socklen_t *restrict len)
{
	const struct ucred c = { 1, lab.peer, 1 };

	if (level != SOL_SOCKET || name != SO_PEERCRED ||
	    lab.peer == LAB_REAL || *len < sizeof(c))
		return (
		    int)syscall(SYS_getsockopt, fd, level, name, value, len);
	memcpy(value, &c, sizeof(c));
	return 0;
}

/* A client's descriptor was accepted on the socket of the front it came by. */
int
getsockname(int fd, __SOCKADDR_ARG a, socklen_t *restrict len)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	if (lab.ms == 0 || *len < sizeof(un) - 1)
		return (int)syscall(SYS_getsockname, fd, a.__sockaddr__, len);
	snprintf(un.sun_path, sizeof(un.sun_path), "%s",
	    lab.v->heard == lab.v->desk ? PATH_DESK : PATH_SOCKET);
	memcpy(a.__sockaddr__, &un, sizeof(un) - 1);
	return 0;
}

static void
lab_link(int *vault, int *ours)
{
	int fd[2];

	assert_int_equal(ipc_pair(fd), SSPR_OK);
	*vault = fd[0];
	*ours = fd[1];
}

/* The vault's clock begins at what the test says. */
static void
lab_clock(void)
{
	const uint8_t boot[16] = { 1 };

	clock_begin(&lab.v->clock, NULL, boot, lab.ms, lab.s);
}

[[maybe_unused]] static int
lab_open(void **state)
{
	const uint8_t key[SEAL_KEY] = { 7 };
	uint8_t check[SEAL_HASH];
	const char *why;

	(void)state;
	memset(&lab, 0, sizeof(lab));
	lab.s = LAB_S;
	lab.ms = 5000000;
	lab.v = calloc(1, sizeof(*lab.v));
	assert_non_null(lab.v);
	for (size_t i = 0; i < LAB_CONNS; i++)
		lab.client[i] = -1;
	assert_int_equal(seal_new(key, &lab.v->seal), SSPR_OK);
	seal_hash(lab.v->seal, SEAL_CHECK, "sspr", 4, check);
	disk_fails = 0;
	disk_open(&lab.disk);
	assert_int_equal(store_open(lab.disk.db, check, &lab.v->store, &why),
	    SSPR_OK);
	conf_default(&lab.v->conf);
	conf_default(&lab.v->coming);
	/* No limits but those a test is about. */
	lab.v->conf.source_failures = 1000;
	lab.v->conf.source_accounts = SPRAY_NAMES;
	lab.v->conf.failures_per_day = 1000;
	memcpy(lab.v->host, "web1", 5);
	lab_link(&lab.v->parent, &lab.parent);
	lab_link(&lab.v->front, &lab.front);
	lab_link(&lab.v->names, &lab.names);
	lab_link(&lab.v->desk, &lab.desk);
	lab_link(&lab.v->courier, &lab.courier);
	lab.hears = lab.front;
	lab_clock();
	assert_int_equal(answer_open(&lab.v->answers, &lab.v->answers_fd),
	    SSPR_OK);
	return 0;
}

[[maybe_unused]] static int
lab_close(void **state)
{
	(void)state;
	for (size_t i = 0; i < VAULT_SESSIONS; i++)
		if (lab.v->session[i] != NULL)
			vault_forget(lab.v, lab.v->session[i]);
	for (size_t i = 0; i < LAB_CONNS; i++)
		if (lab.client[i] != -1)
			close(lab.client[i]);
	answer_close(lab.v->answers);
	store_close(lab.v->store);
	seal_free(lab.v->seal);
	close(lab.v->desk);
	close(lab.v->courier);
	close(lab.desk);
	close(lab.courier);
	close(lab.v->parent);
	close(lab.v->front);
	close(lab.v->names);
	close(lab.parent);
	close(lab.front);
	close(lab.names);
	free(lab.v);
	disk_close(&lab.disk);
	lab.ms = 0;
	return 0;
}

/* The conversation with this number, or NULL once it is forgotten. */
[[maybe_unused]] static struct session *
lab_session(uint32_t conn)
{
	for (size_t i = 0; i < VAULT_SESSIONS; i++)
		if (lab.v->session[i] != NULL &&
		    lab.v->session[i]->conn == conn)
			return lab.v->session[i];
	return NULL;
}

/* As vault.c does, but for the waiting. */
[[maybe_unused]] static void
lab_round(void)
{
	struct vault *v = lab.v;

	v->again = false;
	inbox_parent(v);
	if (v->names != -1)
		inbox_names(v);
	if (v->courier != -1)
		inbox_courier(v);
	inbox_front(v, v->front);
	inbox_front(v, v->desk);
	round_run(v);
}

[[maybe_unused]] static void
lab_parent_says(struct ipc_msg m, int fd)
{
	assert_int_equal(ipc_send(lab.parent, &m, fd), SSPR_OK);
}

static void
lab_note_audit(const struct ipc_audit *a)
{
	const size_t at = strlen(lab.events);

	lab.audits++;
	snprintf(lab.events + at, sizeof(lab.events) - at, "%s %u\n", a->event,
	    a->result);
}

/* One message of the vault to parent. */
static void
lab_parent_hears(const struct ipc_msg *m)
{
	struct ipc_msg synced = { .type = IPC_SYNCED };

	if (m->type == IPC_AUDIT)
		lab_note_audit(&m->as.audit);
	else if (m->type == IPC_WORKER) {
		lab.workers++;
		lab.worker = m->as.worker;
	} else if (m->type == IPC_GO) {
		lab.gos++;
		lab.go = m->as.go.grant;
	} else if (m->type == IPC_DROP) {
		lab.drops++;
		lab.drop = m->as.drop.grant;
	} else if (!lab.hold_sync) {
		synced.as.synced.batch = m->as.sync.batch;
		synced.as.synced.err = (uint32_t)lab.sync_err;
		lab_parent_says(synced, -1);
	}
}

/* One message for a client, as a line of text and as it is. */
static void
lab_client_hears(uint32_t conn, const uint8_t *frame, size_t len)
{
	struct lab_told *t = &lab.told[conn % LAB_CONNS];
	const size_t at = strlen(t->text), size = sizeof(t->text) - at;
	struct proto_msg m;

	assert_int_equal(proto_decode(frame, len, PROTO_DOWN, &m), SSPR_OK);
	assert_true(t->len + len <= sizeof(t->raw) && !t->ended);
	memcpy(t->raw + t->len, frame, len);
	t->len += len;
	if (m.type == MSG_SHOW)
		snprintf(t->text + at, size, "show: %s\n", m.as.show.text);
	else if (m.type == MSG_ASK)
		snprintf(t->text + at, size, "ask: %s\n", m.as.ask.prompt);
	else if (m.type == MSG_END) {
		t->ended = true;
		t->end = m.as.end;
		snprintf(t->text + at, size, "end: %u\n", m.as.end.result);
	} else if (m.type == MSG_QR) {
		t->qr = m.as.qr;
		snprintf(t->text + at, size, "qr\n");
	} else if (m.type == MSG_FACTOR)
		snprintf(t->text + at, size, "factor: %u %s\n", m.as.factor.id,
		    m.as.factor.label);
}

/* What came past front; a HAND stays there for the test to take. */
static void
lab_client_reads(uint32_t conn)
{
	uint8_t buf[WIRE_FRAME_MAX];
	const int fd = lab.client[conn];
	ssize_t n;

	while (fd != -1 &&
	    recv(fd, buf, sizeof(buf), MSG_DONTWAIT | MSG_PEEK) > 0 &&
	    buf[1] != MSG_HAND) {
		n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
		lab_client_hears(conn, buf, (size_t)n);
	}
}

static void
lab_front_hears(int link)
{
	struct ipc_msg m;
	int fd;

	while (ipc_recv(link, ROLE_VAULT, ROLE_FRONT, &m, &fd) == SSPR_OK)
		if (m.type == IPC_OUTPUT)
			lab_client_hears(m.as.output.conn, m.as.output.frame.at,
			    m.as.output.frame.len);
}

/* Take in what the vault has said to everybody. */
[[maybe_unused]] static void
lab_hear(void)
{
	struct ipc_msg m;
	int fd;

	while (
	    ipc_recv(lab.parent, ROLE_VAULT, ROLE_PARENT, &m, &fd) == SSPR_OK)
		lab_parent_hears(&m);
	for (uint32_t i = 0; i < LAB_CONNS; i++)
		lab_client_reads(i);
	lab_front_hears(lab.front);
	lab_front_hears(lab.desk);
	while (ipc_recv(lab.names, ROLE_VAULT, ROLE_NAMES, &m, &fd) == SSPR_OK)
		if (m.type == IPC_LOOKUP) {
			lab.lookups++;
			lab.lookup = m.as.lookup;
		} else if (m.type == IPC_CENSUS) {
			lab.censuses++;
			lab.census = m.as.census;
		}
}

/* Until what is due has left: a beat and a bit. */
[[maybe_unused]] static void
lab_run(void)
{
	for (int i = 0; i < 4; i++) {
		lab_round();
		lab_hear();
	}
	lab.ms += 1000;
	lab_round();
	lab_hear();
}

/* A client of lab.peer says HELLO. */
[[maybe_unused]] static void
lab_says_hello(uint32_t conn, const struct proto_hello *hello)
{
	struct proto_msg p = { .type = MSG_HELLO, .as.hello = *hello };
	struct ipc_msg m = { .type = IPC_OPEN };
	uint8_t buf[WIRE_FRAME_MAX];
	size_t len;
	int fd[2];

	assert_int_equal(proto_encode(&p, buf, &len), SSPR_OK);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
			     fd),
	    0);
	m.as.open.conn = conn;
	m.as.open.frame.len = (uint16_t)len;
	memcpy(m.as.open.frame.at, buf, len);
	assert_int_equal(ipc_send(lab.hears, &m, fd[0]), SSPR_OK);
	close(fd[0]);
	if (lab.client[conn % LAB_CONNS] != -1)
		close(lab.client[conn % LAB_CONNS]);
	lab.client[conn % LAB_CONNS] = fd[1];
	memset(&lab.told[conn % LAB_CONNS], 0, sizeof(lab.told[0]));
}

[[maybe_unused]] static struct proto_hello
lab_hello(enum proto_verb verb, const char *user)
{
	struct proto_hello h = { .version = PROTO_VERSION,
		.verb = (uint8_t)verb,
		.service = "sshd",
		.rhost = "192.0.2.7",
		.method = "app",
		.label = "phone" };

	snprintf(h.user, sizeof(h.user), "%s", user);
	return h;
}

[[maybe_unused]] static void
lab_says(uint32_t conn, enum proto_type type, const void *text, size_t n)
{
	struct proto_msg p = { .type = type };
	struct ipc_msg m = { .type = IPC_INPUT };
	uint8_t buf[WIRE_FRAME_MAX];
	size_t len;

	if (type == MSG_ANSWER) {
		p.as.answer.text.len = (uint16_t)n;
		memcpy(p.as.answer.text.at, text, n);
	}
	assert_int_equal(proto_encode(&p, buf, &len), SSPR_OK);
	m.as.input.conn = conn;
	m.as.input.frame.len = (uint16_t)len;
	memcpy(m.as.input.frame.at, buf, len);
	assert_int_equal(ipc_send(lab.hears, &m, -1), SSPR_OK);
}

[[maybe_unused]] static void
lab_answers(uint32_t conn, const char *text)
{
	lab_says(conn, MSG_ANSWER, text, strlen(text));
}

/* names answers the last look-up. */
[[maybe_unused]] static void
lab_found(unsigned int flags, uint32_t uid, const char *name)
{
	struct ipc_msg m = { .type = IPC_ACCOUNT };

	m.as.account.id = lab.lookup.id;
	m.as.account.flags = (uint16_t)flags;
	m.as.account.uid = uid;
	snprintf(m.as.account.name, sizeof(m.as.account.name), "%s", name);
	snprintf(m.as.account.backend, sizeof(m.as.account.backend), "%s",
	    lab_backend);
	assert_int_equal(ipc_send(lab.names, &m, -1), SSPR_OK);
}

/* How a conversation ended, after Enter at its last words if it has some. */
[[maybe_unused]] static uint32_t
lab_end(uint32_t conn)
{
	if (!lab.told[conn].ended) {
		lab_answers(conn, "");
		lab_run();
	}
	assert_true(lab.told[conn].ended);
	return lab.told[conn].end.result;
}

/* HELLO, look-up and its answer: up to what follows. */
[[maybe_unused]] static void
lab_begin(uint32_t conn, uid_t peer, enum proto_verb verb, const char *user,
    unsigned int flags, uint32_t uid)
{
	const struct proto_hello h = lab_hello(verb, user);

	lab.peer = peer;
	lab_says_hello(conn, &h);
	lab_round();
	lab_hear();
	lab_found(flags, uid, user);
	lab_run();
}

/* parent: how the pre-checks of the last worker ended. */
[[maybe_unused]] static void
lab_ready(enum sspr_err e)
{
	struct ipc_msg m = { .type = IPC_READY };

	m.as.ready.grant = lab.worker.grant;
	m.as.ready.err = (uint32_t)e;
	lab_parent_says(m, -1);
	lab_run();
}

/* parent: the last worker is at work, this is the client's end. */
[[maybe_unused]] static void
lab_granted(int fd)
{
	struct ipc_msg m = { .type = IPC_GRANTED };

	m.as.granted.grant = lab.worker.grant;
	lab_parent_says(m, fd);
	lab_run();
}

[[maybe_unused]] static void
lab_outcome(enum sspr_err e)
{
	struct ipc_msg m = { .type = IPC_OUTCOME };

	m.as.outcome.grant = lab.worker.grant;
	m.as.outcome.err = (uint32_t)e;
	lab_parent_says(m, -1);
	lab_run();
}

#endif /* SSPR_TESTS_VAULT_LAB_H */
