/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "request.h"
#include "text.h"
#include "whole.h"

#define NO_UID UINT32_MAX /* (uid_t)-1 is nobody's */

static bool
read_uid(const char *s, size_t len, uid_t *uid)
{
	uint64_t n = 0;

	if (len == 0 || len > 10 || (s[0] == '0' && len > 1))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(s[i] - '0');
	}
	if (n >= NO_UID)
		return false;
	*uid = (uid_t)n;
	return true;
}

enum sspr_err
request_parse(const char *bytes, size_t len, bool password, struct request *r)
{
	struct request now = { .uid = 0 };
	const char *first = memchr(bytes, '\n', len), *second, *name;
	size_t left;

	if (first == NULL ||
	    !read_uid(bytes, (size_t)(first - bytes), &now.uid))
		return SSPR_MALFORMED;
	name = first + 1;
	left = len - (size_t)(name - bytes);
	if ((second = memchr(name, '\n', left)) == NULL)
		return SSPR_MALFORMED;
	left = (size_t)(second - name);
	if (left > ENTRY_NAME_MAX || !text_is_clean(name, left))
		return SSPR_MALFORMED;
	memcpy(now.name, name, left);
	left = len - (size_t)(second + 1 - bytes);
	if (password != (left > 0) ||
	    secret_set(&now.password, second + 1, left) != SSPR_OK)
		return SSPR_MALFORMED;
	*r = now;
	request_wipe(&now);
	return SSPR_OK;
}

enum sspr_err
request_read(int fd, bool password, struct request *r)
{
	char buf[REQUEST_MAX + 1];
	enum sspr_err e;
	size_t len;

	e = whole_read(fd, buf, sizeof(buf), &len);
	if (e == SSPR_OK)
		e = len <= REQUEST_MAX ? request_parse(buf, len, password, r)
				       : SSPR_MALFORMED;
	secret_zero(buf, sizeof(buf));
	return e;
}

void
request_wipe(struct request *r)
{
	secret_zero(r, sizeof(*r));
}
