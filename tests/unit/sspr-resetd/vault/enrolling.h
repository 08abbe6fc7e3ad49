/* SPDX-License-Identifier: MIT */
/*
 * enrolling.h - alice at sspr-enroll, at a site that has every method; nothing
 * of hers is enrolled before the test does it.
 */
#ifndef SSPR_TESTS_VAULT_ENROLLING_H
#define SSPR_TESTS_VAULT_ENROLLING_H

#include "dialogue.h"
#include "records.h"

#define PASSES(conn)                                         \
	if (strstr(lab.told[conn].text, "end: 0\n") == NULL) \
	fail_msg("%s", lab.told[conn].text)

static size_t enrolling_delivered;                           /* messages */
static char enrolling_sheet[CODE_BACKUPS][CODE_BACKUP_SIZE]; /* the last */

[[maybe_unused]] static int
enrolling_open(void **state)
{
	struct conf *c;

	(void)post_open(state);
	enrolling_delivered = 0;
	c = &lab.v->conf;
	snprintf(c->methods, sizeof(c->methods),
	    "app backup helpdesk-pass sms landline email questions");
	snprintf(c->sms_countries, sizeof(c->sms_countries), "+49 +41");
	snprintf(c->deny_domains, sizeof(c->deny_domains), "corp.example");
	c->methods_required = 1;
	catalog_ours(&lab.v->quiz);
	return 0;
}

/* The same, and alice has an app for long. */
[[maybe_unused]] static int
enrolling_with_app(void **state)
{
	(void)enrolling_open(state);
	people_enrol(ALICE, "alice");
	return 0;
}

/* The courier delivers what it has been given. */
[[maybe_unused]] static void
delivers(void)
{
	for (; enrolling_delivered < post.n; enrolling_delivered++)
		post_says(enrolling_delivered, SSPR_OK);
}

/* Alice says HELLO, as names knows her. */
[[maybe_unused]] static void
says(uint32_t conn, const struct proto_hello *h, unsigned int flags)
{
	lab.peer = ALICE;
	lab_says_hello(conn, h);
	lab_round();
	lab_hear();
	lab_found(flags, ALICE, "alice");
	lab_run();
}

/* The worker of the last request runs, its client answers, and it ends so. */
[[maybe_unused]] static void
check_password(enum sspr_err e)
{
	uint8_t hand[8];

	lab_ready(SSPR_OK);
	lab_granted(lab.front);
	for (uint32_t i = 0; i < LAB_CONNS; i++)
		if (lab.client[i] != -1)
			(void)recv(lab.client[i], hand, sizeof(hand),
			    MSG_DONTWAIT); /* its descriptor is closed */
	lab_outcome(e);
	post_run();
	delivers();
}

/* Her ADD of a method, REMOVE or KEEP of a factor: up to the password. */
[[maybe_unused]] static void
wants(uint32_t conn, enum proto_verb verb, const char *method, uint32_t factor)
{
	struct proto_hello h = lab_hello(verb, "alice");

	snprintf(h.method, sizeof(h.method), "%s", method);
	h.factor = factor;
	says(conn, &h, LAB_FOUND);
}

/* How it ended, before any password. */
[[maybe_unused]] static uint32_t
refusal(uint32_t conn, enum proto_verb verb, const char *method,
    uint32_t factor)
{
	const size_t workers = lab.workers;

	wants(conn, verb, method, factor);
	assert_int_equal(lab.workers, workers);
	assert_true(lab.told[conn].ended);
	return lab.told[conn].end.result;
}

/* The same with the right password. */
[[maybe_unused]] static const char *
begins(uint32_t conn, enum proto_verb verb, const char *method, uint32_t factor)
{
	wants(conn, verb, method, factor);
	assert_false(lab.told[conn].ended);
	check_password(SSPR_OK);
	return lab.told[conn].text;
}

/* What the app of conversation conn shows in the step; from the QR's words. */
[[maybe_unused]] static const char *
shown(uint32_t conn, uint64_t step)
{
	const char *text = lab.told[conn].qr.secret;
	static char code[9];
	char *seed;
	size_t len;

	assert_int_equal(oath_base32_decode(text, strlen(text), &seed, &len),
	    OATH_OK);
	assert_int_equal(len, TOTP_SEED);
	assert_int_equal(oath_totp_generate(seed, len, (time_t)(30 * step), 30,
			     0, 6, code),
	    OATH_OK);
	free(seed);
	return code;
}

