/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>

#include "hello.h"
#include "secret.h"

#define SSHD   "sshd"
#define FORGOT "forgot"

/* A text item, or "" if PAM has none. */
static const char *
item(const pam_handle_t *pamh, int type)
{
	const void *p = NULL;

	if (pam_get_item(pamh, type, &p) != PAM_SUCCESS || p == NULL)
		return "";
	return p;
}

/* Copy s, with its NUL, if it is at most max bytes; else leave out empty. */
static bool
copy(char *out, size_t max, const char *s)
{
	size_t n = strnlen(s, max + 1);

	if (n > max)
		return false;
	memcpy(out, s, n);
	out[n] = '\0';
	return true;
}

/* The first n bytes of s as a numeric address, without its zone. */
static bool
copy_address(char out[static PROTO_HINT_MAX + 1], const char *s, size_t n)
{
	char text[PROTO_HINT_MAX + 1] = "";
	struct in6_addr a;

	if (n == 0 || n > PROTO_HINT_MAX)
		return false;
	memcpy(text, s, n);
	text[strcspn(text, "%")] = '\0';
	if (inet_pton(AF_INET, text, &a) != 1 &&
	    inet_pton(AF_INET6, text, &a) != 1)
		return false;
	memcpy(out, text, sizeof(text));
	return true;
}

static void
fill_rhost(pam_handle_t *pamh, struct proto_hello *h)
{
	const char *rhost = item(pamh, PAM_RHOST), *ssh = NULL;
	bool remote = *rhost != '\0' || strcmp(h->service, SSHD) == 0;

	if (strcmp(h->service, SSHD) == 0)
		ssh = pam_getenv(pamh, "SSH_CONNECTION");
	if (ssh != NULL && copy_address(h->rhost, ssh, strcspn(ssh, " ")))
		return;
	if (remote && !copy_address(h->rhost, rhost, strlen(rhost)))
		(void)copy(h->rhost, PROTO_HINT_MAX, HELLO_UNKNOWN);
}

static bool
says_forgot(const char *service, const char *password)
{
	if (strlen(password) != strlen(FORGOT))
		return false;
	return strcmp(service, SSHD) == 0 ||
	    secret_equal(password, FORGOT, strlen(FORGOT));
}

enum sspr_err
hello_fill(const struct args *args, pam_handle_t *pamh, struct proto_hello *h)
{
	struct proto_hello new = { .version = PROTO_VERSION };

	if (!copy(new.user, PROTO_USER_MAX, item(pamh, PAM_USER)) ||
	    !copy(new.service, PROTO_HINT_MAX, item(pamh, PAM_SERVICE)) ||
	    *new.user == '\0' || *new.service == '\0')
		return SSPR_NO_OFFER;
	fill_rhost(pamh, &new);
	(void)copy(new.tty, PROTO_HINT_MAX, item(pamh, PAM_TTY));
	(void)copy(new.lang, PROTO_LANG_MAX, args->lang); /* fits: args.def */
	if (says_forgot(new.service, item(pamh, PAM_AUTHTOK)))
		new.flags = PROTO_FORGOT;
	*h = new;
	return SSPR_OK;
}
