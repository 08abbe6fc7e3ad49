/* SPDX-License-Identifier: MIT */
/*
 * place.c - the local shadow file, or an entry of the directory.
 *
 * Of the shadow file all is compared, under the lock: what is to be found
 * afterwards is the new hash in the one line, and every other line as it was.
 * Of the directory's entry only its mark is known, which says whether it was
 * changed at all, and whether the new password binds.
 */
#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "worker/directory.h"
#include "worker/place.h"

#define LAG_LOOKS 3
#define LAG_S     1 /* between two of them */

static_assert(
    sizeof(VERDICT_DIGEST) + VERDICT_MARK_MAX <= PLACE_DIGEST_MAX + 1);

static void explain(struct place *p, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static void
explain(struct place *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(p->why, sizeof(p->why), fmt, ap);
	va_end(ap);
}

/* Nothing is in the file that a change by the stack would lose. */
static enum sspr_err
check_lines(struct place *p, const struct shadow *s)
{
	const char *fault;
	size_t line;

	if ((fault = shadow_fault(s, &line)) == NULL)
		return SSPR_OK;
	explain(p, "line %zu of %s %s", line, p->shadow, fault);
	return SSPR_SHADOW;
}

static enum sspr_err
look_local(struct place *p, struct shadow *s)
{
	struct shadow now;
	enum sspr_err e;

	if ((e = shadow_read(p->shadow, p->name, &now)) != SSPR_OK)
		return e;
	if ((e = check_lines(p, &now)) == SSPR_OK) {
		*s = now;
		now.text = NULL;
	}
	shadow_wipe(&now);
	return e;
}

/* The stack makes a file beside it, and renames that. */
static enum sspr_err
check_writable(struct place *p)
{
	const char *end = strrchr(p->shadow, '/');
	char dir[PATH_MAX];

	if (end == NULL || (size_t)(end - p->shadow) >= sizeof(dir))
		return SSPR_SYSTEM;
	snprintf(dir, sizeof(dir), "%.*s/", (int)(end - p->shadow), p->shadow);
	if (access(dir, W_OK) == 0)
		return SSPR_OK;
	explain(p, "%s cannot be written: %s", dir, strerror(errno));
	return SSPR_SETUP;
}

static enum sspr_err
look_directory(struct place *p, enum verdict *v,
    char mark[static VERDICT_MARK_MAX + 1])
{
	enum sspr_err e;

	e = directory_look(p->directory, p->name, p->uid, v, mark);
	return e == SSPR_OK ? directory_said(*v) : e;
}

void
place_digest(const char *mark, char digest[static PLACE_DIGEST_MAX + 1])
{
	snprintf(digest, PLACE_DIGEST_MAX + 1, VERDICT_DIGEST "%s", mark);
}

enum sspr_err
place_look(struct place *p, char digest[static PLACE_DIGEST_MAX + 1])
{
	char mark[VERDICT_MARK_MAX + 1];
	struct shadow now;
	enum sspr_err e;
	enum verdict v;

	if (p->directory != NULL) {
		if ((e = look_directory(p, &v, mark)) == SSPR_OK)
			place_digest(mark, digest);
		return e;
	}
	if ((e = look_local(p, &now)) != SSPR_OK)
		return e;
	e = check_writable(p);
	if (e == SSPR_OK)
		e = shadow_digest(now.hash, digest);
	shadow_wipe(&now);
	return e;
}

enum sspr_err
place_begin(struct place *p, struct place_state *now)
{
	enum verdict v;

	if (p->directory != NULL)
		return look_directory(p, &v, now->mark);
	shadow_wipe(&now->shadow);
	return look_local(p, &now->shadow);
}

enum sspr_err
place_wait(const struct place *p, struct place_state *now)
{
	hold_drop(&now->hold);
	return hold_changes(&now->hold, p->changes);
}

/* Nobody can lock an entry for us: who is locked by now is left alone. */
static enum sspr_err
hold_directory(struct place *p, struct place_state *now)
{
	enum sspr_err e;
	enum verdict v;

	if ((e = look_directory(p, &v, now->mark)) != SSPR_OK)
		return e;
	return v == VERDICT_FINE || v == VERDICT_GUESSED ? SSPR_OK
							 : SSPR_ACCOUNT;
}

enum sspr_err
place_hold(struct place *p, struct place_state *now)
{
	enum sspr_err e;

	if (p->directory != NULL)
		return hold_directory(p, now);
	if ((e = hold_passwd(&now->hold, p->passwd, p->shadow)) != SSPR_OK ||
	    (e = place_begin(p, now)) != SSPR_OK)
		return e;
	return shadow_hash_is_real(now->shadow.hash) ? SSPR_OK : SSPR_ACCOUNT;
}

/* The stack got the password only once all was held. */
static bool
is_held(const struct place *p, const struct place_state *s)
{
	return s->hold.changes != -1 &&
	    (p->directory != NULL || s->hold.passwd != -1);
}

/* Whether other lines are not as before, and nobody but the stack wrote. */
static bool
is_harmed(const struct place *p, struct place_state *before,
    const struct shadow *after)
{
	return !shadow_others_equal(&before->shadow, after, p->name) &&
	    !hold_was_written_again(&before->hold, p->shadow);
}

/* The new hash is there: is all the rest as it should be? */
static enum sspr_err
judge_file(struct place *p, const struct shadow *after,
    const struct secret *password, bool said)
{
	if (!shadow_verify(after->hash, password)) {
		explain(p, "the new hash is not of the new password");
		return SSPR_UNCERTAIN;
	}
	if (shadow_sync(p->shadow) != SSPR_OK) {
		explain(p, "the directory of %s cannot be synced", p->shadow);
		return SSPR_UNCERTAIN;
	}
	if (said)
		return SSPR_OK;
	explain(p, "the stack failed, but %s has the new password", p->shadow);
	return SSPR_PARTLY;
}

static enum sspr_err
judge_local(struct place *p, struct place_state *before,
    const struct secret *password, bool said)
{
	struct shadow after;
	enum sspr_err e;
	bool same;

	if (shadow_read(p->shadow, p->name, &after) != SSPR_OK) {
		explain(p, "%s cannot be read again", p->shadow);
		return SSPR_UNCERTAIN;
	}
	same =
	    secret_equal(before->shadow.hash, after.hash, sizeof(after.hash));
	if ((!same || is_held(p, before)) && is_harmed(p, before, &after)) {
		explain(p, "other lines of %s were changed", p->shadow);
		e = SSPR_UNCERTAIN;
	} else
		e = same ? SSPR_NOT_CHANGED
			 : judge_file(p, &after, password, said);
	shadow_wipe(&after);
	return e;
}

/* Whether the entry is known to be as it was. */
static bool
is_untouched(struct place *p, const struct place_state *before)
{
	char mark[VERDICT_MARK_MAX + 1];
	enum verdict v;

	return strcmp(before->mark, VERDICT_NO_MARK) != 0 &&
	    look_directory(p, &v, mark) == SSPR_OK &&
	    strcmp(mark, before->mark) == 0;
}

/* The stack may have asked one server, and we one that lags behind it. */
static bool
stays_untouched(struct place *p, const struct place_state *before, bool said)
{
	const struct timespec lag = { .tv_sec = LAG_S };
	int looks = said ? LAG_LOOKS : 1;

	while (is_untouched(p, before)) {
		if (--looks == 0)
			return true;
		(void)nanosleep(&lag, NULL); /* shorter is no harm */
	}
	return false;
}

static enum sspr_err
judge_bind(struct place *p, const struct place_state *before, bool said,
    enum verdict v)
{
	const bool known = strcmp(before->mark, VERDICT_NO_MARK) != 0;

	if (v == VERDICT_FINE && said)
		return SSPR_OK;
	if (v == VERDICT_FINE) {
		explain(p,
		    "the stack failed, but the directory has the new "
		    "password");
		return SSPR_PARTLY;
	}
	if (v == VERDICT_REFUSED && !known && !said)
		return SSPR_NOT_CHANGED;
	explain(p, "the directory says of the new password: %s",
	    verdict_word(v));
	return SSPR_UNCERTAIN;
}

static enum sspr_err
judge_directory(struct place *p, const struct place_state *before,
    const struct secret *password, bool said)
{
	struct shadow line;
	enum verdict v;
	enum sspr_err e;

	if ((e = shadow_read(p->shadow, p->name, &line)) != SSPR_NO_USER) {
		if (e == SSPR_OK)
			shadow_wipe(&line);
		explain(p, "%s has got a line of it", p->shadow);
		return SSPR_UNCERTAIN;
	}
	if (stays_untouched(p, before, said))
		return SSPR_NOT_CHANGED;
	if (password->len == 0) { /* it would bind as nobody (RFC 4513) */
		explain(p, "the entry was changed, without a password");
		return SSPR_UNCERTAIN;
	}
	e = directory_bind(p->directory, p->name, p->uid, password, &v);
	if (e == SSPR_OK)
		return judge_bind(p, before, said, v);
	explain(p, "the new password cannot be tried: %s", err_text(e));
	return SSPR_UNCERTAIN;
}

enum sspr_err
place_judge(struct place *p, struct place_state *before,
    const struct secret *password, bool said)
{
	p->why[0] = '\0';
	if (!is_held(p, before)) {
		explain(p, "the stack wrote before it had the whole password");
		said = false;
	}
	if (p->directory != NULL)
		return judge_directory(p, before, password, said);
	return judge_local(p, before, password, said);
}

void
place_forget(struct place_state *s)
{
	hold_drop(&s->hold);
	shadow_wipe(&s->shadow);
}

bool
place_is_directory(const char *digest)
{
	return strncmp(digest, VERDICT_DIGEST, strlen(VERDICT_DIGEST)) == 0;
}

static enum sspr_err
compare_mark(struct place *p, const char *digest)
{
	const char *old = digest + strlen(VERDICT_DIGEST);
	char mark[VERDICT_MARK_MAX + 1];
	enum sspr_err e;
	enum verdict v;

	if ((e = look_directory(p, &v, mark)) != SSPR_OK)
		return e;
	return strcmp(old, VERDICT_NO_MARK) != 0 && strcmp(old, mark) == 0
	    ? SSPR_NOT_CHANGED
	    : SSPR_UNCERTAIN;
}

enum sspr_err
place_compare(struct place *p, const char *digest)
{
	struct shadow now;
	enum sspr_err e;
	bool same;

	if (place_is_directory(digest))
		return compare_mark(p, digest);
	if ((e = shadow_read(p->shadow, p->name, &now)) != SSPR_OK)
		return e;
	e = shadow_digest_is(now.hash, digest, &same);
	shadow_wipe(&now);
	if (e != SSPR_OK)
		return e;
	if (shadow_sync(p->shadow) != SSPR_OK)
		return SSPR_SYSTEM;
	return same ? SSPR_NOT_CHANGED : SSPR_UNCERTAIN;
}
