/* SPDX-License-Identifier: MIT */
/*
 * Every service is read, not those alone that people log in by: a line too
 * many makes us ask, a line too few would lose somebody's data.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "worker/pamd.h"

#define BLANKS " \t\r\n"

struct scan {
	const char *modules;
	void (*line)(void *arg, const char *module, const char *args);
	void *arg;
};

/* Cut the first word off *rest; one in brackets is up to their end. */
static char *
next_word(char **rest)
{
	char *word = *rest + strspn(*rest, BLANKS);
	size_t len = strcspn(word, *word == '[' ? "]" : BLANKS);

	*rest = word + len;
	if (word[len] != '\0') {
		word[len] = '\0';
		(*rest)++;
	}
	return word;
}

static bool
is_there(const char *modules, const char *module)
{
	char path[PATH_MAX];

	if (*module == '/')
		return access(module, F_OK) == 0;
	return snprintf(path, sizeof(path), "%s/%s", modules, module) <
	    (int)sizeof(path) &&
	    access(path, F_OK) == 0;
}

/* One line, its comment cut off and its continuations joined. */
static void
take_line(const struct scan *s, char *line)
{
	const char *type = next_word(&line), *control = next_word(&line);
	const char *module = next_word(&line), *base = strrchr(module, '/');

	if (*module == '\0' || *type == '@' ||
	    strcasecmp(control, "include") == 0 ||
	    strcasecmp(control, "substack") == 0)
		return;
	if (*type == '-' && !is_there(s->modules, module))
		return;
	s->line(s->arg, base == NULL ? module : base + 1,
	    line + strspn(line, BLANKS));
}

/*
 * Add a line of the file to what is continued.  Returns whether all of it is
 * there now; *all is NULL if there was no memory.
 */
static bool
join(char **all, char *line)
{
	char *comment = strchr(line, '#'), *longer;
	size_t len, had = *all == NULL ? 0 : strlen(*all);
	bool more;

	if (comment != NULL)
		*comment = '\0';
	len = strlen(line);
	while (len > 0 && strchr("\r\n", line[len - 1]) != NULL)
		len--;
	if ((more = len > 0 && line[len - 1] == '\\'))
		line[len - 1] = ' ';
	if ((longer = realloc(*all, had + len + 1)) == NULL) {
		free(*all);
		*all = NULL;
		return true;
	}
	memcpy(longer + had, line, len);
	longer[had + len] = '\0';
	*all = longer;
	return !more;
}

static enum sspr_err
take_file(const struct scan *s, FILE *f)
{
	char *line = NULL, *all = NULL;
	enum sspr_err e = SSPR_OK;
	size_t size = 0;

	while (e == SSPR_OK && getline(&line, &size, f) != -1) {
		if (!join(&all, line))
			continue;
		if (all != NULL)
			take_line(s, all);
		else
			e = SSPR_NO_MEMORY;
		free(all);
		all = NULL;
	}
	if (e == SSPR_OK && ferror(f) != 0)
		e = SSPR_SYSTEM;
	if (all != NULL)
		take_line(s, all);
	free(all);
	free(line);
	return e;
}

static bool
is_service(const char *name)
{
	for (; *name != '\0'; name++)
		if (isalnum((unsigned char)*name) == 0 && *name != '_' &&
		    *name != '-')
			return false;
	return true;
}

static enum sspr_err
take_service(const struct scan *s, int at, const char *name)
{
	enum sspr_err e = SSPR_SYSTEM;
	struct stat st;
	FILE *f;
	int fd;

	if ((fd = openat(at, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC)) == -1)
		return errno == ENOENT ? SSPR_OK : SSPR_SYSTEM;
	if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode)) {
		close(fd);
		return SSPR_OK;
	}
	if ((f = fdopen(fd, "r")) == NULL) {
		close(fd);
		return SSPR_NO_MEMORY;
	}
	e = take_file(s, f);
	fclose(f);
	return e;
}

static enum sspr_err
take_dir(const struct scan *s, DIR *d)
{
	const struct dirent *entry;
	enum sspr_err e = SSPR_OK;

	while (e == SSPR_OK && (entry = readdir(d)) != NULL)
		if (is_service(entry->d_name))
			e = take_service(s, dirfd(d), entry->d_name);
	return e;
}

enum sspr_err
pamd_each(const struct pamd_place *p,
    void (*line)(void *arg, const char *module, const char *args), void *arg)
{
	const struct scan s = { .modules = p->modules,
		.line = line,
		.arg = arg };
	enum sspr_err e = SSPR_OK;
	DIR *d;

	for (size_t i = 0; i < 2 && e == SSPR_OK; i++) {
		if ((d = opendir(p->dirs[i])) == NULL) {
			e = i > 0 && errno == ENOENT ? SSPR_OK : SSPR_SYSTEM;
			continue;
		}
		e = take_dir(&s, d);
		closedir(d);
	}
	return e;
}

bool
pamd_has(const char *args, const char *option, const char **value)
{
	const size_t want = strlen(option);
	const bool valued = want > 0 && option[want - 1] == '=';
	size_t len;

	for (; *args != '\0'; args += len) {
		args += strspn(args, BLANKS);
		len = strcspn(args, BLANKS);
		if (len < want || (!valued && len != want) ||
		    strncmp(args, option, want) != 0)
			continue;
		if (value != NULL)
			*value = args + want;
		return true;
	}
	return false;
}
