/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../fields.h"
#include "../../saying.h"
#include "ipc.h"

/* clang-format off */

static const enum ipc_type types[] = {
#define MSG(NAME, name, number, from, to, fd)	IPC_##NAME,
#include "ipc.def"
};

/* clang-format on */

#define TYPES (sizeof(types) / sizeof(types[0]))

static const struct ipc_msg zero;

/* Who says what to whom; written down here a second time on purpose. */
static const struct {
	enum role from, to;
	enum ipc_type says[16]; /* zero ends them */
} says[] = {
	{ ROLE_PARENT, ROLE_VAULT,
	    { IPC_SET, IPC_APPLY, IPC_KEY, IPC_NAMES, IPC_COURIER, IPC_SYNCED,
		IPC_READY, IPC_GRANTED, IPC_OUTCOME } },
	{ ROLE_PARENT, ROLE_FRONT, { IPC_SET, IPC_APPLY } },
	{ ROLE_PARENT, ROLE_DESK, { IPC_SET, IPC_APPLY } },
	{ ROLE_PARENT, ROLE_NAMES, { IPC_SET, IPC_APPLY } },
	{ ROLE_PARENT, ROLE_COURIER, { IPC_SET, IPC_APPLY } },
	{ ROLE_PARENT, ROLE_WORKER,
	    { IPC_SET, IPC_APPLY, IPC_JOB, IPC_START, IPC_LOOK } },
	{ ROLE_VAULT, ROLE_PARENT,
	    { IPC_AUDIT, IPC_SYNC, IPC_WORKER, IPC_GO, IPC_DROP } },
	{ ROLE_VAULT, ROLE_FRONT, { IPC_SET, IPC_APPLY, IPC_OUTPUT } },
	{ ROLE_VAULT, ROLE_NAMES,
	    { IPC_SET, IPC_APPLY, IPC_LOOKUP, IPC_CENSUS } },
	{ ROLE_VAULT, ROLE_COURIER, { IPC_SET, IPC_APPLY, IPC_DELIVER } },
	{ ROLE_FRONT, ROLE_VAULT, { IPC_OPEN, IPC_INPUT, IPC_CLOSED } },
	{ ROLE_NAMES, ROLE_VAULT,
	    { IPC_ACCOUNT, IPC_COUNTED, IPC_LEFT, IPC_PLACE } },
	{ ROLE_COURIER, ROLE_VAULT, { IPC_DELIVERED } },
	{ ROLE_WORKER, ROLE_PARENT, { IPC_CHECKED, IPC_FAILED, IPC_LOOKED } },
};

#define PAIRS (sizeof(says) / sizeof(says[0]))

/* How many descriptors are open. */
static int
open_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return n;
}

static bool
may_say(enum role from, enum role to, enum ipc_type type)
{
	for (size_t i = 0; i < PAIRS; i++)
		for (const enum ipc_type *t = says[i].says;
		     says[i].from == from && says[i].to == to && *t != 0; t++)
			if (*t == type)
				return true;
	return false;
}

/* A pair of roles that may exchange the type. */
static void
who(enum ipc_type type, enum role *from, enum role *to)
{
	for (size_t i = 0; i < PAIRS; i++) {
		*from = says[i].from;
		*to = says[i].to;
		if (may_say(*from, *to, type))
			return;
	}
	fail_msg("nobody says %d", type);
}

static struct ipc_msg
full(enum ipc_type type)
{
	const struct ipc_row *row = ipc_row((uint16_t)type);
	struct ipc_msg m;

	assert_non_null(row);
	memset(&m, 0, sizeof(m));
	m.type = type;
	fields_fill(row->fields, &m.as, true);
	return m;
}

static size_t
frame(enum ipc_type type, uint8_t buf[static WIRE_FRAME_MAX])
{
	const struct ipc_msg m = full(type);
	size_t len;

	assert_int_equal(ipc_encode(&m, buf, &len), SSPR_OK);
	return len;
}

static void
assert_refused(const uint8_t *p, size_t len, enum role from, enum role to)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	struct ipc_msg m;

	assert_non_null(copy);
	memcpy(copy, p, len);
	memset(&m, 0xee, sizeof(m));
	assert_int_equal(ipc_decode(copy, len, from, to, &m), SSPR_MALFORMED);
	assert_memory_equal(&m, &zero, sizeof(m));
	free(copy);
}

