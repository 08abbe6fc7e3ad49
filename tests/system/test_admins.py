# SPDX-License-Identifier: MIT
"""Administrators, over a real sshd: two strong methods wherever one is enough
for others, or never.  R-POL-1, R-VER-7, R-VER-8, R-DEL-6, R-ENUM-3."""

import re
import subprocess

import pytest

import shadow
from conftest import PASSWORD, merged
from conversation import at_code_prompt
from daemon import audit, wait_for
from dialogue import CODE, NEW, NOT_ACCEPTED, forgot, ssh_works
from everything import (AGAIN, CONF, SECOND, SENT, STUCK, address_of, choose,
                        enrol, prove, type_answers)
from later import DAY, HOUR, later

GOOD = "Turnip-violin-52"
CONSOLE = {"rhost": "", "service": "login", "tty": "/dev/tty1"}
TOLD = "Password of administrator {} on web1 was reset"


@pytest.fixture(scope="module")
def admins(site, own_daemon, new_account):
    """One who became one after all was enrolled, one who was one before, and
    a third who is told; all since yesterday."""
    own_daemon.configure(own_daemon.first_conf)
    own_daemon.start()
    found = [enrol(site, new_account(), "app", "backup", "sms", "questions")]
    subprocess.run(["usermod", "-a", "-G", "sudo", found[0].name], check=True)
    for methods in (("app", "backup", "sms"), ("backup", "email")):
        found.append(enrol(site, new_account("-G", "sudo"), *methods))
    later(own_daemon, DAY + HOUR)
    return found


@pytest.fixture
def admin(daemon, new_account):
    """A new one, with nothing yet."""
    return new_account("-G", "sudo")


def subjects(site, person):
    """Of the mails a person got."""
    return [m["subject"] for m in site.by["email"].messages()
            if m["to"] == address_of(person, "email")]


@pytest.mark.parametrize("which, second", [(0, "backup"), (1, "sms")])
def test_two_strong_methods_are_accepted(which, second, admins, site, daemon,
                                         sshd):
    """app with backup, and app with sms; the other administrators are told
    by mail who it was, and the one who did it is not told so."""
    p, other = admins[which], admins[2]
    t = prove(site, forgot(p.name), p, "app")
    prove(site, t, p, second, at=SECOND)
    choose(t, GOOD, lost="" if second == "backup" else None)
    assert ssh_works(p.name, GOOD)
    assert not ssh_works(p.name, PASSWORD)
    wait_for(lambda: TOLD.format(p.name) in subjects(site, other), "a mail")
    text = next(m["text"] for m in site.by["email"].messages()
                if m["subject"] == TOLD.format(p.name))
    assert "127.0.0.1" in text and "://" not in text
    told = site.sent("sms", address_of(p, "sms"))
    assert any(f"The password of {p.name} on web1 was reset" in m
               for m in told)
    assert not any(f"of {p.name}, who administers" in m for m in told)


@pytest.mark.parametrize("method", ["app", "backup"])
def test_one_method_is_not_enough(method, site, admin, sshd):
    """It is for anybody else; the prompt before is that of everybody."""
    enrol(site, admin, "app", "backup")
    t = prove(site, forgot(admin.name), admin, method)
    assert "Two different methods" not in t.seen
    t.reads(SECOND).reads("Enter = stop: ")
    t.close(force=True)
    assert shadow.is_password(admin.name, PASSWORD)


@pytest.mark.parametrize("method", ["app", "backup"])
def test_the_console_makes_no_difference(method, site, admin):
    """Two there, too."""
    enrol(site, admin, "app", "backup")
    code = admin.phone.fresh() if method == "app" else admin.sheet[0]
    with at_code_prompt(admin.name, **CONSOLE) as c:
        assert c.answer(code).prompt.startswith(SECOND)


