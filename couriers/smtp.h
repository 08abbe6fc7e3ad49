/* SPDX-License-Identifier: MIT */
/*
 * smtp.h - hand mail to a mail server, RFC 5321.
 */
#ifndef COURIERS_SMTP_H
#define COURIERS_SMTP_H

#include <stdbool.h>
#include <stddef.h>

#include "outcome.h"

struct smtp {
	const char *server;  /* HOST, HOST:PORT, [IPv6] or [IPv6]:PORT */
	const char *own;     /* name of this host, an address_is_host */
	const char *ca_file; /* in place of the system's, or NULL */
	const char *from;    /* of the envelope */
	const char *to;      /* of the envelope */
	bool tls;            /* also where the server is on this host */
};

/*
 * Send the len bytes at mail, whose lines end with CR LF.  The session is
 * protected by STARTTLS, with a certificate that is good for the server's
 * name, unless the server is a loopback address or localhost and tls is
 * false.  There is no way to switch that off.
 *
 * Returns SSPR_OK; SSPR_BUSY if the server was not reached or said to come
 * back later; SSPR_USAGE for a server that is none; else SSPR_DENIED.
 */
enum sspr_err smtp_send(const struct smtp *s, const char *mail, size_t len,
    struct outcome *o);

#endif /* COURIERS_SMTP_H */
