# SPDX-License-Identifier: MIT
"""A directory that goes away, and stacks that lie.  R-SET-3, R-SET-5,
R-DUR-3, R-DUR-4: what is not known is not said."""

import shlex
import socket
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from attempt import changes, log_size, no_workers
from daemon import wait_for
from dialogue import CODE, LAST, NEW, RETYPE, forgot
from directory import ADMIN, HOST
from etc import script, stack
from everything import choose
from lookups import KINDS

pytest_plugins = ["sites"]
both_kinds = pytest.mark.parametrize("ldap_site", KINDS, indirect=True,
                                     scope="module")

GOOD = "Turnip-violin-52"
NOT_CHANGED, UNCERTAIN, PARTLY, SILENT = 24, 25, 47, 51
WATCHDOG = 30  # seconds
SLACK = 15
ASKS = "password requisite pam_pwquality.so retry=1 minlen=12\n"
EXEC = "password required pam_exec.so {}\n"
PAUSED = Path("/run/paused")
PAUSE = f"touch {PAUSED}\nwhile test -e {PAUSED}; do sleep 0.05; done\n"
PASSMOD = "PASSMOD"  # in slapd's log, before it answers


def is_reset(owner, code):
    """A whole one."""
    t = forgot(owner.name)
    t.types(code, at=CODE)
    choose(t, GOOD, lost="")
    return owner.binds(GOOD) and not owner.binds(owner.password)


def told(t):
    """The number at the end, and that it came in time."""
    began = time.monotonic()
    t.expect(r"\(SSPR-(\d\d)\)", timeout=3 * WATCHDOG)
    assert time.monotonic() - began < WATCHDOG + SLACK
    return int(t.match[1])


def chosen(owner, code):
    """Up to the last answer that the worker needs."""
    t = forgot(owner.name)
    t.types(code, at=CODE)
    t.types(GOOD, at=NEW)
    t.types(GOOD, at=RETYPE)
    return t


@pytest.fixture
def thawed(ldap_site, slapd):
    """Whatever becomes of the test, slapd runs after it."""
    yield slapd
    if not slapd.processes:
        ldap_site.back()
    else:
        slapd.thaw()


@both_kinds
def test_it_is_gone_before_the_code(owner, ldap_site, thawed, daemon, sshd):
    """Not a decoy's answer, no code spent: the same one is good when the
    directory is back."""
    t = forgot(owner.name)
    t.reads(CODE)
    thawed.stop()
    t.types(owner.sheet[0])
    number = told(t)
    t.close(force=True)
    assert NEW not in t.seen
    assert number == SILENT or ldap_site.kind == "nslcd"
    ldap_site.back()
    no_workers(daemon)
    assert is_reset(owner, owner.sheet[0])


@both_kinds
def test_r_set_5_it_is_gone_before_the_change(owner, ldap_site, thawed,
                                              sshd):
    """While the password is being chosen: nothing was changed, and that is
    said."""
    since = log_size()
    t = forgot(owner.name)
    t.types(owner.sheet[0], at=CODE)
    t.types(GOOD, at=NEW)
    t.reads(RETYPE)
    thawed.stop()
    t.types(GOOD)
    number = told(t)
    t.close(force=True)
    ldap_site.back()
    assert number == SILENT or ldap_site.kind == "nslcd"
    assert owner.binds(owner.password) and not owner.binds(GOOD)
    assert changes(since, owner) == [["reset.failed"]]


@both_kinds
def test_r_set_3_it_hangs_before_the_change(owner, ldap_site, thawed, sshd):
    """It takes the connection and no more: told in time, in any case not
    that the password is changed."""
    since = log_size()
    t = forgot(owner.name)
    t.types(owner.sheet[0], at=CODE)
    t.types(GOOD, at=NEW)
    t.reads(RETYPE)
    thawed.freeze()
    t.types(GOOD)
    number = told(t)
    t.close(force=True)
    thawed.thaw()
    assert number in (SILENT, UNCERTAIN) or ldap_site.kind == "nslcd"
    assert LAST not in t.seen
    assert owner.binds(owner.password) != owner.binds(GOOD)
    assert len(changes(since, owner)) == 1


