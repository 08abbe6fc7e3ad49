# SPDX-License-Identifier: MIT
"""R-LOG-2: whoever may name something may not write on other people's
terminals.  Hostile names of users and hosts, hints, labels and reasons come by
every way there is; then every place is looked at where they may have got to:
screens as raw bytes, the log, the audit log, messages, --json."""

import json
import os
import pwd
import re
import socket
import subprocess
import unicodedata
from pathlib import Path

import pexpect
import pytest

from conftest import PASSWORD, Person, merged
from daemon import AUDIT, audit
from dialogue import OFFER, PORT, SSH, TIMEOUT
from postbox import Postbox, add_address, wait_to
from protocol import Client, Gone

DESK = "/run/sspr/admin.sock"
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e" \
    "\u2066\u2067\u2068\u2069"

HOSTILE = {
    "escape": "a\x1b[2Jb\x1b]0;owned\x07",
    "c0": "a\x01\x08\x0b\x0e\x1fb",
    "newline": 'a\nsspr-resetd[vault]: reset.done "},{"event":"x',
    "carriage_return": "a\rroot",
    "delete": "a\x7fb",
    "c1": "a\u009b2J\u0085\u0090b",
    "c1_raw": b"a\x9b2Jb",
    "bidi": "a" + BIDI + "b",
    "invisible": "a\u200b\ufeff\u2028\U000e0041b",
    "not_utf_8": b"a\xff\xc0\xaf\xed\xa0\x80b\xe2\x82",
    "json": 'a","event":"reset.done","x":"\\u0022',
    "format": "%s%n%x%999999d",
}


def octets(text):
    """As it goes over a wire."""
    return text if isinstance(text, bytes) else text.encode()


def is_plain(raw, also="\n"):
    """Whether these bytes are UTF-8 that a terminal may be sent."""
    try:
        text = raw.decode() if isinstance(raw, bytes) else raw
    except UnicodeDecodeError:
        return False
    return all(c in also or (unicodedata.category(c)[0] != "C" and
                             c not in BIDI) for c in text)


def said(c, *answers):
    """All that a conversation says, with these answers, to its end."""
    answers, texts = list(answers), []
    try:
        while True:
            m = c.hear()
            texts += [v for v in vars(m).values() if isinstance(v, str)]
            if m.name == "hand":
                with c.worker() as worker:
                    texts += said(worker, PASSWORD)
            elif m.name == "ask" and answers:
                c.say("answer", text=answers.pop(0))
            elif m.name in ("ask", "end"):
                return texts
    except Gone:
        return texts


def transcript(program, argv, steps):
    """The bytes on the screen of a person who types (line, at) in turn."""
    t = pexpect.spawn(program, argv, timeout=TIMEOUT, echo=False)
    t.delaybeforesend = None
    seen = b""
    for line, at in steps:
        gone = t.expect([re.escape(at), pexpect.EOF]) == 1
        seen += t.before + (b"" if gone else t.after)
        if gone:
            break
        t.sendline(line)
    t.close(force=True)
    return seen


@pytest.fixture(scope="module")
def box(own_daemon):
    """Where the file's daemon sends mail to."""
    postbox = Postbox()
    own_daemon.first_conf = merged(own_daemon.first_conf, {
        "reset": {"methods": "app backup email helpdesk-pass"},
        "enrol": {"cooling_off_h": 0},
        "email": {"command": postbox.command}})
    yield postbox
    postbox.stop()


@pytest.fixture
def looked_at(box, daemon):
    """Afterwards the log is plain, and the audit log is objects in ASCII."""
    before = daemon.errors.stat().st_size if daemon.errors.exists() else 0
    since = AUDIT.stat().st_size
    yield daemon
    assert is_plain(daemon.errors.read_bytes()[before:])
    for line in AUDIT.read_bytes()[since:].splitlines():
        assert re.fullmatch(rb"[ -~]+", line), line
        assert set(json.loads(line)) >= {"seq", "event", "time"}
    assert not [r for r in audit(since) if r["event"] in ("x", "done")]


@pytest.mark.parametrize("name", HOSTILE)
def test_r_log_2_names_and_hints_over_the_protocol(name, looked_at):
    """As user, service, address, terminal, language, method and label; what
    comes back is plain, the name as typed too."""
    evil = octets(HOSTILE[name])
    fields = {"service": 64, "rhost": 64, "tty": 64, "lang": 32, "user": 256}
    for field, limit in fields.items():
        for verb in ("OFFER", "RESET"):
            with Client() as c:
                c.hello(verb, **({"user": "alice"} | {field: evil[:limit]}))
                texts = said(c, evil, "000000", evil)
                assert all(map(is_plain, texts)), (field, texts)
                assert verb == "OFFER" or "Enter = stop" in str(texts)
    with Client() as c:
        c.hello("RESET", user=evil)
        for text in said(c, "000000"):
            assert is_plain(text), text


# Those that ssh(1) can be configured with.
NAMES = [n for n in HOSTILE if n not in ("newline", "carriage_return",
                                         "format")]


@pytest.mark.parametrize("name", NAMES)
def test_r_log_2_a_name_over_ssh(name, sshd, tmp_path, looked_at):
    """A real connection for an account of this name, up to the last prompt:
    the screen's own bytes.  A name on its command line ssh would refuse."""
    conf = tmp_path / "ssh_config"
    user = octets(HOSTILE[name]).replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    conf.write_bytes(b'User "' + user + b'"\n')
    words = SSH.format(port=PORT, user="", command="", host="127.0.0.1",
                       methods="keyboard-interactive", tries=2).split()
    argv = [str(conf) if w == "none" else w.removeprefix("@") for w in words]
    seen = transcript(argv[0], argv[1:], (
        (b"forgot", b"assword: "), (b"forgot", OFFER.encode()),
        (b"000000", b"stop: "), (b"", b": ")))
    assert b"Reset the password of a" in seen, seen
    ours = re.sub(rb"\(a.*?@127\.0\.0\.1\) ", b"", seen)  # ssh's own
    assert is_plain(ours, "\r\n\b "), ours


