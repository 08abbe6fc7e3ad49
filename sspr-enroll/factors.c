/* SPDX-License-Identifier: MIT */
#include "factors.h"

enum sspr_err
factors_take(void *arg, const struct proto_row *row, const struct proto_msg *m)
{
	struct factors *f = arg;

	if (row->type != MSG_FACTOR || f->n == FACTORS_MAX)
		return SSPR_MALFORMED;
	f->at[f->n++] = m->as.factor;
	return SSPR_OK;
}

enum sspr_err
factors_fetch(const struct tty *tty, FILE *info, struct factors *f)
{
	struct proto_hello hello = { .verb = VERB_STATUS };
	struct dialogue d = { .tty = tty,
		.info = info,
		.arg = f,
		.record = factors_take };

	f->n = 0;
	return dialogue_hold(&d, &hello);
}

const struct proto_factor *
factors_find(const struct factors *f, uint32_t id)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->at[i].id == id)
			return &f->at[i];
	return NULL;
}
