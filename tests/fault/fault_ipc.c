/* SPDX-License-Identifier: MIT */
/* ipc.h: messages with descriptors and without, whole, cut short or lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "fault.h"
#include "ipc.h"

/* What parent gives a vault: a descriptor with a few words. */
static void
a_descriptor_travels(void)
{
	struct ipc_msg m = { .type = IPC_GRANTED }, got;
	int pair[2], fd = -1;
	enum sspr_err sent, heard = SSPR_BUSY;

	m.as.granted.grant = 7;
	fault_arm();
	if (ipc_pair(pair) != SSPR_OK) {
		assert_true(fault->hit);
		return;
	}
	sent = ipc_send(pair[0], &m, STDERR_FILENO);
	if (sent == SSPR_OK)
		for (int i = 0; i < 2 && heard == SSPR_BUSY; i++)
			heard = ipc_recv(pair[1], ROLE_PARENT, ROLE_VAULT, &got,
			    &fd);
	fault_disarm();
	assert_true(sent == SSPR_OK || fault->hit);
	assert_true(heard == SSPR_OK || fault->hit);
	if (heard == SSPR_OK) {
		assert_int_equal(got.as.granted.grant, 7);
		assert_int_not_equal(fd, -1);
		close(fd);
	} else
		assert_int_equal(fd, -1);
	close(pair[0]);
	close(pair[1]);
}

/* More of them than there is room for, and a frame that is too long. */
static void
what_is_cut_short_leaves_none_open(void)
{
	union {
		struct cmsghdr align;
		char at[CMSG_SPACE(16 * sizeof(int))];
	} c = { .at = { 0 } };
	static uint8_t frame[WIRE_FRAME_MAX + 100];
	struct iovec iov = { frame, sizeof(frame) };
	struct msghdr h = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &c,
		.msg_controllen = sizeof(c) };
	int pair[2], fds[16], fd = -1;
	struct ipc_msg got;
	enum sspr_err e;

	for (size_t i = 0; i < 16; i++)
		fds[i] = STDERR_FILENO;
	CMSG_FIRSTHDR(&h)->cmsg_level = SOL_SOCKET;
	CMSG_FIRSTHDR(&h)->cmsg_type = SCM_RIGHTS;
	CMSG_FIRSTHDR(&h)->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(CMSG_FIRSTHDR(&h)), fds, sizeof(fds));
	assert_int_equal(ipc_pair(pair), SSPR_OK);
	assert_int_equal(sendmsg(pair[0], &h, 0), sizeof(frame));
	fault_arm();
	e = ipc_recv(pair[1], ROLE_PARENT, ROLE_VAULT, &got, &fd);
	fault_disarm();
	assert_true(e == SSPR_MALFORMED || fault->hit);
	assert_int_not_equal(e, SSPR_OK);
	assert_int_equal(fd, -1);
	close(pair[0]);
	close(pair[1]);
}

int
main(void)
{
	static const struct fault_scene scenes[] = {
		{ .name = "a_descriptor_arrives_or_none_is_left_open",
		    .act = a_descriptor_travels },
		{ .name = "descriptors_of_a_message_cut_short_are_closed",
		    .act = what_is_cut_short_leaves_none_open },
	};

	return fault_play(scenes, sizeof(scenes) / sizeof(scenes[0]));
}
