# SPDX-License-Identifier: MIT
"""Stories 3, 8, 11 and 13 over a real sshd, with a real SMS centre, and what
a stranger learns.  R-VER-4, R-VER-6, R-DEL-3, R-THR-1, R-ENUM-1, R-ENUM-3.
Stories 6 and 7 are in test_menu.py, 18 in test_sources.py."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

import shadow
from conftest import PASSWORD, merged
from daemon import audit, children, wait_for
from dialogue import (CODE, NOT_ACCEPTED, OFFER, PORT, Sshd, forgot, shell_of,
                      ssh, ssh_works)
from elsewhere import HERE4, forgot_at
from everything import (CONF, SENT, address_of, choose, desk_shows, enrol,
                        prove)
from later import DAY, HOUR, MINUTE, later

GOOD = "Turnip-violin-52"
CUT_S = 10  # of login, where sshd's own is 120
WRONG = "00000000"


@pytest.fixture
def caller(site, own_daemon, daemon, new_account):
    """Somebody with sms, who enrolled yesterday."""
    p = enrol(site, new_account(), "sms")
    later(own_daemon, DAY + HOUR)
    return p


def told(t, name):
    """The screen, but for what nobody can know before: the reference, and
    the time of day; NAME for the name."""
    text = re.sub(r"Reference [0-9A-Z]{4}\b", "Reference XXXX", t.seen)
    text = re.sub(r"\b\d\d:\d\d\b", "HH:MM", text)
    return text.replace(name, "NAME")


# Story 3: SMS after 90 seconds.

@pytest.fixture(scope="module")
def hasty_sshd(tmp_path_factory):
    """A real sshd that does not wait long."""
    server = Sshd(tmp_path_factory.mktemp("sshd"), Port=PORT + 1,
                  LoginGraceTime=CUT_S)
    yield server
    server.stop()


def test_story_3_an_sms_that_comes_late(caller, site, hasty_sshd,
                                        open_sshd):
    """The prompt stays, sshd cuts the connection behind it.  The same prompt
    after logging in again, no second SMS, and the first code works."""
    t = forgot_at("127.0.0.1", caller.name, port=PORT + 1)
    t.types("sms", at=CODE).reads(SENT)
    first, prompt = site.code(caller, "sms", 2), told(t, caller.name)
    wait_for(lambda: not children(hasty_sshd.process.pid), "the cut")
    assert t.isalive()
    t.types(first)
    assert "Your password" not in t.rest()
    t = forgot_at("127.0.0.1", caller.name, port=PORT + 1)
    t.types("sms", at=CODE).reads(SENT)
    assert told(t, caller.name) == prompt
    t.types(first)
    choose(t, GOOD)
    assert ssh_works(caller.name, GOOD)
    address = address_of(caller, "sms")
    wait_for(lambda: "was reset" in "".join(site.sent("sms", address)),
             "the notice")  # sent after what was queued before
    assert site.count(caller, "sms") == 2


def test_story_3_the_end_is_said_and_stays(caller, site, own_daemon,
                                           open_sshd):
    """Ten minutes from the first word on: three minutes later, by the clock
    that counts, it is three minutes nearer by the one on the wall."""
    ends = []
    for _ in range(2):
        t = forgot_at("127.0.0.1", caller.name)
        t.types("sms", at=CODE).reads(SENT)
        end = re.search(r"works until (\d\d):(\d\d)", t.before)
        ends.append(int(end[1]) * 60 + int(end[2]))
        t.close(force=True)
        later(own_daemon, 3 * MINUTE)
    assert (ends[0] - ends[1]) % (24 * 60) in (2, 3)  # it is some seconds on
    assert site.count(caller, "sms") == 2


def test_story_3_from_another_address(caller, site, open_sshd, elsewhere):
    """A code works only from the address that asked, and the prompt says so.
    Elsewhere the first one is refused, and the word sends another at once,
    which does and only there; once without the wait of a minute."""
    t = forgot_at("127.0.0.1", caller.name)
    t.types("sms", at=CODE).reads(SENT)
    assert "from this address only" in t.before
    first = site.code(caller, "sms", 2)
    other = forgot_at(HERE4, caller.name, inside=elsewhere)
    other.types(first, at=CODE)
    other.expect(NOT_ACCEPTED)
    other.types("sms", at=CODE).reads(SENT)
    second = site.code(caller, "sms", 3)
    other.types(first)
    other.expect(NOT_ACCEPTED)
    t.types(second)
    t.expect(NOT_ACCEPTED)
    other.types(second, at=SENT)
    choose(other, GOOD)
    assert shadow.is_password(caller.name, GOOD)


# Story 8: the phone is lost.

@pytest.fixture
def careful(site, own_daemon, daemon, new_account):
    """Somebody with app, sms and backup codes, since yesterday."""
    p = enrol(site, new_account(), "app", "sms", "backup")
    later(own_daemon, DAY + HOUR)
    return p


def states(person):
    """{method: state} as the helpdesk sees them."""
    return {f["method"]: f["state"] for f in desk_shows(person)["factors"]}


def by_code_4(t, person, typed):
    """A reset by the fourth code of the sheet."""
    t.types(person.sheet[3].lower().replace("-", ""), at=CODE)
    choose(t, GOOD, lost=typed)
    assert "Code 4 used, 9 left. Phone lost?" in t.seen
    assert shadow.is_password(person.name, GOOD)


def test_story_8_enter_changes_nothing(careful, site, open_sshd):
    """The code that was used is, and everything else is as it was."""
    by_code_4(forgot(careful.name), careful, "")
    assert states(careful) == {m: "ready" for m in ("app", "sms", "backup")}
    t = forgot(careful.name)
    t.types(careful.sheet[3], at=CODE)
    t.expect(NOT_ACCEPTED)
    t.types(careful.phone.fresh(), at=CODE)
    choose(t, GOOD + "-2")
    assert ssh_works(careful.name, GOOD + "-2")


def refused_without_phone(site, person):
    """Neither the app's code is taken, nor is an SMS sent."""
    n = site.count(person, "sms")
    t = forgot(person.name)
    t.types(person.phone.fresh(), at=CODE)
    t.expect(NOT_ACCEPTED)
    t.types("sms", at=CODE)
    t.types("", at=SENT)
    prove(site, t, person, "backup")
    choose(t, GOOD + "-3", lost="")
    assert shadow.is_password(person.name, GOOD + "-3")
    assert site.count(person, "sms") == n


