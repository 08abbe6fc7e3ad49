/* SPDX-License-Identifier: MIT */
/*
 * client.h - the other end of a handed descriptor: a thread that answers from
 * a list and writes down what it was told.
 */
#ifndef WORKER_CLIENT_H
#define WORKER_CLIENT_H

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto.h"
#include "worker/relay.h"

/* Instead of an answer.  The end of the list closes the connection. */
#define CLIENT_CANCELS "\x18"
#define CLIENT_HELLOS  "\x01"

struct client {
	const char *const *answers; /* NULL ends them */
	char told[4096];            /* a line for each message */
	int fd, grant;              /* our ends */
	struct relay relay;         /* the worker's */
	pthread_t thread;
};

static void
client_note(struct client *c, const struct proto_msg *m)
{
	const size_t at = strlen(c->told);

	if (m->type == MSG_SHOW)
		snprintf(c->told + at, sizeof(c->told) - at, "%s: %s\n",
		    m->as.show.style == PROTO_ERROR ? "error" : "info",
		    m->as.show.text);
	else if (m->type == MSG_ASK)
		snprintf(c->told + at, sizeof(c->told) - at, "%s: %s\n",
		    m->as.ask.echo ? "echo" : "ask", m->as.ask.prompt);
	else
		snprintf(c->told + at, sizeof(c->told) - at, "end: %u\n",
		    m->as.end.result);
}

static void
client_answer(int fd, const char *text)
{
	struct proto_msg m = { .type = MSG_ANSWER };
	uint8_t buf[WIRE_FRAME_MAX];
	size_t len;

	if (strcmp(text, CLIENT_CANCELS) == 0)
		m.type = MSG_CANCEL;
	else if (strcmp(text, CLIENT_HELLOS) == 0)
		m.type = MSG_HELLO;
	else {
		m.as.answer.text.len = (uint16_t)strlen(text);
		memcpy(m.as.answer.text.at, text, strlen(text));
	}
	if (proto_encode(&m, buf, &len) == SSPR_OK)
		(void)send(fd, buf, len, MSG_NOSIGNAL);
}

static void *
client_run(void *arg)
{
	struct client *c = arg;
	uint8_t buf[WIRE_FRAME_MAX];
	struct proto_msg m;
	ssize_t n;

	while ((n = recv(c->fd, buf, sizeof(buf), 0)) > 0 &&
	    proto_decode(buf, (size_t)n, PROTO_DOWN, &m) == SSPR_OK) {
		client_note(c, &m);
		if (m.type != MSG_ASK)
			continue;
		if (*c->answers == NULL)
			break;
		client_answer(c->fd, *c->answers++);
	}
	close(c->fd);
	return NULL;
}

static void
client_start(struct client *c, const char *const *answers)
{
	int talk[2], grant[2];

	memset(c, 0, sizeof(*c));
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, talk), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, grant), 0);
	c->answers = answers;
	c->fd = talk[0];
	c->grant = grant[0];
	c->relay.client = talk[1];
	c->relay.parent = grant[1];
	c->relay.think_ms = 10000;
	assert_int_equal(pthread_create(&c->thread, NULL, client_run, c), 0);
}

/* Hang up; then told is whole. */
static void
client_stop(struct client *c)
{
	close(c->relay.client);
	pthread_join(c->thread, NULL);
	close(c->relay.parent);
	close(c->grant);
}

#endif /* WORKER_CLIENT_H */
