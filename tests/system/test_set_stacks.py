# SPDX-License-Identifier: MIT
"""The stack that sets the password: one that cannot be trusted is not run, and
one that lies is not believed.  R-SET-1, R-SET-5, DESIGN section 6."""

import os
import shutil
from contextlib import contextmanager

import pytest

import shadow
from attempt import (GOOD, Attempt, another, changes, is_done, is_refused,
                     log_size, no_workers)
from etc import STACK, edit, kept, script, stack

SETUP, NOT_CHANGED, UNCERTAIN, WEAK, PARTLY = 52, 24, 25, 27, 47
WEAK_ONE = "chrysanthemum"  # of the dictionary

ASKS = "password requisite pam_pwquality.so retry=1 minlen=12 {}\n"
STRICT, LAX = ASKS.format("enforce_for_root"), ASKS.format("")
SETS = "password required pam_unix.so use_authtok yescrypt\n"


def line(text):
    """One more line of the stack."""
    return lambda: edit(STACK, lambda old: old + text + "\n")


def missing():
    """No file: libpam would run `other'."""
    STACK.unlink()


def link():
    """To what is all right in itself."""
    other = STACK.with_name("sspr-reset.real")
    shutil.copy2(STACK, other)
    STACK.unlink()
    STACK.symlink_to(other)


def directory():
    """A folder of this name."""
    STACK.unlink()
    STACK.mkdir()


def pipe():
    """Nobody waits for its other end."""
    STACK.unlink()
    os.mkfifo(STACK, 0o644)


# What is wrong with the stack, and what the log must name.
BAD = {
    "missing": (missing, STACK),
    "empty": (lambda: edit(STACK, lambda _: ""), STACK),
    "only_remarks": (lambda: edit(STACK, lambda _: "# none\n"), STACK),
    "group_writable": (lambda: STACK.chmod(0o664), STACK),
    "world_writable": (lambda: STACK.chmod(0o646), STACK),
    "of_another": (lambda: os.chown(STACK, 1, 0), STACK),
    "of_a_group": (lambda: os.chown(STACK, 0, 1), STACK),
    "link": (link, STACK),
    "directory": (directory, STACK),
    "pipe": (pipe, STACK),
    "no_password_phase": (
        lambda: edit(STACK, lambda _: "auth required pam_deny.so\n"), STACK),
    "no_control": (line("password"), STACK),
    "no_module": (line("password required"), STACK),
    "garbage": (line("what is this"), STACK),
    "unknown_control": (line("password perhaps pam_permit.so"), STACK),
    "open_bracket": (line("password [success=1 pam_permit.so"), STACK),
    "module_missing": (line("password optional pam_gone.so"), "pam_gone.so"),
    "module_missing_elsewhere": (
        line("password optional /opt/lib/pam_gone.so"), "/opt/lib/pam_gone"),
    "include_missing": (line("@include gone-common"), "gone-common"),
    "include_missing_of_pam": (
        line("password include gone-common"), "gone-common"),
    "substack_missing": (line("password substack gone-common"),
                         "gone-common"),
}


@contextmanager
def spoilt(spoil):
    """The stack as somebody left it."""
    try:
        with kept(STACK):
            spoil()
            yield
    finally:
        STACK.with_name("sspr-reset.real").unlink(missing_ok=True)


def refused_before_the_code(daemon, holder, names):
    """With the number, a line that names what is wrong, no change, no intent,
    and nothing lost."""
    since, before = log_size(), shadow.SHADOW.read_bytes()
    said = len(daemon.log())
    a = Attempt(holder, holder.sheet[0])
    no_workers(daemon)
    assert is_refused(a, SETUP), a
    assert a.result == SETUP and not a.accepted, a
    assert shadow.SHADOW.read_bytes() == before
    assert not changes(since, holder)
    assert getattr(names, "name", names) in daemon.log()[said:]


@pytest.mark.parametrize("how", BAD)
def test_r_set_1_refused_before_a_code_is_spent(how, daemon, holder):
    """Repaired, the same code is good, and the daemon was not started
    anew."""
    spoil, names = BAD[how]
    parent = daemon.process.pid
    with spoilt(spoil):
        refused_before_the_code(daemon, holder, names)
    assert is_done(Attempt(holder, holder.sheet[0]))
    assert daemon.process.pid == parent


