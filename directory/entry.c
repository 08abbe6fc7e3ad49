/* SPDX-License-Identifier: MIT */
/*
 * An account is looked for by its uid and by its name.  Both searches MUST
 * find one entry, the same, and what the entry says of itself MUST be the very
 * uid and the very name: a directory compares names without regard to case
 * and blanks, the host does not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "entry.h"
#include "link.h"
#include "state.h"

#define FILTER_MAX (SETTINGS_TEXT_MAX + 3 * ENTRY_NAME_MAX + 50) /* bytes */
#define FEW        2  /* entries that a search may find */
#define UID_LEN    11 /* bytes of a uid in decimal, with NUL */

static const char mark_attribute[] = "entryCSN";

/* Who is asked, and where to say why not. */
struct asking {
	LDAP *ld;
	const struct settings *s;
	char *why; /* SETTINGS_WHY_MAX + 1 bytes */
};

/* What a search found. */
struct found {
	LDAPMessage *answer;
	int count;          /* of entries; FEW stands for more, too */
	LDAPMessage *entry; /* the first one, of answer */
};

static enum sspr_err
complain(const struct asking *a, int rc)
{
	(void)snprintf(a->why, SETTINGS_WHY_MAX + 1, "search: %s",
	    ldap_err2string(rc));
	return link_error(rc);
}

static void
found_clear(struct found *f)
{
	ldap_msgfree(f->answer);
	*f = (struct found){ .count = 0 };
}

/* An answer that was cut off by a limit counts as FEW entries. */
static int
count(LDAP *ld, LDAPMessage *answer, int *n)
{
	int result = LDAP_OTHER;
	int rc =
	    ldap_parse_result(ld, answer, &result, NULL, NULL, NULL, NULL, 0);

	rc = rc == LDAP_SUCCESS ? result : rc;
	*n = ldap_count_entries(ld, answer);
	if (rc != LDAP_SUCCESS && rc != LDAP_SIZELIMIT_EXCEEDED)
		return rc;
	if (*n < 0)
		return LDAP_DECODING_ERROR;
	if (*n > FEW || rc == LDAP_SIZELIMIT_EXCEEDED)
		*n = FEW;
	return LDAP_SUCCESS;
}

static enum sspr_err
search(const struct asking *a, const char *base, int scope, const char *filter,
    char **attributes, struct found *f)
{
	struct timeval limit = { .tv_sec = (time_t)a->s->seconds };
	struct found now = { .count = 0 };
	int rc, id;

	rc = ldap_search_ext(a->ld, base, scope, filter, attributes, 0, NULL,
	    NULL, &limit, FEW, &id);
	if (rc == LDAP_SUCCESS)
		rc = link_wait(a->ld, id, a->s->seconds, &now.answer);
	if (rc == LDAP_SUCCESS)
		rc = count(a->ld, now.answer, &now.count);
	if (rc != LDAP_SUCCESS) {
		found_clear(&now);
		return complain(a, rc);
	}
	now.entry = ldap_first_entry(a->ld, now.answer);
	*f = now;
	return SSPR_OK;
}

/* Search below the base for the value of an attribute, RFC 4515 section 3. */
static enum sspr_err
find(const struct asking *a, const char *attribute, const char *value,
    char **attributes, struct found *f)
{
	char copy[ENTRY_NAME_MAX + 1], filter[FILTER_MAX + 1];
	struct berval raw = { strlen(value), copy }, safe = { 0, NULL };
	int n;

	if (raw.bv_len > ENTRY_NAME_MAX)
		return complain(a, LDAP_PARAM_ERROR);
	memcpy(copy, value, raw.bv_len + 1);
	if (ldap_bv2escaped_filter_value(&raw, &safe) != LDAP_SUCCESS)
		return complain(a, LDAP_NO_MEMORY);
	n = snprintf(filter, sizeof(filter), "(&%s(%s=%s))", a->s->filter,
	    attribute, safe.bv_val);
	ldap_memfree(safe.bv_val);
	if (n < 0 || n > FILTER_MAX)
		return complain(a, LDAP_FILTER_ERROR);
	return search(a, a->s->base, LDAP_SCOPE_SUBTREE, filter, attributes, f);
}

