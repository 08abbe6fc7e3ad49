#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""For tests/boot/inside: bob is logged in at a console, somebody locks his
account, and he resets the password over ssh and has his sessions ended.
R-POL-2, in the sandbox of the unit, with the real logind and faillock."""

import os
import pwd
import re
import struct
import subprocess
import time
from pathlib import Path

import pexpect

OLD, NEW = "Old-pass-1234", "Turnip-violin-52"
SSH = ("ssh -o StrictHostKeyChecking=no"
       " -o PreferredAuthentications=keyboard-interactive bob@127.0.0.1")


def sh(*words):
    """What a command prints."""
    return subprocess.run(words, capture_output=True, text=True,
                          check=False).stdout


def soon(condition, what):
    """Wait until it holds."""
    for _ in range(100):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(f"never came: {what}")


def spawn(command):
    """Somebody at a terminal."""
    return pexpect.spawn(command, encoding="utf-8", timeout=30,
                         dimensions=(50, 100))


def code(seed, ahead):
    """The code of an app, some seconds ahead."""
    at = time.gmtime(time.time() + ahead)
    return sh("oathtool", "-b", "--totp", "--now",
              time.strftime("%Y-%m-%d %H:%M:%S UTC", at), seed).strip()


def enrol():
    """An app; its seed."""
    c = spawn("runuser -u bob -- sspr-enroll add app")
    c.expect("password: ")
    c.sendline(OLD)
    c.expect("shows now")
    seed = re.search(r"((?:[A-Z2-7]{4} ){7}[A-Z2-7]{4})", c.before)
    seed = seed.group(1).replace(" ", "")
    c.sendline(code(seed, 0))
    c.expect("enrolled")
    c.expect(pexpect.EOF)
    return seed


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


def reset(seed):
    """Over ssh; the lock is left to the new password, the sessions end."""
    s = spawn(SSH)
    for prompt, answer in (
            ("assword: ", "forgot"), ("type forgot", "forgot"),
            ("6-digit", code(seed, 30)),
            ("bob is locked after too many wrong passwords", ""),
            ("bob is logged in on this machine", "yes"),
            ("New password: ", NEW), ("Retype", NEW), ("is changed", "")):
        s.expect(prompt)
        s.sendline(answer)
    s.expect(r"\) Password: ")
    s.close(force=True)


def main():
    """All of it."""
    subprocess.run(["useradd", "-m", "-s", "/bin/bash", "bob"], check=True)
    subprocess.run(["chpasswd"], input=f"bob:{OLD}", text=True, check=True)
    seed = enrol()
    console = log_in()
    users = Path("/run/systemd/users", str(pwd.getpwnam("bob").pw_uid))
    soon(users.exists, "a session in logind")
    tally = lock()
    reset(seed)
    console.expect(pexpect.EOF)
    soon(lambda: not users.exists(), "the end of the sessions")
    assert tally.stat().st_size == 0
    assert "bob" not in sh("loginctl", "--no-legend", "list-sessions")


main()
