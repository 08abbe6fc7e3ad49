/* SPDX-License-Identifier: MIT */
/*
 * message.h - what a command is given on its standard input.  Pure.
 */
#ifndef SSPR_MESSAGE_H
#define SSPR_MESSAGE_H

#include <stddef.h>

#include "ipc.h"

/* All of it, bytes. */
#define MESSAGE_MAX                                                          \
	(sizeof("To: \nSubject: \n\n") + IPC_ADDRESS_MAX + IPC_SUBJECT_MAX + \
	    IPC_MESSAGE_MAX)

/*
 * Check that the address is one of the method's kind, that the subject is
 * printable UTF-8, and that so is each line of the text, which is not empty.
 * Returns SSPR_OK or SSPR_MALFORMED.
 */
enum sspr_err message_check(const struct ipc_deliver *m);

/*
 * Write `To: ADDRESS', `Subject: TEXT', an empty line and the text into buf,
 * not NUL-terminated; returns its length.  buf holds secrets then.
 */
size_t
message_format(const struct ipc_deliver *m, char buf[static MESSAGE_MAX]);

/*
 * Make the output of a command fit for the log: in the len bytes at output,
 * put stars over the address, the subject and each line of the text, in
 * capitals or not, and over what stands before any at sign, `#' over every
 * digit, and a blank over each line feed, carriage return and NUL.
 */
void message_mask(const struct ipc_deliver *m, char *output, size_t len);

#endif /* SSPR_MESSAGE_H */
