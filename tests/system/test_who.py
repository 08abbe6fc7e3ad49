# SPDX-License-Identifier: MIT
"""Promise 8: who is never reset, and who only with two strong methods.
R-POL-1, R-SET-2."""

import pwd
import subprocess
from pathlib import Path

import pytest

import shadow
from conftest import FIRST_UID, merged
from conversation import accepted, at_code_prompt, choose, handed
from daemon import wait_for
from protocol import Client

# One method is enough for an ordinary account, and usable at once.
CONF = {"reset": {"methods_required": 1}, "enrol": {"cooling_off_h": 0}}

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
    "helpdesk": "usermod -aG sspr-admin {name}",
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


@pytest.mark.parametrize("how", ["service_uid", "helpdesk", "deleted"])
def test_promise_8_decoys(how, person):
    """R-ENUM-3: to these even a right code is as good as any."""
    subprocess.run(made(how, person), check=True)
    assert refused(person.name, person.phone.fresh())


def sheet(person):
    """Enrol recovery codes; their list."""
    codes = []
    with Client(uid=person.uid) as c:
        c.hello("ADD", method="backup")
        c.until("hand")
        worker = c.worker()
        worker.until("ask")
        m = worker.answer(person.password)
        assert (m.name, m.result) == ("end", 0), vars(m)
        worker.close()
        m = c.until("ask", "code", "end")
        while m.name != "end":
            if m.name == "code":
                codes.append(m.code)
            else:  # for an older method, and whether the codes are kept
                c.say("answer", text="yes" if codes else "")
            m = c.until("ask", "code", "end")
        assert m.result == 0, c.shown
    assert len(codes) == 10
    return codes


@pytest.fixture
def admin(person):
    """An administrator with a phone and recovery codes."""
    person.sheet = sheet(person)
    subprocess.run(["usermod", "-aG", "sudo", person.name], check=True)
    return person


def ends(c, m):
    """Answer nothing until END; its result."""
    while m.name != "end":
        m = c.answer("")
    return m.result


def with_both(c, admin):
    """Give both proofs; what comes of the second."""
    m = c.answer(admin.phone.fresh())
    assert m.name == "ask", vars(m)
    return c.answer(admin.sheet.pop(0))


def test_r_pol_1_an_administrator_needs_two_strong_methods(admin):
    """One is answered by the question for another; two change it."""
    field = shadow.field(admin.name)
    with at_code_prompt(admin.name) as c:
        assert c.answer(admin.phone.fresh()).name == "ask"
    assert shadow.field(admin.name) == field
    with at_code_prompt(admin.name) as c:
        assert with_both(c, admin).name == "hand"
        m = choose(c.worker(), GOOD)
        assert (m.name, m.result) == ("end", 0)
        assert ends(c, c.until("ask", "end")) == 0
    assert shadow.field(admin.name) != field


def test_r_pol_1_an_administrator_needs_two_at_the_console_too(admin):
    """methods_required of the console is 1."""
    with at_code_prompt(admin.name, rhost="", service="login",
                        tty="tty1") as c:
        assert c.answer(admin.phone.fresh()).name == "ask"


def test_r_pol_1_the_same_method_twice_is_one(admin):
    """Two recovery codes."""
    with at_code_prompt(admin.name) as c:
        assert c.answer(admin.sheet.pop(0)).name == "ask"
        assert not accepted(c, admin.sheet.pop(0))


def test_r_pol_1_administrators_never(own_daemon, admin):
    """[admin] reset = never: a decoy, whatever is proved."""
    own_daemon.stop()
    own_daemon.configure(merged(own_daemon.first_conf,
                                {"admin": {"reset": "never"}}))
    own_daemon.start()
    assert refused(admin.name, admin.phone.fresh())
    own_daemon.stop()


def test_r_pol_1_made_an_administrator_after_the_code(person):
    """The worker asks NSS itself: one method was proved, two are needed
    now."""
    with at_code_prompt(person.name) as c:
        worker = handed(c, person.phone.fresh())
        subprocess.run(["usermod", "-aG", "sudo", person.name], check=True)
        field = shadow.field(person.name)
        m = choose(worker, GOOD)
        assert m.name != "end" or m.result != 0
    assert shadow.field(person.name) == field


