/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "names/entry.h"
#include "proto.h"
#include "text.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Some systems list them in shells(5), for ftp's sake. */
static const char *const refusers[] = { "nologin", "false" };

bool
entry_is_name(const char *name)
{
	const size_t len = strnlen(name, PROTO_USER_MAX + 1);

	if (len == 0 || len > PROTO_USER_MAX || name[0] == '-' ||
	    strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return false;
	return name[strcspn(name, ":/")] == '\0' && text_is_clean(name, len);
}

enum entry_place
entry_find(FILE *f, const char *name, uid_t uid)
{
	enum entry_place place = ENTRY_ABSENT;
	const struct passwd *pw;

	while ((pw = fgetpwent(f)) != NULL) {
		if (strcmp(pw->pw_name, name) != 0)
			continue;
		if (pw->pw_uid != uid)
			return ENTRY_OTHER;
		place = ENTRY_SAME;
	}
	return place;
}

bool
entry_has_login(const char *shell)
{
	const char *path = *shell == '\0' ? "/bin/sh" : shell;
	const char *base = strrchr(path, '/');
	const char *known;

	if (base == NULL)
		return false;
	for (size_t i = 0; i < COUNT(refusers); i++)
		if (strcmp(base + 1, refusers[i]) == 0)
			return false;
	setusershell();
	while ((known = getusershell()) != NULL)
		if (strcmp(known, path) == 0)
			break;
	endusershell();
	return known != NULL;
}

/* getpwnam(3) lists what else than 0 can mean `not found'. */
bool
entry_is_absent(int error)
{
	return error == 0 || error == ENOENT || error == ESRCH ||
	    error == EBADF || error == EPERM;
}

bool
entry_word(const char **list, char *word, size_t size)
{
	const char *at = *list + strspn(*list, " ");
	const size_t len = strcspn(at, " ");

	if (len == 0 || len >= size)
		return false;
	memcpy(word, at, len);
	word[len] = '\0';
	*list = at + len;
	return true;
}
