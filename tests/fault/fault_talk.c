/* SPDX-License-Identifier: MIT */
/* talk.h: a conversation with a HAND, said beforehand into socket pairs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "../saying.h"
#include "fault.h"
#include "talk.h"

#define NEW "correct horse"

static const struct talk_limits soon = { 300, 300, 300 };

static struct {
	int daemon, client, worker;
	unsigned int asked;
} lab;

static enum sspr_err
show(void *arg, enum proto_style style, const char *text)
{
	(void)arg;
	(void)style;
	(void)text;
	return SSPR_OK;
}

static enum sspr_err
ask(void *arg, bool echo, const char *prompt, struct secret *answer)
{
	(void)arg;
	(void)echo;
	(void)prompt;
	lab.asked++;
	return secret_set(answer, NEW, strlen(NEW));
}

/* All that a daemon and its worker say in a reset. */
static void
say_all(void)
{
	int handed;

	pair(SOCK_SEQPACKET, &lab.daemon, &lab.client);
	pair(SOCK_SEQPACKET, &lab.worker, &handed);
	say_show(lab.daemon, PROTO_INFO, "Hello.");
	say_ask(lab.daemon, 1, "Code: ");
	say_hand(lab.daemon, PROTO_CHANGE, &handed, 1);
	close(handed);
	say_ask(lab.worker, 0, "New password: ");
	say_end(lab.worker, SSPR_OK);
	say_end(lab.daemon, SSPR_OK);
}

static void
judge(enum sspr_err e, const struct proto_end *end)
{
	if (e == SSPR_OK) {
		assert_int_equal(end->result, SSPR_OK);
		assert_true(lab.asked == 2 || fault->hit);
		return;
	}
	assert_true(fault->hit);
	assert_int_equal(end->result, 77);
	assert_true(e == SSPR_GONE || e == SSPR_TIMEOUT || e == SSPR_SYSTEM ||
	    e == SSPR_MALFORMED || e == SSPR_UNCERTAIN);
	if (lab.asked == 2)
		assert_int_equal(e, SSPR_UNCERTAIN);
}

static void
serve(void)
{
	const struct talk_host host = { .show = show, .ask = ask };
	const struct proto_hello hello = { .user = "alice" };
	struct proto_end end = { .result = 77 };
	enum sspr_err e;

	say_all();
	fault_arm();
	e = talk_serve(lab.client, geteuid(), &hello, &host, &soon, &end);
	fault_disarm();
	judge(e, &end);
	close(lab.daemon);
	close(lab.client);
	close(lab.worker);
}

/* Connect to nobody: nothing is left behind. */
static void
run(void)
{
	const struct sockaddr_un a = { AF_UNIX, "/tmp/sspr-fault-talk" };
	const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	const struct talk_host host = { .show = show, .ask = ask };
	const struct proto_hello hello = { .user = "alice" };
	struct proto_end end = { .result = 77 };
	enum sspr_err e;

	(void)unlink(a.sun_path);
	assert_int_equal(bind(fd, (const struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(fd, 1), 0);
	fault_arm();
	e = talk_run(a.sun_path, &hello, &host,
	    &(const struct talk_limits){ 20, 20, 20 }, &end);
	fault_disarm();
	assert_true(e == SSPR_GONE || e == SSPR_TIMEOUT || e == SSPR_SYSTEM);
	assert_int_equal(end.result, 77);
	close(fd);
	(void)unlink(a.sun_path);
}

int
main(void)
{
	static const struct fault_scene scenes[] = {
		{ .name = "a_conversation_ends_with_its_end_or_without_a_yes",
		    .act = serve },
		{ .name = "a_silent_daemon_leaves_nothing_behind", .act = run },
	};

	return fault_play(scenes, sizeof(scenes) / sizeof(scenes[0]));
}
