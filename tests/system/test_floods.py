# SPDX-License-Identifier: MIT
"""Floods: R-IPC-3, R-AVL-1 to R-AVL-3, R-LOG-4.  One user of the machine does
the worst that a user can, and everybody else is served."""

import os
import resource
import signal
import socket
import struct
import subprocess
import time
from contextlib import ExitStack, suppress
from mmap import mmap

import pytest

import shadow
from conversation import at_code_prompt, choose, finish, handed
from daemon import status_of, wait_for
from dialogue import CODE, forgot, set_password, ssh
from protocol import CONST, ERR, SOCKET, VERB, Client, Gone, decode, encode

CONF = {"limits": {"conversations_per_source": 4}}  # as shipped
GOOD = "Turnip-violin-52"
FLOODER = 3999  # a uid nobody has
OFFERS = 20
MODULE_SECONDS = 1  # the module waits for an offer (R-PAM-5)
SECONDS = 3  # R-AVL-2: within so many is served
QUEUE = 500  # connections: most of what start.c asks for
LINES = 10  # R-LOG-4: a minute and uid
PASSED_MAX = 253  # descriptors a message can carry


def slow_socket():
    """One that sleeps when it is closed last: unsent bytes, and SO_LINGER."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        s = socket.create_connection(listener.getsockname())
        other, _ = listener.accept()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                 struct.pack("ii", 1, 60))
    s.setblocking(False)
    with suppress(BlockingIOError):
        while True:
            s.send(b"x" * 65536)
    return s, other


def with_descriptors(s, fds):
    """One message that carries them; newer kernels refuse to."""
    with suppress(PermissionError):
        socket.send_fds(s, [b"x"], fds)


def until_it_is_full(s, frame):
    """Send without reading or waiting."""
    s.setblocking(False)
    with suppress(BlockingIOError):
        while True:
            s.send(frame)


def kinds():
    """What a connection of the flood does when it is there."""
    hello = encode("hello", verb=VERB["RESET"], user="flooder",
                   version=CONST["VERSION"])
    null = os.open("/dev/null", os.O_RDONLY)
    slow = slow_socket()
    return [
        lambda s: None,
        lambda s: s.send(hello),
        lambda s: s.send(b"x"),
        lambda s: s.send(b""),
        lambda s: s.send(b"x" * 4097),
        lambda s: with_descriptors(s, [null] * PASSED_MAX),
        lambda s: with_descriptors(s, [slow[0].fileno()]),
        lambda s: until_it_is_full(s, hello),
    ]


def flood(made, at_once, does):
    """One process of it: never ends, and holds what it opened last."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    os.setgid(FLOODER)
    os.setuid(FLOODER)
    does, held, n = does(), [], 0
    while True:
        s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with suppress(OSError):
            s.connect(SOCKET)
            n += 1
            does[n % len(does)](s)
        held.append(s)
        if len(held) > at_once:
            held.pop(0).close()
        struct.pack_into("=Q", made, 0, n)


class Flood:
    """Some thousand connections of one uid, until it is over.  That it keeps
    the processors busy is mostly not the point: it is nice."""

    def __init__(self, connections, does=kinds, processes=4, nice=19):
        self.connections, self.does = connections, does
        self.processes, self.nice = processes, nice
        self.made, self.pids = [], []

    def __enter__(self):
        for _ in range(self.processes):
            made = mmap(-1, 8)
            pid = os.fork()
            if pid == 0:
                try:
                    os.nice(self.nice)
                    flood(made, self.connections // self.processes,
                          self.does)
                finally:
                    os._exit(1)
            self.made.append(made)
            self.pids.append(pid)
        wait_for(lambda: self.count() > self.connections // 10, "a flood")
        return self

    def count(self):
        """Connections so far."""
        return sum(struct.unpack("=Q", m[:])[0] for m in self.made)

    def is_on(self):
        """Whether each process of it still does its worst."""
        return not any(os.waitpid(p, os.WNOHANG)[0] for p in self.pids)

    def __exit__(self, *_):
        for pid in self.pids:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


@pytest.fixture
def connections(turns):
    """Of the flood, at once."""
    return turns(1200, 5000)


def descriptors(pid):
    """How many it has."""
    return len(os.listdir(f"/proc/{pid}/fd"))


def memory(pid):
    """Kilobytes of its own."""
    return int(status_of(pid)["RssAnon"].split()[0])


def offered(uid, number):
    """Seconds until an offer is made to a client that waits as the module
    does, or None."""
    start = time.monotonic()
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO,
                 struct.pack("ll", MODULE_SECONDS, 0))
    os.seteuid(uid)
    with suppress(OSError), s:
        try:
            s.connect(SOCKET)
        finally:
            os.seteuid(0)
        s.settimeout(SECONDS)
        s.send(encode("hello", verb=VERB["OFFER"], user=f"name{number}",
                      service="sshd", rhost=f"198.51.100.{number}",
                      version=CONST["VERSION"], flags=CONST["FORGOT"]))
        if decode(s.recv(65536)).name == "offer":
            return time.monotonic() - start
    return None


def offers():
    """Of some, half of them not root's: how long each took."""
    took = [offered(0 if n % 2 else 4000 + n, n) for n in range(OFFERS)]
    in_time = [t for t in took if t is not None and t < SECONDS]
    assert len(in_time) >= 0.9 * OFFERS, took
    return in_time


def login_seconds(name, password):
    """From a correct password to the shell's word."""
    t = ssh(name, "echo it-is-me", tries=1)
    t.reads("assword: ")
    start = time.monotonic()
    t.sendline(password)
    t.reads("it-is-me")
    took = time.monotonic() - start
    t.rest()
    return took


