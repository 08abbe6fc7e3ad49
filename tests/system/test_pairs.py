# SPDX-License-Identifier: MIT
"""Two methods, over a real sshd: which pairs open, in which order, and who
needs two.  R-VER-1, R-VER-7, R-VER-8, R-ADM-2, R-ENUM-1."""

import re
import subprocess

import pytest

import shadow
from conftest import PASSWORD, merged
from conversation import at_code_prompt
from dialogue import CODE, NEW, OFFER, forgot, login
from elsewhere import HERE4, THERE4, forgot_at
from everything import (AGAIN, BORNE, CONF as EVERYTHING, SECOND, SENT, STUCK,
                        address_of, choose, enrol, prove)
from later import DAY, HOUR, later

CONF = merged(EVERYTHING, {"reset": {"methods_required": 2}})
GOOD = "Turnip-violin-52"
NET4 = "198.51.100.0/24"  # of the other host
TWO = "Two different methods are needed; those that send a message come second"

# Each first with each second that it opens together with.
PAIRS = [("app", "sms"), ("backup", "email"), ("app", "landline"),
         ("app", "questions"), ("backup", "questions"), ("app", "backup"),
         ("backup", "app"), ("helpdesk-pass", "app"),
         ("app", "helpdesk-pass"), ("helpdesk-pass", "email")]
# After the first, the second is not even taken.
REFUSED = [("app", "app"), ("backup", "backup"),
           ("helpdesk-pass", "helpdesk-pass")]


@pytest.fixture(scope="module")
def people(site, own_daemon, new_account):
    """One of each pair, who enrolled yesterday, and one with messages only."""
    own_daemon.configure(own_daemon.first_conf)
    own_daemon.start()
    found = {pair: enrol(site, new_account(), *pair) for pair in PAIRS}
    found["messages"] = enrol(site, new_account(), "sms", "email")
    later(own_daemon, DAY + HOUR)
    return found


@pytest.mark.parametrize("first, second", PAIRS)
def test_r_ver_8_two_methods_open(first, second, people, site, daemon,
                                  open_sshd):
    """The prompt says beforehand that it takes two and in which order; with
    one nothing is changed."""
    p = people[first, second]
    if "helpdesk-pass" in (first, second):
        site.issue(p)
    t = prove(site, forgot(p.name), p, first)
    assert TWO in t.seen
    t.reads(SECOND)
    assert shadow.is_password(p.name, PASSWORD)
    prove(site, t, p, second, at="Enter = stop: ")
    choose(t, GOOD, lost="" if "backup" in (first, second) else None)
    assert shadow.is_password(p.name, GOOD)


@pytest.mark.parametrize("first, second", REFUSED)
def test_r_ver_1_one_method_twice_is_one(first, second, site, daemon,
                                         stranger, open_sshd):
    """Two codes of the same app, two of one sheet, two passes."""
    site.issue(enrol(site, stranger, "app", "backup"))
    t = prove(site, forgot(stranger.name), stranger, first)
    if second == "helpdesk-pass":
        site.issue(stranger)
    prove(site, t, stranger, second, at=SECOND)
    t.reads(AGAIN).reads("Enter = stop: ")
    t.close(force=True)
    assert shadow.is_password(stranger.name, PASSWORD)


def test_r_ver_8_who_has_one_method_only_is_told(site, daemon, stranger,
                                                 open_sshd):
    """After the code was right: there is nothing to be told before."""
    enrol(site, stranger, "app")
    t = prove(site, forgot(stranger.name), stranger, "app")
    t.types("", at=STUCK)
    t.close(force=True)
    assert shadow.is_password(stranger.name, PASSWORD)


def messages(site, people):
    """All that these people were ever sent."""
    return [site.sent(m, address_of(p, m)) for p in people for m in BORNE]


@pytest.mark.parametrize("word", ["sms", "email", "phone-call", "questions"])
def test_r_ver_8_no_message_first_and_no_question(word, people, site, daemon,
                                                  stranger, open_sshd):
    """The word is not one that is asked for, and the gateways see nothing;
    neither for who has nothing but messages."""
    three = [people[k] for k in ("messages", ("app", "sms"),
                                 ("app", "questions"))]
    before = messages(site, three)
    for p in three:
        t = forgot(p.name)
        t.types(word, at=CODE)
        t.reads(AGAIN).reads(CODE)
        t.close(force=True)
    enrol(site, stranger, "sms", "email")  # comes after what was queued
    assert messages(site, three) == before
    assert shadow.is_password(three[0].name, PASSWORD)


