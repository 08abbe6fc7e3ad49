/* SPDX-License-Identifier: MIT */
/*
 * crowd.c - as many clients as the daemon has seats for, at the same moment.
 */
#include <err.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "client.h"
#include "person.h"
#include "samples.h"

#define CLIENTS 64u
#define WAIT_MS 20000

struct seat {
	int fd;
	char code[PERSON_CODE];
};

/* Clients for CLIENTS people, asked for a code; then the codes. */
static void
seat_people(struct seat seats[static CLIENTS], unsigned int first)
{
	struct person p;

	for (unsigned int i = 0; i < CLIENTS; i++) {
		person_make(first + i, &p);
		seats[i].fd = client_open(p.name);
		person_code(&p, seats[i].code);
	}
}

/* As many clients for one person, and one code, the same for all. */
static void
seat_person(struct seat seats[static CLIENTS], unsigned int number)
{
	char code[PERSON_CODE];
	struct person p;

	person_make(number, &p);
	for (size_t i = 0; i < CLIENTS; i++)
		seats[i].fd = client_open(p.name);
	person_code(&p, code);
	for (size_t i = 0; i < CLIENTS; i++)
		memcpy(seats[i].code, code, sizeof(code));
}

/* Whether the client was accepted; another worker may take its place. */
static bool
is_accepted(int fd)
{
	int hand;
	const bool yes = client_hear(fd, &hand) == MSG_HAND;

	if (hand != -1)
		close(hand);
	return yes;
}

/* All answer at once; how many are accepted.  They stay connected. */
static unsigned int
answer_all(const struct seat seats[static CLIENTS])
{
	struct pollfd p[CLIENTS];
	unsigned int accepted = 0, left = CLIENTS;

	for (size_t i = 0; i < CLIENTS; i++) {
		p[i] = (struct pollfd){ .fd = seats[i].fd, .events = POLLIN };
		client_answer(seats[i].fd, seats[i].code);
	}
	while (left > 0) {
		if (poll(p, CLIENTS, WAIT_MS) <= 0)
			errx(2, "the daemon is silent");
		for (size_t i = 0; i < CLIENTS; i++) {
			if (p[i].revents == 0)
				continue;
			accepted += is_accepted(p[i].fd);
			p[i].fd = -1;
			left--;
		}
	}
	return accepted;
}

static void
leave(const struct seat seats[static CLIENTS])
{
	for (size_t i = 0; i < CLIENTS; i++)
		close(seats[i].fd);
}

int
race_main(char **argv)
{
	const unsigned int first = bench_number(argv[0]);
	const unsigned int rounds = bench_number(argv[1]);
	unsigned int n, right = 0, least = CLIENTS, most = 0;
	struct samples s = { 0 };
	struct seat seats[CLIENTS];
	uint64_t start;

	for (unsigned int r = 0; r < rounds; r++) {
		seat_person(seats, first + r);
		start = samples_now();
		n = answer_all(seats);
		samples_add(&s, start);
		right += n == 1;
		least = n < least ? n : least;
		most = n > most ? n : most;
		leave(seats);
	}
	printf("rounds %u\nright %u\nleast %u\nmost %u\n", rounds, right, least,
	    most);
	samples_print("round", &s);
	return 0;
}

int
crowd_main(char **argv)
{
	const unsigned int first = bench_number(argv[0]);
	const unsigned int rounds = bench_number(argv[1]);
	unsigned int accepted = 0;
	struct samples s = { 0 };
	struct seat seats[CLIENTS];
	uint64_t start;

	for (unsigned int r = 0; r < rounds; r++) {
		seat_people(seats, first + r * CLIENTS);
		start = samples_now();
		accepted += answer_all(seats);
		samples_add(&s, start);
		leave(seats);
	}
	printf("offered %u\naccepted %u\n", rounds * CLIENTS, accepted);
	samples_print("round", &s);
	return 0;
}
