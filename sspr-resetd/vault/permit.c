/* SPDX-License-Identifier: MIT */
/*
 * permit.c - workers: asked for, let go, handed over, heard of.
 *
 * A worker MUST NOT be let go before the permit is committed (R-DUR-2), so
 * what goes to parent waits as an errand for the round's end.
 */
#include <string.h>
#include <unistd.h>

#include "vault/vault.h"

void
permit_request([[maybe_unused]] struct vault *v, struct session *s,
    enum proto_job job)
{
	do
		seal_random(&s->grant, sizeof(s->grant));
	while ((s->grant >>= 1) == 0); /* an SQLite integer is signed */
	s->job = job;
	s->errand = ERRAND_WORKER;
}

static void
send_worker(struct vault *v, const struct session *s)
{
	struct ipc_msg m = { .type = IPC_WORKER };

	m.as.worker.grant = s->grant;
	m.as.worker.job = (uint8_t)s->job;
	m.as.worker.uid = s->uid;
	memcpy(m.as.worker.name, s->name, sizeof(m.as.worker.name));
	session_correlation(s, m.as.worker.correlation);
	memcpy(m.as.worker.service, s->hello.service,
	    sizeof(m.as.worker.service));
	session_source(s, m.as.worker.source);
	vault_tell_parent(v, &m);
}

static void
send_go(struct vault *v, const struct session *s)
{
	struct ipc_msg m = { .type = IPC_GO };

	m.as.go.grant = s->grant;
	vault_tell_parent(v, &m);
}

void
permit_errands(struct vault *v)
{
	struct session *s;

	for (size_t i = 0; i < VAULT_SESSIONS; i++) {
		if ((s = v->session[i]) == NULL)
			continue;
		if (s->errand == ERRAND_WORKER)
			send_worker(v, s);
		if (s->errand == ERRAND_GO) {
			send_go(v, s);
			s->went = true;
		}
		s->errand = ERRAND_NONE;
	}
}

void
permit_drop(struct vault *v, struct session *s)
{
	struct ipc_msg m = { .type = IPC_DROP };

	if (s->hand != -1) {
		close(s->hand);
		s->hand = -1;
	}
	if (s->grant == 0 || s->went)
		return;
	m.as.drop.grant = s->grant;
	vault_tell_parent(v, &m);
	s->grant = 0;
}
