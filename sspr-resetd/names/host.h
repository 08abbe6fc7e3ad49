/* SPDX-License-Identifier: MIT */
/*
 * host.h - the addresses of this host.
 */
#ifndef SSPR_HOST_H
#define SSPR_HOST_H

#include <stdbool.h>

/*
 * Whether an interface of this host has the address at the moment.
 *
 * address  numeric, IPv4 or IPv6, mapped or with a scope, or anything else,
 *          which no interface has
 */
bool host_has(const char *address);

#endif /* SSPR_HOST_H */
