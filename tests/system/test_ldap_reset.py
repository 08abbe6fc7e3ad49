# SPDX-License-Identifier: MIT
"""Somebody who is only in a directory forgot the password, at a site with
nslcd and at one with sssd.  R-SET-1, R-SET-5, R-ENR-1, R-LOG-3."""

import re
import time
from pathlib import Path

import pytest

import shadow
from daemon import AUDIT
from dialogue import CODE, NEW, forgot, ssh_works
from directory import SERVICE_PASSWORD, SUFFIX
from everything import choose
from lookups import KINDS
from protocol import Client
from watch import Watch

pytest_plugins = ["sites"]
pytestmark = pytest.mark.parametrize("ldap_site", KINDS, indirect=True,
                                     scope="module")

DAY = 86400
GOOD, LONGER = "Turnip-violin-52", "Turnip-violin-and-5-oboes"
STRICT = f"cn=strict,ou=policies,{SUFFIX}"


def reset(owner, new, code=None):
    """A whole one; back at the password prompt."""
    t = forgot(owner.name)
    t.types(code or owner.sheet.pop(0), at=CODE)
    return choose(t, new, lost="")


def refuse(t, new, why):
    """Type one that is refused, for a reason that is told."""
    t.types(new, at=NEW)
    t.expect(why)


def test_story_2_forgotten_in_the_directory(owner, sshd):
    """Promise 1, R-SET-5: the same dialogue as for anybody; the new password
    binds and logs in, the old one neither; no local file knows of it."""
    before = Path("/etc/passwd").read_bytes(), shadow.SHADOW.read_bytes()
    t = reset(owner, GOOD)
    t.types(GOOD, at="assword: ")
    t.types("id -un; exit", at="$ ")
    assert owner.name in t.rest()
    assert owner.binds(GOOD) and not owner.binds(owner.password)
    assert ssh_works(owner.name, GOOD)
    assert not ssh_works(owner.name, owner.password)
    assert (Path("/etc/passwd").read_bytes(),
            shadow.SHADOW.read_bytes()) == before


def test_only_the_password_changes(owner, sshd):
    """Nothing else of the entry, but for the times of the change."""
    def rest_of(entry):
        return [s for s in entry if not re.match(
            "userPassword|shadowLastChange|pwd(Changed|History|Failure)"
            "|entryCSN|modif", s)]
    owner.change(shadowLastChange=19000)
    before = rest_of(owner.entry())
    reset(owner, GOOD)
    today = int(time.time()) // DAY
    after = owner.entry()
    assert rest_of(after) == before
    assert f"shadowLastChange: {today}" in after


def test_r_set_1_the_directorys_own_rules_are_told(owner, sshd):
    """A password that is good enough for the stack and too short for the
    directory; a longer one is taken in the same dialogue."""
    owner.change(pwdPolicySubentry=STRICT)
    t = forgot(owner.name)
    t.types(owner.sheet.pop(0), at=CODE)
    t.types(GOOD, at=NEW)
    t.types(GOOD, at="Retype new password: ")
    t.expect("(?i)quality|too short")
    assert owner.binds(owner.password)
    choose(t, LONGER, lost="")
    assert owner.binds(LONGER)


def test_r_set_1_the_directorys_history_is_told_three_times(owner, sshd):
    """The current password, three times: three reasons, then the end."""
    t = forgot(owner.name)
    before = owner.entry()
    t.types(owner.sheet.pop(0), at=CODE)
    for _ in range(3):
        t.types(owner.password, at=NEW)
        t.types(owner.password, at="Retype new password: ")
        t.expect("(?i)history|existing value|same")
    t.expect(r"not changed[^(]*\(SSPR-27\)")
    assert owner.entry() == before


def test_r_set_1_one_that_was_used_before_is_refused(owner, sshd):
    """pwdInHistory: the one before the current one."""
    reset(owner, GOOD)
    t = forgot(owner.name)
    t.types(owner.sheet.pop(0), at=CODE)
    t.types(owner.password, at=NEW)
    t.types(owner.password, at="Retype new password: ")
    t.expect("(?i)history")
    choose(t, LONGER, lost="")
    assert owner.binds(LONGER) and not owner.binds(owner.password)


def test_r_set_1_bad_ones_are_refused_before_the_directory(owner, sshd):
    """Two letters, the user's name, a word: by the worker or the stack."""
    t = forgot(owner.name)
    before = owner.entry()
    t.types(owner.sheet.pop(0), at=CODE)
    refuse(t, "ab", "shorter than")
    refuse(t, f"{owner.name}-{owner.name.upper()}-1", "(?i)name")
    refuse(t, "Chrysanthemum", "BAD PASSWORD|not accepted|letters")
    t.expect("(?i)not changed")
    assert owner.entry() == before


def test_r_enr_1_enrolment_needs_the_directorys_password(owner, slapd):
    """A wrong one is refused, and the right one was taken: owner has
    recovery codes."""
    with Client(uid=owner.uid) as c:
        c.hello("ADD", method="app", label="Telephone")
        c.until("hand")
        worker = c.worker()
        worker.until("ask")
        m = worker.answer("Old-pass-1235")
        assert m.name != "end" or m.result != 0, vars(m)
        worker.close()
    assert owner.binds(owner.password)


def test_r_log_3_no_secret_is_seen(owner, ldap_site, daemon, sshd):
    """In no log, command line or environment of any process."""
    code = owner.sheet[0]
    with Watch() as watch:
        reset(owner, GOOD, code)
    secrets = [GOOD, owner.password, SERVICE_PASSWORD, code,
               code.replace("-", "")]
    assert watch.saw("sspr-resetd")
    assert not watch.leaks(secrets)
    logs = [daemon.log(), sshd.log(), AUDIT.read_text(),
            ldap_site.slapd.log("slapd"),
            ldap_site.lookups.log(ldap_site.kind)]
    assert not [s for s in secrets for text in logs if s in text]
    assert owner.binds(GOOD)
