/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "vault/words.h"

#define NAME_SHOWN 64  /* bytes of a name that a prompt repeats */
#define LIST_SIZE  160 /* bytes of a list of methods */

/* What is typed for each method, as a prompt names it. */
static const struct naming {
	enum method method;
	const char *name;
} codes[] = {
	{ METHOD_APP, "the 6-digit code from your app" },
	{ METHOD_BACKUP, "a backup code" },
	{ METHOD_PASS, "a helpdesk-pass" },
}, sends[] = {
	{ METHOD_SMS, "sms" },
	{ METHOD_EMAIL, "email" },
	{ METHOD_LANDLINE, "phone-call" },
}, asks[] = {
	{ METHOD_QUESTIONS, "questions" },
};

/* What a code goes to, and as what. */
static const struct {
	const char *has, *what;
} targets[METHOD_COUNT] = {
	[METHOD_SMS] = { "a mobile number", "a code" },
	[METHOD_LANDLINE] = { "a landline number", "a call with a code" },
	[METHOD_EMAIL] = { "an e-mail address", "a code" },
};

#define THAT_IS_NORMAL                                         \
	"This attempt still ends as \"Permission denied\" or " \
	"\"Login incorrect\"; that is normal. "

/* What is said of how a reset ended. */
static const struct phrase {
	enum sspr_err e;
	const char *text;
} ends[] = {
	{ SSPR_OK,
	    "Your password is changed. " THAT_IS_NORMAL
	    "Press Enter, then log in with the new password: " },
	{ SSPR_UNLOCKED,
	    "Your account is unlocked; your old password works again. "
	    THAT_IS_NORMAL "Press Enter, then log in with your password: " },
}, doubts[] = {
	{ SSPR_PARTLY,
	    "Your password was changed in one place, and another refused it. "
	    "Try the new password first, then the old one, and ask for help." },
	{ SSPR_UNCERTAIN,
	    "Whether your password was changed is unknown, try both: the new "
	    "password first, then the old one." },
}, reasons[] = {
	{ SSPR_ACCOUNT,
	    "This account cannot be reset here: it is locked, has expired or "
	    "has no password." },
	{ SSPR_EXCLUDED,
	    "This account is excluded from resets; an administrator can set "
	    "its password." },
	{ SSPR_SHADOW,
	    "The password file of this machine needs repair first, by an "
	    "administrator." },
	{ SSPR_WRAPPED,
	    "Your old password opens data that a reset would lose, such as an "
	    "encrypted home; ask for help." },
	{ SSPR_DIRECTORY,
	    "The directory that has your account does not answer; try again "
	    "in a few minutes." },
	{ SSPR_SETUP,
	    "This service is not set up right; an administrator must look at "
	    "its log." },
}, befores[] = {
	{ SSPR_BUSY,
	    "Another reset of this account is under way, or there were too "
	    "many; try again later." },
	{ SSPR_RESETS,
	    "This account was reset or unlocked as often as a day allows; try "
	    "again tomorrow. If that was not you, ask for help at once." },
	{ SSPR_SOURCE,
	    "There were too many resets from this address; try again in an "
	    "hour." },
}, durings[] = {
	{ SSPR_BUSY,
	    "Somebody else is changing accounts on this machine just now; try "
	    "again in a minute." },
	{ SSPR_TIMEOUT, "It took too long and was given up; begin again." },
	{ SSPR_NOT_CHANGED,
	    "This machine did not take the new one, and the old one is as it "
	    "was; ask for help if that happens again." },
	{ SSPR_WEAK,
	    "No new one that you typed was accepted; think of another one and "
	    "begin again." },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The name as typed, by whoever: printable ASCII only. */
static void
tame(const char *user, char name[static NAME_SHOWN + 1])
{
	size_t n = 0;

	for (; n < NAME_SHOWN && user[n] != '\0'; n++)
		name[n] = user[n] > 0x20 && user[n] < 0x7f ? user[n] : '?';
	name[n] = '\0';
}

/* `a, b or c' of those of the n namings that are in the mask. */
static size_t
list(const struct naming *of, size_t n, uint32_t mask,
    char buf[static LIST_SIZE])
{
	size_t found = 0, len = 0, all = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < n; i++)
		all += (mask & METHOD_BIT(of[i].method)) != 0;
	for (size_t i = 0; i < n; i++) {
		if ((mask & METHOD_BIT(of[i].method)) == 0)
			continue;
		found++;
		len += (size_t)snprintf(buf + len, LIST_SIZE - len, "%s%s",
		    found == 1        ? ""
			: found < all ? ", "
				      : " or ",
		    of[i].name);
	}
	return found;
}

/* As much more as there is room for. */
__attribute__((format(printf, 2, 3))) static void
append(char buf[static PROTO_TEXT_MAX + 1], const char *fmt, ...)
{
	const size_t len = strnlen(buf, PROTO_TEXT_MAX);
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(buf + len, PROTO_TEXT_MAX + 1 - len, fmt, ap);
	va_end(ap);
}

