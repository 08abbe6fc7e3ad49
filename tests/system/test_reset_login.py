# SPDX-License-Identifier: MIT
"""Stories 1 and 2 at a console: the system's login(1) on a terminal."""

import shadow
from dialogue import CODE, LAST, NEW, OFFER, RETYPE, login

GOOD = "Turnip-violin-52"


def at_login(name, password):
    """At the name prompt, then the password's."""
    t = login()
    t.types(name, at="login: ")
    return t.types(password, at="assword: ")


def test_story_2_forgotten_at_the_console(person):
    """Promise 1: a whole reset; this attempt ends as Login incorrect, the
    new password logs in."""
    before = shadow.lines()
    t = at_login(person.name, "forgot")
    t.types("forgot", at=OFFER)
    t.reads(f"Reset the password of {person.name} on web1.")
    t.types(person.phone.fresh(), at=CODE)
    t.types(GOOD, at=NEW)
    t.types(GOOD, at=RETYPE)
    t.types("", at=LAST)
    t.reads("Login incorrect")
    t.types(person.name, at="login: ")
    t.types(GOOD, at="assword: ")
    t.types("id -un; exit", at="$ ")
    t.reads(person.name + "\r\n")
    assert shadow.only_changed(before, person.name)
    t.close(force=True)


def test_story_1_a_typo_at_the_console_gives_no_offer(person):
    """The first refused password: Login incorrect as ever."""
    t = at_login(person.name, "Old-pass-1235")
    t.reads("Login incorrect")
    t.types(person.name, at="login: ")
    t.types(person.password, at="assword: ")
    t.types("echo it-is-$((1 + 1))-me; exit", at="$ ")
    t.reads("it-is-2-me")
    assert "forgot" not in t.seen
    t.close(force=True)


def test_story_2_the_second_failure_at_the_console(stranger, daemon):
    """The offer comes, Enter leaves it."""
    t = at_login(stranger.name, "Old-pass-1235")
    t.types(stranger.name, at="login: ")
    t.types("Old-pass-1236", at="assword: ")
    t.types("", at=OFFER)
    t.reads("Login incorrect")
    t.close(force=True)


def test_r_pam_2_su_is_left_alone(person):
    """su is not on the allow-list: no offer, whatever was typed."""
    from dialogue import shell_of
    t = shell_of("carol", ["su", person.name])
    t.types("forgot", at="assword: ")
    out = t.rest()
    assert "Authentication failure" in out and "Reset" not in out
    assert "type forgot" not in out
