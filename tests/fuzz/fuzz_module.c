/* SPDX-License-Identifier: MIT */
/* links: libsspr/err.c libsspr/secret.c libsspr/wire.c libsspr/proto.c */
/* links: libsspr/text.c libsspr/talk.c pam_sspr/args.c pam_sspr/dialogue.c */
/* links: pam_sspr/hello.c pam_sspr/prompt.c pam_sspr/pam_sspr.c */
/* links: -Wl,--wrap=connect,--wrap=poll,--wrap=clock_gettime,--wrap=free */
/* links: -Wl,--wrap=clock_nanosleep,--wrap=alarm,--wrap=isatty */
/* links: -Wl,--wrap=getsockopt */
/*
 * R-PAM-10: the module by its own entry point, between a daemon that says
 * anything and a conversation that does anything.  libpam, the clock and what
 * waits for it are this file's, so an hour passes in no time.  Whatever comes,
 *  - the module returns PAM_IGNORE, in bounded time, and leaves no descriptor
 *    and no alarm behind; LeakSanitizer sees to the rest;
 *  - what reaches a person is plain, nothing is asked unseen before something
 *    was answered that is seen, and a conversation that failed is left alone;
 *  - a daemon that is not uid 0 hears nothing, and none hears the password
 *    from a service that may answer anything with it;
 *  - an answer is wiped before it is freed.
 *
 * Input: four bytes for the host (see set_up), then chunks: first what PAM
 * has, then one for each wait for the daemon and each prompt.
 */
#include <arpa/inet.h>
#include <security/pam_modules.h>
#include <stdarg.h>
#include <stdio.h>

#include "hostile.h"
#include "plain.h"
#include "prompt.h"

#define ANSWERS    8 /* that are remembered until they are freed */
#define PASSWORD   "Old-pass-1234"
#define SILENT_OWN 0x01 /* bits of the second byte */
#define NO_CONV    0x02
#define NOBODYS    0x04 /* the daemon is not uid 0 */
#define REFUSES    0x08 /* there is none */
#define TERMINAL   0x10
#define ALARM      0x20

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct pam_handle {
	const char *service, *user, *rhost, *tty, *password, *ssh;
	struct pam_conv conv;
};

static struct stage {
	uint8_t how;
	int64_t alarm_ms; /* when it goes off, 0: none */
	unsigned int asks, calls;
	bool opened, failed;
	const struct pam_handle *pam;
	struct {
		char *at;
		size_t len;
	} answers[ANSWERS];
} s;

int __wrap_clock_nanosleep(clockid_t, int, const struct timespec *,
    struct timespec *);
unsigned int __wrap_alarm(unsigned int);
int __wrap_isatty(int);
void __wrap_free(void *);
int __real_isatty(int);
void __real_free(void *);

/* The host's side: libpam, as far as the module needs it. */

int
pam_get_item(const pam_handle_t *pamh, int type, const void **item)
{
	switch (type) {
	case PAM_SERVICE:
		*item = pamh->service;
		return PAM_SUCCESS;
	case PAM_USER:
		*item = pamh->user;
		return PAM_SUCCESS;
	case PAM_RHOST:
		*item = pamh->rhost;
		return PAM_SUCCESS;
	case PAM_TTY:
		*item = pamh->tty;
		return PAM_SUCCESS;
	case PAM_AUTHTOK:
		*item = pamh->password;
		return PAM_SUCCESS;
	case PAM_CONV:
		*item = (s.how & NO_CONV) != 0 ? NULL : &pamh->conv;
		return PAM_SUCCESS;
	default:
		return PAM_BAD_ITEM;
	}
}

const char *
pam_getenv(pam_handle_t *pamh, const char *name)
{
	CHECK(strcmp(name, "SSH_CONNECTION") == 0);
	return pamh->ssh;
}

void
pam_syslog(const pam_handle_t *pamh, int priority, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	(void)pamh;
	(void)priority;
	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
}

/* An answer that __wrap_free will look at. */
static char *
answer(const char *bytes, size_t len)
{
	char *p = malloc(len + 1);

	CHECK(p != NULL);
	memcpy(p, bytes, len);
	p[len] = '\0';
	for (size_t i = 0; i < ANSWERS; i++)
		if (s.answers[i].at == NULL) {
			s.answers[i].at = p;
			s.answers[i].len = strlen(p);
			return p;
		}
	return p;
}

