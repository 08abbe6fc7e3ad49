/* SPDX-License-Identifier: MIT */
/*
 * source.c - where a request comes from.
 *
 * What a login service hints at is partly what a stranger chose.  So no hint
 * MUST look like a place nearer than it is: a name is never a console, an
 * address that is none in particular (:: is what the module says of a remote
 * login whose address it does not know) is unknown, and a terminal counts only
 * where there is no address at all.
 */
#include <arpa/inet.h>
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "source.h"

#define DEV      "/dev/"
#define PTS      "pts/"
#define TTY      "tty:"
#define V4       4u   /* bytes of an IPv4 address */
#define V6       16u  /* bytes of an IPv6 address */
#define V6_HOST  8u   /* first bytes of it that one host has all of */
#define V6_SITE  6u   /* first bytes of it that one site has all of */
#define MAPPED   12u  /* bytes before an IPv4 address in an IPv6 one */
#define LOOPBACK 127u /* first byte of IPv4's */
#define BITS_MAX 3u   /* digits */

struct address {
	size_t len; /* V4 or V6 */
	uint8_t at[V6];
};

struct network {
	struct address base;
	unsigned int bits;
};

/* The first n bytes of s as an address; mapped IPv4 stays as it is. */
static bool
parse(const char *s, size_t n, struct address *a)
{
	char text[INET6_ADDRSTRLEN];
	struct address new = { 0 };

	if (n >= sizeof(text))
		return false;
	memcpy(text, s, n);
	text[n] = '\0';
	if (inet_pton(AF_INET, text, new.at) == 1)
		new.len = V4;
	else if (inet_pton(AF_INET6, text, new.at) == 1)
		new.len = V6;
	else
		return false;
	*a = new;
	return true;
}

static bool
is_mapped(const struct address *a)
{
	static const uint8_t prefix[MAPPED] = { [10] = 0xff, [11] = 0xff };

	return a->len == V6 && memcmp(a->at, prefix, sizeof(prefix)) == 0;
}

static void
unmap(struct address *a)
{
	memmove(a->at, a->at + MAPPED, V4);
	a->len = V4;
}

/* A numeric address, without its zone, in its shortest form. */
static bool
read_address(const char *s, struct address *a)
{
	if (!parse(s, strcspn(s, "%"), a))
		return false;
	if (is_mapped(a))
		unmap(a);
	return true;
}

static void
print(const struct address *a, char out[static SOURCE_MAX + 1])
{
	static_assert(INET6_ADDRSTRLEN <= SOURCE_MAX + 1);

	(void)inet_ntop(a->len == V4 ? AF_INET : AF_INET6, a->at, out,
	    SOURCE_MAX + 1); /* cannot fail: there is room for any */
}

/* No address in particular. */
static bool
is_nowhere(const struct address *a)
{
	static const uint8_t zero[V6];

	return memcmp(a->at, zero, a->len) == 0;
}

static bool
is_loopback(const struct address *a)
{
	static const uint8_t v6[V6] = { [V6 - 1] = 1 };

	return a->len == V4 ? a->at[0] == LOOPBACK
			    : memcmp(a->at, v6, sizeof(v6)) == 0;
}

/* The bits after the slash: decimal digits, no zero before them. */
static bool
read_bits(const char *s, size_t n, unsigned int max, unsigned int *bits)
{
	unsigned int value = 0;

	if (n == 0 || n > BITS_MAX || (n > 1 && s[0] == '0'))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		value = value * 10 + (unsigned int)(s[i] - '0');
	}
	if (value > max)
		return false;
	*bits = value;
	return true;
}

/* Whether a and b are the same in their first bits. */
static bool
is_alike(const uint8_t *a, const uint8_t *b, unsigned int bits)
{
	const size_t whole = bits / 8;
	const unsigned int rest = 0xffu << (8 - bits % 8) & 0xffu;

	if (memcmp(a, b, whole) != 0)
		return false;
	return bits % 8 == 0 || ((a[whole] ^ b[whole]) & rest) == 0;
}

/* Whether there is no bit of a host in the base of a network. */
static bool
is_base(const struct network *n)
{
	struct address host = { .len = n->base.len };

	for (unsigned int i = 0; i < n->bits; i++)
		host.at[i / 8] |= (uint8_t)(0x80u >> i % 8);
	for (size_t i = 0; i < host.len; i++)
		if ((n->base.at[i] & ~host.at[i]) != 0)
			return false;
	return true;
}

