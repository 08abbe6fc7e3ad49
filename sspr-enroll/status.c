/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <time.h>

#include "screen.h"
#include "status.h"
#include "when.h"

/* What to enrol next, best first. */
static const enum method order[] = { METHOD_APP, METHOD_BACKUP, METHOD_EMAIL,
	METHOD_SMS, METHOD_LANDLINE, METHOD_QUESTIONS };

/* Why it is not enough, as far as that is not plain. */
static void
put_lack(FILE *to, const struct standing *s)
{
	unsigned int done = standing_done(s);

	fprintf(to, "You are not protected yet: %u of %u methods.\n", done,
	    s->policy.needed);
	if (done > 0 && done >= s->policy.console && s->policy.console > 0)
		fputs("That is enough at this machine's console, not over the "
		      "network.\n",
		    to);
	if (s->policy.admin[0] == '\0')
		return;
	fputs("You administer this machine (group ", to);
	screen_put(to, s->policy.admin);
	fputs("): you need two,\nand no one can do it for you.\n", to);
}

void
status_print(FILE *to, const struct standing *s, uint64_t now)
{
	uint64_t from = standing_from(s);
	char when[WHEN_MAX];

	if (s->factors.n > 0)
		factors_table(to, &s->factors);
	if (standing_done(s) < s->policy.needed) {
		put_lack(to, s);
	} else if (from > now) {
		when_minute(from, when);
		fprintf(to, "You are protected from %s on.\n", when);
	} else {
		fputs("You are protected.  Forgotten your password?  Type "
		      "forgot in its place where\nyou log in, and follow what "
		      "is asked.\n",
		    to);
	}
}

void
status_next(FILE *to, const struct standing *s)
{
	if (standing_done(s) >= s->policy.needed)
		return;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (standing_lacks(s, order[i])) {
			fprintf(to, "Next: sspr-enroll add %s\n",
			    method_row(order[i])->name);
			return;
		}
	if (s->policy.contact[0] == '\0')
		return;
	fputs("This site has no further method for you.  Help: ", to);
	screen_put(to, s->policy.contact);
	fputc('\n', to);
}

static void
put_status(FILE *to, const struct standing *s)
{
	status_print(to, s, (uint64_t)time(NULL));
	status_next(to, s);
}

static void
put_json(FILE *to, const struct standing *s)
{
	factors_json(to, &s->factors);
	fputc('\n', to);
}

enum sspr_err
status_main(int argc, char **argv)
{
	static const struct standing_view view = { "status", put_status,
		put_json };

	return standing_show(argc, argv, &view);
}
