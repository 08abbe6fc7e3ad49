# SPDX-License-Identifier: MIT
"""What the old password opens: accounts that would lose data are refused
before a code is spent, others are warned before anything is changed.
R-SET-6."""

import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

import shadow
from conftest import merged
from conversation import at_code_prompt
from dialogue import CODE, LAST, NEW, forgot, set_password, ssh_works

GOOD = "Turnip-violin-52"
GO_ON = "Type yes to go on, or Enter to stop: "
REFUSED = "Your old password opens data that a reset would lose"
SESSION = Path("/etc/pam.d/common-session")
HOMED = Path("/var/lib/systemd/home")
ECRYPTFS = Path("/home/.ecryptfs")


@contextmanager
def line(text):
    """One more line in the stacks that people log in by."""
    was = SESSION.read_text()
    SESSION.write_text(was + text + "\n")
    yield
    SESSION.write_text(was)


@contextmanager
def module(name):
    """A line for a module that does nothing here, but is there."""
    like = next(Path("/usr/lib").glob("*/security/pam_permit.so"))
    copy = like.with_name(name)
    shutil.copy(like, copy)
    with line(f"-session optional {name}"):
        yield
    copy.unlink()


@contextmanager
def configured(daemon, **sections):
    """The daemon with other settings, and then with its own again."""
    daemon.stop()
    daemon.configure(merged(daemon.first_conf, sections))
    daemon.start()
    yield daemon
    daemon.stop()


def refused(person):
    """Refused after a right code, which is told why; nothing changes."""
    before = shadow.SHADOW.read_bytes()
    with at_code_prompt(person.name) as c:
        m = c.answer(person.phone.fresh())
        assert m.name != "hand"
        assert REFUSED in str((c.shown, vars(m)))
    assert shadow.SHADOW.read_bytes() == before
    return True


def test_data_at_stake_is_named_before_anything_changes(person, sshd):
    """Enter stops, and the old password still logs in."""
    with module("pam_mount.so"):
        t = forgot(person.name)
        t.types(person.phone.fresh(), at=CODE)
        t.reads("volumes that are mounted at login")
        t.types("", at=GO_ON)
        t.expect(["assword: ", "(?i)press enter"])
        assert NEW not in t.seen
        t.close(force=True)
        assert ssh_works(person.name, person.password)


def test_who_has_none_goes_on(person, sshd):
    """yes, and only yes, after which everything is as without it."""
    with module("pam_fscrypt.so"):
        t = forgot(person.name)
        t.types(person.phone.fresh(), at=CODE)
        t.reads("directories that fscrypt encrypts")
        t.types("y", at=GO_ON)
        t.types("yes", at="Not understood. " + GO_ON)
        set_password(t, GOOD)
        assert ssh_works(person.name, GOOD)


def test_a_module_that_is_not_installed_opens_nothing(person, sshd):
    """`-session' lines of modules that are not there are in many stacks."""
    with line("-session optional pam_mount.so"):
        t = forgot(person.name)
        t.types(person.phone.fresh(), at=CODE)
        set_password(t, GOOD)
        assert GO_ON not in t.seen


def test_a_keyring_is_told_of_without_a_question(person, sshd):
    """It asks once more, nothing is lost by going on."""
    with module("pam_gnome_keyring.so"):
        t = forgot(person.name)
        t.types(person.phone.fresh(), at=CODE)
        t.reads("your keyring may ask for the old password once more")
        set_password(t, GOOD)
        assert GO_ON not in t.seen
        assert ssh_works(person.name, GOOD)


@pytest.mark.parametrize("word", ["{name}", "nobody9 @keepers"])
def test_whom_the_operator_names_is_refused(person, own_daemon, word):
    """[policy] wrapped: a user, or a member of a group.  The code is not
    used up by it."""
    subprocess.run(["groupadd", "-f", "keepers"], check=True)
    subprocess.run(["usermod", "-aG", "keepers", person.name], check=True)
    with configured(own_daemon,
                    policy={"wrapped": word.format(name=person.name)}):
        assert refused(person)


def test_the_code_of_who_is_refused_still_works(person, own_daemon, sshd):
    """DESIGN section 6: the pre-checks run before the code is spent."""
    code = person.phone.fresh()
    with configured(own_daemon, policy={"wrapped": person.name}):
        with at_code_prompt(person.name) as c:
            assert c.answer(code).name != "hand"
    own_daemon.configure(own_daemon.first_conf)
    own_daemon.start()
    with at_code_prompt(person.name) as c:
        assert c.answer(code).name == "hand"


def test_an_account_of_systemd_homed_is_refused(person):
    """By its identity file, whatever else has an account of that name."""
    HOMED.mkdir(mode=0o700, parents=True, exist_ok=True)
    identity = HOMED / f"{person.name}.identity"
    identity.write_text("{}")
    try:
        assert refused(person)
    finally:
        identity.unlink()


def test_a_home_that_ecryptfs_encrypts_is_refused(person, stranger, sshd):
    """Where the module is in the stacks; who has none such is asked."""
    (ECRYPTFS / person.name).mkdir(parents=True)
    try:
        with module("pam_ecryptfs.so"):
            assert refused(person)
            stranger.enrol()
            t = forgot(stranger.name)
            t.types(stranger.phone.fresh(), at=CODE)
            t.reads("files that ecryptfs encrypts")
            t.types("yes", at=GO_ON)
            set_password(t, GOOD)
            assert LAST in t.seen
    finally:
        shutil.rmtree(ECRYPTFS)
