# SPDX-License-Identifier: MIT
"""Accounts that wrong passwords have locked, by the real pam_faillock in the
login stack: a reset unlocks, and so does the word.  DESIGN.md section 7."""

import os
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

import shadow
from conftest import merged
from conversation import at_code_prompt, choose, finish, handed
from daemon import audit, wait_for
from dialogue import CODE, NEW, forgot, login, set_password, ssh_works
from postbox import Postbox, add_address, wait_to

CONF = {"enrol": {"cooling_off_h": 0}}
GOOD = "Turnip-violin-52"
DENY = 3
TALLIES = Path("/run/faillock")
LOCKED = (" is locked after too many wrong passwords. Type unlock to keep the"
          " old password and unlock it, or press Enter to choose a new"
          " password: ")
UNLOCKED = "Press Enter, then log in with your password: "

# Debian's own, with pam_faillock around pam_unix and us after it.
AUTH = """
auth required                   pam_faillock.so preauth nodelay {options}
auth [success=3 default=ignore] pam_unix.so nullok nodelay
auth [default=ignore]           pam_faillock.so authfail nodelay {options}
auth [default=ignore]           pam_sspr.so
auth requisite                  pam_deny.so
auth required                   pam_permit.so
"""
ACCOUNT = "account required pam_faillock.so {options}\n"


@contextmanager
def faillock(options=""):
    """The login stacks with pam_faillock."""
    auth, account = (Path("/etc/pam.d", f"common-{n}")
                     for n in ("auth", "account"))
    were = auth.read_text(), account.read_text()
    auth.write_text(AUTH.format(options=options))
    account.write_text(ACCOUNT.format(options=options) + were[1])
    yield
    auth.write_text(were[0])
    account.write_text(were[1])


@pytest.fixture(scope="module", autouse=True)
def stack():
    """By /etc/security/faillock.conf alone, as it is shipped."""
    with faillock():
        yield


def tally(person, directory=TALLIES):
    """How many wrong passwords are counted."""
    said = subprocess.run(
        ["faillock", "--dir", str(directory), "--user", person.name],
        text=True, capture_output=True, check=True).stdout.splitlines()
    return sum(line.endswith(" V") for line in said)


def lock(person):
    """As anybody at the door can; then the right password is refused."""
    for _ in range(DENY):
        assert not ssh_works(person.name, "Old-pass-1235")
    assert not ssh_works(person.name, person.password)
    return person


@contextmanager
def configured(daemon, **sections):
    """The daemon with other settings, and then with its own again."""
    daemon.stop()
    daemon.configure(merged(daemon.first_conf, sections))
    daemon.start()
    yield daemon
    daemon.stop()


def test_a_reset_unlocks_at_once(person, sshd):
    """Enter goes on; the new password logs in with the next attempt."""
    lock(person)
    t = forgot(person.name)
    t.types(person.phone.fresh(), at=CODE)
    t.types("", at=person.name + LOCKED)
    set_password(t, GOOD)
    assert tally(person) == 0
    assert ssh_works(person.name, GOOD)


def test_unlock_keeps_the_old_password(person, sshd):
    """One word in place of a new password: /etc/shadow stays, byte by
    byte, and the old password logs in."""
    lock(person)
    before = shadow.SHADOW.read_bytes()
    t = forgot(person.name)
    t.types(person.phone.fresh(), at=CODE)
    t.types("unlock", at=person.name + LOCKED)
    t.types("", at=UNLOCKED)
    assert "New password" not in t.seen
    assert shadow.SHADOW.read_bytes() == before
    assert tally(person) == 0
    assert ssh_works(person.name, person.password)


def test_unlock_works_at_a_console(person):
    """The same at login(1)."""
    for _ in range(DENY):
        t = login()
        t.types(person.name, at="login: ")
        t.types("Old-pass-1235", at="assword: ")
        t.expect(["Login incorrect", "type forgot"])
        t.close(force=True)
    wait_for(lambda: tally(person) >= DENY, "a locked account")
    t = login()
    t.types(person.name, at="login: ")
    t.types("forgot", at="assword: ")
    t.types("forgot", at="type forgot to reset it: ")
    t.types(person.phone.fresh(), at=CODE)
    t.types("unlock", at=LOCKED)
    t.types("", at=UNLOCKED)
    t.reads("Login incorrect")
    t.types(person.name, at="login: ")
    t.types(person.password, at="assword: ")
    t.types("id -un; exit", at="$ ")
    t.reads(person.name + "\r\n")
    t.close(force=True)


