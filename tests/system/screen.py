# SPDX-License-Identifier: MIT
"""A real xterm under Xvfb: what is on its screen, as a picture."""

import fcntl
import os
import re
import shlex
import struct
import subprocess
import termios
from pathlib import Path

from PIL import Image

from daemon import children, wait_for

DISPLAY = ":7"
FONT = "DejaVu Sans Mono"


def xwd(path):
    """The picture in an xwd file, as Xvfb -fbdir keeps its screen."""
    data = Path(path).read_bytes()
    head = struct.unpack(">25I", data[:100])
    size, width, height, line, colours = (head[0], head[4], head[5],
                                          head[12], head[19])
    start = size + colours * 12
    pixels = data[start:start + line * height]
    return Image.frombytes("RGB", (width, height), pixels, "raw", "BGRX",
                           line)


def scanned(path):
    """What zbarimg reads in a picture; phones read inverted ones too."""
    return subprocess.run(
        ["zbarimg", "-q", "--raw", "-Stest-inverted=1", str(path)],
        text=True, capture_output=True, check=False).stdout.strip()


class Xterm:
    """A command in an xterm."""

    def __init__(self, directory, command, points=11, dark=True,
                 size="80x24"):
        self.directory = Path(directory)
        self.x = subprocess.Popen(
            ["Xvfb", DISPLAY, "-screen", "0", "1400x1000x24", "-fbdir",
             str(directory), "-nolisten", "tcp"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(Path("/tmp/.X11-unix/X7").exists, "Xvfb")
        colours = ["-fg", "white", "-bg", "black"]
        if not dark:
            colours = ["-fg", "black", "-bg", "white"]
        inside = "exec " + shlex.join(command)
        self.log = self.directory / "typescript"
        self.xterm = subprocess.Popen(
            ["xterm", "-fa", FONT, "-fs", str(points), "-geometry", size,
             *colours, "-e", "script", "-qfc", inside, str(self.log)],
            env=os.environ | {"DISPLAY": DISPLAY, "LANG": "C.UTF-8"})

    def text(self):
        """All that was written to the terminal."""
        if not self.log.exists():
            return ""
        return self.log.read_text(errors="replace")

    def types(self, line):
        """As if typed at the keyboard of this terminal."""
        child, = children(self.xterm.pid)[:1]
        with open(os.readlink(f"/proc/{child}/fd/0"), "rb",
                  buffering=0) as tty:
            for byte in (line + "\n").encode():
                fcntl.ioctl(tty, termios.TIOCSTI, bytes([byte]))

    def reads(self, pattern):
        """Wait until it was written to the terminal."""
        return wait_for(lambda: re.search(pattern, self.text()), pattern)

    def picture(self, path):
        """Save the screen as it is now."""
        xwd(self.directory / "Xvfb_screen0").save(path)
        return path

    def scan(self, path):
        """What a scanner reads from the screen; xterm may still be
        drawing."""
        return wait_for(lambda: scanned(self.picture(path)), "a QR", 10)

    def ended(self):
        """Wait for the end of the command, and so of the xterm."""
        self.xterm.wait(30)

    def close(self):
        """End both."""
        for p in (self.xterm, self.x):
            p.terminate()
            p.wait()
