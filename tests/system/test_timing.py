# SPDX-License-Identifier: MIT
"""Time as a stranger and a slow typist have it: R-ENUM-2, the offer's
delay, login(1)'s alarm.  With the shipped figures, not those of FAST."""

import re
import select
import statistics
import time
from pathlib import Path

import pytest

import shadow
from daemon import wait_for
from dialogue import CODE, LAST, NEW, OFFER, RETYPE, login, ssh
from protocol import Client

CONF = {"offer": {"offer_delay_ms": 2000},
        "reset": {"answer_floor_ms": 1000}}
GOOD = "Turnip-violin-52"
SAMPLES, ROUNDS = 12, 3


def answer_times(names, code):
    """{name: [seconds until the reply]}; all asked in the same moment."""
    clients = [(n, Client()) for n in names * SAMPLES]
    for i, (n, c) in enumerate(clients):
        c.hello("RESET", user=n, rhost=f"203.0.113.{i}")
    for _, c in clients:
        c.until("ask")
    poll = select.poll()
    sent = {}
    took = {n: [] for n in names}
    for n, c in clients:
        poll.register(c.sock, select.POLLIN)
        sent[c.sock.fileno()] = n, time.monotonic()
        c.say("answer", text=code)
    while sent:
        for fd, _ in poll.poll(10000):
            name, start = sent.pop(fd)
            took[name].append(time.monotonic() - start)
            poll.unregister(fd)
    for _, c in clients:
        c.close()
    return took


def test_r_enum_2_answers_leave_on_the_beat(person, stranger, daemon):
    """Enrolled, not enrolled, unknown: a wrong code takes a whole second
    for each, and no kind is told from another by the median."""
    names = [person.name, stranger.name, "nobody9"]
    times = {n: [] for n in names}
    for _ in range(ROUNDS):
        took = answer_times(names, person.phone.wrong())
        for n in names:
            times[n] += took[n]
    medians = [statistics.median(times[n]) for n in names]
    assert min(min(t) for t in times.values()) > 0.99
    assert max(medians) - min(medians) < 0.1, medians


def test_the_offer_waits_as_long_as_a_failure(daemon, sshd):
    """DESIGN 4: a wrong password is not told early; here it could only
    come too soon."""
    t = ssh("bob")
    t.reads("assword: ")
    start = time.monotonic()
    t.sendline("forgot")
    t.reads(OFFER)
    assert time.monotonic() - start > 1.9
    t.close(force=True)


@pytest.fixture
def short_login_timeout():
    """login(1) gives up after 8 seconds in all."""
    path = Path("/etc/login.defs")
    text = path.read_text()
    path.write_text(re.sub(r"(?m)^LOGIN_TIMEOUT.*$", "LOGIN_TIMEOUT 8",
                           text))
    yield 8
    path.write_text(text)


def test_login_s_alarm_waits_for_the_dialogue(short_login_timeout, person,
                                              daemon):
    """PLATFORM 3: it is pushed out while the dialogue runs; what was left
    of it runs on afterwards."""
    start = time.monotonic()
    t = login()
    t.types(person.name, at="login: ")
    t.types("forgot", at="assword: ")
    t.types("forgot", at=OFFER)
    t.reads(CODE)
    wait_for(lambda: time.monotonic() > start + short_login_timeout + 1,
             "the alarm's time to pass", 30)
    t.types(person.phone.fresh())
    t.types(GOOD, at=NEW)
    t.types(GOOD, at=RETYPE)
    t.types("", at=LAST)
    t.expect("Login timed out")
    assert shadow.is_password(person.name, GOOD)