def test_what_is_not_understood_is_asked_once_more(person, sshd):
    """Then it is taken for Enter, and nothing is lost by that."""
    lock(person)
    t = forgot(person.name)
    t.types(person.phone.fresh(), at=CODE)
    t.types("unlcok", at=LOCKED)
    t.types("please", at="Not understood. " + person.name + LOCKED)
    t.reads(NEW)
    t.close(force=True)
    assert tally(person) >= DENY


def test_who_is_not_locked_is_asked_nothing(person, sshd):
    """Two wrong passwords are no lock."""
    for _ in range(DENY - 1):
        assert not ssh_works(person.name, "Old-pass-1235")
    assert ssh_works(person.name, person.password)  # forgets them
    t = forgot(person.name)
    t.types(person.phone.fresh(), at=CODE)
    set_password(t, GOOD)
    assert "locked" not in t.seen


def test_nobody_is_told_of_a_lock_without_a_right_code(person, sshd):
    """R-ENUM-1: the question comes after the proof, not before."""
    lock(person)
    t = forgot(person.name)
    t.types(person.phone.wrong(), at=CODE)
    t.expect(r"Not accepted\.")
    assert "Type unlock" not in t.seen
    t.close(force=True)


def test_offer_no_asks_nothing(person, own_daemon, sshd):
    """[unlock] offer = no: on to the new password; the count goes then."""
    lock(person)
    with configured(own_daemon, unlock={"offer": "no"}):
        t = forgot(person.name)
        t.types(person.phone.fresh(), at=CODE)
        set_password(t, GOOD)
        assert "Type unlock" not in t.seen
        assert ssh_works(person.name, GOOD)


def test_after_reset_no_leaves_the_count(person, own_daemon, sshd):
    """[unlock] after_reset = no: the new password is set, the lock stays
    until an administrator or the time ends it."""
    lock(person)
    with configured(own_daemon, unlock={"after_reset": "no"}):
        t = forgot(person.name)
        t.types(person.phone.fresh(), at=CODE)
        t.types("", at=LOCKED)
        set_password(t, GOOD)
        assert tally(person) >= DENY
        assert not ssh_works(person.name, GOOD)
    subprocess.run(["faillock", "--user", person.name, "--reset"], check=True)
    assert ssh_works(person.name, GOOD)


def test_the_settings_of_the_stack_count(person, sshd):
    """A directory and a number in the lines of PAM, over faillock.conf."""
    elsewhere = Path("/run/faillock.elsewhere")
    elsewhere.mkdir()
    with faillock(f"deny=2 dir={elsewhere}"):
        for _ in range(2):
            assert not ssh_works(person.name, "Old-pass-1235")
        assert not ssh_works(person.name, person.password)
        assert tally(person, elsewhere) == 2
        t = forgot(person.name)
        t.types(person.phone.fresh(), at=CODE)
        t.types("unlock", at=LOCKED)
        t.types("", at=UNLOCKED)
        assert tally(person, elsewhere) == 0
        assert ssh_works(person.name, person.password)


def test_a_tally_that_its_owner_holds_stops_nobody(person, daemon):
    """The file is the user's, who can keep the tool from reading it: there
    is no offer then, and the reset goes on."""
    path = TALLIES / person.name
    TALLIES.mkdir(exist_ok=True)
    path.write_bytes(b"")
    os.chown(path, person.uid, 0)
    path.chmod(0o660)
    holder = subprocess.Popen(["runuser", "-u", person.name, "--", "flock",
                               str(path), "sleep", "100"])
    time.sleep(0.5)
    try:
        with at_code_prompt(person.name) as c:
            worker = handed(c, person.phone.fresh())
            m = choose(worker, GOOD)
            assert (m.name, m.result) == ("end", 0)
            worker.close()
            assert finish(c) == 0
    finally:
        holder.kill()
        holder.wait()
    assert shadow.is_password(person.name, GOOD)
    assert "not known" in daemon.log() and "not cleared" in daemon.log()


def test_an_unlock_is_told_and_written_down(new_account, own_daemon, sshd):
    """R-DEL-6, R-LOG-1: in the notice and in the audit log, as what it is;
    no reset is in either."""
    with Postbox() as box, configured(
            own_daemon, reset={"methods": "app email"},
            email={"command": box.command}):
        p = new_account().enrol()
        add_address(p, "email", f"{p.name}@example.org", box)
        box.clear()
        lock(p)
        t = forgot(p.name)
        t.types(p.phone.fresh(), at=CODE)
        t.types("unlock", at=LOCKED)
        t.types("", at=UNLOCKED)
        message, = wait_to(box, f"{p.name}@example.org")
        assert f"Account {p.name} on web1 was unlocked" == message["subject"]
        assert "its password is unchanged" in message["text"]
        events = [r["event"] for r in audit()
                  if r.get("subject") in (p.uid, str(p.uid))]
        assert "reset.unlocked" in events
        assert "reset.done" not in events
