/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mail.h"

/* RFC 5322 section 3.3; strftime would ask the locale. */
static void
write_date(time_t now, char *to, size_t max)
{
	static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu",
		"Fri", "Sat" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct tm tm = { 0 };

	(void)gmtime_r(&now, &tm);
	(void)snprintf(to, max, "%s, %d %s %d %02d:%02d:%02d +0000",
	    days[tm.tm_wday % 7], tm.tm_mday, months[tm.tm_mon % 12],
	    tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* Append `NAME: VALUE' and the end of the line. */
static enum sspr_err
header(struct mime_text *t, const char *name, const char *value,
    const char *eol)
{
	enum sspr_err e = mime_append(t, name, strlen(name));

	if (e == SSPR_OK)
		e = mime_append(t, ": ", 2);
	if (e == SSPR_OK)
		e = mime_header(t, value, eol);
	return e == SSPR_OK ? mime_append(t, eol, strlen(eol)) : e;
}

enum sspr_err
mail_write(const struct mail *mail, const char *eol, struct mime_text *t)
{
	char date[64], id[ADDRESS_MAX + 32];
	const struct {
		const char *name, *value;
	} rows[] = {
		{ "From", mail->from },
		{ "To", mail->message->to },
		{ "Subject", mail->message->subject },
		{ "Date", date },
		{ "Message-ID", id },
		{ "Auto-Submitted", "auto-generated" }, /* RFC 3834 */
		{ "MIME-Version", "1.0" },
		{ "Content-Type", "text/plain; charset=UTF-8" },
		{ "Content-Transfer-Encoding", "quoted-printable" },
	};
	enum sspr_err e = SSPR_OK;

	write_date(mail->now, date, sizeof(date));
	(void)snprintf(id, sizeof(id), "<%016" PRIx64 "@%s>", mail->id,
	    mail->host);
	for (size_t i = 0; e == SSPR_OK && i < sizeof(rows) / sizeof(rows[0]);
	     i++)
		e = header(t, rows[i].name, rows[i].value, eol);
	if (e == SSPR_OK)
		e = mime_append(t, eol, strlen(eol));
	return e == SSPR_OK ? mime_quoted(t, mail->message->text, eol) : e;
}
