# SPDX-License-Identifier: MIT
"""Promise 2: a broken sspr never breaks a login.  R-PAM-5, R-PAM-7,
R-AVL-1.  The daemon is dead, hung, lying, or somebody else."""

import os
import signal
import socket
import threading
import time
from pathlib import Path

import pytest

from daemon import wait_for
from dialogue import CODE, NEW, OFFER, forgot, ssh, ssh_works
from protocol import SOCKET, VERB, decode, encode

PASSWORD = "Old-pass-1234"
SLACK = 5  # seconds a loaded machine may take on top of the promised 2


class Fake:
    """Somebody at our socket who does as told with every connection."""

    def __init__(self, behave, uid=0, backlog=64):
        self.behave = behave
        self.heard = []
        self.kept = []
        Path(SOCKET).unlink(missing_ok=True)
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.sock.bind(SOCKET)
        os.chmod(SOCKET, 0o666)
        os.seteuid(uid)
        self.sock.listen(backlog)
        os.seteuid(0)
        self.server = threading.Thread(target=self._serve, daemon=True)
        if behave is not None:
            self.server.start()

    def _serve(self):
        while True:
            try:
                c, _ = self.sock.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=[c],
                             daemon=True).start()

    def _one(self, c):
        try:
            self.behave(self, c)
        except OSError:
            pass

    def hear(self, c):
        """What the client says first."""
        self.heard.append(c.recv(65536))

    def close(self):
        """Go away; connections that were kept are closed."""
        self.sock.shutdown(socket.SHUT_RDWR)
        if self.behave is not None:
            self.server.join()
        self.sock.close()
        for c in self.kept:
            c.close()
        Path(SOCKET).unlink(missing_ok=True)


def says(*frames):
    """Behaviour: hear HELLO, send frames, close."""
    def behave(fake, c):
        fake.hear(c)
        for frame in frames:
            c.send(frame)
        c.close()
    return behave


def silent(fake, c):
    """Accept, hear, and never answer."""
    fake.kept.append(c)
    fake.hear(c)


def deaf(fake, c):
    """Accept and close at once."""
    c.close()


def flooding(fake, c):
    """Show messages without end."""
    fake.hear(c)
    while True:
        c.send(encode("show", style=0, text="x" * 400))


END = encode("end", result=0)
HUGE = b"\x00\x15\xff\xff" + b"x" * 4000
LIES = {
    "garbage": says(os.urandom(200)),
    "empty_frame": says(b""),
    "half_a_header": says(b"\x00"),
    "length_too_long": says(HUGE),
    "unknown_type": says(b"\x7f\x7f\x00\x00"),
    "wrong_direction": says(encode("hello", user="alice")),
    "unknown_result": says(encode("end", result=4711)),
    "end_of_success": says(END),
    "escape_sequences": says(
        encode("offer", prompt="\x1b[2Jtype forgot", again="?"), END),
    "refers_in_no_words": says(encode("offer", refer=1, again="?"), END),
    "refers_twice_as_much": says(
        encode("offer", prompt="Elsewhere: ", refer=2), END),
    "asks_for_the_password": says(
        encode("ask", echo=0, prompt="Password again: ")),
    "silent": silent,
    "deaf": deaf,
    "flooding": flooding,
}


def wrong_login(name="bob"):
    """Two wrong passwords and the right one; seconds each took, screen."""
    t = ssh(name, "echo it-is-me")
    took = []
    t.reads("assword: ")
    for password in ("Old-pass-1235", "forgot", PASSWORD):
        start = time.monotonic()
        t.sendline(password)
        t.expect(["assword: ", "it-is-me"])
        took.append(time.monotonic() - start)
    out = t.rest()
    assert "it-is-me" in out
    return took, out


@pytest.fixture(scope="module")
def usual(sshd, own_daemon):
    """The same login with nobody at the socket."""
    own_daemon.stop()
    Path(SOCKET).unlink(missing_ok=True)
    return wrong_login()


def as_usual(usual):
    """Nothing on the screen, no slower than promised."""
    took, out = wrong_login()
    assert out == usual[1]
    for now, then in zip(took, usual[0]):
        assert now < then + 2 + SLACK


def test_promise_2_the_daemon_is_not_there(usual):
    """Nobody at the socket: no word of ours, the password logs in."""
    assert "forgot to reset" not in usual[1]


@pytest.mark.parametrize("lie", LIES)
def test_promise_2_the_daemon_lies(lie, usual):
    """Whatever it says or leaves unsaid at the offer, nothing is seen."""
    fake = Fake(LIES[lie])
    try:
        as_usual(usual)
    finally:
        fake.close()


def test_promise_2_the_daemon_does_not_accept(usual):
    """R-PAM-5, R-PAM-7: a queue that stays full is no offer."""
    fake = Fake(None, backlog=0)
    waiting = []
    try:
        for _ in range(3):
            s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            s.setblocking(False)
            waiting.append(s)
            try:
                s.connect(SOCKET)
            except BlockingIOError:
                break
        as_usual(usual)
    finally:
        fake.close()
        for s in waiting:
            s.close()


def test_r_pam_7_a_server_that_is_not_root_hears_nothing(usual):
    """The module verifies who listens before it sends a byte."""
    fake = Fake(silent, uid=65534)
    try:
        as_usual(usual)
        assert not any(fake.heard)
    finally:
        fake.close()


