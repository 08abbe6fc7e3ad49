/* SPDX-License-Identifier: MIT */
/*
 * SMTP by libcurl.  It MUST NOT be moved by anything but its arguments: no
 * proxy, no netrc, no environment (process_start has cleared it), no protocol
 * but SMTP.  The address is in the protocol only: not in the URL, and not in
 * what libcurl would print, for it is not asked to print.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "place.h"
#include "smtp.h"

#define CONNECT_S 8L /* the daemon waits for 20 s in all */
#define TOTAL_S   17L

/* What is still to be sent. */
struct rest {
	const char *at;
	size_t len;
};

static size_t
give(char *to, size_t size, size_t n, void *context)
{
	struct rest *r = context;
	const size_t len = r->len < size * n ? r->len : size * n;

	memcpy(to, r->at, len);
	r->at += len;
	r->len -= len;
	return len;
}

static CURLcode
protect(CURL *curl, const struct smtp *s, bool loopback)
{
	CURLcode c = CURLE_OK;

	if (loopback && !s->tls)
		return curl_easy_setopt(curl, CURLOPT_USE_SSL,
		    (long)CURLUSESSL_NONE);
	if (s->ca_file != NULL &&
	    ((c = curl_easy_setopt(curl, CURLOPT_CAINFO, s->ca_file)) !=
		    CURLE_OK ||
		(c = curl_easy_setopt(curl, CURLOPT_CAPATH, NULL)) != CURLE_OK))
		return c;
	if ((c = curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L)) !=
		CURLE_OK ||
	    (c = curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L)) !=
		CURLE_OK ||
	    (c = curl_easy_setopt(curl, CURLOPT_SSLVERSION,
		 (long)CURL_SSLVERSION_TLSv1_2)) != CURLE_OK)
		return c;
	return curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
}

static CURLcode
aim(CURL *curl, const struct smtp *s, const char *url,
    struct curl_slist *recipients)
{
	const struct {
		CURLoption option;
		const char *value;
	} texts[] = {
		{ CURLOPT_URL, url },
		{ CURLOPT_PROTOCOLS_STR, "smtp" },
		{ CURLOPT_PROXY, "" },
		{ CURLOPT_MAIL_FROM, s->from },
	};
	const struct {
		CURLoption option;
		long value;
	} numbers[] = {
		{ CURLOPT_NETRC, CURL_NETRC_IGNORED },
		{ CURLOPT_NOSIGNAL, 1 },
		{ CURLOPT_CONNECTTIMEOUT, CONNECT_S },
		{ CURLOPT_TIMEOUT, TOTAL_S },
		{ CURLOPT_UPLOAD, 1 },
	};
	CURLcode c = CURLE_OK;

	for (size_t i = 0; c == CURLE_OK && i < sizeof(texts) / sizeof(*texts);
	     i++)
		c = curl_easy_setopt(curl, texts[i].option, texts[i].value);
	for (size_t i = 0;
	     c == CURLE_OK && i < sizeof(numbers) / sizeof(*numbers); i++)
		c = curl_easy_setopt(curl, numbers[i].option, numbers[i].value);
	return c != CURLE_OK
	    ? c
	    : curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
}

/* What became of it, c and the server's last word considered. */
static enum sspr_err
judge(CURL *curl, CURLcode c, struct outcome *o)
{
	curl_off_t sent = 0;
	long code = 0;

	if (c == CURLE_OK)
		return SSPR_OK;
	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
	(void)curl_easy_getinfo(curl, CURLINFO_SIZE_UPLOAD_T, &sent);
	if (code >= 400) /* in words, too: the daemon's log has no digits */
		return outcome_note(o, code < 500 ? SSPR_BUSY : SSPR_DENIED,
		    "the mail server answered %ld: %s", code,
		    code < 500 ? "not now" : "refused");
	if (sent == 0 &&
	    (c == CURLE_COULDNT_RESOLVE_HOST || c == CURLE_COULDNT_CONNECT ||
		c == CURLE_OPERATION_TIMEDOUT))
		return outcome_note(o, SSPR_BUSY, "the mail server: %s",
		    curl_easy_strerror(c));
	return outcome_note(o, SSPR_DENIED, "the mail server: %s",
	    curl_easy_strerror(c));
}

static enum sspr_err
transfer(CURL *curl, const struct smtp *s, bool loopback, struct rest *rest,
    struct outcome *o)
{
	struct curl_slist *recipients = curl_slist_append(NULL, s->to);
	char url[1024];
	CURLcode c;
	enum sspr_err e;

	(void)snprintf(url, sizeof(url), "smtp://%s/%s", s->server, s->own);
	if (recipients == NULL)
		return SSPR_NO_MEMORY;
	if ((c = aim(curl, s, url, recipients)) == CURLE_OK)
		c = protect(curl, s, loopback);
	if (c == CURLE_OK)
		c = curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
	if (c == CURLE_OK)
		c = curl_easy_setopt(curl, CURLOPT_READDATA, rest);
	if (c != CURLE_OK)
		e = outcome_note(o, SSPR_SYSTEM, "libcurl: %s",
		    curl_easy_strerror(c));
	else
		e = judge(curl, curl_easy_perform(curl), o);
	curl_slist_free_all(recipients);
	return e;
}

enum sspr_err
smtp_send(const struct smtp *s, const char *mail, size_t len, struct outcome *o)
{
	struct rest rest = { mail, len };
	bool loopback;
	enum sspr_err e;
	CURL *curl;

	if (!place_parse(s->server, strlen(s->server), &loopback))
		return outcome_note(o, SSPR_USAGE,
		    "the server is not HOST or HOST:PORT");
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		return SSPR_SYSTEM;
	if ((curl = curl_easy_init()) == NULL) {
		e = SSPR_NO_MEMORY;
	} else {
		e = transfer(curl, s, loopback, &rest, o);
		curl_easy_cleanup(curl);
	}
	curl_global_cleanup();
	return e;
}
