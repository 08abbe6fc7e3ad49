/* SPDX-License-Identifier: MIT */
/*
 * place.h - where a server is.
 */
#ifndef COURIERS_PLACE_H
#define COURIERS_PLACE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether the len bytes at s are HOST, HOST:PORT, [IPv6] or [IPv6]:PORT and
 * nothing else: no user, no path, no other spelling of an address.
 *
 * *loopback	out: whether it can only be this host: localhost, 127.x.y.z
 *		or [::1]
 */
bool place_parse(const char *s, size_t len, bool *loopback);

#endif /* COURIERS_PLACE_H */