/* The uid first, with all that is to be known of its entry. */
static enum sspr_err
find_uid(const struct asking *a, const char *uid, struct found *f)
{
	char names[STATE_COUNT + 3][INI_NAME_MAX + 1];
	char *attributes[STATE_COUNT + 4] = { NULL };
	size_t n = 0;

	for (enum state_attribute i = 0; i < STATE_COUNT; i++)
		(void)snprintf(names[n++], sizeof(names[0]), "%s",
		    state_name(i));
	(void)snprintf(names[n++], sizeof(names[0]), "%s", a->s->name);
	(void)snprintf(names[n++], sizeof(names[0]), "%s", a->s->number);
	(void)snprintf(names[n++], sizeof(names[0]), "%s", mark_attribute);
	for (size_t i = 0; i < n; i++)
		attributes[i] = names[i];
	return find(a, a->s->number, uid, attributes, f);
}

static enum sspr_err
find_name(const struct asking *a, const char *name, struct found *f)
{
	char none[] = LDAP_NO_ATTRS, *attributes[] = { none, NULL };

	return find(a, a->s->name, name, attributes, f);
}

/* Whether one of the values of the attribute, or its only one, is text. */
static bool
has_value(LDAP *ld, LDAPMessage *entry, const char *attribute, const char *text,
    bool only)
{
	struct berval **values = ldap_get_values_len(ld, entry, attribute);
	const int n = ldap_count_values_len(values);
	const size_t len = strlen(text);
	bool found = false;

	for (int i = 0; i < n && !found; i++)
		found = values[i]->bv_len == len &&
		    memcmp(values[i]->bv_val, text, len) == 0;
	ldap_value_free_len(values);
	return found && (!only || n == 1);
}

static bool
is_same(LDAP *ld, LDAPMessage *one, LDAPMessage *other)
{
	char *a = ldap_get_dn(ld, one), *b = ldap_get_dn(ld, other);
	const bool same = a != NULL && b != NULL && strcmp(a, b) == 0;

	ldap_memfree(a);
	ldap_memfree(b);
	return same;
}

/* Why what was found by uid and by name is not the account; NULL if it is. */
static const char *
doubt(const struct asking *a, const struct found *uid, const char *number,
    const struct found *name, const char *text)
{
	if (uid->count > 1)
		return "several entries have this uid";
	if (uid->count == 0)
		return "the entry of this name has another uid";
	if (!has_value(a->ld, uid->entry, a->s->number, number, true))
		return "the entry has several uids, or they cannot be read";
	if (name == NULL)
		return NULL;
	if (name->count > 1)
		return "several entries have this name";
	if (name->count == 0)
		return "the entry of this uid has another name";
	if (!is_same(a->ld, uid->entry, name->entry))
		return "name and uid are of two entries";
	if (!has_value(a->ld, uid->entry, a->s->name, text, false))
		return "the directory writes this name in another way";
	return NULL;
}

/* In order of bytes; there is one at least. */
static const struct berval *
last_of(struct berval **values)
{
	const struct berval *last = *values;

	while (*++values != NULL) /* libldap has put a NUL behind each */
		if (strcmp((*values)->bv_val, last->bv_val) > 0)
			last = *values;
	return last;
}

static enum verdict
judge(const struct asking *a, LDAPMessage *entry)
{
	struct berval **values[STATE_COUNT];
	struct state_value v[STATE_COUNT] = { { .count = 0 } };
	char text[STATE_WHY_MAX + 1];
	const struct berval *last;
	enum verdict state;

	for (enum state_attribute i = 0; i < STATE_COUNT; i++) {
		values[i] = ldap_get_values_len(a->ld, entry, state_name(i));
		v[i].count = (size_t)ldap_count_values_len(values[i]);
		if (v[i].count == 0)
			continue;
		last = last_of(values[i]);
		v[i].at = last->bv_val;
		v[i].len = last->bv_len;
	}
	state = state_judge(v, (int64_t)time(NULL), text);
	for (enum state_attribute i = 0; i < STATE_COUNT; i++)
		ldap_value_free_len(values[i]);
	(void)snprintf(a->why, SETTINGS_WHY_MAX + 1, "%s", text);
	return state;
}