def back_at_the_password(t):
    """The dialogue ended: the next attempt, maybe after a word why.  Where
    there still is a code prompt, one code is tried first."""
    answers = {1: [""], 2: ["", "000000"]}
    while (n := t.expect(["assword: ", "Press Enter: ", CODE])) != 0:
        t.types(answers[n].pop())


def offers(then):
    """Behaviour: a proper offer, and in the dialogue that follows `then'."""
    def behave(fake, c):
        fake.hear(c)
        if decode(fake.heard[-1]).verb == VERB["OFFER"]:
            c.send(encode("offer", prompt="x type forgot to reset it: ",
                          again="again: "))
            c.send(END)
        else:
            then(fake, c)
    return behave


def after_hello(*frames):
    """Behaviour in the dialogue: HELLO was heard, send frames, close."""
    def behave(fake, c):
        for frame in frames:
            c.send(frame)
        c.close()
    return behave


IN_THE_DIALOGUE = {
    "garbage": after_hello(os.urandom(200)),
    "end_of_success": after_hello(END),
    "unknown_result": after_hello(encode("end", result=4711)),
    "hand_without_a_descriptor": after_hello(encode("hand")),
    "offer_again": after_hello(encode("offer", prompt="x", again="y")),
    "deaf": after_hello(),
    "silent": lambda fake, c: fake.kept.append(c),
    "endless_words": after_hello(*[encode("show", text="no end")] * 999),
}


@pytest.mark.parametrize("lie", IN_THE_DIALOGUE)
def test_promise_1_a_lying_daemon_lets_nobody_in(lie, usual):
    """The dialogue ends within its limits, the attempt fails, and the right
    password logs in afterwards."""
    fake = Fake(offers(IN_THE_DIALOGUE[lie]))
    try:
        t = ssh("bob", "echo it-is-me")
        t.types("forgot", at="assword: ")
        t.types("forgot", at=OFFER)
        start = time.monotonic()
        back_at_the_password(t)
        assert time.monotonic() - start < usual[0][0] + 5 + SLACK
        assert "it-is-me" not in t.seen
        t.types(PASSWORD)
        assert "it-is-me" in t.rest()
    finally:
        fake.close()


@pytest.mark.parametrize("role", ["parent", "front", "desk", "vault",
                                  "names", "courier"])
def test_promise_2_a_role_is_stopped_dead(role, usual, daemon):
    """SIGSTOP: the wrong password fails, the right one logs in; an offer
    may come where front still lives, the dialogue then ends by itself."""
    pid = daemon.pids()[role]
    os.kill(pid, signal.SIGSTOP)
    try:
        t = ssh("bob", "echo it-is-me")
        start = time.monotonic()
        t.types("forgot", at="assword: ")
        if t.expect([OFFER, "assword: "]) == 0:
            t.sendline("forgot")
            back_at_the_password(t)
        assert time.monotonic() - start < usual[0][0] + 15 + SLACK
        t.close(force=True)
        assert ssh_works("bob", PASSWORD)
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize("role", ["front", "desk", "vault", "parent"])
def test_promise_2_a_role_dies_in_the_dialogue(role, person, daemon, sshd):
    """Killed at the code prompt: the attempt fails quietly, the old password
    logs in; started again, the next honest user is served."""
    t = forgot(person.name)
    t.reads(CODE)
    os.kill(daemon.pids()[role], signal.SIGKILL)
    daemon.process.wait(20)
    t.sendline(person.phone.fresh())
    back_at_the_password(t)
    t.types(person.password)
    t.types("exit", at="$ ")
    t.rest()
    assert t.exitstatus == 0
    daemon.start()
    t = forgot(person.name)
    t.types(person.phone.fresh(), at=CODE)
    t.reads(NEW)


@pytest.mark.parametrize("role", ["names", "courier"])
def test_the_death_of_a_helper_ends_nothing(role, person, daemon, sshd):
    """DESIGN 2: names and courier are restarted; the next one is served."""
    old = daemon.pids()[role]
    os.kill(old, signal.SIGKILL)
    wait_for(lambda: daemon.pids().get(role) not in (None, old),
             f"another {role}")
    assert daemon.process.poll() is None
    t = forgot(person.name)
    t.types(person.phone.fresh(), at=CODE)
    t.reads(NEW)


@pytest.mark.parametrize("role", ["front", "desk", "vault"])
def test_the_death_of_any_other_role_ends_the_daemon(role, daemon):
    """DESIGN 2: loudly, and with a status that is not 0."""
    pids = daemon.pids()
    os.kill(pids[role], signal.SIGKILL)
    assert daemon.process.wait(20) != 0
    wait_for(lambda: role in daemon.log(), f"a line that names {role}")
    for pid in pids.values():
        wait_for(lambda p=pid: not Path(f"/proc/{p}").exists(), "the end")


def test_a_worker_killed_while_it_asks(person, daemon, sshd):
    """The user is told that nothing changed, nothing is, and the next try
    succeeds."""
    t = forgot(person.name)
    t.types(person.phone.fresh(), at=CODE)
    t.reads(NEW)
    worker, = wait_for(daemon.workers, "a worker")
    os.kill(worker, signal.SIGKILL)
    t.sendline("Turnip-violin-52")
    t.expect("(?i)(not|nothing was) changed")
    t.close(force=True)
    assert ssh_works(person.name, person.password)
    t = forgot(person.name)
    t.types(person.phone.fresh(), at=CODE)
    t.reads(NEW)
