# SPDX-License-Identifier: MIT
"""Promise 8: who is never reset.  R-POL-1, R-SET-2."""

import pwd
import subprocess

import pytest

import shadow
from conftest import FIRST_UID
from conversation import accepted, at_code_prompt, choose, handed
from protocol import Client

GOOD = "Turnip-violin-52"
# What is done to an enrolled account.
MADE = {
    "locked": "usermod -L {name}",
    "expired": "usermod -e 2020-01-01 {name}",
    "nologin": "usermod -s /usr/sbin/nologin {name}",
    "key_only": "usermod -p * {name}",
    "no_password": "usermod -p ! {name}",
    "empty_password": "passwd -q -d {name}",
    "service_uid": "usermod -u {low} {name}",
    "administrator": "usermod -aG sudo {name}",
    "administrator_primary_group": "usermod -g sudo {name}",
    "deleted": "userdel {name}",
}


def made(how, person):
    """The command, as words."""
    low = person.uid - FIRST_UID + 900
    return MADE[how].format(name=person.name, low=low).split()


def reply(name, code):
    """All that a client hears of a code, with the name put out of it."""
    with at_code_prompt(name) as c:
        m = c.answer(code)
        return str((c.shown, vars(m))).replace(name, "NAME")


def refused(name, code):
    """A right code is answered just as any is for nobody."""
    heard = reply(name, code)
    return "hand" not in heard and heard == reply("nobody9", "000000")


@pytest.mark.parametrize("how", MADE)
def test_promise_8_never_reset(how, person):
    """Enrolled while it was an ordinary account, then made one that must
    not be reset: a right code opens nothing, /etc/shadow stays; a wrong one
    is answered as for nobody."""
    subprocess.run(made(how, person), check=True)
    before = shadow.SHADOW.read_bytes()
    assert refused(person.name, person.phone.wrong())
    with at_code_prompt(person.name) as c:
        assert not accepted(c, person.phone.fresh())
    assert shadow.SHADOW.read_bytes() == before


@pytest.mark.parametrize("how", ["service_uid", "administrator", "deleted"])
def test_promise_8_decoys(how, person):
    """R-ENUM-3: to these even a right code is as good as any."""
    subprocess.run(made(how, person), check=True)
    assert refused(person.name, person.phone.fresh())


def test_a_locked_account_loses_no_code(person):
    """DESIGN 6: the pre-checks come before the code is used up, so it is
    good again once the account is unlocked."""
    code = person.phone.fresh()
    subprocess.run(["usermod", "-L", person.name], check=True)
    with at_code_prompt(person.name) as c:
        assert not accepted(c, code)
    subprocess.run(["usermod", "-U", person.name], check=True)
    with at_code_prompt(person.name) as c:
        assert accepted(c, code)


def test_promise_8_root_is_a_decoy(daemon):
    """The name root, whatever is typed."""
    before = shadow.SHADOW.read_bytes()
    for code in ("000000", "123456"):
        assert refused("root", code)
    assert shadow.SHADOW.read_bytes() == before


def test_promise_8_another_name_of_uid_0_is_a_decoy(daemon):
    """R-POL-1: by any name."""
    subprocess.run(["useradd", "-o", "-u", "0", "-M", "-s", "/bin/bash",
                    "toor"], check=True)
    subprocess.run(["chpasswd"], input="toor:Old-pass-1234", text=True,
                   check=True)
    assert refused("toor", "000000")
    subprocess.run(["userdel", "-f", "toor"], check=False)


def test_promise_8_locked_between_the_code_and_the_password(person):
    """R-SET-2: the worker looks at the moment of change."""
    with at_code_prompt(person.name) as c:
        worker = handed(c, person.phone.fresh())
        subprocess.run(["usermod", "-L", person.name], check=True)
        field = shadow.field(person.name)
        m = choose(worker, GOOD)
        assert m.name != "end" or m.result != 0
    assert shadow.field(person.name) == field


@pytest.mark.parametrize("name", ["root", "sven", "larry", "kay", "erin"])
def test_r_enr_accounts_that_cannot_be_reset_cannot_enrol(name, daemon):
    """Refused at once and openly: it is their own account."""
    with Client(uid=pwd.getpwnam(name).pw_uid) as c:
        c.hello("ADD", method="app")
        try:
            m = c.until("ask", "end", "hand")
        except ConnectionError:
            return
        assert m.name == "end" and m.result != 0


def test_an_account_without_a_phone_is_a_decoy(stranger, daemon):
    """R-ENUM-3."""
    assert refused(stranger.name, "000000")


def test_r_enr_4_a_reused_name_inherits_nothing(person):
    """Deleted and made again with another uid: the old phone opens
    nothing."""
    code = person.phone.fresh()
    subprocess.run(["userdel", "-r", person.name], check=True,
                   stderr=subprocess.DEVNULL)
    subprocess.run(["useradd", "-m", "-u", "4711", "-s", "/bin/bash",
                    person.name], check=True)
    subprocess.run(["chpasswd"], input=f"{person.name}:Old-pass-1234",
                   text=True, check=True)
    assert refused(person.name, code)


def test_r_enr_4_a_reused_uid_inherits_nothing(person):
    """Another name with the uid of one that is gone."""
    code = person.phone.fresh()
    subprocess.run(["userdel", "-r", person.name], check=True,
                   stderr=subprocess.DEVNULL)
    subprocess.run(["useradd", "-m", "-u", str(person.uid), "-s",
                    "/bin/bash", "heir"], check=True)
    subprocess.run(["chpasswd"], input="heir:Old-pass-1234", text=True,
                   check=True)
    assert refused("heir", code)
    subprocess.run(["userdel", "-r", "heir"], check=True,
                   stderr=subprocess.DEVNULL)


def test_uid_min_comes_from_the_configuration(own_daemon, new_account):
    """policy.uid_min: an ordinary account below it is a decoy."""
    p = new_account()
    own_daemon.stop()
    own_daemon.configure(own_daemon.first_conf)
    own_daemon.start()
    p.enrol()
    own_daemon.stop()
    own_daemon.configure({**own_daemon.first_conf,
                          "policy": {"uid_min": p.uid + 1}})
    own_daemon.start()
    assert refused(p.name, p.phone.fresh())
    own_daemon.stop()
