# SPDX-License-Identifier: MIT
"""Lines of /etc/shadow that pam_unix would drop or harm, and an /etc that
cannot be written.  R-SET-3, R-SET-5, R-DUR-3."""

import os
import shutil
import subprocess
from contextlib import contextmanager

import pytest

from attempt import (Attempt, changes, is_done, is_refused, log_size,
                     no_workers)
from etc import SHADOW, edit, kept, mounted

SHADOW_FAULT, NOT_CHANGED, SETUP = 48, 24, 52
SOMEBODY = "bob"  # of tests/lab/provision


def at_the_end(text):
    """A line more."""
    return lambda old: old + text + "\n"


def in_the_middle(text):
    """A line before somebody's."""
    return lambda old: old.replace(f"\n{SOMEBODY}:",
                                   f"\n{text}\n{SOMEBODY}:")


def of_somebody(change):
    """The line of somebody who has nothing to do with it."""
    def rewrite(old):
        lines = old.splitlines()
        return "".join((change(s) if s.startswith(SOMEBODY + ":") else s)
                       + "\n" for s in lines)
    return rewrite


def fields(count):
    """Only so many of them."""
    return of_somebody(lambda s: ":".join(s.split(":")[:count]))


def field(number, text):
    """Another text in one of them."""
    def change(s):
        found = s.split(":")
        found[number] = text
        return ":".join(found)
    return of_somebody(change)


# What somebody's editor has made of the file.
FAULTS = {
    "remark": at_the_end("# do not touch"),
    "remark_in_the_middle": in_the_middle("# do not touch"),
    "garbage": at_the_end("what is this"),
    "garbage_first": lambda old: "what is this\n" + old,
    "colons_only": at_the_end("::::::::"),
    "empty_line": in_the_middle(""),
    "empty_line_at_the_end": at_the_end(""),
    "two_fields": fields(2),
    "five_fields": fields(5),
    "eight_fields": fields(8),
    "ten_fields": of_somebody(lambda s: s + ":"),
    "twice": lambda old: old + next(
        s for s in old.splitlines(keepends=True)
        if s.startswith(SOMEBODY + ":")),
    "too_long": at_the_end("x" * 5000),
    "a_name_too_long": at_the_end("x" * 5000 + ":*:19000:0:99999:7:::"),
    "a_hash_too_long": field(1, "$6$" + "x" * 3000),
    "blank_before": of_somebody(lambda s: "  " + s),
    "no_number": field(2, "today"),
    "a_number_and_more": field(2, "19000x"),
    "a_negative_number": field(4, "-7"),
    "a_number_too_large": field(4, "9" * 30),
    "leading_zero": field(3, "007"),
    "nul": of_somebody(lambda s: s[:2] + "\0" + s[2:]),
}
# What is no fault: glibc writes it as it was.
FINE = {
    "locked": field(1, "!"),
    "no_hash": field(1, ""),
    "empty_numbers": field(4, ""),
    "a_reserved_field": field(8, "7"),
}


@pytest.mark.parametrize("how", FAULTS)
def test_lines_that_would_be_lost(how, daemon, holder):
    """Refused before a code is spent, and not a byte is changed; repaired,
    the same code is good."""
    since, said = log_size(), len(daemon.log())
    with kept(SHADOW):
        edit(SHADOW, FAULTS[how])
        before = SHADOW.read_bytes()
        a = Attempt(holder, holder.sheet[0])
        no_workers(daemon)
        assert SHADOW.read_bytes() == before
        assert a.result == SHADOW_FAULT and not a.accepted, a
        assert is_refused(a, SHADOW_FAULT)
        assert "/etc/shadow" in daemon.log()[said:]
    assert not changes(since, holder)
    assert is_done(Attempt(holder, holder.sheet[0]))


@pytest.mark.parametrize("how", FINE)
def test_lines_that_are_no_fault(how, holder):
    """Changed, and all others are as they were."""
    with kept(SHADOW):
        edit(SHADOW, FINE[how])
        before = SHADOW.read_text().splitlines()
        a = Attempt(holder, holder.sheet[0])
        assert a.result == 0, a
        after = SHADOW.read_text().splitlines()
        others = [s for s in before if not s.startswith(holder.name + ":")]
        assert [s for s in after
                if not s.startswith(holder.name + ":")] == others


