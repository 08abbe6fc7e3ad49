/* SPDX-License-Identifier: MIT */
/* links: libsspr/wire.c libsspr/proto.c */
/*
 * What decodes, in either direction, encodes to the very same bytes; what
 * does not leaves nothing behind.  The first byte of the input says which way.
 */
#include <stdlib.h>
#include <string.h>

#include "proto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct proto_msg zero;
	uint8_t again[WIRE_FRAME_MAX];
	struct proto_msg m;
	size_t len;

	if (size == 0)
		return 0;
	memset(&m, 0xee, sizeof(m));
	if (proto_decode(data + 1, size - 1,
		data[0] % 2 == 0 ? PROTO_UP : PROTO_DOWN, &m) != SSPR_OK) {
		if (memcmp(&m, &zero, sizeof(m)) != 0)
			abort();
		return 0;
	}
	if (proto_encode(&m, again, &len) != SSPR_OK || len != size - 1 ||
	    memcmp(again, data + 1, len) != 0)
		abort();
	return 0;
}
