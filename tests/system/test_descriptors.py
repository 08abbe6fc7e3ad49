# SPDX-License-Identifier: MIT
"""R-PAM-9, promise 2: a descriptor of ours, whose other end is root's, never
survives into anybody's session: after a dialogue that ended in any way, and
a login in the same process, there is none in the shell, nor in the processes
that started it."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from daemon import children, wait_for
from dialogue import CODE, LAST, NEW, OFFER, RETYPE, login, ssh

GOOD = "Turnip-violin-52"
CLOEXEC = 0o2000000
SHELLS_OWN = {0, 1, 2, 255}  # 255 is bash's terminal
HELD = r"held\s([0-9\s]+)self\s([0-9\s]+)end"
# Split, so that what is typed is not taken for the answer.
LIST = (r"echo he''ld; \ls /proc/$$/fd; "
        r"echo se''lf; \ls /proc/self/fd; echo en''d")


class Way:
    """One way to log in, in one process for several attempts."""

    def __init__(self, person, sshd):
        self.person, self.sshd = person, sshd
        self.t = self.begin()

    def try_password(self, word):
        """At the next password prompt, whatever is asked before it."""
        while self.t.expect(["assword: ", "login: ", "Press Enter: ",
                             re.escape(CODE)]) != 0:
            name = self.t.after.startswith("login")
            self.t.sendline(self.person.name if name else "")
        self.t.sendline(word)

    def dialogue(self):
        """Up to the code prompt."""
        self.try_password("forgot")
        self.t.types("forgot", at=OFFER)
        self.t.reads(CODE)


class Console(Way):
    """login(1), which tries again by itself."""

    def begin(self):
        return login()

    def processes(self):
        """All that belong to it."""
        return [self.t.pid] + children(self.t.pid)


class Network(Way):
    """One connection to sshd."""

    def begin(self):
        return ssh(self.person.name)

    def processes(self):
        """The daemon, its monitor, what has the user's uid, the shell."""
        pid = self.sshd.process.pid
        return [pid] + children(pid)


def packet_sockets():
    """Links in /proc/PID/fd to SOCK_SEQPACKET sockets, which only we have."""
    out = subprocess.run(["ss", "-xaHn"], check=True, text=True,
                         capture_output=True).stdout
    rows = [line.split() for line in out.splitlines()]
    return {f"socket:[{row[5]}]" for row in rows if row[0] == "u_seq"}


def ours(pids):
    """[(pid, descriptor)] of the sockets to us that they hold."""
    sockets, found = packet_sockets(), []
    for pid in pids:
        try:
            found += [(pid, fd) for fd in os.listdir(f"/proc/{pid}/fd")
                      if os.readlink(f"/proc/{pid}/fd/{fd}") in sockets]
        except OSError:  # it ended
            continue
    return found


def is_cloexec(pid, fd):
    """Whether it ends with the next exec."""
    text = Path(f"/proc/{pid}/fdinfo/{fd}").read_text()
    return int(re.search(r"flags:\s+(\d+)", text)[1], 8) & CLOEXEC != 0


def succeeds(way, daemon):
    """A whole reset; the new password."""
    way.dialogue()
    way.t.sendline(way.person.phone.fresh())
    way.t.types(GOOD, at=NEW).types(GOOD, at=RETYPE).types("", at=LAST)
    return GOOD


def fails_and_is_cancelled(way, daemon):
    """A wrong code, and the attempt is over; Enter at the code prompt."""
    way.dialogue()
    way.t.sendline(way.person.phone.wrong())
    way.dialogue()
    way.t.sendline("")
    return way.person.password


def is_cut_off(way, daemon):
    """R-AVL-3: the daemon dies at the code prompt; it is said so."""
    way.dialogue()
    daemon.end(signal.SIGKILL)
    way.t.sendline(way.person.phone.fresh())
    way.t.reads("service not reachable (SSPR-11). Nothing was changed.")
    return way.person.password


def loses_its_worker(way, daemon):
    """The worker dies at the prompt for the new password; what is open until
    then is closed by an exec."""
    way.dialogue()
    way.t.sendline(way.person.phone.fresh())
    way.t.reads(NEW)
    held = ours(way.processes())
    assert len(held) == 2, held  # to the daemon, to the worker
    assert all(is_cloexec(*h) for h in held)
    worker, = wait_for(daemon.workers, "a worker")
    os.kill(worker, signal.SIGKILL)
    way.t.sendline(GOOD)
    return way.person.password


def loses_both(way, daemon):
    """And so does the daemon; what to do is said."""
    way.dialogue()
    way.t.sendline(way.person.phone.fresh())
    way.t.reads(NEW)
    for pid in daemon.workers():
        os.kill(pid, signal.SIGKILL)
    daemon.end(signal.SIGKILL)
    way.t.sendline(GOOD)
    way.t.reads("Try the new one, then the old one.")
    return way.person.password


ENDS = [(Network, e) for e in (succeeds, fails_and_is_cancelled,
                               loses_its_worker, loses_both)]
ENDS += [(Console, e) for e in (succeeds, is_cut_off)]


@pytest.mark.parametrize(
    "kind,end", ENDS, ids=[f"{k.__name__}-{e.__name__}" for k, e in ENDS])
def test_r_pam_9_nothing_is_left_in_the_session(kind, end, person, daemon,
                                                sshd):
    """A dialogue, then a login in the same process; the shell lists."""
    way = kind(person, sshd)
    way.try_password(end(way, daemon))
    way.t.types(LIST, at="$ ")
    way.t.expect(HELD)
    shell, own = ({int(n) for n in g.split()}
                  for g in way.t.match.groups())
    assert shell <= SHELLS_OWN
    assert own == {0, 1, 2, 3}  # 3 is the directory that is listed
    assert len(way.processes()) > 1
    assert not ours(way.processes())
    way.t.close(force=True)
