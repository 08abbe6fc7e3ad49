# SPDX-License-Identifier: MIT
"""Promise 10 against someone who compares: twelve kinds of account, the same
keystrokes for each, over the real sshd, over login(1) and to the daemon
itself.  Byte for byte the same screens, as many prompts, the same end.
R-ENUM-1, R-ENUM-3, R-PAM-2.

What sshd itself does of each kind, without us, is looked at in the same way:
a difference that was there before us would be shown as that."""

import os
import re
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pexpect
import pytest

from conftest import merged
from conversation import at_code_prompt
from dialogue import (CODE, OFFER, PORT, SSH, Sshd, Terminal, login)
from etc import edit, kept
from everybody import DENIED, UNKNOWN, Everybody, conf_of, nameless
from later import MINUTE, later
from postbox import Postbox
from protocol import Client, Gone

# 127.0.0.0/8 is shared, so that what its source may do does not run out.
CONF = {"source": {"shared": "127.0.0.0/8", "conversations": 1024,
                   "failures": 2000, "accounts": 64}}
ANOTHER = "another way): "
AGAIN = "or type forgot: "
ENTER = "Press Enter: "
PASSWORD = "assword: "
NAME = "login: "
AT_ONCE = 4  # visits: front has 64 seats for uid 0

# Typed at the password prompt, at the offer, and then; {wrong} is a code of
# the right form.  No answer is right for anybody.
VISITS = {
    "wrong_codes_and_words_over_one_another": (
        "forgot", "forgot",
        ["{wrong}", "1", "1234567", "email", "{wrong}", "x", "", "sms",
         "{wrong}{wrong}", "", "phone-call", "7" * 16, "", ""]),
    "other_words_of_that_length": (
        "Forgot", "anyhow", ["abcdef", "ABCDEFGH", "aaa", "bbbbb", ""]),
    "long_answers": (
        "forgot", "forgot", ["x" * 512, "{wrong}", "y" * 513]),
    "recovery_codes_and_a_pass": (
        "forgot", "forgot",
        ["0000-0000-0000-0000", "0" * 16, "a" * 12, "questions", ""]),
    "many_wrong_codes_until_it_stops": (
        "forgot", "forgot", ["{wrong}"] * 21 + [""]),
    "all_lengths": (
        "forgot", "forgot", [n * "z" for n in range(1, 21)] + [""]),
    "beyond_ascii": ("förgt", "förgt", ["äöü", "ßßß", "\u2028\u2028", ""]),
    "words_of_five_letters": ("words", "words", ["{wrong}"]),
}
MORE = {
    "one_wrong_code": ("forgot", "forgot", ["{wrong}", ""]),
    "eight_digits": ("forgot", "forgot", ["{wrong}00"] * 3 + [""]),
    "stopping_at_once": ("forgot", "forgot", [""]),
    "declining": ("forgot", "", []),
    "one_letter_at_the_offer": ("forgot", "f", []),
    "many_lengths_that_are_none": ("forgot", "forgot", ["zz"] * 21 + [""]),
    "the_same_word_again": (
        "forgot", "forgot", ["email"] + ["", "email"] * 4 + ["", ""]),
    "many_wrong_sent_codes": (
        "forgot", "forgot", ["email"] + ["{wrong}00"] * 12 + ["", ""]),
    "control_characters": ("forgot", "forgot", ["\x01\x02\x05", "\x1b[2J",
                                               ""]),
    "a_password_then_a_word": (
        "Old-pass-1235", "forgot", ["{wrong}", ""]),
    "recovery_codes_until_it_stops": (
        "forgot", "forgot", ["0000-0000-0000-0000"] * 21 + [""]),
    "lengths_at_the_limits": (
        "forgot", "forgot", ["x" * n for n in (255, 256, 511, 512)] + [""]),
}
TO_THE_END = ("forgot", "forgot", ["{wrong}", ""])  # and all tries at sshd


