/* SPDX-License-Identifier: MIT */
/*
 * conf_check.c - two tables: lists, each of whose words must be something; and
 * rules between options.  The lists come first, so the rules MUST NOT meet a
 * method that is none.
 */
#include <stdio.h>
#include <string.h>

#include "address.h"
#include "conf_check.h"
#include "gate.h"
#include "method.h"
#include "source.h"

#define COUNT(a)       (sizeof(a) / sizeof((a)[0]))
#define SHOWN_MAX      60u  /* bytes of a word in a reason */
#define COUNTRY_DIGITS 3u   /* ITU-T E.164 */
#define NUMBER_DIGITS  15u  /* likewise */
#define DOMAIN_MAX     253u /* bytes, RFC 1035 */
#define LABEL_MAX      63u  /* bytes, likewise */
#define FLOOR_MIN_MS   1000u

static const char digits[] = "0123456789";

static bool
is_method(const char *word)
{
	const struct method_row *r = method_row(method_named(word));

	return r != NULL && r->kind != METHOD_NONE;
}

static bool
is_country(const char *word)
{
	const size_t n = strspn(word + 1, digits);

	return word[0] == '+' && word[1] != '0' && n > 0 &&
	    n <= COUNTRY_DIGITS && word[1 + n] == '\0';
}

static bool
is_prefix(const char *word)
{
	const size_t n = strspn(word + 1, digits);

	return word[0] == '+' && n > 0 && n <= NUMBER_DIGITS &&
	    word[1 + n] == '\0';
}

static bool
is_domain(const char *word)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-";

	if (strlen(word) > DOMAIN_MAX)
		return false;
	for (size_t n; *word != '\0'; word += n + (word[n] == '.')) {
		n = strspn(word, letters);
		if (n == 0 || n > LABEL_MAX || word[0] == '-' ||
		    word[n - 1] == '-' ||
		    (word[n] != '\0' &&
			(word[n] != '.' || word[n + 1] == '\0')))
			return false;
	}
	return true;
}

static bool
is_terminal(const char *word)
{
	return word[0] != '/' && strncmp(word, "pts", 3) != 0;
}

/* clang-format off */

