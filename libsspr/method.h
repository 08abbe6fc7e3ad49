/* SPDX-License-Identifier: MIT */
/*
 * method.h - the methods of method.def.
 */
#ifndef SSPR_METHOD_H
#define SSPR_METHOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define METHOD_NAMES_MAX 80 /* bytes: all names with spaces between */

/* clang-format off */

/* METHOD_APP = 1, ... */
enum method {
	METHOD_UNKNOWN,
#define METHOD(NAME, number, name, word, kind)	METHOD_##NAME = (number),
#include "method.def"
	METHOD_COUNT, /* one more than the highest */
};

/* clang-format on */

enum method_kind {
	METHOD_STRONG,
	METHOD_BORNE,
	METHOD_WEAK,
	METHOD_NONE,
};

struct method_row {
	enum method method;
	const char *name, *word;
	enum method_kind kind;
};

#define METHOD_BIT(m) (1u << (unsigned int)(m))

/* The row of a number, or NULL. */
const struct method_row *method_row(unsigned int number);

/* The method of this name, METHOD_UNKNOWN if there is none. */
enum method method_named(const char *name);

/*
 * The methods a list of names, separated by spaces, holds, as METHOD_BITs.
 * Returns false, and *mask untouched, if a name is not one of a proof.
 */
bool method_mask(const char *names, uint32_t *mask);

#endif /* SSPR_METHOD_H */
