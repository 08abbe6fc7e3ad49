/* SPDX-License-Identifier: MIT */
/*
 * factors.h - a list of enrolled methods, as the daemon sent it.
 */
#ifndef SSPR_FACTORS_H
#define SSPR_FACTORS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "err.h"
#include "proto.h"

#define FACTORS_MAX 100u

struct factors {
	size_t n;
	struct proto_factor at[FACTORS_MAX];
};

/* Add one.  Returns SSPR_OK, or SSPR_MALFORMED: no honest list is as long. */
enum sspr_err factors_add(struct factors *f, const struct proto_factor *one);

/* The one with this id, or NULL. */
const struct proto_factor *factors_find(const struct factors *f, uint32_t id);

/* For people: a table with its heading, within 80 columns. */
void factors_table(FILE *to, const struct factors *f);

/* For programs: an array of objects, the last bracket without a newline. */
void factors_json(FILE *to, const struct factors *f);

#endif /* SSPR_FACTORS_H */
