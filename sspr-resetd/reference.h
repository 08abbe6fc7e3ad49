/* SPDX-License-Identifier: MIT */
/*
 * reference.h - what people read to the helpdesk, so that it finds their
 * conversation in the audit log.  Pure.
 */
#ifndef SSPR_REFERENCE_H
#define SSPR_REFERENCE_H

#define REFERENCE_LEN 4 /* characters */

/*
 * The reference of a correlation: its first 20 bits as four digits of
 * Crockford's base 32.  Empty if it does not begin with five hex digits.
 */
void reference_of(const char *correlation, char buf[static REFERENCE_LEN + 1]);

#endif /* SSPR_REFERENCE_H */
