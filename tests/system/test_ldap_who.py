# SPDX-License-Identifier: MIT
"""Whose password in the directory is never set, over a real sshd, with codes
that were right while the account was.  R-SET-2, R-POL-1."""

import subprocess

import pytest

from conftest import merged
from conversation import try_code
from dialogue import CODE, NEW, forgot, ssh_works
from directory import LOCKED_FOR_GOOD, SUFFIX, dn_of, entries_of, ldif
from etc import PASSWD, SHADOW, kept
from everything import SECOND, choose
from lookups import KINDS, again, knows

pytest_plugins = ["sites"]
both_kinds = pytest.mark.parametrize("ldap_site", KINDS, indirect=True,
                                     scope="module")

GOOD = "Turnip-violin-52"
ACCOUNT = 26
YESTERDAY = 20000  # days since 1970, gone by

# What is done to an entry, and the number that its owner is told; None: the
# vault knows of it, and answers as to a stranger (R-ENUM-3).
STATES = {
    "locked_for_good": ({"pwdAccountLockedTime": LOCKED_FOR_GOOD}, ACCOUNT),
    "disabled": ({"nsAccountLock": "true"}, ACCOUNT),
    "expired": ({"shadowExpire": YESTERDAY}, ACCOUNT),
    "no_password": ({"userPassword": None}, ACCOUNT),
    "no_login_shell": ({"loginShell": "/usr/sbin/nologin"}, None),
    "unlisted_shell": ({"loginShell": "/opt/bin/shell"}, None),
    "uid_of_the_system": ({"uidNumber": 950}, None),
    "uid_0": ({"uidNumber": 0}, None),
    "another_uid": ({"uidNumber": 59999}, None),
}
# Another person by now, as far as we can know (R-ENR-4).
STRANGERS = {"uid_of_the_system", "uid_0", "another_uid"}


def refused(site, owner, code, number=None):
    """The code is right, the change is refused, nothing is written."""
    site.lookups.refresh()
    t = forgot(owner.name)
    t.reads(CODE)
    before = owner.entry()
    t.types(code)
    if number is None:
        t.expect(r"\(SSPR-\d\d\)|Not accepted\.")
    else:
        t.expect(r"\(SSPR-%02d\)" % number)
    assert NEW not in t.seen
    t.close(force=True)
    assert owner.entry() == before


def is_reset(site, owner, code):
    """The same code is good."""
    site.lookups.refresh()
    t = forgot(owner.name)
    t.types(code, at=CODE)
    choose(t, GOOD, lost="")
    return owner.binds(GOOD) and not owner.binds(owner.password)


def value(entry, name):
    """Of an attribute, or None."""
    found = [s for s in entry if s.startswith(name + ":")]
    return found[0].partition(": ")[2] if found else None


@both_kinds
@pytest.mark.parametrize("how", STATES)
def test_r_set_2_refused_untouched_and_no_code_lost(how, owner, ldap_site,
                                                    sshd):
    """Nothing is written; repaired, the very code that was refused is
    good, unless the account became another person's (R-ENR-4)."""
    changes, number = STATES[how]
    code = owner.sheet[0]
    was = {"loginShell": "/bin/bash", "uidNumber": owner.uid,
           "userPassword": owner.password}
    owner.change(**changes)
    refused(ldap_site, owner, code, number)
    owner.change(**{k: was.get(k) for k in changes})
    if how not in STRANGERS:
        assert is_reset(ldap_site, owner, code)


def twin_of_name(owner):
    """Another entry of the same name."""
    dn = f"uidNumber={owner.uid + 20000},ou=people,{SUFFIX}"
    owner.slapd.add(entries_of(owner.name, owner.uid + 20000).split("\n\n")[0]
                    .replace(owner.dn, dn) + "\n")
    return dn


def twin_of_uid(owner):
    """Another name with the same uid."""
    name = f"twin{owner.uid}"
    owner.slapd.add(entries_of(name, owner.uid).split("\n\n", maxsplit=1)[0]
                    + "\n")
    return dn_of(name)


@both_kinds
@pytest.mark.parametrize("twin", [twin_of_name, twin_of_uid])
def test_r_set_2_two_entries(twin, owner, ldap_site, sshd):
    """Which of them is meant cannot be known."""
    code = owner.sheet[0]
    other = twin(owner)
    before = owner.slapd.entry(other)
    refused(ldap_site, owner, code)
    assert owner.slapd.entry(other) == before
    owner.slapd.tool("ldapdelete", "-D", f"cn=admin,{SUFFIX}", other)
    assert is_reset(ldap_site, owner, code)


# Options of useradd; the name of the local account follows.
LOCAL = {
    "both": ["-u", "{uid}", "{name}"],
    "name": ["-u", "3999", "{name}"],
    "uid": ["-u", "{uid}", "local{uid}"],
}


