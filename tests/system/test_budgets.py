# SPDX-License-Identifier: MIT
"""REQUIREMENTS 8.4: what an account, a source, a sprayer and the whole host
may try; R-THR-1 to R-THR-7.  Figures are small; waits are long."""

import re
import signal
import subprocess

import pytest

from conftest import merged
from conversation import accepted, at_code_prompt, reset, try_code
from daemon import STATE, audit, wait_for
from dialogue import CODE, NOT_ACCEPTED, OFFER, PORT
from elsewhere import HERE4, THERE4, forgot_at, ssh_to
from protocol import ERR, Client

CONF = {"limits": {"free_failures": 10, "first_wait_s": 3600,
                   "last_wait_s": 3600, "source_failures": 5,
                   "source_accounts": 3}}
TOO_MANY = re.compile(r"Too many tries from this (address|terminal|user)\. "
                      r"Next try at \d\d:\d\d \(SSPR-21\)\. Help: ")


@pytest.fixture(autouse=True)
def usual_limits(own_daemon):
    """Each test has a daemon of its own, with what sources tried before
    forgotten: sources are those of the test."""
    yield
    own_daemon.stop()


def with_limits(daemon, **limits):
    """Restart the daemon with some limits changed."""
    daemon.stop()
    daemon.configure(merged(daemon.first_conf, {"limits": limits}))
    daemon.start()


def turned_away(name, rhost, **hints):
    """Whether a conversation does not begin, for its source's sake; it is
    said with a time."""
    with Client() as c:
        c.hello("RESET", user=name, rhost=rhost, **hints)
        m = c.until("ask", "end")
        if m.name == "ask":
            return False
        assert m.result == ERR["SOURCE"], vars(m)
        assert 0 < m.retry_after <= 900 or m.retry_after > 3500
        assert TOO_MANY.search(c.shown[0]), c.shown
        return True


def fail(names, rhost, **hints):
    """A wrong code for each name."""
    for name in names:
        with at_code_prompt(name, rhost, **hints) as c:
            assert not accepted(c, "000000")


def test_a_source_waits_whatever_the_account(person, stranger, daemon):
    """Enrolled, not enrolled and unknown count alike; another source is not
    concerned; no wait is taken back by a restart or kill -9 (R-THR-1)."""
    names = [person.name, stranger.name, "nobody1"]
    fail(names + names[1:], "198.51.100.1")
    assert turned_away(person.name, "198.51.100.1")
    daemon.end(signal.SIGKILL)
    daemon.start()
    assert turned_away(person.name, "198.51.100.1")
    daemon.stop()
    daemon.start()
    assert turned_away("nobody2", "198.51.100.1")
    assert try_code(person.name, person.phone.fresh(), "198.51.100.2")


def test_r_thr_1_a_try_counts_though_we_die_at_once(daemon):
    """Killed right after each answer: five are five."""
    for _ in range(5):
        assert not turned_away("nobody1", "198.51.100.3")
        fail(["nobody1"], "198.51.100.3")
        daemon.end(signal.SIGKILL)
        daemon.start()
    assert turned_away("nobody1", "198.51.100.3")


@pytest.fixture
def small_disk(own_daemon):
    """The database on a file system of its own; fills it, empties it."""
    own_daemon.stop()
    where = STATE.parent
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m,mode=700",
                    "small", str(where)], check=True)
    subprocess.run(["chown", "_sspr-vault:", str(where)], check=True)
    own_daemon.configure(own_daemon.first_conf)
    own_daemon.start()
    filler = where / "filler"

    def fill(full):
        if full:
            subprocess.run(["dd", "if=/dev/zero", f"of={filler}", "bs=4k"],
                           check=False, stderr=subprocess.DEVNULL)
        else:
            filler.unlink()
    yield fill
    own_daemon.stop()
    subprocess.run(["umount", "-l", str(where)], check=True)


def test_r_dur_5_what_cannot_be_counted_is_not_compared(small_disk,
                                                        new_account):
    """With a full disk the right code is neither taken nor used up, wrong
    ones are no free guesses, and with room again all is as it was."""
    p = new_account().enrol()
    code = p.phone.fresh()
    small_disk(True)
    for n in range(20):
        with at_code_prompt(p.name, f"198.51.100.{100 + n}") as c:
            m = c.answer(code if n == 19 else "000000")
            assert m.name == "ask" and "(SSPR-10)" in m.prompt, vars(m)
    small_disk(False)
    assert try_code(p.name, code, "198.51.100.99")


def test_a_right_code_does_not_count(person, daemon):
    """Four wrong ones, a right one, and there is one left."""
    fail([person.name] * 4, "198.51.100.4")
    assert try_code(person.name, person.phone.fresh(), "198.51.100.4")
    assert not turned_away(person.name, "198.51.100.4")
    fail([person.name], "198.51.100.4")
    assert turned_away(person.name, "198.51.100.4")


@pytest.mark.parametrize("source,hints", [
    ("", {"tty": "/dev/tty1"}), ("", {"tty": "/dev/pts/3"}),
    ("127.0.0.1", {}), ("not-an-address", {})],
    ids=["console", "pts", "self", "unknown"])
def test_r_thr_5_sources_without_an_address_wait_too(source, hints, daemon):
    """Each is one source."""
    fail(["nobody1"] * 5, source, **hints)
    assert turned_away("nobody2", source, **hints)


def test_r_thr_5_a_user_is_a_source(person, daemon):
    """Who asks from a locked screen, whatever hints are given."""
    for n in range(5):
        with Client(uid=person.uid) as c:
            c.hello("RESET", user=person.name, rhost=f"198.51.100.{n}")
            c.until("ask")
            assert c.answer("000000").name == "ask"
    with Client(uid=person.uid) as c:
        c.hello("RESET", user=person.name, rhost="198.51.100.99")
        m = c.until("ask", "end")
        assert (m.name, m.result) == ("end", ERR["SOURCE"])
        assert "this user" in c.shown[0]


