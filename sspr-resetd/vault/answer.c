/* SPDX-License-Identifier: MIT */
/*
 * answer.c - answers to security questions: one spelling for all ways to type
 * them, and threads to hash them.
 *
 * A slot belongs to the vault while it is FREE or DONE, to a thread while it
 * is WORKS; its state MUST be looked at and changed under the lock only.  The
 * event descriptor is readable if and only if a slot is DONE.  The threads
 * block all signals, have no file of their own and touch nothing but slots.
 */
#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "secret.h"
#include "text.h"
#include "vault/answer.h"
#include "vault/seal.h"

static_assert(ANSWER_SALT == SEAL_SALT && ANSWER_HASH == SEAL_HASH, "sizes");
static_assert(ANSWER_BYTES == 4 * ANSWER_MAX, "any character fits");

/*
 * Capital letters and how far away their small ones are: as Unicode says for
 * single characters, and the final sigma.  Stored hashes depend on it.
 */
static const struct fold {
	uint32_t first, last, step;
	int32_t by;
} folds[] = {
	{ 0x41, 0x5a, 1, 32 },
	{ 0xc0, 0xd6, 1, 32 },
	{ 0xd8, 0xde, 1, 32 },
	{ 0x100, 0x12e, 2, 1 },
	{ 0x130, 0x130, 1, -199 },
	{ 0x132, 0x136, 2, 1 },
	{ 0x139, 0x147, 2, 1 },
	{ 0x14a, 0x176, 2, 1 },
	{ 0x178, 0x178, 1, -121 },
	{ 0x179, 0x17d, 2, 1 },
	{ 0x370, 0x372, 2, 1 },
	{ 0x376, 0x376, 1, 1 },
	{ 0x37f, 0x37f, 1, 116 },
	{ 0x386, 0x386, 1, 38 },
	{ 0x388, 0x38a, 1, 37 },
	{ 0x38c, 0x38c, 1, 64 },
	{ 0x38e, 0x38f, 1, 63 },
	{ 0x391, 0x3a1, 1, 32 },
	{ 0x3a3, 0x3ab, 1, 32 },
	{ 0x3c2, 0x3c2, 1, 1 },
	{ 0x3cf, 0x3cf, 1, 8 },
	{ 0x3d8, 0x3ee, 2, 1 },
	{ 0x3f4, 0x3f4, 1, -60 },
	{ 0x3f7, 0x3f7, 1, 1 },
	{ 0x3f9, 0x3f9, 1, -7 },
	{ 0x3fa, 0x3fa, 1, 1 },
	{ 0x3fd, 0x3ff, 1, -130 },
	{ 0x400, 0x40f, 1, 80 },
	{ 0x410, 0x42f, 1, 32 },
	{ 0x460, 0x480, 2, 1 },
	{ 0x48a, 0x4be, 2, 1 },
	{ 0x4c0, 0x4c0, 1, 15 },
	{ 0x4c1, 0x4cd, 2, 1 },
	{ 0x4d0, 0x52e, 2, 1 },
	{ 0x531, 0x556, 1, 48 },
	{ 0x1e00, 0x1e94, 2, 1 },
	{ 0x1e9e, 0x1e9e, 1, -7615 },
	{ 0x1ea0, 0x1efe, 2, 1 },
	{ 0xff21, 0xff3a, 1, 32 },
};

static const uint32_t blanks[] = { '\t', ' ', 0xa0, 0x1680, 0x2000, 0x2001,
	0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a,
	0x202f, 0x205f, 0x3000 };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static uint32_t
small(uint32_t c)
{
	const struct fold *f = folds;

	for (; f < folds + COUNT(folds); f++)
		if (c >= f->first && c <= f->last &&
		    (c - f->first) % f->step == 0)
			return (uint32_t)((int32_t)c + f->by);
	return c;
}

static bool
is_blank(uint32_t c)
{
	for (size_t i = 0; i < COUNT(blanks); i++)
		if (blanks[i] == c)
			return true;
	return false;
}

/* Add a character, as UTF-8. */
static void
put_char(struct answer *a, uint32_t c)
{
	static const uint8_t lead[] = { 0, 0xc0, 0xe0, 0xf0 };
	static const uint32_t over[] = { 0x80, 0x800, 0x10000 };
	unsigned int more = 0;

	while (more < COUNT(over) && c >= over[more])
		more++;
	a->text[a->len++] = (uint8_t)(lead[more] | c >> 6 * more);
	for (; more > 0; more--)
		a->text[a->len++] =
		    (uint8_t)(0x80 | (c >> 6 * (more - 1) & 0x3f));
}

/* The normal form of what was typed, in *a; false if it has none. */
static bool
normalise(const char *typed, size_t len, struct answer *a)
{
	size_t n, characters = 0;
	bool gap = false;
	uint32_t c;

	for (size_t i = 0; i < len; i += n) {
		if ((n = text_next(typed + i, len - i, &c)) == 0)
			return false;
		if (is_blank(c)) {
			gap = characters > 0;
			continue;
		}
		if (!text_is_printable(c))
			return false;
		characters += 1 + gap;
		if (characters > ANSWER_MAX)
			return false;
		if (gap)
			put_char(a, ' ');
		gap = false;
		put_char(a, small(c));
	}
	return characters >= ANSWER_MIN;
}

