# SPDX-License-Identifier: MIT
"""A host that asks a directory with what is shipped for that, and knows its
accounts from a file."""

import os
from pathlib import Path

from directory import LDAPI, SERVICE_PASSWORD, SUFFIX, Slapd
from etc import edit

CONF, CREDENTIAL = Path("/etc/sspr/directory.conf"), Path("/etc/sspr/ldap.key")
NAMES = Path("/var/lib/extrausers/passwd")
SWITCH = Path("/etc/nsswitch.conf")

# As whom the directory is asked.
KEY = {"bind_dn": f"cn=sspr,ou=services,{SUFFIX}", "password_file": CREDENTIAL}
ROOT = {"sasl": "external"}
NOBODY = {}


class Copied(Slapd):
    """The directory, with its accounts in that file."""

    def account(self, **attributes):
        """Known to the host, too."""
        owner = super().account(**attributes)
        NAMES.parent.mkdir(exist_ok=True)
        with NAMES.open("a") as file:
            file.write(f"{owner.name}:*:{owner.uid}:{owner.uid}::"
                       f"/home/{owner.name}:/bin/bash\n")
        edit(SWITCH, lambda text: text if "extrausers" in text else
             text.replace("passwd:", "passwd: extrausers ", 1))
        return owner


def configure(slapd, identity, path=CONF, **changes):
    """/etc/sspr/directory.conf; None leaves a key out."""
    keys = {"uri": LDAPI, "base": f"ou=people,{SUFFIX}", "ca_file": slapd.ca,
            "seconds": 2} | identity | changes
    path.write_text("[directory]\n" + "".join(
        f"{k} = {v}\n" for k, v in keys.items() if v is not None))
    path.chmod(0o644)
    CREDENTIAL.write_text(SERVICE_PASSWORD, encoding="utf-8")
    os.chmod(CREDENTIAL, 0o400)
