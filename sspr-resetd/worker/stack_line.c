/* SPDX-License-Identifier: MIT */
/*
 * stack_line.c - what libpam makes of a line, in its own order: join what is
 * continued, cut the comment off, take words.  Where its versions differ, or
 * where it would fall into a fault of its own, the line has a fault here.
 */
#include <string.h>
#include <strings.h>

#include "worker/stack_line.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum act { ACT_NONE, ACT_IGNORE, ACT_OK, ACT_BAD, ACT_JUMP };

/* The results of PAM as a control has them, in the order of their numbers. */
static const char *const results[] = {
	"success",
	"open_err",
	"symbol_err",
	"service_err",
	"system_err",
	"buf_err",
	"perm_denied",
	"auth_err",
	"cred_insufficient",
	"authinfo_unavail",
	"user_unknown",
	"maxtries",
	"new_authtok_reqd",
	"acct_expired",
	"session_err",
	"cred_unavail",
	"cred_expired",
	"cred_err",
	"no_module_data",
	"conv_err",
	"authtok_err",
	"authtok_recover_err",
	"authtok_lock_busy",
	"authtok_disable_aging",
	"try_again",
	"ignore",
	"abort",
	"authtok_expired",
	"module_unknown",
	"bad_item",
	"conv_again",
	"incomplete",
	"default",
};

enum {
	RESULT_UNKNOWN = 28,
	RESULTS = COUNT(results) - 1,
	RESULT_DEFAULT = RESULTS,
};

static const struct {
	const char *word;
	enum act act;
} actions[] = {
	{ "ignore", ACT_IGNORE },
	{ "ok", ACT_OK },
	{ "done", ACT_OK },
	{ "bad", ACT_BAD },
	{ "die", ACT_BAD },
	{ "reset", ACT_IGNORE },
};

/* The controls of one word. */
static const struct {
	const char *word;
	enum stack_line_kind kind;
	bool needed;
} controls[] = {
	{ "required", STACK_LINE_MODULE, true },
	{ "requisite", STACK_LINE_MODULE, true },
	{ "optional", STACK_LINE_MODULE, false },
	{ "sufficient", STACK_LINE_MODULE, false },
	{ "include", STACK_LINE_INCLUDE, false },
	{ "substack", STACK_LINE_SUBSTACK, false },
};

static const char *const types[] = { "auth", "account", "session", "password" };

/* What a control does with each result. */
struct control {
	enum act act[RESULTS];
	unsigned int jump[RESULTS];
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Take one line off the text as it is; its bytes. */
static size_t
take_raw(struct stack_text *t, const char **raw)
{
	const char *end = memchr(t->at, '\n', t->left);
	const size_t len = end == NULL ? t->left : (size_t)(end - t->at) + 1;

	*raw = t->at;
	t->at += len;
	t->left -= len;
	t->number++;
	return len;
}

/* Cut off blanks, the comment, the newline; whether there was a comment. */
static bool
trim(const char **s, size_t *len)
{
	const char *comment;

	for (; *len > 0 && is_blank(**s); ++*s)
		--*len;
	comment = memchr(*s, '#', *len);
	if (comment != NULL)
		*len = (size_t)(comment - *s);
	while (*len > 0 && (is_blank((*s)[*len - 1]) || (*s)[*len - 1] == '\n'))
		--*len;
	return comment != NULL;
}

static bool
is_printable(const char *s, size_t len)
{
	for (; len > 0; s++, len--)
		if (((unsigned char)*s < ' ' && *s != '\t') || *s == '\x7f')
			return false;
	return true;
}

/* What speaks against a part of a line, which is cut to s and len. */
static const char *
find_fault(const char *s, size_t len, size_t raw, bool goes_on)
{
	if (raw > STACK_LINE_MAX)
		return "is too long";
	if (len == 0 && goes_on)
		return "goes on with an empty line";
	return is_printable(s, len) ? NULL : "has a control character";
}

/*
 * Join one line and those that continue it.  Returns its length; 0 at the end
 * of the text, and with a fault.
 */
static size_t
join(struct stack_text *t, char buf[static STACK_LINE_MAX + 1],
    struct stack_line *line)
{
	size_t len, used = 0, raw = 0;
	bool goes_on = false, comment;
	const char *s;