static int
respond(struct pam_response **resp)
{
	struct pam_response *r = calloc(1, sizeof(*r));
	struct chunk k;

	CHECK(r != NULL);
	chunks_take(&hostile.in, &k);
	r->resp_retcode = k.what;
	*resp = r;
	switch (k.what % 8) {
	case 0: /* what it leaves after a failure stays the host's */
		s.failed = true;
		*resp = NULL;
		free(r);
		return PAM_CONV_ERR;
	case 1:
		*resp = NULL;
		free(r);
		return PAM_SUCCESS;
	case 2:
		return PAM_SUCCESS;
	case 3:
		if (s.pam->password == NULL)
			return PAM_SUCCESS;
		r->resp = answer(s.pam->password, strlen(s.pam->password));
		return PAM_SUCCESS;
	case 4:
		hostile.now_ms +=
		    (int64_t)k.len * 60000; /* somebody went for tea */
		break;
	default:
		break;
	}
	r->resp = answer(k.text, k.len);
	return PAM_SUCCESS;
}

static int
converse(int n, const struct pam_message **msg, struct pam_response **resp,
    void *arg)
{
	const int style = msg[0]->msg_style;
	int result;

	CHECK(n == 1 && arg == &s && !s.failed);
	CHECK(plain_is(msg[0]->msg, strlen(msg[0]->msg), true));
	CHECK(strlen(msg[0]->msg) < PAM_MAX_MSG_SIZE + 1);
	CHECK(style == PAM_PROMPT_ECHO_ON || s.opened);
	s.calls++;
	result = respond(resp);
	if (style == PAM_PROMPT_ECHO_ON || style == PAM_PROMPT_ECHO_OFF) {
		CHECK(++s.asks <= PROMPT_ASKS);
		s.opened |= result == PAM_SUCCESS && *resp != NULL &&
		    (*resp)->resp != NULL;
	}
	return result;
}

/* The daemon's side. */

static void
hear_hello(const struct proto_hello *h)
{
	struct in6_addr a;

	CHECK(h->version == PROTO_VERSION);
	CHECK(strcmp(h->user, s.pam->user) == 0);
	CHECK(strcmp(h->service, s.pam->service) == 0);
	CHECK(hostile.connects <= 2);
	CHECK(h->verb == (hostile.connects == 1 ? VERB_OFFER : VERB_RESET));
	CHECK(*h->rhost == '\0' || strcmp(h->rhost, "unknown") == 0 ||
	    inet_pton(AF_INET, h->rhost, &a) == 1 ||
	    inet_pton(AF_INET6, h->rhost, &a) == 1);
}

/* Of a service that may give it to any prompt (R-PAM-3). */
static bool
is_refused_password(const uint8_t *text, size_t len)
{
	const char *password = s.pam->password;

	return strcmp(s.pam->service, "kiosk") == 0 && password != NULL &&
	    len > 0 && len == strlen(password) &&
	    memcmp(text, password, len) == 0;
}

static void
hostile_heard(const struct proto_msg *m)
{
	if (m->type == MSG_HELLO)
		hear_hello(&m->as.hello);
	if (m->type == MSG_ANSWER)
		CHECK(!is_refused_password(m->as.answer.text.at,
		    m->as.answer.text.len));
}

/* What the module calls of the system. */

int
__wrap_clock_nanosleep(clockid_t clock, int flags, const struct timespec *t,
    struct timespec *left)
{
	const int64_t until =
	    (int64_t)t->tv_sec * 1000 + (t->tv_nsec + 999999) / 1000000;

	CHECK(hostile.on && clock == CLOCK_MONOTONIC &&
	    flags == TIMER_ABSTIME && left == NULL);
	if (until - hostile.now_ms > 3000) { /* a signal came */
		hostile.now_ms += 2000;
		hostile.waited_ms += 2000;
		return EINTR;
	}
	hostile.waited_ms +=
	    until > hostile.now_ms ? until - hostile.now_ms : 0;
	hostile.now_ms = until > hostile.now_ms ? until : hostile.now_ms;
	return 0;
}

