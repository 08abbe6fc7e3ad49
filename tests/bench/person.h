/* SPDX-License-Identifier: MIT */
/*
 * person.h - made-up people, by number: name, uid, and the seed of their app.
 */
#ifndef BENCH_PERSON_H
#define BENCH_PERSON_H

#include <stdint.h>

#include "vault/totp.h"

#define PERSON_CODE 7u /* bytes of a code, with its NUL */

struct person {
	char name[16];
	uint32_t uid;
	uint8_t seed[TOTP_SEED]; /* always the same: not for real use */
};

/* Person n, from 0 up. */
void person_make(uint32_t n, struct person *p);

/* What the app shows now. */
void person_code(const struct person *p, char code[static PERSON_CODE]);

/* A code that is good at no time near now. */
void person_wrong(const struct person *p, char code[static PERSON_CODE]);

#endif /* BENCH_PERSON_H */
