/* SPDX-License-Identifier: MIT */
/*
 * conf.c - the options of conf.def: one row each, and a type for each row.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "ini.h"
#include "text.h"

static_assert(CONF_LINE_MAX == INI_LINE_MAX, "one length of a line");

/* One option; set and get are those of its type. */
struct row {
	const char *section, *name, *roles, *fallback;
	enum sspr_err (*set)(const struct row *r, void *field,
	    const char *value, struct conf_fault *fault);
	void (*get)(const struct row *r, const void *field,
	    char buf[static CONF_LINE_MAX + 1]);
	size_t offset;     /* of the field in struct conf */
	uint32_t min, max; /* of a number; max: bytes of a text */
	const char *words; /* of a choice */
};

static enum sspr_err
set_number(const struct row *r, void *field, const char *value,
    struct conf_fault *fault)
{
	size_t len = strlen(value);
	uint64_t n = 0;
	uint32_t n32;

	if (len == 0 || strspn(value, "0123456789") != len)
		return conf_refuse(fault, "not a decimal number");
	if (value[0] == '0' && len > 1)
		return conf_refuse(fault, "number with a leading zero");
	for (size_t i = 0; i < len && n <= UINT32_MAX; i++)
		n = n * 10 + (uint64_t)(value[i] - '0');
	if (n < r->min || n > r->max)
		return conf_refuse(fault, "not from %u to %u", r->min, r->max);
	n32 = (uint32_t)n;
	memcpy(field, &n32, sizeof(n32));
	return SSPR_OK;
}

static void
get_number(const struct row *r, const void *field,
    char buf[static CONF_LINE_MAX + 1])
{
	uint32_t n;

	(void)r;
	memcpy(&n, field, sizeof(n));
	(void)snprintf(buf, CONF_LINE_MAX + 1, "%u", n);
}

static enum sspr_err
set_yesno(const struct row *r, void *field, const char *value,
    struct conf_fault *fault)
{
	bool yes = strcmp(value, "yes") == 0;

	(void)r;
	if (!yes && strcmp(value, "no") != 0)
		return conf_refuse(fault, "neither yes nor no");
	memcpy(field, &yes, sizeof(yes));
	return SSPR_OK;
}

static void
get_yesno(const struct row *r, const void *field,
    char buf[static CONF_LINE_MAX + 1])
{
	bool yes;

	(void)r;
	memcpy(&yes, field, sizeof(yes));
	(void)snprintf(buf, CONF_LINE_MAX + 1, "%s", yes ? "yes" : "no");
}

static enum sspr_err
set_text(const struct row *r, void *field, const char *value,
    struct conf_fault *fault)
{
	size_t len = strlen(value);

	if (len > r->max)
		return conf_refuse(fault, "more than %u bytes", r->max);
	if (!text_is_clean(value, len))
		return conf_refuse(fault, "not printable UTF-8");
	if (memchr(value, '"', len) != NULL)
		return conf_refuse(fault, "double quote inside a value");
	memset(field, 0, (size_t)r->max + 1);
	memcpy(field, value, len);
	return SSPR_OK;
}

static void
get_text(const struct row *r, const void *field,
    char buf[static CONF_LINE_MAX + 1])
{
	memcpy(buf, field, (size_t)r->max + 1);
}

/* Which of the words, separated by spaces, value is. */
static enum sspr_err
set_choice(const struct row *r, void *field, const char *value,
    struct conf_fault *fault)
{
	const size_t len = strlen(value);
	const char *w = r->words;
	uint32_t n = 0;

	for (size_t l; *w != '\0'; w += l + (w[l] == ' '), n++) {
		l = strcspn(w, " ");
		if (l != len || strncmp(w, value, l) != 0)
			continue;
		memcpy(field, &n, sizeof(n));
		return SSPR_OK;
	}
	return conf_refuse(fault, "none of: %s", r->words);
}

static void
get_choice(const struct row *r, const void *field,
    char buf[static CONF_LINE_MAX + 1])
{
	const char *w = r->words;
	uint32_t n;

	memcpy(&n, field, sizeof(n));
	for (; n > 0; n--)
		w += strcspn(w, " ") + 1;
	(void)snprintf(buf, CONF_LINE_MAX + 1, "%.*s", (int)strcspn(w, " "), w);
}

/* clang-format off */

static const struct row rows[CONF_COUNT] = {
#define NUMBER(NAME, field, section, key, roles, min, max, default, help) \
	{ section, #key, roles, #default, set_number, get_number, \
	    offsetof(struct conf, field), min, max, NULL },
#define YESNO(NAME, field, section, key, roles, default, help) \
	{ section, #key, roles, #default, set_yesno, get_yesno, \
	    offsetof(struct conf, field), 0, 0, NULL },
#define CHOICE(NAME, field, section, key, roles, words, default, help) \
	{ section, #key, roles, #default, set_choice, get_choice, \
	    offsetof(struct conf, field), 0, 0, words },
#define TEXT(NAME, field, section, key, roles, max, default, help) \
	{ section, #key, roles, default, set_text, get_text, \
	    offsetof(struct conf, field), 0, max, NULL },
#define WORDS(NAME, field, section, key, roles, max, default, help) \
	{ section, #key, roles, default, set_text, get_text, \
	    offsetof(struct conf, field), 0, max, NULL },
#include "conf.def"
};

#define TEXT(NAME, field, section, key, roles, max, default, help) \
static_assert((max) <= CONF_LINE_MAX - INI_NAME_MAX - 8, #key " too long");
#define WORDS(NAME, field, section, key, roles, max, default, help) \
static_assert((max) <= CONF_LINE_MAX - INI_NAME_MAX - 8, #key " too long");
#include "conf.def"

/* clang-format on */

enum sspr_err
conf_refuse(struct conf_fault *fault, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(fault->reason, sizeof(fault->reason), fmt, ap);
	va_end(ap);
	return SSPR_CONFIG;
}

void
conf_default(struct conf *c)
{
	struct conf_fault fault;

	memset(c, 0, sizeof(*c));
	for (enum conf_option i = 0; i < CONF_COUNT; i++) {
		enum sspr_err e = conf_set(c, i, rows[i].fallback, &fault);

		assert(e == SSPR_OK);
		(void)e; /* the defaults are constants, and tested */
	}
}

enum sspr_err
conf_set(struct conf *c, enum conf_option option, const char *value,
    struct conf_fault *fault)
{
	const struct row *r = &rows[option];

	assert(option < CONF_COUNT);
	return r->set(r, (char *)c + r->offset, value, fault);
}

void
conf_get(const struct conf *c, enum conf_option option,
    char buf[static CONF_LINE_MAX + 1])
{
	const struct row *r = &rows[option];

	assert(option < CONF_COUNT);
	r->get(r, (const char *)c + r->offset, buf);
}

bool
conf_is_for(enum conf_option option, char role)
{
	assert(option < CONF_COUNT);
	return role != '\0' && strchr(rows[option].roles, role) != NULL;
}

const char *
conf_section(enum conf_option option)
{
	assert(option < CONF_COUNT);
	return rows[option].section;
}

const char *
conf_name(enum conf_option option)
{
	assert(option < CONF_COUNT);
	return rows[option].name;
}