void
words_ask(const char *before, uint32_t mask, const char *empty,
    char buf[static PROTO_TEXT_MAX + 1])
{
	char names[LIST_SIZE];
	const char *type = "Type";

	snprintf(buf, PROTO_TEXT_MAX + 1, "%s", before);
	if (list(codes, COUNT(codes), mask, names) > 0) {
		append(buf, "%s %s. ", type, names);
		type = "Or type";
	}
	if (list(sends, COUNT(sends), mask, names) > 0) {
		append(buf, "%s %s to be sent one. ", type, names);
		type = "Or type";
	}
	if (list(asks, COUNT(asks), mask, names) > 0)
		append(buf, "%s %s to answer yours. ", type, names);
	append(buf, "Enter = %s: ", empty);
}

void
words_begin(const struct words_site *site, const char *user, unsigned int count,
    char buf[static PROTO_TEXT_MAX + 1])
{
	char name[NAME_SHOWN + 1];

	tame(user, name);
	snprintf(buf, PROTO_TEXT_MAX + 1,
	    "Reset the password of %s on %s. Nothing changes until the end.\n"
	    "%s",
	    name, site->host,
	    count > 1 ? "Two different methods are needed; those that send a "
			"message come second.\n"
		      : "");
}

void
words_sent(const struct words_site *site, enum method m, const char *until,
    char buf[static PROTO_TEXT_MAX + 1])
{
	snprintf(buf, PROTO_TEXT_MAX + 1,
	    "If this account has %s, %s is on its way; it can take 2 minutes "
	    "and works until %s, from this address only.\n"
	    "If the connection drops: log in again, type forgot, then %s. The "
	    "same code still works.\n"
	    "Nothing came? You may not be registered. Help: %s. Reference "
	    "%s.\n" WORDS_SENT,
	    targets[m].has, targets[m].what, until, method_row(m)->word,
	    site->contact, site->reference);
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

/* For the source's sake: openly (story 13). */
static void
say_source(const struct words_site *site, char buf[static PROTO_TEXT_MAX + 1])
{
	snprintf(buf, PROTO_TEXT_MAX + 1,
	    "Too many tries from this %s. Next try at %s (SSPR-%02u). Help: %s",
	    site->place, site->next, (unsigned int)SSPR_SOURCE, site->contact);
}

static bool
is_source(const struct words_site *site, enum sspr_err e)
{
	return e == SSPR_SOURCE && site->next[0] != '\0';
}

/* The words for e, or NULL. */
static const char *
find(const struct phrase *of, size_t n, enum sspr_err e)
{
	for (size_t i = 0; i < n; i++)
		if (of[i].e == e)
			return of[i].text;
	return NULL;
}

/* Why it is not changed, for who has given right codes. */
static const char *
why(enum words_stage stage, enum sspr_err e)
{
	const char *text = NULL;

	if (stage == WORDS_ASKED)
		return NULL;
	if (stage == WORDS_CHECKED)
		text = find(befores, COUNT(befores), e);
	else
		text = find(durings, COUNT(durings), e);
	return text != NULL ? text : find(reasons, COUNT(reasons), e);
}

static void
say_unchanged(enum words_stage stage, enum sspr_err e,
    char buf[static PROTO_TEXT_MAX + 1])
{
	static const char *const codes_now[] = {
		[WORDS_ASKED] = "",
		[WORDS_CHECKED] = " The last code you typed is not used up.",
		[WORDS_WORKED] = " The codes you typed are used up.",
	};
	const char *text = why(stage, e);

	if (text != NULL)
		snprintf(buf, PROTO_TEXT_MAX + 1,
		    "Your password is not changed. %s%s", text,
		    codes_now[stage]);
	else
		snprintf(buf, PROTO_TEXT_MAX + 1,
		    "Your password is not changed: %s.%s",
		    err_text(err_told(e)), codes_now[stage]);
}

void
words_last(const struct words_site *site, enum words_stage stage,
    enum sspr_err e, char buf[static PROTO_TEXT_MAX + 1])
{
	const char *text;

	if ((text = find(ends, COUNT(ends), e)) != NULL) {
		snprintf(buf, PROTO_TEXT_MAX + 1, "%s", text);
		return;
	}
	if (is_source(site, e)) {
		say_source(site, buf);
		append(buf,
		    ". Nothing was changed. Reference %s. Press Enter: ",
		    site->reference);
		return;
	}
	if ((text = find(doubts, COUNT(doubts), e)) != NULL)
		snprintf(buf, PROTO_TEXT_MAX + 1, "%s", text);
	else
		say_unchanged(stage, e, buf);
	append(buf, " (SSPR-%02u) Help: %s. Reference %s. Press Enter: ",
	    (unsigned int)err_told(e), site->contact, site->reference);
}

void
words_error(const struct words_site *site, enum sspr_err e,
    char buf[static PROTO_TEXT_MAX + 1])
{
	if (is_source(site, e)) {
		say_source(site, buf);
		return;
	}
	snprintf(buf, PROTO_TEXT_MAX + 1, "Stopped: %s. (SSPR-%02u) Help: %s",
	    err_text(e), (unsigned int)e, site->contact);
}

void
words_clock(uint64_t at, char buf[static 32])
{
	const time_t t = (time_t)at;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL ||
	    strftime(buf, 32, "%H:%M", &tm) == 0)
		snprintf(buf, 32, "?");
}

void
words_date(uint64_t at, char buf[static 32])
{
	const time_t t = (time_t)at;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL ||
	    strftime(buf, 32, "%e %b %H:%M", &tm) == 0)
		snprintf(buf, 32, "?");
}
