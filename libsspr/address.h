/* SPDX-License-Identifier: MIT */
/*
 * address.h - where messages go to: telephone numbers and mailboxes
 * (R-DEL-2).  Pure.
 */
#ifndef SSPR_ADDRESS_H
#define SSPR_ADDRESS_H

#include <stdbool.h>

#define ADDRESS_MAX      254 /* bytes, RFC 5321 section 4.5.3.1.3 */
#define ADDRESS_HINT_MAX 64  /* bytes */

/* Whether it is an E.164 number: a plus, no 0 first, 7 to 15 ASCII digits. */
bool address_is_number(const char *address);

/*
 * Whether it is one mailbox: the addr-spec of RFC 5322 section 3.4.1 without
 * comments, quotes, white space and address literals, ASCII, at most 64 bytes
 * before the at sign.  What a mail server or a shell could take for something
 * else is refused too: a hyphen first, `=?' (an encoded word of RFC 2047), and
 * any of ! % / | ` $.
 */
bool address_is_mail(const char *address);

/* Whether it is a host name: labels of letters, digits and hyphens. */
bool address_is_host(const char *s);

/*
 * As much of it as its owner may be shown: `+1555***67', `a***@example.com'.
 * At least three digits are hidden; of a mailbox whose first part is one
 * character, that one is.  What is no address is `***'.
 */
void address_hint(const char *address, char buf[static ADDRESS_HINT_MAX + 1]);

#endif /* SSPR_ADDRESS_H */
