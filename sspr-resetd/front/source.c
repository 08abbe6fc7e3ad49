/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "front/source.h"

#define DEV "/dev/"

static bool
key_of_address(const char *rhost, char key[static SOURCE_MAX + 1])
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr v6;
	struct in_addr v4;
	size_t len = strcspn(rhost, "%"); /* fe80::1%eth0 */

	if (len >= sizeof(text))
		return false;
	memcpy(text, rhost, len);
	text[len] = '\0';
	if (inet_pton(AF_INET, text, &v4) == 1)
		return inet_ntop(AF_INET, &v4, key, SOURCE_MAX) != NULL;
	if (inet_pton(AF_INET6, text, &v6) != 1)
		return false;
	if (IN6_IS_ADDR_V4MAPPED(&v6))
		return inet_ntop(AF_INET, v6.s6_addr + 12, key, SOURCE_MAX) !=
		    NULL;
	memset(v6.s6_addr + 8, 0, 8);
	return inet_ntop(AF_INET6, &v6, key, SOURCE_MAX) != NULL;
}

void
source_key(uid_t uid, const char *rhost, const char *tty,
    char key[static SOURCE_MAX + 1])
{
	if (uid != 0) {
		snprintf(key, SOURCE_MAX + 1, "uid:%u", uid);
		return;
	}
	if (key_of_address(rhost, key))
		return;
	if (strncmp(tty, DEV, sizeof(DEV) - 1) == 0)
		tty += sizeof(DEV) - 1;
	if (*tty != '\0')
		snprintf(key, SOURCE_MAX + 1, "tty:%s", tty);
	else
		snprintf(key, SOURCE_MAX + 1, "unknown");
}
