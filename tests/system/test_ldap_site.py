# SPDX-License-Identifier: MIT
"""The sites that the other tests of directories stand on."""

import subprocess

import pytest

from directory import (LDAP, LDAPS, SERVICE, SERVICE_PASSWORD, Refused,
                       Slapd)
from dialogue import ssh_works
from lookups import KINDS


@pytest.fixture(scope="module")
def slapd():
    """The directory."""
    with Slapd() as server:
        yield server


@pytest.fixture(scope="module", params=KINDS)
def lookups(request, slapd):
    """How this host knows it."""
    found = KINDS[request.param](slapd)
    yield found
    found.end()


@pytest.mark.parametrize("words", [["-ZZ", "-H", LDAP], ["-H", LDAPS]])
def test_it_speaks_tls(words, slapd):
    """StartTLS and LDAPS, with a certificate that verifies."""
    done = subprocess.run(
        ["ldapwhoami", "-x", *words, "-D", SERVICE, "-w", SERVICE_PASSWORD],
        env={"LDAPTLS_CACERT": str(slapd.ca)}, check=True, text=True,
        capture_output=True)
    assert SERVICE in done.stdout


def test_it_enforces_its_policy(slapd):
    """On the service, not on the administrator."""
    owner = slapd.account()
    def passwd(who, password, new):
        slapd.tool("ldappasswd", "-D", who, "-s", new, owner.dn,
                   password=password)
    with pytest.raises(Refused, match="quality"):
        passwd(SERVICE, SERVICE_PASSWORD, "short")
    passwd(SERVICE, SERVICE_PASSWORD, "Turnip-violin-52")
    assert owner.binds("Turnip-violin-52")
    assert not owner.binds(owner.password)


def test_its_accounts_are_the_hosts(slapd, lookups, sshd):
    """getent, id, and a login with the directory's password."""
    owner = slapd.account()
    done = subprocess.run(["id", owner.name], check=True, text=True,
                          capture_output=True)
    assert f"uid={owner.uid}({owner.name})" in done.stdout
    assert ssh_works(owner.name, owner.password)
    assert not ssh_works(owner.name, "Old-pass-1235")