/* A word of n bytes as a network. */
static bool
read_network(const char *s, size_t n, struct network *out)
{
	const char *slash = memchr(s, '/', n);
	const size_t len = slash == NULL ? n : (size_t)(slash - s);
	struct network new;

	if (!parse(s, len, &new.base))
		return false;
	new.bits = (unsigned int)new.base.len * 8;
	if (slash != NULL &&
	    !read_bits(slash + 1, n - len - 1, new.bits, &new.bits))
		return false;
	if (is_mapped(&new.base) && new.bits >= MAPPED * 8) {
		unmap(&new.base);
		new.bits -= MAPPED * 8;
	}
	if (!is_base(&new))
		return false;
	*out = new;
	return true;
}

/* The length of the next word of a list, *list moved to it; 0 for no more. */
static size_t
next_word(const char **list)
{
	*list += strspn(*list, " ");
	return strcspn(*list, " ");
}

static bool
is_listed(const char *list, const char *word)
{
	const size_t len = strlen(word);

	for (size_t n; (n = next_word(&list)) > 0; list += n)
		if (n == len && strncmp(list, word, n) == 0)
			return true;
	return false;
}

static bool
is_in(const struct address *a, const char *networks)
{
	struct network n;

	for (size_t len; (len = next_word(&networks)) > 0; networks += len)
		if (read_network(networks, len, &n) && n.base.len == a->len &&
		    is_alike(a->at, n.base.at, n.bits))
			return true;
	return false;
}

bool
source_is_in(const char *address, const char *networks)
{
	struct address a;

	return read_address(address, &a) && is_in(&a, networks);
}

bool
source_are_networks(const char *networks)
{
	struct network n;

	for (size_t len; (len = next_word(&networks)) > 0; networks += len)
		if (!read_network(networks, len, &n))
			return false;
	return true;
}

static void
name(struct source *s, enum source_kind kind, const char *key)
{
	s->kind = kind;
	snprintf(s->key, sizeof(s->key), "%s", key);
}

/* The network of an IPv6 address, or an IPv4 address itself. */
static void
print_network(const struct address *a, size_t bytes,
    char out[static SOURCE_MAX + 1])
{
	struct address net = *a;

	if (net.len == V6)
		memset(net.at + bytes, 0, V6 - bytes);
	print(&net, out);
}

static void
from_address(const struct address *a, bool own, const char *shared,
    struct source *s)
{
	print(a, s->address);
	s->shared = is_in(a, shared);
	if (own || is_loopback(a)) {
		name(s, SOURCE_SELF, "self");
		return;
	}
	s->kind = SOURCE_NET;
	print_network(a, V6_HOST, s->key);
	print_network(a, V6_SITE, s->wide);
}

static void
from_terminal(const char *tty, const char *consoles, struct source *s)
{
	if (strncmp(tty, DEV, sizeof(DEV) - 1) == 0)
		tty += sizeof(DEV) - 1;
	if (strncmp(tty, PTS, sizeof(PTS) - 1) == 0) {
		name(s, SOURCE_PTS, "pts");
		return;
	}
	if (strlen(tty) > SOURCE_MAX - (sizeof(TTY) - 1) ||
	    !is_listed(consoles, tty))
		return;
	s->kind = SOURCE_CONSOLE;
	snprintf(s->key, sizeof(s->key), TTY "%s", tty);
}

void
source_read(uid_t uid, const char *rhost, const char *tty, bool own,
    const char *consoles, const char *shared, struct source *s)
{
	struct address a;

	memset(s, 0, sizeof(*s));
	name(s, SOURCE_UNKNOWN, "unknown");
	if (uid != 0) {
		s->kind = SOURCE_UID;
		snprintf(s->key, sizeof(s->key), "uid:%u", uid);
	} else if (*rhost == '\0')
		from_terminal(tty, consoles, s);
	else if (read_address(rhost, &a) && !is_nowhere(&a))
		from_address(&a, own, shared, s);
	if (s->wide[0] == '\0')
		memcpy(s->wide, s->key, sizeof(s->wide));
}