@pytest.fixture(scope="module")
def box(own_daemon):
    """Where what is sent goes to; the file's daemon sends there."""
    with Postbox() as postbox:
        own_daemon.first_conf = merged(own_daemon.first_conf,
                                       conf_of(postbox))
        own_daemon.configure(own_daemon.first_conf)
        yield postbox


@pytest.fixture(scope="module")
def everybody(own_daemon, box, new_account):
    """One account of each kind; the daemon runs."""
    own_daemon.start()
    return Everybody(own_daemon, new_account, box)


@pytest.fixture(scope="module", autouse=True)
def hasty(turns):
    """In make check a wrong password costs no seconds of waiting; how long
    things take is not looked at here."""
    if turns(False, True):
        yield
        return
    login_stack, common = (Path("/etc/pam.d", n)
                           for n in ("login", "common-auth"))
    with kept(login_stack, common):
        edit(login_stack, lambda text: re.sub(r"delay=\d+", "delay=0", text))
        edit(common, lambda text: re.sub(r"(pam_unix.so.*)", r"\1 nodelay",
                                         text))
        yield


@pytest.fixture(scope="module")
def servers(everybody, tmp_path_factory):
    """Of PermitRootLogin: Debian's default, and yes.  Both deny one user."""
    denied = everybody.names[DENIED]
    found = {word: Sshd(tmp_path_factory.mktemp(word), Port=PORT + n,
                        PermitRootLogin=word, DenyUsers=denied)
             for n, word in enumerate(("prohibit-password", "yes"))}
    yield found
    for server in found.values():
        server.stop()


def ssh_as(name, tries, port=PORT):
    """The client of somebody at sshd."""
    return Terminal(SSH.format(
        port=port, user=name, command="", methods="keyboard-interactive",
        host="127.0.0.1", tries=tries), timeout=90)


def answers_of(visit, wrong):
    """What is typed at the prompts of the dialogue, in order."""
    return [a.format(wrong=wrong) for a in visit[2]]


def play(t, name, visit, answers):
    """One visit over ssh, to its end: the prompts in their order, all that
    was on the screen, how the client ended."""
    password, word, _ = visit
    answers, prompts = iter(answers), []
    replies = [lambda: password, *[lambda: word] * 2,
               *[lambda: next(answers, "")] * 3]
    waits = [PASSWORD, OFFER, AGAIN, CODE, ANOTHER, ENTER]
    patterns = [re.escape(p) for p in waits] + [pexpect.EOF]
    while (n := t.expect(patterns)) < len(waits):
        prompts.append(waits[n])
        t.sendline(replies[n]())
        if waits[n] in (OFFER, AGAIN):
            word = ""  # once is enough
    t.close()
    seen = re.sub(r"port \d+", "port", nameless(t.seen, name))
    return prompts, seen, (t.exitstatus, t.signalstatus)


def play_all(jobs, wrong):
    """{job: what came of it} of {job: (name, visit, terminal)}.  They are all
    there before the first thread is: a fork is not made beside one."""
    made = {job: (name, visit, make()) for job, (name, visit, make)
            in jobs.items()}
    with ThreadPoolExecutor(len(made)) as pool:
        going = {job: pool.submit(play, t, name, visit,
                                  answers_of(visit, wrong))
                 for job, (name, visit, t) in made.items()}
    return {job: g.result() for job, g in going.items()}


def differing(screens):
    """The kinds that can be told from somebody who does not exist, each with
    the first that differs."""
    nobody = screens["unknown"]
    return {kind: next((pair for pair in zip(flat(found), flat(nobody))
                        if pair[0] != pair[1]), "more or fewer lines")
            for kind, found in screens.items() if found != nobody}


def flat(screen):
    """Its lines and what else is known of it."""
    return [line for part in screen for line in
            (part.splitlines() if isinstance(part, str) else [part])]


def visits_of(everybody, visits, port=PORT, tries=2):
    """{visit: {kind: what came of it}}"""
    names, wrong = everybody.names, everybody.wrong()
    found = {visit: {} for visit in visits}
    order = list(visits)
    for i in range(0, len(order), AT_ONCE):
        jobs = {(v, k): (n, visits[v], lambda n=n: ssh_as(n, tries, port))
                for v in order[i:i + AT_ONCE] for k, n in names.items()}
        for (v, k), screen in play_all(jobs, wrong).items():
            found[v][k] = screen
    return found


