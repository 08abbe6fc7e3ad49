# SPDX-License-Identifier: MIT
"""Whose password is never set, over a real sshd, with codes that were right
while the account was.  R-SET-2, R-POL-1."""

import subprocess

import pytest

import shadow
from attempt import Attempt, is_refused
from dialogue import CODE, NEW, NOT_ACCEPTED, forgot
from etc import PASSWD, SHADOW, edit, kept

OTHER_UID = 3999


def by(command):
    """A command of an administrator, with the name in it."""
    def change(person):
        words = [w.format(name=person.name, uid=person.uid)
                 for w in command.split()]
        subprocess.run(words, check=True, stdin=subprocess.DEVNULL)
    return change


def line(path, number, to):
    """Another field in the person's line, numbered from 0."""
    def change(person):
        def rewrite(text):
            lines = text.splitlines()
            for i, old in enumerate(lines):
                fields = old.split(":")
                if fields[0] == person.name:
                    fields[number] = to
                    lines[i] = ":".join(fields)
            return "\n".join(lines) + "\n"
        edit(path, rewrite)
    return change


def one_more(path, text):
    """One more line, with the name in it."""
    def change(person):
        edit(path, lambda old: old + text.format(
            name=person.name, uid=person.uid, field=shadow.field(person.name)))
    return change


def gone_from_shadow(person):
    """The person's line is taken away."""
    edit(SHADOW, lambda text: "".join(
        s for s in text.splitlines(keepends=True)
        if not s.startswith(person.name + ":")))


def hash_in_passwd(person):
    """As on systems without shadow passwords."""
    field = shadow.field(person.name)
    line(PASSWD, 1, field)(person)


MORE = "{name}:x:%d:%d::/home/{name}:/bin/bash\n" % (OTHER_UID, OTHER_UID)
TWIN = "twin{uid}:x:{uid}:{uid}::/home/{name}:/bin/bash\n"
SHADOW_MORE = "{name}:{field}:19000:0:99999:7:::\n"

# What is done to an account, and the number that its owner is told.
STATES = {
    "passwd_l": (by("passwd -q -l {name}"), 26),
    "expired_yesterday": (by("chage -E 1 {name}"), 26),
    "dormant": (by("chage -d 2020-01-01 -M 10 -I 5 {name}"), 26),
    "star": (line(SHADOW, 1, "*"), 26),
    "empty": (line(SHADOW, 1, ""), 26),
    "bang": (line(SHADOW, 1, "!"), 26),
    "two_bangs": (line(SHADOW, 1, "!!"), 26),
    "x": (line(SHADOW, 1, "x"), 26),
    "locked_as_elsewhere": (line(SHADOW, 1, "*LK*"), 26),
    "no_hash_at_all": (line(SHADOW, 1, "Old-pass-1234"), 26),
    "no_shell": (by("usermod -s /usr/sbin/nologin {name}"), 1),
    "false": (by("usermod -s /bin/false {name}"), 1),
    "unlisted_shell": (line(PASSWD, 6, "/opt/bin/shell"), 1),
    "uid_of_the_system": (line(PASSWD, 2, "950"), 1),
    "uid_0": (line(PASSWD, 2, "0"), 1),
    "uid_000": (line(PASSWD, 2, "000"), 1),
    "another_uid": (line(PASSWD, 2, str(OTHER_UID)), 1),
    "name_twice": (one_more(PASSWD, MORE), 1),
    "uid_of_two": (one_more(PASSWD, TWIN), 1),
    "twice_in_shadow": (one_more(SHADOW, SHADOW_MORE), 48),
    "not_in_shadow": (gone_from_shadow, 1),
    "hash_in_passwd": (hash_in_passwd, 1),
    "star_in_passwd": (line(PASSWD, 1, "*"), 1),
    "nothing_in_passwd": (line(PASSWD, 1, ""), 1),
}
# Another person by now, as far as we can know (R-ENR-4).
STRANGERS = {"uid_of_the_system", "uid_0", "uid_000", "another_uid",
             "name_twice"}


@pytest.mark.parametrize("how", STATES)
def test_r_set_2_refused_untouched_and_no_code_lost(how, holder, sshd):
    """The code is right; nothing is written; repaired, the very code that
    was refused is good."""
    change, number = STATES[how]
    code = holder.sheet[0]
    with kept(PASSWD, SHADOW):
        change(holder)
        before = PASSWD.read_bytes(), SHADOW.read_bytes()
        t = forgot(holder.name)
        t.types(code, at=CODE)
        t.expect(r"\(SSPR-%02d\)" % number)
        assert NEW not in t.seen
        t.close(force=True)
        assert (PASSWD.read_bytes(), SHADOW.read_bytes()) == before
    if how not in STRANGERS:
        assert Attempt(holder, code).keep().result == 0


@pytest.mark.parametrize("name", ["root", "sven", "daemon", "toor"])
def test_r_pol_1_never_by_any_name(name, daemon, sshd):
    """root, its other name, accounts of the system."""
    with kept(PASSWD, SHADOW):
        subprocess.run(["useradd", "-o", "-u", "0", "-g", "0", "-M", "-N",
                        "-s", "/bin/bash", "toor"], check=True)
        before = PASSWD.read_bytes(), SHADOW.read_bytes()
        t = forgot(name)
        t.types("0000-0000-0000-0000", at=CODE)
        t.expect(NOT_ACCEPTED)
        t.close(force=True)
        assert (PASSWD.read_bytes(), SHADOW.read_bytes()) == before


def test_r_pol_1_a_member_of_never(holder, sshd):
    """[policy] never, and no longer one."""
    code = holder.sheet[0]
    by("usermod -aG sspr-admin {name}")(holder)
    before = SHADOW.read_bytes()
    t = forgot(holder.name)
    t.types(code, at=CODE)
    t.expect(NOT_ACCEPTED)
    t.close(force=True)
    assert SHADOW.read_bytes() == before
    by("gpasswd -d {name} sspr-admin")(holder)
    assert Attempt(holder, code).keep().result == 0


def test_who_logs_in_by_key_only(holder, sshd):
    """A key does not make a password: there was none, there is none."""
    with kept(SHADOW):
        line(SHADOW, 1, "*")(holder)
        keys = f"/home/{holder.name}/.ssh"
        by(f"install -d -m 0700 -o {{name}} {keys}")(holder)
        by(f"cp /etc/ssh/ssh_host_ed25519_key.pub {keys}/authorized_keys")(
            holder)
        before = SHADOW.read_bytes()
        t = forgot(holder.name)
        t.types(holder.sheet[0], at=CODE)
        t.expect(r"\(SSPR-26\)")
        t.close(force=True)
        assert SHADOW.read_bytes() == before


# What may happen to an account while its owner thinks of a password.
MEANWHILE = ["passwd_l", "expired_yesterday", "star", "empty", "no_shell",
             "unlisted_shell", "uid_of_the_system", "name_twice",
             "uid_of_two", "twice_in_shadow", "not_in_shadow",
             "hash_in_passwd"]


@pytest.mark.parametrize("how", MEANWHILE)
def test_r_set_2_at_the_moment_of_change(how, holder):
    """The worker looks once more when it has the password."""
    after = []

    def meanwhile():
        STATES[how][0](holder)
        after.append((PASSWD.read_bytes(), SHADOW.read_bytes()))

    with kept(PASSWD, SHADOW):
        a = Attempt(holder, holder.sheet[0], meanwhile=meanwhile)
        assert [(PASSWD.read_bytes(), SHADOW.read_bytes())] == after
        assert a.result not in (None, 0), a
        assert "password is not changed" in a.text
    assert is_refused(a, a.result)
