# SPDX-License-Identifier: MIT
"""What everybody may read of every process, read over and over."""

import os
import threading
from pathlib import Path


class Watch(threading.Thread):
    """Keeps each command line and environment that it has seen, once."""

    def __init__(self):
        super().__init__(daemon=True)
        self.lines, self.environments = set(), set()
        self.over = False

    def run(self):
        while not self.over:
            for pid in filter(str.isdigit, os.listdir("/proc")):
                self._look(Path("/proc", pid))

    def _look(self, process):
        for name, seen in (("cmdline", self.lines),
                           ("environ", self.environments)):
            try:
                seen.add((process / name).read_bytes())
            except OSError:  # it ended, or it is not dumpable
                continue

    def saw(self, program):
        """Whether it saw a program, or an interpreter that runs it."""
        return any(program.encode() in line.split(b"\0")[:2]
                   for line in self.lines)

    def leaks(self, secrets):
        """What holds one of the secrets."""
        secrets = [s.encode() for s in secrets]
        return [text for text in self.lines | self.environments
                if any(s in text for s in secrets)]

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over = True
        self.join()
