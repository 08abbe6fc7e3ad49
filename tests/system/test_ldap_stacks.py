# SPDX-License-Identifier: MIT
"""The stacks that are shipped, at sites of nslcd and of sssd: a local account
is never the directory's, nor the other way round, and what pam_sspr_ldap
refuses is not tried by other means."""

import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

import transaction as pam
from conftest import PASSWORD
from copied import CONF, KEY, configure
from directory import (LOCKED_FOR_GOOD, SERVICE, SUFFIX, Slapd, dn_of,
                       entries_of)
from lookups import KINDS

RESET, ENROLL = "sspr-reset", "sspr-enroll"
GOOD, BETTER = "Turnip-violin-52", "Cabbage-trumpet-64"
PROMPTS = ["New password: ", "Retype new password: "]
MODULES = next(Path("/usr/lib").rglob("pam_sspr_ldap.so")).parent


@pytest.fixture(scope="module")
def slapd():
    """The directory."""
    with Slapd() as server:
        yield server


@pytest.fixture(scope="module", params=KINDS)
def kind(request, slapd):
    """How the host knows it."""
    lookups = KINDS[request.param](slapd)
    yield request.param
    lookups.end()


@pytest.fixture(autouse=True)
def settings(kind, slapd):
    """Each test begins with good ones."""
    assert kind
    configure(slapd, KEY)


@pytest.fixture
def owner(slapd):
    """Somebody of the directory."""
    return slapd.account()


@pytest.fixture
def local(stranger):
    """Somebody who is not."""
    return stranger


@contextmanager
def without(*modules):
    """As if they were not installed."""
    paths = [MODULES / m for m in modules if (MODULES / m).exists()]
    for p in paths:
        p.rename(p.with_suffix(".away"))
    try:
        yield
    finally:
        for p in paths:
            p.with_suffix(".away").rename(p)


def reset(name, *answers):
    """As sspr-resetd does."""
    return pam.run(RESET, name, *(answers or (GOOD, GOOD)))


def check(name, password):
    """Likewise: whether it is the current one, which is asked for once."""
    result = pam.run(ENROLL, name, password,
                     phases=("authenticate", "acct_mgmt"))
    assert result.shown == ["Password: "]
    return result.code == pam.SUCCESS


def tally(name):
    """How many wrong passwords pam_faillock has counted."""
    done = subprocess.run(["faillock", "--user", name], text=True, check=True,
                          capture_output=True)
    return sum(line.rstrip().endswith("V") for line in done.stdout.split("\n"))


def test_the_directorys_own(owner):
    """By pam_sspr_ldap; one pair of prompts."""
    result = reset(owner.name)
    assert result.code == pam.SUCCESS, result.text
    assert result.shown == PROMPTS
    assert owner.binds(GOOD) and not owner.binds(owner.password)


def test_without_settings_it_is_nslcds(kind, owner):
    """Where there is nslcd; sssd does not do it."""
    CONF.unlink()
    result = reset(owner.name)
    assert (result.code == pam.SUCCESS) == (kind == "nslcd")
    assert owner.binds(GOOD) == (kind == "nslcd")
    if kind == "nslcd":
        assert f"modifiersName: {SERVICE}" in owner.entry()
        assert reset(owner.name).code != pam.SUCCESS  # history


@pytest.mark.parametrize("missing", ["pam_sspr_ldap.so", "pam_ldap.so"])
def test_a_module_that_is_not_installed_is_passed_over(missing, kind, owner,
                                                       local):
    """The next one does it, and who is local does not notice."""
    with without(missing):
        served = kind == "nslcd" or missing == "pam_ldap.so"
        assert (reset(owner.name).code == pam.SUCCESS) == served
        assert reset(local.name).code == pam.SUCCESS
    assert owner.binds(GOOD) == served


