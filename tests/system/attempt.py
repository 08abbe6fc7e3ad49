# SPDX-License-Identifier: MIT
"""A reset as its owner tries it, to whatever end it comes."""

import itertools
import time

import shadow
from conversation import at_code_prompt
from daemon import AUDIT, audit, wait_for
from protocol import Gone

GOOD = "Turnip-violin-52"
ENDS = {"reset.done", "reset.failed", "reset.resolved", "reset.unknown",
        "reset.unlocked"}

_passwords = itertools.count(1000)


def another():
    """A good password that nobody has had."""
    return f"Turnip-violin-{next(_passwords)}"


def source_of(person):
    """An address of a person's own: what a source may do is limited."""
    return f"198.18.{person.uid % 65536 // 256}.{person.uid % 256}"


class Attempt:
    """What became of one: result of END, all that was on the screen, whether
    the code was accepted, how long it took from the code on."""

    def __init__(self, person, code, new=GOOD, on_code=None, meanwhile=None,
                 rhost=None):
        """on_code is called when the code is about to be typed, meanwhile
        when the new password was typed once."""
        self.result, self.text, self.accepted = None, "", False
        self.person, self.new = person, new
        self.meanwhile = meanwhile
        with at_code_prompt(person.name, rhost or source_of(person)) as c:
            if on_code is not None:
                on_code()
            began = time.monotonic()
            try:
                self._until_end(c, self._give(c, code))
            except (Gone, OSError):
                pass
            self.seconds = time.monotonic() - began
            self.text = "\n".join([*c.shown, self.text])

    def _give(self, c, code):
        """The code, then whatever the worker asks for."""
        m = c.answer(code)
        if m.name != "hand":
            return m
        self.accepted = True
        worker = c.worker()
        try:
            self._choose(worker)
        except (Gone, OSError):  # it died
            pass
        worker.close()
        self.text += "\n".join(worker.shown)
        return c.until("ask", "end")

    def _choose(self, worker):
        m = worker.until("ask", "end")
        while m.name == "ask":
            if m.prompt.startswith("Retype") and self.meanwhile:
                self.meanwhile()
            is_password = "ew password: " in m.prompt
            m = worker.answer(self.new if is_password else "")

    def _until_end(self, c, m):
        while m.name == "ask":
            self.text += "\n" + m.prompt
            m = c.answer("")
        self.result = m.result

    def works(self):
        """Which of its passwords works: "old" or "new", never both."""
        found = {"old": shadow.is_password(self.person.name,
                                           self.person.password),
                 "new": shadow.is_password(self.person.name, self.new)}
        assert sorted(found.values()) == [False, True], (found, vars(self))
        return "new" if found["new"] else "old"

    def keep(self):
        """From now on the person knows the one that works."""
        if self.works() == "new":
            self.person.password = self.new
        return self

    def __repr__(self):
        return f"{self.result} after {self.seconds:.1f} s: {self.text}"


def is_refused(attempt, number):
    """Whether it ended with this number, told to the person, and the old
    password is in place."""
    return (f"(SSPR-{number:02d})" in attempt.text
            and "changed. This attempt" not in attempt.text
            and attempt.works() == "old")


def is_done(attempt):
    """Whether it ended well, and the new password is in place."""
    return attempt.result == 0 and attempt.works() == "new"


def log_size():
    """Bytes of the audit log."""
    return AUDIT.stat().st_size if AUDIT.exists() else 0


def changes(since, person):
    """[event] of each change of a person's password that the audit log has
    begun since it had so many bytes, as lists: the intent, and its ends."""
    found = {}
    for r in audit(since):
        if r.get("subject") != person.uid:
            continue
        if r["event"] == "reset.intent":
            found[r["correlation"]] = []
        elif r["event"] in ENDS:
            found[r["correlation"]].append(r["event"])
    return list(found.values())


def no_workers(daemon):
    """Wait until the last one has gone."""
    wait_for(lambda: not daemon.workers(), "the workers' end")
