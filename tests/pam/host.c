/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <locale.h>
#include <security/pam_appl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "faults.h"
#include "host.h"
#include "stage.h"

#define SIGNALS 31
#define DONE    "the-module-has-returned"

/* What a guest is to leave as it is. */
struct order {
	char fds[512], children[128], cwd[256], locale[128];
	sigset_t mask;
	void (*handlers[SIGNALS + 1])(int);
	int sigflags[SIGNALS + 1];
	mode_t umask;
	char **environ;
	size_t environ_len;
	time_t alarm_s;
	struct rlimit limits[RLIM_NLIMITS];
};

static const char *sspr, *refuse;

void
host_modules(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: %s PAM_SSPR_SO REFUSE_SO\n", argv[0]);
		exit(2);
	}
	sspr = argv[1];
	refuse = argv[2];
}

static void
list_fds(char *out, size_t max)
{
	DIR *d = opendir("/proc/self/fd");
	size_t n = 0;

	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d)) != NULL && n < max;)
		n += (size_t)snprintf(out + n, max - n, "%s ", e->d_name);
	closedir(d);
}

static void
list_children(char *out, size_t max)
{
	FILE *f = fopen("/proc/thread-self/children", "re");

	if (f == NULL) /* a kernel without CONFIG_PROC_CHILDREN */
		return;
	out[fread(out, 1, max - 1, f)] = '\0';
	fclose(f);
}

static struct order
look(void)
{
	struct order o;
	struct sigaction s;
	struct itimerval t;

	memset(&o, 0, sizeof(o));
	list_fds(o.fds, sizeof(o.fds));
	list_children(o.children, sizeof(o.children));
	assert_non_null(getcwd(o.cwd, sizeof(o.cwd)));
	snprintf(o.locale, sizeof(o.locale), "%s", setlocale(LC_ALL, NULL));
	(void)sigprocmask(SIG_BLOCK, NULL, &o.mask);
	for (int i = 1; i <= SIGNALS; i++) {
		(void)sigaction(i, NULL, &s);
		o.handlers[i] = s.sa_handler;
		o.sigflags[i] = s.sa_flags;
	}
	(void)umask(o.umask = umask(0));
	o.environ = environ;
	for (char **e = environ; *e != NULL; e++)
		o.environ_len += strlen(*e) + 1;
	(void)getitimer(ITIMER_REAL, &t);
	o.alarm_s = t.it_value.tv_sec / 10; /* it runs */
	for (int i = 0; i < (int)RLIM_NLIMITS; i++)
		(void)getrlimit((__rlimit_resource_t)i, &o.limits[i]);
	return o;
}

static void
is_in_order(const struct order *before)
{
	struct order now = look();

	assert_string_equal(now.fds, before->fds);
	assert_string_equal(now.children, before->children);
	assert_string_equal(now.cwd, before->cwd);
	assert_string_equal(now.locale, before->locale);
	assert_memory_equal(&now, before, sizeof(now));
}

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The answer to the prompt at hand, malloc'd, or NULL for none. */
static char *
answer(struct host *h, bool tricky)
{
	char *longest;

	if (tricky && h->trick == HOST_TOO_LONG) {
		longest = calloc(1, 514);
		memset(longest, 'x', 513);
		return longest;
	}
	if (h->trick == HOST_REPEATS)
		return strdup(h->password);
	return h->prompts > sizeof(h->answers) / sizeof(h->answers[0]) ||
		h->answers[h->prompts - 1] == NULL
	    ? NULL
	    : strdup(h->answers[h->prompts - 1]);
}

