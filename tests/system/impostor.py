# SPDX-License-Identifier: MIT
"""A front, or a desk, that is taken over: what it has, in our hands."""

import os
import signal
from contextlib import contextmanager, suppress

from daemon import alive, status_of, wait_for
from protocol import CONST, ERR, VERB, Gone, decode, encode
from siblings import in_place_of

FRONTS_OWN = {"show", "ask", "end", "factor", "policy", "user", "count"}


class Front:
    """A role at a listening socket, taken over."""

    def __init__(self, links, daemon):
        self.daemon = daemon
        self.vault = links["vault"]
        self.listener = links["listener"]
        self.heard = []
        self.kept = []
        self.opened = set()

    def accept(self):
        """The next connection, which it keeps."""
        assert self.listener.is_there()
        s, _ = self.listener.sock.accept()
        self.kept.append(s)
        return s

    def opens(self, s, conn, verb="RESET", **hello):
        """Pass a descriptor on as that of a client who said HELLO."""
        self.opened.add(conn)
        hello = {"service": "sshd", "version": CONST["VERSION"]} | hello
        self.vault.say("open", s.fileno(), conn=conn,
                       frame=encode("hello", verb=VERB.get(verb, verb),
                                    **hello))

    def says(self, conn, name, **values):
        """Pass on what a client said."""
        self.vault.say("input", conn=conn, frame=encode(name, **values))

    @contextmanager
    def in_one_breath(self):
        """What is said in it the vault takes in at once."""
        pid = self.daemon.pids()["vault"]
        os.kill(pid, signal.SIGSTOP)
        yield
        os.kill(pid, signal.SIGCONT)

    def hear(self):
        """What the vault says to a client, and nothing came with it."""
        m = self.vault.until("output")
        assert not m.fds
        said = decode(m.frame)
        assert said.name in FRONTS_OWN
        self.heard.append((m.conn, said))
        return m.conn, said, m.frame

    def until(self, conn, *names):
        """The next message of one of these names to one client."""
        while True:
            to, m, _ = self.hear()
            if to == conn and m.name in names:
                return m

    def close(self):
        """Let go of all clients."""
        with suppress(Gone):
            for conn in self.opened:
                self.vault.say("closed", conn=conn, err=ERR["GONE"])
        while self.kept:
            self.kept.pop().close()


@contextmanager
def evil(daemon, role="front"):
    """In place of one of the fronts, its clients left alone at the end.  If
    the daemon ended, all of it has."""
    pids = wait_for(lambda: role in daemon.pids() and daemon.pids(), role)
    with in_place_of(daemon, role) as links:
        front = Front(links, daemon)
        try:
            yield front
        finally:
            front.close()
    if daemon.process.poll() is not None:
        for pid in pids.values():
            wait_for(lambda p=pid: not alive(p) or is_stopped(p),
                     f"end of {pids}")


def is_stopped(pid):
    """Whether it stands still, as in the hands of another test."""
    try:
        return status_of(pid)["State"].startswith("T")
    except OSError:  # it ended
        return True
