# SPDX-License-Identifier: MIT
"""Run a courier the way the daemon runs it, and look at how it ended."""

import subprocess

from gateways import SENDER

OK, DATA, DENIED, TEMPORARY, CONFIG, USAGE = 0, 65, 69, 75, 78, 64

NUMBER = "+15551234567"
ADDRESS = "bob.o'neill+sspr@example.org"
CODE = "83719264"


def send(command, to, text, subject="", raw=None, **popen):
    """Run a courier as the role courier does."""
    words = command.split() if isinstance(command, str) else command
    stdin = f"To: {to}\nSubject: {subject}\n\n{text}".encode()
    return subprocess.run(
        ["setpriv", "--reuid", SENDER, "--regid", SENDER, "--clear-groups",
         "--bounding-set=-all", "--no-new-privs", "--", *words],
        input=stdin if raw is None else raw, capture_output=True, cwd="/",
        timeout=20, check=False, **{"env": {}} | popen)


def ends(result, status):
    """It ended so, and its one line says why and nothing else."""
    line = result.stderr.decode()
    assert result.returncode == status, line
    assert result.stdout == b""
    assert line.count("\n") == (status != OK), line
    for secret in (NUMBER, ADDRESS, CODE, "@example"):
        assert secret not in line
    return line
