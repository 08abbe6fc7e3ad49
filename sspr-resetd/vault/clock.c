/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "vault/clock.h"

#define BOOT_FILE "/proc/sys/kernel/random/boot_id"
#define BOOT_TEXT 36u /* characters: a UUID */

void
clock_begin(struct clock *c, const struct store_clock *stored,
    const uint8_t boot[static 16], uint64_t boot_ms, uint64_t wall_s)
{
	if (stored != NULL && boot_ms >= stored->boot_ms &&
	    memcmp(stored->boot, boot, sizeof(stored->boot)) == 0) {
		c->mark = *stored;
		return;
	}
	memcpy(c->mark.boot, boot, sizeof(c->mark.boot));
	c->mark.boot_ms = boot_ms;
	c->mark.s = stored != NULL && stored->s > wall_s ? stored->s : wall_s;
}

uint64_t
clock_at(const struct clock *c, uint64_t boot_ms)
{
	if (boot_ms < c->mark.boot_ms)
		return c->mark.s;
	return c->mark.s + (boot_ms - c->mark.boot_ms) / 1000;
}

void
clock_mark(const struct clock *c, uint64_t boot_ms, struct store_clock *mark)
{
	const uint64_t s = clock_at(c, boot_ms);

	/* Whole seconds on both sides, or each mark would lose a fraction. */
	*mark = c->mark;
	mark->boot_ms += (s - c->mark.s) * 1000;
	mark->s = s;
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* 32 hex digits with dashes between. */
static enum sspr_err
read_uuid(const char *text, size_t len, uint8_t id[static 16])
{
	size_t n = 0;
	int v;

	memset(id, 0, 16);
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '-')
			continue;
		if ((v = hex(text[i])) == -1 || n == 32)
			return SSPR_SYSTEM;
		id[n / 2] = (uint8_t)(id[n / 2] << 4 | v);
		n++;
	}
	return n == 32 ? SSPR_OK : SSPR_SYSTEM;
}

enum sspr_err
clock_boot(uint8_t boot[static 16])
{
	const int fd = open(BOOT_FILE, O_RDONLY | O_CLOEXEC);
	char text[BOOT_TEXT];
	uint8_t id[16];
	ssize_t n;

	if (fd == -1)
		return SSPR_SYSTEM;
	n = read(fd, text, sizeof(text));
	close(fd);
	if (n != (ssize_t)sizeof(text) ||
	    read_uuid(text, sizeof(text), id) != SSPR_OK)
		return SSPR_SYSTEM;
	memcpy(boot, id, sizeof(id));
	return SSPR_OK;
}
