/* SPDX-License-Identifier: MIT */
/*
 * The letters come before the drawing: on 80 x 24 a version 6 symbol and the
 * prompt below it fill the screen, and what a camera looks at has to be whole
 * while the prompt waits.  What has scrolled away comes back on `text'.
 */
#include <string.h>
#include <strings.h>

#include "enrolment.h"
#include "json.h"
#include "otpauth.h"
#include "qrdraw.h"
#include "secret.h"

#define GROUP  4u  /* base32 digits */
#define GROUPS 12u /* on a line */

static bool
is_base32(const char *s)
{
	return s[0] != '\0' &&
	    s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")] == '\0';
}

static void
put_secret(FILE *to, const char *s)
{
	fputs("  Secret:  ", to);
	for (size_t i = 0; s[i] != '\0'; i++) {
		if (i > 0 && i % (GROUP * GROUPS) == 0)
			fputs("\n           ", to);
		else if (i > 0 && i % GROUP == 0)
			fputc(' ', to);
		fputc(s[i], to);
	}
	fputc('\n', to);
}

static void
put_letters(FILE *to, const struct proto_qr *qr, const struct otpauth *o)
{
	fputs("  Account: ", to);
	screen_put(to, o->account);
	fputs("\n  Issuer:  ", to);
	screen_put(to, o->issuer[0] == '\0' ? "-" : o->issuer);
	fprintf(to,
	    "\n  Type:    time-based (TOTP), %s, %u digits, %u seconds\n",
	    o->algorithm, o->digits, o->period);
	put_secret(to, qr->secret);
}

static void
draw(const struct enrolment *n, const struct proto_qr *qr)
{
	enum qrdraw_style style =
	    n->screen.colour ? QRDRAW_COLOUR : QRDRAW_PLAIN;
	char line[QRDRAW_LINE_MAX];

	for (unsigned int i = 0; i < qrdraw_lines(qr->size); i++) {
		(void)qrdraw_line(qr->size, qr->modules.at, i, style, line);
		fprintf(n->to, "%s\n", line);
	}
	secret_zero(line, sizeof(line));
}

/* Why there is no drawing, or NULL. */
static const char *
refusal(const struct enrolment *n, const struct proto_qr *qr)
{
	if (qr->size == 0)
		return "the names of account and issuer are too long";
	return screen_refusal(&n->screen, qrdraw_columns(qr->size),
	    qrdraw_lines(qr->size));
}

static void
put_screen(const struct enrolment *n, const struct proto_qr *qr,
    const struct otpauth *o)
{
	const char *why = refusal(n, qr);

	put_letters(n->to, qr, o);
	fputs("No phone?  Type text for a key to paste into a password "
	      "manager (KeePassXC,\n1Password), u for it as a URI, or stop "
	      "and choose backup codes and e-mail.\n",
	    n->to);
	if (why == NULL) {
		fputs("Scan this with an authenticator app, or enter the "
		      "secret there by hand:\n",
		    n->to);
		draw(n, qr);
		return;
	}
	fputs("Enter the secret in an authenticator app by hand.\n", n->to);
	if (n->screen.tty)
		fprintf(n->to, "Nothing is drawn here: %s.\n", why);
	if (n->screen.tty && n->picture.fd == -1 && qr->size != 0)
		fputs("With --png FILE a picture is made.\n", n->to);
}

static void
put_json(FILE *to, const struct proto_qr *qr)
{
	json_message(to, proto_row(MSG_QR)->fields, qr);
	fputc('\n', to);
}

/* A message without a symbol is one that none could be made for. */
static bool
is_sound(const struct proto_qr *qr, struct otpauth *o)
{
	return (qrdraw_is_symbol(qr->size, qr->modules.len) ||
		   (qr->size == 0 && qr->modules.len == 0)) &&
	    is_base32(qr->secret) && otpauth_parse(qr->uri, o) == SSPR_OK;
}

static enum sspr_err
put_picture(struct picture *p, const struct proto_qr *qr)
{
	if (p->fd == -1)
		return SSPR_OK;
	if (qr->size == 0)
		return SSPR_FILE;
	return picture_write(p, qr->size, qr->modules.at);
}

enum sspr_err
enrolment_show(void *arg, const struct proto_qr *qr)
{
	struct enrolment *n = arg;
	struct otpauth o;
	enum sspr_err e;

	if (n->shown || !is_sound(qr, &o))
		return SSPR_MALFORMED;
	n->shown = true;
	n->qr = *qr;
	if ((e = put_picture(&n->picture, qr)) != SSPR_OK)
		return e;
	if (n->json)
		put_json(n->to, qr);
	else
		put_screen(n, qr, &o);
	return fflush(n->to) == 0 && ferror(n->to) == 0 ? SSPR_OK : SSPR_FILE;
}

static void
put_key(FILE *to, const struct proto_qr *qr)
{
	struct otpauth o;

	if (otpauth_parse(qr->uri, &o) == SSPR_OK)
		fprintf(to,
		    "A key for time-based codes (TOTP, %s, %u digits, %u "
		    "seconds):\n",
		    o.algorithm, o.digits, o.period);
	fprintf(to, "%s\n", qr->secret);
}

bool
enrolment_takes(const struct enrolment *n, const uint8_t *typed, size_t len)
{
	const char *word = (const char *)typed;

	if (!n->shown || n->json)
		return false;
	if (len == 4 && strncasecmp(word, "text", 4) == 0)
		put_key(n->to, &n->qr);
	else if (len == 1 && (*word == 'u' || *word == 'U'))
		fprintf(n->to, "%s\n", n->qr.uri);
	else
		return false;
	return true;
}

void
enrolment_wipe(struct enrolment *n)
{
	secret_zero(&n->qr, sizeof(n->qr));
}
