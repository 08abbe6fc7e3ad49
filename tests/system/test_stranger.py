# SPDX-License-Identifier: MIT
"""Promise 10: a stranger learns nothing.  R-ENUM-1, R-ENUM-3."""

import subprocess

import pytest

from dialogue import CODE, OFFER, forgot, ssh
from protocol import Client

# The typed answers of one visit, at the code prompt.  None holds a code
# that is right, whatever the account: see wrong_for().
VISITS = {
    "one_wrong_code": ["{wrong}"],
    "wrong_codes_into_the_throttle": ["{wrong}"] * 8,
    "odd_lengths": ["1", "12345", "1234567", "123456789", "x" * 40],
    "letters": ["abcdef", "ABCDEFGH", "abcdef"],
    "beyond_ascii": ["äöü", "äöüäöü"],
    "words_of_other_methods": ["sms", "email", "phone-call", "lost"],
    "long": ["7" * 400, "{wrong}"],
    "stopping_at_once": [""],
}


@pytest.fixture(scope="module")
def kinds(own_daemon, new_account):
    """One account of each kind, all with names of seven characters; those
    that can be are enrolled first."""
    own_daemon.start()
    made = {"enrolled": new_account().enrol(),
            "locked": new_account().enrol(),
            "admin": new_account().enrol(),
            "expired": new_account().enrol(),
            "not_enrolled": new_account()}
    lock = [["usermod", "-L", made["locked"].name],
            ["usermod", "-aG", "sudo", made["admin"].name],
            ["usermod", "-e", "2020-01-01", made["expired"].name]]
    for command in lock:
        subprocess.run(command, check=True)
    names = {kind: p.name for kind, p in made.items()}
    return names | {"unknown": "nobody9"}, made["enrolled"].phone


def screen(name, answers):
    """All that one visit over ssh puts on the screen."""
    t = forgot(name)
    for answer in answers:
        if t.expect([CODE, "assword: "]) == 1:
            t.types("forgot")
            t.types("forgot", at=OFFER)
            t.reads(CODE)
        t.sendline(answer)
    t.expect([CODE, "assword: "])
    t.close(force=True)
    return t.seen.replace(name, "NAME")


@pytest.mark.parametrize("visit", VISITS)
def test_promise_10_every_name_gets_the_same_bytes_over_ssh(visit, kinds,
                                                            daemon, sshd):
    """Unknown, not enrolled, enrolled, locked, expired, administrator: byte
    for byte the same screen until a correct code."""
    names, phone = kinds
    answers = [a.format(wrong=phone.wrong()) for a in VISITS[visit]]
    seen = {kind: screen(name, answers) for kind, name in names.items()}
    for kind, text in seen.items():
        assert text == seen["unknown"], kind


def test_promise_10_root_is_as_unknown_as_nobody(daemon, sshd):
    """R-ENUM-3: names of four letters, one of them root."""
    seen = [screen(name, ["000000", "12"]) for name in ("root", "zack")]
    assert seen[0] == seen[1]


def test_promise_10_the_offer_does_not_depend_on_the_name(daemon, sshd):
    """Names are counted alike, whether they exist or not."""
    seen = []
    for name in ("bob", "zoe"):
        t = ssh(name)
        t.types("Old-pass-1235", at="assword: ")
        t.types("Old-pass-1236", at="assword: ")
        t.types("", at=OFFER)
        t.reads("assword: ")
        t.close(force=True)
        seen.append(t.seen.replace(name, "NAME"))
    assert seen[0] == seen[1]


def test_a_peer_that_is_not_root_asks_only_for_itself(kinds, daemon,
                                                      new_account):
    """R-IPC-2: refused alike for every other name."""
    uid = new_account().uid
    heard = set()
    for name in list(kinds[0].values()) + ["root"]:
        with Client(uid=uid) as c:
            c.hello("RESET", user=name)
            m = c.until("ask", "end")
            heard.add((m.name, getattr(m, "result", None)))
    assert len(heard) == 1
    assert heard.pop()[0] == "end"
