# SPDX-License-Identifier: MIT
"""Time as a stranger and a slow typist have it: R-ENUM-2, the offer's
delay, login(1)'s alarm.  With the shipped figures, not those of FAST."""

import itertools
import re
import time
from pathlib import Path

import pytest

import shadow
from beat import LIMITS, Sample, holds, shifted, telling, worst
from conftest import Person, merged
from daemon import wait_for
from dialogue import CODE, LAST, NEW, OFFER, RETYPE, login, ssh
from postbox import Postbox, add_address

CONF = {"offer": {"offer_delay_ms": 2000},
        "reset": {"answer_floor_ms": 1000}, "limits": LIMITS}
GOOD = "Turnip-violin-52"


_nobody = itertools.count(100)


def people(new_account, n):
    """{kind: names}, n of each, the enrolled ones with an app; and a code that
    is none of theirs for some minutes."""
    owners = [new_account().enrol() for _ in range(n)]
    near = {p.phone.code(offset) for p in owners for offset in range(-4, 30)}
    code = next(c for c in map("{:06d}".format, itertools.count())
                if c not in near)
    return {"enrolled": [p.name for p in owners],
            "not enrolled": [new_account().name for _ in range(n)],
            "unknown": [f"nobody{next(_nobody)}" for _ in range(n)]}, code


def figures(what, runs):
    """For who reads the output; tests/system/run prints it."""
    print(f"\nfigures: {what}: {worst(runs)}")


def test_r_enum_2_times_tell_nothing(daemon, new_account, turns, capfd):
    """The first prompt, and a wrong code, of people who are enrolled, who are
    not, and who do not exist: medians less than 5 ms apart, and Kolmogorov
    and Smirnov see no difference, in two of three runs of 200 samples each.
    make check has 40, and would see any difference of 100 ms, and half of the
    answers being others."""
    samples, n, limits = turns(
        (40, 4, {"near_ms": 40, "least_p": 0.001}), (200, 20, {}))
    least = []

    def run():
        times = Sample(*people(new_account, n)).take(samples)
        least.append(min(min(t) for kinds in times.values()
                         for t in kinds.values()))
        return times

    told, runs = holds(run, **limits)
    with capfd.disabled():
        figures("R-ENUM-2", runs)
    assert not told
    for kind in ("enrolled", "not enrolled", "unknown"):
        assert telling(shifted(runs[-1], kind, 100), **limits)
    assert min(least) > 0.99, "an answer left before the beat"


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


@pytest.fixture
def only_long(turns):
    """What make torture has more."""
    if turns(True, False):
        pytest.skip("with --long")


@pytest.fixture
def site(own_daemon):
    """Starts the daemon with some keys changed; afterwards it is stopped."""
    def start(conf):
        own_daemon.stop()
        own_daemon.configure(merged(own_daemon.first_conf, conf))
        return own_daemon.start()
    yield start
    own_daemon.stop()


def test_r_enum_2_a_courier_that_sleeps(only_long, site, new_account, capfd):
    """Ten seconds for each message: who asks for a code waits as long whether
    one is sent or not."""
    with Postbox() as box:
        site({"reset": {"methods": "app backup email"},
              "enrol": {"cooling_off_h": 0},
              "email": {"command": box.command, "account_hour": 60,
                        "account_day": 200, "host_day": 100000}})
        names, _ = people(new_account, 10)
        for name in names["enrolled"]:
            add_address(Person(name), "email", f"{name}@example.org", box)
        box.ends(0, 10)
        told, runs = holds(lambda: Sample(
            names, "00000000", ["email"]).take(200))
        with capfd.disabled():
            figures("R-ENUM-2, a courier that sleeps", runs)
        assert not told


def test_what_the_beat_hides(only_long, site, new_account, capfd):
    """Without it: shown, and not judged."""
    site({"reset": {"answer_floor_ms": 0}})
    runs = [Sample(*people(new_account, 20)).take(200)]
    with capfd.disabled():
        figures("without the beat", runs)