def test_r_set_1_a_directory_that_others_write_to(daemon, holder):
    """/etc/pam.d itself."""
    STACK.parent.chmod(0o775)
    try:
        refused_before_the_code(daemon, holder, STACK.parent)
    finally:
        STACK.parent.chmod(0o755)
    assert is_done(Attempt(holder, holder.sheet[0]))


def include_of(spoil):
    """A stack whose one included file is not as it should be."""
    common = STACK.with_name("sspr-common")

    @contextmanager
    def made():
        common.write_text("password optional pam_permit.so\n")
        common.chmod(0o644)
        with kept(STACK):
            line("@include sspr-common")()
            spoil(common)
            yield common
        common.unlink()
    return made()


@pytest.mark.parametrize("spoil", [
    lambda f: f.chmod(0o666), lambda f: os.chown(f, 1, 1),
    lambda f: f.write_text("password optional pam_gone.so\n"),
    lambda f: f.write_text("@include sspr-common\n"),
], ids=["writable", "of_another", "module_missing", "of_itself"])
def test_r_set_1_what_is_included_counts(spoil, daemon, holder):
    """As if it were in the file."""
    with include_of(spoil):
        refused_before_the_code(daemon, holder, "")


@pytest.mark.parametrize("text", [
    "-password optional pam_gone.so",
    "-password optional /opt/lib/pam_gone.so",
    "password optional pam_permit.so",
    "password optional \\\n  pam_permit.so  # a remark",
    "PASSWORD Optional pam_permit.so",
    "password [default=ignore] pam_exec.so [quiet] /bin/true [a b]",
    "",
], ids=["dash", "dash_elsewhere", "plain", "continued", "capitals",
        "brackets", "blank"])
def test_what_pam_takes_is_taken(text, holder):
    """No stack is refused that libpam runs."""
    with spoilt(line(text)):
        assert is_done(Attempt(holder, holder.sheet[0]))


def test_an_include_that_is_there_is_taken(holder):
    """Debian's way to share."""
    with include_of(lambda common: None):
        assert is_done(Attempt(holder, holder.sheet[0]))


LIES = {
    "permits": "password required pam_permit.so\n",
    "asks_and_permits": STRICT + "password required pam_permit.so\n",
    "jumps_over_it": STRICT + "password [default=1] pam_permit.so\n"
                     + SETS + "password required pam_permit.so\n",
}


@pytest.mark.parametrize("how", LIES)
def test_r_set_5_success_without_a_change(how, daemon, holder):
    """Not changed: the person, the log and the file agree."""
    since, before = log_size(), shadow.SHADOW.read_bytes()
    with stack(LIES[how]):
        a = Attempt(holder, holder.sheet[0])
    assert a.accepted and a.result == NOT_CHANGED, a
    assert is_refused(a, NOT_CHANGED)
    assert changes(since, holder) == [["reset.failed"]]
    assert shadow.SHADOW.read_bytes() == before
    assert is_done(Attempt(holder, holder.sheet[1]))


def test_r_set_5_set_and_then_failed(daemon, holder):
    """One of the stack's stores has it: PARTLY, and the new one works.
    (pam_exec(8) does nothing when the stack is only asked.)"""
    since = log_size()
    with stack(STRICT + SETS + "password required pam_exec.so /bin/false\n"):
        a = Attempt(holder, holder.sheet[0])
    assert a.accepted and a.result == PARTLY, a
    assert f"(SSPR-{PARTLY})" in a.text
    assert a.works() == "new"
    assert changes(since, holder) == [["reset.done"]]


NO = {
    "denied_before": STRICT + "password requisite pam_deny.so\n" + SETS,
    "denied_after": STRICT + SETS + "password required pam_deny.so\n",
    "no_module": STRICT + "password required /etc/hostname\n" + SETS,
    "failed_before": STRICT + "password requisite pam_exec.so quiet"
                     " /bin/false\n"
                     + SETS,
}