unsigned int
__wrap_alarm(unsigned int seconds)
{
	unsigned int left = 0;

	CHECK(hostile.on);
	if (s.alarm_ms != 0)
		left = s.alarm_ms <= hostile.now_ms
		    ? 1
		    : (unsigned int)((s.alarm_ms - hostile.now_ms + 999) /
			  1000);
	s.alarm_ms =
	    seconds == 0 ? 0 : hostile.now_ms + (int64_t)seconds * 1000;
	return left;
}

int
__wrap_isatty(int fd)
{
	return hostile.on ? (s.how & TERMINAL) != 0 : __real_isatty(fd);
}

void
__wrap_free(void *p)
{
	for (size_t i = 0; hostile.on && p != NULL && i < ANSWERS; i++) {
		if (s.answers[i].at != p)
			continue;
		for (size_t j = 0; j < s.answers[i].len; j++)
			CHECK(s.answers[i].at[j] == '\0');
		s.answers[i].at = NULL;
	}
	__real_free(p);
}

/* One login. */

static const char *
pick(const char *const *from, size_t n, uint8_t which, const char *other)
{
	return which < n ? from[which] : other;
}

static void
set_up(struct pam_handle *pam, struct chunk k[static 5], const uint8_t *data)
{
	static const char *const services[] = { "sshd", "login", "kiosk",
		"gdm-password", "su", "sspr-reset", "", NULL };
	static const char *const users[] = { "alice", "root", "", NULL };
	static const char *const passwords[] = { PASSWORD, "forgot", "", NULL };

	for (int i = 0; i < 5; i++)
		chunks_take(&hostile.in, &k[i]);
	*pam = (struct pam_handle){ .conv = { converse, &s } };
	pam->service = pick(services, 8, data[0] % 16, k[0].text);
	pam->user = pick(users, 4, data[0] / 16, k[1].text);
	pam->password = pick(passwords, 4, data[2] % 8, k[2].text);
	pam->rhost = k[3].what % 4 == 0 ? NULL : k[3].text;
	pam->ssh = k[3].what % 4 == 1 ? NULL : k[3].text;
	pam->tty = k[4].what % 2 == 0 ? "ssh" : k[4].text;
	s.alarm_ms = (s.how & ALARM) != 0 ? data[3] * 1000 + 1000 : 0;
}

/* It goes off when it would have, to the second, or at once. */
static void
check_alarm(int64_t at_ms)
{
	const int64_t due =
	    at_ms > hostile.now_ms ? at_ms : hostile.now_ms + 1000;

	CHECK((s.alarm_ms != 0) == (at_ms != 0));
	CHECK(at_ms == 0 || s.alarm_ms == at_ms ||
	    (s.alarm_ms > due - 2000 && s.alarm_ms < due + 2000));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *argv[] = { "debug", "services=kiosk,sshd,login,su", NULL };
	const uint64_t before = hostile_fds();
	struct pam_handle pam;
	struct chunk k[5];
	int flags;

	if (size < 4)
		return 0;
	s = (struct stage){ .how = data[1], .pam = &pam };
	hostile_init(data + 4, size - 4);
	hostile.nobodys = (s.how & NOBODYS) != 0;
	hostile.refuses = (s.how & REFUSES) != 0;
	set_up(&pam, k, data);
	argv[2] = k[4].text;
	flags = (s.how & SILENT_OWN) != 0 ? (int)PAM_SILENT : 0;
	hostile.on = true;
	CHECK(pam_sm_authenticate(&pam, flags, 3, argv) == PAM_IGNORE);
	CHECK(pam_sm_setcred(&pam, flags, 3, argv) == PAM_IGNORE);
	hostile_done();
	CHECK((flags == 0 && pam.service != NULL &&
		  strncmp(pam.service, "su", 3) != 0 &&
		  strncmp(pam.service, "sspr-", 5) != 0) ||
	    (hostile.connects == 0 && s.calls == 0));
	check_alarm((s.how & ALARM) != 0 ? data[3] * 1000 + 1000 : 0);
	CHECK(hostile.waited_ms <= 15000 + (int64_t)(hostile.sent + 2) * 45000);
	CHECK(hostile_fds() == before);
	return 0;
}
