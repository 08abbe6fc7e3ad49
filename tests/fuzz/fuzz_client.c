/* SPDX-License-Identifier: MIT */
/* links: libsspr/err.c libsspr/secret.c libsspr/wire.c libsspr/proto.c */
/* links: libsspr/text.c libsspr/talk.c libsspr/chat.c libsspr/screen.c */
/* links: libsspr/tty.c libsspr/undo.c libsspr/complain.c libsspr/json.c */
/* links: libsspr/factors.c libsspr/when.c libsspr/method.c libsspr/qrdraw.c */
/* links: libsspr/number.c sspr-enroll/add.c sspr-enroll/enrolment.c */
/* links: sspr-enroll/otpauth.c sspr-enroll/picture.c sspr-enroll/sheet.c */
/* links: sspr-enroll/standing.c sspr-enroll/status.c sspr-enroll/myself.c */
/* links: sspr-enroll/policy.c sspr-enroll/help.c */
/* links: sspr-admin/user.c sspr-admin/pass.c sspr-admin/desk.c -lpng */
/* links: -Wl,--wrap=connect,--wrap=poll,--wrap=clock_gettime,--wrap=read */
/* links: -Wl,--wrap=getsockopt,--wrap=isatty */
/*
 * sspr-enroll and sspr-admin, by their subcommands, between a daemon that says
 * anything and a person who types anything.  What they print is plain, without
 * colours, and with --json it is JSON; they end, and leave nothing open.
 *
 * Input: u8 which subcommand | chunks, one for each wait for the daemon and
 * each line that is read.
 */
#include <getopt.h>
#include <locale.h>
#include <stdio.h>

#include "add.h"
#include "hostile.h"
#include "plain.h"
#include "policy.h"
#include "status.h"

int LLVMFuzzerInitialize(int *, char ***);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
ssize_t __wrap_read(int, void *, size_t);
int __wrap_isatty(int);
ssize_t __real_read(int, void *, size_t);
int __real_isatty(int);

/* Those of sspr-admin/, whose headers have namesakes. */
enum sspr_err user_main(int argc, char **argv);
enum sspr_err pass_main(int argc, char **argv);

static const struct command {
	enum sspr_err (*main)(int argc, char **argv);
	const char *argv[6];
	bool json;
} commands[] = {
	{ status_main, { "status" }, false },
	{ status_main, { "status", "--json" }, true },
	{ policy_main, { "policy" }, false },
	{ policy_main, { "policy", "--json" }, true },
	{ add_main, { "add", "app" }, false },
	{ add_main, { "add", "app", "--json" }, true },
	{ add_main, { "add", "backup" }, false },
	{ add_main, { "add", "backup", "--json" }, true },
	{ add_main, { "add", "sms", "--label", "mine" }, false },
	{ user_main, { "user", "alice" }, false },
	{ user_main, { "user", "alice", "--json" }, true },
	{ pass_main, { "issue", "alice", "--reason", "she called" }, false },
	{ pass_main, { "issue", "alice", "--reason", "she called", "--json" },
	    true },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static struct {
	struct chunk line; /* that is being read */
	size_t at;
	bool begun;
} typed;

static void
hostile_heard(const struct proto_msg *m)
{
	if (m->type == MSG_HELLO)
		CHECK(m->as.hello.version == PROTO_VERSION);
}

ssize_t
__wrap_read(int fd, void *buf, size_t len)
{
	if (!hostile.on || fd != STDIN_FILENO)
		return __real_read(fd, buf, len);
	CHECK(len == 1);
	if (!typed.begun && !chunks_next(&hostile.in, &typed.line))
		return 0;
	if (!typed.begun)
		typed.at = 0;
	typed.begun = typed.at < typed.line.len;
	if (!typed.begun && typed.line.what % 8 == 0)
		return 0;
	*(char *)buf = typed.begun ? typed.line.text[typed.at++] : '\n';
	return 1;
}

int
__wrap_isatty(int fd)
{
	if (!hostile.on)
		return __real_isatty(fd);
	return fd == STDOUT_FILENO;
}

/* The bytes of the string at s, with its quotes. */
static size_t
string_len(const char *s)
{
	size_t n = 1;

	for (; s[n] != '"'; n++) {
		CHECK((uint8_t)s[n] >= ' ');
		if (s[n] == '\\')
			n++;
	}
	return n + 1;
}

/* One value of JSON: brackets that match, strings, and numbers. */
static void
check_json(const char *s)
{
	char open[8];
	size_t depth = 0;

	for (size_t n; *s != '\0'; s += n) {
		n = 1;
		if (*s == '"')
			n = string_len(s);
		else if (*s == '{' || *s == '[') {
			CHECK(depth < sizeof(open));
			open[depth++] = *s;
		} else if (*s == '}' || *s == ']')
			CHECK(depth > 0 &&
			    open[--depth] == (*s == '}' ? '{' : '['));
		else
			CHECK(strchr("0123456789:, \ntruefals", *s) != NULL);
	}
	CHECK(depth == 0);
}

static enum sspr_err
run(const struct command *c, char **out, char **err)
{
	FILE *const real_out = stdout, *const real_err = stderr;
	size_t out_len, err_len;
	char *argv[7] = { NULL };
	int argc = 0;
	enum sspr_err e;

	for (; argc < 6 && c->argv[argc] != NULL; argc++)
		argv[argc] = (char *)(uintptr_t)c->argv[argc];
	CHECK((stdout = open_memstream(out, &out_len)) != NULL);
	CHECK((stderr = open_memstream(err, &err_len)) != NULL);
	optind = 0;
	hostile.on = true;
	e = c->main(argc, argv);
	hostile_done();
	CHECK(fclose(stdout) == 0 && fclose(stderr) == 0);
	stdout = real_out;
	stderr = real_err;
	return e;
}

int
LLVMFuzzerInitialize([[maybe_unused]] int *argc, [[maybe_unused]] char ***argv)
{
	CHECK(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
	CHECK(unsetenv("TERM") == 0);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint64_t before = hostile_fds();
	const struct command *c;
	char *out = NULL, *err = NULL;
	enum sspr_err e;

	if (size == 0)
		return 0;
	c = &commands[data[0] % COMMANDS];
	typed.begun = false;
	hostile_init(data + 1, size - 1);
	e = run(c, &out, &err);
	CHECK(plain_is(out, strlen(out), true));
	CHECK(plain_is(err, strlen(err), true));
	CHECK(e == SSPR_OK || *err != '\0' || hostile.sent > 0);
	if (c->json)
		check_json(out);
	if (c->json && e == SSPR_OK && hostile.sent > 0)
		CHECK(*out == '{' || *out == '[' || *out == '\0');
	CHECK(hostile_fds() == before);
	free(out);
	free(err);
	return 0;
}
