/* SPDX-License-Identifier: MIT */
/* Each system call of a whole reset fails once, until none is left. */
#include <errno.h>
#include <security/pam_appl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "faults.h"
#include "host.h"
#include "stage.h"

/* Returns how many calls it was; 0 if the nth was never reached. */
static unsigned int
resets(unsigned int nth, int error, bool interrupted)
{
	struct host h = { .answers = HOST_RESETS };

	memset(&faults, 0, sizeof(faults));
	faults.nth = nth;
	faults.error = error;
	faults.interrupted = interrupted;
	faults.patience_ms = 2000;
	stage_up(NULL, NULL);
	host_logs_in(&h);
	stage_down();
	if (nth == 0 || faults.calls < nth)
		assert_non_null(strstr(stage_heard->answers, "|" STAGE_NEW));
	return faults.calls < nth ? 0 : faults.calls;
}

/* R-PAM-10 */
static void
every_system_call_may_fail([[maybe_unused]] void **state)
{
	static const int errors[] = { ENOMEM, EIO, EAGAIN, ECONNRESET };
	unsigned int nth;

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		for (nth = 1; resets(nth, errors[i], false) != 0; nth++)
			;
		assert_in_range(nth, 20, 200);
	}
}

/* R-PAM-6, R-PAM-10 */
static void
interruptions_change_nothing([[maybe_unused]] void **state)
{
	assert_in_range(resets(0, 0, true), 20, 200);
	assert_non_null(strstr(stage_heard->answers, STAGE_NEW "||"));
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_system_call_may_fail),
		cmocka_unit_test(interruptions_change_nothing),
	};

	host_modules(argc, argv);
	stage_enter();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
