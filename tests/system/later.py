# SPDX-License-Identifier: MIT
"""Hours that pass without waiting: the daemon, started anew in a time
namespace whose CLOCK_BOOTTIME is ahead.  It is the clock that its waits, caps
and lives are measured by (R-TIME-1); the wall clock stays as it is."""

import ctypes
import os
from pathlib import Path

CLONE_NEWTIME = 0x80
MINUTE, HOUR, DAY = 60, 3600, 86400

LIBC = ctypes.CDLL(None, use_errno=True)


def _check(result):
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _enter(ahead):
    """Put this process into a time namespace of its own."""
    _check(LIBC.unshare(CLONE_NEWTIME))
    Path("/proc/self/timens_offsets").write_text(f"boottime {ahead} 0\n")
    fd = os.open("/proc/self/ns/time_for_children", os.O_RDONLY)
    _check(LIBC.setns(fd, CLONE_NEWTIME))
    os.close(fd)


def _ahead(pid):
    """Seconds that the clock of a process is ahead of ours."""
    text = Path(f"/proc/{pid}/timens_offsets").read_text()
    return int(text.split("boottime")[1].split()[0])


def later(daemon, seconds):
    """Stop the daemon, let so much time pass, and start it."""
    ahead = _ahead(daemon.process.pid) + seconds
    daemon.stop()
    return daemon.start(preexec_fn=lambda: _enter(ahead))