/* R-IPC-6 */
static void
every_prefix_and_a_byte_too_many_are_refused(void **state)
{
	uint8_t buf[WIRE_FRAME_MAX + 2];
	enum role from, to;
	size_t len;

	(void)state;
	for (size_t i = 0; i < TYPES; i++) {
		len = frame(types[i], buf);
		who(types[i], &from, &to);
		for (size_t n = 0; n < len; n++)
			assert_refused(buf, n, from, to);
		for (size_t n = WIRE_HEADER; n <= len + 1; n++) {
			buf[2] = (uint8_t)((n - WIRE_HEADER) >> 8);
			buf[3] = (uint8_t)(n - WIRE_HEADER);
			if (n != len)
				assert_refused(buf, n, from, to);
		}
	}
}

/* R-IPC-6: front says no SET, KEY, READY or WORKER, names no SET, ... */
static void
each_role_may_say_what_is_its_to_say_and_nothing_else(void **state)
{
	uint8_t buf[WIRE_FRAME_MAX];
	struct ipc_msg m;
	size_t len;

	(void)state;
	for (size_t i = 0; i < TYPES; i++) {
		len = frame(types[i], buf);
		for (enum role from = 0; from <= ROLE_ANY; from++)
			for (enum role to = 0; to < ROLE_ANY; to++) {
				if (from == to)
					continue;
				if (!may_say(from, to, types[i]))
					assert_refused(buf, len, from, to);
				else
					assert_int_equal(ipc_decode(buf, len,
							     from, to, &m),
					    SSPR_OK);
			}
	}
}

static void
no_field_is_longer_than_1024_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < TYPES; i++)
		for (const struct wire_field *f =
			 ipc_row((uint16_t)types[i])->fields;
		     f->kind != WIRE_END; f++)
			assert_true(f->max <= 1024);
}

static void
every_message_travels_with_its_descriptor_or_without(void **state)
{
	const int before = open_fds();
	struct ipc_msg in, out;
	enum role from, to;
	int link[2], fd;

	(void)state;
	for (size_t i = 0; i < TYPES; i++) {
		const int has = ipc_row((uint16_t)types[i])->fd;

		in = full(types[i]);
		who(types[i], &from, &to);
		assert_int_equal(ipc_pair(link), SSPR_OK);
		assert_int_equal(ipc_send(link[0], &in,
				     has == 1 ? link[0] : -1),
		    SSPR_OK);
		fd = -77;
		assert_int_equal(ipc_recv(link[1], from, to, &out, &fd),
		    SSPR_OK);
		assert_memory_equal(&out, &in, sizeof(in));
		if (has == 1) {
			assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
			close(fd);
		} else
			assert_int_equal(fd, -1);
		close(link[0]);
		close(link[1]);
	}
	assert_int_equal(open_fds(), before);
}

/* Send a frame with n descriptors; nothing of them may stay. */
static void
assert_no_such_fds(enum ipc_type type, size_t n)
{
	const int before = open_fds();
	int link[2], fds[16], fd = -77;
	uint8_t buf[WIRE_FRAME_MAX];
	struct ipc_msg m;
	enum role from, to;

	assert_int_equal(ipc_pair(link), SSPR_OK);
	for (size_t i = 0; i < n; i++)
		fds[i] = link[0];
	who(type, &from, &to);
	say_raw(link[0], buf, frame(type, buf), fds, n);
	memset(&m, 0xee, sizeof(m));
	assert_int_equal(ipc_recv(link[1], from, to, &m, &fd), SSPR_MALFORMED);
	assert_int_equal(fd, -77);
	close(link[0]);
	close(link[1]);
	assert_int_equal(open_fds(), before);
}

static void
a_descriptor_too_many_or_too_few_is_refused_and_closed(void **state)
{
	(void)state;
	for (size_t i = 0; i < TYPES; i++) {
		const int has = ipc_row((uint16_t)types[i])->fd;

		for (size_t n = 0; n <= 8; n++)
			if (n != (size_t)has)
				assert_no_such_fds(types[i], n);
	}
}

static void
the_descriptors_of_garbage_are_closed(void **state)
{
	const int before = open_fds();
	int link[2], fd = -77;
	uint8_t big[WIRE_FRAME_MAX + 1] = { 0 };
	struct ipc_msg m;

	(void)state;
	assert_int_equal(ipc_pair(link), SSPR_OK);
	say_raw(link[0], "xyz", 3, link, 1);
	say_raw(link[0], big, sizeof(big), link, 2);
	for (int i = 0; i < 2; i++)
		assert_int_equal(ipc_recv(link[1], ROLE_FRONT, ROLE_VAULT, &m,
				     &fd),
		    SSPR_MALFORMED);
	assert_int_equal(fd, -77);
	close(link[0]);
	close(link[1]);
	assert_int_equal(open_fds(), before);
}

