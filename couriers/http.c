/* SPDX-License-Identifier: MIT */
/*
 * HTTP by libcurl.  It MUST verify the certificate and the server's name, and
 * there is no way to switch that off; MUST NOT follow redirects, nor use a
 * proxy, a netrc file, the environment (process_start has cleared it) or a
 * protocol but HTTP and HTTPS.  Its own messages, which may hold the URL, are
 * never asked for.
 */
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "http.h"
#include "secret.h"
#include "template.h"

#define FILLED_MAX 16384 /* bytes of a URL, body or header with its values */

/* A request and its answer; too large for a stack. */
struct exchange {
	char url[FILLED_MAX + 1], body[FILLED_MAX + 1], header[FILLED_MAX + 1];
	char answer[HTTP_ANSWER_MAX];
	size_t len; /* of answer */
	struct curl_slist *headers;
};

static size_t
take(char *from, size_t size, size_t n, void *context)
{
	struct exchange *x = context;

	n *= size;
	if (n > sizeof(x->answer) - x->len)
		return 0; /* libcurl ends the transfer */
	memcpy(x->answer + x->len, from, n);
	x->len += n;
	return n;
}

static bool
add_header(struct exchange *x, const char *line)
{
	struct curl_slist *more = curl_slist_append(x->headers, line);

	if (more == NULL)
		return false;
	x->headers = more;
	return true;
}

static enum sspr_err
fill(struct exchange *x, const struct settings *s,
    const struct template_values *v)
{
	char type[sizeof(s->content_type) + 16] = "Content-Type: ";
	enum sspr_err e;

	if ((e = template_fill(s->url, TEMPLATE_URL, v, x->url, FILLED_MAX)) !=
		SSPR_OK ||
	    (e = template_fill(s->body, s->body_form, v, x->body,
		 FILLED_MAX)) != SSPR_OK)
		return e;
	memcpy(type + strlen(type), s->content_type,
	    strlen(s->content_type) + 1);
	if ((s->body[0] != '\0' && !add_header(x, type)) ||
	    !add_header(x, "Expect:"))
		return SSPR_NO_MEMORY;
	for (size_t i = 0; i < s->headers_len; i++) {
		if ((e = template_fill(s->headers[i], TEMPLATE_RAW, v,
			 x->header, FILLED_MAX)) != SSPR_OK)
			return e;
		if (!add_header(x, x->header))
			return SSPR_NO_MEMORY;
	}
	return SSPR_OK;
}

static CURLcode
protect(CURL *curl, const struct settings *s)
{
	const struct {
		CURLoption option;
		long value;
	} numbers[] = {
		{ CURLOPT_SSL_VERIFYPEER, 1 },
		{ CURLOPT_SSL_VERIFYHOST, 2 },
		{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
		{ CURLOPT_FOLLOWLOCATION, 0 },
		{ CURLOPT_NETRC, CURL_NETRC_IGNORED },
		{ CURLOPT_NOSIGNAL, 1 },
		{ CURLOPT_CONNECTTIMEOUT, s->connect_s },
		{ CURLOPT_TIMEOUT, s->time_s },
		{ CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 },
	};
	CURLcode c = CURLE_OK;

	for (size_t i = 0;
	     c == CURLE_OK && i < sizeof(numbers) / sizeof(numbers[0]); i++)
		c = curl_easy_setopt(curl, numbers[i].option, numbers[i].value);
	if (c == CURLE_OK)
		c = curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	if (c == CURLE_OK)
		c = curl_easy_setopt(curl, CURLOPT_PROXY, "");
	if (c != CURLE_OK || s->ca_file[0] == '\0')
		return c;
	if ((c = curl_easy_setopt(curl, CURLOPT_CAPATH, NULL)) == CURLE_OK)
		c = curl_easy_setopt(curl, CURLOPT_CAINFO, s->ca_file);
	return c;
}

static CURLcode
log_in(CURL *curl, const struct settings *s)
{
	CURLcode c;

	if (strcmp(s->auth, "basic") != 0)
		return CURLE_OK;
	if ((c = curl_easy_setopt(curl, CURLOPT_HTTPAUTH,
		 (long)CURLAUTH_BASIC)) != CURLE_OK ||
	    (c = curl_easy_setopt(curl, CURLOPT_USERNAME, s->user)) != CURLE_OK)
		return c;
	return curl_easy_setopt(curl, CURLOPT_PASSWORD, s->password);
}

static CURLcode
aim(CURL *curl, const struct settings *s, struct exchange *x)
{
	CURLcode c;

	if ((c = curl_easy_setopt(curl, CURLOPT_URL, x->url)) != CURLE_OK ||
	    (c = curl_easy_setopt(curl, CURLOPT_HTTPHEADER, x->headers)) !=
		CURLE_OK ||
	    (c = curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take)) !=
		CURLE_OK ||
	    (c = curl_easy_setopt(curl, CURLOPT_WRITEDATA, x)) != CURLE_OK)
		return c;
	if (s->body[0] == '\0')
		return curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
	if ((c = curl_easy_setopt(curl, CURLOPT_POST, 1L)) != CURLE_OK ||
	    (c = curl_easy_setopt(curl, CURLOPT_POSTFIELDS, x->body)) !=
		CURLE_OK)
		return c;
	return curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE,
	    (long)strlen(x->body));
}