@both_kinds
@pytest.mark.parametrize("what", LOCAL)
def test_r_set_2_in_the_files_and_in_the_directory(what, owner, ldap_site,
                                                   sshd):
    """Somebody adds a local account of the same name, uid or both: neither is
    touched."""
    code = owner.sheet[0]
    words = [w.format(name=owner.name, uid=owner.uid) for w in LOCAL[what]]
    with kept(PASSWD, SHADOW):
        with PASSWD.open("a") as file:
            file.write(f"{words[-1]}:x:{words[1]}:{words[1]}::/:/bin/bash\n")
        subprocess.run(["chpasswd"], check=True, text=True,
                       input=f"{words[-1]}:{owner.password}")
        before = SHADOW.read_bytes()
        refused(ldap_site, owner, code)
        assert SHADOW.read_bytes() == before
    assert is_reset(ldap_site, owner, code)


@both_kinds
def test_r_set_2_a_local_account_with_an_entry(ldap_site, new_account, sshd,
                                               daemon):
    """The other way about: enrolled while it was local only."""
    person = new_account().enrol_sheet()
    ldap_site.slapd.add(entries_of(person.name, person.uid))
    ldap_site.lookups.refresh()
    before = SHADOW.read_bytes()
    t = forgot(person.name)
    t.types(person.sheet[0], at=CODE)
    t.expect(r"\(SSPR-\d\d\)|Not accepted\.")
    assert NEW not in t.seen
    t.close(force=True)
    assert SHADOW.read_bytes() == before


def lock_by_guessing(owner):
    """As the policy has it, after wrong passwords."""
    for _ in range(4):
        assert not owner.binds("Old-pass-1235")
    assert not owner.binds(owner.password)
    assert value(owner.entry(), "pwdAccountLockedTime")


@both_kinds
def test_wrong_passwords_are_forgotten_by_a_reset(owner, ldap_site, sshd):
    """[unlock] after_reset = yes: the new password logs in at once."""
    lock_by_guessing(owner)
    assert is_reset(ldap_site, owner, owner.sheet[0])
    assert ssh_works(owner.name, GOOD)


def configured(daemon, **sections):
    """Another configuration, until the test is over."""
    daemon.stop()
    daemon.configure(merged(daemon.first_conf, sections))
    daemon.start()


@pytest.fixture
def other(own_daemon):
    """Configurations of a test's own."""
    yield lambda **sections: configured(own_daemon, **sections)
    own_daemon.stop()


@both_kinds
def test_wrong_passwords_hold_where_a_reset_clears_nothing(owner, other,
                                                           ldap_site, sshd):
    """[unlock] after_reset = no: refused like any locked account."""
    other(unlock={"after_reset": "no"})
    lock_by_guessing(owner)
    refused(ldap_site, owner, owner.sheet[0], ACCOUNT)
    other(unlock={"after_reset": "yes"})
    assert is_reset(ldap_site, owner, owner.sheet[0])


@both_kinds
def test_no_directory_by_the_policy(owner, other, ldap_site, sshd):
    """[policy] directory = no: excluded; and yes again."""
    other(policy={"directory": "no"})
    refused(ldap_site, owner, owner.sheet[0])
    other()
    assert is_reset(ldap_site, owner, owner.sheet[0])


def as_member(owner):
    """Of an administrators' group, which only the directory has."""
    name = f"staff{owner.uid}"
    owner.slapd.add(ldif(f"cn={name},ou=groups,{SUFFIX}",
                         objectClass="posixGroup", cn=name,
                         gidNumber=owner.uid + 20000, memberUid=owner.name))
    return name


def as_primary(owner):
    """Its own group is one."""
    return owner.name


@both_kinds
@pytest.mark.parametrize("join", [as_member, as_primary])
def test_r_pol_1_an_administrator_by_a_directorys_group(join, owner, other,
                                                        ldap_site, sshd):
    """One method is not enough, and a second is asked for."""
    other(admin={"groups": f"sudo {join(owner)}"})
    t = forgot(owner.name)
    t.reads(CODE)
    before = owner.entry()
    t.types(owner.sheet[0])
    t.expect([SECOND, r"\(SSPR-41\)", r"\(SSPR-46\)"])
    t.close(force=True)
    assert NEW not in t.seen and owner.entry() == before


@both_kinds
def test_r_pol_1_a_member_of_never(owner, other, ldap_site, sshd):
    """[policy] never names a group of the directory."""
    other(policy={"directory": "yes", "never": as_member(owner)})
    refused(ldap_site, owner, owner.sheet[0])


@pytest.fixture
def folding(ldap_site):
    """NSS takes LENA for lena."""
    again(ldap_site.lookups, True)
    yield ldap_site
    again(ldap_site.lookups, False)


@both_kinds
def test_r_thr_3_spellings_have_one_budget(folding, owner, other):
    """What the directory takes for the same name is the same account: wrong
    codes for one spelling count for all, and the waits are one."""
    other(limits={"free_failures": 1, "first_wait_s": 3600})
    assert knows(owner.name.upper())
    for name in (owner.name.upper(), owner.name.capitalize()):
        assert not try_code(name, "0000-0000-0000-0000")
    assert not try_code(owner.name, owner.sheet[0])
    subprocess.run(["sspr-admin", "unlock", "--reason", "test", owner.name],
                   check=True, stdout=subprocess.DEVNULL)
    assert try_code(owner.name.upper(), owner.sheet[0])
