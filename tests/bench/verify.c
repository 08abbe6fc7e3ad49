/* SPDX-License-Identifier: MIT */
/*
 * verify.c - one verification at a time: from ANSWER to the next message.
 *
 * All that is compared is taken in turn in one loop, since the machine's own
 * speed drifts.
 */
#include <err.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "client.h"
#include "machine.h"
#include "person.h"

#define WARM 5u /* rounds that do not count */

static struct {
	struct samples wrong, right, limit, commit, append, trip, worker;
} taken;

/* Let what the daemon does after its answer come to rest. */
static void
rest(void)
{
	const struct timespec t = { .tv_nsec = 2000000 };

	(void)nanosleep(&t, NULL); /* a shorter rest will do */
}

static void
offer_wrong(int fd, const struct person *p)
{
	char code[PERSON_CODE];
	enum proto_type type;
	uint64_t start;
	int hand;

	person_wrong(p, code);
	start = samples_now();
	client_answer(fd, code);
	type = client_hear(fd, &hand);
	samples_add(&taken.wrong, start);
	if (type != MSG_SHOW)
		errx(1, "a wrong code of %s brought message %d", p->name, type);
	client_await(fd);
}

static void
offer_right(int fd, const struct person *p)
{
	char code[PERSON_CODE];
	enum proto_type type;
	uint64_t start;
	int hand;

	person_code(p, code);
	start = samples_now();
	client_answer(fd, code);
	type = client_hear(fd, &hand);
	samples_add(&taken.right, start);
	if (type != MSG_HAND)
		errx(1, "a right code of %s brought message %d", p->name, type);
	close(hand);
	client_await(fd); /* the worker has ended, and that is durable */
}

static void
take(struct machine *m, unsigned int number)
{
	struct person p;
	uint64_t start;
	int fd;

	person_make(number, &p);
	fd = client_open(p.name);
	rest();
	offer_wrong(fd, &p);
	rest();
	offer_right(fd, &p);
	close(fd);
	rest();
	start = samples_now();
	machine_commit(m, &taken.commit);
	machine_commit(m, &taken.commit);
	machine_append(m, &taken.append);
	machine_trip(m, &taken.trip);
	samples_add(&taken.limit, start);
	rest();
	machine_worker(p.name, p.uid, &taken.worker);
	rest();
}

int
verify_main(char **argv)
{
	const unsigned int first = bench_number(argv[0]);
	const unsigned int count = bench_number(argv[1]);
	struct machine *m = machine_open(argv[2]);

	for (unsigned int i = 0; i < count; i++) {
		if (i == WARM)
			memset(&taken, 0, sizeof(taken));
		take(m, first + i);
	}
	machine_close(m);
	samples_print("wrong", &taken.wrong);
	samples_print("right", &taken.right);
	samples_print("limit", &taken.limit);
	samples_print("commit", &taken.commit);
	samples_print("append", &taken.append);
	samples_print("trip", &taken.trip);
	samples_print("worker", &taken.worker);
	return 0;
}
