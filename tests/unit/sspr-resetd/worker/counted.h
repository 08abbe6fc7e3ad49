/* SPDX-License-Identifier: MIT */
/*
 * counted.h - wrong passwords of whoever runs the test, as pam_faillock(8)
 * writes them down, in a directory of the test's own.
 */
#ifndef WORKER_COUNTED_H
#define WORKER_COUNTED_H

#include <pwd.h>
#include <stdint.h>
#include <time.h>

#include "services.h"
#include "worker/tally.h"

#define COUNTED_VALID 1
#define COUNTED_RHOST 2

struct counted_entry { /* faillock.h of Linux-PAM */
	char source[52];
	uint16_t reserved, status;
	uint64_t when;
};

struct counted {
	char name[64], dir[64], conf[80], file[160];
	struct services services;
	struct tally_place place;
};

static void
counted_open(struct counted *c, const char *conf)
{
	const struct passwd *pw = getpwuid(geteuid());
	char text[400];

	assert_non_null(pw);
	snprintf(c->name, sizeof(c->name), "%s", pw->pw_name);
	snprintf(c->dir, sizeof(c->dir), "/tmp/sspr-counted-XXXXXX");
	assert_non_null(mkdtemp(c->dir));
	snprintf(c->conf, sizeof(c->conf), "%s/.conf", c->dir);
	snprintf(c->file, sizeof(c->file), "%s/%s", c->dir, c->name);
	snprintf(text, sizeof(text), "dir = %s\n%s", c->dir, conf);
	services_put_in(c->dir, ".conf", text);
	services_open(&c->services);
	c->place = (struct tally_place){ .program = TALLY_PROGRAM,
		.conf = c->conf,
		.pamd = &c->services.place,
		.ms = 20000 };
}

/* A number of wrong passwords, ago seconds ago. */
static void
counted_add(struct counted *c, unsigned int number, time_t ago)
{
	struct counted_entry entry = { .source = "192.0.2.1",
		.status = COUNTED_VALID | COUNTED_RHOST,
		.when = (uint64_t)(time(NULL) - ago) };
	FILE *f = fopen(c->file, "ae");

	assert_non_null(f);
	while (number-- > 0)
		assert_int_equal(fwrite(&entry, sizeof(entry), 1, f), 1);
	assert_int_equal(fclose(f), 0);
}

/* Bytes of the file, -1 if there is none. */
static long
counted_size(const struct counted *c)
{
	struct stat st;

	return stat(c->file, &st) == 0 ? (long)st.st_size : -1;
}

static void
counted_close(struct counted *c)
{
	services_close(&c->services);
	(void)unlink(c->file); /* not all tests make one */
	assert_int_equal(unlink(c->conf), 0);
	assert_int_equal(rmdir(c->dir), 0);
}

#endif /* WORKER_COUNTED_H */
