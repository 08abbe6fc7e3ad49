/* SPDX-License-Identifier: MIT */
/*
 * permit.c - workers: asked for, let go, handed over, heard of.
 *
 * A worker MUST NOT be let go before the permit is committed (R-DUR-2), so
 * what goes to parent waits as an errand for the round's end.
 */
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "vault/outbox.h"
#include "vault/vault.h"

void
permit_request([[maybe_unused]] struct vault *v, struct session *s,
    enum proto_job job)
{
	do
		seal_random(&s->grant, sizeof(s->grant));
	while ((s->grant >>= 1) == 0); /* an SQLite integer is signed */
	s->work = job;
	s->errand = ERRAND_WORKER;
}

/* METHOD_BITs: what was verified, and what matched and is not yet used up. */
static uint16_t
methods_of(const struct session *s)
{
	uint32_t mask = gate_mask(&s->set);

	if (s->attempt.method != METHOD_UNKNOWN)
		mask |= METHOD_BIT(s->attempt.method);
	return (uint16_t)mask;
}

static void
send_worker(struct vault *v, const struct session *s)
{
	struct ipc_msg m = { .type = IPC_WORKER };

	m.as.worker.grant = s->grant;
	m.as.worker.job = (uint8_t)s->work;
	m.as.worker.uid = s->uid;
	memcpy(m.as.worker.name, s->name, sizeof(m.as.worker.name));
	session_correlation(s, m.as.worker.correlation);
	memcpy(m.as.worker.service, s->hello.service,
	    sizeof(m.as.worker.service));
	memcpy(m.as.worker.source, s->source.key,
	    strnlen(s->source.key, sizeof(m.as.worker.source) - 1));
	m.as.worker.methods = methods_of(s);
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

void
permit_ended(struct vault *v, uint64_t grant, enum sspr_err e)
{
	if (v->nended >= VAULT_ENDED)
		log_fatal("more outcomes than workers");
	v->ended[v->nended].grant = grant;
	v->ended[v->nended++].err = e;
}

void
permit_close_all(struct vault *v)
{
	for (size_t i = 0; i < v->nended; i++)
		if (vault_write(v, NULL) != SSPR_OK ||
		    store_close_grant(v->store, v->ended[i].grant,
			(uint32_t)v->ended[i].err, vault_now(v)) != SSPR_OK ||
		    outbox_release(v, v->ended[i].grant, v->ended[i].err) !=
			SSPR_OK) {
			vault_spoil(v);
			return;
		}
}

bool
permit_is_out(const struct session *s)
{
	return s->errand == ERRAND_GO || (s->went && s->grant != 0);
}
