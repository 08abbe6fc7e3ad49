# SPDX-License-Identifier: MIT
"""Codes by message, from the prompt to where they arrive.  R-VER-2, R-VER-4,
R-DEL-1 to R-DEL-5, R-ENUM-1; story 3."""

import os
import re
import signal
import threading
import time
from pathlib import Path

import pytest

from conftest import merged
from conversation import at_code_prompt, choose, finish
from daemon import wait_for
from gateways import Gammu, Mail
from postbox import (Postbox, add_address, code_in, codes_in, sent_to,
                     wait_to)
from protocol import Client

CONF = {
    "reset": {"methods": "app backup sms landline email helpdesk-pass",
              "sms_alone": "yes"},
    "enrol": {"cooling_off_h": 0},
    "sms": {"countries": "+49", "deny": "+49900"},
}


@pytest.fixture(scope="module")
def box():
    """Where everything is sent to."""
    with Postbox() as postbox:
        yield postbox


@pytest.fixture
def served(own_daemon, box):
    """The daemon, which sends to the postbox; with sends of its own."""
    own_daemon.stop()
    own_daemon.configure(merged(own_daemon.first_conf, {
        m: {"command": box.command} for m in ("sms", "landline", "email")}))
    box.ends(0)
    box.clear()
    return own_daemon.start()


@pytest.fixture
def number():
    """A number nobody else has."""
    number.last += 1
    return f"+49151{number.last:08}"


number.last = 0


@pytest.fixture(autouse=True)
def home():
    """An address nobody else was at: sends are counted by it."""
    home.last += 1
    return f"192.0.2.{home.last}"


home.last = 0


def asks(name, word, rhost):
    """Somebody asks for a code; the client and its prompt."""
    c = at_code_prompt(name, rhost)
    m = c.answer(word)
    assert m.name == "ask", vars(m)
    c.prompt = m.prompt
    return c


def ask_and_leave(name, word, rhost):
    """The same, and the connection drops."""
    with asks(name, word, rhost) as c:
        return c.prompt


def is_accepted(c, code):
    """Whether a code is; then nothing more is done."""
    m = c.answer(code)
    if m.name == "hand":
        c.worker().close()
    return m.name == "hand"


@pytest.mark.parametrize("method, word, address", [
    ("sms", "sms", "+4915100000001"),
    ("landline", "phone-call", "+493000000001"),
    ("email", "email", "ann@example.org")])
def test_a_code_is_sent_and_resets(home, served, stranger, box, method, word,
                                   address):
    """Each method alone, up to the new password."""
    add_address(stranger, method, address, box)
    box.clear()
    with asks(stranger.name, word, home) as c:
        message, = wait_to(box, address)
        assert c.answer(code_in(message)).name == "hand", c.shown
        worker = c.worker()
        assert choose(worker, "Fresh-pass-5678-x").result == 0
        assert finish(c) == 0
    assert "web1" in message["text"] and home in message["text"]
    assert "Never tell anyone this code" in message["text"]
    assert "://" not in message["text"]
    if method == "sms":
        assert len(message["text"]) <= 160


def test_story_3_the_connection_drops_and_the_same_code_works(
        home, served, stranger, box, number):
    """R-VER-4: the same prompt, no second message, the first code."""
    add_address(stranger, "sms", number, box)
    box.clear()
    first = ask_and_leave(stranger.name, "sms", home)
    code = code_in(wait_to(box, number)[0])
    time.sleep(1.5)
    with asks(stranger.name, "sms", home) as c:
        strip = re.compile(r"Reference \w+")
        assert strip.sub("", c.prompt) == strip.sub("", first)
        assert is_accepted(c, code), c.shown
    time.sleep(1)
    assert len(codes_in(sent_to(box, number))) == 1


def test_story_3_a_code_works_only_from_the_address_that_asked(
        home, served, stranger, box, number):
    """R-VER-4: and a stranger who asks does not replace it."""
    add_address(stranger, "sms", number, box)
    box.clear()
    ask_and_leave(stranger.name, "sms", home)
    code = code_in(wait_to(box, number)[0])
    with asks(stranger.name, "sms", "198.51.100.7") as c:
        assert "from this address only" in c.prompt
        assert not is_accepted(c, code)
    with asks(stranger.name, "sms", home) as c:
        assert is_accepted(c, code)


def test_three_wrong_codes_end_it(home, served, stranger, box, number):
    """R-VER-4: then not even the right one is taken."""
    add_address(stranger, "sms", number, box)
    box.clear()
    with asks(stranger.name, "sms", home) as c:
        code = code_in(wait_to(box, number)[0])
        wrong = f"{(int(code) + 1) % 10 ** 8:08}"
        for _ in range(3):
            assert not is_accepted(c, wrong)
        assert not is_accepted(c, code)


def test_nothing_shows_who_has_a_number(served, new_account, box, number):
    """R-ENUM-1: word by word the same, with and without."""
    with_one, without = new_account(), new_account().enrol()
    add_address(with_one, "sms", number, box)
    heard = []
    for n, name in enumerate((with_one.name, without.name, "nobody1")):
        said = []
        with asks(name, "sms", f"203.0.113.{n}") as c:
            said.append(c.prompt)
            for code in ("12345678", "123", "", "sms"):
                m = c.answer(code)
                said.append((m.name, m.prompt, tuple(c.shown)))
        heard.append(re.sub(r"Reference \w+", "", repr(said))
                     .replace(name, "NAME"))
    assert heard[0] == heard[1] == heard[2]


