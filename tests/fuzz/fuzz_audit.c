/* SPDX-License-Identifier: MIT */
/* links: libsspr/err.c libsspr/wire.c sspr-resetd/reference.c */
/* links: sspr-resetd/parent/audit.c sspr-resetd/parent/intents.c */
/* links: sspr-resetd/parent/lines.c */
/*
 * The audit log, written with what anybody claims and read again.  A record is
 * one line of ASCII that is JSON, whatever its words are, and says nothing but
 * what it was given: none opens or closes another's intent.  And a log that
 * was tampered with is read as far as it goes.
 *
 * Input: chunks: records; or, if the first byte is odd, a log as it is.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "chunks.h"
#include "parent/audit.h"
#include "parent/intents.h"

#define RECORDS 24
#define LOG     (96u * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const events[] = { "reset.intent", "reset.done",
	"reset.failed", "reset.resolved", "reset.unknown", "reset.unlocked",
	"enrol.added" };

#define EVENTS (sizeof(events) / sizeof(events[0]))

/* What is open after the records so far, by the rule in intents.h. */
struct model {
	size_t n;
	struct intent at[RECORDS];
};

static void
model_take(struct model *m, const struct audit_record *r, unsigned int event)
{
	struct intent *new = &m->at[m->n];

	if (event == 0 && r->digest[0] != '\0' && r->subject != IPC_NOBODY) {
		new->uid = r->subject;
		memcpy(new->correlation, r->correlation,
		    strlen(r->correlation) + 1);
		memcpy(new->digest, r->digest, strlen(r->digest) + 1);
		m->n++;
	}
	if (event == 0 || event == 4 || event == 6)
		return;
	for (size_t i = m->n; i-- > 0;)
		if (m->at[i].uid == r->subject &&
		    strcmp(m->at[i].correlation, r->correlation) == 0) {
			m->n--;
			memmove(&m->at[i], &m->at[i + 1],
			    (m->n - i) * sizeof(m->at[0]));
		}
}

static void
check_found(const char *log, size_t len, const struct model *m)
{
	static struct intents found;

	memset(&found, 0, sizeof(found));
	intents_take(&found, log, len);
	CHECK(found.count == m->n);
	for (size_t i = 0; i < m->n; i++) {
		CHECK(found.at[i].uid == m->at[i].uid);
		CHECK(
		    strcmp(found.at[i].correlation, m->at[i].correlation) == 0);
		CHECK(strcmp(found.at[i].digest, m->at[i].digest) == 0);
	}
}

/* A member's value: a number, or a string of ASCII; what follows it. */
static const char *
past_value(const char *s)
{
	if (*s != '"') {
		CHECK(*s >= '0' && *s <= '9');
		return s + strspn(s, "0123456789");
	}
	for (s++; *s != '"'; s++) {
		CHECK(*s >= ' ' && *s <= '~');
		if (*s == '\\') {
			CHECK(strncmp(s, "\\u00", 4) == 0);
			CHECK(strspn(s + 4, "0123456789abcdef") >= 2);
			s += 5;
		}
	}
	return s + 1;
}

/* The lines are as many flat objects. */
static void
check_lines(const char *log, size_t lines)
{
	for (; lines > 0; lines--) {
		CHECK(*log == '{');
		do {
			CHECK(log[1] == '"');
			log = past_value(log + 1);
			CHECK(*log == ':');
			log = past_value(log + 1);
		} while (*log == ',');
		CHECK(log[0] == '}' && log[1] == '\n');
		log += 2;
	}
	CHECK(*log == '\0');
}

static void
append(struct audit *a, struct model *m, const struct chunk *k, size_t *lines)
{
	static const char *const names[] = { "aaaaaaaaaaaaaaaa",
		"bbbbbbbbbbbbbbbb", "cccccccccccccccc" };
	const struct audit_record r = { .event = events[k->what % EVENTS],
		.correlation = names[k->len % 3],
		.actor = k->what % 2 == 0 ? IPC_NOBODY : 1000,
		.subject = k->what % 3 == 0 ? 1000 : 0,
		.service = k->text,
		.source = k->text,
		.result = SSPR_OK,
		.digest = k->what % 5 == 0 ? "" : "0123456789abcdef",
		.reason = k->len % 2 == 0 ? NULL : k->text };

	if (audit_append(a, &r) != SSPR_OK)
		return;
	(*lines)++;
	model_take(m, &r, k->what % EVENTS);
}

static void
write_and_read(const uint8_t *data, size_t size)
{
	static char log[LOG + 1];
	struct audit a = { .fd = memfd_create("audit", MFD_CLOEXEC) };
	struct chunks in = { data, size };
	struct model m = { 0 };
	size_t lines = 0;
	struct chunk k;
	ssize_t len;

	CHECK(a.fd != -1);
	for (int i = 0; i < RECORDS && chunks_next(&in, &k); i++)
		append(&a, &m, &k, &lines);
	CHECK(a.seq == lines);
	CHECK((len = pread(a.fd, log, LOG, 0)) >= 0);
	log[len] = '\0';
	check_lines(log, lines);
	check_found(log, (size_t)len, &m);
	audit_close(&a);
}

static void
only_read(const uint8_t *data, size_t size)
{
	static struct intents found;
	char *log = malloc(size);

	CHECK(log != NULL);
	memcpy(log, data, size);
	memset(&found, 0, sizeof(found));
	intents_take(&found, log, size);
	CHECK(found.count <= INTENTS_MAX);
	for (size_t i = 0; i < found.count; i++) {
		CHECK(memchr(found.at[i].correlation, '\0',
			  sizeof(found.at[i].correlation)) != NULL);
		CHECK(memchr(found.at[i].digest, '\0',
			  sizeof(found.at[i].digest)) != NULL);
		CHECK(found.at[i].correlation[0] != '\0');
		CHECK(found.at[i].digest[0] != '\0');
		CHECK(found.at[i].uid != IPC_NOBODY);
	}
	free(log);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 1 && data[0] % 2 == 1)
		only_read(data + 1, size - 1);
	else if (size > 1)
		write_and_read(data + 1, size - 1);
	return 0;
}
