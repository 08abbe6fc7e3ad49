/* SPDX-License-Identifier: MIT */
/* links: libsspr/whole.c */
/* links: libsspr/number.c sspr-resetd/worker/member.c */
/* links: sspr-resetd/worker/rules.c sspr-resetd/worker/sudoers.c */
/* links: sspr-resetd/worker/run.c sspr-resetd/child.c libsspr/secret.c */
/*
 * Whatever else the rules of sudo or doas are, a rule for the account that
 * stands behind them on a line of its own counts; and what counts already goes
 * on to count with more behind it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "worker/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef enum sspr_err
reader(const char *text, size_t len, const struct member *m, bool *any);

/* In no group, so that it is NSS that is asked for none but a name's gid. */
static const struct member alice = { .name = "alice", .uid = 4711 };

static bool
is_any(reader *read_rules, const char *text, size_t len)
{
	bool any = false;

	if (read_rules(text, len, &alice, &any) != SSPR_OK)
		abort();
	return any;
}

static void
check(reader *read_rules, const uint8_t *data, size_t size, const char *more,
    bool counts)
{
	const size_t len = strlen(more);
	char *text = malloc(size + 1 + len + 1);
	bool before, after;

	if (text == NULL)
		return;
	memcpy(text, data, size);
	text[size] = '\0';
	before = is_any(read_rules, text, size);
	text[size] = '\n';
	memcpy(text + size + 1, more, len + 1);
	after = is_any(read_rules, text, size + 1 + len);
	if (after != (before || counts))
		abort();
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	check(rules_of_sudo, data, size, "sudoUser: alice\n", true);
	check(rules_of_sudo, data, size, "sudoUser: bob", false);
	check(rules_of_doas, data, size, "permit alice\n", true);
	check(rules_of_doas, data, size, "deny alice", false);
	return 0;
}
