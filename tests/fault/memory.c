/* SPDX-License-Identifier: MIT */
/* The definitions here come before libc's for all that is in the process. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fault.h"

/* A sanitizer's, if there is one, else libc's own. */
extern void *__interceptor_malloc(size_t) __attribute__((weak));
extern void *__interceptor_calloc(size_t, size_t) __attribute__((weak));
extern void *__interceptor_realloc(void *, size_t) __attribute__((weak));
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);

static bool
fails(void)
{
	if (!fault_memory())
		return false;
	errno = ENOMEM;
	return true;
}

void *
malloc(size_t size)
{
	if (fails())
		return NULL;
	return __interceptor_malloc != NULL ? __interceptor_malloc(size)
					    : __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	if (fails())
		return NULL;
	return __interceptor_calloc != NULL ? __interceptor_calloc(n, size)
					    : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t size)
{
	if (fails())
		return NULL;
	return __interceptor_realloc != NULL ? __interceptor_realloc(p, size)
					     : __libc_realloc(p, size);
}

/* A sanitizer has its own, which would not come by here. */
char *
strndup(const char *s, size_t most)
{
	const size_t len = strnlen(s, most);
	char *copy = malloc(len + 1);

	if (copy == NULL)
		return NULL;
	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

char *
strdup(const char *s)
{
	return strndup(s, strlen(s));
}

/* Nobody waits for a disk where nothing can fail. */
int
fsync(int fd)
{
	return fault_is_watched() ? (int)syscall(SYS_fsync, fd) : 0;
}

int
fdatasync(int fd)
{
	return fault_is_watched() ? (int)syscall(SYS_fdatasync, fd) : 0;
}
