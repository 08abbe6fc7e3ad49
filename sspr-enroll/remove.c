/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "complain.h"
#include "dialogue.h"
#include "factors.h"
#include "help.h"
#include "remove.h"
#include "screen.h"

bool
remove_id(const char *s, uint32_t *id)
{
	uint64_t v = 0;

	for (size_t i = 0; s[i] != '\0'; i++) {
		if (s[i] < '0' || s[i] > '9' || i == 10)
			return false;
		v = v * 10 + (uint64_t)(s[i] - '0');
	}
	if (v == 0 || v > UINT32_MAX)
		return false;
	*id = (uint32_t)v;
	return true;
}

/* Say what goes; the password that is asked for next is the confirmation. */
static enum sspr_err
announce(const struct tty *tty, uint32_t id)
{
	const struct proto_factor *factor;
	struct factors f = { 0 };
	enum sspr_err e = factors_fetch(tty, stderr, &f);

	if (e != SSPR_OK)
		return e;
	if ((factor = factors_find(&f, id)) == NULL)
		return complain_err(SSPR_NO_FACTOR, 0);
	printf("Removing %" PRIu32 ": ", id);
	screen_put(stdout, factor->method);
	if (factor->label[0] != '\0') {
		fputs(", ", stdout);
		screen_put(stdout, factor->label);
	}
	putchar('\n');
	return SSPR_OK;
}

static enum sspr_err
run(const struct tty *tty, uint32_t id)
{
	struct proto_hello hello = { .verb = VERB_REMOVE, .factor = id };
	struct dialogue d = { .tty = tty, .info = stdout };
	enum sspr_err e;

	if (tty_is_person(tty) && (e = announce(tty, id)) != SSPR_OK)
		return e;
	return dialogue_hold(&d, &hello);
}

enum sspr_err
remove_main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 }
	};
	struct tty tty;
	enum sspr_err e;
	uint32_t id;
	int c;

	while ((c = getopt_long(argc, argv, ":h", longs, NULL)) != -1)
		switch (c) {
		case 'h':
			return help_print(stdout);
		default:
			return help_option(c);
		}
	if (argc - optind != 1 || !remove_id(argv[optind], &id))
		return complain_usage("remove takes one ID, as in the status");
	tty_open(&tty);
	e = run(&tty, id);
	tty_close(&tty);
	return e;
}
