/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "state.h"

#define DAY    86400
#define MOMENT 1 /* second */

/* Of userAccountControl, [MS-ADTS] section 2.2.16. */
#define CONTROL_DISABLED 0x2
#define CONTROL_LOCKOUT  0x10

/* clang-format off */
static const char *const names[STATE_COUNT] = {
#define ATTRIBUTE(NAME, name) [STATE_##NAME] = name,
#include "state.def"
};
/* clang-format on */

/* A value that is being read. */
struct text {
	const char *at;
	size_t len;
};

const char *
state_name(enum state_attribute a)
{
	return names[a];
}

unsigned int
state_rank(enum verdict v)
{
	static const enum verdict order[] = { VERDICT_FINE, VERDICT_GUESSED,
		VERDICT_BARE, VERDICT_EXPIRED };
	unsigned int rank = 0;

	while (rank < sizeof(order) / sizeof(order[0]) && order[rank] != v)
		rank++;
	return rank;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Exactly so many digits, min to max as a number. */
static bool
take_number(struct text *t, size_t digits, int min, int max, int *n)
{
	int sum = 0;

	if (t->len < digits)
		return false;
	for (size_t i = 0; i < digits; i++) {
		if (!is_digit(t->at[i]))
			return false;
		sum = sum * 10 + (t->at[i] - '0');
	}
	if (sum < min || sum > max)
		return false;
	t->at += digits;
	t->len -= digits;
	*n = sum;
	return true;
}

/* Two digits where there are any; else 0. */
static bool
take_optional(struct text *t, int max, bool *there, int *n)
{
	*there = t->len > 0 && is_digit(t->at[0]);
	*n = 0;
	return !*there || take_number(t, 2, 0, max, n);
}

/* A fraction of unit seconds, where there is one; else 0. */
static bool
take_fraction(struct text *t, int64_t unit, int64_t *seconds)
{
	int64_t sum = 0, scale = 1;
	size_t n = 1;

	*seconds = 0;
	if (t->len == 0 || (t->at[0] != '.' && t->at[0] != ','))
		return true;
	for (; n < t->len && is_digit(t->at[n]); n++)
		if (scale < 1000000000) {
			sum = sum * 10 + (t->at[n] - '0');
			scale *= 10;
		}
	t->at += n;
	t->len -= n;
	*seconds = unit * sum / scale;
	return n > 1;
}

/* Z, or a difference to UTC.  Nothing may follow. */
static bool
take_zone(struct text *t, int64_t *seconds)
{
	int hours, minutes;
	bool there;
	char sign;

	*seconds = 0;
	if (t->len == 0)
		return false;
	sign = t->at[0];
	t->at++;
	t->len--;
	if (sign == 'Z')
		return t->len == 0;
	if (sign != '+' && sign != '-')
		return false;
	if (!take_number(t, 2, 0, 23, &hours) ||
	    !take_optional(t, 59, &there, &minutes) || t->len != 0)
		return false;
	*seconds = (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
	return true;
}

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days from 1970-01-01 to a date of the Gregorian calendar, year 0 to 9999. */
static bool
days(int year, int month, int day, int64_t *n)
{
	static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243,
		273, 304, 334, 365 };
	const int leap = is_leap(year) ? 1 : 0;
	const int last =
	    before[month] - before[month - 1] + (month == 2 ? leap : 0);
	const int years = year - 1; /* that are whole, from year 0 on */

	if (day > last)
		return false;
	*n = (int64_t)year * 365 +
	    (year > 0 ? years / 4 - years / 100 + years / 400 + 1 : 0) +
	    before[month - 1] + (month > 2 ? leap : 0) + day - 1 - 719528;
	return true;
}

bool
state_time(const char *s, size_t len, int64_t *t)
{
	struct text text = { s, len };
	int year, month, day, hour, minute = 0, second = 0;
	bool minutes, seconds = false;
	int64_t date, fraction, zone;

	if (!take_number(&text, 4, 0, 9999, &year) ||
	    !take_number(&text, 2, 1, 12, &month) ||
	    !take_number(&text, 2, 1, 31, &day) ||
	    !take_number(&text, 2, 0, 23, &hour) ||
	    !take_optional(&text, 59, &minutes, &minute) ||
	    (minutes && !take_optional(&text, 60, &seconds, &second)))
		return false;
	if (!take_fraction(&text,
		seconds       ? 1
		    : minutes ? 60
			      : 3600,
		&fraction) ||
	    !take_zone(&text, &zone) || !days(year, month, day, &date))
		return false;
	*t = date * DAY + hour * 3600 + minute * 60 + second + fraction - zone;
	return true;
}

/* The time that is the only value. */
static bool
read_time(const struct state_value *v, int64_t *t)
{
	return v->count == 1 && state_time(v->at, v->len, t);
}

/* The integer that is the only value, RFC 4517 section 3.3.16, of 32 bits. */
static bool
read_integer(const struct state_value *v, int64_t *n)
{
	const bool minus = v->count == 1 && v->len > 0 && v->at[0] == '-';
	int64_t sum = 0;

	if (v->count != 1 || v->len <= (minus ? 1u : 0u) || v->len > 11)
		return false;
	for (size_t i = minus ? 1 : 0; i < v->len; i++) {
		if (!is_digit(v->at[i]))
			return false;
		sum = sum * 10 + (v->at[i] - '0');
	}
	if (sum > UINT32_MAX)
		return false;
	*n = minus ? -sum : sum;
	return true;
}

/* Whether the only value is that word, in whatever case. */
static bool
is_word(const struct state_value *v, const char *word)
{
	return v->count == 1 && v->len == strlen(word) &&
	    strncasecmp(v->at, word, v->len) == 0;
}

static enum verdict
unclear(const char **what)
{
	*what = "has a value that is not understood";
	return VERDICT_LOCKED;
}

static enum verdict
say(enum verdict v, const char **what, const char *text)
{
	*what = text;
	return v;
}

/*
 * The server locks with the last wrong password, and notes the moment for both.
 * Any other time is an administrator's, be it 000001010000Z or not, and wrong
 * passwords before do not make it the server's.
 */
static enum verdict
judge_locked_time(const struct state_value *v, enum state_attribute a,
    int64_t now, const char **what)
{
	const struct state_value *failed = &v[STATE_FAILURE_TIME];
	int64_t t, last;

	(void)now;
	if (!read_time(&v[a], &t))
		return unclear(what);
	if (t < 0)
		return say(VERDICT_LOCKED, what, "locked by an administrator");
	if (failed->count == 0 || !state_time(failed->at, failed->len, &last) ||
	    last - t > MOMENT || t - last > MOMENT)
		return say(VERDICT_LOCKED, what,
		    "locked without wrong passwords");
	return say(VERDICT_GUESSED, what, "locked after wrong passwords");
}

static enum verdict
judge_disabled(const struct state_value *v, enum state_attribute a, int64_t now,
    const char **what)
{
	(void)now;
	if (is_word(&v[a], "false"))
		return VERDICT_FINE;
	if (is_word(&v[a], "true"))
		return say(VERDICT_LOCKED, what, "disabled");
	return unclear(what);
}

static enum verdict
judge_control(const struct state_value *v, enum state_attribute a, int64_t now,
    const char **what)
{
	int64_t bits;

	(void)now;
	if (!read_integer(&v[a], &bits))
		return unclear(what);
	if (((uint64_t)bits & CONTROL_DISABLED) != 0)
		return say(VERDICT_LOCKED, what, "disabled");
	if (((uint64_t)bits & CONTROL_LOCKOUT) != 0)
		return say(VERDICT_GUESSED, what, "locked out");
	return VERDICT_FINE;
}

/* The epoch is for ever, until the password is reset. */
static enum verdict
judge_unlock_time(const struct state_value *v, enum state_attribute a,
    int64_t now, const char **what)
{
	int64_t t;

	if (!read_time(&v[a], &t))
		return unclear(what);
	if (t == 0 || t > now)
		return say(VERDICT_GUESSED, what,
		    "locked after wrong passwords");
	return VERDICT_FINE;
}

static enum verdict
judge_end(const struct state_value *v, enum state_attribute a, int64_t now,
    const char **what)
{
	int64_t t;

	if (!read_time(&v[a], &t))
		return unclear(what);
	return t <= now ? say(VERDICT_EXPIRED, what, "has passed")
			: VERDICT_FINE;
}

static enum verdict
judge_start(const struct state_value *v, enum state_attribute a, int64_t now,
    const char **what)
{
	int64_t t;

	if (!read_time(&v[a], &t))
		return unclear(what);
	return t > now ? say(VERDICT_EXPIRED, what, "is in the future")
		       : VERDICT_FINE;
}

static enum verdict
judge_expire(const struct state_value *v, enum state_attribute a, int64_t now,
    const char **what)
{
	int64_t day;

	if (!read_integer(&v[a], &day))
		return unclear(what);
	return day >= 0 && now / DAY >= day
	    ? say(VERDICT_EXPIRED, what, "has passed")
	    : VERDICT_FINE;
}

/* shadow(5): all three are there, and none is negative. */
static enum verdict
judge_dormant(const struct state_value *v, enum state_attribute a, int64_t now,
    const char **what)
{
	int64_t changed, maximum, idle = -1;

	if (!read_integer(&v[a], &idle))
		return unclear(what);
	if (idle < 0 || v[STATE_CHANGED].count == 0 ||
	    v[STATE_MAXIMUM].count == 0)
		return VERDICT_FINE;
	if (!read_integer(&v[STATE_CHANGED], &changed) ||
	    !read_integer(&v[STATE_MAXIMUM], &maximum))
		return unclear(what);
	if (changed > 0 && maximum >= 0 &&
	    now / DAY >= changed + maximum + idle)
		return say(VERDICT_EXPIRED, what,
		    "the password expired too long ago");
	return VERDICT_FINE;
}

/* Each is asked if the entry has the attribute. */
static const struct rule {
	enum state_attribute attribute;
	enum verdict (*judge)(const struct state_value *v,
	    enum state_attribute a, int64_t now, const char **what);
} rules[] = {
	{ STATE_LOCKED_TIME, judge_locked_time },
	{ STATE_DISABLED, judge_disabled },
	{ STATE_CONTROL, judge_control },
	{ STATE_UNLOCK_TIME, judge_unlock_time },
	{ STATE_EXPIRE, judge_expire },
	{ STATE_PRINCIPAL, judge_end },
	{ STATE_END_TIME, judge_end },
	{ STATE_START_TIME, judge_start },
	{ STATE_INACTIVE, judge_dormant },
};

enum verdict
state_judge(const struct state_value v[static STATE_COUNT], int64_t now,
    char why[static STATE_WHY_MAX + 1])
{
	enum verdict worst = VERDICT_FINE, one;
	const char *what = "";

	why[0] = '\0';
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const struct rule *r = &rules[i];

		if (v[r->attribute].count == 0)
			continue;
		one = r->judge(v, r->attribute, now, &what);
		if (state_rank(one) <= state_rank(worst))
			continue;
		worst = one;
		(void)snprintf(why, STATE_WHY_MAX + 1, "%s: %s",
		    names[r->attribute], what);
	}
	return worst;
}
