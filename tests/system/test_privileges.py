# SPDX-License-Identifier: MIT
"""R-PRIV: what each role may do, as the kernel sees it; promise 3: nothing
setuid; promise 7: what is on the disk."""

import base64
import grp
import os
import pwd
import re
import stat
import subprocess
from pathlib import Path

import pytest

from conftest import LABEL
from conversation import at_code_prompt, handed
from daemon import AUDIT, PROGRAM, STATE, status_of, wait_for

CAPABILITY = {"CHOWN": 0, "DAC_OVERRIDE": 1, "KILL": 5, "SETGID": 6,
              "SETUID": 7, "SETPCAP": 8, "AUDIT_WRITE": 29}


def mask(*names):
    """Capabilities as /proc/PID/status has them."""
    return sum(1 << CAPABILITY[n] for n in names)


TABLE = {  # role: user, the most it may keep
    "parent": ("root", mask("CHOWN", "AUDIT_WRITE", "SETUID", "SETGID",
                            "SETPCAP", "KILL")),
    "front": ("_sspr", 0),
    "desk": ("_sspr", 0),
    "vault": ("_sspr-vault", 0),
    "names": ("_sspr-names", 0),
    "courier": ("_sspr-send", 0),
    "worker": ("root", mask("CHOWN", "AUDIT_WRITE")),
}


@pytest.fixture
def pids(person, daemon):
    """{role: pid}, a worker at its first prompt among them."""
    with at_code_prompt(person.name) as c:
        worker = handed(c, person.phone.fresh())
        worker.until("ask")
        pid, = daemon.workers()
        yield daemon.pids() | {"worker": pid}
        worker.close()
    wait_for(lambda: not daemon.workers(), "end of the worker")


def test_r_priv_1_uids_and_capabilities(pids):
    """Every uid and gid, CapPrm, CapEff, CapBnd, CapInh, CapAmb."""
    assert set(pids) == set(TABLE)
    for role, (user, most) in TABLE.items():
        status = status_of(pids[role])
        who = pwd.getpwnam(user)
        assert set(status["Uid"].split()) == {str(who.pw_uid)}, role
        assert set(status["Gid"].split()) == {str(who.pw_gid)}, role
        assert set(status["Groups"].split()) <= {str(who.pw_gid)}, role
        for kind in ("CapPrm", "CapEff", "CapBnd"):
            extra = int(status[kind], 16) & ~most
            assert not extra, (role, kind, f"{extra:x}")
        for kind in ("CapInh", "CapAmb"):
            assert int(status[kind], 16) == 0, (role, kind)


def test_r_priv_1_no_new_privs(pids):
    """Set by each role itself: this daemon runs without systemd."""
    for role, pid in pids.items():
        assert status_of(pid)["NoNewPrivs"] == "1", role


def test_r_priv_6_not_dumpable_no_core(pids):
    """Files in /proc of a process that is not dumpable are root's; the
    limit of core files is 0."""
    for role, pid in pids.items():
        assert Path(f"/proc/{pid}/stat").stat().st_uid == 0, role
        limits = Path(f"/proc/{pid}/limits").read_text()
        assert re.search(r"Max core file size\s+0\s+0", limits), role
    nobody = ["runuser", "-u", "_sspr-vault", "--", "cat",
              f"/proc/{pids['vault']}/maps"]
    assert subprocess.run(nobody, check=False,
                          capture_output=True).returncode != 0


@pytest.mark.parametrize("role", ["front", "desk"])
def test_r_priv_1_front_lives_in_an_empty_root(pids, role):
    """Nothing there to open, and nothing it could write."""
    root = Path(f"/proc/{pids[role]}/root")
    assert os.readlink(root) != "/"
    assert not os.listdir(root)
    assert root.stat().st_uid == 0
    assert not root.stat().st_mode & 0o022


def listening():
    """{inode: path} of the sockets in /proc/net/unix that have a path."""
    rows = (s.split() for s in
            Path("/proc/net/unix").read_text().splitlines()[1:])
    return {f"socket:[{r[6]}]": r[7] for r in rows
            if len(r) == 8 and r[3] == "00010000"}


def test_r_priv_1_each_front_has_its_own_socket(pids):
    """Neither could take what comes in on the other's."""
    names = listening()
    for role, path in (("front", "/run/sspr/sspr.sock"),
                       ("desk", "/run/sspr/admin.sock")):
        held = {os.readlink(f"/proc/{pids[role]}/fd/{fd}")
                for fd in os.listdir(f"/proc/{pids[role]}/fd")}
        assert {names[h] for h in held if h in names} == {path}, role


def test_r_priv_1_the_courier_cannot_gain_privileges(pids):
    """Neither can a command: no_new_privs is inherited, and so is the
    number of processes."""
    limits = Path(f"/proc/{pids['courier']}/limits").read_text()
    assert re.search(r"Max processes\s+64\s+64", limits)
    for other in ("/var/lib/sspr/sspr.db", "/etc/sspr/master.key",
                  "/etc/sspr/sspr.conf", "/var/log/sspr/audit.jsonl"):
        cat = ["runuser", "-u", "_sspr-send", "--", "cat", other]
        assert subprocess.run(cat, check=False,
                              capture_output=True).returncode != 0, other


@pytest.fixture
def command(own_daemon):
    """A program of root's in a directory of root's."""
    path = Path("/usr/local/lib/send")
    path.write_text("#!/bin/sh\nexit 0\n")
    path.chmod(0o755)
    own_daemon.stop()
    yield path
    own_daemon.stop()
    path.parent.chmod(0o755)
    path.unlink()


