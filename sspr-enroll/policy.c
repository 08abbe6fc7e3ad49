/* SPDX-License-Identifier: MIT */
#include "policy.h"
#include "json.h"
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

static void
put_policy(FILE *to, const struct standing *s)
{
	policy_print(to, &s->policy);
}

static void
put_json(FILE *to, const struct standing *s)
{
	json_message(to, proto_row(MSG_POLICY)->fields, &s->policy);
	fputc('\n', to);
}

enum sspr_err
policy_main(int argc, char **argv)
{
	static const struct standing_view view = { "policy", put_policy,
		put_json };

	return standing_show(argc, argv, &view);
}