REFUSED = {
    "locked": {"pwdAccountLockedTime": LOCKED_FOR_GOOD},
    "expired": {"shadowExpire": "1"},
    "strict": {"pwdPolicySubentry": f"cn=strict,ou=policies,{SUFFIX}"},
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_is_refused_is_not_tried_by_other_means(why, owner):
    """R-SET-2: pam_ldap behind it might do it."""
    owner.change(**REFUSED[why])
    was = owner.entry()
    result = reset(owner.name)
    assert result.code != pam.SUCCESS
    assert "Password change failed: " in result.text
    assert owner.entry() == was


def test_broken_settings_or_a_silent_server_end_it(slapd, owner):
    """Neither is a reason to try it by other means."""
    was = owner.entry()
    configure(slapd, {})
    assert reset(owner.name).code != pam.SUCCESS
    configure(slapd, KEY, uri="ldapi://%2Frun%2Fnot-there")
    assert reset(owner.name).code != pam.SUCCESS
    assert owner.entry() == was


@pytest.mark.parametrize("bad", ["short-1A", "password", GOOD])
def test_our_own_rules_come_first(bad, owner):
    """pwquality, and for GOOD the directory's history."""
    assert reset(owner.name).code == pam.SUCCESS
    was = owner.entry()
    assert reset(owner.name, bad, bad).code != pam.SUCCESS
    assert owner.entry() == was


def test_a_local_account_is_not_the_directorys(slapd, local):
    """It does not matter to it that the directory hangs."""
    slapd.freeze()
    try:
        result = reset(local.name)
        assert (result.code, result.shown) == (pam.SUCCESS, PROMPTS)
        assert check(local.name, GOOD)
        assert not check(local.name, PASSWORD)
    finally:
        slapd.thaw()


def test_a_local_account_whose_change_fails_is_not_the_directorys(
        slapd, local):
    """There is one of the same name and uid there."""
    slapd.add(entries_of(local.name, local.uid))
    was = slapd.entry(dn_of(local.name))
    in_the_way = Path("/etc/nshadow")
    in_the_way.mkdir()
    try:
        assert reset(local.name).code != pam.SUCCESS
    finally:
        in_the_way.rmdir()
    assert slapd.entry(dn_of(local.name)) == was


def test_a_current_password_is_the_directorys(owner):
    """Asked for once, whoever judges it; wrong ones count."""
    assert check(owner.name, owner.password)
    assert tally(owner.name) == 0
    assert not check(owner.name, "Wrong-guess-1")
    assert tally(owner.name) == 1
    assert check(owner.name, owner.password)
    assert tally(owner.name) == 0


def test_a_local_password_is_not_tried_at_the_directory(slapd, local):
    """Neither is it let in by the directory's, nor does it count there."""
    slapd.add(entries_of(local.name, local.uid, userPassword=BETTER))
    was = slapd.entry(dn_of(local.name))
    assert not check(local.name, BETTER)
    assert tally(local.name) == 1
    assert slapd.entry(dn_of(local.name)) == was
    assert check(local.name, PASSWORD)
    assert tally(local.name) == 0


def test_a_tally_that_is_full_asks_nobody(owner):
    """pam_faillock; the directory has its own."""
    for _ in range(3):
        assert not check(owner.name, "Wrong-guess-1")
    was = owner.entry()
    result = pam.run(ENROLL, owner.name, owner.password,
                     phases=("authenticate",))
    assert result.code != pam.SUCCESS
    assert owner.entry() == was


@pytest.mark.parametrize("missing", [("pam_ldap.so",), ("pam_sss.so",),
                                     ("pam_ldap.so", "pam_sss.so")])
def test_a_check_without_other_modules(missing, kind, owner, local):
    """What is not installed is passed over."""
    mine = {"nslcd": "pam_ldap.so", "sssd": "pam_sss.so"}[kind]
    with without(*missing):
        assert check(owner.name, owner.password) == (mine not in missing)
        assert check(local.name, PASSWORD)
        assert not check(local.name, "Wrong-guess-1")


def test_a_directory_that_does_not_answer_lets_nobody_in(slapd, owner, kind):
    """Locked accounts neither."""
    owner.change(**REFUSED["locked"])
    assert not check(owner.name, owner.password)
    slapd.stop()
    try:
        if kind == "nslcd":
            assert not check(owner.name, owner.password)
    finally:
        slapd.start()
