/* SPDX-License-Identifier: MIT */
/*
 * client.h - a client of uid 0 in a reset.  What goes wrong ends the program.
 */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include "proto.h"

/*
 * Begin a reset of this name: the descriptor of a conversation that waits for
 * a code.  A daemon that is full is asked again for some seconds.
 */
int client_open(const char *name);

/* Reply to the ASK. */
void client_answer(int fd, const char *text);

/*
 * Wait for the next message and say which it is.
 *
 * *hand   out: the descriptor of a HAND, else -1
 */
enum proto_type client_hear(int fd, int *hand);

/* Wait for the next ASK; SHOWs come before it. */
void client_await(int fd);

#endif /* BENCH_CLIENT_H */
