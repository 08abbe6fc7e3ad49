# SPDX-License-Identifier: MIT
"""The database of a stopped daemon, as whoever has the disk edits it; and the
names of its rows, which the key alone makes."""

import hashlib
import shutil
import sqlite3
import struct
from contextlib import closing
from pathlib import Path

from daemon import STATE

MASTER = Path("/etc/sspr/master.key")
INDEX = 2  # enum seal_use


def subkey(number):
    """crypto_kdf_derive_from_key of the master key."""
    return hashlib.blake2b(
        key=bytes.fromhex(MASTER.read_text()), digest_size=32, person=b"sspr-key",
        salt=struct.pack("<QQ", number, 0)).digest()


def key_of(person, backend=b"files"):
    """The key of an account's rows (R-KEY-3: nothing searchable but these)."""
    text = struct.pack(">Q", person.uid) + backend
    return hashlib.blake2b(text, key=subkey(INDEX),
                           digest_size=32).digest()[:16]


def edit(*steps, old=None):
    """Run (SQL, values) on the database of a stopped daemon; `old' is a copy
    whose tables are called was.x."""
    with closing(sqlite3.connect(STATE)) as db:
        if old is not None:
            db.execute("ATTACH ? AS was", (str(old),))
        for sql, values in steps:
            changed = db.execute(sql, values).rowcount
            assert changed > 0, (sql, "changed nothing")
        db.commit()


def rows(sql, values=()):
    """What a SELECT finds in the database of a stopped daemon."""
    with closing(sqlite3.connect(STATE)) as db:
        return db.execute(sql, values).fetchall()


def copy(to):
    """A copy, all in one file."""
    with closing(sqlite3.connect(STATE)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Path(shutil.copy(STATE, to))