static int
respond(struct host *h, int style, struct pam_response **resp)
{
	bool tricky = h->at == h->prompts && h->trick != HOST_HONEST;
	struct pam_response *r;

	assert_true(style == PAM_PROMPT_ECHO_ON || h->prompts > 0);
	if (h->asked != NULL)
		h->asked(h->prompts);
	h->prompts++;
	if (tricky && h->trick == HOST_INTERRUPTED)
		(void)raise(SIGUSR1);
	if (tricky && h->trick == HOST_FAILS)
		return PAM_CONV_ERR;
	if (tricky && h->trick == HOST_NO_RESPONSE)
		return PAM_SUCCESS;
	r = calloc(1, sizeof(*r));
	if (!tricky || h->trick != HOST_NO_ANSWER)
		r->resp = answer(h, tricky);
	*resp = r;
	return PAM_SUCCESS;
}

static int
converse(int n, const struct pam_message **m, struct pam_response **resp,
    void *arg)
{
	struct host *h = arg;
	size_t at = strlen(h->seen);
	bool armed = faults.armed, first = faults.calls == 0 && !armed;
	int e = PAM_SUCCESS;

	faults.armed = false;
	assert_int_equal(n, 1);
	assert_in_range(strlen(m[0]->msg), 0, 512);
	*resp = NULL;
	if (first) { /* it is refuse.so's */
		*resp = calloc(1, sizeof(**resp));
		(*resp)->resp = strdup(h->password);
		faults.armed = true;
		return PAM_SUCCESS;
	}
	if (strcmp(m[0]->msg, DONE) == 0)
		return PAM_SUCCESS;
	snprintf(h->seen + at, sizeof(h->seen) - at, "%s|", m[0]->msg);
	if (m[0]->msg_style == PAM_PROMPT_ECHO_ON ||
	    m[0]->msg_style == PAM_PROMPT_ECHO_OFF)
		e = respond(h, m[0]->msg_style, resp);
	else
		assert_true(h->prompts > 0); /* R-PAM-4 */
	faults.armed = armed;
	return e;
}

/* Only if the module returns PAM_IGNORE does the stack succeed. */
static void
write_stack(const char *name, const char *args)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", stage_dir(), name);
	f = fopen(path, "we");
	assert_non_null(f);
	fprintf(f,
	    "auth [default=ignore] %s\n"
	    "auth [ignore=1 default=ignore] %s %s\n"
	    "auth requisite pam_deny.so\n"
	    "auth required %s " DONE "\n",
	    refuse, sspr, args == NULL ? "" : args, refuse);
	assert_int_equal(fclose(f), 0);
}

static void
authenticate(struct host *h, pam_handle_t *pamh)
{
	struct order before;
	int64_t begun;

	if (h->rhost != NULL)
		assert_int_equal(pam_set_item(pamh, PAM_RHOST, h->rhost), 0);
	if (h->ssh_connection != NULL)
		assert_int_equal(pam_putenv(pamh, h->ssh_connection), 0);
	before = look();
	begun = now_ms();
	faults.skipped_ms = 0;
	faults.calls = 0;
	assert_int_equal(pam_authenticate(pamh, h->flags), PAM_SUCCESS);
	faults.armed = false;
	h->took_ms = now_ms() - begun + faults.skipped_ms;
	is_in_order(&before);
	assert_int_equal(pam_setcred(pamh, PAM_ESTABLISH_CRED), PAM_SUCCESS);
	is_in_order(&before);
}

void
host_logs_in(struct host *h)
{
	const struct pam_conv conv = { converse, h };
	pam_handle_t *pamh;

	h->service = h->service == NULL ? "sshd" : h->service;
	h->user = h->user == NULL ? "alice" : h->user;
	h->password = h->password == NULL ? "hunter2" : h->password;
	h->seen[0] = '\0';
	h->prompts = 0;
	write_stack("other", NULL);
	write_stack(h->service, h->args);
	assert_int_equal(pam_start_confdir(h->service, h->user, &conv,
			     stage_dir(), &pamh),
	    PAM_SUCCESS);
	authenticate(h, pamh);
	assert_int_equal(pam_end(pamh, PAM_SUCCESS), PAM_SUCCESS);
}
