/* SPDX-License-Identifier: MIT */
/*
 * factors.h - what the daemon says is enrolled for whoever runs us.
 */
#ifndef SSPR_ENROLL_FACTORS_H
#define SSPR_ENROLL_FACTORS_H

#include <stddef.h>
#include <stdint.h>

#include "dialogue.h"
#include "err.h"
#include "proto.h"

#define FACTORS_MAX 128u

struct factors {
	size_t n;
	struct proto_factor at[FACTORS_MAX];
};

/* Add one record; it is a talk callback with a struct factors for arg. */
enum sspr_err
factors_take(void *arg, const struct proto_row *row, const struct proto_msg *m);

/*
 * Ask the daemon; the daemon's information goes to info.  Errors as
 * dialogue_hold(), then *f holds nothing of use.
 */
enum sspr_err
factors_fetch(const struct tty *tty, FILE *info, struct factors *f);

/* The one with this id, or NULL. */
const struct proto_factor *factors_find(const struct factors *f, uint32_t id);

#endif /* SSPR_ENROLL_FACTORS_H */
