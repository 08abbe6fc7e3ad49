/* SPDX-License-Identifier: MIT */
/*
 * bench.h - the subcommands of the program `bench', one file each.  They print
 * one `NAME VALUE' a line, times in microseconds, and end with 0 or not at
 * all.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

/* How an argument reads as a number; what is none ends the program. */
unsigned int bench_number(const char *text);

/* people COUNT: `NAME UID' of the first COUNT people. */
int people_main(char **argv);

/* generate COUNT LOCAL: a database in which the first COUNT people are
 * enrolled, */
/* the first LOCAL of them as accounts of the passwd file. */
int generate_main(char **argv);

/*
 * verify FIRST COUNT DIR: COUNT times a wrong and a right code, from person
 * FIRST on, and between them what the machine itself needs, in DIR.
 */
int verify_main(char **argv);

/* race FIRST ROUNDS: one valid code from 64 clients at once. */
int race_main(char **argv);

/* crowd FIRST ROUNDS: 64 people at once, each with a valid code. */
int crowd_main(char **argv);

#endif /* BENCH_BENCH_H */