@pytest.fixture(scope="module")
def screens(everybody, servers, turns):
    """Of all visits."""
    return visits_of(everybody, turns(VISITS, VISITS | MORE))


@pytest.mark.parametrize("visit", VISITS | MORE)
def test_r_enum_1_a_stranger_sees_the_same_of_every_kind(visit, screens):
    """Screen, prompts, and how the client ends."""
    if visit not in screens:
        pytest.skip("with --long")
    assert not differing(screens[visit])


def test_r_pam_2_a_dialogue_was_seen(screens):
    """That nobody was told from another would be easy if nobody was asked:
    each kind has seen each prompt, and each text."""
    visit = screens["wrong_codes_and_words_over_one_another"]
    for kind, (prompts, text, end) in visit.items():
        assert {PASSWORD, OFFER, CODE, ANOTHER} <= set(prompts), kind
        assert "Not accepted." in text and "That is not a code." in text
        assert "If this account has an e-mail address" in text, kind
        assert end == (255, None), kind
    prompts, text, _ = screens["many_wrong_codes_until_it_stops"]["enrolled"]
    assert ENTER in prompts and prompts.count(CODE) == 21, text


def test_r_enum_3_every_way_sshd_treats_root(everybody, servers):
    """PermitRootLogin yes: root and another account of uid 0 are let on by
    sshd, and get what nobody gets; up to sshd's last try."""
    few = {k: everybody.names[k]
           for k in ("root", "second_root", "enrolled", DENIED, "unknown")}
    jobs = {(port, k): (n, TO_THE_END, lambda n=n, p=port: ssh_as(n, 6, p))
            for k, n in few.items() for port in (PORT, PORT + 1)}
    found = play_all(jobs, everybody.wrong())
    assert not differing(found | {"unknown": found[PORT, "unknown"]})
    assert found[PORT, "unknown"][0].count(PASSWORD) == 6


@pytest.fixture
def without_us():
    """The stacks of a host where we are not installed."""
    change = ["pam-auth-update", "--package"]
    env = {"DEBIAN_FRONTEND": "noninteractive", "PATH": os.environ["PATH"]}
    subprocess.run(change + ["--disable", "sspr"], check=True, env=env)
    yield
    subprocess.run(change + ["--enable", "sspr"], check=True, env=env)


def test_what_sshd_tells_of_them_without_us(everybody, servers, without_us):
    """Nothing: so whatever a test of this file finds is ours."""
    found = visits_of(everybody, {"alone": TO_THE_END}, tries=6)["alone"]
    assert not differing(found)
    assert found["unknown"][0] == [PASSWORD] * 6


def play_login(t, name, answers):
    """One visit at login(1): two wrong passwords, the dialogue, and again."""
    answers, prompts = iter(answers), []
    passwords = iter(["forgot", "Old-pass-1235"])
    replies = [lambda: name, lambda: next(passwords), lambda: "forgot",
               *[lambda: next(answers, "")] * 3]
    waits = [NAME, PASSWORD, OFFER, CODE, ANOTHER, ENTER]
    patterns = [re.escape(p) for p in waits]
    while prompts.count(NAME) < 3:
        n = t.expect(patterns)
        prompts.append(waits[n])
        if prompts.count(NAME) < 3:
            t.sendline(replies[n]())
    t.close(force=True)
    return prompts, nameless(t.seen, name)


def test_r_enum_1_login_shows_the_same_of_every_kind(everybody):
    """From two wrong passwords on, at a terminal."""
    wrong = everybody.wrong()
    answers = [wrong, "email", wrong + "00", "", "x", "1234567", wrong]
    made = {kind: (name, login()) for kind, name in everybody.names.items()}
    with ThreadPoolExecutor(len(made)) as pool:
        going = {kind: pool.submit(play_login, t, name, answers)
                 for kind, (name, t) in made.items()}
    found = {kind: g.result() for kind, g in going.items()}
    assert not differing(found)
    assert found["unknown"][0].count(CODE) > 4


