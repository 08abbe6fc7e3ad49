/* SPDX-License-Identifier: MIT */
/*
 * make.c - making a new method and confirming it (session.def, ADD).
 *
 * Nothing is stored of it before a code of it was verified, or a sheet was
 * said to be kept; the step of an app's code is used.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "vault/change.h"
#include "vault/enrol.h"
#include "vault/notice.h"
#include "vault/qr.h"
#include "vault/quiz.h"
#include "vault/reach.h"
#include "vault/send.h"
#include "vault/totp.h"
#include "vault/vault.h"

#define ASK_APP "Code the app shows now (Enter = stop): "
#define ASK_KEPT                                                          \
	"Type yes when the codes are on paper (Enter = stop, nothing is " \
	"kept): "
#define ASK_MAIL "Code that was sent (Enter = another address): "

/* A secret of our making, for this session only until it is confirmed. */
static enum sspr_err
make_app(struct vault *v, struct session *s)
{
	struct record_app *app = &s->new.record.as.app;
	const char *issuer =
	    v->conf.issuer[0] != '\0' ? v->conf.issuer : v->host;
	struct proto_msg m = { .type = MSG_QR };
	enum sspr_err e;

	s->new.record = (struct record){ .type = RECORD_APP,
		.as.app = { .hash = TOTP_SHA1, .digits = 6, .period = 30 } };
	app->seed.len = TOTP_SEED;
	seal_random(app->seed.at, TOTP_SEED);
	memcpy(app->label, s->hello.label, sizeof(app->label));
	if ((e = qr_make(app, issuer, s->name, &m.as.qr)) == SSPR_OK)
		say_record(s, &m);
	proto_wipe(&m);
	return e;
}

void
action_show_secret(struct vault *v, struct session *s)
{
	enum sspr_err e;

	if ((e = make_app(v, s)) != SSPR_OK) {
		vault_lose(v, s, e);
		return;
	}
	say_ask(s, true, ASK_APP);
}

static enum sspr_err
confirm_app(const struct vault *v, struct session *s)
{
	const struct record_app *app = &s->new.record.as.app;
	const struct totp t = { .seed = app->seed.at,
		.len = app->seed.len,
		.hash = app->hash,
		.digits = app->digits,
		.period = app->period,
		.strict = v->conf.strict_window };

	return totp_check(&t, vault_wall(), s->text.at, s->text.len, 0,
	    &s->new.used);
}

static enum sspr_err
confirm_mail(struct session *s)
{
	return s->text.len == CODE_SENT &&
		secret_equal(s->text.at, s->new.code, CODE_SENT)
	    ? SSPR_OK
	    : SSPR_CODE_WRONG;
}

void
action_confirm(struct vault *v, struct session *s)
{
	enum sspr_err e =
	    s->state == STATE_SHOWN ? confirm_app(v, s) : confirm_mail(s);

	s->next = e == SSPR_OK ? EVENT_MATCHED : EVENT_REFUSED;
}

void
action_not_a_code(struct vault *v, struct session *s)
{
	const uint32_t most =
	    s->state == STATE_MAILED ? SEND_TRIES : SESSION_CONFIRMS;

	if (++s->repeats >= most) {
		say_failure(v, s, SSPR_UNCONFIRMED, 0);
		return;
	}
	say_show(s, PROTO_ERROR,
	    s->state == STATE_SHOWN
		? "That is not the code the app shows now. If it stays so, "
		  "the clock of the phone or of this machine is wrong."
		: "That is not the code that was sent.");
	say_ask(s, true, s->state == STATE_SHOWN ? ASK_APP : ASK_MAIL);
}

/* How an address of this kind is asked for. */
static const char *
ask_of(enum method m)
{
	if (m == METHOD_SMS)
		return "Mobile number, as +4915112345678 (Enter = stop): ";
	if (m == METHOD_LANDLINE)
		return "Landline number, as +493012345678 (Enter = stop): ";
	if (m == METHOD_EMAIL)
		return "E-mail address that opens without this password (Enter "
		       "= stop): ";
	return "Number or e-mail address for notices (Enter = stop): ";
}

void
action_ask_address(struct vault *v, struct session *s)
{
	if (++s->repeats > SESSION_REPEATS)
		say_failure(v, s, SSPR_CANCELLED, 0);
	else
		say_ask(s, true, ask_of(s->new.method));
}

/* Send a code to what was typed, and only there (R-IPC-5). */
static enum sspr_err
send_to(struct vault *v, struct session *s)
{
	struct record_address *a = &s->new.record.as.address;

	s->new.record = (struct record){ .type = RECORD_ADDRESS };
	secret_zero(s->new.code, sizeof(s->new.code));
	if (memchr(s->text.at, '\0', s->text.len) != NULL)
		return SSPR_USAGE;
	reach_read((const char *)s->text.at, a->address);
	memcpy(a->label, s->hello.label, sizeof(a->label));
	return send_confirm(v, s, s->new.method, a->address, s->new.code);
}

/* Why no code went. */
static const char *
refusal_of(enum method m, enum sspr_err e)
{
	if (e == SSPR_THROTTLED)
		return "A code was sent lately. Wait a minute, or after "
		       "several up to a day.";
	if (m == METHOD_EMAIL)
		return "That is not an address this site sends codes to. Take "
		       "one that opens without this password.";
	return "That is not an address this site sends to. A number begins "
	       "with + and its country code.";
}

