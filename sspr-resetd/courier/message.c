/* SPDX-License-Identifier: MIT */
/*
 * message.c - one message, to be sent and not to be seen.
 *
 * A command may print what it was given, and its output goes to the log.
 * What it prints as it was given MUST NOT get there: the address, a line of
 * the text, any digit at all, since a code may stand alone, and the owner of
 * any mailbox.  What it prints in another form (base64, say) cannot be known:
 * sspr-resetd(8) tells authors of commands not to.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "address.h"
#include "courier/message.h"
#include "method.h"
#include "text.h"

static bool
is_address(const struct ipc_deliver *m)
{
	if (m->method == METHOD_EMAIL)
		return address_is_mail(m->address);
	return (m->method == METHOD_SMS || m->method == METHOD_LANDLINE) &&
	    address_is_number(m->address);
}

/* The next line of the text from *at on; false: there is none. */
static bool
next_line(const struct ipc_deliver *m, size_t *at, const char **line,
    size_t *len)
{
	const char *text = (const char *)m->text.at, *end;

	if (*at >= m->text.len)
		return false;
	*line = text + *at;
	*len = m->text.len - *at;
	if ((end = memchr(*line, '\n', *len)) != NULL)
		*len = (size_t)(end - *line);
	*at += *len + 1;
	return true;
}

enum sspr_err
message_check(const struct ipc_deliver *m)
{
	const char *line;
	size_t at = 0, len;

	if (!is_address(m) || m->text.len == 0 ||
	    !text_is_clean(m->subject, strlen(m->subject)))
		return SSPR_MALFORMED;
	while (next_line(m, &at, &line, &len))
		if (!text_is_clean(line, len))
			return SSPR_MALFORMED;
	return SSPR_OK;
}

size_t
message_format(const struct ipc_deliver *m, char buf[static MESSAGE_MAX])
{
	const int n = snprintf(buf, MESSAGE_MAX, "To: %s\nSubject: %s\n\n",
	    m->address, m->subject);
	const size_t head = n < 0 ? 0 : (size_t)n;

	memcpy(buf + head, m->text.at, m->text.len);
	return head + m->text.len;
}

/* Stars over each place where the n bytes at what are in the output. */
static void
cover(const char *what, size_t n, char *output, size_t len)
{
	for (size_t i = 0; n > 0 && i + n <= len;) {
		if (strncasecmp(output + i, what, n) != 0) {
			i++;
			continue;
		}
		memset(output + i, '*', n);
		i += n;
	}
}

/* Stars over what stands before an at sign, as it is or as in an URL. */
static void
cover_local(char *output, size_t len)
{
	static const char ends[] = " \t\r\n<>()[],;:=\"'*";

	for (size_t i = 0; i < len; i++) {
		const bool is_at = output[i] == '@' ||
		    (len - i >= 3 && memcmp(output + i, "%40", 3) == 0);

		if (is_at)
			for (size_t j = i; j > 0 && output[j - 1] != '\0' &&
			     strchr(ends, output[j - 1]) == NULL;
			     j--)
				output[j - 1] = '*';
	}
}

void
message_mask(const struct ipc_deliver *m, char *output, size_t len)
{
	const char *line;
	size_t at = 0, n;

	cover(m->address, strlen(m->address), output, len);
	cover(m->subject, strlen(m->subject), output, len);
	while (next_line(m, &at, &line, &n))
		cover(line, n, output, len);
	cover_local(output, len);
	for (size_t i = 0; i < len; i++)
		if (output[i] >= '0' && output[i] <= '9')
			output[i] = '#';
		else if (output[i] == '\n' || output[i] == '\r' ||
		    output[i] == '\0')
			output[i] = ' ';
}
