/* SPDX-License-Identifier: MIT */
/*
 * notice_text.c - in what words people are told, ours or the site's.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "paths.h"
#include "vault/notice.h"
#include "vault/vault.h"

#define COUNT(a)   (sizeof(a) / sizeof((a)[0]))
#define TIME_MAX   24u /* bytes of 24 Nov 14:32 UTC+05:30 */
#define METHOD_MAX 24u /* bytes of a method in words */
#define SPOKEN_MAX (3u * PROTO_CODE_MAX)
#define HOST_SHORT 30u /* bytes of the host's name beside a code by sms */

/* clang-format off */
static const struct row {
	const char *name, *subject, *text;
} rows[NOTICE_COUNT] = {
#define NOTICE(NAME, number, name, subject, text) \
	[NOTICE_##NAME] = { name, subject, text },
#include "vault/notice.def"
};

static const char *const methods[METHOD_COUNT] = {
	[METHOD_APP] = "authenticator app",
	[METHOD_BACKUP] = "backup codes",
	[METHOD_SMS] = "sms",
	[METHOD_LANDLINE] = "phone call",
	[METHOD_EMAIL] = "e-mail",
	[METHOD_QUESTIONS] = "security questions",
	[METHOD_PASS] = "helpdesk-pass",
	[METHOD_NOTICE] = "address for notices",
};
/* clang-format on */

/* `24 Nov 14:32 UTC+01'. */
static void
write_time(uint64_t at, char buf[static TIME_MAX])
{
	const time_t t = (time_t)at;
	struct tm tm;
	long zone;
	int n;

	if (localtime_r(&t, &tm) == NULL) {
		snprintf(buf, TIME_MAX, "?");
		return;
	}
	zone = tm.tm_gmtoff < 0 ? -tm.tm_gmtoff / 60 : tm.tm_gmtoff / 60;
	n = (int)strftime(buf, TIME_MAX, "%d %b %H:%M UTC", &tm);
	if (zone != 0)
		n += snprintf(buf + n, TIME_MAX - (size_t)n, "%c%02ld",
		    tm.tm_gmtoff < 0 ? '-' : '+', zone / 60 % 24);
	if (zone % 60 != 0)
		snprintf(buf + n, TIME_MAX - (size_t)n, ":%02ld", zone % 60);
}

/* A code as it is written, or the digits with pauses between. */
static void
write_code(const struct record_message *m, char buf[static SPOKEN_MAX + 1])
{
	const char *pause = m->method == METHOD_LANDLINE ? ", " : "";
	size_t n = 0;

	buf[0] = '\0';
	for (const char *c = m->code; *c != '\0'; c++)
		n += (size_t)snprintf(buf + n, SPOKEN_MAX + 1 - n, "%s%c",
		    n == 0 ? "" : pause, *c);
}

static const char *
method_words(unsigned int about)
{
	return about < COUNT(methods) && methods[about] != NULL ? methods[about]
								: "all ways";
}

void
notice_write(struct vault *v, const struct record_message *m,
    char subject[static IPC_SUBJECT_MAX + 1],
    char text[static IPC_MESSAGE_MAX + 1])
{
	const struct template *t = &v->texts.of[m->notice % NOTICE_COUNT];
	char when[TIME_MAX], code[SPOKEN_MAX + 1], host[VAULT_HOST_MAX + 1];
	struct template_values values = { .of = {
					      ['c' - 'a'] = code,
					      ['d' - 'a'] = v->conf.contact,
					      ['h' - 'a'] = host,
					      ['m' - 'a'] =
						  method_words(m->about),
					      ['r' - 'a'] = m->reference,
					      ['s' - 'a'] = m->source,
					      ['t' - 'a'] = when,
					      ['u' - 'a'] = m->user,
					  } };

	if (m->notice >= NOTICE_COUNT) {
		subject[0] = text[0] = '\0';
		return;
	}
	write_time(m->at - vault_now(v) + vault_wall(), when);
	write_code(m, code);
	snprintf(host, sizeof(host), "%.*s",
	    m->method == METHOD_SMS && code[0] != '\0' ? (int)HOST_SHORT
						       : (int)VAULT_HOST_MAX,
	    v->host);
	template_expand(t->subject, &values, subject, IPC_SUBJECT_MAX + 1);
	template_expand(t->text, &values, text, IPC_MESSAGE_MAX + 1);
	secret_zero(code, sizeof(code));
}

/* The signs a template of a kind may and must use. */
static void
signs_of(const struct row *row, struct template_sign signs[static 9])
{
	static const struct template_sign all[] = {
		{ 'c', SPOKEN_MAX, true, false },
		{ 'h', VAULT_HOST_MAX, true, true },
		{ 's', PROTO_HINT_MAX, true, true },
		{ 't', TIME_MAX, true, true },
		{ 'd', 100, false, true },
		{ 'm', METHOD_MAX, false, true },
		{ 'r', RECORD_REFERENCE_MAX, false, true },
		{ 'u', RECORD_USER_MAX, false, true },
	};
	char place[] = "%?";
	size_t n = 0;

	for (size_t i = 0; i < COUNT(all); i++) {
		place[1] = all[i].sign;
		signs[n] = all[i];
		if (strstr(row->text, place) == NULL)
			signs[n].needed = false;
		if (all[i].sign != 'c' || strstr(row->text, place) != NULL)
			n++;
	}
	signs[n].sign = '\0';
}

static void
load(const struct row *row, struct template *t)
{
	struct template_sign signs[9];
	char path[sizeof(PATH_MESSAGES) + 32];
	const char *why;

	snprintf(t->subject, sizeof(t->subject), "%s", row->subject);
	snprintf(t->text, sizeof(t->text), "%s", row->text);
	snprintf(path, sizeof(path), PATH_MESSAGES "/%s.txt", row->name);
	signs_of(row, signs);
	if (template_load(path, signs, t, &why) == SSPR_CONFIG)
		log_err("%s is not used: %s; the built-in text is", path, why);
}

void
notice_load(struct vault *v)
{
	tzset();
	for (size_t i = 0; i < NOTICE_COUNT; i++)
		if (rows[i].name != NULL)
			load(&rows[i], &v->texts.of[i]);
}