def heard(name, answers, rhost, **hints):
    """All messages of one conversation, and how it ends, as one text."""
    messages = []
    with Client() as c:
        c.hello("RESET", user=name, rhost=rhost, **hints)
        left = iter(answers)
        while True:
            m = c.hear()
            messages.append(nameless(str(sorted(vars(m).items())), name))
            if m.name == "end":
                break
            if m.name == "ask":
                c.say("answer", text=next(left, ""))
        try:
            c.hear()
        except (Gone, OSError) as e:
            messages.append(type(e).__name__)
    return messages


@pytest.mark.parametrize("visit", VISITS | MORE)
def test_r_enum_1_the_daemon_says_the_same_of_every_kind(visit, everybody,
                                                         daemon):
    """Message by message, each kind from an address of its own, up to where
    that has to wait."""
    answers = [a[:512] for a in answers_of((VISITS | MORE)[visit],
                                           everybody.wrong())]
    found = {k: heard(n, answers, f"203.0.113.{i}")
             for i, (k, n) in enumerate(everybody.names.items())}
    assert not differing(found)


def test_r_enum_1_a_source_that_has_to_wait(everybody, own_daemon, daemon):
    """It is told so, after as many tries of every kind, and at the begin of
    its next conversation as well."""
    own_daemon.stop()
    own_daemon.configure(merged(own_daemon.first_conf,
                                {"limits": {"source_failures": 5}}))
    own_daemon.start()
    found = {k: heard(n, [everybody.wrong()] * 8, f"198.51.100.{i}")
             + heard(n, [], f"198.51.100.{i}")
             for i, (k, n) in enumerate(everybody.names.items())}
    own_daemon.stop()
    assert not differing(found)
    assert sum("Too many tries" in line for line in found["enrolled"]) == 2


# Spellings of a name, and what is said of them for nobody.
SPELLINGS = ["{name} ", " {name}", "{name}@example.com", "{upper}",
             "EXAMPLE\\{name}", "{name}\t", "{name}.", "../{name}", "{name}:x",
             "{name}é", "-{name}", "{name}" * 9]


def spelled(name, uid, rhost):
    """What is said of all spellings, and of a number."""
    found = [heard(spelling.format(name=name, upper=name.upper()),
                   ["000000", "email", ""], rhost) for spelling in SPELLINGS]
    found.append(heard(str(uid), ["000000"], rhost))
    return [re.sub(f"{name}|{uid}", "NAME", line, flags=re.I)
            for lines in found for line in lines]


def test_r_enum_1_spellings_of_a_name(everybody, daemon):
    """Blanks, capitals, a realm, bytes that are in no name, and a number."""
    real = everybody.people["enrolled"]
    found = {"enrolled": spelled(real.name, real.uid, "192.0.2.77"),
             "unknown": spelled(UNKNOWN, 9999, "192.0.2.78")}
    assert not differing(found)


def sent_until(name):
    """The time of day in what is said of a code that was sent, in minutes."""
    with at_code_prompt(name, "203.0.113.200") as c:
        m = c.answer("email")
    hours, minutes = re.search(r"works until (\d\d):(\d\d)",
                               m.prompt).groups()
    return int(hours) * 60 + int(minutes)


def test_r_enum_1_until_when_a_code_works_does_not_tell(everybody, own_daemon,
                                                        daemon):
    """It is the same again some minutes later, also if the account cannot be
    looked up just then."""
    names = [everybody.names["enrolled"], UNKNOWN]
    before = [sent_until(n) for n in names]
    later(own_daemon, 4 * MINUTE)
    pid = own_daemon.pids()["names"]
    os.kill(pid, signal.SIGSTOP)
    try:
        during = [sent_until(n) for n in names]
    finally:
        os.kill(pid, signal.SIGCONT)
    # The wall clock has stood still.  A minute may end between any two.
    for now, then in zip(during, before):
        assert (then - now) % (24 * 60) in (3, 4, 5), (before, during)
