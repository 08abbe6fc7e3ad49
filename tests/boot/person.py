# SPDX-License-Identifier: MIT
"""For the scripts of tests/boot/inside: somebody at a terminal."""

import re
import subprocess
import time

import pexpect

OLD, NEW = "Old-pass-1234", "Turnip-violin-52"
SSH = ("ssh -o StrictHostKeyChecking=no"
       " -o PreferredAuthentications=keyboard-interactive {}@127.0.0.1")


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


def enrol(name):
    """An app; its seed."""
    c = spawn(f"runuser -u {name} -- sspr-enroll add app")
    c.expect("password: ")
    c.sendline(OLD)
    c.expect("shows now")
    seed = re.search(r"((?:[A-Z2-7]{4} ){7}[A-Z2-7]{4})", c.before)
    seed = seed.group(1).replace(" ", "")
    c.sendline(code(seed, 0))
    c.expect("enrolled")
    c.expect(pexpect.EOF)
    return seed


def reset(name, seed, *questions):
    """Over ssh; questions and their answers come before the new password."""
    s = spawn(SSH.format(name))
    for prompt, answer in (
            ("assword: ", "forgot"), ("type forgot", "forgot"),
            ("6-digit", code(seed, 30)), *questions,
            ("New password: ", NEW), ("Retype", NEW), ("is changed", "")):
        s.expect(prompt)
        s.sendline(answer)
    s.expect(r"\) Password: ")
    s.close(force=True)
