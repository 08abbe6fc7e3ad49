/* SPDX-License-Identifier: MIT */
/*
 * post.h - the vault of lab.h with people who have addresses, conversations of
 * theirs, and a courier that the test plays.
 */
#ifndef SSPR_TESTS_VAULT_POST_H
#define SSPR_TESTS_VAULT_POST_H

#include "people.h"
#include "vault/notice.h"
#include "vault/outbox.h"
#include "vault/send.h"

#define POST_MAX    512u /* messages that are remembered */
#define POST_NUMBER "+4915112345678"
#define POST_CALL   "+493012345678"
#define POST_MAIL   "ann@example.org"

/* What the courier was given, in its order. */
static struct post {
	size_t n;
	struct ipc_deliver at[POST_MAX];
} post;

[[maybe_unused]] static int
post_open(void **state)
{
	struct conf *c;

	memset(&post, 0, sizeof(post));
	(void)lab_open(state);
	c = &lab.v->conf;
	snprintf(c->sms_command, sizeof(c->sms_command), "/bin/sms");
	snprintf(c->landline_command, sizeof(c->landline_command), "/bin/call");
	snprintf(c->email_command, sizeof(c->email_command), "/bin/mail");
	snprintf(c->sms_countries, sizeof(c->sms_countries), "+49");
	snprintf(c->contact, sizeof(c->contact), "ext. 4711");
	notice_load(lab.v);
	return 0;
}

/* Rounds until nothing more happens. */
[[maybe_unused]] static void
post_run(void)
{
	struct ipc_msg m;
	int fd;

	for (int i = 0; i < 3; i++) {
		lab_round();
		lab_hear();
		while (ipc_recv(lab.courier, ROLE_VAULT, ROLE_COURIER, &m,
			   &fd) == SSPR_OK)
			if (m.type == IPC_DELIVER && post.n < POST_MAX)
				post.at[post.n++] = m.as.deliver;
	}
}

/* The courier: how the n-th message that it was given went. */
[[maybe_unused]] static void
post_says(size_t n, enum sspr_err e)
{
	struct ipc_msg m = { .type = IPC_DELIVERED };

	assert_true(n < post.n);
	m.as.delivered.id = post.at[n].id;
	m.as.delivered.err = (uint32_t)e;
	assert_int_equal(ipc_send(lab.courier, &m, -1), SSPR_OK);
	post_run();
}

/* The courier is killed, and parent brings a new one. */
[[maybe_unused]] static void
post_kill_courier(void)
{
	close(lab.courier);
	lab_round();
	assert_int_equal(lab.v->courier, -1);
	lab_link(&lab.v->courier, &lab.courier);
}

/* The vault is killed and started again, with all its siblings. */
[[maybe_unused]] static void
post_kill_vault(void)
{
	const uint8_t key[SEAL_KEY] = { 7 };
	uint8_t check[SEAL_HASH];
	struct store_clock mark;
	const uint8_t boot[16] = { 1 };
	const char *why;

	store_close(lab.v->store);
	seal_hash(lab.v->seal, SEAL_CHECK, "sspr", 4, check);
	seal_free(lab.v->seal);
	assert_int_equal(seal_new(key, &lab.v->seal), SSPR_OK);
	assert_int_equal(store_open(lab.disk.db, check, &lab.v->store, &why),
	    SSPR_OK);
	memset(&lab.v->outbox, 0, sizeof(lab.v->outbox));
	lab.v->writing = lab.v->failed = false;
	lab.v->pumped = 0;
	close(lab.courier);
	close(lab.v->courier);
	lab_link(&lab.v->courier, &lab.courier);
	if (store_get_clock(lab.v->store, &mark) == SSPR_OK)
		clock_begin(&lab.v->clock, &mark, boot, lab.ms, lab.s);
	outbox_start(lab.v);
}

[[maybe_unused]] static uint64_t
post_messages(void)
{
	return (uint64_t)disk_number(&lab.disk, "SELECT count(*) FROM message");
}

/* Give somebody who is enrolled an address. */
[[maybe_unused]] static void
post_give(uint32_t uid, enum method m, const char *address)
{
	struct record r = { .type = RECORD_ADDRESS };
	struct account a = people_account(uid);
	const uint64_t was = a.generation;
	struct account_factor *f;

	snprintf(r.as.address.address, sizeof(r.as.address.address), "%s",
	    address);
	assert_int_equal(account_add(lab.v->seal, &a, m, &r, LAB_S - 9999,
			     LAB_S - 9999, &f),
	    SSPR_OK);
	account_touch(lab.v->seal, &a);
	people_put(&a, was);
}

/* Their factor of a method. */
[[maybe_unused]] static struct account_factor *
post_factor(struct account *a, enum method m)
{
	for (size_t i = 0; i < a->nfactors; i++)
		if (a->factor[i].method == m)
			return &a->factor[i];
	return NULL;
}

/* A conversation about an account, from an address. */
[[maybe_unused]] static struct session *
post_session(uint32_t uid, const char *name, const char *address)
{
	uint8_t hash[SEAL_HASH];
	struct session *s;
	size_t i = 0;

	while (lab.v->session[i] != NULL)
		i++;
	assert_true(i < VAULT_SESSIONS);
	s = lab.v->session[i] = seal_alloc(sizeof(*s));
	assert_non_null(s);
	s->conn = (uint32_t)i + 1000;
	s->front = lab.v->front;
	s->fd = dup(lab.front);
	s->hand = -1;
	s->verb = VERB_RESET;
	s->state = STATE_CODE;
	s->uid = uid;
	snprintf(s->name, sizeof(s->name), "%s", name);
	memset(s->id, 0xab, sizeof(s->id));
	account_key(lab.v->seal, lab_backend, uid, s->key);
	memcpy(s->asked, s->key, sizeof(s->asked));
	source_read(0, address, "ssh", false, "", "", &s->source);
	seal_hash(lab.v->seal, SEAL_INDEX, s->source.key, strlen(s->source.key),
	    hash);
	memcpy(s->source_hash, hash, sizeof(s->source_hash));
	if (store_get(lab.v->store, s->key, &s->account) != SSPR_OK)
		s->decoy = true;
	return s;
}

/* The text of the n-th message. */
[[maybe_unused]] static const char *
post_text(size_t n)
{
	static char text[IPC_MESSAGE_MAX + 1];

	assert_true(n < post.n);
	memcpy(text, post.at[n].text.at, post.at[n].text.len);
	text[post.at[n].text.len] = '\0';
	return text;
}

/* The last code that went out, as its reader finds it. */
[[maybe_unused]] static const char *
post_code(void)
{
	static char code[CODE_SENT_SIZE];
	const char *text = post_text(post.n - 1), *digits = "0123456789";

	while (strspn(text, digits) < CODE_SENT)
		text += strspn(text, digits) + 1;
	memcpy(code, text, CODE_SENT);
	return code;
}

#endif /* SSPR_TESTS_VAULT_POST_H */