	do {
		len = take_raw(t, &s);
		raw = goes_on ? raw + len : len;
		line->number = goes_on ? line->number : t->number;
		comment = trim(&s, &len);
		line->fault = find_fault(s, len, raw, goes_on);
		if (line->fault != NULL)
			return 0;
		memcpy(buf + used, s, len);
		used += len;
		goes_on = len > 0 && !comment && buf[used - 1] == '\\';
		if (goes_on)
			buf[used - 1] = ' ';
	} while (t->left > 0 && (goes_on || used == 0));
	if (goes_on)
		line->fault = "is the last one and ends in a backslash";
	buf[used] = '\0';
	return used;
}

/* As _pam_StrTok(): a word, or what is between `[' and the next `]'. */
static char *
take(char **rest, struct stack_line *line)
{
	char *s = *rest + strspn(*rest, " \t"), *to, *from;

	if (*s != '[') {
		*rest = s + strcspn(s, " \t");
		if (**rest != '\0')
			*(*rest)++ = '\0';
		return *s == '\0' ? NULL : s;
	}
	for (from = to = ++s; *from != '\0' && *from != ']'; from++) {
		if (from[0] == '\\' && from[1] == ']')
			from++;
		*to++ = *from;
	}
	if (*from == '\0')
		line->fault = "has a `[' without its `]'";
	*rest = *from == '\0' ? from : from + 1;
	*to = '\0';
	return s;
}

static size_t
find_word(const char *const *words, size_t count, const char *s)
{
	for (size_t i = 0; i < count; i++)
		if (strncmp(words[i], s, strlen(words[i])) == 0)
			return i;
	return count;
}

static const char *
skip(const char *s)
{
	return s + strspn(s, " \t");
}

/* An action, or how many lines to skip; NULL: neither. */
static const char *
take_action(const char *s, enum act *act, unsigned int *jump)
{
	for (size_t i = 0; i < COUNT(actions); i++) {
		if (strncmp(actions[i].word, s, strlen(actions[i].word)) != 0)
			continue;
		*act = actions[i].act;
		return s + strlen(actions[i].word);
	}
	*act = ACT_JUMP;
	for (*jump = 0; *s >= '0' && *s <= '9'; s++) {
		*jump = *jump * 10 + (unsigned int)(*s - '0');
		if (*jump > STACK_LINE_JUMP_MAX)
			*jump = STACK_LINE_JUMP_MAX;
	}
	return *jump > 0 ? s : NULL;
}

static void
set(struct control *c, size_t result, enum act act, unsigned int jump)
{
	for (size_t i = 0; i < RESULTS; i++) {
		if (i != result &&
		    (result != RESULT_DEFAULT || c->act[i] != ACT_NONE))
			continue;
		c->act[i] = act;
		c->jump[i] = jump;
	}
}

/* As _pam_parse_control(); what is not said is bad. */
static bool
parse_control(const char *s, struct control *c)
{
	unsigned int jump;
	enum act act;
	size_t i;

	for (s = skip(s); *s != '\0'; s = skip(s)) {
		i = find_word(results, COUNT(results), s);
		if (i == COUNT(results))
			return false;
		s = skip(s + strlen(results[i]));
		if (*s != '=')
			return false;
		jump = 0;
		if ((s = take_action(skip(s + 1), &act, &jump)) == NULL)
			return false;
		set(c, i, act, jump);
	}
	set(c, RESULT_DEFAULT, ACT_BAD, 0);
	return true;
}

static void
read_control(const char *word, struct stack_line *line)
{
	struct control c = { .act = { ACT_NONE } };

	for (size_t i = 0; i < COUNT(controls); i++) {
		if (strcasecmp(word, controls[i].word) != 0)
			continue;
		line->kind = controls[i].kind;
		line->needed = controls[i].needed;
		return;
	}
	line->kind = STACK_LINE_MODULE;
	if (!parse_control(word, &c)) {
		line->fault = "has a control that PAM cannot read";
		return;
	}
	line->needed = c.act[RESULT_UNKNOWN] == ACT_BAD;
	for (size_t i = 0; i < RESULTS; i++)
		if (c.jump[i] > line->jump)
			line->jump = c.jump[i];
}

static void
read_name(char **rest, struct stack_line *line)
{
	const char *name = take(rest, line);

	if (line->fault != NULL)
		return;
	if (name == NULL || *name == '\0')
		line->fault = line->kind == STACK_LINE_MODULE
		    ? "names no module"
		    : "names no file";
	else
		memcpy(line->name, name, strlen(name) + 1);
}

static bool
is_type(const char *word)
{
	for (size_t i = 0; i < COUNT(types); i++)
		if (strcasecmp(word, types[i]) == 0)
			return true;
	return false;
}

static void
read_line(char *s, const char *type, struct stack_line *line)
{
	const char *word = take(&s, line);

	if (line->fault != NULL)
		return;
	if (word != NULL && strcmp(word, "@include") == 0) {
		line->kind = STACK_LINE_AT_INCLUDE;
		read_name(&s, line);
		return;
	}
	line->quiet = word != NULL && *word == '-';
	if (word == NULL || !is_type(word + line->quiet)) {
		line->fault = "is of no type that PAM knows";
		return;
	}
	if (strcasecmp(word + line->quiet, type) != 0)
		return;
	word = take(&s, line);
	if (word == NULL)
		line->fault = "has no control";
	if (line->fault == NULL)
		read_control(word, line);
	if (line->fault == NULL)
		read_name(&s, line);
}

bool
stack_line_next(struct stack_text *text, const char *type,
    struct stack_line *line)
{
	char buf[STACK_LINE_MAX + 1];
	size_t used;

	*line = (struct stack_line){ .kind = STACK_LINE_OTHER };
	if (text->left == 0)
		return false;
	used = join(text, buf, line);
	if (used > 0 && line->fault == NULL)
		read_line(buf, type, line);
	return used > 0 || line->fault != NULL;
}