CONSOLE = {"rhost": "", "service": "login", "tty": "tty1"}
NEEDS_TWO = "an administrator needs two strong methods. The last code"


@pytest.fixture
def ruled(person):
    """Somebody with a phone, recovery codes and a rule of sudo, in no group
    of administrators."""
    person.sheet = sheet(person)
    rule = Path("/etc/sudoers.d", person.name)
    rule.write_text(f"{person.name} ALL=(root) /usr/bin/ls\n")
    yield person
    rule.unlink()


def refused_once(daemon, person, **where):
    """One method, which is enough for others: the worker finds the rule."""
    field = shadow.field(person.name)
    with at_code_prompt(person.name, **where) as c:
        m = c.answer(person.phone.fresh())
        assert m.name == "ask" and NEEDS_TWO in m.prompt, vars(m)
        assert ends(c, m) == 46
    wait_for(lambda: not daemon.workers(), "the worker's end")
    assert shadow.field(person.name) == field


def test_r_pol_1_who_has_a_rule_of_sudo_is_an_administrator(own_daemon, ruled):
    """Refused once, at the console, where one method is enough; from then on
    asked for two; changed with both."""
    refused_once(own_daemon, ruled, **CONSOLE)
    field = shadow.field(ruled.name)
    with at_code_prompt(ruled.name, **CONSOLE) as c:
        m = c.answer(ruled.phone.fresh())
        assert m.name == "ask" and "1 of 2" in m.prompt, vars(m)
        assert c.answer(ruled.sheet.pop(0)).name == "hand"
        m = choose(c.worker(), GOOD)
        assert (m.name, m.result) == ("end", 0)
        assert ends(c, c.until("ask", "end")) == 0
    assert shadow.field(ruled.name) != field


def test_r_pol_1_a_refused_code_stays_good(ruled):
    """The account has not used it up."""
    code = ruled.phone.fresh()
    for first in (True, False):
        with at_code_prompt(ruled.name) as c:
            m = c.answer(code)
            assert (NEEDS_TWO in m.prompt) is first, vars(m)


def test_r_pol_1_who_has_a_rule_of_doas_is_an_administrator(own_daemon, person):
    """By a group."""
    conf = Path("/etc/doas.conf")
    conf.write_text(f"permit nopass :{person.name}\n")
    try:
        refused_once(own_daemon, person)
    finally:
        conf.unlink()


def test_r_pol_1_a_rule_after_the_code(person):
    """The worker asks for rules again, and the vault hears of it."""
    person.sheet = sheet(person)
    field = shadow.field(person.name)
    rule = Path("/etc/sudoers.d/later")
    with at_code_prompt(person.name) as c:
        worker = handed(c, person.phone.fresh())
        rule.write_text(f"%{person.name} ALL=ALL\n")
        m = choose(worker, GOOD)
        assert (m.name, m.result) == ("end", 46), vars(m)
        assert ends(c, c.until("ask", "end")) == 46
    rule.unlink()
    assert shadow.field(person.name) == field
    with at_code_prompt(person.name) as c:
        m = c.answer(person.phone.fresh())
        assert m.name == "ask" and "1 of 2" in m.prompt, vars(m)


def test_r_pol_1_rules_that_cannot_be_read_are_not_none(own_daemon, person):
    """Nobody is reset until they can."""
    code = person.phone.fresh()
    rule = Path("/etc/sudoers.d/broken")
    rule.write_text("nobody ALL(\n")
    try:
        with at_code_prompt(person.name) as c:
            assert not accepted(c, code)
        own_daemon.wait_log("cvtsudoers cannot read the rules of sudo")
    finally:
        rule.unlink()
    with at_code_prompt(person.name) as c:
        assert accepted(c, code)


def test_r_pol_1_put_into_never_after_the_codes(admin):
    """Both proofs do not help a member of [policy] never."""
    with at_code_prompt(admin.name) as c:
        assert with_both(c, admin).name == "hand"
        worker = c.worker()
        subprocess.run(["usermod", "-aG", "sspr-admin", admin.name],
                       check=True)
        field = shadow.field(admin.name)
        m = choose(worker, GOOD)
        assert m.name != "end" or m.result != 0
    assert shadow.field(admin.name) == field