def logins(name, password):
    """The time of one where nothing else holds it up."""
    return min(login_seconds(name, password) for _ in range(5))


def test_r_avl_2_a_flood_keeps_nobody_out(person, new_account, daemon, sshd,
                                          connections):
    """R-IPC-3, R-AVL-1, R-LOG-4: offers come, an SSH reset and a conversation
    that was there finish, a correct password logs in as fast as ever; nothing
    is left open or allocated, and the log is short."""
    other = new_account().enrol()
    log, began = len(daemon.log()), time.monotonic()
    with Flood(64):  # whatever is made once is made
        assert offered(0, 0) is not None
    pids = daemon.pids()
    before = {r: (descriptors(pids[r]), memory(pids[r]))
              for r in ("front", "vault")}
    usual = logins("bob", "Old-pass-1234")
    with at_code_prompt(other.name) as c, Flood(connections) as f:
        took = offers()
        t = forgot(person.name)
        t.types(person.phone.fresh(), at=CODE)
        set_password(t, GOOD)
        t.close(force=True)
        worker = handed(c, other.phone.fresh())
        assert choose(worker, GOOD).result == 0
        worker.close()
        assert finish(c) == 0
        flooded = logins("bob", "Old-pass-1234")
        wait_for(lambda: f.count() >= connections, "the whole flood", 120)
        assert f.is_on()
    lasted, made = time.monotonic() - began, f.count()
    assert shadow.is_password(person.name, GOOD)
    assert shadow.is_password(other.name, GOOD)
    assert flooded < 2 * usual + 1, (flooded, usual)
    for role, (fds, kilobytes) in before.items():
        wait_for(lambda r=role, n=fds: descriptors(pids[r]) <= n,
                 f"{role} to close them")
        assert memory(pids[role]) < kilobytes + 1024, role
    lines = [s for s in daemon.log()[log:].splitlines()
             if f"uid {FLOODER}" in s]
    assert 0 < len(lines) <= (LINES + 1) * (lasted / 60 + 2), lines
    assert len(daemon.log()[log:].splitlines()) < len(lines) + 50
    assert daemon.pids() == pids
    print(f"\nfigures: {made} connections in {lasted:.0f} s, slowest offer "
          f"{max(took):.3f} s, login {usual:.2f} s, "
          f"in the flood {flooded:.2f} s, {len(lines)} lines")


def test_r_avl_2_there_is_a_place_in_the_queue(daemon, connections):
    """As many connections as the processors can make: the queue of our socket
    is full, and who waits gets in."""
    with Flood(connections, lambda: [lambda s: None], 8, 0) as f:
        wait_for(lambda: waiting() > QUEUE, "a full queue", 60)
        took = offers()
        assert f.is_on()
        print(f"\nfigures: {f.count()} connections, slowest offer "
              f"{max(took):.3f} s")


def test_r_avl_1_a_correct_password_never_asks_us(daemon, sshd):
    """Front is stopped: nobody is waiting in its queue afterwards."""
    pid = daemon.pids()["front"]
    wait_for(lambda: waiting() == 0, "the end of a flood")
    os.kill(pid, signal.SIGSTOP)
    try:
        login_seconds("bob", "Old-pass-1234")
        assert waiting() == 0
        Client().close()  # and it would be seen
        assert waiting() == 1
    finally:
        os.kill(pid, signal.SIGCONT)


def waiting():
    """Connections to our socket that are not accepted yet."""
    out = subprocess.run(["ss", "-xlHn", "src", SOCKET], check=True,
                         text=True, capture_output=True).stdout
    return int(out.split()[2])


def begins(stack, verb="RESET", uid=0, **hello):
    """A conversation that is held; None if it was refused."""
    try:
        c = stack.enter_context(Client(uid=uid))
        c.hello(verb, **hello)
        m = c.until("ask", "end")
    except (Gone, OSError):
        return None
    assert m.name == "ask" or m.result in (ERR["SOURCE"], ERR["BUSY"])
    return c if m.name == "ask" else None


@pytest.fixture(scope="module")
def crowd(new_account):
    """Seventeen accounts."""
    return [new_account() for _ in range(17)]


def test_r_ipc_3_seats(crowd, daemon):
    """Four conversations of one uid, 64 of all that are not root; root has 64
    of its own, four of each source."""
    with ExitStack() as held:
        for p in crowd[:16]:
            for n in range(5):
                c = begins(held, uid=p.uid, user=p.name)
                assert (c is not None) == (n < 4), (p.name, n)
        assert not connected(held, crowd[16].uid)
        for n in range(16):
            where = f"203.0.113.{n}"
            for i in range(5):
                c = begins(held, user="alice", rhost=where)
                assert (c is not None) == (i < 4), (where, i)
        assert not connected(held, 0)
    wait_for(lambda: len(os.listdir(
        f"/proc/{daemon.pids()['front']}/fd")) < 10, "free seats")
    with ExitStack() as held:
        assert begins(held, uid=crowd[16].uid, user=crowd[16].name)
        assert begins(held, user="alice")


def connected(stack, uid):
    """Whether a connection stays open long enough to be heard."""
    c = stack.enter_context(Client(uid=uid))
    try:
        c.hello("OFFER", user="alice")
        return c.frame() is not None
    except (Gone, OSError):
        return False


def test_r_thr_5_a_prefix_of_ipv6(daemon):
    """Four of a /64, sixteen of a /48, and the next /48 is served."""
    with ExitStack() as held:
        for net in range(5):
            for n in range(5):
                c = begins(held, user="alice", rhost=f"2001:db8:1:{net}::{n}")
                assert (c is not None) == (n < 4 and net < 4), (net, n)
        assert begins(held, user="alice", rhost="2001:db8:2::1")
