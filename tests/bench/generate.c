/* SPDX-License-Identifier: MIT */
/*
 * generate.c - a database of many, sealed as the vault seals.
 *
 * In the order of the keys: random inserts into a large tree would take ten
 * times as long.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "parent/key.h"
#include "paths.h"
#include "person.h"
#include "secret.h"
#include "vault/store.h"

#define BATCH 1000u /* accounts a commit */

struct place {
	uint8_t key[ACCOUNT_KEY];
	uint32_t number;
};

static uint32_t local; /* so many people are in the passwd file */

/* The others are of a directory that cannot be asked, and so not missing. */
static const char *
backend_of(uint32_t number)
{
	return number < local ? IPC_FILES : IPC_NSS;
}

static struct seal *
read_key(void)
{
	uint8_t key[SEAL_KEY];
	struct seal *s;
	char text[256];
	int fd = open(PATH_KEY, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd == -1 || (n = read(fd, text, sizeof(text))) == -1)
		err(2, PATH_KEY);
	close(fd);
	if (key_parse(text, (size_t)n, key) != SSPR_OK ||
	    seal_new(key, &s) != SSPR_OK)
		errx(2, PATH_KEY ": not a key");
	secret_zero(key, sizeof(key));
	secret_zero(text, sizeof(text));
	return s;
}

static int
compare(const void *a, const void *b)
{
	return memcmp(((const struct place *)a)->key,
	    ((const struct place *)b)->key, ACCOUNT_KEY);
}

static struct place *
sorted(struct seal *s, unsigned int count)
{
	struct place *places = calloc(count, sizeof(*places));
	struct person p;

	if (places == NULL)
		err(2, NULL);
	for (unsigned int n = 0; n < count; n++) {
		person_make(n, &p);
		account_key(s, backend_of(n), p.uid, places[n].key);
		places[n].number = n;
	}
	qsort(places, count, sizeof(*places), compare);
	return places;
}

static enum sspr_err
enrol(struct store *st, struct seal *s, unsigned int number)
{
	struct record_owner owner = { .uid = 0 };
	struct record r = { .type = RECORD_APP,
		.as.app = { .hash = TOTP_SHA1,
		    .digits = 6,
		    .period = 30,
		    .label = "phone" } };
	const uint64_t now = (uint64_t)time(NULL);
	struct account_factor *f;
	struct account a;
	struct person p;
	enum sspr_err e;

	person_make(number, &p);
	owner.uid = p.uid;
	memcpy(owner.name, p.name, sizeof(p.name));
	memcpy(owner.backend, backend_of(number), strlen(backend_of(number)));
	r.as.app.seed.len = sizeof(p.seed);
	memcpy(r.as.app.seed.at, p.seed, sizeof(p.seed));
	if ((e = account_new(s, &owner, &a)) != SSPR_OK ||
	    (e = account_add(s, &a, METHOD_APP, &r, now, now, &f)) != SSPR_OK)
		return e;
	account_touch(s, &a);
	return store_put(st, &a, 0);
}

static void
fill(struct store *st, struct seal *s, unsigned int count)
{
	struct place *places = sorted(s, count);

	for (unsigned int i = 0; i < count; i++) {
		if (i % BATCH == 0 && store_begin(st) != SSPR_OK)
			errx(2, PATH_DB ": cannot be written");
		if (enrol(st, s, places[i].number) != SSPR_OK)
			errx(2, PATH_DB ": no person %u", places[i].number);
		if (i % BATCH != BATCH - 1 && i != count - 1)
			continue;
		if (store_commit(st) != SSPR_OK)
			errx(2, PATH_DB ": cannot be written");
		store_tidy(st, (uint64_t)time(NULL));
	}
	free(places);
}

int
generate_main(char **argv)
{
	struct seal *s = read_key();
	uint8_t check[SEAL_HASH];
	struct store *st;
	const char *why;

	seal_hash(s, SEAL_CHECK, "sspr", 4, check);
	if (store_open(PATH_DB, check, &st, &why) != SSPR_OK)
		errx(2, PATH_DB " %s", why);
	local = bench_number(argv[1]);
	fill(st, s, bench_number(argv[0]));
	store_close(st);
	seal_free(s);
	return 0;
}