/* In words: the daemon's log shows no digits of what a courier says. */
static const char *
meaning(long status)
{
	static const struct {
		long from, to;
		const char *text;
	} rows[] = {
		{ 300, 399, "elsewhere, which is not followed" },
		{ 400, 400, "bad request" },
		{ 401, 401, "login refused" },
		{ 403, 403, "forbidden" },
		{ 404, 404, "no such page" },
		{ 429, 429, "too many requests" },
		{ 400, 499, "request refused" },
		{ 503, 503, "busy" },
		{ 500, 599, "error of its own" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (status >= rows[i].from && status <= rows[i].to)
			return rows[i].text;
	return "unknown";
}

enum sspr_err
http_judge(const struct http_answer *a, const char *success, struct outcome *o)
{
	const bool busy = a->status == 429 || a->status == 503;

	if (a->status < 200 || a->status > 299)
		return outcome_note(o, busy ? SSPR_BUSY : SSPR_DENIED,
		    "the gateway answered %ld: %s", a->status,
		    meaning(a->status));
	if (success[0] != '\0' &&
	    memmem(a->body, a->len, success, strlen(success)) == NULL)
		return outcome_note(o, SSPR_DENIED,
		    "the gateway's answer has not the text of success in it");
	return SSPR_OK;
}

/* Send it.  Nobody was told anything if not a byte of a request went out. */
static enum sspr_err
perform(CURL *curl, const struct settings *s, struct exchange *x,
    struct outcome *o)
{
	struct http_answer a = { 0, x->answer, 0 };
	const CURLcode c = curl_easy_perform(curl);
	long sent = 0;

	a.len = x->len;
	(void)curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &sent);
	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &a.status);
	if (c == CURLE_OK)
		return http_judge(&a, s->success, o);
	if (sent == 0 &&
	    (c == CURLE_COULDNT_RESOLVE_HOST || c == CURLE_COULDNT_CONNECT ||
		c == CURLE_OPERATION_TIMEDOUT))
		return outcome_note(o, SSPR_BUSY, "the gateway: %s",
		    curl_easy_strerror(c));
	if (c == CURLE_WRITE_ERROR)
		return outcome_note(o, SSPR_DENIED,
		    "the gateway's answer is too long");
	return outcome_note(o, SSPR_DENIED, "the gateway: %s",
	    curl_easy_strerror(c));
}

static enum sspr_err
exchange(CURL *curl, const struct settings *s, struct exchange *x,
    struct outcome *o)
{
	CURLcode c;

	if ((c = protect(curl, s)) == CURLE_OK &&
	    (c = log_in(curl, s)) == CURLE_OK)
		c = aim(curl, s, x);
	if (c != CURLE_OK)
		return outcome_note(o, SSPR_SYSTEM, "libcurl: %s",
		    curl_easy_strerror(c));
	return perform(curl, s, x, o);
}

static enum sspr_err
send_filled(const struct settings *s, struct exchange *x, struct outcome *o)
{
	enum sspr_err e = SSPR_NO_MEMORY;
	CURL *curl;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		return SSPR_SYSTEM;
	if ((curl = curl_easy_init()) != NULL) {
		e = exchange(curl, s, x, o);
		curl_easy_cleanup(curl);
	}
	curl_global_cleanup();
	return e;
}

enum sspr_err
http_send(const struct settings *s, const struct message *m, struct outcome *o)
{
	const struct template_values v = { m->to, m->text, s->user,
		s->password };
	struct exchange *x = calloc(1, sizeof(*x));
	enum sspr_err e;

	if (x == NULL)
		return SSPR_NO_MEMORY;
	if ((e = fill(x, s, &v)) == SSPR_OK)
		e = send_filled(s, x, o);
	else if (e == SSPR_FULL || e == SSPR_MALFORMED)
		e = outcome_note(o, SSPR_CONFIG,
		    "url, body or a header is too long when filled in");
	for (struct curl_slist *h = x->headers; h != NULL; h = h->next)
		secret_zero(h->data, strlen(h->data));
	curl_slist_free_all(x->headers);
	secret_zero(x, sizeof(*x));
	free(x);
	return e;
}
