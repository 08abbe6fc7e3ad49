/* SPDX-License-Identifier: MIT */
/* links: libsspr/wire.c sspr-resetd/ipc.c */
/*
 * What decodes, from any role to any other, encodes to the very same bytes;
 * what does not leaves nothing behind.  The first byte of the input says from
 * whom to whom.
 */
#include <stdlib.h>
#include <string.h>

#include "ipc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ipc_msg zero;
	uint8_t again[WIRE_FRAME_MAX];
	struct ipc_msg m;
	size_t len;

	if (size == 0)
		return 0;
	memset(&m, 0xee, sizeof(m));
	if (ipc_decode(data + 1, size - 1, (enum role)(data[0] % ROLE_ANY),
		(enum role)(data[0] / ROLE_ANY % ROLE_ANY), &m) != SSPR_OK) {
		if (memcmp(&m, &zero, sizeof(m)) != 0)
			abort();
		return 0;
	}
	if (ipc_encode(&m, again, &len) != SSPR_OK || len != size - 1 ||
	    memcmp(again, data + 1, len) != 0)
		abort();
	return 0;
}