@pytest.mark.parametrize("method, address", [
    ("sms", "+1555;id"), ("sms", "+49900123456"), ("sms", "+15551234567"),
    ("sms", "+49151 1234\n5678"), ("sms", "+4915112345\u0661"),
    ("sms", "+" + "1" * 400), ("sms", "-oQ/tmp/x@x.example"),
    ("email", "$(id)@x"), ("email", "-oQ/tmp/x@x"), ("email", "a@b@c"),
    ("email", "a@x.example\nBcc: b@x.example"), ("email", "`id`@x.example"),
    ("email", "a b@x.example"), ("email", "x" * 500)])
def test_what_is_no_address_is_refused_and_says_so(
        served, stranger, box, method, address):
    """R-DEL-2: and nothing is run."""
    with Client(uid=stranger.uid) as c:
        c.hello("ADD", method=method)
        stranger.prove(c)
        c.until("ask")
        m = c.answer(address)
        assert m.name in ("ask", "end")
        assert "not an address" in c.shown[-1] or m.name == "end", c.shown
    time.sleep(0.3)
    assert not list(box.box.iterdir())


def proc_texts(seen, stop):
    """Add what every process shows of itself, over and over."""
    while not stop.is_set():
        for pid in filter(str.isdigit, os.listdir("/proc")):
            for name in ("cmdline", "environ", "comm"):
                try:
                    seen.add(Path("/proc", pid, name).read_bytes())
                except OSError:
                    pass  # it ended


def test_fifty_codes_are_in_no_command_line_or_environment(
        served, new_account, box):
    """R-DEL-1: addresses and codes go by standard input only."""
    seen, stop = set(), threading.Event()
    watcher = threading.Thread(target=proc_texts, args=(seen, stop))
    box.ends(0, 0.1)  # so that each is looked at
    watcher.start()
    try:
        for n in range(25):
            p, address = new_account(), f"p{n:03}@example.org"
            add_address(p, "email", address, box)
            ask_and_leave(p.name, "email", f"203.0.113.{100 + n}")
            wait_to(box, address, 3)
    finally:
        stop.set()
        watcher.join()
    shown = b"\n".join(seen)
    assert box.command.encode().split()[0] in shown  # it was looked at
    codes = codes_in(box.messages())
    assert len(codes) == 50
    for secret in codes + [m["to"] for m in box.messages()]:
        assert secret.encode() not in shown
        assert secret not in served.log()


def test_pumping_is_held_to_the_caps(served, new_account, box):
    """R-DEL-3: 1000 requests, reconnected, from everywhere, over restarts."""
    people = [new_account() for _ in range(3)]
    numbers = [f"+49152{n:08}" for n in range(3)]
    for p, to in zip(people, numbers):
        add_address(p, "sms", to, box)
    box.clear()
    for n in range(1000):
        if n % 300 == 299:
            served.end(signal.SIGKILL)
            served.start()
        names = [p.name for p in people] + [f"nobody{n}"]
        ask_and_leave(names[n % 4], "sms", f"10.1.{n // 200}.{n % 200}")
    time.sleep(2)
    assert 3 <= len(codes_in(box.messages())) <= 6
    for to in numbers:  # one of the three an hour was its confirmation
        assert len(codes_in(sent_to(box, to))) <= 2


def test_a_courier_that_is_killed_repeats_nothing(home, served, stranger, box,
                                                  number):
    """R-DEL-4: and the next code goes to its successor."""
    add_address(stranger, "sms", number, box)
    box.clear()
    box.ends(0, 2)
    ask_and_leave(stranger.name, "sms", home)
    wait_to(box, number)
    courier = served.pids()["courier"]
    os.kill(courier, signal.SIGKILL)
    wait_for(lambda: served.pids().get("courier", courier) != courier,
             "another courier")
    box.ends(0)
    time.sleep(7)
    assert len(sent_to(box, number)) == 1
    add_address(stranger, "email", "again@example.org", box)


def test_a_busy_gateway_is_asked_once_more(home, served, stranger, box,
                                           number):
    """R-DEL-4: one retry of a code, when it surely was not delivered."""
    add_address(stranger, "sms", number, box)
    box.clear()
    box.ends(75)
    ask_and_leave(stranger.name, "sms", home)
    wait_to(box, number, 2, 15)
    time.sleep(7)
    sent = sent_to(box, number)
    assert len(sent) == 2 and sent[0]["text"] == sent[1]["text"]
    assert re.search(r"sms \d+ is given up", served.log())


def test_what_the_real_gateways_get(home, own_daemon, new_account):
    """An SMS in gammu-smsd's telephone, a mail in a mailbox."""
    with Gammu() as phone, Mail() as mail:
        own_daemon.stop()
        own_daemon.configure(merged(own_daemon.first_conf, {
            "sms": {"command": phone.command},
            "landline": {"command": phone.command},
            "email": {"command": mail.command}}))
        own_daemon.start()
        p = new_account()
        ways = (("sms", phone, "+4915300000001"),
                ("email", mail, "real@example.org"))
        for method, gateway, address in ways:
            add_address(p, method, address, gateway)
        for method, gateway, address in ways:
            with asks(p.name, method, home) as c:
                codes = wait_for(
                    lambda g=gateway, a=address:
                    codes_in(sent_to(g, a))[1:], "a code", 30)
                assert is_accepted(c, codes[0]), c.shown
                c.until("ask", "end")


def test_a_client_that_goes_away_gets_no_second_message(home, served, stranger,
                                                        box, number):
    """Whoever types the word and leaves, again and again, sends one."""
    add_address(stranger, "sms", number, box)
    box.clear()
    for _ in range(20):
        c = at_code_prompt(stranger.name, home)
        c.say("answer", text="sms")
        c.close()
    wait_to(box, number)
    time.sleep(1)
    assert len(sent_to(box, number)) == 1
