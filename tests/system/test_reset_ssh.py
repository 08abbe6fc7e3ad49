# SPDX-License-Identifier: MIT
"""Stories 1, 2 and 4 and promise 1 over a real sshd."""

import re

import pexpect

import shadow
from dialogue import (CODE, LAST, NEW, OFFER, RETYPE, forgot, set_password,
                      ssh, ssh_works)

GOOD = "Turnip-violin-52"
CONF = {"offer": {"offer_delay_ms": 0}}


def test_story_2_forgotten_at_ssh(person, sshd):
    """Promise 1, R-SET-5: code, new password, the attempt still fails, the
    new password logs in, the old one does not, no other line is touched."""
    before = shadow.lines()
    t = forgot(person.name)
    t.reads(f"Reset the password of {person.name} on web1."
            " Nothing changes until the end.")
    t.types(person.phone.fresh(), at=CODE)
    set_password(t, GOOD)
    t.types(GOOD, at="assword: ")
    t.types("id -un; exit", at="$ ")
    assert person.name in t.rest()
    assert shadow.only_changed(before, person.name)
    assert ssh_works(person.name, GOOD)
    assert not ssh_works(person.name, person.password)


def test_promise_1_a_completed_reset_lets_nobody_in(person, sshd):
    """R-PAM-1: after the last words this attempt ends as a failure."""
    t = ssh(person.name, "echo it-is-me", tries=1)
    t.types("forgot", at="assword: ").types("forgot", at=OFFER)
    t.types(person.phone.fresh(), at=CODE)
    set_password(t, GOOD)
    out = t.rest()
    assert "Permission denied" in out and "it-is-me" not in out
    assert t.exitstatus == 255
    assert shadow.is_password(person.name, GOOD)


def test_story_1_a_typo_gives_no_offer(person, sshd):
    """The first refused password: sshd asks again and says nothing new."""
    t = ssh(person.name, "echo it-is-me")
    t.types("Old-pass-1235", at="assword: ")
    t.types(person.password, at="assword: ")
    out = t.rest()
    assert "it-is-me" in out and "forgot" not in out


def test_story_2_the_second_failure_gives_an_offer(stranger, daemon, sshd):
    """offer_after = 2; an empty line is another try at the password."""
    t = ssh(stranger.name, "echo it-is-me")
    t.types("Old-pass-1235", at="assword: ")
    t.types("Old-pass-1236", at="assword: ")
    t.types("", at=OFFER)
    t.types(stranger.password, at="assword: ")
    assert "it-is-me" in t.rest()


def test_story_2_forgot_as_password_gives_the_offer_at_once(stranger,
                                                            daemon, sshd):
    """The word is enough for a name that never failed before."""
    t = ssh(stranger.name)
    t.types("forgot", at="assword: ")
    t.reads("Wrong password. Press Enter to try again, or " + OFFER)


def test_an_answer_to_the_offer_that_is_neither_asks_once_more(stranger,
                                                               daemon, sshd):
    """DESIGN: any other length asks once more, then the attempt goes on."""
    t = ssh(stranger.name)
    t.types("forgot", at="assword: ")
    t.types("what is this", at=OFFER)
    t.reads("Not understood.")
    t.types("no", at=": ")
    t.reads("assword: ")


def test_pwquality_speaks_for_itself_and_is_asked_again(person, sshd):
    """Story 2, R-SET-1: weak passwords are refused in the stack's own words;
    the good one that follows is taken; nothing changes before."""
    t = forgot(person.name)
    t.types(person.phone.fresh(), at=CODE)
    t.types("Shortish1", at=NEW)
    t.expect("BAD PASSWORD: The password is shorter than")
    t.types("turnipviolins", at=NEW)
    t.expect("BAD PASSWORD: ")
    assert shadow.is_password(person.name, person.password)
    set_password(t, GOOD)
    assert shadow.is_password(person.name, GOOD)


def test_three_weak_passwords_change_nothing(person, sshd):
    """The transaction is started three times at most; the old password
    still logs in, and the user is told."""
    t = forgot(person.name)
    t.types(person.phone.fresh(), at=CODE)
    for _ in range(3):
        t.types("Shortish1", at=NEW)
    t.expect("(?i)not changed")
    assert shadow.is_password(person.name, person.password)


def test_passwords_that_differ_are_asked_again(person, sshd):
    """A slip in the second typing costs nothing."""
    t = forgot(person.name)
    t.types(person.phone.fresh(), at=CODE)
    t.types(GOOD, at=NEW)
    t.types(GOOD + "x", at=RETYPE)
    t.expect("do not match")
    set_password(t, GOOD)
    assert shadow.is_password(person.name, GOOD)


def test_the_rules_come_before_the_first_try(person, sshd):
    """Story 2: nobody has to be refused to learn the rules."""
    t = forgot(person.name)
    t.types(person.phone.fresh(), at=CODE)
    t.expect(re.escape(NEW))
    assert "at least 12 characters" in t.before


def test_story_4_a_letter_not_on_every_keyboard_is_asked_about(person, sshd):
    """Keep it? no: choose again; yes: it is set and logs in."""
    t = forgot(person.name)
    t.types(person.phone.fresh(), at=CODE)
    t.types("Rübe-Violine-52", at=NEW)
    t.types("no", at="Keep it?")
    t.types("Rübe-Violine-52", at=NEW)
    t.types("yes", at="Keep it?")
    t.types("Rübe-Violine-52", at=RETYPE)
    t.types("", at=LAST)
    assert ssh_works(person.name, "Rübe-Violine-52")


def test_enter_at_the_code_prompt_stops(person, sshd):
    """Nothing is lost by looking."""
    t = forgot(person.name)
    t.types("", at=CODE)
    t.types(person.password, at="assword: ")
    t.types("exit", at="$ ")
    t.rest()
    assert t.exitstatus == 0


def test_hanging_up_in_the_middle_changes_nothing(person, sshd):
    """The old password logs in, and so does a later code."""
    t = forgot(person.name)
    t.types(person.phone.fresh(), at=CODE)
    t.types(GOOD, at=NEW)
    t.reads(RETYPE)
    t.close(force=True)
    assert ssh_works(person.name, person.password)
    t = forgot(person.name)
    t.types(person.phone.fresh(), at=CODE)
    set_password(t, GOOD)
    assert shadow.is_password(person.name, GOOD)


def test_a_dialogue_is_one_failure_for_sshd(person, sshd):
    """PLATFORM 2: MaxAuthTries counts attempts, not prompts."""
    t = forgot(person.name)
    t.types(person.phone.wrong(), at=CODE)
    t.expect(r"Not accepted\.")
    found = t.expect([re.escape(CODE), "assword: ", pexpect.EOF])
    assert found != 2


def test_the_password_method_is_left_alone(person, sshd):
    """R-PAM-2: where no echo-on prompt can be asked there is no dialogue,
    and a correct password still logs in."""
    t = ssh(person.name, "echo it-is-me", methods="password")
    t.types("forgot", at="assword: ")
    t.types("Old-pass-1235", at="assword: ")
    t.types(person.password, at="assword: ")
    out = t.rest()
    assert "it-is-me" in out and "Reset" not in out
