/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include "whole.h"

enum sspr_err
whole_read(int fd, void *buf, size_t size, size_t *len)
{
	uint8_t *at = buf;
	ssize_t n;

	for (*len = 0; *len < size; *len += (size_t)n) {
		while ((n = read(fd, at + *len, size - *len)) == -1)
			if (errno != EINTR)
				return SSPR_SYSTEM;
		if (n == 0)
			break;
	}
	return SSPR_OK;
}
