# SPDX-License-Identifier: MIT
"""kill -9 at any moment of a change: the old password works or the new one,
never neither, and the log agrees.  R-DUR-3, R-DUR-4; make torture has 300."""

import os
import random
import signal
import stat
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

import shadow
from attempt import Attempt, another, changes, is_done, log_size, no_workers
from daemon import alive, role_of, wait_for
from etc import edit

LEFT = Path("/etc/nshadow")  # what pam_unix is about to rename
CROWD = 20000  # other accounts: the file takes its time to be written
SEED = time.time_ns() % 1000000
# What the end in the log says of the password; any other says nothing.
SAYS = {"reset.done": "new", "reset.failed": "old"}
TOLD = {0: "new", 24: "old"}


def offspring(pid):
    """Children of a process itself."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return set()
    return set(map(int, text.split()))


class Killer(threading.Thread):
    """Waits for a new child of the parent, then some seconds, and kills it;
    or the parent."""

    def __init__(self, daemon, delay, parent=False):
        super().__init__(daemon=True)
        self.pid, self.delay = daemon.process.pid, delay
        self.parent = parent
        self.known = offspring(self.pid)
        self.life, self.hit, self.over = None, False, False

    def run(self):
        while not (new := offspring(self.pid) - self.known):
            if self.over:
                return
            time.sleep(0.0005)
        began = time.monotonic()
        victim = self.pid if self.parent else new.pop()
        if self.delay is None:
            while alive(victim):
                time.sleep(0.0005)
        else:
            time.sleep(self.delay)
            self._kill(victim)
        self.life = time.monotonic() - began

    def _kill(self, pid):
        try:
            self.hit = alive(pid)
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            self.hit = False

    def stop(self):
        """There may have been no child."""
        self.over = True
        self.join()


class People:
    """Enough of them for any number of codes."""

    def __init__(self, new_account):
        self.new_account, self.person = new_account, None

    def __call__(self):
        if self.person is None or not self.person.sheet:
            self.person = self.new_account().enrol_sheet()
        return self.person


def life_of_a_worker(daemon, people):
    """Seconds from its birth to its end: the longest of a few."""
    lives = []
    for _ in range(4):
        person, killer = people(), Killer(daemon, None)
        a = Attempt(person, person.sheet.pop(0), new=another(),
                    on_code=killer.start).keep()
        killer.stop()
        assert a.result == 0, a
        lives.append(killer.life)
    return max(lives)


def one(daemon, person, delay, **how):
    """One change that is cut off; the attempt and the killer."""
    killer = Killer(daemon, delay, **how)
    a = Attempt(person, person.sheet.pop(0), new=another(),
                on_code=killer.start)
    killer.stop()
    return a, killer


def others(lines, name):
    """All but one."""
    return {n: s for n, s in lines.items() if n != name}


def file_is_sound(before, person):
    """It parses, other lines and the file's mode are as they were."""
    text, st = shadow.SHADOW.read_text(), shadow.SHADOW.stat()
    lines = text.splitlines()
    assert text.endswith("\n") and len(lines) == len(before)
    assert all(len(s.split(":")) == 9 for s in lines)
    assert others(shadow.lines(), person.name) == others(before, person.name)
    assert stat.S_IMODE(st.st_mode) == 0o640 and st.st_uid == 0


def log_agrees(since, a):
    """Each intent has one end, and none says what is not so."""
    works = a.works()
    for ends in changes(since, a.person):
        assert len(ends) == 1, ends
        assert SAYS.get(ends[0], works) == works, (ends, works)
    return works


def told_the_truth(a, works):
    """And the person, too, where there was time for a word."""
    assert TOLD.get(a.result, works) == works, a
    if a.result not in (0, 25, None):
        assert works == "old", a


@pytest.fixture(scope="module", autouse=True)
def crowd():
    """Lines enough that some kills come while they are written."""
    edit(shadow.SHADOW, lambda text: text + "".join(
        f"crowd{i}:*:19000:0:99999:7:::\n" for i in range(CROWD)))


@pytest.fixture(scope="module")
def dice():
    """So that a failure can be had again."""
    print(f"seed {SEED}")
    return random.Random(SEED)


def test_r_dur_3_a_worker_killed_at_any_moment(turns, dice, daemon,
                                               new_account, capsys):
    """Before its first word, at its last, and while it writes."""
    people, seen, left = People(new_account), Counter(), 0
    life = life_of_a_worker(daemon, people)
    hits = 0
    while hits < turns(40, 300):
        person, before = people(), shadow.lines()
        since = log_size()
        a, killer = one(daemon, person, dice.uniform(0, life))
        no_workers(daemon)
        file_is_sound(before, person)
        works = log_agrees(since, a)
        told_the_truth(a, works)
        ends = [e for e, in changes(since, person)]
        seen[killer.hit, a.result, works, *ends] += 1
        hits += killer.hit
        left += LEFT.exists()
        a.keep()
    report(capsys, f"life {life * 1000:.0f} ms", seen, left)
    person = people()
    assert is_done(Attempt(person, person.sheet.pop(0), new=another()))


def report(capsys, what, seen, left):
    """The figures."""
    with capsys.disabled():
        print(f"\nfigures: seed {SEED}, {what}, {left} times {LEFT} was left")
        for (hit, result, works, *ends), n in sorted(seen.items(), key=str):
            print(f"figures: {n:4} {'killed' if hit else 'ended '}"
                  f" told {result}: {works} works, log {ends}")


def workers_anywhere():
    """Of this daemon or one before."""
    return [p for p in map(int, filter(str.isdigit, os.listdir("/proc")))
            if alive(p) and role_of(p) == "worker"]


def test_r_dur_4_the_daemon_killed_at_any_moment(turns, dice, daemon,
                                                 new_account, capsys):
    """At the next start every intent gets its end, and what it says is so,
    and stays so."""
    people, seen = People(new_account), Counter()
    life = life_of_a_worker(daemon, people)
    for _ in range(turns(10, 30)):
        person, before = people(), shadow.lines()
        since = log_size()
        most = dice.choice((0.4, 1.05)) * life  # the change ends it, too
        a, killer = one(daemon, person, dice.uniform(0, most), parent=True)
        daemon.process.wait(20)
        daemon.start()
        wait_for(lambda: not workers_anywhere(), "the last worker's end")
        file_is_sound(before, person)
        works = log_agrees(since, a)
        told_the_truth(a, works)
        ends = [e for e, in changes(since, person)]
        seen[killer.hit, a.result, works, *ends] += 1
        a.keep()
    report(capsys, f"life {life * 1000:.0f} ms", seen, LEFT.exists())
    person = people()
    assert is_done(Attempt(person, person.sheet.pop(0), new=another()))


def test_r_dur_3_what_is_left_does_no_harm(daemon, holder):
    """pam_unix's new file, as a killed worker leaves it."""
    before = shadow.lines()
    LEFT.write_text("root::0:0:99999:7:::\n" * 1000)
    LEFT.chmod(0o640)
    assert is_done(Attempt(holder, holder.sheet[0]))
    file_is_sound(before, holder)
    assert not LEFT.exists()
