/* SPDX-License-Identifier: MIT */
/*
 * links.h - what comes and goes over single links of the vault of lab.h.
 */
#ifndef SSPR_TESTS_VAULT_LINKS_H
#define SSPR_TESTS_VAULT_LINKS_H

#include "bad_siblings.h"

/* A role hears all options with its letter, and then APPLY. */
[[maybe_unused]] static void
told_all(int link, enum role to, char letter, enum conf_option option,
    const char *value)
{
	struct ipc_msg m;
	size_t n = 0, all = 0;
	bool found = false;
	int fd;

	for (enum conf_option o = 0; o < CONF_COUNT; o++)
		all += conf_is_for(o, letter);
	while (ipc_recv(link, ROLE_VAULT, to, &m, &fd) == SSPR_OK &&
	    m.type == IPC_SET) {
		assert_true(
		    conf_is_for((enum conf_option)m.as.set.option, letter));
		if (m.as.set.option == option)
			found = strcmp(m.as.set.value, value) == 0;
		n++;
	}
	assert_int_equal(n, all);
	assert_true(found);
	assert_int_equal(m.type, IPC_APPLY);
}

/* Parent says an option. */
[[maybe_unused]] static void
sets(enum conf_option option, const char *value)
{
	struct ipc_msg m = { .type = IPC_SET,
		.as.set.option = (uint16_t)option };

	snprintf(m.as.set.value, sizeof(m.as.set.value), "%s", value);
	hear(lab.parent, &m, -1);
}

/* The conversation with this number of one front. */
[[maybe_unused]] static struct session *
of_front(int link, uint32_t conn)
{
	for (size_t i = 0; i < VAULT_SESSIONS; i++)
		if (lab.v->session[i] != NULL &&
		    lab.v->session[i]->conn == conn &&
		    lab.v->session[i]->front == link)
			return lab.v->session[i];
	return NULL;
}

#endif /* SSPR_TESTS_VAULT_LINKS_H */
