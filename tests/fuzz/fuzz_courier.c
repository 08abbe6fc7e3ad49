/* SPDX-License-Identifier: MIT */
/* links: libsspr/whole.c */
/* links: couriers/message.c libsspr/address.c libsspr/text.c */
/* links: libsspr/secret.c couriers/mime.c couriers/mail.c */
/*
 * What a courier takes as a message is the same bytes when it is written
 * again, and makes a mail whose lines are printable ASCII and not too long;
 * what is refused leaves the message alone.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mail.h"
#include "message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_mail(const struct message *m)
{
	static char buf[MAIL_MAX + 1];
	const struct mail mail = { m, "sspr@web1", "web1", 0, 1 };
	struct mime_text t = { buf, 0, MAIL_MAX };
	size_t column = 0;

	if (mail_write(&mail, "\n", &t) != SSPR_OK || strlen(buf) != t.len)
		abort();
	for (size_t i = 0; i < t.len; i++) {
		if (buf[i] == '\n')
			column = 0;
		else if (buf[i] < ' ' || buf[i] > '~' || column++ > 300)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char again[MESSAGE_MAX + 1];
	struct message m, before;

	for (enum message_kind k = MESSAGE_PHONE; k <= MESSAGE_MAIL; k++) {
		memset(&m, 'x', sizeof(m));
		before = m;
		if (message_parse((const char *)data, size, k, &m) != SSPR_OK) {
			if (memcmp(&m, &before, sizeof(m)) != 0)
				abort();
			continue;
		}
		snprintf(again, sizeof(again), "To: %s\nSubject: %s\n\n%s",
		    m.to, m.subject, m.text);
		if (strlen(again) != size || memcmp(again, data, size) != 0)
			abort();
		check_mail(&m);
	}
	return 0;
}
