/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "args.h"
#include "proto.h"

#define OURS  "sspr-" /* our own stacks: serving them would recurse */
#define NEVER "su,su-l,sudo,sudo-i,runuser,runuser-l,polkit-1,cron,crond,atd"

/* Whether word is one of a list separated by commas. */
static bool
is_listed(const char *list, const char *word)
{
	size_t len = strlen(word), n;

	for (; *list != '\0'; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		if (n == len && n > 0 && strncmp(list, word, n) == 0)
			return true;
	}
	return false;
}

/* What follows `name=' in word, or NULL if it is another or too long. */
static const char *
value_of(const char *word, const char *name, size_t max)
{
	size_t n = strlen(name);

	if (strncmp(word, name, n) != 0 || word[n] != '=' ||
	    strlen(word + n + 1) > max)
		return NULL;
	return word + n + 1;
}

/* clang-format off */

void
args_init(struct args *a)
{
	*a = (struct args) {
#define TEXT(name, max, initial)	.name = (initial),
#define FLAG(name)			.name = false,
#include "args.def"
	};
}

bool
args_take(struct args *a, const char *word)
{
	const char *value;

#define TEXT(name, max, initial)				\
	if ((value = value_of(word, #name, (max))) != NULL) {	\
		a->name = value;				\
		return true;					\
	}
#define FLAG(name)						\
	if (strcmp(word, #name) == 0) {				\
		a->name = true;					\
		return true;					\
	}
#include "args.def"
	return false;
}

/* clang-format on */

bool
args_serves(const struct args *a, const char *service)
{
	return strncmp(service, OURS, strlen(OURS)) != 0 &&
	    !is_listed(NEVER, service) && is_listed(a->services, service);
}

bool
args_is_usual(const char *service)
{
	return is_listed(ARGS_SERVICES, service);
}
