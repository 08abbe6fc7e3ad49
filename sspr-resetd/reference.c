/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <string.h>

#include "reference.h"

#define NIBBLES 5u /* hex digits that it is made of */

void
reference_of(const char *correlation, char buf[static REFERENCE_LEN + 1])
{
	static const char hex[] = "0123456789abcdef";
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint32_t bits = 0;

	buf[0] = '\0';
	if (strspn(correlation, hex) < NIBBLES)
		return;
	for (size_t i = 0; i < NIBBLES; i++)
		bits =
		    bits << 4 | (uint32_t)(strchr(hex, correlation[i]) - hex);
	for (size_t i = REFERENCE_LEN; i-- > 0; bits >>= 5)
		buf[i] = digits[bits & 31];
	buf[REFERENCE_LEN] = '\0';
}
