# SPDX-License-Identifier: MIT
"""What becomes of a reset that is cut off.  R-DUR-3, R-DUR-4."""

import os
import signal
import subprocess
import time

import shadow
from conversation import at_code_prompt, choose, finish, handed
from daemon import audit, wait_for

GOOD = "Turnip-violin-52"
NOT_CHANGED = 24
UNCERTAIN = 25


def ends(since, person):
    """(event, code) of what the log says of the account's changes."""
    return [(r["event"], r["code"]) for r in audit()[since:]
            if r.get("subject") == person.uid
            and r["event"].startswith("reset.")]


def at_password(person):
    """A conversation whose worker asks for the new password."""
    c = at_code_prompt(person.name)
    worker = handed(c, person.phone.fresh())
    worker.until("ask")
    return c, worker


def test_a_worker_killed_before_the_change(person, daemon):
    """The user is told the truth, and so is the log."""
    since = len(audit())
    c, worker = at_password(person)
    os.kill(daemon.workers()[0], signal.SIGKILL)
    assert finish(c) == NOT_CHANGED
    assert ends(since, person) == [("reset.intent", 0),
                                   ("reset.failed", NOT_CHANGED)]
    assert shadow.is_password(person.name, person.password)
    worker.close()
    c.close()


def test_a_worker_killed_after_the_change(person, daemon):
    """The field is another one: nobody says done, nobody says not done."""
    since = len(audit())
    c, worker = at_password(person)
    change(person)
    os.kill(daemon.workers()[0], signal.SIGKILL)
    assert finish(c) == UNCERTAIN
    assert ends(since, person) == [("reset.intent", 0),
                                   ("reset.resolved", UNCERTAIN)]
    worker.close()
    c.close()


def change(person):
    """Change the password behind the worker's back."""
    subprocess.run(["chpasswd"], input=f"{person.name}:{GOOD}", text=True,
                   check=True)


def die(daemon):
    """Power off: parent, then whoever is left."""
    left = daemon.workers()
    daemon.end(signal.SIGKILL)
    for pid in left:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def test_r_dur_4_an_open_intent_is_resolved_at_the_start(person, daemon):
    """Not changed: once, and not again at the next start."""
    since = len(audit())
    c, worker = at_password(person)
    die(daemon)
    assert ends(since, person) == [("reset.intent", 0)]
    for _ in range(2):
        daemon.start()
        assert ends(since, person) == [("reset.intent", 0),
                                       ("reset.failed", NOT_CHANGED)]
        daemon.stop()
    worker.close()
    c.close()


def test_r_dur_4_a_change_that_was_done_is_found(person, daemon):
    """The shadow field is not that of the intent."""
    since = len(audit())
    c, worker = at_password(person)
    die(daemon)
    change(person)
    daemon.start()
    assert ends(since, person) == [("reset.intent", 0),
                                   ("reset.resolved", UNCERTAIN)]
    worker.close()
    c.close()


def test_r_dur_4_an_account_that_is_gone(person, daemon):
    """There is nothing to compare; the start goes on."""
    since = len(audit())
    c, worker = at_password(person)
    die(daemon)
    subprocess.run(["userdel", person.name], check=True)
    daemon.start()
    assert ends(since, person)[1:] == [("reset.resolved", 2)]
    worker.close()
    c.close()


def tell_to_end(daemon):
    """SIGTERM, and wait until it says that it waits."""
    before = daemon.log().count("under way")
    daemon.process.send_signal(signal.SIGTERM)
    wait_for(lambda: daemon.log().count("under way") > before, "its word")


def test_a_change_under_way_is_finished_before_the_end(person, daemon):
    """SIGTERM while the user types: the change and its record are made."""
    since = len(audit())
    c, worker = at_password(person)
    tell_to_end(daemon)
    worker.answer(GOOD)
    assert worker.answer(GOOD).result == 0
    assert daemon.process.wait(5) == 0
    assert ends(since, person)[-1] == ("reset.done", 0)
    assert shadow.is_password(person.name, GOOD)
    worker.close()
    c.close()


def test_nobody_at_the_prompt_keeps_the_end_up_for_long(person, daemon):
    """SIGTERM while nobody types: the worker ends unheard of, the log has
    it, and all that within the unit's TimeoutStopSec."""
    since = len(audit())
    c, worker = at_password(person)
    began = time.monotonic()
    daemon.process.send_signal(signal.SIGTERM)
    assert daemon.process.wait(20) == 0
    assert 5 < time.monotonic() - began < 15
    assert ends(since, person)[-1] == ("reset.failed", NOT_CHANGED)
    worker.close()
    c.close()


def test_nothing_begins_while_it_ends(person, daemon, new_account):
    """Another right code meets a plain refusal."""
    other = new_account().enrol()
    since = len(audit())
    c, worker = at_password(person)
    d = at_code_prompt(other.name)
    tell_to_end(daemon)
    m = d.answer(other.phone.fresh())
    assert m.name != "hand"
    worker.answer(GOOD)
    assert worker.answer(GOOD).result == 0
    assert daemon.process.wait(5) == 0
    assert ends(since, other) == []
    for each in (worker, c, d):
        each.close()


def test_a_second_signal_ends_it_at_once(person, daemon):
    """And the next start finds out what became of the change."""
    since = len(audit())
    c, worker = at_password(person)
    tell_to_end(daemon)
    daemon.process.send_signal(signal.SIGTERM)
    assert daemon.process.wait(2) == 0
    assert ends(since, person) == [("reset.intent", 0)]
    daemon.process = None
    daemon.start()
    assert ends(since, person)[-1] == ("reset.failed", NOT_CHANGED)
    worker.close()
    c.close()


def test_after_all_this_a_reset_works(person, daemon):
    """The next honest user is served."""
    with at_code_prompt(person.name) as c:
        worker = handed(c, person.phone.fresh())
        assert choose(worker, GOOD).result == 0
        assert finish(c) == 0
    wait_for(lambda: not daemon.workers(), "end of the worker")
    assert shadow.is_password(person.name, GOOD)
