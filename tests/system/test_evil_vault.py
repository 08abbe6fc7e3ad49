# SPDX-License-Identifier: MIT
"""A vault that is taken over: the real one is stopped, and what it would
never say is said to parent.  R-PRIV, R-SET-7, R-IPC-6, promise 8."""

import os
import signal
import subprocess

import pytest

import shadow
from conversation import choose
from daemon import PROGRAM, audit, children, wait_for
from protocol import ERR, Client, Gone
from siblings import ERR_NAME, IPC, NOBODY, in_place_of

GOOD = "Turnip-violin-52"
CHANGE, CHECK = 0, 1  # enum proto_job
APP, STRONG = 1 << 1, 1 << 1 | 1 << 2  # METHOD_BITs
DEFAULT = {"changes_per_minute": 10, "changes_per_hour": 5,
           "resets_per_day": 3, "resets_per_hour": 30, "source_resets": 10}
CONF = {"limits": DEFAULT}


class Vault:
    """Says to parent what it is told to, from a new number each time."""

    def __init__(self, daemon, link):
        self.daemon, self.link = daemon, link
        self.last = 0
        self.since = len(audit())

    def ask(self, uid, name, job=CHANGE, **more):
        """Ask for a worker; its number."""
        self.last += 1
        values = {"methods": STRONG, "service": "sshd",
                  "source": "192.0.2.1", "correlation": f"{self.last:032x}"}
        self.link.say("worker", grant=self.last, job=job, uid=uid, name=name,
                      **(values | more))
        return self.last

    def ready(self, grant):
        """The name of the error it is answered with."""
        m = self.link.until("ready")
        assert m.grant == grant, vars(m)
        return ERR_NAME[m.err]

    def wish(self, uid, name, **more):
        """Ask and hear."""
        return self.ready(self.ask(uid, name, **more))

    def go(self, grant):
        """The worker that is let go, as its client has it."""
        self.link.say("go", grant=grant)
        m = self.link.until("granted")
        return Client.over(m.fds[0])

    def change(self, person, new, **more):
        """A whole change; how its checks or it ended."""
        grant = self.ask(person.uid, person.name, **more)
        answer = self.ready(grant)
        if answer != "OK":
            return answer
        worker = self.go(grant)
        m = choose(worker, new)
        assert (m.name, m.result) == ("end", 0), (worker.shown, vars(m))
        worker.close()
        return ERR_NAME[self.link.until("outcome").err]

    def sync(self, batch):
        """How SYNC is answered; one of the real vault's may come before."""
        self.link.say("sync", batch=batch)
        while True:
            m = self.link.until("synced")
            if m.batch == batch:
                return ERR_NAME[m.err]

    def events(self, **want):
        """The records since, which have these values."""
        return [r for r in audit()[self.since:]
                if all(r.get(k) == v for k, v in want.items())]


def programs(pid):
    """What the children of a process run."""
    found = set()
    for child in children(pid):
        try:
            found.add(os.readlink(f"/proc/{child}/exe"))
        except OSError:  # it ended meanwhile
            continue
    return found


@pytest.fixture
def evil(daemon):
    """In the vault's place; the daemon is not used again."""
    pids = daemon.pids()
    with in_place_of(daemon, "vault") as links:
        yield Vault(daemon, links["parent"])
        assert programs(pids["parent"]) <= {PROGRAM}, "a shell?"
    daemon.end(signal.SIGKILL)


@pytest.fixture
def unchanged():
    """No line of the file changes; the test may make accounts."""
    before = shadow.lines()
    yield
    now = shadow.lines()
    assert all(now[name] == line for name, line in before.items())


@pytest.fixture
def second_root():
    """Another name of uid 0."""
    subprocess.run(["useradd", "-o", "-u", "0", "-g", "0", "toor"],
                   check=True)
    subprocess.run(["chpasswd"], input="toor:Old-pass-1234", text=True,
                   check=True)
    yield "toor"
    subprocess.run(["sed", "-i", "/^toor:/d", "/etc/passwd", "/etc/shadow"],
                   check=True)


def test_promise_8_root_is_refused_by_number(evil, second_root, stranger,
                                             unchanged):
    """By whatever name, for whatever job; and nothing goes afterwards."""
    who = [(0, "root"), (0, second_root), (0, stranger.name), (0, ""),
           (1, "daemon"), (999, stranger.name), (NOBODY, "root"),
           (NOBODY, stranger.name)]
    for job in (CHANGE, CHECK):
        for uid, name in who[:5]:
            assert evil.wish(uid, name, job=job) == "EXCLUDED"
    evil.daemon.wait_log("ALARM: no worker for uid 0: ")
    records = evil.events(event="worker.refused")
    assert len(records) == 10 and records == evil.events(code=7)
    assert {r["source"] for r in records} == {"192.0.2.1"}
    for uid, name in who:  # counted, and no line more
        assert evil.wish(uid, name) == "EXCLUDED"
        evil.link.say("go", grant=evil.last)
        m = evil.link.hear()
        assert (m.name, ERR_NAME[m.err]) == ("outcome", "BUSY")
    assert len(evil.events(event="worker.refused")) == 10
    assert not evil.daemon.workers()


