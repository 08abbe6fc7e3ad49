/* SPDX-License-Identifier: MIT */
#include <crypt.h>
#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <shadow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "whole.h"
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

	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode) ||
	    st.st_size > TEXT_MAX)
		return SSPR_SYSTEM;
	size = (size_t)st.st_size;
	if ((s->text = malloc(size + 1)) == NULL)
		return SSPR_NO_MEMORY;
	if (whole_read(fd, s->text, size, &s->len) != SSPR_OK || s->len < size)
		return SSPR_SYSTEM;
	return SSPR_OK;
}

static enum sspr_err
find_own(struct shadow *s, const char *name)
{
	struct cursor c = { .at = s->text, .left = s->len };
	enum sspr_err e = SSPR_NO_USER;
	enum step step;
	size_t len;

	while ((step = next_entry(&c)) == STEP_ENTRY && e != SSPR_SHADOW) {
		if (strcmp(c.entry.sp_namp, name) != 0)
			continue;
		len = strlen(c.entry.sp_pwdp);
		if (e == SSPR_OK || len > SHADOW_HASH_MAX) {
			e = SSPR_SHADOW;
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
	return step == STEP_LONG ? SSPR_SHADOW : e;
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

/* A stream into a buffer that holds one line. */
struct scribe {
	FILE *f;
	char out[LINE_LEN + 1];
};

/*
 * Whether pam_unix, which reads by fgetspent(3) and writes by putspent(3),
 * writes the very line again.
 */
static bool
is_kept(struct scribe *s, const char *line, size_t len)
{
	char copy[LINE_LEN], buf[LINE_LEN];
	struct spwd entry, *found = NULL;
	bool is = false;

	if (len == 0 || len >= sizeof(copy) - 1 ||
	    memchr(line, '\0', len) != NULL || strchr("#:", *line) != NULL ||
	    isspace((unsigned char)*line))
		return false;
	memcpy(copy, line, len);
	copy[len] = '\0';
	rewind(s->f);
	if (sgetspent_r(copy, &entry, buf, sizeof(buf), &found) == 0 &&
	    found != NULL && putspent(&entry, s->f) == 0 && fflush(s->f) == 0)
		is = ftell(s->f) == (long)len + 1 && s->out[len] == '\n' &&
		    memcmp(s->out, line, len) == 0;
	secret_zero(copy, sizeof(copy));
	secret_zero(buf, sizeof(buf));
	return is;
}

/* The name of an entry, which ends at its first colon, and its line. */
struct named {
	const char *at;
	size_t line;
};

static int
by_name(const void *x, const void *y)
{
	const char *a = ((const struct named *)x)->at;
	const char *b = ((const struct named *)y)->at;

	for (; *a == *b && *a != ':'; a++)
		b++;
	if (*a == *b)
		return 0;
	if (*a == ':' || *b == ':')
		return *a == ':' ? -1 : 1;
	return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
}

/* Every line stays as it is; all[] gets them. */
static bool
read_names(const struct shadow *s, struct named *all, size_t *n)
{
	struct cursor c = { .at = s->text, .left = s->len };
	struct scribe to = { .f = NULL };
	const char *line;
	bool good;
	size_t len;

	*n = 0;
	good = (to.f = fmemopen(to.out, sizeof(to.out), "w")) != NULL;
	for (; good && c.left > 0; *n += good) {
		len = next_line(&c, &line);
		if ((good = is_kept(&to, line, len)))
			all[*n] = (struct named){ line, *n + 1 };
	}
	if (to.f != NULL)
		(void)fclose(to.f); /* into memory */
	secret_zero(to.out, sizeof(to.out));
	return good;
}

const char *
shadow_fault(const struct shadow *s, size_t *line)
{
	const char *fault = NULL;
	struct named *all;
	size_t n = 1;

	for (size_t i = 0; i < s->len; i++)
		n += s->text[i] == '\n';
	if ((all = calloc(n, sizeof(*all))) == NULL) {
		*line = 1;
		return "is not looked at: no memory";
	}
	if (!read_names(s, all, &n)) {
		*line = n + 1;
		fault = "would not be written as it is";
	} else
		qsort(all, n, sizeof(*all), by_name);
	for (size_t i = 1; i < n && fault == NULL; i++)
		if (by_name(&all[i - 1], &all[i]) == 0) {
			*line = all[i - 1].line > all[i].line ? all[i - 1].line
							      : all[i].line;
			fault = "is a second one of its name";
		}
	free(all);
	return fault;
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
		    strpbrk(hash, "*!:;\\ \t\n") == NULL &&
		    crypt_checksalt(hash) != CRYPT_SALT_INVALID;
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
