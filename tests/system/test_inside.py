# SPDX-License-Identifier: MIT
"""Unit tests that need a slapd or another source of accounts, which this root
has and the machine outside need not have."""

import subprocess
from pathlib import Path

import pytest

UNITS = Path("/build/tests/unit")


@pytest.mark.parametrize("user", ["root", "nobody"])
@pytest.mark.parametrize("name", [
    "directory/test_check", "directory/test_entry", "directory/test_link",
    "sspr-resetd/worker/test_elsewhere"])
def test_what_is_skipped_outside_passes_here(name, user):
    done = subprocess.run(["setpriv", "--reuid", user, "--clear-groups",
                           UNITS / name], text=True, capture_output=True,
                          timeout=120, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "PASSED" in said and "skipped" not in said, said
