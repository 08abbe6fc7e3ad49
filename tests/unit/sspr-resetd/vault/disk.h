/* SPDX-License-Identifier: MIT */
/*
 * disk.h - a directory for a database, what would be there after a crash, and
 * a disk that fails when told to.
 *
 * The syncs of the whole program are these: counted, and not waited for; but
 * in tests/fault/, which defines DISK_WATCHED and has its own means.
 */
#ifndef SSPR_TESTS_VAULT_DISK_H
#define SSPR_TESTS_VAULT_DISK_H

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

[[maybe_unused]] static unsigned int disk_syncs; /* ever were */
static unsigned int disk_fails; /* the n-th sync from here on fails; 0 none */

#ifndef DISK_WATCHED
static int
disk_sync(void)
{
	disk_syncs++;
	if (disk_fails == 0 || --disk_fails > 0)
		return 0;
	errno = EIO;
	return -1;
}

int
fdatasync([[maybe_unused]] int fd)
{
	return disk_sync();
}

int
fsync([[maybe_unused]] int fd)
{
	return disk_sync();
}
#endif

struct disk {
	char dir[32];
	char db[48];
	char copy[48];
};

static void
disk_open(struct disk *d)
{
	snprintf(d->dir, sizeof(d->dir), "/tmp/sspr-test-XXXXXX");
	if (mkdtemp(d->dir) == NULL)
		abort();
	snprintf(d->db, sizeof(d->db), "%s/sspr.db", d->dir);
	snprintf(d->copy, sizeof(d->copy), "%s/copy.db", d->dir);
}

static void
disk_remove(const char *path)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-journal" };
	char name[64];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		(void)unlink(name);
	}
}

static void
disk_close(const struct disk *d)
{
	disk_remove(d->db);
	disk_remove(d->copy);
	if (rmdir(d->dir) == -1)
		abort();
}

/* Copy a file; one that is not there becomes one that is not there. */
[[maybe_unused]] static void
disk_copy(const char *from, const char *to)
{
	char buf[65536];
	ssize_t n;
	int in = open(from, O_RDONLY | O_CLOEXEC), out;

	(void)unlink(to);
	if (in == -1)
		return;
	out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (out == -1 || write(out, buf, (size_t)n) != n)
			abort();
	close(in);
	close(out);
}

/* The first column of the first row in a database nobody has open. */
[[maybe_unused]] static int64_t
disk_number_in(const char *path, const char *sql)
{
	sqlite3_stmt *s = NULL;
	sqlite3 *db = NULL;
	int64_t n = -1;

	if (sqlite3_open(path, &db) == SQLITE_OK &&
	    sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	sqlite3_close(db);
	return n;
}

/* The same of what a crash now would leave, while the vault goes on. */
[[maybe_unused]] static int64_t
disk_number(const struct disk *d, const char *sql)
{
	char from[64], to[64];

	snprintf(from, sizeof(from), "%s-wal", d->db);
	snprintf(to, sizeof(to), "%s-wal", d->copy);
	disk_remove(d->copy);
	disk_copy(d->db, d->copy);
	disk_copy(from, to);
	return disk_number_in(d->copy, sql);
}

/* Do as someone with the file but without the key can do. */
[[maybe_unused]] static void
disk_edit(const char *path, const char *sql)
{
	sqlite3 *db = NULL;

	if (sqlite3_open(path, &db) != SQLITE_OK ||
	    sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
		fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(db));
		abort();
	}
	sqlite3_close(db);
}

#endif /* SSPR_TESTS_VAULT_DISK_H */
