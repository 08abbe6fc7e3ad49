#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""For tests/boot/inside: bob is logged in at a console, somebody locks his
account, and he resets the password over ssh and has his sessions ended.
R-POL-2, in the sandbox of the unit, with the real logind and faillock."""

import os
import pwd
import struct
import subprocess
import time
from pathlib import Path

import pexpect

from person import OLD, enrol, reset, sh, soon, spawn


def log_in():
    """At a console, by login(1), so that logind has a session."""
    c = spawn("login")
    c.expect("login: ")
    c.sendline("bob")
    c.expect("assword: ")
    c.sendline(OLD)
    c.expect(r"\$ ")
    c.sendline("echo $XDG_SESSION_ID-")
    c.expect(r"\d+-")
    return c


def lock():
    """Three wrong passwords, as pam_faillock writes them down."""
    bob = pwd.getpwnam("bob")
    entry = struct.pack("=52sHHQ", b"192.0.2.1", 0, 3, int(time.time()))
    path = Path("/run/faillock/bob")
    path.write_bytes(3 * entry)
    os.chown(path, bob.pw_uid, 0)
    path.chmod(0o660)
    return path


def main():
    """All of it."""
    subprocess.run(["useradd", "-m", "-s", "/bin/bash", "bob"], check=True)
    subprocess.run(["chpasswd"], input=f"bob:{OLD}", text=True, check=True)
    seed = enrol("bob")
    console = log_in()
    users = Path("/run/systemd/users", str(pwd.getpwnam("bob").pw_uid))
    soon(users.exists, "a session in logind")
    tally = lock()
    reset("bob", seed,
          ("bob is locked after too many wrong passwords", ""),
          ("bob is logged in on this machine", "yes"))
    console.expect(pexpect.EOF)
    soon(lambda: not users.exists(), "the end of the sessions")
    assert tally.stat().st_size == 0
    assert "bob" not in sh("loginctl", "--no-legend", "list-sessions")


main()
