/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <stdbool.h>

#include "complain.h"
#include "help.h"
#include "json.h"
#include "policy.h"
#include "screen.h"
#include "standing.h"

static void
put_text(FILE *to, const char *what, const char *text)
{
	if (text[0] == '\0')
		return;
	fprintf(to, "%-20s ", what);
	screen_put(to, text);
	fputc('\n', to);
}

void
policy_print(FILE *to, const struct proto_policy *p)
{
	fprintf(to, "%-20s %u\n", "From the network:", p->needed);
	fprintf(to, "%-20s %u\n", "At a console:", p->console);
	put_text(to, "Methods there are:", p->methods);
	put_text(to, "Administrator by:", p->admin);
	put_text(to, "Help:", p->contact);
}

static enum sspr_err
run(bool json)
{
	struct standing s;
	struct tty tty;
	enum sspr_err e;

	tty_open(&tty);
	e = standing_fetch(&tty, json ? stderr : stdout, &s);
	tty_close(&tty);
	if (e != SSPR_OK)
		return e;
	if (!json) {
		policy_print(stdout, &s.policy);
		return SSPR_OK;
	}
	json_message(stdout, proto_row(MSG_POLICY)->fields, &s.policy);
	putchar('\n');
	return SSPR_OK;
}

enum sspr_err
policy_main(int argc, char **argv)
{
	static const struct option longs[] = { { "help", no_argument, NULL,
						   'h' },
		{ "json", no_argument, NULL, 'j' }, { NULL, 0, NULL, 0 } };
	bool json = false;
	int c;

	while ((c = getopt_long(argc, argv, ":h", longs, NULL)) != -1)
		switch (c) {
		case 'h':
			return help_print(stdout);
		case 'j':
			json = true;
			break;
		default:
			return complain_option(c);
		}
	if (optind != argc)
		return complain_usage("policy takes no arguments");
	return run(json);
}
