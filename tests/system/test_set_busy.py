# SPDX-License-Identifier: MIT
"""Others who change the password files at the same time, or keep them locked.
R-SET-3, R-SET-5."""

import fcntl
import os
import subprocess
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

import shadow
from attempt import (Attempt, another, changes, is_done, is_refused, log_size,
                     no_workers)
from conftest import PASSWORD
from etc import SHADOW, stack
from test_set_stacks import SETS, STRICT

BUSY = 10
LOCK = Path("/etc/.pwd.lock")  # lckpwdf(3)


@contextmanager
def locked():
    """The password files, as passwd(1) and the like lock them."""
    with LOCK.open("a") as f:
        fcntl.lockf(f, fcntl.LOCK_EX)
        yield f


def let_go(f, seconds):
    """Unlock after some seconds."""
    timer = threading.Timer(seconds, fcntl.lockf, [f, fcntl.LOCK_UN])
    timer.start()
    return timer


def test_r_set_3_a_lock_held_for_3_seconds(daemon, holder):
    """It waits and succeeds."""
    since = log_size()
    with locked() as f:
        timer = let_go(f, 3)
        a = Attempt(holder, holder.sheet[0])
        timer.join()
    assert is_done(a), a
    assert 2 < a.seconds < 8
    assert changes(since, holder) == [["reset.done"]]


def test_r_set_3_a_lock_held_for_ever(daemon, holder, new_account):
    """A clear message in time, the old password, no worker; and another
    person, who came meanwhile, is told the same."""
    other = new_account().enrol_sheet()
    since, before = log_size(), SHADOW.read_bytes()
    found = []
    with locked():
        second = threading.Thread(target=lambda: found.append(
            Attempt(other, other.sheet[0])))
        second.start()
        found.append(Attempt(holder, holder.sheet[0]))
        second.join()
        for a in found:
            assert a.accepted and a.result == BUSY, a
            assert "try again in a minute. " in a.text
            assert "(SSPR-10)" in a.text
            assert a.seconds < 20, a
        assert min(a.seconds for a in found) < 15
        no_workers(daemon)
        assert SHADOW.read_bytes() == before
    for person in (holder, other):
        assert shadow.is_password(person.name, PASSWORD)
        assert changes(since, person) == [["reset.failed"]]
        assert is_done(Attempt(person, person.sheet[1]))


def test_the_lock_is_not_held_while_a_person_thinks(daemon, holder):
    """passwd(1) of another user is served meanwhile."""
    took = []

    def meanwhile():
        began = time.monotonic()
        subprocess.run(["chpasswd"], input=f"bob:{PASSWORD}", text=True,
                       check=True)
        took.append(time.monotonic() - began)

    a = Attempt(holder, holder.sheet[0], meanwhile=meanwhile)
    assert is_done(a), a
    assert took[0] < 2


class Others(threading.Thread):
    """An administrator who gives one command after the other."""

    def __init__(self, commands):
        super().__init__(daemon=True)
        self.commands, self.over = commands, False
        self.done, self.failed = 0, []

    def run(self):
        while not self.over:
            for words, text in self.commands:
                made = subprocess.run(words, input=text, text=True,
                                      capture_output=True, check=False)
                self.done += 1
                if made.returncode != 0:
                    self.failed.append((words, made.stderr))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over = True
        self.join()


AT_ONCE = {
    "passwd": [(["passwd", "bob"], f"{PASSWORD}\n{PASSWORD}\n")],
    "chpasswd": [(["chpasswd"], f"bob:{PASSWORD}\ncarol:{PASSWORD}\n")],
    "useradd": [(["useradd", "-M", "guest"], ""), (["userdel", "guest"], "")],
    "usermod": [(["usermod", "-L", "bob"], ""),
                (["usermod", "-U", "bob"], "")],
    "chage": [(["chage", "-M", "900", "bob"], ""),
              (["chage", "-M", "99999", "bob"], "")],
}


@pytest.mark.parametrize("who", AT_ONCE)
def test_r_set_5_others_at_the_same_moment(who, turns, daemon, holder):
    """Every reset ends well and is known to: nobody is uncertain because of
    somebody else's line; every command of theirs succeeds, too."""
    since = log_size()
    count = turns(4, 10)
    with Others(AT_ONCE[who]) as others:
        for code in holder.sheet[:count]:
            a = Attempt(holder, code, new=another())
            assert is_done(a), a
            a.keep()
    assert others.done > 1 and not others.failed, others.failed[:3]
    assert changes(since, holder) == [["reset.done"]] * count


def test_one_account_at_a_time(daemon, holder):
    """R-SET-7: while the first is asked, the second is refused, and its code
    stays good."""
    found = []

    def meanwhile():
        found.append(Attempt(holder, holder.sheet[1]))

    a = Attempt(holder, holder.sheet[0], new=another(), meanwhile=meanwhile)
    assert is_done(a), a
    assert not found[0].accepted and found[0].result == BUSY, found
    a.keep()
    assert is_done(Attempt(holder, holder.sheet[1]))


def sleepers(mark):
    """Processes that sleep so many seconds."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            words = Path("/proc", pid, "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if mark.encode() in words and b"sleep" in words[0]:
            found.append(int(pid))
    return found


def sleeps(mark):
    """A module that never comes back."""
    return f"password required pam_exec.so /bin/sleep {mark}\n"


def test_a_module_that_never_comes_back(daemon, holder, new_account):
    """The watchdog ends it; the old password works; nothing is left running;
    who came meanwhile was told in time, and is served afterwards."""
    other = new_account().enrol_sheet()
    since, before = log_size(), SHADOW.read_bytes()
    found = []
    with stack(STRICT + sleeps("40001") + SETS):
        second = threading.Timer(2, lambda: found.append(
            Attempt(other, other.sheet[0])))
        second.start()
        a = Attempt(holder, holder.sheet[0])
        second.join()
    no_workers(daemon)
    assert a.accepted and is_refused(a, 24), a
    assert a.seconds < 40
    assert found[0].result == BUSY and found[0].seconds < 15, found
    assert SHADOW.read_bytes() == before
    assert changes(since, holder) == [["reset.failed"]]
    assert not sleepers("40001")
    assert is_done(Attempt(other, other.sheet[1]))


def test_a_module_that_never_comes_back_after_the_change(turns, daemon,
                                                         holder):
    """Nobody says done or not done: both are to be tried."""
    if turns(True, False):
        pytest.skip("30 s of waiting: make torture")
    since = log_size()
    with stack(STRICT + SETS + sleeps("40002")):
        a = Attempt(holder, holder.sheet[0])
    no_workers(daemon)
    assert a.result == 25 and a.works() == "new", a
    assert changes(since, holder) == [["reset.resolved"]]
    assert not sleepers("40002")