def test_story_8_lost_at_the_prompt(careful, site, open_sshd):
    """App and sms are off at once; the codes on paper still do, and the user
    is told, by the number that is off, too."""
    by_code_4(forgot(careful.name), careful, "lost")
    assert states(careful) == {"app": "off", "sms": "off", "backup": "ready"}
    address = address_of(careful, "sms")
    wait_for(lambda: "were switched off" in "".join(
        site.sent("sms", address)), "the notice")
    refused_without_phone(site, careful)


def test_story_8_lost_by_command(careful, site, open_sshd):
    """`sspr-enroll lost' does the same."""
    t = shell_of(careful.name, ["sspr-enroll", "lost"])
    t.types(PASSWORD, at="assword: ")
    t.rest()
    assert t.exitstatus == 0, t.seen
    assert states(careful) == {"app": "off", "sms": "off", "backup": "ready"}
    refused_without_phone(site, careful)


# Story 11: the reference.

def reference_on(t):
    """The reference that a person reads out to the helpdesk."""
    return re.findall(r"Reference ([0-9A-Z]{4})\b", t.seen)[-1]


@pytest.mark.parametrize("who", ["enrolled", "stranger", "unknown"])
def test_story_11_the_reference_is_that_of_the_log(who, site, daemon,
                                                   new_account, open_sshd):
    """Everybody reads one, and the log finds the conversation by it: its
    source, its service, what was refused; and no name that nobody has."""
    name = "nobody9"
    if who != "unknown":
        p = new_account()
        name = p.name
        if who == "enrolled":
            enrol(site, p, "app")
    t = forgot(name)
    t.types("sms", at=CODE).reads(SENT)
    shown = reference_on(t)
    t.types(WRONG)
    t.expect(NOT_ACCEPTED)
    t.close(force=True)
    found = [r for r in audit() if r.get("reference") == shown]
    assert "code.refused" in [r["event"] for r in found], found
    assert {(r["service"], r["source"]) for r in found} == {("sshd", "self")}
    if who == "enrolled":
        assert {r["subject"] for r in found} == {p.uid}
    assert "nobody9" not in str(audit())


def test_story_11_the_last_words_have_it_too(site, daemon, stranger,
                                             open_sshd):
    """Where a right code leads nowhere."""
    site.issue(enrol(site, stranger, "app"))
    t = forgot(stranger.name)
    t.types("phone-call", at=CODE)
    t.types("", at=SENT)
    first = reference_on(t)
    prove(site, t, stranger, "helpdesk-pass")
    t.types("", at="Enter = stop: ")
    t.close(force=True)
    accepted = [r for r in audit() if r["event"] == "code.accepted"]
    assert accepted[-1]["reference"] == first
    assert accepted[-1]["subject"] == stranger.uid


# Story 13: too many tries.

