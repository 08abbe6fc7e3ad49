# SPDX-License-Identifier: MIT
"""Many resets at once, while another process changes other passwords without
a pause: no update is lost.  R-SET-3, R-SET-5, R-SET-7."""

import re
import subprocess
import threading
import time
from collections import Counter
from pathlib import Path

import shadow
from attempt import Attempt, another, changes, log_size, no_workers
from conftest import PASSWORD

BUSY = 10
PEOPLE, CODES = 20, 10  # of a sheet: 200 resets
OPASSWD = Path("/etc/security/opasswd")


class Loop(threading.Thread):
    """chpasswd(8) for accounts that nobody resets, over and over; each time,
    what it has written before must be there still."""

    def __init__(self, names):
        super().__init__(daemon=True)
        self.last = {n: PASSWORD for n in names}
        self.fields = {n: shadow.field(n) for n in names}
        self.count, self.failed, self.lost = 0, [], []
        self.over = False

    def run(self):
        while not self.over:
            self.count += 1
            self._one(sorted(self.last)[self.count % len(self.last)])

    def _one(self, name):
        if shadow.field(name) != self.fields[name]:
            self.lost.append((name, self.count))
        new = f"Cabbage-cello-{self.count}"
        done = subprocess.run(["chpasswd"], input=f"{name}:{new}", text=True,
                              capture_output=True, check=False)
        if done.returncode == 0:
            self.last[name] = new
        else:
            self.failed.append(done.stderr)
        self.fields[name] = shadow.field(name)

    def stop(self):
        """After the run that is under way."""
        self.over = True
        self.join()


class Resetter(threading.Thread):
    """One person who resets the password again and again."""

    def __init__(self, person):
        super().__init__(daemon=True)
        self.person = person
        self.results, self.wrong, self.seconds = Counter(), [], []
        self.field = shadow.field(person.name)

    def run(self):
        for code in self.person.sheet:
            a = Attempt(self.person, code, new=another())
            self.results[a.result] += 1
            self.seconds.append(a.seconds)
            self._look(a)

    def _look(self, a):
        """Nobody but this person changes the field."""
        field = shadow.field(self.person.name)
        if a.result == 0:
            self.person.password = a.new
        elif a.result != BUSY:
            self.wrong.append(a)
        if (field != self.field) != (a.result == 0):
            self.wrong.append(f"{field} was {self.field}: {a}")
        self.field = field


def test_no_update_is_lost(daemon, new_account, capsys):
    """Every reset ends well, but for a few that were told to come again;
    everybody's last password is the one that works, and no other line is
    touched."""
    people = [new_account().enrol_sheet() for _ in range(PEOPLE)]
    loop = Loop([new_account().name for _ in range(3)])
    before, since = shadow.lines(), log_size()
    began = time.monotonic()
    loop.start()
    resetters = [Resetter(p) for p in people]
    for r in resetters:
        r.start()
    for r in resetters:
        r.join()
    took = time.monotonic() - began
    loop.stop()
    no_workers(daemon)
    report(capsys, resetters, loop, took)
    assert not [w for r in resetters for w in r.wrong]
    assert not loop.lost and not loop.failed, (loop.lost, loop.failed)
    assert loop.count > len(loop.last)
    assert all(r.results[0] >= CODES - 2 for r in resetters)
    everything_is_as_told(resetters, loop, before, since)


def report(capsys, resetters, loop, took):
    """The figures."""
    results = sum((r.results for r in resetters), Counter())
    seconds = sorted(s for r in resetters for s in r.seconds)
    with capsys.disabled():
        print(f"\nfigures: {len(resetters)} people in {took:.1f} s: results"
              f" {dict(results)}, half of them within"
              f" {seconds[len(seconds) // 2]:.1f} s, slowest"
              f" {seconds[-1]:.1f} s;"
              f" chpasswd {loop.count} times, {len(loop.failed)} failed,"
              f" {len(loop.lost)} lost")


def everything_is_as_told(resetters, loop, before, since):
    """Passwords, lines, the log, and pam_pwhistory's file."""
    after = shadow.lines()
    touched = {r.person.name for r in resetters} | set(loop.last)
    assert after.keys() == before.keys()
    for name, text in after.items():
        assert len(text.split(":")) == 9, text
        assert name in touched or text == before[name]
    for r in resetters:
        assert shadow.is_password(r.person.name, r.person.password)
        ends = Counter(e for e, in changes(since, r.person))
        assert ends["reset.done"] == r.results[0]
        assert set(ends) <= {"reset.done", "reset.failed"}
    for name, password in loop.last.items():
        assert shadow.is_password(name, password)
    lines = OPASSWD.read_text().splitlines()
    assert len({s.split(":")[0] for s in lines}) == len(lines)
    for s in lines:
        assert re.fullmatch(r"[a-z0-9]+:\d+:\d+:[^:\s]+", s), s
