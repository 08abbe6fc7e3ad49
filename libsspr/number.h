/* SPDX-License-Identifier: MIT */
/*
 * number.h - numbers that people type as arguments.
 */
#ifndef SSPR_NUMBER_H
#define SSPR_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Read decimal digits, and nothing else: 1 to UINT32_MAX.
 * Returns whether s is such a number; if not, *n is untouched.
 */
bool number_read(const char *s, uint32_t *n);

#endif /* SSPR_NUMBER_H */
