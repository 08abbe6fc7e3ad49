# SPDX-License-Identifier: MIT
"""Promise 9: no long-lived process sees a password.  R-PRIV-7: nor does any
touch a home directory."""

import re
import subprocess
from pathlib import Path

import pytest

from conversation import at_code_prompt, finish, handed
from daemon import ROLES, wait_for
from protocol import Client

NEW = "Turnip-violin-52"
CALLS = ("trace=read,readv,recvfrom,recvmsg,recvmmsg,"
         "write,writev,sendto,sendmsg")


def holds(pid, needle):
    """Whether needle is anywhere in a process's readable memory."""
    with open(f"/proc/{pid}/maps") as maps, \
            open(f"/proc/{pid}/mem", "rb", buffering=0) as mem:
        for line in maps:
            m = re.match(r"(\w+)-(\w+) r(?!.*\[v)", line)
            if m and contains(mem, int(m[1], 16), int(m[2], 16), needle):
                return True
    return False


def contains(mem, start, end, needle):
    """Whether needle is between two addresses; guard pages do not count."""
    try:
        mem.seek(start)
        return needle in mem.read(end - start)
    except (OSError, ValueError, OverflowError):
        return False


def nobody_holds(daemon, *passwords):
    """No long-lived role has any of them in memory."""
    pids = daemon.pids()
    assert set(pids) == set(ROLES)
    for role, pid in pids.items():
        for password in passwords:
            assert not holds(pid, password.encode()), (role, password)


@pytest.fixture
def traced(daemon, tmp_path):
    """strace on every long-lived role: all they read and write."""
    logs = []
    tracers = []
    for role, pid in daemon.pids().items():
        logs.append(tmp_path / role)
        tracers.append(subprocess.Popen(
            ["strace", "-q", "-s", "9999", "-e", CALLS, "-o", str(logs[-1]),
             "-p", str(pid)]))
        wait_for(lambda p=pid: tracer_of(p), "strace")
    yield logs
    for t in tracers:
        t.terminate()
        t.wait()


def tracer_of(pid):
    """The pid that traces pid, or 0."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"TracerPid:\s*(\d+)", status)[1])


def test_promise_9_memory_during_a_reset(person, daemon):
    """At every prompt and afterwards; that the worker's memory does hold it
    shows that the search finds what is there."""
    with at_code_prompt(person.name) as c:
        worker = handed(c, person.phone.fresh())
        worker.until("ask")
        worker.answer(NEW)
        pid, = daemon.workers()
        assert holds(pid, NEW.encode())
        nobody_holds(daemon, NEW)
        assert worker.answer(NEW).result == 0
        nobody_holds(daemon, NEW)
        assert finish(c) == 0
    nobody_holds(daemon, NEW)


def test_promise_9_memory_during_an_enrolment(stranger, daemon):
    """The current password goes to a worker only."""
    with Client(uid=stranger.uid) as c:
        c.hello("ADD", method="app")
        c.until("hand")
        worker = c.worker()
        worker.until("ask")
        worker.answer(stranger.password)
        nobody_holds(daemon, stranger.password)
        c.until("qr")
    nobody_holds(daemon, stranger.password)


def test_promise_9_what_the_roles_read_and_write(person, daemon, traced):
    """strace: no call of a long-lived role carries the password; that it
    carries the code shows that the trace sees the conversation."""
    code = person.phone.fresh()
    with at_code_prompt(person.name) as c:
        worker = handed(c, code)
        worker.until("ask")
        worker.answer(NEW)
        assert worker.answer(NEW).result == 0
        assert finish(c) == 0
    wait_for(lambda: code in "".join(p.read_text() for p in traced), code)
    for log in traced:
        assert NEW not in log.read_text(), log.name


def test_r_priv_7_no_file_below_home_or_tmp(new_account, own_daemon,
                                            tmp_path):
    """strace of every file name any process of ours uses."""
    own_daemon.stop()
    own_daemon.start()
    trace = tmp_path / "files"
    pids = own_daemon.pids()
    tracer = subprocess.Popen(
        ["strace", "-f", "-q", "-e", "trace=%file", "-o", str(trace)]
        + [w for p in pids.values() for w in ("-p", str(p))])
    for pid in pids.values():
        wait_for(lambda p=pid: tracer_of(p), "strace")
    p = new_account().enrol()
    with at_code_prompt(p.name) as c:
        worker = handed(c, p.phone.fresh())
        worker.until("ask")
        worker.answer(NEW)
        assert worker.answer(NEW).result == 0
        assert finish(c) == 0
    tracer.terminate()
    tracer.wait()
    names = re.findall(r'"(/[^"]*)"', trace.read_text())
    assert any(n.startswith("/etc/") for n in names)
    own = str(own_daemon.directory)
    bad = [n for n in names if re.match(r"/(home|root|tmp|run/user)(/|$)", n)
           and not n.startswith(own)]
    assert not bad
