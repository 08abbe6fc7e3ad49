# SPDX-License-Identifier: MIT
"""R-IPC-1 to R-IPC-6: a front, and a desk, that are taken over.  The test
takes the links and the listening socket of one and does what it never would;
everything else is the real thing."""

import os
import pwd
import socket
import struct
import threading
import time
from contextlib import ExitStack, suppress

import pytest

import shadow
from conversation import accepted, at_code_prompt, choose
from daemon import audit, wait_for
from dialogue import NEW, OFFER, shell_of, ssh
from impostor import FRONTS_OWN, evil
from protocol import CONST, ERR, SOCKET, VERB, Client, Gone, decode, encode
from siblings import IPC

DESK = "/run/sspr/admin.sock"
GOOD = "Turnip-violin-52"
SEATS = 128  # of a front


@pytest.fixture
def front(daemon):
    """In front's place."""
    with evil(daemon) as f:
        yield f


def ends(daemon, before, word):
    """R-IPC-6: loudly, by the vault's word."""
    assert daemon.process.wait(30) != 0
    wait_for(lambda: word in daemon.log()[before:], word)


@pytest.fixture
def dies(daemon):
    """dies(word): the daemon ends, and its log says why."""
    before = len(daemon.log())
    return lambda word: ends(daemon, before, word)


def test_r_ipc_5_front_never_sees_a_hand_or_a_seed(person, stranger, front):
    """A whole reset and an enrolment pass through it: no descriptor ever
    comes to it, nor what only the person may see."""
    with Client() as c:
        s = front.accept()
        front.opens(s, 7, user=person.name, rhost="192.0.2.1")
        front.until(7, "ask")
        front.says(7, "answer", text=person.phone.fresh())
        c.until("hand")
        worker = c.worker()
        assert choose(worker, GOOD).result == 0
        worker.close()
        front.until(7, "ask")
        front.says(7, "answer", text="")
        assert front.until(7, "end").result == 0
    with Client(uid=stranger.uid) as c:
        front.opens(front.accept(), 8, "ADD", method="backup", label="x")
        c.hands += wait_for(lambda: next_of(front, c), "a hand")[1]
        worker = c.worker()
        worker.until("ask")
        assert worker.answer(stranger.password).result == 0
        worker.close()
        m, fds = wait_for(lambda: next_of(front, c), "a code")
        assert m.name == "code" and not fds
    assert shadow.is_password(person.name, GOOD)
    assert {m.name for _, m in front.heard} <= FRONTS_OWN


def next_of(front, c):
    """What comes to the client itself, and its descriptors; what comes to
    front meanwhile is heard."""
    c.sock.settimeout(0.05)
    with suppress(TimeoutError):
        data, fds = c.frame()
        return decode(data), fds
    if front.vault.is_there(0):
        _, m, _ = front.hear()
        assert m.name != "end", vars(m)
    return None


