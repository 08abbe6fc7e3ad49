/* SPDX-License-Identifier: MIT */
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "myself.h"

void
myself_name(char name[static PROTO_USER_MAX + 1])
{
	const struct passwd *pw = getpwuid(getuid());
	size_t len = pw == NULL ? 0 : strlen(pw->pw_name);

	name[0] = '\0';
	if (len > 0 && len <= PROTO_USER_MAX)
		memcpy(name, pw->pw_name, len + 1);
}

void
myself_host(char host[static MYSELF_HOST_MAX])
{
	if (gethostname(host, MYSELF_HOST_MAX) == -1 || host[0] == '\0')
		(void)snprintf(host, MYSELF_HOST_MAX, "localhost");
	host[MYSELF_HOST_MAX - 1] = '\0';
}
