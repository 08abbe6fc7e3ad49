/* SPDX-License-Identifier: MIT */
/*
 * json.h - a message as a JSON object (RFC 8259), by its table of fields.
 */
#ifndef SSPR_JSON_H
#define SSPR_JSON_H

#include <stdio.h>

#include "wire.h"

/*
 * Print the struct at msg, which fields describes, on one line without a
 * newline: numbers as numbers, STR as a string (what is not UTF-8 as U+FFFD),
 * BYTES as lower-case hexadecimal.  ferror(to) tells whether it went well.
 */
void json_message(FILE *to, const struct wire_field *fields, const void *msg);

#endif /* SSPR_JSON_H */
