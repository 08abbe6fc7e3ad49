# SPDX-License-Identifier: MIT
"""Where a login comes from, as the real sshd and login tell it; two sockets
with verbs of their own; and hosts that refer elsewhere.  R-THR-5, R-IPC-3,
R-IPC-4, story 18."""

import os
import stat
from pathlib import Path

import pytest

from conftest import merged
from conversation import at_code_prompt, try_code
from daemon import audit, wait_for
from dialogue import CODE, NOT_ACCEPTED, OFFER, PORT, Sshd, login
from elsewhere import HERE4, HERE6, NET6, THERE4, ssh_to
from protocol import ERR, SOCKET, VERB, Client, Gone

DESK = "/run/sspr/admin.sock"
PLACE = "ssh reset.example.com"
POINTER = (f"Wrong password. Forgot it? Reset it with: {PLACE}. "
           "Press Enter to try again: ")


def fails_a_code(t):
    """From the password prompt on: forgot, and a code that is wrong."""
    t.types("forgot", at="assword: ")
    t.types("forgot", at=OFFER)
    t.types("000000", at=CODE)
    t.expect(NOT_ACCEPTED)
    t.close(force=True)


def sources(person, since):
    """The sources the audit log has for an account after a line."""
    return {r["source"] for r in audit()[since:]
            if r.get("subject") == person.uid and r.get("source")}


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", HERE4,
                                  HERE6])
def test_r_thr_5_this_host_is_self(host, person, open_sshd, elsewhere):
    """Over loopback, and from one of the host's own addresses to itself."""
    since = len(audit())
    fails_a_code(ssh_to(host, person.name))
    assert sources(person, since) == {"self"}


@pytest.mark.parametrize("host,source", [(HERE4, THERE4), (HERE6, NET6)])
def test_r_thr_5_another_host_is_its_address(host, source, person,
                                             open_sshd, elsewhere):
    """An IPv4 address as it is, of an IPv6 one its /64."""
    since = len(audit())
    fails_a_code(ssh_to(host, person.name, inside=elsewhere))
    assert sources(person, since) == {source}


def test_r_thr_5_a_name_of_an_address_is_not_taken(person, open_sshd,
                                                   elsewhere, tmp_path):
    """UseDNS and a lying reverse zone: /etc/hosts gives the other host the
    name localhost, and it is its address all the same."""
    hosts = Path("/etc/hosts")
    before = hosts.read_text()
    hosts.write_text(before + f"{THERE4} localhost.evil.example\n")
    server = Sshd(tmp_path, Port=PORT + 1, ListenAddress=HERE4, UseDNS="yes")
    try:
        since = len(audit())
        fails_a_code(ssh_to(HERE4, person.name, inside=elsewhere,
                            port=PORT + 1))
        assert sources(person, since) == {THERE4}
    finally:
        server.stop()
        hosts.write_text(before)


def test_r_thr_5_any_pseudo_terminal_is_pts(person):
    """login(1) on a pty."""
    since = len(audit())
    t = login()
    t.types(person.name, at="login: ")
    fails_a_code(t)
    assert sources(person, since) == {"pts"}


HINTS = {
    "console": ({"rhost": "", "tty": "/dev/tty1"}, "tty:tty1"),
    "console_not_listed": ({"rhost": "", "tty": "tty17"}, "unknown"),
    "x_display": ({"rhost": "", "tty": ":0"}, "unknown"),
    "nothing": ({"rhost": "", "tty": ""}, "unknown"),
    "name": ({"rhost": "localhost", "tty": "tty1"}, "unknown"),
    "not_known": ({"rhost": "::", "tty": "tty1"}, "unknown"),
    "mapped": ({"rhost": "::ffff:203.0.113.9", "tty": "ssh"}, "203.0.113.9"),
    "mapped_loopback": ({"rhost": "::ffff:127.0.0.1"}, "self"),
}


@pytest.mark.parametrize("name", HINTS)
def test_r_thr_5_what_a_service_hints_at(name, person):
    """As the module would send it from services that are not run here."""
    hints, source = HINTS[name]
    since = len(audit())
    with at_code_prompt(person.name, **hints) as c:
        c.answer("000000")
    assert sources(person, since) == {source}


def reconfigured(own_daemon, conf):
    """The file's daemon, started anew with some keys changed."""
    if own_daemon.process is not None:
        own_daemon.stop()
    own_daemon.configure(merged(own_daemon.first_conf, conf))
    return own_daemon.start()


@pytest.fixture
def shared(own_daemon):
    """Two conversations an address, six of one that is shared."""
    yield reconfigured(own_daemon, {
        "source": {"shared": "203.0.113.0/24 2001:db8:aaaa::/48",
                   "conversations": 6},
        "limits": {"conversations_per_source": 2}})
    own_daemon.stop()


@pytest.mark.parametrize("rhost,seats", [
    ("203.0.113.5", 6), ("::ffff:203.0.113.6", 6), ("2001:db8:aaaa:1::1", 6),
    ("203.0.114.5", 2), ("2001:db8:aaab::1", 2)])
def test_r_thr_5_a_shared_address_has_its_own_figure(rhost, seats, shared):
    """As many as it may, and the next one is refused openly."""
    held = [at_code_prompt("alice", rhost) for _ in range(seats)]
    try:
        with Client() as c:
            c.hello("RESET", user="alice", rhost=rhost)
            m = c.until("ask", "end")
            assert (m.name, m.result) == ("end", ERR["SOURCE"])
            assert "SSPR-21" in c.shown[0]
        at_code_prompt("alice", "198.18.0.1").close()
    finally:
        for c in held:
            c.close()


