# SPDX-License-Identifier: MIT
"""Each method alone, over a real sshd, with its code read back from the real
gateway or mailbox; and what a prompt for a sent code does.  R-VER-4, R-VER-6,
R-VER-7, R-ADM-2, R-DEL-1, R-DEL-5."""

import subprocess
import time

import pytest

import shadow
from conftest import PASSWORD, merged
from conversation import at_code_prompt
from daemon import AUDIT, wait_for
from dialogue import CODE, NEW, NOT_ACCEPTED, forgot, ssh_works
from everything import (AGAIN, BORNE, CONF, SECOND, SENT, address_of, choose,
                        code_of, desk_shows, enrol, prove)
from gateways import Gammu
from later import DAY, HOUR, MINUTE, later
from watch import Watch

GOOD = "Turnip-violin-52"
ALONE = ("app", "backup", "sms", "landline", "email")
WRONG = "00000000"


@pytest.fixture(scope="module")
def people(site, own_daemon, new_account):
    """One of each method, who enrolled yesterday."""
    own_daemon.configure(own_daemon.first_conf)
    own_daemon.start()
    found = {m: enrol(site, new_account(), m) for m in ALONE}
    later(own_daemon, DAY + HOUR)
    return found


@pytest.mark.parametrize("method", ALONE)
def test_one_method_alone(method, people, site, daemon, sshd):
    """The new password logs in, the old one does not, and no other line of
    /etc/shadow is touched."""
    p, before = people[method], shadow.lines()
    t = prove(site, forgot(p.name), p, method)
    choose(t, GOOD, lost="" if method == "backup" else None)
    assert shadow.only_changed(before, p.name)
    assert ssh_works(p.name, GOOD)
    assert not ssh_works(p.name, PASSWORD)


def test_an_sms_says_what_it_is_for(people, site, daemon, sshd):
    """R-DEL-5: host, time and source, and to keep the code; no link.  One
    SMS of 160 characters."""
    p = people["sms"]
    text = [t for t in site.sent("sms", address_of(p, "sms"))
            if code_of(t)][-1]
    assert "web1" in text and "Never tell anyone this code" in text
    times = (time.strftime("%d %b %H:%M UTC", time.gmtime(time.time() - ago))
             for ago in range(0, 600, 30))
    assert any(t in text for t in times)  # the wall clock's, not ours
    assert "://" not in text and len(text) <= 160


@pytest.fixture
def gammu(site, own_daemon, monkeypatch):
    """The daemon, which sends by gammu-smsd."""
    with Gammu() as phone:
        monkeypatch.setitem(site.by, "sms", phone)
        own_daemon.stop()
        own_daemon.configure(merged(own_daemon.first_conf,
                                    {"sms": {"command": phone.command}}))
        yield own_daemon.start()
        own_daemon.stop()


def test_sms_by_gammu_smsd(gammu, site, stranger, sshd):
    """The same by a telephone."""
    enrol(site, stranger, "sms")
    later(gammu, DAY + HOUR)
    t = prove(site, forgot(stranger.name), stranger, "sms")
    choose(t, GOOD)
    assert ssh_works(stranger.name, GOOD)


def test_r_adm_2_a_pass_goes_with_one_enrolled_method(site, daemon, stranger,
                                                      sshd):
    """Also where one method is enough."""
    site.issue(enrol(site, stranger, "app"))
    t = prove(site, forgot(stranger.name), stranger, "helpdesk-pass")
    prove(site, t, stranger, "app", at=SECOND)
    choose(t, GOOD)
    assert ssh_works(stranger.name, GOOD)
    assert not ssh_works(stranger.name, PASSWORD)


def test_r_adm_2_a_pass_alone_for_who_has_nothing(site, daemon, stranger,
                                                  sshd):
    """Nothing was ever enrolled; nobody would hear of it, so root issues."""
    site.issue(stranger, by="root")
    t = prove(site, forgot(stranger.name), stranger, "helpdesk-pass")
    choose(t, GOOD)
    assert shadow.is_password(stranger.name, GOOD)


def test_r_adm_2_a_pass_for_who_lost_everything(site, own_daemon, daemon,
                                                stranger, sshd):
    """It does alone, but not before the user had time to hear of it."""
    site.issue(enrol(site, stranger, "email"), "--lost-everything")
    t = prove(site, forgot(stranger.name), stranger, "helpdesk-pass")
    t.expect(NOT_ACCEPTED)
    t.close(force=True)
    address = address_of(stranger, "email")
    wait_for(lambda: "helpdesk issued" in "".join(
        site.sent("email", address)), "the notice")
    later(own_daemon, 16 * MINUTE)
    t = prove(site, forgot(stranger.name), stranger, "helpdesk-pass")
    choose(t, GOOD)
    assert shadow.is_password(stranger.name, GOOD)