def test_who_has_one_method_only_cannot_reset(site, admin, sshd):
    """And is told so, where the code was right."""
    enrol(site, admin, "app")
    t = prove(site, forgot(admin.name), admin, "app")
    t.reads(STUCK)
    t.close(force=True)
    assert shadow.is_password(admin.name, PASSWORD)


def test_r_ver_7_questions_are_refused(admins, site, daemon, sshd):
    """After the app they are neither named nor asked; nor first."""
    p = admins[0]
    t = forgot(p.name)
    t.types("questions", at=CODE)
    t.reads(AGAIN)
    prove(site, t, p, "app")
    t.reads(SECOND).reads("Enter = stop: ")
    assert "questions" not in t.before
    t.types("questions")
    t.reads(AGAIN).reads("Enter = stop: ")
    assert "Question" not in t.before
    t.close(force=True)


def test_questions_do_for_others(site, daemon, stranger, sshd):
    """The same keystrokes of who is no administrator, where two are needed:
    what was refused before was not refused for another reason."""
    site.issue(enrol(site, stranger, "app", "questions"))
    t = prove(site, forgot(stranger.name), stranger, "helpdesk-pass")
    t.reads(SECOND)
    type_answers(t, stranger)
    t.reads(NEW)
    t.close(force=True)


def test_r_ver_8_a_message_never_goes_first(admins, site, daemon, stranger,
                                            sshd):
    """Where one method is enough the word is taken of everybody, but of an
    administrator nothing is sent; and no code is right."""
    p = admins[1]
    before = site.sent("sms", address_of(p, "sms"))
    t = forgot(p.name)
    t.types("sms", at=CODE)
    t.types("00000000", at=SENT)
    t.expect(NOT_ACCEPTED)
    t.reads(SENT)
    t.close(force=True)
    enrol(site, stranger, "sms")  # comes after what was queued
    assert site.sent("sms", address_of(p, "sms")) == before


def test_a_pass_of_the_helpdesk_is_not_enough(site, admin, sshd):
    """Root issues one; not even for who has nothing else does it do
    alone."""
    enrol(site, admin, "backup")
    site.issue(admin, by="root")
    t = prove(site, forgot(admin.name), admin, "helpdesk-pass")
    t.reads(SECOND).reads("Enter = stop: ")
    t.close(force=True)
    assert shadow.is_password(admin.name, PASSWORD)


def test_the_log_says_who_it_was(admins, site, daemon):
    """A completed reset of an administrator has its records."""
    p = admins[0]
    events = [r["event"] for r in audit() if r.get("subject") == p.uid]
    assert events.count("code.accepted") >= 2


@pytest.fixture
def never(own_daemon):
    """The daemon, with `admin reset = never'."""
    own_daemon.stop()
    own_daemon.configure(merged(own_daemon.first_conf,
                                {"admin": {"reset": "never"}}))
    yield own_daemon.start()
    own_daemon.stop()


def test_r_enum_3_never_is_a_decoy(admins, site, never, sshd):
    """Right codes are not accepted, in the words that a stranger reads."""
    p = admins[2]
    seen = []
    for name, code in ((p.name, p.sheet[0]), ("nobody9", "0" * 19)):
        t = forgot(name)
        t.types(code, at=CODE)
        t.types("email", at=CODE)
        t.types("00000000", at=SENT)
        t.types("", at=SENT)
        t.types("", at=CODE)
        t.reads("assword: ")
        t.close(force=True)
        text = re.sub(r"Reference \w+|\d\d:\d\d", "", t.seen)
        seen.append(text.replace(name, "NAME"))
    assert seen[0] == seen[1]
    assert "Not accepted." in seen[0]
    assert shadow.is_password(p.name, PASSWORD)


def test_never_is_for_administrators_only(admins, site, never, stranger,
                                          sshd):
    """Everybody else is reset as before."""
    enrol(site, stranger, "app")
    t = prove(site, forgot(stranger.name), stranger, "app")
    choose(t, GOOD)
    assert shadow.is_password(stranger.name, GOOD)
