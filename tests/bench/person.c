/* SPDX-License-Identifier: MIT */
#include <err.h>
#include <liboath/oath.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "person.h"

#define UID_FIRST 20000u
#define PERIOD    30u /* seconds */
#define DIGITS    6u
#define NEAR      3 /* steps to either side of now */

/* The splitmix64 generator of Steele, Lea and Flood. */
static uint64_t
next(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

void
person_make(uint32_t n, struct person *p)
{
	uint64_t state = n;

	memset(p, 0, sizeof(*p));
	snprintf(p->name, sizeof(p->name), "bench%07u", n % 10000000);
	p->uid = UID_FIRST + n;
	for (size_t i = 0; i < sizeof(p->seed); i++)
		p->seed[i] = (uint8_t)next(&state);
}

/* The code of the step that is `offset' after the present one. */
static void
code_at(const struct person *p, int offset, char code[static PERSON_CODE])
{
	const time_t at = time(NULL) + offset * (time_t)PERIOD;

	if (oath_totp_generate((const char *)p->seed, sizeof(p->seed), at,
		PERIOD, 0, DIGITS, code) != OATH_OK)
		errx(2, "no code can be made");
}

void
person_code(const struct person *p, char code[static PERSON_CODE])
{
	code_at(p, 0, code);
}

static bool
is_near(const struct person *p, const char code[static PERSON_CODE])
{
	char good[PERSON_CODE];

	for (int i = -NEAR; i <= NEAR; i++) {
		code_at(p, i, good);
		if (strcmp(good, code) == 0)
			return true;
	}
	return false;
}

void
person_wrong(const struct person *p, char code[static PERSON_CODE])
{
	unsigned int guess = 0;

	do
		snprintf(code, PERSON_CODE, "%06u", guess++ % 1000000);
	while (is_near(p, code));
}
