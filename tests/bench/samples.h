/* SPDX-License-Identifier: MIT */
/*
 * samples.h - durations: taken, kept, and their median.
 */
#ifndef BENCH_SAMPLES_H
#define BENCH_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

#define SAMPLES_MAX 4096u

struct samples {
	size_t n;
	uint64_t ns[SAMPLES_MAX];
};

/* Nanoseconds of CLOCK_MONOTONIC. */
uint64_t samples_now(void);

/* Add the time since start; beyond SAMPLES_MAX nothing is kept. */
void samples_add(struct samples *s, uint64_t start);

/* Print `NAME MEDIAN', in microseconds; sorts *s. */
void samples_print(const char *name, struct samples *s);

#endif /* BENCH_SAMPLES_H */
