#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""For tests/boot/inside: somebody who is only in a directory resets the
password, in the sandbox of the unit as it is shipped, without any network: by
ldapi:// as root of this host, and nslcd's socket.  R-SET-5, R-PRIV-2."""

import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, "/src/tests/system")
# pylint: disable=wrong-import-position
from directory import LDAPI, PEOPLE, SETTINGS, Slapd  # noqa: E402
from lookups import Nslcd  # noqa: E402
from person import NEW, OLD, enrol, reset, sh  # noqa: E402

CONF = Path("/etc/sspr/sspr.conf")


def main():
    """All of it."""
    with Slapd() as slapd:
        lookups = Nslcd(slapd)
        SETTINGS.write_text(f"[directory]\nuri = {LDAPI}\nsasl = external\n"
                            f"base = {PEOPLE}\n")
        SETTINGS.chmod(0o644)
        before = CONF.read_text()
        CONF.write_text(re.sub(r"(?m)^#directory = .*", "directory = yes",
                               before))
        subprocess.run(["systemctl", "restart", "sspr-resetd"], check=True)
        owner = slapd.account(userPassword=OLD)
        told = sh("/usr/libexec/sspr/directory", "check", owner.name)
        assert "All is well." in told, told
        reset(owner.name, enrol(owner.name))
        assert owner.binds(NEW) and not owner.binds(OLD)
        CONF.write_text(before)
        SETTINGS.unlink()
        lookups.end()
        subprocess.run(["systemctl", "restart", "sspr-resetd"], check=True)


main()
