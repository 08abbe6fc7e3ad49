# SPDX-License-Identifier: MIT
"""What may be a password and what may not, from the handed descriptor to the
login with it.  R-SET-1, R-SET-4; banned words."""

import os
import subprocess
from pathlib import Path

import pexpect
import pytest

import shadow
from attempt import Attempt, another, is_done, no_workers, source_of
from conftest import PASSWORD, Person
from conversation import at_code_prompt, handed
from dialogue import OFFER, login, ssh_works
from etc import edit, kept, stack
from protocol import ERR

CONF = {"password": {"site_names": "fabrikam"}}
BANNED = Path("/etc/sspr/banned-words")
WORDS = "# the company\ncontoso\nblank\nchrysanthemum\n"

CONTROL = "The password has a control character"
TOO_NEAR = "The password is too near to a word"
USER_NAME = "The password contains your user name."
FULL_NAME = "The password contains a part of your name."
SITE_NAME = "The password contains a name of this site."
SHORT = "The password is shorter than 8 characters."
USED = "Password has been already used."

# Nothing but ours looks at it.
PLAIN = "password required pam_unix.so yescrypt\n"
# All of the shipped stack but the length of 12.
EIGHT = ("password requisite pam_pwquality.so retry=1 minlen=8"
         " enforce_for_root\n"
         "password requisite pam_pwhistory.so remember=5 enforce_for_root"
         " use_authtok\n"
         "password required pam_unix.so use_authtok yescrypt\n")

LONG = "".join(f"Turnip {n} violin; " for n in range(20))  # over 256 bytes


@pytest.fixture(autouse=True, scope="module")
def banned():
    """The site's list."""
    BANNED.write_text(WORDS)
    BANNED.chmod(0o644)


def tries(holder, code, bad):
    """Give a password wherever one is asked for: how often a new one was
    asked for, all that was said, END's result."""
    with at_code_prompt(holder.name, source_of(holder)) as c:
        worker = handed(c, code)
        m, count = worker.until("ask"), 0
        while m.name == "ask":
            count += m.prompt == "New password: "
            m = worker.answer(bad)
        worker.close()
        return count, worker.shown, m.result


def refused(daemon, holder, bad, says, code=0):
    """Three times, with a sentence each; not a byte of the file changes."""
    before = shadow.SHADOW.read_bytes()
    count, shown, result = tries(holder, holder.sheet[code], bad)
    no_workers(daemon)
    assert count == 3
    assert sum(says in text for text in shown) == 3, shown
    assert result == ERR["WEAK"]
    assert shadow.SHADOW.read_bytes() == before
    assert shadow.is_password(holder.name, holder.password)


REFUSED = {
    "two_letters": ("ab", "BAD PASSWORD: "),
    "seven_bytes": ("Kq7#vT2", "BAD PASSWORD: "),
    "the_user_name": ("%u", USER_NAME),
    "the_user_name_inside": ("Turnip-%u-violin-52", USER_NAME),
    "257_bytes": (LONG[:257], "The password is longer than 256 bytes."),
    "512_bytes": ("Turnip-7" * 64, "The password is longer than 256 bytes."),
    "a_tab": ("Turnip\tviolin-52", CONTROL),
    "an_escape": ("Turnip-violin-52\x1b[A", CONTROL),
    "a_delete": ("Turnip-violinn\x7f-52", CONTROL),
    "a_nul": ("Turnip-violin-52\0", CONTROL),
    "a_line_of_shadow": ("Turnip-violin-52\nroot::0:0:::", CONTROL),
    "a_line_of_shadow_first": ("\nroot::0:0:::\n", CONTROL),
    "latin_1": (b"Turnip-viol\xefne-52", "The password is not valid UTF-8"),
    "overlong": (b"Turnip-violin-\xc0\xaf", "The password is not valid UTF-8"),
    "the_host": ("Turnip-Web1-52", SITE_NAME),
    "the_site": ("Turnip-F@brik@m-52", SITE_NAME),
    "banned_words": ("C0ntos0Blank12", TOO_NEAR),
    "near_a_banned_word": ("Chry$antemum", TOO_NEAR),
}