def test_promise_8_a_uid_alone_opens_nothing(evil, second_root, stranger,
                                             unchanged):
    """The worker asks the name and the uid of each other."""
    for name in ("root", second_root, "", "nobody-here", "../../etc/shadow",
                 stranger.name + "\n", stranger.name.upper(), "x" * 256):
        assert evil.wish(stranger.uid, name) != "OK", name
    assert evil.events(event="reset.intent") == []


MADE = {
    "passwd -l": (["passwd", "-q", "-l"], "ACCOUNT"),
    "expired": (["usermod", "-e", "2020-01-01"], "ACCOUNT"),
    "key only": (["usermod", "-p", "*"], "ACCOUNT"),
    "administrator": (["usermod", "-aG", "sudo"], "ADMIN"),
    "helpdesk": (["usermod", "-aG", "sspr-admin"], "EXCLUDED"),
    "no shell": (["usermod", "-s", "/usr/sbin/nologin"], None),
    "gone": (["userdel"], None),
}


@pytest.mark.parametrize("how", MADE)
def test_promise_8_the_worker_refuses(how, evil, stranger):
    """What parent does not know of, its checks do; parent writes it down."""
    command, wanted = MADE[how]
    subprocess.run([*command, stranger.name], check=True)
    before = shadow.SHADOW.read_bytes()
    answer = evil.wish(stranger.uid, stranger.name, methods=APP)
    assert answer == wanted or (wanted is None and answer != "OK"), answer
    record, = evil.events(event="worker.refused")
    assert record["subject"] == stranger.uid
    assert record["code"] == ERR[answer]
    assert evil.events(event="reset.intent") == []
    assert shadow.SHADOW.read_bytes() == before
    evil.daemon.wait_log(f"no worker for uid {stranger.uid}: ")


def test_the_user_nobody_is_refused(evil, unchanged):
    """uid 65534 is above uid_min, and nobody's."""
    assert evil.wish(65534, "nobody") not in ("OK", "BUSY")


def test_r_set_7_of_a_thousand_ten_are_given(evil, new_account, turns,
                                             unchanged):
    """In a minute; the rest is refused, counted and told."""
    people = [new_account() for _ in range(12)]
    given = []
    for i in range(1000):
        p = people[i] if i < len(people) else None
        answer = evil.wish(p.uid if p else 30000 + i, p.name if p else "x",
                           source=f"198.18.0.{i % 256}")
        given.append(answer == "OK")
        assert answer in ("OK", "BUSY")
    assert given == [True] * 10 + [False] * 990
    assert len(evil.events(event="worker.refused", code=10)) == 10
    assert len(evil.daemon.workers()) <= 10
    if turns(False, True):
        wait_for(lambda: evil.events(count=980), "the number", 90)
        evil.daemon.wait_log("ALARM: 980 more workers refused")


def test_r_set_7_one_worker_for_an_account(evil, stranger, new_account,
                                           unchanged):
    """Nor a second one in the name of the same conversation."""
    grant = evil.ask(stranger.uid, stranger.name)
    assert evil.ready(grant) == "OK"
    for job in (CHANGE, CHECK):
        assert evil.wish(stranger.uid, stranger.name, job=job) == "BUSY"
    other = new_account()
    assert evil.wish(other.uid, other.name,
                     correlation=f"{grant:032x}") == "BUSY"
    evil.daemon.wait_log("ALARM: .* conversation")
    assert len(evil.events(event="worker.refused", code=10)) == 3


def test_r_set_7_even_so_a_password_changes_three_times_a_day(evil, stranger):
    """An ordinary account is in its hands, as SECURITY.md says; but every
    time is written down before, and the fourth is refused, from whatever
    source it says it comes."""
    for i in range(3):
        assert evil.change(stranger, f"{GOOD}{i}",
                           source=f"192.0.2.{i}") == "OK"
    assert evil.change(stranger, GOOD, source="192.0.2.9") == "RESETS"
    assert shadow.is_password(stranger.name, f"{GOOD}2")
    for event in ("reset.intent", "reset.done"):
        assert len(evil.events(event=event, subject=stranger.uid)) == 3
    record, = evil.events(event="worker.refused")
    assert (record["code"], record["subject"]) == (53, stranger.uid)


