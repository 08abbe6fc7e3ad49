# SPDX-License-Identifier: MIT
"""pam_sspr_ldap in passwd(1), which is setuid: usable in any stack."""

from pathlib import Path

import pytest

import shadow
from dialogue import Terminal, shell_of
from etc import kept, put

pytest_plugins = ["sites"]

STACK = Path("/etc/pam.d/passwd")
CURRENT, NEW, RETYPE = ("Current password: ", "New password: ",
                        "Retype new password: ")
GOOD = "Turnip-violin-52"


@pytest.fixture
def user(slapd, ldap_site):
    """Somebody in the directory, and a passwd(1) that knows of it only."""
    with kept(STACK):
        put(STACK, b"password required pam_sspr_ldap.so\n", STACK.stat())
        yield slapd.account()


def status(t):
    """At the end."""
    t.rest()
    return t.exitstatus


def test_its_owner_sets_a_new_one(user):
    """With the current one."""
    t = shell_of(user.name, ["passwd"])
    t.types(user.password, at=CURRENT)
    t.types(GOOD, at=NEW).types(GOOD, at=RETYPE)
    assert status(t) == 0
    assert user.binds(GOOD) and not user.binds(user.password)


def test_nobody_sets_one_without_the_current_one(user):
    """A wrong one is told at once, before the new one is asked for."""
    t = shell_of(user.name, ["passwd"])
    t.types("Old-pass-1235", at=CURRENT)
    t.reads("does not accept the current password")
    assert status(t) != 0 and NEW not in t.seen
    assert user.binds(user.password)


def test_who_is_not_in_the_directory_is_not_its_business(user, new_account):
    """A local account: nobody is asked for anything."""
    local = new_account()
    before = shadow.SHADOW.read_bytes()
    t = Terminal(f"passwd {local.name}")
    assert status(t) != 0 and NEW not in t.seen
    assert shadow.SHADOW.read_bytes() == before and user.name
