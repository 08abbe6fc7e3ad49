# SPDX-License-Identifier: MIT
"""In the place of a role that was taken over: it is stopped, its links are
taken out of it, and the test says what the role would never say."""

import ctypes
import os
import select
import signal
import socket
from contextlib import contextmanager

from daemon import status_of, wait_for
from protocol import DEADLINE, ERR, Codec, Gone

IPC = Codec("/src/sspr-resetd/ipc.def")
NOBODY = 0xffffffff  # IPC_NOBODY
ERR_NAME = {number: name for name, number in ERR.items()}

# What each role's descriptors are, as start.c gives them from ROLE_FD on.
LINKS = {
    "vault": ("parent", "front", "names", "desk", "courier"),
    "front": ("vault", "listener"),
    "desk": ("vault", "listener"),
    "names": ("vault",),
    "courier": ("vault",),
}
ROLE_FD = 3
PIDFD_GETFD = 438  # on every architecture but alpha

_libc = ctypes.CDLL(None, use_errno=True)


def steal(pid, number):
    """A copy of a descriptor of another process; OSError if the kernel says
    no."""
    target = os.pidfd_open(pid)
    try:
        fd = _libc.syscall(PIDFD_GETFD, target, number, 0)
        if fd == -1:
            error = ctypes.get_errno()
            raise OSError(error, os.strerror(error))
        return fd
    finally:
        os.close(target)


class Link:
    """One end of a link between two roles, in our hands.  Its flags are those
    of the role, which may wake up again, so they stay as they are."""

    def __init__(self, fd):
        self.sock = socket.socket(fileno=fd)

    def close(self):
        """Let go of our copy; the role has its own."""
        self.sock.close()

    def raw(self, data, fds=()):
        """Send any bytes, and descriptors, as one record."""
        try:
            socket.send_fds(self.sock, [data], list(fds),
                            socket.MSG_NOSIGNAL)
        except (BrokenPipeError, ConnectionResetError):
            raise Gone from None

    def say(self, name, /, *fds, **values):
        """Send one message of ipc.def; a field not named is zero or empty."""
        self.raw(IPC.encode(name, **values), fds)

    def is_there(self, seconds=DEADLINE):
        """Whether there is something to hear."""
        return bool(select.select([self.sock], [], [], seconds)[0])

    def hear(self, seconds=DEADLINE):
        """The next message; .fds are the descriptors that came along, ours
        to close.  Gone if the other side has closed."""
        if not self.is_there(seconds):
            raise TimeoutError("nothing was said")
        try:
            data, fds, _, _ = socket.recv_fds(self.sock, 65536, 253)
        except ConnectionResetError:
            raise Gone from None
        if not data and not fds:
            raise Gone
        m = IPC.decode(data)
        m.fds = fds
        return m

    def until(self, *names):
        """The next message of one of these names; others are passed over."""
        while True:
            m = self.hear()
            if m.name in names:
                return m
            for fd in m.fds:
                os.close(fd)


def _is_stopped(pid):
    return status_of(pid)["State"].startswith("T")


@contextmanager
def in_place_of(daemon, role):
    """{other: Link}: a role's links, as with in_place_of(daemon, 'vault') as
    links: links['parent'].say(...).  The role itself stands still meanwhile,
    and goes on afterwards if it is still there."""
    pid = daemon.pids()[role]
    os.kill(pid, signal.SIGSTOP)
    wait_for(lambda: _is_stopped(pid), f"{role} stopped")
    links = {other: Link(steal(pid, ROLE_FD + i))
             for i, other in enumerate(LINKS[role])}
    try:
        yield links
    finally:
        for link in links.values():
            link.close()
        try:
            os.kill(pid, signal.SIGCONT)
        except ProcessLookupError:  # it went with the daemon
            pass
