/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "add.h"
#include "complain.h"
#include "menu.h"
#include "number.h"
#include "standing.h"
#include "status.h"
#include "verb.h"

#define SERVICE 3u /* err_exit() of what the service cannot do */

/* What can be enrolled, best first; the menu numbers what there is of it. */
static const struct choice {
	enum method method;
	unsigned int most; /* for one account; else a new one replaces it */
	const char *text, *again;
} choices[] = {
	{ METHOD_APP, 5, "an app that shows codes, on a phone or computer",
	    "one more app" },
	{ METHOD_BACKUP, 0, "backup codes: ten, to keep on paper",
	    "ten new backup codes; the old ones end" },
	{ METHOD_EMAIL, 0, "codes to a mailbox that needs another password",
	    "codes to another mailbox in its place" },
	{ METHOD_SMS, 0, "codes to a mobile phone",
	    "codes to another mobile phone in its place" },
	{ METHOD_LANDLINE, 0, "codes spoken in a phone call",
	    "codes spoken to another number in its place" },
	{ METHOD_QUESTIONS, 0, "security questions, beside another method",
	    "other security questions in their place" },
	{ METHOD_NOTICE, 0, "an address to be told at; opens nothing",
	    "another address to be told at in its place" },
};

#define CHOICES (sizeof(choices) / sizeof(choices[0]))

static const struct letter {
	char key;
	enum proto_verb verb;
	const char *name, *text;
} letters[] = {
	{ 't', VERB_TEST, "test", "try a reset; nothing changes" },
	{ 'r', VERB_REMOVE, "remove", "take a method away" },
	{ 'k', VERB_KEEP, "keep", "keep a method that is being taken away" },
	{ 'l', VERB_LOST, "lost", "phone lost: switch app and sms off now" },
};

#define LETTERS (sizeof(letters) / sizeof(letters[0]))

struct menu {
	const struct tty *tty;
	struct standing s;
	size_t n; /* choices there are */
	const struct choice *at[CHOICES];
	bool added; /* something, just now */
};

static bool
is_open(const struct standing *s, const struct choice *c)
{
	return standing_offers(s, c->method) &&
	    (c->most == 0 || standing_has(s, c->method) < c->most);
}

static bool
is_leaving(const struct standing *s)
{
	for (size_t i = 0; i < s->factors.n; i++)
		if (strcmp(s->factors.at[i].state, "ended") == 0)
			return true;
	return false;
}

static bool
has_letter(const struct menu *m, const struct letter *l)
{
	return m->s.factors.n > 0 &&
	    (l->verb != VERB_KEEP || is_leaving(&m->s));
}

static void
put(struct menu *m)
{
	putchar('\n');
	m->n = 0;
	for (size_t i = 0; i < CHOICES; i++) {
		if (!is_open(&m->s, &choices[i]))
			continue;
		m->at[m->n++] = &choices[i];
		printf("  %zu  %-10s  %s\n", m->n,
		    method_row(choices[i].method)->name,
		    standing_has(&m->s, choices[i].method) == 0
			? choices[i].text
			: choices[i].again);
	}
	for (size_t i = 0; i < LETTERS; i++)
		if (has_letter(m, &letters[i]))
			printf("  %c  %-10s  %s\n", letters[i].key,
			    letters[i].name, letters[i].text);
	putchar('\n');
}

/* One line in answer to prompt; empty at the end of input. */
static void
ask(const struct menu *m, const char *prompt, struct secret *line)
{
	(void)fflush(stdout); /* the menu is complete, or the screen is gone */
	if (tty_ask(m->tty, true, prompt, line) != SSPR_OK)
		secret_wipe(line);
}

static enum sspr_err
add(struct menu *m, const struct choice *c)
{
	struct add a = { .method = c->method };
	struct secret line = { 0 };
	enum sspr_err e;

	if (standing_has(&m->s, c->method) > 0 && c->most > 0)
		ask(m,
		    "Your name for it, such as tablet (Enter = none): ", &line);
	a.label = (const char *)line.at;
	if (add_label_fault(a.label) != NULL)
		return complain_usage(add_label_fault(a.label));
	e = add_run(m->tty, &a);
	m->added = e == SSPR_OK;
	return e;
}

static enum sspr_err
act(struct menu *m, const struct letter *l)
{
	struct secret line = { 0 };
	uint32_t id = 0;

	if (l->verb == VERB_REMOVE || l->verb == VERB_KEEP) {
		ask(m, "Its ID (Enter = none): ", &line);
		if (line.len == 0)
			return SSPR_OK;
		if (!number_read((const char *)line.at, &id))
			return complain_err(SSPR_NO_FACTOR, 0);
	}
	return verb_run(m->tty, l->verb, id);
}

/* Do what one line says. */
static enum sspr_err
obey(struct menu *m, const struct secret *line)
{
	const char *s = (const char *)line->at;
	uint32_t n;

	if (number_read(s, &n) && n <= m->n)
		return add(m, m->at[n - 1]);
	for (size_t i = 0; i < LETTERS; i++)
		if (has_letter(m, &letters[i]) && line->len == 1 &&
		    tolower((unsigned char)s[0]) == letters[i].key)
			return act(m, &letters[i]);
	fputs("Not understood: type a number or a letter of the list.\n",
	    stderr);
	return SSPR_OK;
}

/* How things are now; after something new how far that goes. */
static enum sspr_err
show(struct menu *m)
{
	enum sspr_err e = standing_fetch(m->tty, stdout, &m->s);
	bool all;

	if (e != SSPR_OK)
		return e;
	all = standing_done(&m->s) >= m->s.policy.needed;
	putchar('\n');
	if (m->added)
		printf("%u of %u done.\n\n", standing_done(&m->s),
		    m->s.policy.needed);
	status_print(stdout, &m->s, (uint64_t)time(NULL));
	if (m->added && all)
		fputs("Try it now: sspr-enroll test\n", stdout);
	m->added = false;
	return SSPR_OK;
}

enum sspr_err
menu_run(const struct tty *tty)
{
	struct menu m = { .tty = tty };
	struct secret line = { 0 };
	enum sspr_err e = SSPR_OK;

	for (;;) {
		if ((e = show(&m)) != SSPR_OK)
			return e;
		put(&m);
		ask(&m, "Choose (Enter = leave): ", &line);
		if (line.len == 0 ||
		    (line.len == 1 && tolower(line.at[0]) == 'q'))
			return SSPR_OK;
		e = obey(&m, &line);
		if (e != SSPR_OK && err_exit(e) == SERVICE)
			return e;
	}
}

enum sspr_err
menu_main(int argc, char **argv)
{
	struct tty tty;
	enum sspr_err e;

	if (argc > 1 || isatty(STDOUT_FILENO) == 0)
		return status_main(argc, argv);
	tty_open(&tty);
	e = tty_is_person(&tty) ? menu_run(&tty) : status_main(argc, argv);
	tty_close(&tty);
	return e;
}
