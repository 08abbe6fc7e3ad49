/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <wctype.h>

#include "secret.h"
#include "text.h"
#include "worker/fold.h"

#define LOCALE "C.UTF-8"

/* What people write for a letter. */
static const struct {
	uint32_t from, to;
} alike[] = { { '0', 'o' }, { '1', 'l' }, { '$', 's' }, { '@', 'a' } };

enum sspr_err
fold_open(locale_t *rules)
{
	locale_t l = newlocale(LC_CTYPE_MASK, LOCALE, (locale_t)0);

	if (l == (locale_t)0)
		return SSPR_SETUP;
	*rules = l;
	return SSPR_OK;
}

static uint32_t
fold_one(locale_t rules, uint32_t c)
{
	for (size_t i = 0; i < sizeof(alike) / sizeof(alike[0]); i++)
		if (c == alike[i].from)
			return alike[i].to;
	return towlower_l(c, rules);
}

enum sspr_err
fold_text(locale_t rules, const char *text, size_t len, struct fold *out)
{
	struct fold f = { .len = 0 };
	enum sspr_err e = SSPR_MALFORMED;
	uint32_t c;
	size_t n;

	if (len > FOLD_MAX)
		return SSPR_MALFORMED;
	for (size_t at = 0; at < len; at += n) {
		if ((n = text_next(text + at, len - at, &c)) == 0)
			goto out;
		f.at[f.len++] = fold_one(rules, c);
	}
	*out = f;
	e = SSPR_OK;
out:
	fold_wipe(&f);
	return e;
}

static bool
is_at(const struct fold *a, size_t at, const struct fold *b)
{
	for (size_t i = 0; i < b->len; i++)
		if (a->at[at + i] != b->at[i])
			return false;
	return true;
}

bool
fold_has(const struct fold *a, const struct fold *b)
{
	if (b->len == 0)
		return false;
	for (size_t at = 0; at + b->len <= a->len; at++)
		if (is_at(a, at, b))
			return true;
	return false;
}

void
fold_wipe(struct fold *f)
{
	secret_zero(f, sizeof(*f));
}
