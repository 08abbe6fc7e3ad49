/* SPDX-License-Identifier: MIT */
/*
 * gate.c - the rules of the gates, as one table.
 *
 * A set of proofs is open if every rule holds that the need calls for.  A
 * rule counts the different methods of one class.  Two things are no counts
 * and stand beside the table: questions MUST NOT be the first proof, and two
 * messages MUST have gone to destinations that are known to differ.
 *
 * A proof by a method that is not enabled does not count, for or against.
 * As method.def stands some rows follow from others; each is a requirement.
 */
#include <string.h>

#include "gate.h"

#define MANY   METHOD_COUNT
#define NEEDED UINT32_MAX /* as many as the need says */

/* When a rule is called for; all must hold. */
enum when {
	WHEN_ALWAYS = 0,
	WHEN_APART = 0x01,  /* two, and from the network or for an admin */
	WHEN_ADMIN = 0x02,  /* an administrator */
	WHEN_USABLE = 0x04, /* more than a helpdesk-pass can be used */
	WHEN_LOGIN = 0x08,  /* the login asks for more than a password */
};

/* What it counts. */
enum class {
	CLASS_ANY,
	CLASS_STRONG,
	CLASS_BORNE,
	CLASS_WEAK,
	CLASS_SOUND, /* not weak */
	CLASS_OWN,   /* not a helpdesk-pass */
	CLASS_NEW,   /* not what the login asks for */
};

static const struct rule {
	unsigned int when;
	enum class class;
	uint32_t min, max;
} rules[] = {
	/* R-VER-1 */
	{ WHEN_ALWAYS, CLASS_ANY, NEEDED, MANY },
	/* R-VER-7 */
	{ WHEN_ALWAYS, CLASS_SOUND, 1, MANY },
	{ WHEN_ALWAYS, CLASS_WEAK, 0, 1 },
	/* R-VER-8 */
	{ WHEN_APART, CLASS_BORNE, 0, 1 },
	{ WHEN_LOGIN, CLASS_NEW, 1, MANY },
	/* R-POL-1 */
	{ WHEN_ADMIN, CLASS_STRONG, 1, MANY },
	{ WHEN_ADMIN, CLASS_WEAK, 0, 0 },
	/* R-ADM-2 */
	{ WHEN_USABLE, CLASS_OWN, 1, MANY },
};

#define RULES (sizeof(rules) / sizeof(rules[0]))

/* The bit of a method that is a proof, else 0. */
static uint32_t
bit_of(unsigned int m)
{
	const struct method_row *r = method_row(m);

	return r == NULL || r->kind == METHOD_NONE ? 0 : METHOD_BIT(m);
}

static bool
is_kind(unsigned int m, enum method_kind kind)
{
	const struct method_row *r = method_row(m);

	return r != NULL && r->kind == kind;
}

static uint32_t
mask_of_kind(enum method_kind kind)
{
	uint32_t mask = 0;

	for (unsigned int m = 0; m < METHOD_COUNT; m++)
		mask |= is_kind(m, kind) ? METHOD_BIT(m) : 0;
	return mask;
}

/* The methods that count. */
static uint32_t
usable(const struct gate_need *need)
{
	return need->enabled &
	    (mask_of_kind(METHOD_STRONG) | mask_of_kind(METHOD_BORNE) |
		mask_of_kind(METHOD_WEAK));
}

static uint32_t
mask_of_class(const struct gate_need *need, enum class class)
{
	switch (class) {
	case CLASS_ANY:
		break;
	case CLASS_STRONG:
		return mask_of_kind(METHOD_STRONG);
	case CLASS_BORNE:
		return mask_of_kind(METHOD_BORNE);
	case CLASS_WEAK:
		return mask_of_kind(METHOD_WEAK);
	case CLASS_SOUND:
		return ~mask_of_kind(METHOD_WEAK);
	case CLASS_OWN:
		return ~METHOD_BIT(METHOD_PASS);
	case CLASS_NEW:
		return ~need->login;
	}
	return ~0u;
}

static unsigned int
count_of(const struct gate_need *need)
{
	const unsigned int least = need->admin ? 2 : 1;

	return need->count > least ? need->count : least;
}

static unsigned int
when(const struct gate_need *need)
{
	const bool two = count_of(need) >= 2;
	unsigned int w = 0;

	w |= two && (need->network || need->admin) ? WHEN_APART : 0;
	w |= need->admin ? WHEN_ADMIN : 0;
	w |= need->pass_alone ? 0 : WHEN_USABLE;
	w |= need->login != 0 ? WHEN_LOGIN : 0;
	return w;
}

static uint32_t
count_bits(uint32_t mask)
{
	uint32_t n = 0;

	for (; mask != 0; mask &= mask - 1)
		n++;
	return n;
}

/* The rules that a need calls for, each with the methods that it counts. */
struct terms {
	size_t n;
	struct {
		uint32_t mask, min, max;
	} at[RULES];
};

static struct terms
terms_of(const struct gate_need *need)
{
	const unsigned int w = when(need);
	struct terms t = { 0 };

	for (size_t i = 0; i < RULES; i++) {
		const struct rule *r = &rules[i];

		if ((r->when & w) != r->when)
			continue;
		t.at[t.n].mask = mask_of_class(need, r->class);
		t.at[t.n].min = r->min == NEEDED ? count_of(need) : r->min;
		t.at[t.n++].max = r->max;
	}
	return t;
}

