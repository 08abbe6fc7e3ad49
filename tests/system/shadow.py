# SPDX-License-Identifier: MIT
"""/etc/shadow, looked at from outside."""

import subprocess
from pathlib import Path

SHADOW = Path("/etc/shadow")


def lines():
    """{name: line}."""
    return {s.split(":")[0]: s for s in SHADOW.read_text().splitlines()}


def field(name):
    """The password field of an account."""
    return lines()[name].split(":")[1]


def is_password(name, password):
    """Whether the stored hash is of this password; asks the system's own
    unix_chkpwd(8), which only judges one's own password."""
    done = subprocess.run(
        ["runuser", "-u", name, "--", "/usr/sbin/unix_chkpwd", name,
         "nonull"], input=password.encode() + b"\0", check=False)
    return done.returncode == 0


def only_changed(before, name):
    """Whether nothing but the line of one account differs from before."""
    now = lines()
    return (now[name] != before[name]
            and now.keys() == before.keys()
            and all(now[n] == before[n] for n in now if n != name))