# What glibc may take, and write in its own way.
ODD = {
    "no_newline": lambda old: old.rstrip("\n"),
    "nis": at_the_end("+::::::::"),
    "nis_group": at_the_end("+@people::::::::"),
    "nis_not": at_the_end("-erin::::::::"),
    "blank_after": of_somebody(lambda s: s + " "),
    "carriage_return": of_somebody(lambda s: s + "\r"),
    "tab": of_somebody(lambda s: s.replace(":0:", ":\t0:")),
    "plus": field(2, "+19000"),
    "blank_in_a_number": field(2, " 19000"),
    "minus_1": field(5, "-1"),
    "minus_0": field(6, "-0"),
    "32_bits": field(4, "4294967295"),
    "31_bits": field(4, "2147483648"),
    "latin": at_the_end("j\u00fcrgen:*:19000:0:99999:7:::"),
    "reserved": field(8, "0"),
    "a_control": of_somebody(lambda s: s.replace(":", "\x1b:", 1)),
    "long_but_whole": at_the_end("x" * 900 + ":*:19000:0:99999:7:::"),
}


@pytest.mark.parametrize("how", ODD)
def test_r_set_5_no_line_is_written_in_another_way(how, holder):
    """Refused before the code, or changed and every other line the same to
    the byte."""
    with kept(SHADOW):
        edit(SHADOW, ODD[how])
        before = SHADOW.read_bytes()
        a = Attempt(holder, holder.sheet[0])
        others = [[s for s in text.split(b"\n")
                   if s and not s.startswith(holder.name.encode() + b":")]
                  for text in (before, SHADOW.read_bytes())]
        assert others[0] == others[1], a
        if a.result != 0:
            assert a.result == SHADOW_FAULT and not a.accepted, a
            assert SHADOW.read_bytes() == before
        assert a.works() == ("old" if a.result else "new")


@contextmanager
def small_etc(tmp_path, left):
    """/etc on a file system with so many kilobytes left."""
    place = tmp_path / "etc"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m,mode=0755",
                    "etc", place], check=True)
    try:
        subprocess.run(["cp", "-a", "/etc/.", place], check=True)
        with mounted("--bind", place):
            fill(place / "ballast", left)
            yield
    finally:
        subprocess.run(["umount", place], check=True)


def fill(path, left):
    """Take all that is there but so many kilobytes."""
    free = shutil.disk_usage(path.parent).free - left * 1024
    with path.open("wb") as f:
        os.posix_fallocate(f.fileno(), 0, free)


@pytest.mark.parametrize("left", [0, 4, 8])
def test_r_dur_3_etc_is_full(left, daemon, holder, tmp_path):
    """Not changed, and said so, with every byte as it was; or changed where
    there was room."""
    since = log_size()
    with small_etc(tmp_path, left):
        before = SHADOW.read_bytes()
        a = Attempt(holder, holder.sheet[0])
        if a.result == 0:
            assert left > 0 and a.works() == "new"
        else:
            assert a.result == NOT_CHANGED and is_refused(a, NOT_CHANGED), a
            assert SHADOW.read_bytes() == before
    no_workers(daemon)
    assert changes(since, holder) == [["reset.done" if a.result == 0
                                       else "reset.failed"]]
    assert is_done(Attempt(holder, holder.sheet[1]))


def test_r_dur_3_etc_is_read_only(daemon, holder):
    """As after an error of the disk."""
    before = SHADOW.read_bytes()
    with mounted("--bind", "/etc"):
        subprocess.run(["mount", "-o", "remount,bind,ro", "/etc"], check=True)
        a = Attempt(holder, holder.sheet[0])
        assert a.result not in (0, None), a
        assert is_refused(a, a.result)
    assert SHADOW.read_bytes() == before
    assert a.result == SETUP and not a.accepted, a
    no_workers(daemon)
    assert is_done(Attempt(holder, holder.sheet[0]))
