# SPDX-License-Identifier: MIT
"""Promise 6: no audit record, no reset.  R-DUR-2, R-LOG-1."""

import subprocess
from pathlib import Path

import pytest

import shadow
from conversation import at_code_prompt, handed, reset, try_code
from daemon import AUDIT, audit
from dialogue import CODE, forgot, ssh_works

GOOD = "Turnip-violin-52"


def events(since, uid):
    """Names of the events about an account after a line number."""
    return [r["event"] for r in audit()[since:] if r.get("subject") == uid]


def reference(correlation):
    """What the helpdesk is read: 20 bits in base 32."""
    bits = int(correlation[:5], 16)
    digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    return "".join(digits[bits >> n & 31] for n in (15, 10, 5, 0))


def test_promise_6_intent_comes_before_done(person, daemon):
    """In that order, of one conversation, with who and whence."""
    since = len(audit())
    assert reset(person, GOOD, "198.51.100.77") == 0
    mine = [r for r in audit()[since:] if r.get("subject") == person.uid]
    names = [r["event"] for r in mine]
    assert "intent" in str(names) and "done" in str(names)
    intent = next(n for n, e in enumerate(names) if "intent" in e)
    done = next(n for n, e in enumerate(names) if "done" in e)
    assert intent < done
    assert mine[intent]["correlation"] == mine[done]["correlation"]
    assert all(reference(r["correlation"]) == r["reference"] for r in mine)
    assert mine[intent]["source"] == "198.51.100.77"
    assert mine[intent]["service"] == "sshd"


def test_r_log_1_every_line_is_an_object_in_sequence(person, daemon):
    """One JSON object a line; the sequence has no hole, over a restart."""
    try_code(person.name, person.phone.wrong())
    daemon.stop()
    daemon.start()
    try_code(person.name, person.phone.wrong())
    numbers = [r["seq"] for r in audit()]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert all(r["time"] and r["event"] for r in audit())


def test_enrolment_and_failures_are_in_it(new_account, daemon):
    """Who enrolled, who failed."""
    since = len(audit())
    p = new_account().enrol()
    enrolled = events(since, p.uid)
    assert enrolled
    since = len(audit())
    try_code(p.name, p.phone.wrong())
    assert events(since, p.uid)


def test_r_log_2_what_a_stranger_types_stays_inside_its_line(daemon):
    """Newlines, quotes and escapes in a name or a hint add no line and no
    raw control character."""
    evil = 'x"}\n{"event":"done","seq":1'
    for values in ({"rhost": evil}, {"tty": "\x1b[2J"}, {"service": evil}):
        with at_code_prompt("alice", **values) as c:
            c.answer("000000")
    with at_code_prompt(evil) as c:
        c.answer("000000")
    raw = AUDIT.read_bytes() + daemon.log().encode()
    assert b"\x1b" not in raw
    assert not [r for r in audit() if r["event"] == "done"
                and r["seq"] == 1]
    assert b'\n{"event":"done","seq":1' not in raw


@pytest.fixture
def full_disk(own_daemon):
    """The audit log on a file system without a free byte."""
    own_daemon.stop()
    where = AUDIT.parent
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k,mode=750",
                    "full", str(where)], check=True)
    subprocess.run(["chown", "root:adm", str(where)], check=True)
    own_daemon.start()
    yield lambda: fill(where / "filler")
    own_daemon.stop()
    subprocess.run(["umount", "-l", str(where)], check=True)


def fill(path):
    """Write until nothing more fits, and up to the end of the log's last
    block: what is left there would hold a few records more."""
    slack = -AUDIT.stat().st_size % 4096
    head = f'{{"seq":{audit()[-1]["seq"]},"time":"-","event":"filler","x":"'
    room = slack - len(head) - len('"}\n')
    if room < 0:
        room += 4096
    with AUDIT.open("a") as f:
        f.write(head + "x" * room + '"}\n')
    with path.open("ab", buffering=0) as f:
        for size in (4096, 1):
            try:
                while True:
                    f.write(b"x" * size)
            except OSError:
                pass


def test_promise_6_a_full_disk_means_no_reset(full_disk, daemon, sshd,
                                              new_account):
    """The right code opens nothing, /etc/shadow stays, the user reads a
    plain sentence, ordinary logins go on; with room again all is well."""
    p = new_account().enrol()
    full_disk()
    before = shadow.SHADOW.read_bytes()
    t = forgot(p.name)
    t.types(p.phone.fresh(), at=CODE)
    assert t.expect(["New password: ", "(?i)temporarily|later|minute",
                     "assword: "]) == 1
    t.close(force=True)
    assert shadow.SHADOW.read_bytes() == before
    assert ssh_works(p.name, p.password)
    daemon.wait_log("(?i)audit")
    (AUDIT.parent / "filler").unlink()
    daemon.stop()
    daemon.start()
    assert reset(p, GOOD) == 0


def test_promise_6_full_between_the_code_and_the_password(full_disk, daemon,
                                                          new_account):
    """The intent is there before the worker asks, so this reset may end,
    but never without a record: changed means there is an intent."""
    p = new_account().enrol()
    since = len(audit())
    with at_code_prompt(p.name) as c:
        worker = handed(c, p.phone.fresh())
        assert any("intent" in e for e in events(since, p.uid))
        full_disk()
        worker.until("ask")
        worker.answer(GOOD)
        worker.answer(GOOD)
    assert any("intent" in e for e in events(since, p.uid))


def test_r_priv_5_no_start_with_a_loose_audit_log(own_daemon):
    """A link or a file others may write is refused by name."""
    own_daemon.stop()
    AUDIT.rename("/var/log/kept")
    AUDIT.symlink_to("/var/log/kept")
    done = subprocess.run(["sspr-resetd", "-c", str(own_daemon.conf)],
                          capture_output=True, text=True, timeout=20,
                          check=False)
    AUDIT.unlink()
    Path("/var/log/kept").rename(AUDIT)
    assert done.returncode != 0
    assert str(AUDIT) in done.stderr or "audit" in done.stderr


def test_a_log_that_was_moved_away_is_begun_anew(person, daemon):
    """SIGHUP after logrotate: a new file, private, with the next number."""
    last = audit()[-1]["seq"]
    old = AUDIT.with_suffix(".1")
    AUDIT.rename(old)
    assert "taken over" in daemon.reload()
    try_code(person.name, person.phone.wrong())
    records = audit()
    assert records[0]["seq"] == last + 1
    assert AUDIT.stat().st_mode & 0o777 == 0o640
    old.unlink()
