# SPDX-License-Identifier: MIT
"""A courier of the tests' own, where what matters is how often something is
sent and not by what: a program of root's that puts its standard input into a
file each time.  How it ends is in a file beside them."""

import os
import re

from daemon import wait_for
from gateways import SENDER, Gateway, owned
from protocol import Client

PROGRAM = """#!/bin/sh
umask 077
file=$(mktemp "$1/box/XXXXXX") || exit 75
cat > "$file"
read -r status pause < "$1/how"
sleep "$pause"
exit "$status"
"""


class Postbox(Gateway):
    """Everything that was ever given to the program has a file in box, also
    what was cut off when it was killed."""

    def __init__(self):
        super().__init__()
        owned(self.directory, "root", "root", 0o755)
        (self.directory / "box").mkdir()
        self.box = owned(self.directory / "box", SENDER, SENDER, 0o700)
        self.ends(0)
        program = self.directory / "postbox"
        program.write_text(PROGRAM)
        owned(program, "root", "root", 0o755)
        self.command = f"{program} {self.directory}"

    def ends(self, status, pause=0):
        """How it ends from now on, and seconds that it takes."""
        how = self.directory / "how"
        how.write_text(f"{status} {pause}\n")
        how.chmod(0o644)

    def messages(self):
        """What came whole, oldest first."""
        files = sorted(self.box.iterdir(), key=lambda p: p.stat().st_ctime_ns)
        found = [self._read(p.read_text(encoding="utf-8")) for p in files]
        return [m for m in found if m]

    @staticmethod
    def _read(text):
        m = re.fullmatch(r"To: (.*)\nSubject: (.*)\n\n(.+)", text, re.S)
        return m and {"to": m[1], "subject": m[2], "text": m[3]}

    def clear(self):
        """Forget what was sent."""
        for path in self.box.iterdir():
            os.unlink(path)


def sent_to(gateway, address):
    """What a gateway sent to one address, oldest first."""
    return [m for m in gateway.messages() if m["to"] == address]


def wait_to(gateway, address, n=1, seconds=20):
    """The same, when there are n at least."""
    wait_for(lambda: len(sent_to(gateway, address)) >= n,
             f"{n} messages to {address}", seconds)
    return sent_to(gateway, address)


def codes_in(messages):
    """All codes, oldest first, each once; spoken ones as well."""
    texts = [re.sub(r"(?<=\d), (?=\d)", "", m["text"]) for m in messages]
    found = [re.search(r"\b\d{8}\b", text) for text in texts]
    return [m[0] for m in found if m]


def code_in(message):
    """The code of a message."""
    return codes_in([message])[0]


def add_address(person, method, address, box):
    """Enrol an address as its owner does, with the code that comes there,
    and wait for the notice.  The site must let nothing cool off."""
    with Client(uid=person.uid) as c:
        c.hello("ADD", method=method, label="my own")
        person.prove(c)
        m = c.until("ask", "end")
        if "Enter = later" in getattr(m, "prompt", ""):
            m = c.answer("")
        before = len(sent_to(box, address))
        assert m.name == "ask", (c.shown, vars(m))
        m = c.answer(address)
        assert m.name == "ask" and not c.shown[-1].startswith("That is not"), \
            (c.shown, vars(m))
        message = wait_to(box, address, before + 1)[-1]
        m = c.answer(code_in(message))
        assert (m.name, m.result) == ("end", 0), (c.shown, vars(m))
    wait_to(box, address, before + 2)
    return person
