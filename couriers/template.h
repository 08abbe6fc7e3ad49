/* SPDX-License-Identifier: MIT */
/*
 * template.h - texts with places to be filled in: %{to} %{digits} %{text}
 * %{user} %{password}.  Any other percent sign stands for itself.
 */
#ifndef COURIERS_TEMPLATE_H
#define COURIERS_TEMPLATE_H

#include <stddef.h>

#include "err.h"

/* The language a template is written in, which says how values are encoded. */
enum template_form {
	TEMPLATE_URL,  /* percent-encoding, RFC 3986: URLs, form bodies */
	TEMPLATE_JSON, /* within a string, RFC 8259 section 7 */
	TEMPLATE_XML,  /* within an element or an attribute's quotes */
	TEMPLATE_RAW,  /* as it is: plain text, headers */
};

struct template_values {
	const char *to; /* an address_is_number */
	const char *text;
	const char *user, *password;
};

/* The names of places as a set. */
#define TEMPLATE_ADDRESS 1u /* to, digits: to without the plus sign */
#define TEMPLATE_TEXT    2u
#define TEMPLATE_LOGIN   4u /* user, password */

/*
 * Whether a template has no place but those of the set allowed.
 *
 * Returns SSPR_OK, or SSPR_MALFORMED.
 */
enum sspr_err template_check(const char *template, unsigned int allowed);

/*
 * Fill in all values.
 *
 * out		has room for max + 1 bytes; gets a NUL at its end
 *
 * Returns SSPR_OK; SSPR_MALFORMED for an unknown place; SSPR_FULL if there is
 * no room.  Unless it is SSPR_OK, out is wiped.
 */
enum sspr_err template_fill(const char *template, enum template_form form,
    const struct template_values *v, char *out, size_t max);

#endif /* COURIERS_TEMPLATE_H */