/* Lists, and what each of their words must be. */
static const struct list {
	enum conf_option at;
	size_t offset; /* of the field in struct conf */
	bool (*is_good)(const char *word);
	const char *what;
} lists[] = {
#define LIST(NAME, field, is, what) \
	{ CONF_##NAME, offsetof(struct conf, field), is, what },
	LIST(METHODS, methods, is_method, "no method that proves anything")
	LIST(LOGIN_METHODS, login_methods, is_method,
	    "no method that proves anything")
	LIST(TWO_NETWORKS, two_networks, source_are_networks,
	    "neither an address nor a network")
	LIST(ONE_NETWORKS, one_networks, source_are_networks,
	    "neither an address nor a network")
	LIST(CONSOLES, consoles, is_terminal,
	    "no name of a console, as in tty1")
	LIST(SMS_COUNTRIES, sms_countries, is_country,
	    "no country code, as in +49")
	LIST(SMS_DENY, sms_deny, is_prefix,
	    "no beginning of a number, as in +49900")
	LIST(DENY_DOMAINS, deny_domains, is_domain, "no domain")
	LIST(SOURCE_SHARED, source_shared, source_are_networks,
	    "neither an address nor a network")
#undef LIST
};

/* clang-format on */

static uint32_t
mask_of(const char *names)
{
	uint32_t mask = 0;

	(void)method_mask(names, &mask); /* they were checked */
	return mask;
}

static bool
has(const struct conf *c, enum method m)
{
	return (mask_of(c->methods) & METHOD_BIT(m)) != 0;
}

/* A command begins with the program's path. */
static bool
is_command(const char *command)
{
	const size_t n = strcspn(command, " ");

	return command[0] == '\0' ||
	    (command[0] == '/' && command[n - 1] != '/');
}

/* Whether anything at all can open the gates of an ordinary account. */
static bool
can_open(const struct conf *c, unsigned int count, bool network)
{
	const struct gate_need need = { .count = count,
		.network = network,
		.enabled = mask_of(c->methods),
		.login = mask_of(c->login_methods) };
	const struct gate_set none = { .n = 0 };

	for (unsigned int m = 0; m < METHOD_COUNT; m++)
		if (gate_takes(&need, &none, (enum method)m, NULL))
			return true;
	return false;
}

static bool
methods_have_one_for_all(const struct conf *c)
{
	return has(c, METHOD_APP) || has(c, METHOD_BACKUP);
}

static bool
numbers_have_countries(const struct conf *c)
{
	return c->sms_countries[strspn(c->sms_countries, " ")] != '\0' ||
	    (!has(c, METHOD_SMS) && !has(c, METHOD_LANDLINE));
}

static bool
sms_has_command(const struct conf *c)
{
	return c->sms_command[0] != '\0' || !has(c, METHOD_SMS);
}

static bool
landline_has_command(const struct conf *c)
{
	return c->landline_command[0] != '\0' || !has(c, METHOD_LANDLINE);
}

static bool
email_has_command(const struct conf *c)
{
	return c->email_command[0] != '\0' || !has(c, METHOD_EMAIL);
}

static bool
network_can_open(const struct conf *c)
{
	return can_open(c, c->methods_required, true);
}

static bool
console_can_open(const struct conf *c)
{
	return can_open(c, c->console_methods_required, false);
}

static bool
sms_command_is_path(const struct conf *c)
{
	return is_command(c->sms_command);
}

static bool
landline_command_is_path(const struct conf *c)
{
	return is_command(c->landline_command);
}

static bool
email_command_is_path(const struct conf *c)
{
	return is_command(c->email_command);
}

static bool
fallback_is_mail(const struct conf *c)
{
	return c->notify_fallback[0] == '\0' ||
	    address_is_mail(c->notify_fallback);
}

static bool
fallback_has_command(const struct conf *c)
{
	return c->notify_fallback[0] == '\0' || c->email_command[0] != '\0';
}

static bool
refer_has_place(const struct conf *c)
{
	return c->offer_mode != CONF_MODE_REFER || c->offer_refer[0] != '\0';
}

static bool
selected_has_groups(const struct conf *c)
{
	return c->enable != CONF_ENABLE_SELECTED ||
	    c->enable_groups[strspn(c->enable_groups, " ")] != '\0';
}

static bool
first_pass_is_method(const struct conf *c)
{
	return c->first != CONF_FIRST_PASS || has(c, METHOD_PASS);
}

static bool
questions_are_enough(const struct conf *c)
{
	return c->questions_asked <= c->questions_min;
}

/* A look-up has SESSION_LOOKUP_MS, and must not show. */
static bool
floor_hides(const struct conf *c)
{
	return c->answer_floor_ms == 0 || c->answer_floor_ms >= FLOOR_MIN_MS;
}

static bool
waits_grow(const struct conf *c)
{
	return c->first_wait_s <= c->last_wait_s;
}

static bool
waits_come_before_the_end(const struct conf *c)
{
	return c->free_failures <= c->max_failures;
}

/* Which option to blame; the other one if that is not in the file. */
static const struct rule {
	enum conf_option at, other;
	bool (*holds)(const struct conf *c);
	const char *reason;
} rules[] = {
	{ CONF_OFFER_MODE, CONF_OFFER_MODE, refer_has_place,
	    "refer needs a place in refer" },
	{ CONF_METHODS, CONF_METHODS, methods_have_one_for_all,
	    "has neither app nor backup, which need nothing but the user" },
	{ CONF_METHODS, CONF_METHODS, numbers_have_countries,
	    "sms and landline need countries in section [sms]" },
	{ CONF_METHODS, CONF_METHODS, sms_has_command,
	    "sms needs a command in section [sms]" },
	{ CONF_METHODS, CONF_METHODS, landline_has_command,
	    "landline needs a command in section [landline]" },
	{ CONF_METHODS, CONF_METHODS, email_has_command,
	    "email needs a command in section [email]" },
	{ CONF_METHODS, CONF_LOGIN_METHODS, network_can_open,
	    "nobody could reset from the network with methods_required, "
	    "methods and login_methods as they are" },
	{ CONF_METHODS, CONF_LOGIN_METHODS, console_can_open,
	    "nobody could reset at a console with console_methods_required, "
	    "methods and login_methods as they are" },
	{ CONF_ENABLE, CONF_ENABLE, selected_has_groups,
	    "selected needs groups" },
	{ CONF_FIRST, CONF_METHODS, first_pass_is_method,
	    "pass needs helpdesk-pass in methods of section [reset]" },
	{ CONF_SMS_COMMAND, CONF_SMS_COMMAND, sms_command_is_path,
	    "does not begin with the absolute path of a program" },
	{ CONF_LANDLINE_COMMAND, CONF_LANDLINE_COMMAND,
	    landline_command_is_path,
	    "does not begin with the absolute path of a program" },
	{ CONF_EMAIL_COMMAND, CONF_EMAIL_COMMAND, email_command_is_path,
	    "does not begin with the absolute path of a program" },
	{ CONF_QUESTIONS_ASKED, CONF_QUESTIONS_MIN, questions_are_enough,
	    "asked must not be more than minimum" },
	{ CONF_NOTIFY_FALLBACK, CONF_NOTIFY_FALLBACK, fallback_is_mail,
	    "not an e-mail address" },
	{ CONF_NOTIFY_FALLBACK, CONF_NOTIFY_FALLBACK, fallback_has_command,
	    "needs a command in section [email]" },
	{ CONF_ANSWER_FLOOR_MS, CONF_ANSWER_FLOOR_MS, floor_hides,
	    "is 1000 at least, or 0 for tests: less would tell how long an "
	    "account was looked for" },
	{ CONF_FIRST_WAIT_S, CONF_LAST_WAIT_S, waits_grow,
	    "first_wait_s must not be more than last_wait_s" },
	{ CONF_FREE_FAILURES, CONF_MAX_FAILURES, waits_come_before_the_end,
	    "free_failures must not be more than max_failures" },
};

static void
blame(enum conf_option at, unsigned int line, struct conf_fault *fault)
{
	fault->line = line;
	(void)snprintf(fault->key, sizeof(fault->key), "%s", conf_name(at));
}

static enum sspr_err
check_list(const struct list *l, const char *words, struct conf_fault *fault)
{
	char word[CONF_LINE_MAX + 1];

	for (size_t n; *(words += strspn(words, " ")) != '\0'; words += n) {
		n = strcspn(words, " ");
		(void)snprintf(word, sizeof(word), "%.*s", (int)n, words);
		if (l->is_good(word))
			continue;
		return conf_refuse(fault, "%s is %s",
		    n > SHOWN_MAX ? "a word" : word, l->what);
	}
	return SSPR_OK;
}

enum sspr_err
conf_check(const struct conf *c, const unsigned int lines[static CONF_COUNT],
    struct conf_fault *fault)
{
	for (size_t i = 0; i < COUNT(lists); i++) {
		const struct list *l = &lists[i];

		if (check_list(l, (const char *)c + l->offset, fault) ==
		    SSPR_OK)
			continue;
		blame(l->at, lines[l->at], fault);
		return SSPR_CONFIG;
	}
	for (size_t i = 0; i < COUNT(rules); i++) {
		const struct rule *r = &rules[i];
		enum conf_option at = r->at;

		if (r->holds(c))
			continue;
		if (lines[at] == 0 && lines[r->other] != 0)
			at = r->other;
		blame(at, lines[at], fault);
		return conf_refuse(fault, "%s", r->reason);
	}
	return SSPR_OK;
}
