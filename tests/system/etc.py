# SPDX-License-Identifier: MIT
"""Files of /etc as somebody else leaves them, for a while."""

import os
import shutil
import stat
import subprocess
from contextlib import contextmanager
from pathlib import Path

PASSWD, SHADOW = Path("/etc/passwd"), Path("/etc/shadow")
STACK = Path("/etc/pam.d/sspr-reset")


@contextmanager
def kept(*paths):
    """Files that are afterwards what they were, whatever is done to them."""
    was = {p: (p.read_bytes(), p.stat()) for p in paths}
    try:
        yield
    finally:
        for path, (text, st) in was.items():
            if path.is_symlink() or not path.is_dir():
                path.unlink(missing_ok=True)
            else:
                shutil.rmtree(path)
            put(path, text, st)


def put(path, text, st):
    """A file at once in place, with an owner and a mode."""
    new = path.with_name(path.name + ".put")
    new.write_bytes(text)
    os.chown(new, st.st_uid, st.st_gid)
    new.chmod(stat.S_IMODE(st.st_mode))
    new.rename(path)


def edit(path, change):
    """Rewrite a file by a function of its text."""
    put(path, change(path.read_text()).encode(), path.stat())


@contextmanager
def stack(text):
    """Another stack for the change."""
    with kept(STACK):
        edit(STACK, lambda _: text)
        yield


@contextmanager
def script(path, text):
    """A program for pam_exec(8)."""
    path = Path(path)
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    try:
        yield path
    finally:
        path.unlink()


@contextmanager
def mounted(*words):
    """A mount on /etc."""
    subprocess.run(["mount", *words, "/etc"], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "/etc"], check=True)