@pytest.fixture
def refer(own_daemon):
    """The daemon of a host that refers elsewhere."""
    yield reconfigured(own_daemon, {"offer": {"mode": "refer",
                                              "refer": PLACE}})
    own_daemon.stop()


def test_story_18_over_ssh(refer, stranger, open_sshd):
    """At once where the word was typed; whatever is answered, nothing
    starts, and the password logs in."""
    since = len(audit())
    t = ssh_to("127.0.0.1", stranger.name, "echo it-is-me", tries=4)
    for answer in ("forgot", ""):
        t.types("forgot", at="assword: ")
        t.types(answer, at=POINTER)
    t.types(stranger.password, at="assword: ")
    out = t.rest()
    assert "it-is-me" in out and "Reset the password" not in out
    assert not sources(stranger, since)


def test_story_18_for_a_name_that_does_not_exist(refer, open_sshd):
    """R-ENUM-1: the same words, also where sshd makes junk of the answer."""
    t = ssh_to("127.0.0.1", "nobody9")
    t.types("forgot", at="assword: ")
    t.types("forgot", at=POINTER)
    t.reads("assword: ")
    t.close(force=True)


def test_story_18_at_the_console(refer, stranger):
    """The second failure, as for any offer, and Login incorrect."""
    t = login()
    t.types(stranger.name, at="login: ")
    t.types("Old-pass-1235", at="assword: ")
    t.reads("Login incorrect")
    assert "Reset it with" not in t.seen
    t.types(stranger.name, at="login: ")
    t.types("Old-pass-1236", at="assword: ")
    t.types("forgot", at=POINTER)
    t.reads("Login incorrect")
    t.close(force=True)


def test_story_18_a_reset_is_refused_and_says_where(refer, stranger):
    """For whoever asks all the same; enrolment is not concerned."""
    with Client() as c:
        c.hello("RESET", user=stranger.name)
        m = c.until("ask", "end")
        assert (m.name, m.result) == ("end", ERR["ACCOUNT"])
        assert PLACE in c.shown[0]
    with Client(uid=stranger.uid) as c:
        c.hello("STATUS")
        assert c.hear().name != "end" or not c.shown


def test_story_18_begins_and_ends_with_a_reload(own_daemon, daemon):
    """No restart is needed."""
    def offer():
        with Client() as c:
            c.hello("OFFER", user="alice", flags=1)
            return c.until("offer").refer
    assert offer() == 0
    daemon.configure(merged(own_daemon.first_conf,
                            {"offer": {"mode": "refer", "refer": PLACE}}))
    daemon.reload()
    wait_for(lambda: offer() == 1, "a pointer")
    daemon.configure(own_daemon.first_conf)
    daemon.reload()
    wait_for(lambda: offer() == 0, "an offer")


def verbs():
    """{verb: who} as proto.def has it."""
    text = Path("/src/libsspr/proto.def").read_text()
    rows = (line[5:].split(",") for line in text.splitlines()
            if line.startswith("VERB("))
    return {r[0]: r[2].strip() for r in rows}


def is_sent_away(path, verb, uid):
    """Whether this verb ends as not yours, and the connection with it."""
    with Client(uid=uid, path=path) as c:
        c.hello(verb, user="alice", method="app", reason="a test")
        m = c.hear()
        if m.name != "end" or m.result != ERR["NOT_YOURS"]:
            return False
        with pytest.raises((Gone, ConnectionError)):
            c.hear()
    return True


@pytest.mark.parametrize("verb", VERB)
def test_r_ipc_4_each_socket_takes_its_own_verbs_only(verb, daemon):
    """The desk's at admin.sock and nowhere else; those of users and of the
    module nowhere but at sspr.sock."""
    desk = verbs()[verb] == "DESK"
    assert is_sent_away(DESK, verb, 0) == (not desk)
    for uid in (0, 2001):
        if desk:
            assert is_sent_away(SOCKET, verb, uid)
    assert daemon.process.poll() is None


def test_r_ipc_4_who_may_come_to_the_desk(daemon):
    """The socket is root's and the group's; others are kept out by the
    kernel."""
    st = os.stat(DESK)
    groups = Path("/etc/group").read_text().splitlines()
    gid = next(int(g.split(":")[2]) for g in groups
               if g.startswith("sspr-admin:"))
    assert stat.S_IMODE(st.st_mode) == 0o660
    assert (st.st_uid, st.st_gid) == (0, gid)
    with pytest.raises(PermissionError):
        Client(uid=2001, path=DESK)


def test_r_ipc_4_a_bad_frame_at_the_desk_closes_it_alone(person, daemon):
    """The desk is as hard to break as front."""
    for junk in (b"\x00", b"\xff" * 4000, os.urandom(64)):
        with Client(path=DESK) as c:
            c.raw(junk)
            with pytest.raises((Gone, ConnectionError)):
                while c.hear().name != "end":
                    pass
                raise Gone
    assert daemon.process.poll() is None
    assert not try_code(person.name, "000000")


def test_the_desk_is_a_front_of_its_own(daemon):
    """DESIGN 2: its death ends the daemon, and its clients cannot starve
    the logins."""
    assert {"front", "desk"} <= set(daemon.pids())
    held = [Client(path=DESK) for _ in range(64)]
    try:
        with at_code_prompt("alice") as c:
            assert c.prompt
    finally:
        for c in held:
            c.close()
