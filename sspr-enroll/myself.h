/* SPDX-License-Identifier: MIT */
/*
 * myself.h - who runs us, and where.
 */
#ifndef SSPR_ENROLL_MYSELF_H
#define SSPR_ENROLL_MYSELF_H

#include "proto.h"

#define MYSELF_HOST_MAX 256 /* bytes */

/* The name of our uid's account; empty if it has none, or a too long one. */
void myself_name(char name[static PROTO_USER_MAX + 1]);

/* The name of this machine; never empty. */
void myself_host(char host[static MYSELF_HOST_MAX]);

#endif /* SSPR_ENROLL_MYSELF_H */
