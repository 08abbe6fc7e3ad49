/* SPDX-License-Identifier: MIT */
#include "err.h"

/* clang-format off */

static const struct row {
	enum sspr_err e;
	enum sspr_err told;
	int exit;
	const char *text;
} rows[] = {
#define ERR(name, number, told, exit, text) \
	{ SSPR_##name, SSPR_##told, exit, text },
#include "err.def"
};

/* clang-format on */

static const struct row *
row_of(uint32_t number)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if ((uint32_t)rows[i].e == number)
			return &rows[i];
	return NULL;
}

const char *
err_text(enum sspr_err e)
{
	const struct row *r = row_of((uint32_t)e);

	return r == NULL ? "unknown error" : r->text;
}

enum sspr_err
err_told(enum sspr_err e)
{
	const struct row *r = row_of((uint32_t)e);

	return r == NULL ? SSPR_SYSTEM : r->told;
}

int
err_exit(enum sspr_err e)
{
	const struct row *r = row_of((uint32_t)e);

	return r == NULL ? 3 : r->exit;
}

enum sspr_err
err_number(uint32_t number, enum sspr_err *e)
{
	const struct row *r = row_of(number);

	if (r == NULL)
		return SSPR_MALFORMED;
	*e = r->e;
	return SSPR_OK;
}
