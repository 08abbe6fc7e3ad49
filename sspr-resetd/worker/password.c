/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "worker/banned.h"
#include "worker/fold.h"
#include "worker/password.h"

static bool
has_control(const struct secret *s)
{
	for (size_t i = 0; i < s->len; i++)
		if (s->at[i] < 0x20 || s->at[i] == 0x7f)
			return true;
	return false;
}

/* Whether one of the words of the first len bytes of a text is in it. */
static bool
has_word(locale_t rules, const struct fold *password, const char *text,
    size_t len, const char *between)
{
	struct fold word;
	size_t n;

	for (size_t at = 0; at < len; at += n + 1) {
		n = strcspn(text + at, between);
		if (n > len - at)
			n = len - at;
		if (fold_text(rules, text + at, n, &word) == SSPR_OK &&
		    word.len >= PASSWORD_NAME && fold_has(password, &word))
			return true;
	}
	return false;
}

static const char *
name_fault(locale_t rules, const struct fold *password,
    const struct password_policy *p)
{
	const char *name = p->name != NULL ? p->name : "";
	const char *gecos = p->gecos != NULL ? p->gecos : "";
	const char *host = p->host != NULL ? p->host : "";
	const char *site = p->site_names != NULL ? p->site_names : "";

	if (has_word(rules, password, name, strlen(name), "@\\"))
		return "The password contains your user name.";
	if (has_word(rules, password, gecos, strcspn(gecos, ","),
		" \t.-_'\"()/"))
		return "The password contains a part of your name.";
	if (has_word(rules, password, host, strcspn(host, "."), "") ||
	    has_word(rules, password, site, strlen(site), " \t,"))
		return "The password contains a name of this site.";
	return NULL;
}

static const char *
word_fault(const struct banned *b, const struct fold *password)
{
	const size_t points = banned_points(b, password);

	if (banned_is_near(b, password) ||
	    (points < password->len && points < BANNED_POINTS))
		return "The password is too near to a word that everybody "
		       "tries first. Use a longer or rarer one.";
	return NULL;
}

static const char *
folded_fault(const struct secret *s, const struct password_policy *p)
{
	const char *fault = NULL;
	struct fold f = { .len = 0 };
	locale_t rules;

	if (fold_open(&rules) != SSPR_OK)
		return "The password cannot be checked: this host has no "
		       "locale C.UTF-8. Tell your administrator.";
	if (fold_text(rules, (const char *)s->at, s->len, &f) != SSPR_OK)
		fault = "The password is not valid UTF-8 text.";
	else if ((fault = name_fault(rules, &f, p)) == NULL &&
	    p->banned != NULL)
		fault = word_fault(p->banned, &f);
	fold_wipe(&f);
	freelocale(rules);
	return fault;
}

const char *
password_fault(const struct secret *s, const struct password_policy *policy)
{
	if (has_control(s))
		return "The password has a control character, which cannot be "
		       "typed everywhere.";
	if (s->len > PASSWORD_MAX)
		return "The password is longer than 256 bytes.";
	return folded_fault(s, policy);
}

static size_t
characters(const struct secret *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->len; i++)
		n += (s->at[i] & 0xc0) != 0x80;
	return n;
}

const char *
password_too_short(const struct secret *s)
{
	if (s->len < PASSWORD_MIN)
		return "The password is shorter than 8 characters.";
	if (characters(s) < BANNED_POINTS)
		return "The password has fewer than 5 characters.";
	return NULL;
}

bool
password_is_rare(const struct secret *s)
{
	for (size_t i = 0; i < s->len; i++)
		if (s->at[i] >= 0x80)
			return true;
	return false;
}
