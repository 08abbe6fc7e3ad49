/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parent/key.h"
#include "secret.h"

#define DIGITS     (2 * IPC_KEY_LEN)
#define CREDENTIAL "sspr.master"

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

enum sspr_err
key_parse(const char *text, size_t len, uint8_t key[static IPC_KEY_LEN])
{
	uint8_t new[IPC_KEY_LEN], same = 0;
	enum sspr_err e = SSPR_OK;

	if (len != DIGITS + 1 || text[DIGITS] != '\n')
		return SSPR_KEY;
	for (size_t i = 0; i < IPC_KEY_LEN; i++) {
		int high = hex(text[2 * i]), low = hex(text[2 * i + 1]);

		if (high == -1 || low == -1)
			e = SSPR_KEY;
		new[i] = (uint8_t)(high * 16 + low);
		same = (uint8_t)(same | (new[i] ^ new[0]));
	}
	if (same == 0)
		e = SSPR_KEY;
	if (e == SSPR_OK)
		memcpy(key, new, sizeof(new));
	secret_zero(new, sizeof(new));
	return e;
}

/* All of text onto the file, durably, its name too. */
static enum sspr_err
write_key(int fd, int dir, const char *text, size_t len)
{
	ssize_t n = write(fd, text, len);

	if (n >= 0 && n != (ssize_t)len)
		errno = ENOSPC;
	if (n != (ssize_t)len || fsync(fd) == -1 || fsync(dir) == -1)
		return SSPR_SYSTEM;
	return SSPR_OK;
}

static enum sspr_err
make_in(int dir, const char *name)
{
	uint8_t key[IPC_KEY_LEN];
	char text[DIGITS + 2];
	enum sspr_err e;
	int fd, saved;

	fd = openat(dir, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0400);
	if (fd == -1)
		return errno == EEXIST ? SSPR_FILE : SSPR_SYSTEM;
	if (getrandom(key, sizeof(key), 0) != (ssize_t)sizeof(key))
		e = SSPR_SYSTEM;
	else {
		for (size_t i = 0; i < sizeof(key); i++)
			snprintf(text + 2 * i, 3, "%02x", key[i]);
		text[DIGITS] = '\n';
		e = write_key(fd, dir, text, DIGITS + 1);
	}
	saved = errno;
	close(fd);
	if (e != SSPR_OK)
		(void)unlinkat(dir, name, 0); /* half a key is none */
	errno = saved;
	secret_zero(key, sizeof(key));
	secret_zero(text, sizeof(text));
	return e;
}

enum sspr_err
key_make(const char *path, const char *db)
{
	const char *slash = strrchr(path, '/');
	char parent[256];
	enum sspr_err e;
	int dir, saved;

	errno = EINVAL;
	if (slash == NULL || (size_t)(slash - path) >= sizeof(parent))
		return SSPR_SYSTEM;
	if (access(db, F_OK) == 0)
		return SSPR_FILE;
	if (errno != ENOENT)
		return SSPR_SYSTEM; /* it may be there */
	memcpy(parent, path, (size_t)(slash - path));
	parent[slash - path] = '\0';
	if ((dir = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return SSPR_SYSTEM;
	e = make_in(dir, slash + 1);
	saved = errno;
	close(dir);
	errno = saved;
	return e;
}

static enum sspr_err
read_key(int fd, uint8_t key[static IPC_KEY_LEN], const char **why)
{
	char text[DIGITS + 2];
	struct stat st;
	enum sspr_err e = SSPR_KEY;
	ssize_t n;

	*why = "is not a regular file of root";
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode) || st.st_uid != 0)
		return SSPR_KEY;
	*why = "can be read by others; it must have mode 0400";
	if ((st.st_mode & 0077) != 0)
		return SSPR_KEY;
	*why = "is not 64 hexadecimal digits and a newline";
	if ((n = read(fd, text, sizeof(text))) > 0)
		e = key_parse(text, (size_t)n, key);
	secret_zero(text, sizeof(text));
	return e;
}

static int
open_key(const char *path)
{
	return open(path,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static int
open_credential(const char *dir)
{
	char file[512];
	int n = snprintf(file, sizeof(file), "%s/" CREDENTIAL, dir);

	if (n < 0 || (size_t)n >= sizeof(file)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open_key(file);
}

enum sspr_err
key_load(const char *credentials, const char *path,
    uint8_t key[static IPC_KEY_LEN], const char **why)
{
	enum sspr_err e;
	int fd = -1;

	*why = "as credential " CREDENTIAL " cannot be opened";
	errno = ENOENT;
	if (credentials != NULL && (fd = open_credential(credentials)) == -1 &&
	    errno != ENOENT)
		return SSPR_KEY;
	*why = "cannot be opened; make it with sspr-resetd --make-key";
	if (fd == -1 && (fd = open_key(path)) == -1)
		return SSPR_KEY;
	e = read_key(fd, key, why);
	close(fd);
	return e;
}
