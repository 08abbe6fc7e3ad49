/* SPDX-License-Identifier: MIT */
/*
 * machine.h - what the machine itself needs for the parts of a verification.
 */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include "samples.h"

struct machine;

/* Measure on the file system of dir; what is made there is left there. */
struct machine *machine_open(const char *dir);

/* One durable SQLite commit of one row, as the vault's pragmas have it. */
void machine_commit(struct machine *m, struct samples *s);

/* One append of a line to a log, with fdatasync. */
void machine_append(struct machine *m, struct samples *s);

/* One round trip to another process on a connected unix socket. */
void machine_trip(struct machine *m, struct samples *s);

/* One worker, from fork to the end of its pre-checks for this account. */
void machine_worker(const char *name, uint32_t uid, struct samples *s);

void machine_close(struct machine *m);

#endif /* BENCH_MACHINE_H */
