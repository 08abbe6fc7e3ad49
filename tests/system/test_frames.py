# SPDX-License-Identifier: MIT
"""Bad input: whatever bytes come, that connection is closed, nothing is
lost, and the next honest user is served.  R-IPC-3, R-PAM-3."""

import os
import signal
import socket
import struct
from contextlib import suppress

import pytest

import shadow
from conversation import (accepted, at_code_prompt, choose, finish,
                          handed, reset)
from daemon import wait_for
from protocol import CONST, Client, Gone, encode

GOOD = "Turnip-violin-52"


def header(kind, length):
    """A frame's first four bytes, as claimed."""
    return struct.pack(">HH", kind, length)


HELLO = encode("hello", verb=2, user="alice", service="sshd",
               version=CONST["VERSION"])
FIRST = {
    "empty": b"",
    "one_byte": b"\x00",
    "half_a_header": HELLO[:3],
    "header_alone": HELLO[:4],
    "short_body": HELLO[:-1],
    "byte_too_many": HELLO + b"\x00",
    "length_too_long": header(1, 0xFFFF) + HELLO[4:],
    "length_too_short": header(1, 3) + HELLO[4:],
    "unknown_type": header(0x7777, 0),
    "type_nought": header(0, 0),
    "wrong_direction": encode("end"),
    "answer_before_hello": encode("answer", text="000000"),
    "nul_in_the_name": encode("hello", verb=2, user="al\0ice", version=1),
    "name_too_long": encode("hello", verb=2, user="x" * 300, version=1),
    "unknown_verb": encode("hello", verb=99, user="alice", version=1),
    "verb_nought": encode("hello", verb=0, user="alice", version=1),
    "unknown_flag": encode("hello", verb=2, user="x", version=1, flags=128),
    "flag_of_the_desk": encode("hello", verb=2, user="x", version=1, flags=2),
    "verb_of_the_desk": encode("hello", verb=16, user="x", version=1),
    "other_version": encode("hello", verb=2, user="alice", version=4711),
    "four_kilobytes": header(1, 4092) + b"\xff" * 4092,
    "more_than_a_frame": b"\xff" * 60000,
    "noise": os.urandom(64),
}
LATER = {
    "empty": b"",
    "hello_again": HELLO,
    "513_bytes": encode("answer", text="7" * 513),
    "short_body": encode("answer", text="000000")[:-1],
    "wrong_direction": encode("show", text="hello"),
    "length_too_long": header(2, 0xFFFF) + b"\x00\x06000000",
    "noise": os.urandom(64),
}
CODES = {
    "empty_stops": "",
    "five": "12345",
    "seven": "1234567",
    "letters": "abcdef",
    "512_bytes": "7" * 512,
    "controls": "\x01\x1b[2J\x7f",
    "newlines": "12\n34\n",
    "nuls": "\0\0\0\0\0\0",
    "not_utf_8": b"\xff\xfe\xfd\xfc\xfb\xfa",
    "arabic_digits": "١٢٣٤٥٦",
    "minus": "-12345",
    "spaces": "      ",
    "format": "%n%n%n",
    "sql": "'; drop table factor; --",
}


def closed(c):
    """Whether the daemon ends this connection, politely or not."""
    with suppress(Gone, ConnectionError):
        while True:
            if c.hear().name == "end":
                return True
    return True


def served(person):
    """An honest user is served by the same daemon."""
    with at_code_prompt(person.name) as c:
        return accepted(c, person.phone.fresh())


@pytest.mark.parametrize("uid", [0, 65533])
@pytest.mark.parametrize("name", FIRST)
def test_a_bad_first_frame_closes_its_connection_only(name, uid, daemon):
    """As root and as a stranger; others keep their conversation."""
    with at_code_prompt("alice") as other, Client(uid=uid) as c:
        with suppress(BrokenPipeError):
            c.raw(FIRST[name])
        if name == "empty":
            c.sock.shutdown(socket.SHUT_WR)
        assert closed(c)
        assert other.answer("000000").name in ("ask", "end")
    assert daemon.process.poll() is None


@pytest.mark.parametrize("name", LATER)
def test_a_bad_later_frame_closes_its_connection_only(name, daemon):
    """In place of the answer to the code prompt."""
    with at_code_prompt("alice") as other, at_code_prompt("bob") as c:
        with suppress(BrokenPipeError):
            c.raw(LATER[name])
        if name == "empty":
            c.sock.shutdown(socket.SHUT_WR)
        assert closed(c)
        assert other.answer("000000").name in ("ask", "end")
    assert daemon.process.poll() is None


@pytest.fixture(scope="module")
def one_person(own_daemon, new_account):
    """One enrolled account for all these codes."""
    if own_daemon.process is None:
        own_daemon.start()
    return new_account().enrol()


@pytest.mark.parametrize("name", CODES)
def test_a_code_that_is_none_is_not_accepted(name, one_person, daemon):
    """Asked again or not accepted; it is the same for an account that does
    not exist, and the daemon lives on."""
    heard = []
    for user in (one_person.name, "nobody9"):
        with at_code_prompt(user) as c:
            try:
                m = c.answer(CODES[name])
                heard.append((c.shown, m.name, getattr(m, "prompt", None)))
            except (Gone, ConnectionError):
                heard.append("closed")
    assert heard[0] == heard[1]
    assert "hand" not in heard[0]
    assert daemon.process.poll() is None