def test_r_thr_5_ipv6_is_counted_by_64_and_by_48(daemon):
    """One /64 is one source, however many addresses it has; all of a /48
    have four times as many."""
    for host in range(5):
        fail(["nobody1"], f"2001:db8:5:1::{host + 1:x}")
    assert turned_away("nobody1", "2001:db8:5:1:ffff::1")
    for net in range(2, 5):
        fail(["nobody1"] * 5, f"2001:db8:5:{net}::1")
    assert turned_away("nobody1", "2001:db8:5:77::1")
    assert not turned_away("nobody1", "2001:db8:6:1::1")


def test_a_sprayer_has_so_many_accounts_in_an_hour(person, daemon):
    """A fourth name is not tried, whether anybody has it or not, and the
    three can be tried on.  A spelling is no other name (R-THR-3)."""
    fail(["nobody1", "NOBODY1 ", "nobody2", "nobody3"], "198.51.100.5")
    for name in (person.name, "nobody4"):
        assert turned_away(name, "198.51.100.5")
    assert not turned_away("nobody2", "198.51.100.5")


def test_r_thr_3_a_spelling_is_no_other_account(person, stranger, daemon):
    """With blanks, in capitals, by number: nobody, or the same account; the
    right code is good for none of them but the name itself."""
    code = person.phone.fresh()
    for n, name in enumerate((person.name.upper(), person.name + " ",
                              " " + person.name, str(person.uid),
                              person.name + "@web1", person.name + "\t")):
        assert not try_code(name, code, f"198.51.100.{20 + n}"), name
    assert try_code(person.name, code, "198.51.100.30")


def test_an_account_has_so_many_wrong_tries_in_a_day(holder, daemon):
    """By all methods that can be guessed; recovery codes have a count of
    their own and still work, and a success clears it."""
    with_limits(daemon, failures_per_day=30, max_failures=100,
                source_failures=100)
    holder.enrol(proof=holder.sheet[0])
    fail([holder.name] * 10, "198.51.100.40")
    with_limits(daemon, failures_per_day=30, max_failures=100,
                source_failures=100, free_failures=1)
    assert not try_code(holder.name, holder.phone.fresh(), "198.51.100.41")
    assert try_code(holder.name, holder.sheet[1], "198.51.100.42")
    assert try_code(holder.name, holder.phone.code(1), "198.51.100.43")


def test_the_helpdesk_clears_a_count(person, daemon):
    """sspr-admin unlock: the wait that the right code had to keep is over,
    and a source's is not."""
    with_limits(daemon, free_failures=1, source_failures=100)
    fail([person.name] * 4, "198.51.100.50")
    assert not try_code(person.name, person.phone.fresh(), "198.51.100.51")
    subprocess.run(["sspr-admin", "unlock", "--reason", "test",
                    person.name], check=True, stdout=subprocess.DEVNULL)
    assert try_code(person.name, person.phone.code(1), "198.51.100.51")


def test_r_thr_4_r_thr_6_a_login_is_never_affected(person, daemon, open_sshd,
                                                   elsewhere):
    """Story 13 over ssh from another host: told with a time, where codes were
    asked and where none is asked any more; the password of the same account
    from the same address logs in all the same, and clears nothing."""
    t = forgot_at(HERE4, person.name, inside=elsewhere)
    for _ in range(5):
        t.types("000000", at=CODE).expect(NOT_ACCEPTED)
    t.types("000000", at=CODE)
    t.expect(TOO_MANY.pattern)
    t.types("", at="Press Enter: ").reads("assword: ")
    t.types("forgot").types("forgot", at=OFFER).expect(TOO_MANY.pattern)
    t.close(force=True)
    t = ssh_to(HERE4, person.name, "echo it-is-me", inside=elsewhere,
               port=PORT)
    t.types(person.password, at="assword: ")
    assert "it-is-me" in t.rest()
    assert turned_away(person.name, THERE4)
    assert try_code(person.name, person.phone.fresh(), "198.51.100.70")


def test_r_thr_2_a_reset_clears_the_account_and_not_its_source(person,
                                                               daemon):
    """Whoever resets an account of their own gets no more guesses at
    others."""
    fail(["nobody1"] * 4, "198.51.100.60")
    assert reset(person, "Turnip-violin-52", "198.51.100.60") == 0
    fail(["nobody1"], "198.51.100.60")
    assert turned_away("nobody1", "198.51.100.60")


def test_too_many_on_the_host_are_an_alarm_and_no_stop(person, daemon):
    """Told in log and audit log, once; from the network two methods are
    needed then, at a console one, and everybody is served.  The last test of
    the file, for it lasts an hour."""
    with_limits(daemon, alarm_failures=20, source_failures=100)
    for n in range(21):
        fail(["nobody1"], f"203.0.113.{n + 1}")
    wait_for(lambda: "ALARM: more than 20 wrong tries" in daemon.log(),
             "the alarm")
    wait_for(lambda: [r for r in audit() if r["event"] == "alarm.failures"],
             "its record")
    with at_code_prompt(person.name, "203.0.113.99") as c:
        assert "Two different methods are needed" in c.prompt
        m = c.answer(person.phone.fresh())
        assert m.name != "hand"
    with at_code_prompt(person.name, "", tty="/dev/tty2") as c:
        assert "Two different" not in c.prompt
        assert accepted(c, person.phone.code(1))
    assert daemon.log().count("ALARM: more than") == 1
