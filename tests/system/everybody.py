# SPDX-License-Identifier: MIT
"""One account of each kind that a stranger must not tell from another.

All but root have names of seven bytes.  Whoever can be is enrolled first, with
an app, recovery codes and an address, so that there is something to tell."""

import re
import subprocess

import atrest
from postbox import add_address

UNKNOWN = "nobody9"
DENIED = "denied"  # the kind that sshd itself is told to refuse
SUSPENDED = "suspended"  # somebody edited what is stored of it
METHODS = "app backup sms landline email helpdesk-pass"

# What is done to an account that was enrolled as an ordinary one.
MADE = {
    "enrolled": None,
    "locked": "passwd -q -l {name}",
    "expired": "chage -E 2020-01-01 {name}",
    "key_only": "usermod -p * {name}",
    "no_password": "usermod -p ! {name}",
    "second_root": "usermod -o -u 0 {name}",
    "administrator": "usermod -aG sudo {name}",
    DENIED: None,
    SUSPENDED: None,
}


def conf_of(box):
    """What sspr.conf needs; the codes of everybody go to this postbox."""
    return {"reset": {"methods": METHODS, "sms_alone": "yes"},
            "enrol": {"cooling_off_h": 0},
            "email": {"command": box.command, "source_hour": 1000},
            "sms": {"command": box.command, "countries": "+49"},
            "landline": {"command": box.command}}


class Everybody:
    """names: kind to name."""

    def __init__(self, daemon, new_account, box):
        """The daemon runs, and afterwards again."""
        self.people = {"not_enrolled": new_account()}
        for kind in MADE:
            self.people[kind] = enrolled(new_account(), box)
        for kind, command in MADE.items():
            if command is not None:
                name = self.people[kind].name
                subprocess.run(command.format(name=name).split(), check=True)
        daemon.stop()
        atrest.edit(("UPDATE account SET reset_at = reset_at + 1"
                     " WHERE key = ?",
                     (atrest.key_of(self.people[SUSPENDED]),)))
        daemon.start()
        self.names = {kind: p.name for kind, p in self.people.items()}
        self.names |= {"root": "root", "unknown": UNKNOWN}

    def wrong(self):
        """A code of the right form that is nobody's for some minutes."""
        near = {p.phone.code(offset) for p in self.people.values()
                if p.phone is not None for offset in range(-4, 30)}
        return next(c for c in map("{:06d}".format, range(1000000))
                    if c not in near)


def enrolled(person, box):
    """With all that can be asked for at the first prompt."""
    person.enrol()
    person.enrol_sheet()
    return add_address(person, "email", f"{person.name}@example.org", box)


def nameless(text, name):
    """What is left once that is taken out which may differ: the name as it
    was typed, the reference, a time of day."""
    text = text.replace(name, "NAME")
    text = re.sub(r"Reference [0-9A-Z]{4}\b", "Reference REF", text)
    return re.sub(r"\b\d\d:\d\d\b", "TIME", text)
