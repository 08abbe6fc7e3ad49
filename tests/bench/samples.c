/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "samples.h"

uint64_t
samples_now(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t); /* cannot fail */
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void
samples_add(struct samples *s, uint64_t start)
{
	const uint64_t now = samples_now();

	if (s->n < SAMPLES_MAX)
		s->ns[s->n++] = now - start;
}

static int
compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void
samples_print(const char *name, struct samples *s)
{
	qsort(s->ns, s->n, sizeof(s->ns[0]), compare);
	printf("%s %.1f\n", name,
	    s->n == 0 ? 0.0 : (double)s->ns[s->n / 2] / 1000);
}
