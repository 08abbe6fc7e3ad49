/* SPDX-License-Identifier: MIT */
/* links: sspr-resetd/worker/tally.c sspr-resetd/worker/pamd.c */
/* links: sspr-resetd/worker/run.c sspr-resetd/child.c libsspr/secret.c */
/*
 * What faillock(8) prints, in part in its users' words: nobody is locked by
 * fewer entries than it takes, nor by entries that are not there.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "worker/tally.h"

#define NOW 1767225600 /* 2026-01-01 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct tally_rule rule = { .deny = 3, .interval_s = 900 };
	char *text = malloc(size + 1);
	size_t count = 0;
	bool locked = false;

	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	if (tally_judge(&rule, "alice", text, size, NOW, &count, &locked) !=
	    SSPR_OK) {
		if (count != 0 || locked)
			abort();
	} else if ((locked && count < rule.deny) || count > size / 81)
		abort();
	free(text);
	return 0;
}