@pytest.mark.parametrize("how", NO)
def test_r_set_5_failed_and_not_set(how, daemon, holder):
    """pam_deny(8) says no already when the stack is only asked."""
    since, before = log_size(), shadow.SHADOW.read_bytes()
    with stack(NO[how]):
        a = Attempt(holder, holder.sheet[0])
    assert a.accepted and is_refused(a, NOT_CHANGED), a
    assert changes(since, holder) == [["reset.failed"]]
    assert shadow.SHADOW.read_bytes() == before


def test_r_set_5_set_to_something_else(daemon, holder, stranger):
    """A module that sets another hash than that of the password: nobody says
    changed."""
    since = log_size()
    theirs = shadow.field(stranger.name)
    with script("/usr/local/sbin/other", f"""
exec sed -i 's|^{holder.name}:[^:]*|{holder.name}:{theirs}|' /etc/shadow
"""), stack(STRICT + "password required pam_exec.so /usr/local/sbin/other\n"):
        a = Attempt(holder, holder.sheet[0])
    assert a.accepted and a.result == UNCERTAIN, a
    assert shadow.field(holder.name) == theirs
    assert changes(since, holder) == [["reset.resolved"]]


@pytest.mark.parametrize("text", [
    LAX + SETS, LAX.replace("retry=1", "retry=3") + SETS,
    "@include common-password\n",
], ids=["one_try", "three_tries", "debians"])
def test_r_set_1_weak_without_enforce_for_root(text, daemon, holder):
    """What the stack only complains of is not set; a good one is."""
    before = shadow.SHADOW.read_bytes()
    with stack(text):
        a = Attempt(holder, holder.sheet[0], new=WEAK_ONE)
        assert a.accepted and a.result == WEAK, a
        assert is_refused(a, WEAK)
        assert shadow.SHADOW.read_bytes() == before
        b = Attempt(holder, holder.sheet[1]).keep()
        assert b.result == 0 and holder.password == GOOD, b


def crash(how):
    """A module that ends its process: pam_exec's child does it."""
    return script("/usr/local/sbin/crash", f"kill -{how} $PPID\nsleep 1\n")


CRASH = "password required pam_exec.so /usr/local/sbin/crash\n"


@pytest.mark.parametrize("how", ["SEGV", "ABRT", "KILL", "PIPE", "ALRM"])
def test_a_module_that_crashes_before_the_change(how, daemon, holder):
    """The person is told, the old password works, the daemon lives."""
    since, before = log_size(), shadow.SHADOW.read_bytes()
    with crash(how), stack(STRICT + CRASH + SETS):
        a = Attempt(holder, holder.sheet[0], new=another())
    no_workers(daemon)
    if a.result == 0:
        assert how in ("PIPE", "ALRM") and is_done(a)
        a.keep()
    else:
        assert is_refused(a, NOT_CHANGED), a
        assert changes(since, holder) == [["reset.failed"]]
        assert shadow.SHADOW.read_bytes() == before
    assert is_done(Attempt(holder, holder.sheet[1], new=another()))


@pytest.mark.parametrize("how", ["SEGV", "KILL"])
def test_a_module_that_crashes_after_the_change(how, daemon, holder):
    """Nobody saw how it ended: told to try both, and the new one works."""
    since = log_size()
    with crash(how), stack(STRICT + SETS + CRASH):
        a = Attempt(holder, holder.sheet[0])
    no_workers(daemon)
    assert a.result == UNCERTAIN and "try both" in a.text, a
    assert a.works() == "new"
    assert changes(since, holder) == [["reset.resolved"]]


def test_a_module_that_prints(daemon, holder):
    """Its words reach nobody."""
    with script("/usr/local/sbin/noise", """
yes changed | head -c 200000
exec 2>&1; echo changed >&2
"""), stack(STRICT + "password optional pam_exec.so /usr/local/sbin/noise\n"
            + SETS):
        a = Attempt(holder, holder.sheet[0])
    assert is_done(a), a
    assert "changed\nchanged" not in a.text + daemon.log()


def test_a_stack_that_changes_while_it_is_used(daemon, holder):
    """Spoilt between two typings of the password: it was the one that libpam
    has read, or nothing is changed."""
    with kept(STACK):
        a = Attempt(holder, holder.sheet[0],
                    meanwhile=lambda: STACK.chmod(0o666))
    assert is_done(a) or is_refused(a, SETUP), a
