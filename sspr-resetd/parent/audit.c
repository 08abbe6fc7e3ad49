/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ipc.h"
#include "parent/audit.h"
#include "reference.h"

#define LINE_MAX_ 4096u /* bytes of one record */
#define PATH_BOOT "/proc/sys/kernel/random/boot_id"
#define TAIL      8192u /* bytes read back to find the last one */

/* A line that is put together; full if it did not fit. */
struct line {
	char at[LINE_MAX_];
	size_t len;
	bool full;
};

static void
put(struct line *l, const char *text)
{
	size_t n = strlen(text);

	if (n > sizeof(l->at) - l->len) {
		l->full = true;
		return;
	}
	memcpy(l->at + l->len, text, n);
	l->len += n;
}

static void
put_number(struct line *l, const char *key, uint64_t v)
{
	char buf[64];

	snprintf(buf, sizeof(buf), "\"%.12s\":%llu,", key,
	    (unsigned long long)v);
	put(l, buf);
}

/* ASCII as it is, every other byte as \u00NN: no line can be forged. */
static void
put_text(struct line *l, const char *key, const char *text)
{
	char buf[16];

	snprintf(buf, sizeof(buf), "\"%.12s\":", key);
	put(l, buf);
	put(l, "\"");
	for (; *text != '\0'; text++) {
		const unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c > 0x7e || c == '"' || c == '\\')
			snprintf(buf, sizeof(buf), "\\u%04x", c);
		else
			snprintf(buf, sizeof(buf), "%c", c);
		put(l, buf);
	}
	put(l, "\",");
}

static void
put_uid(struct line *l, const char *key, uint32_t uid)
{
	if (uid != IPC_NOBODY)
		put_number(l, key, uid);
}

static void
put_time(struct line *l, const char *id)
{
	struct timespec wall, boot;
	struct tm tm;
	char buf[32];

	if (clock_gettime(CLOCK_REALTIME, &wall) == -1 ||
	    clock_gettime(CLOCK_BOOTTIME, &boot) == -1 ||
	    gmtime_r(&wall.tv_sec, &tm) == NULL ||
	    strftime(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0) {
		l->full = true;
		return;
	}
	put_text(l, "time", buf);
	put_text(l, "boot", id);
	put_number(l, "boot_ms",
	    (uint64_t)boot.tv_sec * 1000 + (uint64_t)boot.tv_nsec / 1000000);
}

static void
put_record(struct line *l, const struct audit *a, const struct audit_record *r)
{
	char reference[REFERENCE_LEN + 1];

	reference_of(r->correlation, reference);
	put(l, "{");
	put_number(l, "seq", a->seq + 1);
	put_time(l, a->boot);
	put_text(l, "event", r->event);
	put_text(l, "correlation", r->correlation);
	put_text(l, "reference", reference);
	put_uid(l, "actor", r->actor);
	put_uid(l, "subject", r->subject);
	put_text(l, "service", r->service);
	put_text(l, "source", r->source);
	if (r->digest[0] != '\0')
		put_text(l, "digest", r->digest);
	if (r->reason != NULL && r->reason[0] != '\0')
		put_text(l, "reason", r->reason);
	if (r->count != 0)
		put_number(l, "count", r->count);
	put_number(l, "code", (uint64_t)r->result);
	put_text(l, "result", err_text(r->result));
	if (!l->full && l->len > 0)
		l->len--; /* the last comma */
	put(l, "}\n");
}

enum sspr_err
audit_append(struct audit *a, const struct audit_record *r)
{
	struct line l = { .len = 0 };
	off_t end = lseek(a->fd, 0, SEEK_END);
	ssize_t n;

	if (a->torn)
		put(&l, "\n");
	put_record(&l, a, r);
	if (end == -1 || l.full)
		return SSPR_AUDIT;
	if ((n = write(a->fd, l.at, l.len)) == (ssize_t)l.len) {
		a->seq++;
		a->torn = false;
		return SSPR_OK;
	}
	if (n > 0 && ftruncate(a->fd, end) == -1)
		a->torn = true;
	return SSPR_AUDIT;
}

enum sspr_err
audit_sync(const struct audit *a)
{
	return fdatasync(a->fd) == -1 ? SSPR_AUDIT : SSPR_OK;
}

/* The sequence number of the last whole line of the text. */
static uint64_t
last_seq(const char *text, size_t len)
{
	static const char head[] = "{\"seq\":";
	uint64_t seq = 0;
	const char *nl;

	for (size_t at = 0; at < len; at = (size_t)(nl - text) + 1) {
		if ((nl = memchr(text + at, '\n', len - at)) == NULL)
			break;
		if ((size_t)(nl - text) - at > sizeof(head) &&
		    memcmp(text + at, head, sizeof(head) - 1) == 0)
			seq = strtoull(text + at + sizeof(head) - 1, NULL, 10);
	}
	return seq;
}

/* Find where the log stands; false if it cannot be read or mended. */
static bool
take_up(struct audit *a, off_t size)
{
	char tail[TAIL + 1];
	off_t from = size > (off_t)TAIL ? size - (off_t)TAIL : 0;
	ssize_t n = pread(a->fd, tail, TAIL, from);

	if (n < 0)
		return false;
	tail[n] = '\0';
	a->seq = last_seq(tail, (size_t)n);
	return n == 0 || tail[n - 1] == '\n' || write(a->fd, "\n", 1) == 1;
}

/* The name of a new log must last as its lines do. */
static bool
sync_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX];
	int fd;
	bool ok;

	if (slash == NULL || (size_t)(slash - path) >= sizeof(dir))
		return false;
	snprintf(dir, sizeof(dir), "%.*s/", (int)(slash - path), path);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return false;
	ok = fsync(fd) == 0;
	close(fd);
	return ok;
}

/* Which boot this is; without it times are compared by the time of day. */
static void
read_boot(char boot[static LINES_BOOT_LEN + 1])
{
	int fd = open(PATH_BOOT, O_RDONLY | O_CLOEXEC);
	char id[LINES_BOOT_LEN];

	boot[0] = '\0';
	if (fd == -1)
		return;
	if (read(fd, id, sizeof(id)) == (ssize_t)sizeof(id)) {
		memcpy(boot, id, sizeof(id));
		boot[sizeof(id)] = '\0';
	}
	close(fd);
}

enum sspr_err
audit_open(const char *path, gid_t gid, struct audit *a, const char **why)
{
	struct audit new = { .fd = -1 };
	enum sspr_err e = SSPR_AUDIT;
	struct stat st;

	*why = "cannot be opened for appending";
	new.fd = open(path,
	    O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (new.fd == -1)
		return SSPR_AUDIT;
	*why = "is not a regular file of root, or open to others";
	if (fstat(new.fd, &st) == -1 || !S_ISREG(st.st_mode) ||
	    st.st_uid != 0 || (st.st_mode & 0137) != 0)
		goto out;
	*why = "cannot be given its group and mode";
	if (fchmod(new.fd, 0640) == -1 ||
	    (st.st_gid != gid && fchown(new.fd, 0, gid) == -1))
		goto out;
	*why = "cannot be read or mended";
	if (!take_up(&new, st.st_size) || !sync_name(path))
		goto out;
	read_boot(new.boot);
	*a = new;
	new.fd = -1;
	e = SSPR_OK;
out:
	if (new.fd != -1)
		close(new.fd);
	return e;
}

void
audit_close(struct audit *a)
{
	if (a->fd != -1)
		close(a->fd);
	a->fd = -1;
}