def test_a_descriptor_from_a_client_is_never_taken(person, daemon):
    """R-IPC-3: sent along with HELLO, it is refused by the kernel (new
    ones) or not kept open."""
    r, w = os.pipe()
    with Client() as c:
        with suppress(PermissionError):
            socket.send_fds(c.sock, [HELLO], [w])
        os.close(w)
        c.sock.shutdown(socket.SHUT_WR)
        with suppress(Gone, ConnectionError):
            c.until("ask", "end")
        os.set_blocking(r, False)
        assert wait_for(lambda: at_end(r), "its descriptor to be closed")
    os.close(r)
    assert served(person)


def at_end(fd):
    """Whether nobody holds the other end of a pipe."""
    try:
        return os.read(fd, 1) == b""
    except BlockingIOError:
        return False


STEPS = ["connected", "hello", "asked", "accepted", "first_password",
         "second_password"]


def leave_at(step, person):
    """Vanish without a word at this step of a reset."""
    c = Client()
    if step == "connected":
        return c.close()
    c.hello("RESET", user=person.name)
    if step == "hello":
        return c.close()
    c.until("ask")
    if step == "asked":
        return c.close()
    worker = handed(c, person.phone.fresh())
    if step != "accepted":
        worker.until("ask")
        worker.answer(GOOD)
    if step == "second_password":
        worker.say("answer", text=GOOD)
    worker.close()
    return c.close()


@pytest.mark.parametrize("step", STEPS)
def test_a_client_that_vanishes_loses_nothing(step, person, daemon):
    """R-DUR-3: the old password or the new one, never neither; the worker
    goes, and the next one is served."""
    leave_at(step, person)
    wait_for(lambda: not daemon.workers(), "end of the worker", 40)
    old = shadow.is_password(person.name, person.password)
    new = shadow.is_password(person.name, GOOD)
    assert old != new
    assert old or step == "second_password"
    assert served(person)


def test_a_client_that_vanishes_after_the_last_word(person, daemon):
    """The password is changed whether or not anybody waits to hear it."""
    with at_code_prompt(person.name) as c:
        worker = handed(c, person.phone.fresh())
        assert choose(worker, GOOD).result == 0
        worker.close()
    assert shadow.is_password(person.name, GOOD)
    assert served(person)


BAD_PASSWORDS = {
    "control": "Turnip\tviolin-52",
    "escape": "Turnip\x1bviolin-52",
    "delete": "Turnip\x7fviolin-52",
    "nul": "Turnip\0violin-52",
    "not_utf_8": b"Turnip\xffviolin-52",
    "257_bytes": "Aa1-" * 64 + "x",
    "seven": "Aa1-xyz",
}


@pytest.mark.parametrize("name", BAD_PASSWORDS)
def test_r_set_4_a_password_that_cannot_be(name, person, daemon):
    """Control characters, not UTF-8, too short, too long: refused before
    the stack sees it; asked again, the good one is taken."""
    with at_code_prompt(person.name) as c:
        worker = handed(c, person.phone.fresh())
        worker.until("ask")
        worker.say("answer", text=BAD_PASSWORDS[name])
        try:
            m = worker.until("ask", "end")
        except (Gone, ConnectionError):
            m = None
        if m is not None and m.name == "ask":
            assert "Retype" not in m.prompt
            worker.answer(GOOD)
            assert worker.answer(GOOD).result == 0
            assert finish(c) == 0
            assert shadow.is_password(person.name, GOOD)
        else:
            assert shadow.is_password(person.name, person.password)


def test_a_password_of_256_bytes_is_taken(person, daemon):
    """R-SET-1: the longest there is."""
    long = "Aa1-Turnip-violi" * 16
    with at_code_prompt(person.name) as c:
        worker = handed(c, person.phone.fresh())
        assert choose(worker, long).result == 0
        assert finish(c) == 0
    assert shadow.is_password(person.name, long)


def test_the_worker_closes_on_a_message_out_of_order(person, daemon):
    """DESIGN 3: it has one thing to do."""
    with at_code_prompt(person.name) as c:
        worker = handed(c, person.phone.fresh())
        worker.until("ask")
        worker.raw(HELLO)
        assert closed(worker)
    wait_for(lambda: not daemon.workers(), "end of the worker")
    assert shadow.is_password(person.name, person.password)


def test_idle_connections_do_not_keep_others_out(person, daemon):
    """R-IPC-3, R-AVL-2: a stranger's connections are limited; root peers
    have slots of their own."""
    idle = []
    try:
        for _ in range(200):
            with suppress(OSError):
                idle.append(Client(uid=65533))
        assert served(person)
    finally:
        for c in idle:
            c.close()


def test_four_conversations_of_one_source(own_daemon, daemon):
    """R-IPC-3: the fifth is refused openly, another source is served."""
    daemon.stop()
    daemon.configure({"reset": {"answer_floor_ms": 0}})
    daemon.start()
    held = [at_code_prompt("alice", "198.51.100.1") for _ in range(4)]
    with Client() as c:
        c.hello("RESET", user="alice", rhost="198.51.100.1")
        m = c.until("ask", "end")
        assert m.name == "end" and m.result != 0
    at_code_prompt("alice", "198.51.100.2").close()
    for c in held:
        c.close()
    wait_for(lambda: opens("198.51.100.1"), "a free place")
    daemon.stop()


def opens(rhost):
    """Whether a conversation from there is taken."""
    with Client() as c:
        c.hello("RESET", user="alice", rhost=rhost)
        return c.until("ask", "end").name == "ask"


def test_kill_9_at_any_time_loses_no_password(person, daemon):
    """R-DUR-3: started again without a repair, the new password of a reset
    that was finished is there, and the database is sound."""
    assert reset(person, GOOD) == 0
    daemon.end(signal.SIGKILL)
    daemon.start()
    assert shadow.is_password(person.name, GOOD)
    assert served(person)
