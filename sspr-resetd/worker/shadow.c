/* SPDX-License-Identifier: MIT */
#include <crypt.h>
#include <fcntl.h>
#include <limits.h>
#include <shadow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "worker/shadow.h"

#define TEXT_MAX (32l << 20) /* bytes of the file */
#define LINE_LEN 2048        /* bytes of a line, with NUL */

#define DES_LEN     13
#define BSDI_LEN    20
#define MODULAR_LEN 13 /* at least */
#define SALT_FORM   "$5$"

/* Goes through the entries of a text. */
struct cursor {
	const char *at;
	size_t left;
	char line[LINE_LEN];
	struct spwd entry; /* points into line */
};

/* A line that is too long for us is none that we may pass over. */
enum step { STEP_ENTRY, STEP_END, STEP_LONG };

/* Take one line off the text. */
static size_t
next_line(struct cursor *c, const char **line)
{
	const char *end = memchr(c->at, '\n', c->left);
	size_t len = end != NULL ? (size_t)(end - c->at) : c->left;

	*line = c->at;
	c->at += len + (end != NULL);
	c->left -= len + (end != NULL);
	return len;
}

static enum step
next_entry(struct cursor *c)
{
	char copy[LINE_LEN];
	const char *line;
	struct spwd *found;
	size_t len;
	int rc;

	while (c->left > 0) {
		len = next_line(c, &line);
		if (len >= sizeof(copy))
			return STEP_LONG;
		if (len == 0 || *line == '#')
			continue;
		memcpy(copy, line, len);
		copy[len] = '\0';
		rc = sgetspent_r(copy, &c->entry, c->line, sizeof(c->line),
		    &found);
		secret_zero(copy, len);
		if (rc == 0 && found != NULL)
			return STEP_ENTRY;
	}
	return STEP_END;
}

static enum sspr_err
read_text(int fd, struct shadow *s)
{
	struct stat st;
	size_t size;
	ssize_t n;

	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode) ||
	    st.st_size > TEXT_MAX)
		return SSPR_SYSTEM;
	size = (size_t)st.st_size;
	if ((s->text = malloc(size + 1)) == NULL)
		return SSPR_NO_MEMORY;
	while (s->len < size) {
		n = read(fd, s->text + s->len, size - s->len);
		if (n <= 0)
			return SSPR_SYSTEM;
		s->len += (size_t)n;
	}
	return SSPR_OK;
}

static enum sspr_err
find_own(struct shadow *s, const char *name)
{
	struct cursor c = { .at = s->text, .left = s->len };
	enum sspr_err e = SSPR_NO_USER;
	enum step step;
	size_t len;

	while ((step = next_entry(&c)) == STEP_ENTRY && e != SSPR_ACCOUNT) {
		if (strcmp(c.entry.sp_namp, name) != 0)
			continue;
		len = strlen(c.entry.sp_pwdp);
		if (e == SSPR_OK || len > SHADOW_HASH_MAX) {
			e = SSPR_ACCOUNT;
			continue;
		}
		memcpy(s->hash, c.entry.sp_pwdp, len + 1);
		s->changed = c.entry.sp_lstchg;
		s->lasts = c.entry.sp_max;
		s->idle = c.entry.sp_inact;
		s->expires = c.entry.sp_expire;
		e = SSPR_OK;
	}
	secret_zero(c.line, sizeof(c.line));
	return step == STEP_LONG ? SSPR_SYSTEM : e;
}

enum sspr_err
shadow_read(const char *path, const char *name, struct shadow *s)
{
	struct shadow now = { .text = NULL };
	enum sspr_err e;
	int fd;

	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1)
		return SSPR_SYSTEM;
	if ((e = read_text(fd, &now)) == SSPR_OK &&
	    (e = find_own(&now, name)) == SSPR_OK) {
		*s = now;
		now.text = NULL;
	}
	shadow_wipe(&now);
	close(fd);
	return e;
}

void
shadow_wipe(struct shadow *s)
{
	if (s->text != NULL)
		secret_zero(s->text, s->len);
	free(s->text);
	secret_zero(s, sizeof(*s));
}

static enum step
next_other(struct cursor *c, const char *name)
{
	enum step step;

	do
		step = next_entry(c);
	while (step == STEP_ENTRY && strcmp(c->entry.sp_namp, name) == 0);
	return step;
}

