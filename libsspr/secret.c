/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "secret.h"

enum sspr_err
secret_set(struct secret *s, const void *p, size_t len)
{
	if (len > SECRET_MAX)
		return SSPR_MALFORMED;
	secret_zero(s, sizeof(*s));
	if (len > 0)
		memcpy(s->at, p, len);
	s->len = (uint16_t)len;
	return SSPR_OK;
}

void
secret_wipe(struct secret *s)
{
	if (s != NULL)
		explicit_bzero(s, sizeof(*s));
}

void
secret_zero(void *p, size_t len)
{
	if (len > 0)
		explicit_bzero(p, len);
}

bool
secret_equal(const void *a, const void *b, size_t len)
{
	const volatile uint8_t *x = a, *y = b;
	uint8_t d = 0;

	for (size_t i = 0; i < len; i++)
		d = (uint8_t)(d | (x[i] ^ y[i]));
	return d == 0;
}