def refusals(name, codes):
    """What is said to each of these codes, in one login."""
    t, said = forgot(name), []
    for code in codes:
        t.types(code, at=CODE)
        t.expect(r"Not accepted\.[^\r\n]*")
        said.append(t.after)
    t.close(force=True)
    return said


def test_story_13_for_the_account_the_words_are_the_same(
        site, own_daemon, daemon, stranger, open_sshd):
    """The first wrong code, the tenth, the right one that is not compared;
    and for a name that does not exist.  R-THR-1: an hour later it is."""
    p = enrol(site, stranger, "app")
    said = refusals(p.name, [p.phone.wrong()] * 10 + [p.phone.fresh()])
    said += refusals("nobody8", ["000000"] * 11)
    assert set(said) == {
        "Not accepted. After several tries, wait up to an hour. (SSPR-01)"
        " Help: your administrator"}
    later(own_daemon, HOUR)
    t = prove(site, forgot(p.name), p, "app")
    choose(t, GOOD)
    assert shadow.is_password(p.name, GOOD)


@pytest.fixture
def narrow(own_daemon):
    """The daemon, for two conversations an address."""
    own_daemon.stop()
    own_daemon.configure(merged(own_daemon.first_conf, {
        "limits": {"conversations_per_source": 2}}))
    yield own_daemon.start()
    own_daemon.stop()


def test_story_13_for_the_source_it_is_said(narrow, site, open_sshd,
                                            elsewhere):
    """Openly, with its number, to whoever had an offer; another address is
    not concerned."""
    three = [ssh(name) for name in ("alice", "bob", "nobody7")]
    for t in three:
        t.types("forgot", at="assword: ").reads(OFFER)
    for t in three:
        t.types("forgot").expect("Press Enter: |" + re.escape(CODE))
    assert all("(SSPR-21)" not in t.seen for t in three[:2])
    assert "from this address" in t.seen and "(SSPR-21)" in t.seen
    assert "Reset the password" not in t.seen
    t.types("").reads("assword: ")
    forgot_at(HERE4, "nobody7", inside=elsewhere).reads(CODE)


# R-ENUM-1: what a stranger learns.

# What is typed: where one method is enough, and where it takes two and words
# for a message are not taken.
TYPED = {
    1: ("sms", WRONG, "", "000000", "0000-0000-0000-0000", "0" * 12, "email",
        WRONG, "", "phone-call", "", "what is this", ""),
    2: ("sms", WRONG, "000000", "0000-0000-0000-0000", "0" * 12, "email",
        "phone-call", "questions", "what is this", ""),
}


def transcript(name, typed):
    """All that is on the screen for these keystrokes, to the next password
    prompt."""
    t = forgot(name)
    for line in typed:
        t.expect([re.escape(CODE), re.escape(SENT)])
        t.types(line)
    t.reads("assword: ")
    t.close(force=True)
    return told(t, name)


@pytest.fixture(scope="module")
def names(site, own_daemon, new_account):
    """Every kind of account there is."""
    own_daemon.configure(own_daemon.first_conf)
    if own_daemon.process is None:
        own_daemon.start()
    every = ("app", "backup", "sms", "email", "questions")
    admin = new_account("-G", "sudo")
    kinds = {"enrolled": enrol(site, new_account(), *every).name,
             "other": enrol(site, new_account(), "landline").name,
             "unenrolled": new_account().name,
             "admin": enrol(site, admin, *every[:4]).name,
             "administers": "adam", "root": "root", "locked": "larry",
             "expired": "erin", "nologin": "nora", "no_password": "kay",
             "system": "sven", "unknown": "nobody6", "odd": "no-such_one"}
    later(own_daemon, DAY + HOUR)
    return kinds


@pytest.mark.parametrize("count", [1, 2])
def test_r_enum_1_every_name_reads_the_same(count, names, site, own_daemon,
                                            daemon, open_sshd):
    """Byte for byte, but for the name, the reference and the time; whether
    one method is needed or two."""
    own_daemon.stop()
    own_daemon.configure(merged(own_daemon.first_conf,
                                {"reset": {"methods_required": count}}))
    own_daemon.start()
    with ThreadPoolExecutor(4) as pool:
        seen = dict(zip(names, pool.map(
            lambda name: transcript(name, TYPED[count]), names.values())))
    own_daemon.stop()
    for kind, text in seen.items():
        assert text == seen["unknown"], kind
    assert text.count("Not accepted.") >= 3


def test_r_enum_1_lengths_decide_not_words(names, site, daemon, open_sshd):
    """What is as long as a word or a code is treated as one."""
    name = names["enrolled"]
    assert (transcript(name, ("sms", WRONG, "", "000000", "email", "", ""))
            == transcript(name, ("abc", "x" * 8, "", "y" * 6, "5five", "",
                                 "")))