/* SOCK_SEQPACKET carries messages of no bytes, with descriptors. */
static void
the_descriptor_of_an_empty_message_is_closed(void **state)
{
	const int before = open_fds();
	int link[2], fd = -77;
	struct ipc_msg m;

	(void)state;
	assert_int_equal(ipc_pair(link), SSPR_OK);
	say_raw(link[0], "", 0, link, 1);
	assert_int_not_equal(ipc_recv(link[1], ROLE_FRONT, ROLE_VAULT, &m, &fd),
	    SSPR_OK);
	close(link[0]);
	close(link[1]);
	assert_int_equal(open_fds(), before);
}

static void
an_empty_link_is_busy_and_a_closed_one_gone(void **state)
{
	struct ipc_msg m = { .type = IPC_SYNC };
	int link[2], fd;

	(void)state;
	assert_int_equal(ipc_pair(link), SSPR_OK);
	assert_int_equal(ipc_recv(link[1], ROLE_VAULT, ROLE_PARENT, &m, &fd),
	    SSPR_BUSY);
	m.type = IPC_SYNC;
	assert_int_equal(ipc_send(link[0], &m, -1), SSPR_OK);
	close(link[0]);
	assert_int_equal(ipc_recv(link[1], ROLE_VAULT, ROLE_PARENT, &m, &fd),
	    SSPR_OK);
	assert_int_equal(ipc_recv(link[1], ROLE_VAULT, ROLE_PARENT, &m, &fd),
	    SSPR_GONE);
	assert_int_equal(ipc_send(link[1], &m, -1), SSPR_GONE);
	close(link[1]);
}

static void
a_full_link_is_busy_at_once_and_times_out_after_a_wait(void **state)
{
	const struct timeval soon = { .tv_usec = 20000 };
	const struct ipc_msg m = { .type = IPC_SYNC };
	struct timeval wait;
	socklen_t len = sizeof(wait);
	enum sspr_err e;
	int link[2];

	(void)state;
	assert_int_equal(ipc_pair(link), SSPR_OK);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(getsockopt(link[i], SOL_SOCKET, SO_SNDTIMEO,
				     &wait, &len),
		    0);
		assert_int_equal(wait.tv_sec, 5);
		assert_int_equal(fcntl(link[i], F_GETFD), FD_CLOEXEC);
	}
	do
		e = ipc_try(link[0], &m, -1);
	while (e == SSPR_OK);
	assert_int_equal(e, SSPR_BUSY);
	assert_int_equal(setsockopt(link[0], SOL_SOCKET, SO_SNDTIMEO, &soon,
			     sizeof(soon)),
	    0);
	assert_int_equal(ipc_send(link[0], &m, -1), SSPR_TIMEOUT);
	close(link[0]);
	close(link[1]);
}

static void
an_unterminated_string_is_not_sent(void **state)
{
	const struct wire_field *f;
	struct ipc_msg m;
	int link[2], fd;

	(void)state;
	assert_int_equal(ipc_pair(link), SSPR_OK);
	for (size_t i = 0; i < TYPES; i++) {
		const struct ipc_row *row = ipc_row((uint16_t)types[i]);

		if ((f = fields_string(row->fields)) == NULL || row->fd == 1)
			continue;
		m = full(types[i]);
		((char *)&m.as)[f->offset + f->max] = 'x';
		assert_int_equal(ipc_send(link[0], &m, -1), SSPR_MALFORMED);
	}
	assert_int_equal(ipc_recv(link[1], ROLE_PARENT, ROLE_VAULT, &m, &fd),
	    SSPR_BUSY);
	close(link[0]);
	close(link[1]);
}

static void
a_wiped_message_is_zero(void **state)
{
	struct ipc_msg m;

	(void)state;
	memset(&m, 0xff, sizeof(m));
	ipc_wipe(&m);
	assert_memory_equal(&m, &zero, sizeof(m));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_prefix_and_a_byte_too_many_are_refused),
		cmocka_unit_test(
		    each_role_may_say_what_is_its_to_say_and_nothing_else),
		cmocka_unit_test(no_field_is_longer_than_1024_bytes),
		cmocka_unit_test(
		    every_message_travels_with_its_descriptor_or_without),
		cmocka_unit_test(
		    a_descriptor_too_many_or_too_few_is_refused_and_closed),
		cmocka_unit_test(the_descriptors_of_garbage_are_closed),
		cmocka_unit_test(the_descriptor_of_an_empty_message_is_closed),
		cmocka_unit_test(an_empty_link_is_busy_and_a_closed_one_gone),
		cmocka_unit_test(
		    a_full_link_is_busy_at_once_and_times_out_after_a_wait),
		cmocka_unit_test(an_unterminated_string_is_not_sent),
		cmocka_unit_test(a_wiped_message_is_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
