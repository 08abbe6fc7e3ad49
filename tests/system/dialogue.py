# SPDX-License-Identifier: MIT
"""People at a prompt: ssh(1) against a real sshd, login(1) on a terminal,
sspr-enroll in a shell."""

import os
import re
import subprocess
from pathlib import Path

import pexpect

from daemon import wait_for

PORT = 2222
OFFER = "type forgot to reset it: "
CODE = "Enter = stop: "
NEW = "New password: "
RETYPE = "Retype new password: "
LAST = "log in with the new password: "
NOT_ACCEPTED = r"Not accepted\."
TIMEOUT = 30
SSH = ("ssh -F none -p {port} -o StrictHostKeyChecking=no"
       " -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
       " -o PreferredAuthentications={methods}"
       " -o NumberOfPasswordPrompts={tries} {user}@{host} {command}")


class Sshd:
    """The distribution's sshd with its own configuration, on a port of its
    own; ours is in sshd_config.d."""

    def __init__(self, directory, **options):
        self.log_file = Path(directory) / "sshd.log"
        options = {"Port": PORT, "ListenAddress": "127.0.0.1",
                   "MaxStartups": 200, "LogLevel": "VERBOSE"} | options
        words = [w for k, v in options.items() for w in ("-o", f"{k}={v}")]
        self.process = subprocess.Popen(
            ["/usr/sbin/sshd", "-D", "-E", str(self.log_file)] + words,
            start_new_session=True)
        wait_for(lambda: "Server listening" in self.log(), "sshd")

    def log(self):
        """What sshd wrote."""
        if not self.log_file.exists():
            return ""
        return self.log_file.read_text(errors="replace")

    def stop(self):
        """End it and its children."""
        self.process.terminate()
        self.process.wait()


class Terminal(pexpect.spawn):
    """A person at a terminal.  Prompts are matched as plain text."""

    def __init__(self, command, **more):
        options = {"encoding": "utf-8", "timeout": TIMEOUT, "echo": False,
                   "dimensions": (50, 100)} | more
        super().__init__(command, **options)
        self.delaybeforesend = None
        self.seen = ""

    def expect(self, pattern, *args, **more):
        """As pexpect's; keeps all that was on the screen in .seen."""
        found = super().expect(pattern, *args, **more)
        after = self.after if isinstance(self.after, str) else ""
        self.seen += (self.before or "") + after
        return found

    def reads(self, prompt):
        """Wait for a prompt or any other text."""
        self.expect(re.escape(prompt))
        return self

    def types(self, text, at=None):
        """Type a line, at a prompt if one is named."""
        if at is not None:
            self.reads(at)
        self.sendline(text)
        return self

    def rest(self):
        """Everything up to the end of the program."""
        self.expect(pexpect.EOF)
        self.close()
        return self.seen


def ssh(user, command="", host="127.0.0.1", methods="keyboard-interactive",
        tries=6):
    """A person at an ssh client."""
    return Terminal(SSH.format(port=PORT, user=user, command=command,
                               methods=methods, host=host, tries=tries))


def login():
    """A person at a console's login prompt; type the name at login: ."""
    return Terminal("login", env={"TERM": "linux", "PATH": os.environ["PATH"]})


def shell_of(user, command):
    """A person at a shell of their own."""
    return Terminal("runuser", args=["-u", user, "--"] + command)


def ssh_works(user, password):
    """Whether a fresh ssh login with this password succeeds."""
    t = ssh(user, "echo it-is-me", tries=1)
    t.types(password, at="assword: ")
    if t.expect([OFFER, pexpect.EOF]) == 0:
        t.types("")
    out = t.rest()
    return "it-is-me" in out and t.exitstatus == 0


def forgot(person, password="forgot"):
    """Type forgot as password and again at the offer: at the code prompt."""
    t = ssh(person)
    t.types(password, at="assword: ")
    return t.types("forgot", at=OFFER)


def set_password(t, new):
    """From the password rules to the last words and back at the prompt."""
    t.types(new, at=NEW)
    t.types(new, at=RETYPE)
    return t.types("", at=LAST)


def reset(user, phone, new):
    """A whole reset over ssh; returns the terminal, at the next prompt."""
    t = forgot(user)
    t.types(phone.fresh(), at=CODE)
    return set_password(t, new)