@both_kinds
def test_r_dur_3_it_hangs_in_the_change(owner, ldap_site, thawed, daemon,
                                        sshd):
    """It stops when the stack has the password: unknown, try both."""
    since = log_size()
    with script("/usr/local/sbin/pause", PAUSE) as pause, \
            stack(ASKS + EXEC.format(pause) + ldap_site.sets):
        t = chosen(owner, owner.sheet[0])
        wait_for(PAUSED.exists, "the stack")
        thawed.freeze()
        PAUSED.unlink()
        t.expect("unknown, try both", timeout=3 * WATCHDOG)
        assert told(t) == UNCERTAIN
        t.close(force=True)
    thawed.thaw()
    assert owner.binds(owner.password) != owner.binds(GOOD)
    daemon.stop()
    daemon.start()
    ends, = changes(since, owner)
    assert ends[-1] in ("reset.resolved", "reset.failed")


class Partition:
    """A line to slapd that loses every answer from the moment on at which
    slapd has begun to change a password."""

    def __init__(self, slapd):
        self.slapd, self.skip = slapd, len(slapd.log("slapd"))
        self.cut = False
        self.sock = socket.create_server(("127.0.0.1", 0))
        self.port = self.sock.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                near, _ = self.sock.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", 389))
            for a, b, gate in ((near, far, False), (far, near, True)):
                threading.Thread(target=self._carry, args=(a, b, gate),
                                 daemon=True).start()

    def _carry(self, source, sink, gate):
        try:
            while data := source.recv(65536):
                if gate:
                    self.cut |= PASSMOD in self.slapd.log("slapd")[self.skip:]
                if not (gate and self.cut):
                    sink.sendall(data)
            if not self.cut:
                sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass


@contextmanager
def partition(site):
    """Our program's connections go through it."""
    line = Partition(site.slapd)
    site.configure(uri=f"ldap://{HOST}:{line.port}")
    yield line
    line.sock.close()
    site.configure()


def test_r_set_5_the_answer_to_the_change_is_lost(owner, ldap_site, daemon,
                                                  sshd):
    """The directory has the new password and nobody can say so."""
    since = log_size()
    with partition(ldap_site) as line:
        t = chosen(owner, owner.sheet[0])
        t.expect("unknown, try both", timeout=3 * WATCHDOG)
        assert told(t) == UNCERTAIN
        t.close(force=True)
        assert line.cut
    assert owner.binds(GOOD) and not owner.binds(owner.password)
    assert changes(since, owner) == [["reset.unknown"]]
    daemon.stop()
    daemon.start()
    assert changes(since, owner) == [["reset.unknown", "reset.resolved"]]


@both_kinds
def test_r_set_5_success_without_a_change(owner, ldap_site, sshd):
    """A stack that permits: not changed, the person and the log agree."""
    since = log_size()
    with stack(ASKS + "password required pam_permit.so\n"):
        t = forgot(owner.name)
        before = owner.entry()
        t.types(owner.sheet[0], at=CODE)
        t.types(GOOD, at=NEW)
        t.types(GOOD, at=RETYPE)
        assert told(t) == NOT_CHANGED
        t.close(force=True)
    assert owner.entry() == before
    assert changes(since, owner) == [["reset.failed"]]
    assert is_reset(owner, owner.sheet[1])


@both_kinds
def test_r_set_5_one_of_two_places(owner, ldap_site, sshd):
    """The directory has it, another store refused: one place, and which
    password to try first."""
    since = log_size()
    with stack(ASKS + ldap_site.sets + EXEC.format("/bin/false")):
        t = chosen(owner, owner.sheet[0])
        t.expect("in one place")
        assert told(t) == PARTLY
        t.close(force=True)
    assert owner.binds(GOOD)
    assert changes(since, owner) == [["reset.done"]]


def test_r_set_5_set_to_something_else(owner, ldap_site, slapd, sshd):
    """A module that sets another password than ours: nobody says changed."""
    since = log_size()
    other = slapd.directory / "other"
    other.write_text("Something-else-17")
    words = shlex.join(map(str, slapd.command(
        "ldappasswd", "-D", ADMIN, "-T", other, owner.dn)))
    with script("/usr/local/sbin/other", f"exec {words}\n") as program, \
            stack(ASKS + EXEC.format(program)):
        t = chosen(owner, owner.sheet[0])
        assert told(t) == UNCERTAIN
        t.close(force=True)
    assert owner.binds("Something-else-17") and not owner.binds(GOOD)
    assert changes(since, owner) == [["reset.resolved"]]
