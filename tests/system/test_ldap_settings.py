# SPDX-License-Identifier: MIT
"""What /etc/sspr/directory.conf says, right and wrong: with wrong settings
nothing is sent to anybody, and no code is lost.  R-SET-2, R-CFG-1."""

import pytest

from dialogue import CODE, NEW, forgot
from directory import CREDENTIAL, HOST, LDAP, LDAPI, LDAPS, SETTINGS
from everything import choose
from gateways import certificate, free_port

pytest_plugins = ["sites"]

GOOD = "Turnip-violin-52"
SETUP = 52


def is_reset(owner, code):
    """A whole one."""
    t = forgot(owner.name)
    t.types(code, at=CODE)
    choose(t, GOOD, lost="")
    return owner.binds(GOOD) and not owner.binds(owner.password)


def conf(**changes):
    """Other settings."""
    return lambda site: site.configure(**changes)


def other_authority(site):
    """One that did not sign the server's certificate."""
    cert, _ = certificate(site.slapd.directory, HOST)
    site.configure(ca_file=cert)


def spoilt(path, change):
    """A file after change(path)."""
    def spoil(site):
        assert site.kind
        change(path)
    return spoil


def link(path):
    """To what is all right in itself."""
    real = path.with_suffix(".real")
    path.rename(real)
    path.symlink_to(real)


def append(text):
    """One more line."""
    def change(path):
        path.write_text(path.read_text() + text)
    return change


# What is wrong, and what a line of the log says of it.
WRONG = {
    "no_settings": (spoilt(SETTINGS, lambda p: p.unlink()), SETTINGS),
    "settings_of_others": (spoilt(SETTINGS, lambda p: p.chmod(0o666)),
                           SETTINGS),
    "settings_are_a_link": (spoilt(SETTINGS, link), SETTINGS),
    "unknown_key": (spoilt(SETTINGS, append("colour = red\n")), "colour"),
    "password_readable": (spoilt(CREDENTIAL, lambda p: p.chmod(0o444)),
                          CREDENTIAL),
    "no_password": (spoilt(CREDENTIAL, lambda p: p.unlink()), CREDENTIAL),
    "other_password": (spoilt(CREDENTIAL, lambda p: (
        p.unlink(), p.write_text("another one\n"), p.chmod(0o400))), LDAP),
    "other_authority": (other_authority, LDAP),
    "no_authority": (conf(ca_file="/etc/ssl/certs/gone.pem"), "ca_file"),
    "other_host_name": (conf(uri="ldaps://localhost"), "ldaps://localhost"),
    "other_host_name_starttls": (conf(uri="ldap://localhost"),
                                 "ldap://localhost"),
    "other_base": (conf(base="dc=example,dc=org"), ""),
}


@pytest.mark.parametrize("how", WRONG)
def test_r_set_2_wrong_settings_lose_no_code(how, owner, as_found, daemon,
                                             sshd):
    """Refused with a number, a line for the administrator, no change; put
    right, the same code is good, without a restart."""
    spoil, names = WRONG[how]
    code, said = owner.sheet[0], len(daemon.log())
    spoil(as_found)
    t = forgot(owner.name)
    t.reads(CODE)
    before = owner.entry()
    t.types(code)
    t.expect(r"\(SSPR-(\d\d)\)")
    number = int(t.match[1])
    t.close(force=True)
    assert number == SETUP or how == "other_base"
    assert NEW not in t.seen and owner.entry() == before
    assert str(names) in daemon.log()[said:]
    as_found.configure()
    assert is_reset(owner, code)


def test_no_credential_goes_over_a_line_that_is_not_verified(owner, as_found,
                                                             daemon, sshd):
    """With a wrong certificate the server sees no bind of ours."""
    other_authority(as_found)
    t = forgot(owner.name)
    t.reads(CODE)
    said = len(as_found.slapd.log("slapd"))
    t.types(owner.sheet[0])
    t.expect(r"\(SSPR-52\)")
    t.close(force=True)
    assert "cn=sspr" not in as_found.slapd.log("slapd")[said:]


RIGHT = {
    "starttls": conf(uri=LDAP),
    "ldaps": conf(uri=LDAPS),
    "ldapi": conf(uri=LDAPI),
    "external": conf(uri=LDAPI, sasl="external", bind_dn=None,
                     password_file=None),
    "first_is_dead": conf(uri=f"ldap://{HOST}:{free_port()} {LDAP}"),
}


@pytest.mark.parametrize("how", RIGHT)
def test_r_set_5_each_way_to_the_directory(how, owner, as_found, sshd):
    """StartTLS, LDAPS, the local socket as ourselves, the second server."""
    RIGHT[how](as_found)
    assert is_reset(owner, owner.sheet[0])
