# SPDX-License-Identifier: MIT
"""Promise 10: a stranger learns nothing, not even that there is an offer;
and who is somebody here learns nothing of others.  R-ENUM-1, R-IPC-2."""

import subprocess

import pytest

from dialogue import OFFER, ssh
from protocol import Client


@pytest.fixture
def kinds(daemon, new_account):
    """The names of accounts of several kinds; those that can be are enrolled
    first."""
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
    return names | {"unknown": "nobody9", "root": "root"}


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
    for name in kinds.values():
        with Client(uid=uid) as c:
            c.hello("RESET", user=name)
            m = c.until("ask", "end")
            heard.add((m.name, getattr(m, "result", None)))
    assert len(heard) == 1
    assert heard.pop()[0] == "end"
