/* SPDX-License-Identifier: MIT */
/* links: libsspr/err.c libsspr/secret.c libsspr/wire.c libsspr/proto.c */
/* links: libsspr/text.c libsspr/address.c libsspr/method.c */
/* links: sspr-resetd/courier/message.c sspr-resetd/log.c */
/* links: -Wl,--wrap=write */
/*
 * A command that sends prints anything, what it was given too.  What of that
 * reaches the log is one plain line without a digit, the address, the subject
 * or a line of the text (R-LOG-2, R-LOG-3); what it is given says no more
 * lines than it should.
 *
 * Input: chunks: address, subject, text; then the output, where a chunk of
 * what 1, 2, 3 stands for the address, the subject, the text.
 */
#include <ctype.h>
#include <strings.h>
#include <unistd.h>

#include "chunks.h"
#include "courier/message.h"
#include "log.h"
#include "method.h"
#include "plain.h"

#define OUTPUT 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
ssize_t __wrap_write(int, const void *, size_t);
ssize_t __real_write(int, const void *, size_t);

static bool logging;

ssize_t
__wrap_write(int fd, const void *bytes, size_t len)
{
	const char *line = bytes;

	if (!logging)
		return __real_write(fd, bytes, len);
	CHECK(fd == STDERR_FILENO && len > 0 && line[len - 1] == '\n');
	CHECK(plain_is(line, len - 1, false));
	return (ssize_t)len;
}

static void
put(char *to, const struct chunk *k, size_t max)
{
	const size_t n = strnlen(k->text, k->len < max ? k->len : max);

	memcpy(to, k->text, n);
	to[n] = '\0';
}

/* Of a word that has a letter and no star, no place is as it was. */
static void
check_covered(const char *before, const char *after, size_t len,
    const char *what, size_t n)
{
	bool letter = false;

	for (size_t i = 0; i < n; i++) {
		letter = letter || isalpha((unsigned char)what[i]);
		if (what[i] == '*')
			return;
	}
	for (size_t i = 0; letter && i + n <= len; i++)
		CHECK(strncasecmp(before + i, what, n) != 0 ||
		    strncasecmp(after + i, what, n) != 0);
}

static void
check_masked(const struct ipc_deliver *m, const char *before, const char *after,
    size_t len)
{
	const char *text = (const char *)m->text.at;
	size_t n;

	for (size_t i = 0; i < len; i++)
		CHECK((after[i] < '0' || after[i] > '9') && after[i] != '\n' &&
		    after[i] != '\r' && after[i] != '\0');
	check_covered(before, after, len, m->address, strlen(m->address));
	check_covered(before, after, len, m->subject, strlen(m->subject));
	for (size_t at = 0; at < m->text.len; at += n + 1) {
		const char *end = memchr(text + at, '\n', m->text.len - at);

		n = end == NULL ? m->text.len - at : (size_t)(end - text) - at;
		check_covered(before, after, len, text + at, n);
	}
}

static void
check_given(const struct ipc_deliver *m)
{
	char given[MESSAGE_MAX];
	const size_t len = message_format(m, given);
	size_t lines = 0;

	CHECK(len <= sizeof(given));
	for (size_t i = 0; i < len; i++)
		lines += given[i] == '\n';
	for (size_t i = 0; i < m->text.len; i++)
		lines -= m->text.at[i] == '\n';
	CHECK(lines == 3 && plain_is(given, len, true));
}

/* They fit: no message has as much as a chunk. */
static size_t
copy(char to[static CHUNK_TEXT], const char *from)
{
	const size_t len = strnlen(from, CHUNK_TEXT - 1);

	memcpy(to, from, len);
	to[len] = '\0';
	return len;
}

static size_t
fill(struct chunks *in, const struct ipc_deliver *m, char *output)
{
	struct chunk k;
	size_t len = 0;

	while (len + CHUNK_TEXT < OUTPUT && chunks_next(in, &k)) {
		if (k.what % 4 == 1)
			k.len = copy(k.text, m->address);
		else if (k.what % 4 == 2)
			k.len = copy(k.text, m->subject);
		else if (k.what % 4 == 3)
			memcpy(k.text, m->text.at, k.len = m->text.len);
		memcpy(output + len, k.text, k.len);
		len += k.len;
	}
	return len;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ipc_deliver m = { .method = METHOD_EMAIL };
	struct chunks in = { data, size };
	char before[OUTPUT], output[OUTPUT + 1];
	struct chunk k;
	size_t len;

	chunks_take(&in, &k);
	m.method = k.what % 2 == 0 ? METHOD_EMAIL : METHOD_SMS;
	put(m.address, &k, IPC_ADDRESS_MAX);
	chunks_take(&in, &k);
	put(m.subject, &k, IPC_SUBJECT_MAX);
	chunks_take(&in, &k);
	m.text.len =
	    (uint16_t)(k.len < IPC_MESSAGE_MAX ? k.len : IPC_MESSAGE_MAX);
	memcpy(m.text.at, k.text, m.text.len);
	if (message_check(&m) != SSPR_OK)
		return 0;
	check_given(&m);
	len = fill(&in, &m, output);
	memcpy(before, output, len);
	message_mask(&m, output, len);
	check_masked(&m, before, output, len);
	output[len] = '\0';
	logging = true;
	log_info("sms: exit status 1: %s", output);
	logging = false;
	return 0;
}