static bool
is_same(const struct spwd *a, const struct spwd *b)
{
	return strcmp(a->sp_namp, b->sp_namp) == 0 &&
	    strcmp(a->sp_pwdp, b->sp_pwdp) == 0 &&
	    a->sp_lstchg == b->sp_lstchg && a->sp_min == b->sp_min &&
	    a->sp_max == b->sp_max && a->sp_warn == b->sp_warn &&
	    a->sp_inact == b->sp_inact && a->sp_expire == b->sp_expire &&
	    a->sp_flag == b->sp_flag;
}

bool
shadow_others_equal(const struct shadow *a, const struct shadow *b,
    const char *name)
{
	struct cursor x = { .at = a->text, .left = a->len };
	struct cursor y = { .at = b->text, .left = b->len };
	enum step i, j;

	do {
		i = next_other(&x, name);
		j = next_other(&y, name);
	} while (
	    i == STEP_ENTRY && j == STEP_ENTRY && is_same(&x.entry, &y.entry));
	secret_zero(x.line, sizeof(x.line));
	secret_zero(y.line, sizeof(y.line));
	return i == STEP_END && j == STEP_END;
}

bool
shadow_hash_is_real(const char *hash)
{
	static const char digits[] = "./0123456789"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz";
	size_t len = strlen(hash);

	if (*hash == '$')
		return len >= MODULAR_LEN && len <= SHADOW_HASH_MAX &&
		    strpbrk(hash, "*!:;\\ \t\n") == NULL;
	if (*hash == '_')
		return len == BSDI_LEN && strspn(hash + 1, digits) == len - 1;
	return len == DES_LEN && strspn(hash, digits) == len;
}

/* crypt(3) of phrase, or SSPR_SYSTEM if it does not know the setting. */
static enum sspr_err
make(const char *phrase, const char *setting,
    char out[static CRYPT_OUTPUT_SIZE])
{
	struct crypt_data *d = calloc(1, sizeof(*d));
	enum sspr_err e = SSPR_SYSTEM;
	const char *made;

	if (d == NULL)
		return SSPR_NO_MEMORY;
	made = crypt_r(phrase, setting, d);
	if (made != NULL && *made != '*') {
		memcpy(out, d->output, CRYPT_OUTPUT_SIZE);
		e = SSPR_OK;
	}
	secret_zero(d, sizeof(*d));
	free(d);
	return e;
}

bool
shadow_verify(const char *hash, const struct secret *password)
{
	char made[CRYPT_OUTPUT_SIZE];
	size_t len = strlen(hash);
	bool same;

	if (!shadow_hash_is_real(hash) ||
	    memchr(password->at, '\0', password->len) != NULL ||
	    make((const char *)password->at, hash, made) != SSPR_OK)
		return false;
	same = strlen(made) == len && secret_equal(made, hash, len);
	secret_zero(made, sizeof(made));
	return same;
}

enum sspr_err
shadow_digest(const char *hash, char digest[static SHADOW_DIGEST_MAX + 1])
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE], made[CRYPT_OUTPUT_SIZE];

	if (crypt_gensalt_rn(SALT_FORM, 0, NULL, 0, setting, sizeof(setting)) ==
		NULL ||
	    make(hash, setting, made) != SSPR_OK ||
	    strlen(made) > SHADOW_DIGEST_MAX)
		return SSPR_SYSTEM;
	memcpy(digest, made, strlen(made) + 1);
	return SSPR_OK;
}

enum sspr_err
shadow_digest_is(const char *hash, const char *digest, bool *is)
{
	char made[CRYPT_OUTPUT_SIZE];
	enum sspr_err e;

	if (strncmp(digest, SALT_FORM, strlen(SALT_FORM)) != 0)
		return SSPR_SYSTEM;
	if ((e = make(hash, digest, made)) != SSPR_OK)
		return e;
	if (strlen(made) != strlen(digest))
		return SSPR_SYSTEM;
	*is = secret_equal(made, digest, strlen(made));
	return SSPR_OK;
}

enum sspr_err
shadow_sync(const char *path)
{
	const char *end = strrchr(path, '/');
	char dir[PATH_MAX];
	int fd, rc;

	if (end == NULL || (size_t)(end - path) >= sizeof(dir))
		return SSPR_SYSTEM;
	snprintf(dir, sizeof(dir), "%.*s/", (int)(end - path), path);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return SSPR_SYSTEM;
	rc = fsync(fd);
	close(fd);
	return rc == 0 ? SSPR_OK : SSPR_SYSTEM;
}
