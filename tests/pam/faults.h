/* SPDX-License-Identifier: MIT */
/*
 * faults.h - the system calls the module makes, which the test's program
 * answers before libc does: to let one fail, and to shorten waits.
 */
#ifndef SSPR_TESTS_FAULTS_H
#define SSPR_TESTS_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

struct faults {
	bool armed;         /* the module is at work */
	unsigned int calls; /* seen while armed */
	unsigned int nth;   /* the call that fails, 0 none */
	int error;          /* its errno */
	bool interrupted;   /* every third call fails with EINTR */
	int patience_ms;    /* real length of a wait in vain, 0 its own */
	int64_t skipped_ms; /* that waits were shortened by */
};

extern struct faults faults;

#endif /* SSPR_TESTS_FAULTS_H */
