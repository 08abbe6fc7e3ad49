/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "vault/account.h"
#include "vault/policy.h"

bool
policy_has_word(const char *list, const char *word)
{
	const size_t len = strlen(word);

	for (list += strspn(list, " "); *list != '\0';
	     list += strspn(list, " ")) {
		const size_t n = strcspn(list, " ");

		if (n == len && strncmp(list, word, n) == 0)
			return true;
		list += n;
	}
	return false;
}

unsigned int
policy_count(const struct conf *c, const struct source *source,
    const char *service, bool alarmed)
{
	unsigned int count = c->methods_required;

	if (source->kind == SOURCE_CONSOLE)
		count = c->console_methods_required;
	else if (source->kind == SOURCE_NET &&
	    source_is_in(source->address, c->one_networks))
		count = 1;
	if ((alarmed && source->kind != SOURCE_CONSOLE) ||
	    policy_has_word(c->two_services, service) ||
	    (source->address[0] != '\0' &&
		source_is_in(source->address, c->two_networks)))
		count = 2;
	return count;
}

uint32_t
policy_enabled(const struct conf *c)
{
	uint32_t mask = 0;

	/* conf_check has seen that they are all methods. */
	return method_mask(c->methods, &mask) ? mask : 0;
}

struct limit_rule
policy_limit(const struct conf *c, uint8_t method)
{
	/* R-ENR-1: five tries of the password, then 15 minutes. */
	if (method == METHOD_PASSWORD)
		return (struct limit_rule){ .free = 4,
			.first = 15 * 60,
			.most = 15 * 60,
			.max = UINT32_MAX };
	return (struct limit_rule){ .free = c->free_failures,
		.first = c->first_wait_s,
		.most = c->last_wait_s,
		.max = c->max_failures };
}

void
policy_need(const struct conf *c, const struct source *source,
    unsigned int count, bool two, bool admin, struct gate_need *need)
{
	uint32_t login = 0;

	(void)method_mask(c->login_methods, &login); /* likewise */
	*need = (struct gate_need){ .count = two || admin ? 2 : count,
		.network = source->kind != SOURCE_CONSOLE,
		.admin = admin,
		.enabled = policy_enabled(c),
		.login = login };
}