void
action_take_address(struct vault *v, struct session *s)
{
	const struct words_site site = vault_site(v, s);
	char buf[PROTO_TEXT_MAX + 1];
	enum sspr_err e;

	if ((e = send_to(v, s)) == SSPR_OK) {
		s->repeats = 0;
		say_show(s, PROTO_INFO,
		    "A code is on its way; it can take 2 minutes.");
		say_ask(s, true, ASK_MAIL);
		return;
	}
	if (e != SSPR_USAGE && e != SSPR_THROTTLED) {
		vault_lose(v, s, e);
		return;
	}
	snprintf(buf, sizeof(buf), "%s (SSPR-%02u) Help: %s",
	    refusal_of(s->new.method, e),
	    (unsigned int)(e == SSPR_THROTTLED ? e : SSPR_ADDRESS),
	    site.contact);
	say_show(s, PROTO_ERROR, buf);
	s->next = EVENT_MORE;
}

void
action_show_sheet(struct vault *v, struct session *s)
{
	char sheet[CODE_BACKUPS][CODE_BACKUP_SIZE];
	struct proto_msg m = { .type = MSG_CODE };

	s->new.record = (struct record){ .type = RECORD_BACKUP };
	code_new_sheet(v->seal, &s->new.record.as.backup, sheet);
	memcpy(s->new.record.as.backup.label, s->hello.label,
	    sizeof(s->new.record.as.backup.label));
	for (uint8_t i = 0; i < CODE_BACKUPS; i++) {
		m.as.code.number = (uint8_t)(i + 1);
		memcpy(m.as.code.code, sheet[i], sizeof(sheet[i]));
		say_record(s, &m);
	}
	secret_zero(sheet, sizeof(sheet));
	proto_wipe(&m);
	say_ask(s, true, ASK_KEPT);
}

void
action_kept(struct vault *v, struct session *s)
{
	if (s->text.len == 3 && strncasecmp((char *)s->text.at, "yes", 3) == 0)
		s->next = EVENT_MATCHED;
	else if (++s->repeats > SESSION_REPEATS)
		say_failure(v, s, SSPR_CANCELLED, 0);
	else
		say_ask(s, true, ASK_KEPT);
}

/*
 * A new sheet or address takes the place of what there is, which can be used
 * until the new one can; what cannot be used now never comes to it.
 */
static void
replace_old(struct vault *v, struct session *s, uint64_t usable_from)
{
	const uint64_t now = vault_now(v);
	struct account *a = &s->account;

	for (size_t i = 0; i < a->nfactors; i++) {
		const struct account_factor *f = &a->factor[i];
		const uint64_t ends =
		    change_is_missed(f, now) ? usable_from : now;

		if (f->method == s->new.method &&
		    (f->ends == 0 || f->ends > ends))
			(void)account_end(a, f->id, ends,
			    now); /* it is there */
	}
}

/* What was confirmed, in s->account. */
static enum sspr_err
add_record(struct vault *v, struct session *s, uint64_t usable_from)
{
	const enum method m = s->new.method;
	struct account_factor *f;
	enum sspr_err e;

	if (s->new.record.type == RECORD_ADDRESS &&
	    (e = send_redeemed(v, s, m)) != SSPR_OK)
		return e;
	if (m != METHOD_APP)
		replace_old(v, s, usable_from);
	e = account_add(v->seal, &s->account, m, &s->new.record, vault_now(v),
	    usable_from, &f);
	if (e == SSPR_OK && m == METHOD_APP)
		f->used = s->new.used;
	return e;
}

static enum sspr_err
store_new(struct vault *v, struct session *s, uint64_t *usable_from)
{
	enum sspr_err e;

	if ((e = enrol_read(v, s)) != SSPR_OK)
		return e;
	*usable_from = enrol_usable_from(v, s);
	e = s->new.method == METHOD_QUESTIONS ? quiz_store(v, s, *usable_from)
					      : add_record(v, s, *usable_from);
	if (e != SSPR_OK || (e = enrol_note(v, s)) != SSPR_OK ||
	    (e = notice_tell(v, s, &s->account, NOTICE_ADDED, s->new.method,
		 0)) != SSPR_OK)
		return e;
	return vault_put(v, s);
}

void
action_add(struct vault *v, struct session *s)
{
	char buf[PROTO_TEXT_MAX + 1], when[32];
	uint64_t usable_from;
	enum sspr_err e;

	if (vault_ms() - s->checked_ms > SESSION_PROOF_S * 1000u) {
		say_failure(v, s, SSPR_TIMEOUT, 0);
		return;
	}
	if ((e = store_new(v, s, &usable_from)) != SSPR_OK) {
		vault_lose(v, s, e);
		return;
	}
	vault_audit(v, s, "enrol.added", SSPR_OK);
	words_date(usable_from - vault_now(v) + vault_wall(), when);
	if (s->new.method == METHOD_NOTICE)
		snprintf(buf, sizeof(buf), "The address is told of changes.");
	else if (usable_from > vault_now(v))
		snprintf(buf, sizeof(buf),
		    "It is enrolled, and can be used from %s on.", when);
	else
		snprintf(buf, sizeof(buf),
		    "It is enrolled. If you forget your password, type forgot "
		    "where it is refused.");
	say_show(s, PROTO_INFO, buf);
	say_end(s, SSPR_OK, 0);
}
