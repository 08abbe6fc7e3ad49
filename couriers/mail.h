/* SPDX-License-Identifier: MIT */
/*
 * mail.h - a message as RFC 5322 has it.
 */
#ifndef COURIERS_MAIL_H
#define COURIERS_MAIL_H

#include <stdint.h>
#include <time.h>

#include "message.h"
#include "mime.h"

#define MAIL_MAX 8000 /* bytes, what mail_write makes at most */

struct mail {
	const struct message *message;
	const char *from; /* an address_is_mail */
	const char *host; /* of the Message-ID, an address_is_host */
	time_t now;
	uint64_t id; /* random: of the Message-ID */
};

/*
 * Write all of it: From, To, Subject, Date, Message-ID, Auto-Submitted and
 * the text, MIME, UTF-8, quoted-printable.
 *
 * eol		"\n" for a program, "\r\n" for SMTP
 * *t		out: empty, with room for MAIL_MAX bytes
 *
 * Returns SSPR_OK, or SSPR_FULL.
 */
enum sspr_err
mail_write(const struct mail *mail, const char *eol, struct mime_text *t);

#endif /* COURIERS_MAIL_H */
