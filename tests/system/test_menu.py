# SPDX-License-Identifier: MIT
"""sspr-enroll without a subcommand: the guided menu of stories 6 to 8, on a
real terminal, with a real mail server behind [email]."""

import re
import subprocess

import pytest

from conftest import merged
from conversation import at_code_prompt
from dialogue import Terminal, shell_of
from gateways import Mail
from phone import Phone

CONF = {"reset": {"methods": "app backup email helpdesk-pass",
                  "methods_required": 2}}

CHOOSE = "Choose (Enter = leave): "
PASSWORD = "assword: "
CODE = "Code the app shows now (Enter = stop): "
KEPT = "nothing is kept): "
PROOF = "Enter = later: "
SHEET = r"\d+  ([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})\b"


@pytest.fixture(scope="module")
def mail():
    """Where [email] sends to."""
    with Mail() as gateway:
        yield gateway


@pytest.fixture
def served(own_daemon, mail):
    """The daemon, with e-mail."""
    if own_daemon.process is None or own_daemon.process.poll() is not None:
        own_daemon.configure(merged(own_daemon.first_conf,
                                    {"email": {"command": mail.command}}))
        own_daemon.start()
    return own_daemon


def menu(person, size=(24, 80)):
    """At the menu's prompt."""
    t = shell_of(person.name, ["sspr-enroll"])
    t.setwinsize(*size)
    return t.reads(CHOOSE)


def choose(t, person, method):
    """Choose a method by the number it has now, give the password."""
    number = re.findall(rf"(?m)^  (\d)  {method} ", t.seen.replace("\r", ""))
    assert number, t.seen
    t.types(number[-1])
    return t.types(person.password, at=PASSWORD)


def add_sheet(t, person):
    """Enrol backup codes from the menu; they are the person's."""
    choose(t, person, "backup")
    if t.expect([re.escape(KEPT), re.escape(PROOF)]) == 1:
        t.types("")
        t.reads(KEPT)
    person.sheet = re.findall(SHEET, t.before)
    assert len(person.sheet) == 10, t.seen
    return t.types("yes")


def add_app(t, person, proof=""):
    """Enrol an app from the menu; the phone is the person's."""
    choose(t, person, "app")
    if t.expect([re.escape(CODE), re.escape(PROOF)]) == 1:
        t.types(proof)
        t.reads(CODE)
    groups = re.findall(r"\b[A-Z2-7]{4}(?: [A-Z2-7]{4}){7}\b", t.seen)
    person.phone = Phone(groups[-1])
    return t.types(person.phone.fresh())


def test_story_6_from_nothing_to_two_methods(stranger, served):
    """0 of 2, 1 of 2 done, 2 of 2 done, protected, try it; then both of them
    do open a reset."""
    t = menu(stranger)
    assert "You are not protected yet: 0 of 2 methods." in t.seen
    assert "no one can do it for you" not in t.seen
    add_sheet(t, stranger)
    t.reads("1 of 2 done.").reads(CHOOSE)
    add_app(t, stranger, proof=stranger.sheet.pop(0))
    t.reads("2 of 2 done.")
    t.reads("You are protected.")
    t.reads("Try it now: sspr-enroll test")
    t.types("", at=CHOOSE)
    t.rest()
    assert t.exitstatus == 0
    assert "9 codes left" in t.seen
    with at_code_prompt(stranger.name) as c:
        assert c.answer(stranger.phone.fresh()).name == "ask"
        assert c.answer(stranger.sheet.pop(0)).name == "hand"


def test_story_6_an_administrator(new_account, served):
    """Is told that it takes two and that nobody else can do it."""
    t = menu(new_account("-G", "sudo"))
    assert "You administer this machine (group sudo): you need two," in t.seen
    assert "no one can do it for you." in t.seen
    t.types("q")
    t.rest()
    assert t.exitstatus == 0


def test_r_enr_2_what_was_not_proved_waits(stranger, served):
    """The second method, enrolled with the password alone: the menu says
    from when on it can be used."""
    t = menu(stranger)
    add_sheet(t, stranger)
    t.reads(CHOOSE)
    add_app(t, stranger)
    t.reads("2 of 2 done.")
    t.reads("You are protected from 20")
    t.types("", at=CHOOSE)
    t.rest()
    assert re.search(r"app +\S+ +never +from 20\d\d-", t.seen)
    with at_code_prompt(stranger.name) as c:
        assert c.answer(stranger.sheet.pop(0)).name == "ask"
        assert c.answer(stranger.phone.fresh()).name != "hand"


