/* SPDX-License-Identifier: MIT */
/*
 * services.h - a directory of services of PAM, made for a test.
 */
#ifndef WORKER_SERVICES_H
#define WORKER_SERVICES_H

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "worker/pamd.h"

struct services {
	char dir[64], vendor[80], modules[80];
	struct pamd_place place;
};

static void
services_open(struct services *s)
{
	snprintf(s->dir, sizeof(s->dir), "/tmp/sspr-services-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->vendor, sizeof(s->vendor), "%s/vendor.d", s->dir);
	snprintf(s->modules, sizeof(s->modules), "%s/modules.d", s->dir);
	assert_int_equal(mkdir(s->modules, 0700), 0);
	s->place = (struct pamd_place){ .dirs = { s->dir, s->vendor },
		.modules = s->modules };
}

static void
services_put_in(const char *dir, const char *name, const char *text)
{
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void
services_put(struct services *s, const char *name, const char *text)
{
	services_put_in(s->dir, name, text);
}

/* What is in a directory; directories only if they are empty. */
static void
services_empty(const char *dir)
{
	const struct dirent *entry;
	char path[PATH_MAX];
	DIR *d = opendir(dir);

	if (d == NULL)
		return;
	while ((entry = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		if (entry->d_name[0] != '.')
			(void)remove(path); /* the rest shows in rmdir */
	}
	closedir(d);
}

static void
services_close(struct services *s)
{
	services_empty(s->vendor);
	services_empty(s->modules);
	services_empty(s->dir);
	assert_int_equal(rmdir(s->dir), 0);
}

#endif /* WORKER_SERVICES_H */
