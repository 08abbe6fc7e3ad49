/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "vault/words.h"

#define NAME_SHOWN 64 /* bytes of a name that a prompt repeats */

/* The name as typed, by whoever: printable ASCII only. */
static void
tame(const char *user, char name[static NAME_SHOWN + 1])
{
	size_t n = 0;

	for (; n < NAME_SHOWN && user[n] != '\0'; n++)
		name[n] = user[n] > 0x20 && user[n] < 0x7f ? user[n] : '?';
	name[n] = '\0';
}

void
words_code(const struct words_site *site, const char *user,
    char buf[static PROTO_TEXT_MAX + 1])
{
	char name[NAME_SHOWN + 1];

	tame(user, name);
	snprintf(buf, PROTO_TEXT_MAX + 1,
	    "Reset the password of %s on %s. Nothing changes until the "
	    "end.\n" WORDS_CODE,
	    name, site->host);
}

void
words_refused(const struct words_site *site,
    char buf[static PROTO_TEXT_MAX + 1])
{
	snprintf(buf, PROTO_TEXT_MAX + 1,
	    "Not accepted. After several tries, wait up to an hour. "
	    "(SSPR-%02u) Help: %s",
	    (unsigned int)SSPR_DENIED, site->contact);
}

void
words_last(const struct words_site *site, enum sspr_err e,
    char buf[static PROTO_TEXT_MAX + 1])
{
	if (e == SSPR_OK)
		snprintf(buf, PROTO_TEXT_MAX + 1,
		    "Your password is changed. This attempt still ends as "
		    "\"Permission denied\" or \"Login incorrect\"; that is "
		    "normal. Press Enter, then log in with the new "
		    "password: ");
	else if (e == SSPR_UNCERTAIN)
		snprintf(buf, PROTO_TEXT_MAX + 1,
		    "Your password may have been changed. Try the new one, "
		    "then the old one. (SSPR-%02u) Help: %s. Press Enter: ",
		    (unsigned int)e, site->contact);
	else
		snprintf(buf, PROTO_TEXT_MAX + 1,
		    "Your password is not changed: %s. (SSPR-%02u) Help: %s. "
		    "Press Enter: ",
		    err_text(e), (unsigned int)e, site->contact);
}

void
words_error(const struct words_site *site, enum sspr_err e,
    char buf[static PROTO_TEXT_MAX + 1])
{
	snprintf(buf, PROTO_TEXT_MAX + 1, "Stopped: %s. (SSPR-%02u) Help: %s",
	    err_text(e), (unsigned int)e, site->contact);
}