def test_r_log_2_a_name_at_the_console(looked_at):
    """login(1) with a name that moves its reader's cursor."""
    seen = transcript("login", [], (
        (octets(HOSTILE["c1"]), b"login: "), (b"forgot", b"assword: "),
        (b"forgot", OFFER.encode()), (b"000000", b"stop: ")))
    _, echoed, ours = seen.partition(b"assword: ")
    assert echoed and b"Reset the password of a" in ours
    assert is_plain(ours, "\r\n\b "), ours


@pytest.mark.parametrize("name", HOSTILE)
def test_r_log_2_labels(name, looked_at, new_account, box):
    """Of an app, an address and its mail: not taken, or shown as they may
    be; in the tables and the JSON of both programs too."""
    p, evil = new_account(), octets(HOSTILE[name])[:64]
    with Client(uid=p.uid) as c:
        c.hello("ADD", method="app", label=evil)
        texts = said(c, PASSWORD)
        assert all(map(is_plain, texts)), texts
    add_address(p.enrol(), "email", f"{p.name}@example.org", box)
    for argv in (["runuser", "-u", p.name, "--", "sspr-enroll", "status"],
                 ["sspr-admin", "user", "show", p.name]):
        for more in ([], ["--json"]):
            done = subprocess.run(argv + more, capture_output=True,
                                  check=True, stdin=subprocess.DEVNULL)
            assert is_plain(done.stdout) and is_plain(done.stderr)
            assert not more or json.loads(done.stdout)
    if b"\0" in evil:
        return
    done = subprocess.run(
        ["runuser", "-u", p.name, "--", "sspr-enroll", "add", "backup",
         "--label", evil, "--print-secret"], capture_output=True, check=False,
        input=PASSWORD.encode() + b"\n\nyes\n")
    assert is_plain(done.stdout) and is_plain(done.stderr), done


@pytest.mark.parametrize("name", HOSTILE)
def test_r_log_2_reasons_of_the_helpdesk(name, looked_at, person):
    """By the program, and by a client that checks nothing; what is taken is
    in the audit log as it was, escaped."""
    evil = octets(HOSTILE[name])
    for verb in ("ISSUE", "UNLOCK", "USER"):
        with Client(path=DESK) as c:
            c.hello(verb, user=person.name, reason=evil)
            assert all(map(is_plain, said(c)))
        with Client(path=DESK) as c:
            c.hello(verb, user=evil, reason="ticket 4711")
            assert all(map(is_plain, said(c)))
    for words in (["unlock", person.name, "--reason", evil],
                  ["unlock", evil, "--reason", "ticket 4711"],
                  ["user", "show", evil]):
        done = subprocess.run(["sspr-admin", *words], capture_output=True,
                              check=False, stdin=subprocess.DEVNULL)
        assert is_plain(done.stdout) and is_plain(done.stderr), done


STRANGER = "mal\u202eory\u009b2J\u200e\u00fc"


@pytest.fixture
def strange_account():
    """An account that some directory calls so."""
    saved = {p: Path(p).read_bytes() for p in ("/etc/passwd", "/etc/shadow")}
    for path, data in saved.items():
        line = next(s for s in data.splitlines() if s.startswith(b"alice:"))
        words = line.split(b":")
        words[0] = STRANGER.encode()
        if path == "/etc/passwd":
            words[2] = b"3999"
        Path(path).write_bytes(data + b":".join(words) + b"\n")
    yield Person(pwd.getpwuid(3999).pw_name)
    for path, data in saved.items():
        Path(path).write_bytes(data)


def test_r_log_2_an_account_with_such_a_name(strange_account, looked_at, box):
    """Enrolment, the app's URI, notices and a reset: plain, or refused."""
    p = strange_account
    assert p.name == STRANGER
    for verb, method in (("ADD", "app"), ("STATUS", "")):
        with Client(uid=p.uid) as c:
            c.hello(verb, method=method, label="telephone")
            texts = said(c)
            assert all(map(is_plain, texts)), texts
    for path in (None, DESK):
        with Client(**({"path": path} if path else {})) as c:
            c.hello("USER" if path else "RESET", user=p.name)
            texts = said(c)
            assert all(map(is_plain, texts)), (path, texts)
    for m in box.messages():
        assert is_plain(m["text"]) and is_plain(m["subject"])


def test_r_log_2_a_host_with_such_a_name(box, own_daemon, new_account):
    """What uname(2) says is in prompts, messages and the app's URI."""
    kept = socket.gethostname()
    own_daemon.stop()
    socket.sethostname("web\x1b[2J\u009b\u202e1")
    try:
        own_daemon.configure(own_daemon.first_conf)
        own_daemon.start()
        with Client() as c:
            c.hello("RESET", user="alice")
            texts = said(c, "000000")
            assert all(map(is_plain, texts)), texts
        p = new_account()
        with Client(uid=p.uid) as c:
            texts = vars(p.begin(c, "ADD", "qr", "app")).values()
            assert all(is_plain(v) for v in texts if isinstance(v, str))
        p = add_address(new_account(), "email", "host@example.org", box)
        for m in wait_to(box, "host@example.org"):
            assert is_plain(m["text"]) and is_plain(m["subject"]), m
        assert is_plain(own_daemon.errors.read_bytes())
        own_daemon.stop()
    finally:
        socket.sethostname(kept)