@pytest.mark.parametrize("what", REFUSED)
def test_r_set_4_refused_with_a_sentence(what, daemon, holder):
    """By the shipped stack or by us before it; three tries.  %u is the name
    of the user."""
    bad, says = REFUSED[what]
    if isinstance(bad, str):
        bad = bad.replace("%u", holder.name)
    refused(daemon, holder, bad, says)


@pytest.mark.parametrize("bad, says", [
    ("ab", SHORT), ("Kq7#vT2", SHORT), ("C0ntos0Blank12", TOO_NEAR),
    ("chrysanthemum", TOO_NEAR)])
def test_r_set_1_refused_where_the_stack_takes_anything(bad, says, daemon,
                                                        holder):
    """What sspr asks for itself does not depend on the stack."""
    with stack(PLAIN):
        refused(daemon, holder, bad, says)


def test_three_characters_of_nine_bytes_are_too_few(daemon, holder):
    """Five points are needed, whatever the list."""
    before = shadow.SHADOW.read_bytes()
    with stack(PLAIN), at_code_prompt(holder.name) as c:
        worker = handed(c, holder.sheet[0])
        worker.until("ask")
        assert "Keep it?" in worker.answer("\u5bc6\u7801\u5b57").prompt
        assert worker.answer("yes").prompt == "New password: "
        assert "fewer than 5 characters" in worker.shown[-1]
        worker.close()
    no_workers(daemon)
    assert shadow.SHADOW.read_bytes() == before


@pytest.mark.parametrize("options", ["retry=1", "retry=3", "retry=1 minlen=8"])
def test_r_set_1_weak_ones_without_enforce_for_root(options, daemon, holder):
    """pwquality only complains then; nothing is set."""
    with stack(f"password requisite pam_pwquality.so {options}\n"
               "password required pam_unix.so use_authtok yescrypt\n"):
        refused(daemon, holder, "ab", "BAD PASSWORD: ", 0)
        refused(daemon, holder, "abcdefgh", "BAD PASSWORD: ", 1)
        refused(daemon, holder, "Kq7#vT2", "BAD PASSWORD: ", 2)


def test_the_current_password_is_refused(daemon, holder):
    """By pam_pwhistory, which root's own resets pass by otherwise."""
    refused(daemon, holder, holder.password, USED)


def test_the_last_five_are_refused(daemon, holder):
    """The current one and the four before it."""
    had = [holder.password]
    for code in range(4):
        a = Attempt(holder, holder.sheet[code], new=another())
        assert is_done(a), a
        had.append(a.keep().person.password)
    for code, old in enumerate(had, start=4):
        refused(daemon, holder, old, USED, code)


def test_a_part_of_the_full_name_is_refused(daemon, holder):
    """As chfn(1) has it, but not the room."""
    subprocess.run(["usermod", "-c", "Zoe O'Ryan-Fink,Vienna,,", holder.name],
                   check=True)
    refused(daemon, holder, "Turnip-RY@N-52", FULL_NAME)
    assert is_done(Attempt(holder, holder.sheet[1], new="Turnip-Vienna-52"))


def test_p0LL23fb_is_refused_to_poll(daemon):
    """The case of the model's manual."""
    subprocess.run(["useradd", "-m", "-u", "3999", "-s", "/bin/bash", "poll"],
                   check=True)
    subprocess.run(["chpasswd"], input=f"poll:{PASSWORD}", text=True,
                   check=True)
    poll = Person("poll").enrol_sheet()
    with stack(EIGHT):
        refused(daemon, poll, "p0LL23fb", USER_NAME)


def test_five_points_are_enough(holder):
    """Banned words within do no harm if there is more."""
    a = Attempt(holder, holder.sheet[0], new="ContoS0Bl@nkf9!")
    assert is_done(a), a


def test_a_refused_one_and_then_a_good_one(daemon, holder):
    """Whoever was refused twice may still choose a good one."""
    with at_code_prompt(holder.name) as c:
        worker = handed(c, holder.sheet[0])
        worker.until("ask")
        worker.answer("C0ntos0Blank12")
        m = worker.answer("Turnip\tviolin")
        assert m.prompt == "New password: "
        worker.answer("Turnip-violin-52")
        m = worker.answer("Turnip-violin-52")
        assert (m.name, m.result) == ("end", 0), worker.shown
        worker.close()
    no_workers(daemon)
    assert shadow.is_password(holder.name, "Turnip-violin-52")


