/* SPDX-License-Identifier: MIT */
/*
 * The daemon has checked all this.  It is checked again, because a courier
 * may be run by something else, and because this is the last place before
 * other people's software (R-DEL-2).
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "secret.h"
#include "text.h"
#include "whole.h"

/* What is left to take apart. */
struct rest {
	const char *at;
	size_t len;
};

/* Take `NAME: value' and its line feed; to has room for max + 1 bytes. */
static bool
take_header(struct rest *r, const char *name, char *to, size_t max)
{
	const char *end = memchr(r->at, '\n', r->len);
	const size_t skip = strlen(name);
	size_t len;

	if (end == NULL)
		return false;
	len = (size_t)(end - r->at);
	if (len < skip || len - skip > max || memcmp(r->at, name, skip) != 0 ||
	    !text_is_clean(r->at + skip, len - skip))
		return false;
	memcpy(to, r->at + skip, len - skip);
	to[len - skip] = '\0';
	r->at += len + 1;
	r->len -= len + 1;
	return true;
}

/* Whether a text may be sent: each of its lines may be shown. */
static bool
is_text(const char *s, size_t len)
{
	const char *end;

	while ((end = memchr(s, '\n', len)) != NULL) {
		if (!text_is_clean(s, (size_t)(end - s)))
			return false;
		len -= (size_t)(end - s) + 1;
		s = end + 1;
	}
	return text_is_clean(s, len);
}

static bool
take(struct rest r, enum message_kind kind, struct message *m)
{
	if (!take_header(&r, "To: ", m->to, ADDRESS_MAX) ||
	    !take_header(&r, "Subject: ", m->subject, MESSAGE_SUBJECT_MAX))
		return false;
	if (!(kind == MESSAGE_PHONE ? address_is_number(m->to)
				    : address_is_mail(m->to)))
		return false;
	if (r.len < 2 || r.at[0] != '\n' || r.len - 1 > MESSAGE_TEXT_MAX ||
	    !is_text(r.at + 1, r.len - 1))
		return false;
	memcpy(m->text, r.at + 1, r.len - 1);
	m->text[r.len - 1] = '\0';
	return true;
}

enum sspr_err
message_parse(const char *bytes, size_t len, enum message_kind kind,
    struct message *m)
{
	struct message new = { 0 };
	enum sspr_err e = SSPR_MALFORMED;

	if (take((struct rest){ bytes, len }, kind, &new)) {
		*m = new;
		e = SSPR_OK;
	}
	message_wipe(&new);
	return e;
}

enum sspr_err
message_read(int fd, enum message_kind kind, struct message *m)
{
	char buf[MESSAGE_MAX + 1];
	enum sspr_err e;
	size_t len;

	e = whole_read(fd, buf, sizeof(buf), &len);
	if (e == SSPR_OK)
		e = message_parse(buf, len, kind, m);
	secret_zero(buf, sizeof(buf));
	return e;
}

void
message_wipe(struct message *m)
{
	secret_zero(m, sizeof(*m));
}
