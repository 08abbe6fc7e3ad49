/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "proto.h"
#include "worker/look.h"

#define ENTRY_LEN 16384 /* bytes of one entry of passwd */

/* The name of the one account with this uid. */
static enum sspr_err
find_name(const char *path, uid_t uid, char name[static PROTO_USER_MAX + 1])
{
	struct passwd pw, *found;
	unsigned int count = 0;
	char buf[ENTRY_LEN];
	FILE *f = fopen(path, "re");
	int rc;

	if (f == NULL)
		return SSPR_SYSTEM;
	while ((rc = fgetpwent_r(f, &pw, buf, sizeof(buf), &found)) == 0) {
		if (pw.pw_uid != uid)
			continue;
		count++;
		snprintf(name, PROTO_USER_MAX + 1, "%s", pw.pw_name);
		if (strcmp(name, pw.pw_name) != 0)
			count++; /* longer than one of ours can be */
	}
	fclose(f);
	if (rc != ENOENT)
		return SSPR_SYSTEM;
	if (count == 0)
		return SSPR_NO_USER;
	return count == 1 ? SSPR_OK : SSPR_ACCOUNT;
}

enum sspr_err
look_run(const char *passwd, struct place *p, const char *digest)
{
	char name[PROTO_USER_MAX + 1] = "";
	enum sspr_err e;

	p->name = name; /* for this call only */
	if (!place_is_directory(digest) &&
	    (e = find_name(passwd, p->uid, name)) != SSPR_OK)
		return e;
	e = place_compare(p, digest);
	p->name = "";
	return e;
}
