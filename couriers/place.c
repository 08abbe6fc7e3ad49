/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "address.h"
#include "place.h"

#define PORT_DIGITS 5
#define PORT_MAX    65535u

/* `' or `:PORT' */
static bool
is_port(const char *s)
{
	unsigned int port = 0;
	size_t n = 1;

	if (s[0] == '\0')
		return true;
	if (s[0] != ':')
		return false;
	for (; s[n] >= '0' && s[n] <= '9' && n <= PORT_DIGITS; n++)
		port = port * 10 + (unsigned int)(s[n] - '0');
	return s[n] == '\0' && port > 0 && port <= PORT_MAX;
}

static bool
is_six(const char *host, bool *loopback)
{
	struct in6_addr six;

	if (inet_pton(AF_INET6, host, &six) != 1)
		return false;
	*loopback = IN6_IS_ADDR_LOOPBACK(&six);
	return true;
}

static bool
is_name(const char *host, bool *loopback)
{
	struct in_addr four;

	if (inet_pton(AF_INET, host, &four) == 1)
		*loopback = ntohl(four.s_addr) >> 24 == IN_LOOPBACKNET;
	else if (host[strspn(host, "0123456789.")] == '\0')
		return false; /* 127.1, which some would take for an address */
	else
		*loopback = strcasecmp(host, "localhost") == 0;
	return address_is_host(host);
}

bool
place_parse(const char *s, size_t len, bool *loopback)
{
	char text[ADDRESS_MAX + PORT_DIGITS + 4];
	char *end;
	bool is;

	if (len >= sizeof(text) || memchr(s, '\0', len) != NULL)
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	if (text[0] == '[') {
		if ((end = strchr(text, ']')) == NULL || !is_port(end + 1))
			return false;
		*end = '\0';
		if (!is_six(text + 1, &is))
			return false;
	} else {
		end = text + strcspn(text, ":");
		if (!is_port(end))
			return false;
		*end = '\0';
		if (!is_name(text, &is))
			return false;
	}
	*loopback = is;
	return true;
}