def login_works(name, password):
    """Whether login(1) lets somebody in with it."""
    t = login()
    t.types(name, at="login: ")
    t.types(password, at="assword: ")
    found = t.expect([r"\$ ", OFFER, "Login incorrect", pexpect.EOF])
    if found == 0:
        t.types("echo it-is-$((1 + 1))-me; exit")
        t.reads("it-is-2-me")
    t.close(force=True)
    return found == 0


TAKEN = {
    "8_bytes": ("Kq7#vT2x", "Kq7#vT2"),
    "64_bytes": (LONG[:64], LONG[:63]),
    "256_bytes": (LONG[:256], LONG[:255]),
    "a_trailing_blank": ("Turnip-violin-52 ", "Turnip-violin-52"),
    "leading_blanks": ("  Turnip-violin-52", "Turnip-violin-52"),
    "a_line_of_shadow": ("root::0:0:99999:7:::", "root"),
}


@pytest.mark.parametrize("what", TAKEN)
def test_r_set_4_it_works_whole_and_only_whole(what, daemon, sshd, holder):
    """No truncation, nothing trimmed: by ssh, by login, and no less of it."""
    good, less = TAKEN[what]
    before = shadow.lines()
    with stack(EIGHT):
        a = Attempt(holder, holder.sheet[0], new=good)
    no_workers(daemon)
    assert is_done(a), a
    assert shadow.only_changed(before, holder.name)
    assert not shadow.is_password(holder.name, less)
    assert ssh_works(holder.name, good)
    assert login_works(holder.name, good)
    assert not ssh_works(holder.name, less)
    assert not login_works(holder.name, less)


def link():
    """To what is all right in itself."""
    other = BANNED.with_name("banned-words.real")
    other.write_text(WORDS)
    BANNED.unlink()
    BANNED.symlink_to(other)


FAULTS = {
    "a_short_word": (lambda: edit(BANNED, lambda old: old + "x\n"), "line 5"),
    "two_words": (lambda: edit(BANNED, lambda old: "new york\n"), "line 1"),
    "latin_1": (lambda: BANNED.write_bytes(b"ok-word\nv\xefolin\n"), "line 2"),
    "too_many": (lambda: edit(BANNED, lambda old: "word\n" * 1001),
                 "line 1001"),
    "writable": (lambda: BANNED.chmod(0o666), "writable"),
    "of_another": (lambda: os.chown(BANNED, 1, 0), "not of root"),
    "a_link": (link, "link"),
}


@pytest.mark.parametrize("how", FAULTS)
def test_a_faulty_list_refuses_before_a_code_is_spent(how, daemon, holder):
    """A list that does not count would be noticed by nobody: the log names
    it, and once it is repaired the same code is good."""
    spoil, says = FAULTS[how]
    before, said = shadow.SHADOW.read_bytes(), len(daemon.log())
    with kept(BANNED):
        spoil()
        a = Attempt(holder, holder.sheet[0])
        no_workers(daemon)
    assert a.result == ERR["SETUP"] and not a.accepted, a
    assert shadow.SHADOW.read_bytes() == before
    assert f"{BANNED}: " in daemon.log()[said:]
    assert says in daemon.log()[said:]
    assert is_done(Attempt(holder, holder.sheet[0]))


def test_without_a_list_there_are_no_banned_words(holder):
    """The file is nobody's duty."""
    with kept(BANNED):
        BANNED.unlink()
        a = Attempt(holder, holder.sheet[0], new="C0ntos0Blank12")
    assert is_done(a), a


def test_a_full_list_takes_no_time(holder):
    """1000 words of 64 characters and a password of 256."""
    words = "".join("a" * 60 + f"b{n:03d}\n" for n in range(1000))
    with kept(BANNED), stack(PLAIN):
        BANNED.write_text(words)
        a = Attempt(holder, holder.sheet[0], new="a" * 256)
    assert is_done(a), a
    assert a.seconds < 10
