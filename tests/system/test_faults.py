# SPDX-License-Identifier: MIT
"""The worker, with every call failing once: R-PAM-10, R-SET-5.  It sets the
password of alice in this root's own files; tests/fault/fault_worker.c looks
what became of them."""

import os
import pwd
import subprocess
from pathlib import Path

WORKER = Path("/build/tests/fault/fault_worker")


def play(**more):
    """Its output, if all was survived."""
    done = subprocess.run(
        [WORKER, "--in-a-throw-away-root", str(pwd.getpwnam("alice").pw_uid)],
        text=True, capture_output=True, check=False,
        env=os.environ | more)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr
    return done.stdout


def test_a_worker_says_what_became_of_the_password(turns):
    """In make torture: any call, by any error."""
    said = play(**turns({}, {"FAULT_LONG": "1"}))
    assert " faults, " in said, said
