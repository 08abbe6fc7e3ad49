# SPDX-License-Identifier: MIT
"""Parent's own caps: three resets of an account in a day, so many of a source
and of the host in an hour, from its own audit log.  REQUIREMENTS 8.4, R-SET-7,
R-THR."""

import signal
from pathlib import Path

import pytest

from attempt import Attempt, another, is_done, is_refused
from conftest import merged
from daemon import AUDIT, audit

SOURCE = "198.51.100.9"
RESETS = "as often as a day allows; try again tomorrow"
NOT_USED = "The last code you typed is not used up. (SSPR-53)"
CONF = {"limits": {"resets_per_day": 3}}


def reset(person, **more):
    """One more, with the next recovery code; it becomes the password."""
    a = Attempt(person, person.sheet.pop(0), another(), **more)
    assert is_done(a), a
    return a.keep()


def refused(person, number, **more):
    """The last words of one that is refused; the code is not used up."""
    a = Attempt(person, person.sheet[0], another(), **more)
    assert is_refused(a, number), a
    assert "is not used up." in a.text
    return a.text


@pytest.fixture
def allow(daemon):
    """allow(figure=...): other figures of [limits] until the test is over."""
    def limits(shared="", **figures):
        daemon.configure(merged(daemon.first_conf, {
            "limits": figures, "source": {"shared": shared}}))
        assert "taken over" in daemon.reload()
    yield limits
    limits()


@pytest.fixture
def spent(holder):
    """Somebody who had three today."""
    for _ in range(3):
        reset(holder)
    return holder


def refusals(person):
    """The codes of parent's records that a worker was refused."""
    return [r["code"] for r in audit()
            if r["event"] == "worker.refused"
            and r.get("subject") == person.uid]


def test_r_set_7_three_of_an_account_in_a_day(spent, allow, new_account):
    """The fourth is told what to do, and a line in the audit log says so;
    nobody else is kept from it."""
    text = refused(spent, 53)
    assert RESETS in text and NOT_USED in text
    assert refusals(spent) == [53]
    reset(new_account().enrol_sheet())
    allow(resets_per_day=4)
    reset(spent)  # by the code that was refused
    refused(spent, 53)


def test_r_set_7_a_restart_forgets_none(spent, daemon):
    """Neither one that was asked for, nor kill -9, nor a log that was moved
    away, before or after."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text()
    assert {r["boot"] for r in audit()} == {boot[:8]}
    daemon.stop()
    daemon.start()
    refused(spent, 53)
    daemon.end(signal.SIGKILL)
    daemon.start()
    refused(spent, 53)
    AUDIT.rename(AUDIT.with_name("audit.jsonl.1"))
    daemon.reload()
    refused(spent, 53)
    daemon.stop()
    daemon.start()
    refused(spent, 53)
    AUDIT.rename(AUDIT.with_name("audit.jsonl.2"))
    daemon.stop()
    daemon.start()  # the log is begun anew, and there is no .1
    assert "not all in" in daemon.log()


def test_a_log_of_another_is_not_believed(spent, daemon):
    """Fail closed: what root did not write, or cannot be read, lets nobody
    through, and says so."""
    old = AUDIT.with_name("audit.jsonl.1")
    daemon.stop()
    AUDIT.rename(old)
    old.chmod(0o666)
    daemon.start()
    assert "ALARM" in daemon.log()
    refused(spent, 10)
    daemon.stop()
    old.chmod(0o640)
    old.rename(AUDIT)
    daemon.start()
    refused(spent, 53)


def test_a_source_has_its_own(allow, new_account):
    """Ten in an hour by default, of whatever account; others go on, and so
    does a source that many share."""
    allow(source_resets=2)
    people = [new_account().enrol_sheet() for _ in range(3)]
    for person in people[:2]:
        reset(person, rhost=SOURCE)
    text = refused(people[2], 21, rhost=SOURCE)
    assert "too many resets from this address; try again in an hour" in text
    assert refusals(people[2]) == [21]
    reset(people[2], rhost="198.51.100.10")
    allow(source_resets=2, shared=SOURCE)
    reset(people[2], rhost=SOURCE)


def test_the_host_has_its_own(holder, daemon, allow, new_account):
    """And its operator reads of it."""
    reset(holder)
    other = new_account().enrol_sheet()
    allow(resets_per_hour=1)
    assert "too many; try again later" in refused(other, 10)
    assert refusals(other) == [10]
    assert "ALARM: no worker for uid" in daemon.log()
    allow(resets_per_hour=1000)
    reset(other)