/*
 * Whether there is a password.  A server answers no, too, where we lack the
 * right to search for one.
 */
static enum sspr_err
judge_bare(const struct asking *a, const char *dn, enum verdict *state)
{
	char none[] = LDAP_NO_ATTRS, *attributes[] = { none, NULL };
	struct found f = { .count = 0 };
	enum sspr_err e;

	if (state_rank(*state) >= state_rank(VERDICT_BARE))
		return SSPR_OK;
	e = search(a, dn, LDAP_SCOPE_BASE, "(userPassword=*)", attributes, &f);
	if (e == SSPR_OK && f.count != 1) {
		*state = VERDICT_BARE;
		(void)snprintf(a->why, SETTINGS_WHY_MAX + 1,
		    "userPassword: not there, or we may not search for it");
	}
	found_clear(&f);
	return e;
}

static void
take_mark(const struct asking *a, LDAPMessage *entry,
    char mark[static VERDICT_MARK_MAX + 1])
{
	struct berval **values =
	    ldap_get_values_len(a->ld, entry, mark_attribute);
	const bool one = ldap_count_values_len(values) == 1 &&
	    values[0]->bv_len <= VERDICT_MARK_MAX;

	(void)snprintf(mark, VERDICT_MARK_MAX + 1, "%.*s",
	    one ? (int)values[0]->bv_len : 1,
	    one ? values[0]->bv_val : VERDICT_NO_MARK);
	ldap_value_free_len(values);
}

static enum sspr_err
take_entry(const struct asking *a, LDAPMessage *entry, struct entry *e)
{
	struct entry now = { .dn = NULL };
	enum sspr_err err;

	if ((now.dn = ldap_get_dn(a->ld, entry)) == NULL)
		return complain(a, LDAP_NO_MEMORY);
	take_mark(a, entry, now.mark);
	now.state = judge(a, entry);
	if ((err = judge_bare(a, now.dn, &now.state)) == SSPR_OK)
		*e = now;
	else
		entry_free(&now);
	return err;
}

enum sspr_err
entry_find(LDAP *ld, const struct settings *s, const char *name, uid_t uid,
    struct entry *e, char why[static SETTINGS_WHY_MAX + 1])
{
	const struct asking a = { ld, s, why };
	struct found by_uid = { .count = 0 }, by_name = { .count = 0 };
	char number[UID_LEN];
	const bool named = name[0] != '\0';
	const char *reason;
	enum sspr_err err;

	(void)snprintf(number, sizeof(number), "%u", uid);
	if ((err = find_uid(&a, number, &by_uid)) != SSPR_OK ||
	    (named && (err = find_name(&a, name, &by_name)) != SSPR_OK))
		goto out;
	if (by_uid.count == 0 && by_name.count == 0) {
		*e = (struct entry){ NULL, VERDICT_ABSENT, VERDICT_NO_MARK };
		(void)snprintf(why, SETTINGS_WHY_MAX + 1, "no entry");
		goto out;
	}
	reason = doubt(&a, &by_uid, number, named ? &by_name : NULL, name);
	if (reason != NULL) {
		*e = (struct entry){ NULL, VERDICT_AMBIGUOUS, VERDICT_NO_MARK };
		(void)snprintf(why, SETTINGS_WHY_MAX + 1, "%s", reason);
		goto out;
	}
	err = take_entry(&a, by_uid.entry, e);
out:
	found_clear(&by_uid);
	found_clear(&by_name);
	return err;
}

void
entry_free(struct entry *e)
{
	ldap_memfree(e->dn);
	*e = (struct entry){ .dn = NULL };
}