def test_r_pol_1_a_group_that_got_lost_is_no_no(own_daemon, person):
    """A group of administrators that was there and is not: nobody can be
    told to be none, so nobody is served until it is back."""
    subprocess.run(["groupadd", "-f", "keepers"], check=True)
    own_daemon.stop()
    own_daemon.configure(merged(own_daemon.first_conf,
                                {"admin": {"groups": "sudo keepers"}}))
    own_daemon.start()
    with at_code_prompt(person.name):
        pass
    subprocess.run(["groupdel", "keepers"], check=True)
    try:
        assert refused(person.name, person.phone.fresh())
        own_daemon.wait_log("group keepers was found before")
    finally:
        subprocess.run(["groupadd", "keepers"], check=True)
    with at_code_prompt(person.name) as c:
        assert accepted(c, person.phone.fresh())
    own_daemon.stop()


@pytest.mark.parametrize("enable", ["none", "selected"])
def test_who_may_is_configured(enable, own_daemon, person, new_account):
    """[policy] enable and groups: everybody else is a decoy."""
    subprocess.run(["groupadd", "-f", "chosen"], check=True)
    member = new_account("-G", "chosen").enrol()
    own_daemon.stop()
    own_daemon.configure(merged(
        own_daemon.first_conf,
        {"policy": {"enable": enable, "groups": "chosen"}}))
    own_daemon.start()
    assert refused(person.name, person.phone.fresh())
    with at_code_prompt(member.name) as c:
        assert accepted(c, member.phone.fresh()) == (enable == "selected")
    own_daemon.stop()


def test_two_groups_need_two(own_daemon, person):
    """[reset] two_groups, where one method is the rule."""
    person.sheet = sheet(person)
    subprocess.run(["groupadd", "-f", "careful"], check=True)
    subprocess.run(["usermod", "-aG", "careful", person.name], check=True)
    own_daemon.stop()
    own_daemon.configure(merged(own_daemon.first_conf,
                                {"reset": {"two_groups": "careful"}}))
    own_daemon.start()
    with at_code_prompt(person.name) as c:
        assert with_both(c, person).name == "hand"
    own_daemon.stop()


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


SWITCH = Path("/etc/nsswitch.conf")
ELSEWHERE = Path("/var/lib/extrausers/passwd")
ALSO = "{}:x:{}:100::/nonexistent:/bin/bash\n"


@pytest.fixture
def elsewhere():
    """A second source of accounts, with nobody; a look-up of a local one
    never comes to it."""
    before = SWITCH.read_text()
    ELSEWHERE.parent.mkdir(exist_ok=True)
    ELSEWHERE.write_text("")
    SWITCH.write_text(before.replace(
        "files", "files [SUCCESS=return] extrausers", 1))
    yield ELSEWHERE
    SWITCH.write_text(before)
    ELSEWHERE.unlink(missing_ok=True)


@pytest.mark.parametrize("how", ["name", "capitals", "uid"])
def test_r_set_2_an_account_of_two_sources(how, person, elsewhere):
    """Nobody could say whose password is meant.  The code is not used up by
    it."""
    name = {"name": person.name, "capitals": person.name.upper()}
    elsewhere.write_text(ALSO.format(name.get(how, "somebody"),
                                     person.uid if how == "uid" else 60999))
    before = shadow.SHADOW.read_bytes()
    code = person.phone.fresh()
    with at_code_prompt(person.name) as c:
        assert not accepted(c, code)
    assert shadow.SHADOW.read_bytes() == before
    elsewhere.write_text(ALSO.format("somebody", 60999))
    with at_code_prompt(person.name) as c:
        assert accepted(c, code)


def test_r_set_2_a_source_that_does_not_answer(own_daemon, daemon, person,
                                               elsewhere):
    """Where a directory is served it might know the account too; elsewhere it
    may be one that was never set up, as sss often is."""
    elsewhere.unlink()
    own_daemon.stop()
    own_daemon.configure(merged(own_daemon.first_conf,
                                {"policy": {"directory": "yes"}}))
    own_daemon.start()
    code = person.phone.fresh()
    with at_code_prompt(person.name) as c:
        m = c.answer(code)
    assert m.name == "ask" and "(SSPR-51)" in m.prompt, vars(m)
    own_daemon.stop()
    own_daemon.configure(own_daemon.first_conf)
    own_daemon.start()
    with at_code_prompt(person.name) as c:
        assert accepted(c, code)
