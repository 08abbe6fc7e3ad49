/* SPDX-License-Identifier: MIT */
/*
 * mail_sendmail.c - mail-sendmail [-f FROM] [-s SENDMAIL]
 *                   mail-sendmail [-f FROM] -h HOST[:PORT] [-t] [-c CAFILE]
 *
 * The first form gives the mail to the host's sendmail.  A courier runs with
 * no_new_privs, so a sendmail that is setuid or setgid to reach its queue
 * cannot: hence the second form, which speaks SMTP itself.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "mail.h"
#include "message.h"
#include "outcome.h"
#include "process.h"
#include "secret.h"
#include "sendmail.h"
#include "smtp.h"

#define SENDMAIL "/usr/sbin/sendmail"

struct options {
	const char *from, *sendmail, *server, *ca_file;
	bool tls;
};

static enum sspr_err
parse(int argc, char **argv, struct options *opt, struct outcome *o)
{
	int c;

	while ((c = getopt(argc, argv, "f:s:h:tc:")) != -1)
		if (c == 'f')
			opt->from = optarg;
		else if (c == 's')
			opt->sendmail = optarg;
		else if (c == 'h')
			opt->server = optarg;
		else if (c == 't')
			opt->tls = true;
		else if (c == 'c')
			opt->ca_file = optarg;
		else
			return SSPR_USAGE;
	if (optind != argc || (opt->server != NULL && opt->sendmail != NULL) ||
	    (opt->server == NULL && (opt->tls || opt->ca_file != NULL)))
		return SSPR_USAGE;
	if (opt->server == NULL && opt->sendmail == NULL)
		opt->sendmail = SENDMAIL;
	if (opt->from != NULL && !address_is_mail(opt->from))
		return outcome_note(o, SSPR_USAGE, "-f: not a mail address");
	if (opt->sendmail != NULL && opt->sendmail[0] != '/')
		return outcome_note(o, SSPR_USAGE, "-s: not an absolute path");
	return SSPR_OK;
}

/* Write the mail and send it the way the options say. */
static enum sspr_err
send_mail(const struct options *opt, struct mail *mail, struct outcome *o)
{
	char buf[MAIL_MAX + 1] = "";
	struct mime_text t = { buf, 0, MAIL_MAX };
	const struct smtp smtp = { .server = opt->server,
		.own = mail->host,
		.ca_file = opt->ca_file,
		.from = mail->from,
		.to = mail->message->to,
		.tls = opt->tls };
	enum sspr_err e;

	e = mail_write(mail, opt->server != NULL ? "\r\n" : "\n", &t);
	if (e == SSPR_OK)
		e = opt->server != NULL
		    ? smtp_send(&smtp, t.at, t.len, o)
		    : sendmail_send(opt->sendmail, opt->from, t.at, t.len, o);
	secret_zero(buf, sizeof(buf));
	return e;
}

static enum sspr_err
run(int argc, char **argv, struct outcome *o)
{
	struct options opt = { 0 };
	struct message m = { 0 };
	char host[ADDRESS_MAX + 1] = "", from[ADDRESS_MAX + 8];
	struct mail mail = { .message = &m,
		.from = from,
		.host = host,
		.now = time(NULL) };
	enum sspr_err e;

	if ((e = parse(argc, argv, &opt, o)) != SSPR_OK)
		return outcome_note(o, e,
		    "usage: mail-sendmail [-f from] [-s sendmail | "
		    "-h host[:port] [-t] [-c cafile]]");
	if (gethostname(host, sizeof(host) - 1) == -1 || !address_is_host(host))
		(void)snprintf(host, sizeof(host), "localhost");
	(void)snprintf(from, sizeof(from), "sspr@%s", host);
	if (opt.from != NULL)
		mail.from = opt.from;
	if (getrandom(&mail.id, sizeof(mail.id), 0) != sizeof(mail.id))
		return SSPR_SYSTEM;
	if ((e = message_read(STDIN_FILENO, MESSAGE_MAIL, &m)) == SSPR_OK)
		e = send_mail(&opt, &mail, o);
	message_wipe(&m);
	return e;
}

int
main(int argc, char **argv)
{
	struct outcome o = { 0 };
	int report = STDERR_FILENO;
	enum sspr_err e = process_start(&report);

	if (e == SSPR_OK)
		e = run(argc, argv, &o);
	return outcome_end(&o, e, "mail-sendmail", report);
}