def test_promise_6_a_flood_of_records_resets_nothing(evil, stranger):
    """It neither fills the disk nor moves what matters out of the log."""
    for i in range(7000):
        evil.link.say("audit", event="code.refused", actor=NOBODY,
                      subject=NOBODY, correlation=f"{i:032x}")
        if i % 100 == 99:
            assert evil.sync(i) == ("OK" if i < 6000 else "AUDIT")
    assert len(evil.events(event="code.refused")) == 6000
    evil.daemon.wait_log("ALARM: the vault has more than 6000 audit records")
    assert evil.wish(stranger.uid, stranger.name) == "OK"


WORKER = {"grant": 1, "uid": 2001, "name": "x", "correlation": "0" * 32}
SAY = IPC.encode
ODD = {
    "nothing": b"",
    "one byte": b"\0",
    "no such type": b"\xff\xff\0\0",
    "another's": SAY("open", conn=1),
    "parent's own": SAY("ready", grant=1),
    "a worker's": SAY("checked", digest="$5$"),
    "short": SAY("worker", **WORKER)[:-1],
    "long": SAY("worker", **WORKER) + b"\0",
    "much too long": SAY("go", grant=1) + bytes(60000),
    "a name too long": SAY("worker", **(WORKER | {"name": "x" * 257})),
    "a NUL in a name": SAY("worker", **(WORKER | {"name": "x\0root"})),
    "no such job": SAY("worker", **(WORKER | {"job": 2})),
    "no correlation": SAY("worker", **(WORKER | {"correlation": ""})),
    "an odd correlation": SAY("worker", **(WORKER | {
        "correlation": '","event":"reset.done'})),
    "no event": SAY("audit"),
    "an odd event": SAY("audit", event='x","event":"reset.done'),
    "an event in capitals": SAY("audit", event="RESET.done"),
    "reset.done": SAY("audit", event="reset.done", subject=2001),
    "reset.failed": SAY("audit", event="reset.failed", subject=2001),
    "password.done": SAY("audit", event="password.done"),
    "daemon.start": SAY("audit", event="daemon.start"),
    "worker.refused": SAY("audit", event="worker.refused"),
    "no such error": SAY("audit", event="code.refused", result=999),
}


def ended(evil):
    """The daemon has ended, as after something that must never be."""
    status = wait_for(lambda: (evil.daemon.process.poll() is not None
                               and [evil.daemon.process.poll()]), "the end")
    with pytest.raises(Gone):
        while True:
            evil.link.hear()
    return status == [1]


@pytest.mark.parametrize("what", ODD)
def test_r_ipc_6_what_no_vault_says_ends_the_daemon(what, evil, unchanged):
    """Loudly, and nothing of it is in the audit log."""
    before = audit()
    evil.link.raw(ODD[what])
    assert ended(evil)
    assert "vault" in evil.daemon.log().splitlines()[-1]
    assert audit() == before


def test_r_ipc_6_a_descriptor_that_does_not_belong(evil, unchanged):
    """Nobody asked for one; a kernel that can says so itself."""
    with open("/etc/passwd", encoding="ascii") as f:
        try:
            evil.link.say("go", f.fileno(), grant=1)
        except PermissionError:  # SO_PASSRIGHTS, Linux 6.16
            return
        assert ended(evil)


def at_once(evil, *messages):
    """Parent finds all of them in one go."""
    os.kill(evil.daemon.process.pid, signal.SIGSTOP)
    for name, values in messages:
        evil.link.say(name, **values)
    os.kill(evil.daemon.process.pid, signal.SIGCONT)


def test_r_dur_2_go_before_the_checks_have_ended(evil, stranger, unchanged):
    """Out of turn."""
    at_once(evil, ("worker", WORKER | {"uid": stranger.uid,
                                       "name": stranger.name}),
            ("go", {"grant": 1}))
    assert ended(evil)
    assert evil.events(event="reset.intent") == []


@pytest.mark.parametrize("last", ["go", "drop", "worker"])
def test_r_dur_2_twice(last, evil, stranger, unchanged):
    """One permit, one use; what is at work is not called back."""
    grant = evil.ask(stranger.uid, stranger.name)
    assert evil.ready(grant) == "OK"
    worker = evil.go(grant)
    more = WORKER if last == "worker" else {}
    evil.link.say(last, **(more | {"grant": grant}))
    assert ended(evil)
    assert "ALARM: vault" in evil.daemon.log()
    worker.close()
    assert len(evil.events(event="reset.intent")) == 1
