/* SPDX-License-Identifier: MIT */
/*
 * reach.h - which addresses this site sends to, and by what (R-DEL-2,
 * R-DEL-3).  Pure.
 */
#ifndef SSPR_REACH_H
#define SSPR_REACH_H

#include <stdbool.h>

#include "address.h"
#include "method.h"

struct conf;

/*
 * What an address of a factor is sent to by: METHOD_SMS, METHOD_LANDLINE or
 * METHOD_EMAIL; of METHOD_NOTICE its form tells.  METHOD_UNKNOWN: nothing.
 */
enum method reach_by(enum method m, const char *address);

/*
 * Whether messages of a factor of this method may go to the address: its form
 * is right, there is a command, a number begins with one of the countries and
 * with nothing that is denied.  A code (METHOD_EMAIL) goes to none of
 * deny_domains nor below them, a notice may.
 */
bool reach_is_open(const struct conf *c, enum method m, const char *address);

/*
 * An address as people type it, in the one form it is used and stored in: a
 * number without what is put between digits, 00 and (0) understood; a domain
 * in lower case.  What is no address comes out as something that is none.
 */
void reach_read(const char *typed, char address[static ADDRESS_MAX + 1]);

/*
 * The mailbox or number that an address reaches, to count by: capitals and
 * what follows a plus in a mailbox make no other one.
 */
void reach_target(const char *address, char target[static ADDRESS_MAX + 1]);

#endif /* SSPR_REACH_H */
