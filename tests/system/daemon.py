# SPDX-License-Identifier: MIT
"""sspr-resetd: start it with a configuration, stop it, kill it, look at it."""

import json
import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

PROGRAM = "/usr/sbin/sspr-resetd"
STATE = Path("/var/lib/sspr/sspr.db")
AUDIT = Path("/var/log/sspr/audit.jsonl")
ROLES = ("parent", "front", "desk", "vault", "names", "courier")


def wait_for(condition, what, seconds=20):
    """The first true value of condition(); fails after seconds."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"never came: {what}"
        time.sleep(0.02)


def ini(sections):
    """{section: {key: value}} as the text of an INI file."""
    return "".join(
        f"[{name}]\n" + "".join(f"{k} = {v}\n" for k, v in keys.items())
        for name, keys in sections.items())


class Daemon:
    """One sspr-resetd; its standard error is kept in a file."""

    def __init__(self, directory, conf):
        self.directory = Path(directory)
        self.conf = self.directory / "sspr.conf"
        self.errors = self.directory / "resetd.log"
        self.process = None
        self.configure(conf)

    def configure(self, conf):
        """Write the configuration: a dictionary or the very text."""
        self.conf.write_text(conf if isinstance(conf, str) else ini(conf))
        self.conf.chmod(0o640)

    def start(self, **popen):
        """Start and wait for READY=1."""
        path = str(self.directory / "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
            Path(path).unlink(missing_ok=True)
            ready.bind(path)
            ready.settimeout(20)
            env = {"NOTIFY_SOCKET": path, "PATH": os.environ["PATH"]}
            with self.errors.open("a") as log:
                self.process = subprocess.Popen(
                    [PROGRAM, "-c", str(self.conf)], stderr=log, env=env,
                    stdin=subprocess.DEVNULL, **popen)
            self._await(ready)
        return self

    def _await(self, ready):
        try:
            while b"READY=1" not in ready.recv(4096):
                pass
        except TimeoutError:
            raise AssertionError("no READY=1: " + self.log()) from None

    def stop(self):
        """SIGTERM; returns the exit status."""
        return self.end(signal.SIGTERM)

    def end(self, number):
        """Send parent a signal and wait until all roles are gone."""
        if self.process is None:
            return None
        pids = self.pids()
        self.process.send_signal(number)
        status = self.process.wait(20)
        self.process = None
        for pid in pids.values():
            wait_for(lambda p=pid: not alive(p), f"end of {pids}")
        return status

    def reload(self):
        """SIGHUP and wait until the log says something about it."""
        before = len(self.log())
        self.process.send_signal(signal.SIGHUP)
        return wait_for(lambda: self.log()[before:], "a line on SIGHUP")

    def log(self):
        """All it wrote to standard error."""
        if not self.errors.exists():
            return ""
        return self.errors.read_text(errors="replace")

    def wait_log(self, pattern):
        """Wait for a line that matches."""
        return wait_for(lambda: re.search(pattern, self.log()), pattern)

    def pids(self):
        """{role: pid} of the processes that live on."""
        parent = self.process.pid
        wait_for(lambda: not any(command_of(p) == command_of(parent)
                                 for p in children(parent)),
                 "the roles to be what they will")
        found = {"parent": parent}
        for pid in children(parent):
            role = role_of(pid)
            if role in ROLES[1:]:
                found[role] = pid
        return found

    def workers(self):
        """Pids of the workers there are at the moment."""
        return [p for p in children(self.process.pid)
                if role_of(p) == "worker"]


def alive(pid):
    """Whether a process runs (a zombie does not)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def children(pid):
    """All descendants of a process."""
    found = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            text = Path(f"/proc/{pid}/task/{task}/children").read_text()
            for child in map(int, text.split()):
                found += [child] + children(child)
    except OSError:  # it ended meanwhile
        pass
    return found


def command_of(pid):
    """Its command line; of a child before its exec that of its parent."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return None


def role_of(pid):
    """What follows -x on its command line."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return None
    return words[words.index("-x") + 1] if "-x" in words else "parent"


def status_of(pid):
    """/proc/PID/status as a dictionary."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {k: v.strip() for k, _, v in (s.partition(":") for s in lines)}


def audit(since=0):
    """The audit log from a byte on, every line parsed."""
    if not AUDIT.exists():
        return []
    text = AUDIT.read_bytes()[since:]
    return [json.loads(line) for line in text.splitlines()]
