/* SPDX-License-Identifier: MIT */
/* links: libsspr/whole.c */
/* links: libsspr/text.c libsspr/ini.c libsspr/secret.c -lldap -llber */
/* links: directory/settings.c directory/state.c directory/request.c */
/*
 * The first byte says what the others are.
 *
 * - Settings: what is taken has all that must be there, no URI but of our
 *   schemes, and EXTERNAL on this host only; what is refused has a reason and
 *   leaves the values alone.
 * - Attributes: whatever an entry has more of, it never gets better for it; and
 *   a verdict that is not fine has a reason.
 * - A time: it is read whole, or not at all.
 * - A request: what is taken is the same when it is written anew.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "request.h" /* and its neighbour settings.h; couriers/ has one, too */
#include "state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
try_settings(const char *bytes, size_t len)
{
	static struct settings s, before;
	char why[SETTINGS_WHY_MAX + 1] = "", uri[SETTINGS_TEXT_MAX + 1];
	const char *rest = s.uri;
	size_t n = 0;

	memset(&before, 'x', sizeof(before));
	memcpy(&s, &before, sizeof(s));
	if (settings_parse(bytes, len, &s, why) != SSPR_OK) {
		must(why[0] != '\0' && memcmp(&s, &before, sizeof(s)) == 0);
		return;
	}
	for (; settings_next_uri(&rest, uri); n++) {
		const bool local = strncmp(uri, "ldapi://", 8) == 0;

		must(local || strncmp(uri, "ldap://", 7) == 0 ||
		    strncmp(uri, "ldaps://", 8) == 0);
		must(local || s.auth != SETTINGS_EXTERNAL);
	}
	must(n > 0 && s.base[0] != '\0' && s.filter[0] == '(');
	must(s.name[0] != '\0' && s.number[0] != '\0' && s.ca_file[0] == '/');
	must(s.seconds >= 1 && s.seconds <= 30);
	must((s.auth == SETTINGS_SIMPLE) == (s.bind_dn[0] != '\0'));
	must((s.auth == SETTINGS_SIMPLE) == (s.password_file[0] == '/'));
}

/* Each attribute: a byte of what it is, one of how long its value is. */
static void
try_state(const char *bytes, size_t len)
{
	struct state_value v[STATE_COUNT] = { { .count = 0 } };
	char why[STATE_WHY_MAX + 1];
	enum verdict worst = VERDICT_FINE, now;

	while (len >= 2) {
		const size_t a = (uint8_t)bytes[0] % STATE_COUNT;
		const size_t l = (uint8_t)bytes[1];

		bytes += 2;
		len -= 2;
		if (l > len)
			return;
		if (v[a].count++ == 0) {
			v[a].at = bytes;
			v[a].len = l;
		}
		bytes += l;
		len -= l;
		now = state_judge(v, 1763856000, why);
		must(now == VERDICT_FINE || now == VERDICT_LOCKED ||
		    now == VERDICT_GUESSED || now == VERDICT_EXPIRED);
		must((now == VERDICT_FINE) == (why[0] == '\0'));
		must(a == STATE_FAILURE_TIME ||
		    state_rank(now) >= state_rank(worst));
		worst = now;
	}
}

static void
try_time(const char *bytes, size_t len)
{
	int64_t t = INT64_MIN, other;

	if (!state_time(bytes, len, &t)) {
		must(t == INT64_MIN);
		return;
	}
	must(t > -62200000000 && t < 253500000000);
	for (size_t n = 0; n < len; n++)
		must(!state_time(bytes, n, &other) || n >= len - 2);
}

static void
try_request(const char *bytes, size_t len, bool password)
{
	char again[REQUEST_MAX + 1];
	struct request r;
	int n;

	if (request_parse(bytes, len, password, &r) != SSPR_OK)
		return;
	must(password == (r.password.len > 0));
	n = snprintf(again, sizeof(again), "%u\n%s\n", r.uid, r.name);
	must(n > 0 && (size_t)n + r.password.len == len);
	memcpy(again + n, r.password.at, r.password.len);
	must(memcmp(again, bytes, len) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data + 1;

	if (size == 0)
		return 0;
	switch (data[0] % 5) {
	case 0:
		try_settings(bytes, size - 1);
		break;
	case 1:
		try_state(bytes, size - 1);
		break;
	case 2:
		try_time(bytes, size - 1);
		break;
	default:
		try_request(bytes, size - 1, data[0] % 5 == 3);
		break;
	}
	return 0;
}