def own_pair():
    """Both ends are its own, and the kernel says so."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def accomplice(front):
    """The client's own end of a connection: the kernel says root of it, who
    called listen; front holds the other end."""
    c = Client(uid=65533)
    return c.sock, front.accept()


NOT_ACCEPTED = {
    "its_own_pair": lambda f: own_pair(),
    "a_stream": lambda f: socket.socketpair(),
    "the_listener": lambda f: (f.listener.sock,),
    "its_link": lambda f: (f.vault.sock,),
    "the_clients_end": accomplice,
    "a_datagram_socket": lambda f: (socket.socket(socket.AF_UNIX,
                                                  socket.SOCK_DGRAM),),
    "no_socket": lambda f: (open("/dev/null", "rb"),),
    "another_family": lambda f: (socket.socket(),),
}


def called_as_ours(path, other):
    """An end of a connection to another listener of root's that has the name
    of our socket, as anybody can give it in a /run of their own."""
    os.rename(path, path + ".away")
    try:
        s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        s.bind(path)
        os.unlink(path)
        s.connect(other)
        return s
    finally:
        os.rename(path + ".away", path)


@pytest.mark.parametrize("role,path,verb", [
    ("front", SOCKET, "RESET"), ("desk", DESK, "USER")])
def test_r_ipc_1_a_connection_to_another_daemon(role, path, verb, daemon,
                                                person, tmp_path):
    """Root's, as the kernel says; but who is there is not our client."""
    other = str(tmp_path / "other")
    with evil(daemon, role) as f, socket.socket(
            socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(other)
        listener.listen()
        with called_as_ours(path, other) as s:
            f.opens(s, 1, verb, user=person.name)
            m = f.until(1, "ask", "user", "end")
            assert (m.name, m.result) == ("end", ERR["NOT_YOURS"])


@pytest.mark.parametrize("what", NOT_ACCEPTED)
def test_r_ipc_1_what_front_did_not_accept(what, front, dies):
    """No HAND can be made to come to it: the daemon ends."""
    made = NOT_ACCEPTED[what](front)
    front.opens(made[0], 1, user="root")
    dies("made a conversation up")
    for s in made[1:]:
        s.settimeout(0)
        with suppress(OSError):
            assert not s.recv(65536)


def test_r_ipc_4_a_client_of_the_other_socket(daemon, front, dies):
    """One of the desk's, in the hands of front."""
    with evil(daemon, "desk") as desk, Client(path=DESK):
        front.opens(desk.accept(), 1, user="alice")
        dies("made a conversation up")


def test_r_ipc_6_one_client_for_two_conversations(front, dies):
    """Whatever is proved in one cannot be handed over in the other."""
    with Client():
        s = front.accept()
        front.opens(s, 1, user="alice")
        front.opens(s, 2, user="bob")
        dies("made a conversation up")


def test_r_ipc_2_somebody_elses_descriptor(person, new_account, front):
    """Swapped: a conversation about one account, the descriptor of another
    person, and hints of a console: only its own account counts."""
    other = new_account()
    since = len(audit())
    with Client(uid=other.uid) as c:
        s = front.accept()
        for n, user in enumerate((person.name, "root", ""), 1):
            if n > 1:
                s = again(c, front, other.uid)
            front.opens(s, n, user=user, tty="/dev/tty1", service="login")
            m = front.until(n, "ask", "end")
            assert (m.name, user) in {("end", person.name), ("end", "root"),
                                      ("ask", ""), ("end", "")}
        for verb in ("STATUS", "REMOVE", "LOST", "TEST", "ADD"):
            n += 1
            front.opens(again(c, front, other.uid), n, verb,
                        user=person.name, method="app", label="x")
            assert front.until(n, "ask", "end").name == "end"
        assert not c.hands
        c.sock.settimeout(0)
        with pytest.raises((Gone, OSError)):
            c.hear()
    for r in audit()[since:]:
        assert r.get("subject") != person.uid, r
        assert not r.get("service"), r
        assert r.get("source") in ("", f"uid:{other.uid}"), r


def again(c, front, uid):
    """Another connection of the same person."""
    c.close()
    c._begin(Client(uid=uid).sock)
    return front.accept()


def pair_of_its_own(_):
    """A socketpair that uid _sspr made, as front would."""
    os.seteuid(pwd.getpwnam("_sspr").pw_uid)
    try:
        return own_pair()
    finally:
        os.seteuid(0)


FORGED = {"its_own_pair": pair_of_its_own, "an_accomplices_end": accomplice,
          "no_hand_at_all": None}


def forge(front, s, how):
    """Send a HAND that is not the vault's, and ask for a password there, or
    ask as if it were the vault; returns what would be front's ear."""
    made = FORGED[how](front) if FORGED[how] else (None, s)
    made[1].settimeout(30)
    made[1].send(encode("ask", echo=0, prompt=NEW))
    if made[1] is s:
        return s
    socket.send_fds(s, [encode("hand", job=0)], [made[0].fileno()])
    made[0].close()
    return made[1]


def is_deaf(ear):
    """Whether nothing was ever said into it, and the other end is closed."""
    try:
        return not ear.recv(65536)
    except ConnectionResetError:
        return True
    finally:
        ear.close()


@pytest.mark.parametrize("how", FORGED)
def test_r_ipc_1_a_forged_hand_to_the_module(how, person, front, sshd):
    """Over ssh: it is no worker's, so no prompt of it is shown, nothing is
    typed there, and the password still logs in."""
    t = ssh(person.name, "echo it-is-me")
    t.types("forgot", at="assword: ")
    s = front.accept()
    assert decode(s.recv(65536)).verb == VERB["OFFER"]
    s.send(encode("offer", prompt="x " + OFFER, again="again: "))
    s.send(encode("end"))
    t.types("forgot", at=OFFER)
    s = front.accept()
    assert decode(s.recv(65536)).verb == VERB["RESET"]
    ear = forge(front, s, how)
    while t.expect(["assword: ", "Press Enter: "]) != 0:
        t.sendline("")
    assert NEW not in t.seen
    t.sendline(person.password)
    assert "it-is-me" in t.rest()
    assert is_deaf(ear)


@pytest.mark.parametrize("how", FORGED)
def test_r_ipc_1_a_forged_hand_to_sspr_enroll(how, person, front):
    """Where the current password would be asked for."""
    t = shell_of(person.name, ["sspr-enroll", "add", "backup"])
    s = front.accept()
    hello = decode(s.recv(65536))
    while hello.verb != VERB["ADD"]:
        s.send(encode("end"))
        s = front.accept()
        hello = decode(s.recv(65536))
    ear = forge(front, s, how)
    out = t.rest()
    assert "assword: " not in out
    assert t.exitstatus not in (0, None)
    assert is_deaf(ear)


VERBS = [("front", v) for v in ("OFFER", *range(16, 24), 0, 99)]
VERBS += [("desk", v) for v in ("OFFER", "RESET", "ADD", "STATUS", 0, 99)]


@pytest.mark.parametrize("role,verb", VERBS)
def test_r_ipc_4_verbs_of_the_other_socket(role, verb, daemon, dies):
    """Even for a client who is root."""
    path = DESK if role == "desk" else SOCKET
    with evil(daemon, role) as f, Client(path=path):
        f.opens(f.accept(), 1, verb, user="alice")
        dies("passed verb")


def test_r_ipc_6_conversations_of_another_front(person, daemon):
    """What the desk says of a number of front's is about nobody."""
    with at_code_prompt(person.name) as c, evil(daemon, "desk") as desk:
        for conn in range(300):
            desk.says(conn, "answer", text="000000")
            desk.says(conn, "cancel", reason=ERR["CANCELLED"])
            desk.vault.say("closed", conn=conn, err=ERR["GONE"])
        assert accepted(c, person.phone.fresh())
        assert not desk.vault.is_there(0)


def asked(front):
    """A client that is at the code prompt, and its number."""
    c = Client()
    front.opens(front.accept(), 5, user="alice")
    front.until(5, "ask")
    return c


def answer_early(front):
    """Before there is a question."""
    c = Client()
    with front.in_one_breath():
        front.opens(front.accept(), 5, user="alice")
        front.says(5, "answer", text="000000")
    return c


def answer_twice(front):
    """To one question."""
    c = asked(front)
    with front.in_one_breath():
        front.says(5, "answer", text="000000")
        front.says(5, "answer", text="000000")
    return c


def open_again(front):
    """A number that is in use, for another client."""
    c = asked(front), Client()
    front.opens(front.accept(), 5, user="alice")
    return c


def hello_again(front):
    """In place of an answer."""
    c = asked(front)
    front.says(5, "hello", user="root", verb=VERB["RESET"])
    return c


def raw(data, fds=0, of=None):
    """Any record, with some descriptors."""
    def says(front):
        c = Client()
        s = front.accept()
        front.vault.raw(data(front) if callable(data) else data,
                        [(of or s).fileno()] * fds)
        return c
    return says


def opening(size=None):
    """The bytes of an OPEN."""
    frame = encode("hello", verb=VERB["RESET"], user="alice",
                   version=CONST["VERSION"])
    return IPC.encode("open", conn=5, frame=frame if size is None
                      else b"x" * size)


ODD = {
    "an_answer_before_a_question": answer_early,
    "two_answers": answer_twice,
    "a_number_in_use": open_again,
    "hello_in_the_middle": hello_again,
    "empty": raw(b""),
    "empty_with_a_descriptor": raw(b"", 1),
    "one_byte": raw(b"\0"),
    "noise": raw(os.urandom(300)),
    "length_too_long": raw(struct.pack(">HH", 17, 0xffff) + bytes(6)),
    "more_than_a_frame": raw(b"\xff" * 60000),
    "open_without_a_descriptor": raw(opening()),
    "open_with_two": raw(opening(), 2),
    "open_with_253": raw(opening(), 253),
    "open_with_a_byte_more": raw(opening() + b"\0", 1),
    "open_of_garbage": raw(opening(40), 1),
    "open_of_nothing": raw(opening(0), 1),
    "input_with_a_descriptor": raw(
        IPC.encode("input", conn=5, frame=encode("answer")), 1),
    "input_of_garbage": raw(IPC.encode("input", conn=5, frame=b"garbage")),
    "input_down": raw(IPC.encode("input", conn=5, frame=encode("hand"))),
    "an_option": raw(IPC.encode("set", option=1, value="1")),
    "options_are_done": raw(IPC.encode("apply", last=1)),
    "a_key": raw(IPC.encode("key", key=b"k" * 32)),
    "a_granted_worker": raw(IPC.encode("granted", grant=1), 1),
    "an_outcome": raw(IPC.encode("outcome", grant=1)),
    "a_look_up_s_result": raw(IPC.encode("account", id=1)),
    "a_worker": raw(IPC.encode("worker", grant=1, uid=0, name="root")),
    "its_own_output": raw(IPC.encode("output", conn=5,
                                     frame=encode("end"))),
    "a_role_again": raw(IPC.encode("names", again=1), 1),
}


@pytest.mark.parametrize("what", ODD)
def test_r_ipc_6_what_front_never_says(what, front, dies):
    """Out of order, odd, or another role's: the daemon ends loudly."""
    held = ODD[what](front)
    dies("sspr-resetd[vault]: front")
    assert held


def test_r_ipc_6_what_is_said_of_nobody_is_ignored(person, front):
    """As of clients who went while it was on its way."""
    for conn in (0, 1, 4711, 0xffffffff):
        front.says(conn, "answer", text="000000")
        front.says(conn, "cancel", reason=ERR["GONE"])
        front.vault.say("closed", conn=conn, err=ERR["GONE"])
    with Client() as c:
        front.opens(front.accept(), 1, user=person.name)
        front.until(1, "ask")
        front.says(1, "answer", text=person.phone.fresh())
        c.until("hand")


def test_r_ver_5_an_old_answer_said_again(person, front):
    """Front has seen the code; nobody else gets a worker by it."""
    code = person.phone.fresh()
    with Client() as c, Client() as other:
        for conn in (1, 2):
            front.opens(front.accept(), conn, user=person.name,
                        rhost="192.0.2.1")
            front.until(conn, "ask")
        front.says(1, "answer", text=code)
        c.until("hand")
        front.says(2, "answer", text=code)
        assert front.until(2, "show", "end").name == "show"
        assert front.heard[-1][1].text.startswith("Not accepted")
        other.sock.settimeout(0)
        with pytest.raises(BlockingIOError):
            other.frame()


def test_r_ipc_3_more_conversations_than_seats(front, daemon, dies):
    """As many as it has seats are opened, and the desk is still served; one
    more is no front's."""
    with ExitStack() as held:
        for n in range(1, SEATS + 1):
            held.enter_context(Client())
            front.opens(front.accept(), n, user="alice",
                        rhost=f"203.0.113.{n}")
            front.until(n, "ask")
        with Client(path=DESK) as c:
            c.hello("USER", user="alice")
            assert c.until("user", "end").name in ("user", "end")
        held.enter_context(Client())
        front.opens(front.accept(), SEATS + 1, user="alice")
        dies("made a conversation up")


@pytest.mark.parametrize("pause,word", [
    (None, "front is gone"), (1, "front reads too slowly")])
def test_a_front_that_does_not_hear(pause, word, front, daemon, dies):
    """Its link fills up, or it hears a message now and then: neither holds
    the vault, and with it the desk, up for ever."""
    if pause is not None:
        threading.Thread(target=drip, args=[front, pause],
                         daemon=True).start()
    with ExitStack() as held, suppress(Gone, OSError):
        for n in range(1, 100 * SEATS):
            if n > SEATS:
                front.says(n - SEATS, "cancel", reason=ERR["CANCELLED"])
            held.enter_context(Client())
            front.opens(front.accept(), n, user="alice",
                        rhost=f"203.0.113.{n % 250}")
            if n % SEATS == 0 and daemon.process.poll() is None:
                time.sleep(0.1)  # the first words of each are on their way
    dies(word)


def drip(front, pause):
    """Hear so rarely that the vault waits for it before each message."""
    with suppress(Gone, OSError, TimeoutError, ValueError):
        while True:
            time.sleep(pause)
            front.vault.hear()


def test_the_next_one_is_served(person, daemon):
    """After all this, by the same database."""
    with at_code_prompt(person.name) as c:
        assert accepted(c, person.phone.fresh())
