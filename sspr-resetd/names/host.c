/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "names/host.h"

/* As IPv6, IPv4 mapped; a scope is left out. */
static bool
parse(const char *address, struct in6_addr *to)
{
	char text[INET6_ADDRSTRLEN], mapped[INET6_ADDRSTRLEN + 8];
	const size_t len = strcspn(address, "%");

	if (len >= sizeof(text))
		return false;
	memcpy(text, address, len);
	text[len] = '\0';
	(void)snprintf(mapped, sizeof(mapped), "::ffff:%s", text);
	return inet_pton(AF_INET6, text, to) == 1 ||
	    (strchr(text, ':') == NULL && inet_pton(AF_INET6, mapped, to) == 1);
}

static bool
read_interface(const struct sockaddr *sa, struct in6_addr *to)
{
	struct sockaddr_in6 v6;
	struct sockaddr_in v4;

	if (sa != NULL && sa->sa_family == AF_INET6) {
		memcpy(&v6, sa, sizeof(v6));
		*to = v6.sin6_addr;
		return true;
	}
	if (sa == NULL || sa->sa_family != AF_INET)
		return false;
	memcpy(&v4, sa, sizeof(v4));
	*to = (struct in6_addr){ 0 };
	to->s6_addr[10] = to->s6_addr[11] = 0xff;
	memcpy(&to->s6_addr[12], &v4.sin_addr, sizeof(v4.sin_addr));
	return true;
}

bool
host_has(const char *address)
{
	struct in6_addr asked, own;
	struct ifaddrs *all;
	bool has = false;

	if (!parse(address, &asked) || getifaddrs(&all) == -1)
		return false;
	for (const struct ifaddrs *i = all; i != NULL && !has; i = i->ifa_next)
		has = read_interface(i->ifa_addr, &own) &&
		    memcmp(&own, &asked, sizeof(own)) == 0;
	freeifaddrs(all);
	return has;
}