def test_r_ver_8_two_messages_do_not_open(people, site, daemon, open_sshd):
    """From the network there is no way to begin."""
    p = people["messages"]
    t = forgot(p.name)
    for typed in ("12345678", "sms", "email"):
        t.types(typed, at=CODE)
    t.reads(CODE)
    t.close(force=True)
    assert not [c for m in BORNE for c in site.codes(m, address_of(p, m))[1:]]


# Where it takes how many.

def with_policy(own_daemon, **reset):
    """The file's daemon, started anew with another policy."""
    if own_daemon.process is not None:
        own_daemon.stop()
    own_daemon.configure(merged(own_daemon.first_conf, {"reset": reset}))
    return own_daemon.start()


def needs_two(t):
    """Whether a right code, just typed, was one of two."""
    two = t.expect([re.escape(SECOND), re.escape(NEW), re.escape(STUCK)])
    t.close(force=True)
    return two != 1


@pytest.fixture
def app(daemon, new_account):
    """Make people with an app."""
    return lambda *options: new_account(*options).enrol()


def code_at(t, person):
    """Type the app's code at the first prompt."""
    return t.types(person.phone.fresh(), at=CODE)


def test_two_groups(app, site, own_daemon, new_account, open_sshd):
    """R-ENUM-1: the first prompt is that of everybody else, and where a
    member asks for a message nothing goes."""
    subprocess.run(["groupadd", "finance"], check=True)
    other, member = app(), app("-G", "finance")
    enrol(site, member, "sms")
    later(with_policy(own_daemon, methods_required=1, two_groups="finance"),
          DAY + HOUR)
    a, b = forgot(other.name).reads(CODE), forgot(member.name).reads(CODE)
    assert (a.before.replace(other.name, "")
            == b.before.replace(member.name, ""))
    assert not needs_two(a.types(other.phone.fresh()))
    b.types("sms").types("", at=SENT)
    assert needs_two(code_at(b, member))
    enrol(site, new_account(), "sms")  # comes after what was queued
    assert site.count(member, "sms") == 1
    own_daemon.stop()


def test_two_services(app, own_daemon, open_sshd):
    """sshd needs two, login one."""
    p = app()
    with_policy(own_daemon, methods_required=1, two_services="sshd")
    assert needs_two(code_at(forgot(p.name), p))
    t = login()
    t.types(p.name, at="login: ").types("forgot", at="assword: ")
    t.types("forgot", at=OFFER)
    assert not needs_two(code_at(t, p))
    own_daemon.stop()


@pytest.mark.parametrize("reset, here, there", [
    ({"methods_required": 1, "two_networks": f"{THERE4}/32"}, False, True),
    ({"methods_required": 2, "one_networks": NET4}, True, False),
    ({"methods_required": 2, "one_networks": "127.0.0.0/8"}, True, True),
    ({"methods_required": 1, "one_networks": NET4,
      "two_networks": f"{THERE4}/32"}, False, True)])
def test_networks(reset, here, there, app, own_daemon, open_sshd, elsewhere):
    """From this host and from another one.  One's own addresses are no
    network, and what asks for two wins."""
    p = app()
    with_policy(own_daemon, **reset)
    t = forgot_at("127.0.0.1", p.name)
    assert needs_two(code_at(t, p)) == here
    t = forgot_at(HERE4, p.name, inside=elsewhere)
    assert needs_two(code_at(t, p)) == there
    own_daemon.stop()


def opens_alone(person, **hints):
    """Whether the app's code is enough."""
    with at_code_prompt(person.name, **hints) as c:
        return c.answer(person.phone.fresh()).name == "hand"


CONSOLE = {"rhost": "", "service": "login", "tty": "/dev/tty1"}


def test_the_console_needs_one(app, own_daemon):
    """By default; it can be made two, also by the service."""
    assert opens_alone(app(), **CONSOLE)
    assert not opens_alone(app(), **CONSOLE | {"tty": "/dev/pts/0"})
    assert not opens_alone(app())
    for reset in ({"console_methods_required": 2}, {"two_services": "login"}):
        p = app()
        with_policy(own_daemon, **reset)
        assert not opens_alone(p, **CONSOLE)
    own_daemon.stop()


def test_r_ver_7_questions_are_not_first_at_the_console_either(
        site, app, own_daemon):
    """One method is enough there."""
    p = app()
    enrol(site, p, "questions")
    with at_code_prompt(p.name, **CONSOLE) as c:
        assert c.answer("questions").prompt.startswith(AGAIN)
    own_daemon.stop()