/* Whether these methods, all enabled, keep every rule. */
static bool
keeps(const struct terms *t, uint32_t mask)
{
	for (size_t i = 0; i < t->n; i++) {
		const uint32_t n = count_bits(mask & t->at[i].mask);

		if (n < t->at[i].min || n > t->at[i].max)
			return false;
	}
	return true;
}

/* Whether it is a message, and where to is the same, or not known to differ. */
static bool
clashes(const struct gate_proof *p, const uint8_t *destination)
{
	static const uint8_t none[GATE_DESTINATION];

	return is_kind(p->method, METHOD_BORNE) &&
	    (destination == NULL ||
		memcmp(destination, none, sizeof(none)) == 0 ||
		memcmp(p->destination, none, sizeof(none)) == 0 ||
		memcmp(p->destination, destination, sizeof(none)) == 0);
}

static bool
counts(const struct gate_need *need, const struct gate_proof *p)
{
	return (bit_of(p->method) & need->enabled) != 0;
}

/* Whether the first proof that counts is weak. */
static bool
begins_weak(const struct gate_need *need, const struct gate_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		if (counts(need, &set->at[i]))
			return is_kind(set->at[i].method, METHOD_WEAK);
	return false;
}

/* Whether a message before at[end] clashes with this one. */
static bool
any_clashes(const struct gate_need *need, const struct gate_set *set,
    size_t end, const uint8_t *destination)
{
	for (size_t i = 0; i < end; i++)
		if (counts(need, &set->at[i]) &&
		    clashes(&set->at[i], destination))
			return true;
	return false;
}

/* What is no count, of all that is there. */
static bool
is_sane(const struct gate_need *need, const struct gate_set *set)
{
	if (set->n > GATE_PROOFS_MAX || begins_weak(need, set))
		return false;
	for (size_t i = 1; i < set->n; i++)
		if (counts(need, &set->at[i]) &&
		    is_kind(set->at[i].method, METHOD_BORNE) &&
		    any_clashes(need, set, i, set->at[i].destination))
			return false;
	return true;
}

bool
gate_is_open(const struct gate_need *need, const struct gate_set *set)
{
	const struct terms t = terms_of(need);

	return is_sane(need, set) && keeps(&t, gate_mask(set) & need->enabled);
}

/* Whether room for so many more methods can make the mask keep the rules. */
static bool
can_open(const struct gate_need *need, uint32_t mask, size_t room)
{
	const uint32_t rest = usable(need) & ~mask;
	const struct terms t = terms_of(need);
	uint32_t more = 0;

	do {
		if (count_bits(more) <= room && keeps(&t, mask | more))
			return true;
		more = (more - rest) & rest; /* the next subset of rest */
	} while (more != 0);
	return false;
}

bool
gate_takes(const struct gate_need *need, const struct gate_set *set,
    enum method m, const uint8_t *destination)
{
	const uint32_t bit = bit_of(m), mask = gate_mask(set);

	if ((bit & need->enabled) == 0 || (bit & mask) != 0 ||
	    set->n >= GATE_PROOFS_MAX || !is_sane(need, set))
		return false;
	if (is_kind(m, METHOD_WEAK) && (mask & need->enabled) == 0)
		return false;
	if (is_kind(m, METHOD_BORNE) && destination != NULL &&
	    any_clashes(need, set, set->n, destination))
		return false;
	return can_open(need, (mask & need->enabled) | bit,
	    GATE_PROOFS_MAX - set->n - 1);
}

bool
gate_sends(const struct gate_need *need, const struct gate_set *set,
    enum method m)
{
	const uint32_t bit = bit_of(m);
	const bool two = count_of(need) >= 2 || (bit & ~need->login) == 0;
	const uint32_t silent =
	    gate_mask(set) & need->enabled & ~mask_of_kind(METHOD_BORNE);

	return is_kind(m, METHOD_BORNE) && (!two || silent != 0) &&
	    gate_takes(need, set, m, NULL);
}

bool
gate_add(const struct gate_need *need, struct gate_set *set, enum method m,
    const uint8_t *destination)
{
	struct gate_proof p = { .method = (uint8_t)m };

	if (!gate_takes(need, set, m, destination) ||
	    (is_kind(m, METHOD_BORNE) &&
		any_clashes(need, set, set->n, destination)))
		return false;
	if (destination != NULL)
		memcpy(p.destination, destination, sizeof(p.destination));
	set->at[set->n++] = p;
	return true;
}

uint32_t
gate_mask(const struct gate_set *set)
{
	uint32_t mask = 0;

	for (size_t i = 0; i < set->n && i < GATE_PROOFS_MAX; i++)
		mask |= bit_of(set->at[i].method);
	return mask;
}

/* As much of the mask as there is room for. */
static void
put_all(uint32_t mask, struct gate_set *set)
{
	for (unsigned int m = 0; m < METHOD_COUNT; m++) {
		struct gate_proof p = { .method = (uint8_t)m };

		if ((bit_of(m) & mask) == 0 || set->n >= GATE_PROOFS_MAX)
			continue;
		memset(p.destination, (int)m, sizeof(p.destination));
		set->at[set->n++] = p;
	}
}

void
gate_of_mask(uint32_t mask, struct gate_set *set)
{
	const uint32_t weak = mask & mask_of_kind(METHOD_WEAK);
	struct gate_set s = { 0 };

	put_all(mask & ~weak, &s);
	put_all(weak, &s);
	*set = gate_mask(&s) == mask ? s : (struct gate_set){ 0 };
}
