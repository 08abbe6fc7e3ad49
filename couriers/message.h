/* SPDX-License-Identifier: MIT */
/*
 * message.h - what a courier is given to deliver.
 *
 * A courier is a program that delivers one message.  On its standard input it
 * finds, in UTF-8, up to the end of file:
 *
 *	To: ADDRESS
 *	Subject: TEXT
 *
 *	the text
 *
 * and it exits with 0: the gateway accepted it; 75 (EX_TEMPFAIL): surely not
 * delivered, may be tried again; anything else: failed.  One line on standard
 * error says why, without address or text.  sspr-couriers(8) has the whole
 * contract, for those who write their own.
 */
#ifndef COURIERS_MESSAGE_H
#define COURIERS_MESSAGE_H

#include <stddef.h>

#include "address.h"
#include "err.h"

#define MESSAGE_SUBJECT_MAX 200  /* bytes */
#define MESSAGE_TEXT_MAX    1000 /* bytes */

/* All of it: both header lines with their names, the empty one, the text. */
#define MESSAGE_MAX                                        \
	(sizeof("To: \nSubject: \n\n") - 1 + ADDRESS_MAX + \
	    MESSAGE_SUBJECT_MAX + MESSAGE_TEXT_MAX)

enum message_kind {
	MESSAGE_PHONE, /* to is an address_is_number */
	MESSAGE_MAIL,  /* to is an address_is_mail */
};

struct message {
	char to[ADDRESS_MAX + 1];
	char subject[MESSAGE_SUBJECT_MAX + 1]; /* may be empty */
	char text[MESSAGE_TEXT_MAX + 1];       /* has at least one byte */
};

/*
 * Take a message apart and check all of it: the address as kind says, subject
 * and text printable UTF-8 (text.h), the text with line feeds besides.
 *
 * Returns SSPR_OK, or SSPR_MALFORMED with *m untouched.
 */
enum sspr_err message_parse(const char *bytes, size_t len,
    enum message_kind kind, struct message *m);

/* The same for what descriptor fd gives until its end.  Also SSPR_SYSTEM. */
enum sspr_err message_read(int fd, enum message_kind kind, struct message *m);

/* Zero *m. */
void message_wipe(struct message *m);

#endif /* COURIERS_MESSAGE_H */
