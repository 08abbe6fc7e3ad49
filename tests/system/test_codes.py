# SPDX-License-Identifier: MIT
"""Promises 4 and 5: no code twice, no more guesses than allowed.  R-VER-5,
R-THR-1, R-THR-2."""

import signal
import time

import pytest

from conftest import FAST, merged
from conversation import accepted, at_code_prompt, reset, try_code
from daemon import wait_for
from phone import hotp

ROUNDS, PARALLEL = 20, 50
LONG_WAIT = {"limits": {"first_wait_s": 3600, "last_wait_s": 3600}}
SHORT_WAIT = {"limits": {"first_wait_s": 1, "last_wait_s": 1}}


def with_limits(daemon, limits):
    """Restart the daemon with some limits."""
    daemon.stop()
    daemon.configure(merged(FAST, limits))
    daemon.start()


@pytest.fixture(autouse=True)
def usual_limits(own_daemon):
    """The next test starts the daemon with the limits of FAST."""
    yield
    own_daemon.stop()


def fail(person, times, first=0):
    """Wrong codes, each from another address."""
    for n in range(first, first + times):
        assert not try_code(person.name, person.phone.wrong(),
                            f"198.51.100.{n}")


def race(name, code):
    """How many of PARALLEL sessions get the same code accepted."""
    clients = [at_code_prompt(name, f"203.0.113.{n}")
               for n in range(PARALLEL)]
    for c in clients:
        c.say("answer", text=code)
    heard = [c.until("ask", "end", "hand") for c in clients]
    for c in clients:
        c.close()
    return sum(m.name == "hand" for m in heard)


def test_promise_4_one_of_fifty_parallel_sessions(daemon, new_account):
    """R-VER-5: in each of 20 rounds exactly one is accepted, and the other
    49 cost nothing: the next code of the phone is good at once, with the
    usual five free failures."""
    for _ in range(ROUNDS):
        p = new_account().enrol()
        assert race(p.name, p.phone.fresh()) == 1
        wait_for(lambda: not daemon.workers(), "end of the worker")
        assert try_code(p.name, p.phone.fresh(), "192.0.2.9")


def test_promise_4_the_code_of_the_enrolment_is_used_up(person):
    """R-VER-3: its step counts as used."""
    used = person.phone.last
    assert not try_code(person.name, hotp(person.phone.seed, used))
    assert try_code(person.name, person.phone.fresh())


def test_promise_4_a_used_code_after_kill_9(person, daemon):
    """Used is on disk before anybody hears of it."""
    code = person.phone.fresh()
    assert try_code(person.name, code)
    daemon.end(signal.SIGKILL)
    daemon.start()
    assert not try_code(person.name, code, "192.0.2.7")
    assert try_code(person.name, person.phone.fresh(), "192.0.2.8")


def test_promise_4_an_older_code_than_the_last(person):
    """The step only ever rises."""
    code = person.phone.code(0)
    later = person.phone.code(1)
    assert try_code(person.name, later)
    assert not try_code(person.name, code)


def test_codes_outside_the_window_are_wrong(person):
    """R-VER-3: one step to either side."""
    assert not try_code(person.name, person.phone.code(-3))
    assert not try_code(person.name, person.phone.code(3))


def test_promise_5_five_free_failures_then_a_wait(daemon, new_account):
    """The sixth failure waits; the right code is not even compared then,
    and it is as good as ever afterwards."""
    with_limits(daemon, SHORT_WAIT)
    p = new_account().enrol()
    fail(p, 5)
    assert try_code(p.name, p.phone.fresh())
    fail(p, 6)
    code = p.phone.fresh()
    assert not try_code(p.name, code, "192.0.2.2")
    wait_for(lambda: try_code(p.name, code, "192.0.2.3"), "the wait's end",
             10)


def test_promise_5_waits_survive_kill_9_and_restart(daemon, new_account):
    """R-THR-1: debited and on disk before the comparison."""
    with_limits(daemon, LONG_WAIT)
    p = new_account().enrol()
    fail(p, 6)
    daemon.end(signal.SIGKILL)
    daemon.start()
    assert not try_code(p.name, p.phone.fresh())
    daemon.stop()
    daemon.start()
    assert not try_code(p.name, p.phone.code(1), "192.0.2.8")


def test_promise_5_a_failure_counts_though_we_die_at_once(daemon,
                                                          new_account):
    """Killed right after each answer, the sixth failure still waits."""
    with_limits(daemon, LONG_WAIT)
    p = new_account().enrol()
    for n in range(6):
        fail(p, 1, first=n)
        daemon.end(signal.SIGKILL)
        daemon.start()
    assert not try_code(p.name, p.phone.fresh())


def test_promise_5_too_many_in_a_row_switch_the_app_off(daemon,
                                                        new_account):
    """R-THR-2: waiting gives no more guesses; figures made small.  A third
    of them is kept for known sources."""
    limits = {"limits": SHORT_WAIT["limits"]
              | {"free_failures": 6, "max_failures": 6}}
    with_limits(daemon, limits)
    p = new_account().enrol()
    fail(p, 4)
    time.sleep(1.1)  # longer than the longest wait there is
    assert not try_code(p.name, p.phone.fresh())


def test_promise_5_sessions_and_sources_share_one_budget(daemon,
                                                         new_account):
    """Twenty open prompts from twenty addresses are no more guesses."""
    with_limits(daemon, LONG_WAIT)
    p = new_account().enrol()
    clients = [at_code_prompt(p.name, f"203.0.113.{n}") for n in range(20)]
    wrong, right = p.phone.wrong(), p.phone.fresh()
    for c in clients[:-1]:
        assert not accepted(c, wrong)
    assert not accepted(clients[-1], right)
    for c in clients:
        c.close()


def test_promise_5_a_success_clears_the_count(daemon, new_account):
    """R-THR-2: the only thing that does."""
    with_limits(daemon, LONG_WAIT)
    p = new_account().enrol()
    fail(p, 5)
    assert reset(p, "Turnip-violin-52") == 0
    fail(p, 5)
    assert try_code(p.name, p.phone.fresh())


def test_promise_5_a_known_source_keeps_its_own_tries(daemon, new_account):
    """R-THR-6: strangers cannot take the owner's tries away, and both
    together have no more than there are."""
    limits = {"limits": LONG_WAIT["limits"]
              | {"free_failures": 9, "max_failures": 9}}
    with_limits(daemon, limits)
    p = new_account().enrol()
    home = "203.0.113.77"
    assert reset(p, "Turnip-violin-52", home) == 0
    fail(p, 9)
    assert not try_code(p.name, p.phone.fresh(), "192.0.2.60")
    for _ in range(2):
        assert not try_code(p.name, p.phone.wrong(), home)
    assert try_code(p.name, p.phone.code(1), home)
    fail(p, 9, 20)
    for _ in range(3):
        assert not try_code(p.name, p.phone.wrong(), home)
    p.phone.last += 1
    assert not try_code(p.name, p.phone.fresh(), home)


def test_promise_5_other_accounts_are_not_slowed(daemon, new_account):
    """R-THR-6: one account's waits are its own."""
    with_limits(daemon, LONG_WAIT)
    a, b = new_account().enrol(), new_account().enrol()
    fail(a, 8)
    assert try_code(b.name, b.phone.fresh())
