# SPDX-License-Identifier: MIT
"""Fixtures of the tests of directories: pytest_plugins = ["sites"].

A site is a directory, what this host knows it by, and what sets the password
there: with sssd pam_sspr_ldap, in the stack as it is shipped; with nslcd its
own pam_ldap, in that stack without the other's line."""

import re
from pathlib import Path

import pytest

from conftest import merged
from daemon import wait_for
from directory import (CREDENTIAL, LDAP, PEOPLE, SERVICE, SERVICE_PASSWORD,
                       SETTINGS, Slapd)
from etc import edit
from lookups import KINDS, knows

STACK = Path("/etc/pam.d/sspr-reset")

# What sets the password, alone.
SETS = {"nslcd": "password required pam_ldap.so minimum_uid=1000"
                 " use_authtok\n",
        "sssd": "password required pam_sspr_ldap.so use_authtok\n"}


class Site:
    """Of one kind."""

    def __init__(self, kind, slapd):
        self.kind, self.slapd = kind, slapd
        self.sets = SETS[kind]
        self.lookups = KINDS[kind](slapd)
        self.configure()
        self.stack = STACK.read_text()
        if kind == "nslcd":
            edit(STACK, lambda text: re.sub(r"-.*pam_sspr_ldap.*\n", "", text))

    def configure(self, **changes):
        """Write the settings; None takes a key away."""
        keys = {"uri": LDAP, "base": PEOPLE, "bind_dn": SERVICE,
                "password_file": CREDENTIAL,
                "ca_file": self.slapd.ca} | changes
        CREDENTIAL.write_text(SERVICE_PASSWORD + "\n", encoding="utf-8")
        CREDENTIAL.chmod(0o400)
        SETTINGS.unlink(missing_ok=True)
        SETTINGS.write_text("[directory]\n" + "".join(
            f"{k} = {v}\n" for k, v in keys.items() if v is not None))
        SETTINGS.chmod(0o644)

    def log(self):
        """What its programs wrote last."""
        logs = self.slapd.log("slapd"), self.lookups.log(self.kind)
        return "".join(s for log in logs
                       for s in log.splitlines(keepends=True)[-20:])

    def back(self):
        """Start the directory again; wait until this host has noticed."""
        self.slapd.start()
        new = self.slapd.account()
        wait_for(lambda: knows(new.name), "look-ups", 60)

    def end(self):
        """Leave no trace but the directory's content."""
        edit(STACK, lambda _: self.stack)
        SETTINGS.unlink()
        self.lookups.end()


@pytest.fixture(scope="module")
def slapd():
    """The directory of the file."""
    with Slapd() as server:
        yield server


@pytest.fixture(scope="module")
def ldap_site(request, slapd, own_daemon):
    """A site: of sssd, unless a test is parametrized with a kind."""
    found = Site(getattr(request, "param", "sssd"), slapd)
    own_daemon.first_conf = merged(own_daemon.first_conf,
                                   {"policy": {"directory": "yes"}})
    yield found
    own_daemon.stop()
    found.end()


@pytest.fixture
def owner(slapd, ldap_site, daemon):
    """Somebody with an account in the directory, and recovery codes."""
    return slapd.account().enrol_sheet()


@pytest.fixture
def as_found(ldap_site):
    """The site's settings are put back after the test."""
    yield ldap_site
    ldap_site.configure()
