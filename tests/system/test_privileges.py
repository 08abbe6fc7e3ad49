# SPDX-License-Identifier: MIT
"""R-PRIV: what each role may do, as the kernel sees it; promise 3: nothing
setuid; promise 7: what is on the disk."""

import base64
import contextlib
import grp
import os
import pwd
import re
import signal
import stat
import subprocess
from pathlib import Path

import pytest

from conftest import LABEL
from conversation import at_code_prompt, handed
from daemon import (AUDIT, PROGRAM, STATE, children, ini, status_of,
                    wait_for)

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
    """R-PRIV-4: no setuid, setgid or file capability, nothing that others
    than root can change."""
    files = [Path(PROGRAM), Path("/usr/sbin/sspr-admin"),
             Path("/usr/bin/sspr-enroll")]
    files += Path("/usr/lib").rglob("pam_sspr*.so")
    files += Path("/usr/libexec/sspr").iterdir()
    files += [f for d in ("lib", "share") for f in
              Path("/usr", d).rglob("*sspr*") if f.is_file()]
    assert len(files) >= 15
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


SOMEBODY = pwd.getpwnam("nobody").pw_uid


def looser(path):
    """More than it should be open to."""
    if path.is_dir():
        path.chmod(path.stat().st_mode | 0o022)
    else:
        path.chmod(path.stat().st_mode | 0o004)


def anothers(path):
    """It is of another user."""
    os.chown(path, SOMEBODY, SOMEBODY)


def elsewhere_by_link(path):
    """What it was, at the end of a symbolic link."""
    moved = path.with_name("moved")
    subprocess.run(["mv", path, moved], check=True)
    path.symlink_to(moved)


@contextlib.contextmanager
def spoilt(path, spoil):
    """A file or directory, not as it should be."""
    was = path.stat()
    spoil(path)
    yield
    if path.is_symlink():
        path.unlink()
        subprocess.run(["mv", path.with_name("moved"), path], check=True)
    os.chown(path, was.st_uid, was.st_gid)
    path.chmod(was.st_mode & 0o7777)


KEPT = ("/etc/sspr", "/etc/sspr/sspr.conf", "/etc/sspr/master.key",
        "/var/lib/sspr", "/var/lib/sspr/sspr.db", "/var/log/sspr",
        "/var/log/sspr/audit.jsonl", "/run/sspr", "/run/sspr/empty",
        "/run/sspr/courier")


@pytest.fixture(scope="module")
def kept(own_daemon):
    """A daemon that has all of its files, and has ended."""
    own_daemon.stop()
    conf = Path("/etc/sspr/sspr.conf")
    conf.write_text(ini(own_daemon.first_conf))
    run = [PROGRAM, "-c", conf]
    with subprocess.Popen(run, stderr=subprocess.PIPE, text=True) as p:
        assert any("ready" in line for line in p.stderr)
        p.terminate()
    return run


@pytest.mark.parametrize("spoil", [looser, anothers, elsewhere_by_link])
@pytest.mark.parametrize("path", KEPT)
def test_r_priv_5_it_does_not_start_with_less(kept, path, spoil):
    """A looser mode, another owner, a symbolic link: it says which file and
    why, and ends; with all in order it would not have ended."""
    with spoilt(Path(path), spoil):
        done = subprocess.run(kept, stderr=subprocess.PIPE, text=True,
                              check=False, timeout=20)
    assert done.returncode != 0
    assert path in done.stderr, done.stderr


def test_r_priv_5_units_make_the_sockets_so():
    """Where systemd makes them, by its units."""
    units = Path("/usr/lib/systemd/system")
    public = (units / "sspr-resetd.socket").read_text().splitlines()
    admins = (units / "sspr-admin.socket").read_text().splitlines()
    assert "SocketMode=0666" in public
    assert {"SocketMode=0660", "SocketUser=root",
            "SocketGroup=sspr-admin"} <= set(admins)


PROBE = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
pid = int(sys.argv[1])
def tell(what, result):
    print(what, "done" if result >= 0 else "refused")
def opened(path):
    try:
        return os.open(path, os.O_RDONLY)
    except OSError:
        return -1
tell("descriptor", libc.syscall(438, os.pidfd_open(pid), 0, 0))
there = (ctypes.c_size_t * 2)(0x1000, 8)
here = (ctypes.c_size_t * 2)(ctypes.addressof(there), 8)
r = libc.process_vm_readv(pid, here, 1, there, 1, 0)
tell("memory", 0 if ctypes.get_errno() == 14 else r)
tell("maps", opened(f"/proc/{pid}/maps"))
tell("mem", opened(f"/proc/{pid}/mem"))
tell("environ", opened(f"/proc/{pid}/environ"))
tell("seize", libc.ptrace(0x4206, pid, 0, 0))
"""


def probed(user, pid):
    """What a process of a user can do to another."""
    out = subprocess.run(["runuser", "-u", user, "--", "python3", "-c", PROBE,
                          str(pid)], text=True, check=True,
                         capture_output=True).stdout
    return dict(line.split() for line in out.splitlines())


@pytest.mark.parametrize("role, user", [
    ("front", "_sspr"), ("desk", "_sspr"), ("vault", "_sspr-vault"),
    ("names", "_sspr-names"), ("courier", "_sspr-send")])
def test_r_priv_6_its_own_user_cannot_look_into_it(role, user, daemon):
    """Neither ptrace(2) nor pidfd_getfd(2) nor /proc; into a process that
    is not of the daemon the same user can."""
    found = probed(user, daemon.pids()[role])
    assert set(found.values()) == {"refused"}, found
    with subprocess.Popen(["runuser", "-u", user, "--", "sleep",
                           "60"]) as other:
        sleep = wait_for(lambda: children(other.pid), "sleep")[0]
        wait_for(lambda: b"sleep" in
                 Path(f"/proc/{sleep}/cmdline").read_bytes()[:6], "its exec")
        found = probed(user, sleep)
        other.kill()
    os.kill(sleep, signal.SIGKILL)
    assert set(found.values()) == {"done"}, found


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
