/* SPDX-License-Identifier: MIT */
/* links: libsspr/secret.c libsspr/text.c sspr-resetd/vault/answer.c */
/* links: sspr-resetd/vault/seal.c -lsodium */
/*
 * What is taken as an answer is in its normal form, which is taken as itself;
 * what is not leaves the answer as it was.
 */
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "vault/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct answer zero;
	struct answer a = { 0 }, again = { 0 };

	if (answer_read(data, size, &a) != SSPR_OK) {
		if (memcmp(&a, &zero, sizeof(a)) != 0)
			abort();
		return 0;
	}
	if (a.len < ANSWER_MIN || a.len > ANSWER_BYTES ||
	    !text_is_clean((const char *)a.text, a.len))
		abort();
	if (answer_read(a.text, a.len, &again) != SSPR_OK ||
	    memcmp(&again, &a, sizeof(a)) != 0)
		abort();
	return 0;
}