[[maybe_unused]] static const char *
not_shown(uint32_t conn)
{
	const uint64_t step = lab.s / 30;
	static char wrong[9];

	snprintf(wrong, sizeof(wrong), "%s", shown(conn, step));
	do
		wrong[5] = (char)(wrong[5] == '9' ? '0' : wrong[5] + 1);
	while (strcmp(wrong, shown(conn, step - 1)) == 0 ||
	    strcmp(wrong, shown(conn, step)) == 0 ||
	    strcmp(wrong, shown(conn, step + 1)) == 0);
	return wrong;
}

/* The n-th recovery code of the sheet that conn was shown. */
[[maybe_unused]] static const char *
on_sheet(uint32_t conn, size_t n)
{
	static struct proto_msg m;

	assert_true(records_find(conn, MSG_CODE, n, &m));
	return m.as.code.code;
}

/* The last code that went out, also one that was spoken. */
[[maybe_unused]] static const char *
code_received(void)
{
	static char code[CODE_SENT_SIZE];
	const char *text;
	size_t n = 0;

	assert_true(post.n > 0);
	text = (const char *)post.at[post.n - 1].text.at;
	for (; n < CODE_SENT && *text != '\0'; text++) {
		if (*text >= '0' && *text <= '9')
			code[n++] = *text;
		else if (*text != ',' && *text != ' ')
			n = 0;
	}
	assert_int_equal(n, CODE_SENT);
	return code;
}

/* Enrol, from HELLO to END; an older method is not proved. */
[[maybe_unused]] static void
adds_app(uint32_t conn)
{
	if (strstr(begins(conn, VERB_ADD, "app", 0), "Enter = later"))
		(void)answer(conn, "");
	(void)answer(conn, shown(conn, lab.s / 30));
	PASSES(conn);
}

[[maybe_unused]] static void
adds_sheet(uint32_t conn)
{
	if (strstr(begins(conn, VERB_ADD, "backup", 0), "Enter = later"))
		(void)answer(conn, "");
	for (size_t i = 0; i < CODE_BACKUPS; i++)
		memcpy(enrolling_sheet[i], on_sheet(conn, i), CODE_BACKUP_SIZE);
	(void)answer(conn, "yes");
	PASSES(conn);
}

[[maybe_unused]] static void
adds_address(uint32_t conn, const char *method, const char *address)
{
	if (strstr(begins(conn, VERB_ADD, method, 0), "Enter = later"))
		(void)answer(conn, "");
	assert_non_null(strstr(answer(conn, address), "Code that was sent"));
	(void)answer(conn, code_received());
	delivers();
	PASSES(conn);
}

/* Their factor with this id, as it is stored. */
[[maybe_unused]] static struct account_factor
factor(uint32_t id)
{
	struct account a = people_account(ALICE);
	struct account_factor *f = account_factor(&a, id);

	assert_non_null(f);
	return *f;
}

[[maybe_unused]] static bool
is_usable(uint32_t id)
{
	const struct account_factor f = factor(id);

	return account_is_usable(&f, vault_now(lab.v));
}

[[maybe_unused]] static int64_t
factors(void)
{
	return disk_number(&lab.disk, "SELECT count(*) FROM factor");
}

/* Her account is changed by hand. */
[[maybe_unused]] static void
edit(void (*does)(struct account *a))
{
	struct account a = people_account(ALICE);
	const uint64_t was = a.generation;

	does(&a);
	account_touch(lab.v->seal, &a);
	people_put(&a, was);
}

/* Whether the courier was given a message for the address since the n-th. */
[[maybe_unused]] static bool
was_told(size_t n, const char *address, const char *what)
{
	for (; n < post.n; n++)
		if (strcmp(post.at[n].address, address) == 0 &&
		    strstr((const char *)post.at[n].text.at, what) != NULL)
			return true;
	return false;
}

#endif /* SSPR_TESTS_VAULT_ENROLLING_H */
