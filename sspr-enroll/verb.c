/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "chat.h"
#include "complain.h"
#include "help.h"
#include "myself.h"
#include "number.h"
#include "paths.h"
#include "screen.h"
#include "standing.h"
#include "verb.h"

static const struct row {
	const char *name;
	enum proto_verb verb;
	const char *doing; /* to a method with this ID, or NULL: to none */
	const char *usage; /* if the arguments are wrong */
} rows[] = {
	{ "remove", VERB_REMOVE, "Removing",
	    "remove takes one ID, as in the status" },
	{ "keep", VERB_KEEP, "Keeping", "keep takes one ID, as in the status" },
	{ "lost", VERB_LOST, NULL, "lost takes no arguments" },
	{ "test", VERB_TEST, NULL, "test takes no arguments" },
	{ "reset", VERB_RESET, NULL, "reset takes no arguments" },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const struct row *
row_of(enum proto_verb verb)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].verb == verb)
			return &rows[i];
	return NULL;
}

static const struct row *
row_named(const char *name)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

/* Say what it is; the password that is asked for next is the confirmation. */
static enum sspr_err
announce(const struct tty *tty, const char *doing, uint32_t id)
{
	const struct proto_factor *factor;
	struct standing s;
	enum sspr_err e = standing_fetch(tty, stderr, &s);

	if (e != SSPR_OK)
		return e;
	if ((factor = factors_find(&s.factors, id)) == NULL)
		return complain_err(SSPR_NO_FACTOR, 0);
	printf("%s %" PRIu32 ": ", doing, id);
	screen_put(stdout, factor->method);
	if (factor->label[0] != '\0') {
		fputs(", ", stdout);
		screen_put(stdout, factor->label);
	}
	putchar('\n');
	return SSPR_OK;
}

enum sspr_err
verb_run(const struct tty *tty, enum proto_verb verb, uint32_t id)
{
	struct proto_hello hello = { .verb = (uint8_t)verb, .factor = id };
	struct chat c = { .path = PATH_SOCKET, .tty = tty, .info = stdout };
	const struct row *row = row_of(verb);
	enum sspr_err e;

	if (row != NULL && row->doing != NULL && tty_is_person(tty) &&
	    (e = announce(tty, row->doing, id)) != SSPR_OK)
		return e;
	if (verb == VERB_TEST || verb == VERB_RESET)
		myself_name(hello.user);
	return chat_hold(&c, &hello);
}

/* Options and arguments of a row; *id is 0 if it takes none. */
static enum sspr_err
parse(const struct row *row, int argc, char **argv, uint32_t *id, bool *help)
{
	static const struct option longs[] = {
		{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, ":h", longs, NULL)) != -1)
		switch (c) {
		case 'h':
			*help = true;
			return SSPR_OK;
		default:
			return complain_option(c);
		}
	*id = 0;
	if (row->doing == NULL)
		return argc == optind ? SSPR_OK : complain_usage(row->usage);
	if (argc - optind != 1 || !number_read(argv[optind], id))
		return complain_usage(row->usage);
	return SSPR_OK;
}

enum sspr_err
verb_main(int argc, char **argv)
{
	const struct row *row = row_named(argv[0]);
	bool help = false;
	uint32_t id = 0;
	struct tty tty;
	enum sspr_err e;

	if (row == NULL)
		return complain_usage("unknown subcommand");
	if ((e = parse(row, argc, argv, &id, &help)) != SSPR_OK)
		return e;
	if (help)
		return help_print(stdout);
	tty_open(&tty);
	e = verb_run(&tty, row->verb, id);
	tty_close(&tty);
	return e;
}
