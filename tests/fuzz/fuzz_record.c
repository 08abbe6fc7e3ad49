/* SPDX-License-Identifier: MIT */
/* links: libsspr/secret.c libsspr/wire.c sspr-resetd/vault/record.c */
/*
 * What decodes as a record encodes to the very same bytes; what does not
 * leaves nothing behind.
 */
#include <stdlib.h>
#include <string.h>

#include "vault/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct record zero;
	uint8_t again[RECORD_MAX];
	struct record r;
	size_t len;

	memset(&r, 0xee, sizeof(r));
	if (record_decode(data, size, &r) != SSPR_OK) {
		if (memcmp(&r, &zero, sizeof(r)) != 0)
			abort();
		return 0;
	}
	if (record_encode(&r, again, &len) != SSPR_OK || len != size ||
	    memcmp(again, data, len) != 0)
		abort();
	return 0;
}