@pytest.mark.parametrize("spoil,why", [
    (lambda p: None, None),
    (lambda p: p.chmod(0o775), "written by others"),
    (lambda p: p.parent.chmod(0o757), "written by others"),
    (lambda p: os.chown(p, 1, 1), "not root's"),
    (lambda p: p.chmod(0o644), "is no program"),
], ids=["good", "group", "directory", "owner", "not-executable"])
def test_r_del_1_an_unsafe_command_is_told(own_daemon, command, spoil, why):
    """When the daemon starts, and by name, not when the first code is
    wanted."""
    spoil(command)
    before = len(own_daemon.log())
    own_daemon.configure({**own_daemon.first_conf,
                          "email": {"command": f"{command} -x"}})
    own_daemon.start()
    wait_for(lambda: "no network" in own_daemon.log()[before:],
             "the courier's look at it")
    told = [line for line in own_daemon.log()[before:].splitlines()
            if "[email] command" in line]
    if why is None:
        assert not told
    else:
        assert len(told) == 1 and str(command) in told[0] and why in told[0]


def test_r_priv_1_descriptors(pids):
    """Front and vault hold no network socket; only the vault holds the
    database; nobody holds a terminal."""
    for role, pid in pids.items():
        held = [os.readlink(f"/proc/{pid}/fd/{fd}")
                for fd in os.listdir(f"/proc/{pid}/fd")]
        assert not any("/dev/pts" in h for h in held), role
        database = any(h.startswith(str(STATE)) for h in held)
        assert database == (role == "vault"), role
        log = any(h.startswith(str(AUDIT)) for h in held)
        assert log == (role == "parent"), role


def test_r_priv_1_no_inet_socket(pids):
    """No TCP, UDP or raw socket in the whole network namespace but sshd's:
    there is no sshd in this test."""
    for name in ("tcp", "tcp6", "udp", "udp6", "raw", "raw6"):
        lines = Path(f"/proc/net/{name}").read_text().splitlines()
        assert len(lines) == 1, name


def test_no_secret_in_argv_or_environment(pids, person):
    """The world can read argv; an environment is inherited."""
    secret = person.phone.seed.hex()
    key = Path("/etc/sspr/master.key").read_bytes()
    for pid in pids.values():
        argv = Path(f"/proc/{pid}/cmdline").read_bytes()
        environ = Path(f"/proc/{pid}/environ").read_bytes()
        for where in (argv, environ):
            assert secret.encode() not in where
            assert key.strip() not in where


def test_promise_3_nothing_setuid_is_installed():
    """R-PRIV-4: no setuid, setgid or file capability."""
    files = [Path(PROGRAM), Path("/usr/bin/sspr-enroll")]
    files += Path("/usr/lib").rglob("pam_sspr.so")
    assert len(files) == 3
    for f in files:
        assert not f.stat().st_mode & (stat.S_ISUID | stat.S_ISGID)
        assert not any("capability" in a for a in os.listxattr(f))
        assert f.stat().st_uid == 0 and not f.stat().st_mode & 0o022


def owner_and_mode(path):
    """`user:group mode'."""
    s = os.stat(path)
    return (f"{pwd.getpwuid(s.st_uid).pw_name}:"
            f"{grp.getgrgid(s.st_gid).gr_name} {s.st_mode & 0o7777:o}")


def test_r_priv_5_modes(person, daemon):
    """The table of DESIGN.md section 8."""
    table = {
        "/etc/sspr": "root:root 755",
        "/etc/sspr/sspr.conf": "root:root 640",
        "/etc/sspr/master.key": "root:root 400",
        "/etc/pam.d/sspr-reset": "root:root 644",
        "/etc/pam.d/sspr-enroll": "root:root 644",
        "/var/lib/sspr": "_sspr-vault:_sspr-vault 700",
        "/var/lib/sspr/sspr.db": "_sspr-vault:_sspr-vault 600",
        "/var/log/sspr": "root:adm 750",
        "/var/log/sspr/audit.jsonl": "root:adm 640",
        "/run/sspr": "root:root 755",
        "/run/sspr/courier": "_sspr-send:_sspr-send 700",
        "/run/sspr/sspr.sock": "root:root 666",
        "/run/sspr/admin.sock": "root:sspr-admin 660",
    }
    assert {p: owner_and_mode(p) for p in table} == table


def test_promise_7_no_secret_on_the_disk(new_account, daemon):
    """R-KEY-3: neither the seed in any form nor the label is in any file of
    ours but the master key's."""
    p = new_account().enrol()
    needles = [p.phone.seed, p.phone.seed.hex().encode(),
               p.phone.seed.hex().upper().encode(), LABEL.encode(),
               base64.b32encode(p.phone.seed)]
    files = [f for d in ("/var/lib/sspr", "/var/log/sspr", "/run/sspr")
             for f in Path(d).rglob("*") if f.is_file()]
    assert STATE in files and AUDIT in files
    for f in files:
        data = f.read_bytes()
        for needle in needles:
            assert needle not in data, f


def test_r_log_3_nothing_secret_in_the_log(new_account, own_daemon):
    """Not even with debug = yes: no code, no password, no unknown name."""
    own_daemon.stop()
    own_daemon.configure(
        {**own_daemon.first_conf, "log": {"debug": "yes"}})
    own_daemon.start()
    p = new_account().enrol()
    code, wrong = p.phone.fresh(), p.phone.wrong()
    with at_code_prompt("my-Secret-typed-as-name") as c:
        c.answer(wrong)
    with at_code_prompt(p.name) as c:
        worker = handed(c, code)
        worker.until("ask")
        worker.answer("Turnip-violin-52")
        worker.answer("Turnip-violin-52")
    own_daemon.stop()
    text = own_daemon.log() + AUDIT.read_text()
    for word in (code, wrong, "Turnip", p.password, "my-Secret", LABEL):
        assert word not in text, word