def test_e_mail_is_confirmed_by_a_code(stranger, served, mail):
    """The address is asked for, a code goes there and comes back; the status
    shows only a part of it."""
    before = len(mail.messages())
    t = menu(stranger)
    choose(t, stranger, "email")
    t.types(f"{stranger.name}@example.org", at="(Enter = stop): ")
    t.reads("Enter = another address): ")
    message = mail.wait(before + 1)[-1]
    assert message["to"] == f"{stranger.name}@example.org"
    t.types(re.search(r"\b\d{8}\b", message["text"])[0])
    t.reads("1 of 2 done.").reads(CHOOSE)
    assert f"{stranger.name}@example.org" not in t.seen.split("done.")[1]
    assert "example.org" in t.seen.split("done.")[1]
    t.close(force=True)


def test_story_7_no_phone(stranger, served):
    """`text' and `u' at the code prompt bring the key and the URI, and the
    prompt again."""
    t = menu(stranger)
    choose(t, stranger, "app")
    t.reads("No phone?  Type text for a key to paste into a password")
    t.types("text", at=CODE)
    t.expect(r"\n([A-Z2-7]{32})\r?\n")
    key = t.match[1]
    t.types("u", at=CODE)
    t.expect(r"otpauth://totp/\S+")
    assert f"secret={key}&" in t.after
    t.types(Phone(key).fresh(), at=CODE)
    t.reads("1 of 2 done.")
    t.close(force=True)


def test_story_8_a_lost_phone(stranger, served):
    """`l' switches the app off at once, the backup codes stay."""
    t = menu(stranger)
    add_sheet(t, stranger)
    t.reads(CHOOSE)
    add_app(t, stranger, proof=stranger.sheet.pop(0))
    t.types("l", at=CHOOSE)
    t.types(stranger.password, at=PASSWORD)
    t.reads("switched off")
    t.reads("You are not protected yet: 1 of 2 methods.").reads(CHOOSE)
    assert re.search(r"app +\S+ +\S+ +off", t.seen)
    t.close(force=True)
    with at_code_prompt(stranger.name) as c:
        assert c.answer(stranger.sheet.pop(0)).name == "ask"
        assert c.answer(stranger.phone.fresh()).name != "hand"


def test_remove_keep_and_test_from_the_menu(stranger, served):
    """Removed until tomorrow, kept after all, and a rehearsal."""
    t = menu(stranger, size=(60, 80))
    add_sheet(t, stranger)
    t.reads(CHOOSE)
    add_app(t, stranger, proof=stranger.sheet.pop(0))
    t.types("r", at=CHOOSE)
    number = re.findall(r"(?m)^(\d+) +app ", t.seen)[-1]
    t.types(number, at="Its ID (Enter = none): ")
    t.reads(f"Removing {number}: app")
    t.types(stranger.password, at=PASSWORD)
    t.expect(r"app +\S+ +\S+ +until 20\d\d-")
    t.types("k", at=CHOOSE)
    t.types(number, at="Its ID (Enter = none): ")
    t.types(stranger.password, at=PASSWORD)
    t.reads("You are protected.")
    t.types("t", at=CHOOSE)
    t.types(stranger.password, at=PASSWORD)
    t.types(stranger.phone.fresh(), at="Enter = stop: ")
    t.types(stranger.sheet.pop(0), at="Enter = stop: ")
    t.expect(r"Nothing\s+was\s+changed")
    t.types("", at=CHOOSE)
    t.rest()
    assert t.exitstatus == 0


def test_a_refusal_leads_back_to_the_menu(stranger, served):
    """A wrong password, a stop, nonsense: all that and the menu again."""
    t = menu(stranger)
    t.types("1")
    t.types("Old-pass-1235", at=PASSWORD)
    t.reads("SSPR-19")
    t.types("nonsense", at=CHOOSE)
    t.reads("Not understood")
    choose(t.reads(CHOOSE), stranger, "app")
    t.types("", at=CODE)
    t.types("q", at=CHOOSE)
    t.rest()
    assert t.exitstatus == 0


def test_it_fits_a_screen(stranger, served):
    """No line is over 80 columns, and the menu leaves room on 24 lines."""
    t = Terminal("runuser", args=["-u", stranger.name, "--", "sspr-enroll"],
                 dimensions=(24, 80), echo=True)
    t.reads(CHOOSE)
    add_sheet(t, stranger)
    t.reads("1 of 2 done.").reads(CHOOSE)
    lines = t.seen.replace("\r", "").split("\n")
    assert max(map(len, lines)) <= 80, max(lines, key=len)
    assert t.seen.split("done.")[1].count("\n") < 24
    t.close(force=True)


def test_without_a_terminal_it_is_the_status(stranger, served):
    """No prompt, no menu: for cron and for pipes."""
    done = subprocess.run(["runuser", "-u", stranger.name, "--",
                           "sspr-enroll"], text=True, input="1\n",
                          capture_output=True, check=False, timeout=60)
    assert done.returncode == 0
    assert "Choose" not in done.stdout + done.stderr
    assert "0 of 2 methods" in done.stdout
    t = shell_of(stranger.name, ["sh", "-c", "sspr-enroll | cat"])
    t.rest()
    assert "Choose" not in t.seen and "0 of 2 methods" in t.seen
