# SPDX-License-Identifier: MIT
"""Canaries: secrets that are unlike anything else, and where they sing."""

import base64
import json
import os
import re
import secrets
import socket
import string
import threading
from contextlib import contextmanager
from pathlib import Path

SYSLOG = "/dev/log"
DIGITS = re.compile(r"[\d, -]+")


def word(n=14):
    """Letters and digits that nobody has had; a good password, too."""
    return "Cy7-" + "".join(secrets.choice(string.ascii_letters)
                            for _ in range(n))


def forms_of(seed):
    """A seed raw, in hex, in base32 and base64."""
    return [seed, seed.hex().encode(), seed.hex().upper().encode(),
            base64.b32encode(seed).rstrip(b"="),
            base64.b64encode(seed).rstrip(b"=")]


def pattern_of(secret):
    """What finds it; a few digits only where they are no part of more."""
    if isinstance(secret, str):
        secret = secret.encode()
    if len(secret) < 10 and DIGITS.fullmatch(secret.decode("latin1")):
        return re.compile(rb"(?<![0-9a-fA-F.])" + re.escape(secret)
                          + rb"(?![0-9a-fA-F.])")
    return re.compile(re.escape(secret))


class Canaries:
    """All secrets of a day, by what they are."""

    def __init__(self):
        self.kept = []  # (what, secret)

    def keep(self, what, *found):
        """Remember; returns the first."""
        self.kept += [(what, secret) for secret in found if secret]
        return found[0]

    def keep_seed(self, phone):
        """A seed in every form."""
        self.keep("seed", *forms_of(phone.seed))

    def sing(self, data, but=()):
        """What of them is in some bytes, as [what, secret]."""
        if isinstance(data, str):
            data = data.encode(errors="surrogateescape")
        return [(what, secret) for what, secret in self.kept
                if what not in but and pattern_of(secret).search(data)]


def texts_of(line):
    """The strings of a JSON record, where numbers are not meant."""
    return "\n".join(v for v in json.loads(line).values()
                     if isinstance(v, str))


@contextmanager
def syslog():
    """Whatever is logged by syslog(3) meanwhile, as a list of lines."""
    heard, stop = [], threading.Event()
    Path(SYSLOG).unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.bind(SYSLOG)
        os.chmod(SYSLOG, 0o666)
        s.settimeout(0.2)

        def listen():
            while not stop.is_set():
                try:
                    heard.append(s.recv(65536))
                except TimeoutError:
                    pass
        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield heard
        finally:
            stop.set()
            thread.join()
            Path(SYSLOG).unlink(missing_ok=True)


@contextmanager
def proc():
    """What every process shows of itself meanwhile, as a set."""
    seen, stop = set(), threading.Event()

    def look():
        while not stop.wait(0.01):
            for pid in filter(str.isdigit, os.listdir("/proc")):
                for name in ("cmdline", "environ", "comm"):
                    try:
                        seen.add(Path("/proc", pid, name).read_bytes())
                    except OSError:
                        pass  # it ended
    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()


def files_below(*places, but=()):
    """Every regular file there, but below some."""
    for place in places:
        for path in sorted(Path(place).rglob("*")):
            if path.is_file() and not path.is_symlink() and not any(
                    path.is_relative_to(b) for b in but):
                yield path
