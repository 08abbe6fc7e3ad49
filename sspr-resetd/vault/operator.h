/* SPDX-License-Identifier: MIT */
/*
 * operator.h - whom an operator of the helpdesk may do something to, and what
 * they are told if they may not (R-ADM-1, R-ADM-2).
 */
#ifndef SSPR_OPERATOR_H
#define SSPR_OPERATOR_H

#include <stdbool.h>

struct session;
struct vault;

/* Why not. */
enum operator_no {
	OPERATOR_MAY,
	OPERATOR_NONE,     /* the peer is no operator */
	OPERATOR_NOBODY,   /* the account is nobody we serve */
	OPERATOR_REASON,   /* no reason was given */
	OPERATOR_EXCLUDED, /* nobody resets the account */
	OPERATOR_SELF,     /* it is the operator's own */
	OPERATOR_ABOVE,    /* it takes root */
	OPERATOR_DAMAGED,  /* the stored record does not verify */
	OPERATOR_MISSING,  /* it was missing, and nobody confirmed it */
	OPERATOR_ROOT,     /* only root can do it */
	OPERATOR_EMPTY,    /* there is no stored record */
	OPERATOR_OFF,      /* no passes at this site */
	OPERATOR_MINUTES,  /* too long a pass */
	OPERATOR_METHOD,   /* no such method */
	OPERATOR_PASSES,   /* as many passes as can be */
	OPERATOR_UNLOCKS,  /* the account was unlocked too often today */
	OPERATOR_UNTOLD,   /* nobody would hear of it */
};

/* Whether nobody resets the account of s, whoever asks. */
bool operator_is_excluded(const struct vault *v, const struct session *s);

/* Whether the operator of s may look at the account; or act on it. */
enum operator_no operator_may_see(const struct session *s);
enum operator_no
operator_may_act(const struct vault *v, const struct session *s);

/* Tell the operator, in full, and the audit log; s is over. */
void operator_refuse(struct vault *v, struct session *s, enum operator_no why);

#endif /* SSPR_OPERATOR_H */