enum sspr_err
answer_read(const void *typed, size_t len, struct answer *a)
{
	struct answer new = { 0 };
	enum sspr_err e = SSPR_USAGE;

	if (normalise(typed, len, &new)) {
		memcpy(new.salt, a->salt, sizeof(new.salt));
		*a = new;
		e = SSPR_OK;
	}
	secret_zero(&new, sizeof(new));
	return e;
}

enum slot_state { SLOT_FREE, SLOT_WAITS, SLOT_WORKS, SLOT_DONE };

struct slot {
	uint64_t number; /* in the order they were asked for */
	enum slot_state state;
	struct answer_job job;
};

struct answers {
	pthread_mutex_t lock;
	pthread_cond_t work;
	bool stop;
	uint64_t asked;
	int event;
	size_t started; /* threads */
	pthread_t thread[ANSWER_THREADS];
	struct slot *slot; /* ANSWER_JOBS of them, guarded */
};

/* The slot of this state that was asked for first, or NULL. */
static struct slot *
first(const struct answers *as, enum slot_state state)
{
	struct slot *s, *found = NULL;

	for (size_t i = 0; i < ANSWER_JOBS; i++) {
		s = &as->slot[i];
		if (s->state == state &&
		    (found == NULL || s->number < found->number))
			found = s;
	}
	return found;
}

static void
hash_all(struct answer_job *job)
{
	const struct answer *a;

	job->err = SSPR_OK;
	for (size_t i = 0; i < job->n && job->err == SSPR_OK; i++) {
		a = &job->answer[i];
		job->err = seal_stretch(a->text, a->len, a->salt, job->hash[i]);
	}
	if (job->err != SSPR_OK)
		secret_zero(job->hash, sizeof(job->hash));
}

/* A thread: do what waits, until told to stop. */
static void *
work(void *arg)
{
	struct answers *as = arg;
	struct slot *s;

	pthread_mutex_lock(&as->lock);
	while (!as->stop) {
		if ((s = first(as, SLOT_WAITS)) == NULL) {
			pthread_cond_wait(&as->work, &as->lock);
			continue;
		}
		s->state = SLOT_WORKS;
		pthread_mutex_unlock(&as->lock);
		hash_all(&s->job);
		pthread_mutex_lock(&as->lock);
		s->state = SLOT_DONE;
		(void)eventfd_write(as->event, 1); /* it cannot be full */
	}
	pthread_mutex_unlock(&as->lock);
	return NULL;
}

/* Start the threads with every signal blocked, so none is theirs. */
static enum sspr_err
start(struct answers *as)
{
	sigset_t all, old;
	int r = 0;

	sigfillset(&all);
	if (pthread_sigmask(SIG_SETMASK, &all, &old) != 0)
		return SSPR_SYSTEM;
	while (r == 0 && as->started < ANSWER_THREADS)
		if ((r = pthread_create(&as->thread[as->started], NULL, work,
			 as)) == 0)
			as->started++;
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL); /* it was good before */
	return r == 0 ? SSPR_OK : SSPR_SYSTEM;
}

enum sspr_err
answer_open(struct answers **as, int *fd)
{
	struct answers *new;
	enum sspr_err e = SSPR_NO_MEMORY;

	if ((new = calloc(1, sizeof(*new))) == NULL)
		return e;
	pthread_mutex_init(&new->lock, NULL);
	pthread_cond_init(&new->work, NULL);
	new->event = -1;
	if ((new->slot = seal_alloc(ANSWER_JOBS * sizeof(*new->slot))) == NULL)
		goto out;
	e = SSPR_SYSTEM;
	if ((new->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) == -1 ||
	    start(new) != SSPR_OK)
		goto out;
	*as = new;
	*fd = new->event;
	return SSPR_OK;
out:
	answer_close(new);
	return e;
}

void
answer_close(struct answers *as)
{
	if (as == NULL)
		return;
	pthread_mutex_lock(&as->lock);
	as->stop = true;
	pthread_cond_broadcast(&as->work);
	pthread_mutex_unlock(&as->lock);
	while (as->started > 0)
		pthread_join(as->thread[--as->started], NULL);
	pthread_cond_destroy(&as->work);
	pthread_mutex_destroy(&as->lock);
	if (as->event != -1)
		close(as->event);
	seal_free_memory(as->slot);
	free(as);
}

enum sspr_err
answer_ask(struct answers *as, const struct answer_job *job)
{
	struct slot *s;

	assert(job->n <= ANSWER_JOB_MAX);
	for (size_t i = 0; i < job->n; i++)
		assert(job->answer[i].len <= ANSWER_BYTES);
	pthread_mutex_lock(&as->lock);
	if ((s = first(as, SLOT_FREE)) != NULL) {
		s->job = *job;
		s->number = as->asked++;
		s->state = SLOT_WAITS;
		pthread_cond_signal(&as->work);
	}
	pthread_mutex_unlock(&as->lock);
	return s == NULL ? SSPR_BUSY : SSPR_OK;
}

enum sspr_err
answer_take(struct answers *as, struct answer_job *job)
{
	eventfd_t n;
	struct slot *s;

	pthread_mutex_lock(&as->lock);
	if ((s = first(as, SLOT_DONE)) != NULL) {
		*job = s->job;
		secret_zero(s, sizeof(*s));
		s->state = SLOT_FREE;
	}
	if (first(as, SLOT_DONE) == NULL)
		(void)eventfd_read(as->event, &n); /* or it is not readable */
	pthread_mutex_unlock(&as->lock);
	return s == NULL ? SSPR_BUSY : SSPR_OK;
}