def test_r_ver_7_questions_are_never_alone(site, daemon, stranger, sshd):
    """One method is enough, and still they are not even asked."""
    enrol(site, stranger, "questions")
    t = forgot(stranger.name)
    t.types("questions", at=CODE)
    t.reads(AGAIN).reads(CODE)
    assert "questions" not in t.before
    t.close(force=True)


def asked(site, person):
    """At the prompt for a code that was sent by sms; and the code."""
    n = site.count(person, "sms")
    t = forgot(person.name)
    t.types("sms", at=CODE).reads(SENT)
    return t, site.code(person, "sms", n + 1)


@pytest.fixture
def caller(site, own_daemon, daemon, new_account):
    """Somebody with sms, who enrolled yesterday, and an app."""
    p = enrol(site, new_account(), "sms", "app")
    later(own_daemon, DAY + HOUR)
    return p


def test_an_empty_line_goes_back(caller, site, sshd):
    """And the word again is the same prompt, without another message."""
    t, _ = asked(site, caller)
    n = site.count(caller, "sms")
    t.types("")
    t.reads(f"Reset the password of {caller.name} on web1.")
    t.types("sms", at=CODE)
    t.types("", at=SENT)
    prove(site, t, caller, "app")
    choose(t, GOOD)
    address = address_of(caller, "sms")
    wait_for(lambda: "was reset" in "".join(site.sent("sms", address)),
             "the notice")  # sent after what was queued before
    assert site.count(caller, "sms") == n


def test_r_enr_1_hanging_up_leaves_the_password_a_proof(caller, site, sshd):
    """It was not changed, so it opens the enrolment, as it did before."""
    t = prove(site, forgot(caller.name), caller, "app")
    t.reads(NEW)
    t.close(force=True)
    wait_for(lambda: "not finished" in "".join(
        site.sent("sms", address_of(caller, "sms"))), "the notice")
    enrol(site, caller, "backup")


def failures(person):
    """{method: wrong tries} as the helpdesk sees them."""
    return {c["method"]: c["failures"] for c in desk_shows(person)["counts"]}


def test_r_ver_4_a_wrong_code_costs_and_asks_again(caller, site, sshd):
    """Its budget, at the same prompt; the right one still opens."""
    t, code = asked(site, caller)
    for n in (1, 2):
        t.types(WRONG)
        t.expect(NOT_ACCEPTED)
        t.reads(SENT)
        assert failures(caller)["sms"] == n
    t.types(code)
    choose(t, GOOD)
    assert ssh_works(caller.name, GOOD)
    assert not failures(caller)


def test_r_ver_4_three_wrong_codes_void_it(caller, site, own_daemon, sshd):
    """The right one is not accepted then; one sent later is."""
    t, code = asked(site, caller)
    for typed in (WRONG, WRONG, WRONG, code):
        t.types(typed)
        t.expect(NOT_ACCEPTED)
        t.reads(SENT)
    t.close(force=True)
    assert shadow.is_password(caller.name, PASSWORD)
    later(own_daemon, DAY + HOUR)
    t, code = asked(site, caller)
    t.types(code)
    choose(t, GOOD)
    assert shadow.is_password(caller.name, GOOD)


def is_seen(watch, secret, **popen):
    """Whether the watch sees what a process shows on purpose."""
    with subprocess.Popen(**popen) as process:
        wait_for(lambda: watch.leaks([secret]), secret)
        process.kill()


def test_r_del_1_codes_are_in_no_command_line_or_environment(
        site, own_daemon, daemon, new_account):
    """50 codes, by each of the couriers; the watch sees what is there on
    purpose."""
    with Watch() as watch:
        people = [enrol(site, new_account(), m, "email")
                  for m in ("sms", "sms", "sms", "landline", "landline") * 2]
        for _ in range(2):
            later(own_daemon, DAY + HOUR)
            for p in people:
                ask_all(site, p)
        is_seen(watch, "31415926", args=["sleep", "20"],
                env={"CODE": "31415926"})
        is_seen(watch, "27182818",
                args=["sh", "-c", "sleep 20; :", "27182818"])
    sent = [(m, address_of(p, m)) for p in people for m in BORNE]
    codes = [c for to in sent for c in site.codes(*to)]
    assert len(codes) >= 50
    assert not watch.leaks(codes)
    assert not watch.leaks([address for _, address in sent])
    log = own_daemon.log() + AUDIT.read_text()
    assert not [c for c in codes if c in log]
    assert all(watch.saw(site.by[m].command.split()[0]) for m in BORNE)


def ask_all(site, person):
    """Have a code sent by every way the person has, and leave."""
    for method, word in BORNE.items():
        n = site.count(person, method)
        if n == 0:
            continue
        with at_code_prompt(person.name) as c:
            assert c.answer(word).name == "ask"
        site.code(person, method, n + 1)
