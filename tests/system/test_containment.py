# SPDX-License-Identifier: MIT
"""R-PRIV-1, R-PRIV-3, R-PRIV-6: what each role cannot do, tried from inside
by contain.c, which is confined by the daemon's own code and inherits what the
daemon's roles inherit; and that the running daemon has all of it."""

import errno
import json
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from conversation import at_code_prompt, handed
from daemon import status_of, wait_for

CONTAIN = "/usr/local/bin/contain"
ROLES = ("parent", "front", "desk", "vault", "names", "courier", "worker")
HOME = Path("/home/alice")

REFUSED = {errno.EPERM, errno.EACCES, errno.ENOSYS}
ROOT = {"parent", "worker"}
STRANGERS = {"names", "courier", "worker"}  # run code of others
OWN = {"parent"} | STRANGERS                # may open what is open to all
PROGRAMS = {"parent", "courier", "worker"}

GIVEN = {  # who may, by the table; nobody else, and nothing else
    "read_shadow": ROOT,
    "read_key": ROOT,
    "read_conf": ROOT,
    "read_audit": ROOT,
    "read_memory": ROOT,   # its own
    "list_root": ROOT,
    "list_home": ROOT,
    "read_home": ROOT,
    "write_home": ROOT,    # this one's mode lets everybody
    "write_root": ROOT,
    "write_etc": ROOT,
    "write_log": ROOT,
    "write_tmp": ROOT | {"courier"},
    "write_state": {"vault"},
    "write_courier": {"courier"},
    "read_database": {"vault"},
    "read_questions": OWN | {"vault"},
    "read_passwd": OWN,
    "read_library": OWN,
    "chown": ROOT,
    "fork": PROGRAMS,
    "execute": PROGRAMS,
    "thread": OWN | {"vault"},
    "map_code": OWN,
    "map_own_code": {"parent", "courier"},
    "make_code": {"parent", "courier"},
    "dumpable": {"parent"},
    "signal_parent": ROOT,
    "signal_init": ROOT,
    "become_root": ROOT,   # they are
    "become_other": {"parent"},
    "socket_unix": OWN,
    "socket_inet": OWN,
    "socket_inet6": OWN,
    "socket_netlink": OWN,
    "socket_vsock": {"parent"},
    "socket_alg": {"parent"},
    "bind": OWN,
    "listen": {"parent", "courier"},
    "connect": OWN,
    "connect_desk": ROOT,
}

# What this kernel, or any in a chroot, refuses root as well.
BEYOND = {"unshare_user", "module", "userfaultfd", "perf", "io_uring", "swap"}


@pytest.fixture(scope="module")
def lab():
    """Files to try; the program, out of /build: the root lies below that, or
    below /src, so that who may read these may read all."""
    shutil.copy("/build/contain", CONTAIN)
    for path in ("/etc/sspr/questions", "/usr/share/contain", "/tmp/plain",
                 HOME / "open"):
        Path(path).write_text("")
        Path(path).chmod(0o644)
    HOME.chmod(0o777)


def started(*argv):
    """contain, run to its end."""
    return subprocess.run(
        ["unshare", "--mount", "--uts", "sh", "-c",
         'umount -l /build /src; exec "$@"', "sh", CONTAIN, *argv], text=True,
        capture_output=True, check=False, timeout=120)


def tried(*argv):
    """{what it tried: errno}"""
    done = started(*argv)
    assert done.returncode == 0, (done.returncode, done.stderr)
    said = [json.loads(s) for s in done.stderr.splitlines() if s[0] == "{"]
    found = {s["try"]: s["errno"] for s in said}
    assert len(found) == len(said) and set(GIVEN) < set(found)
    return found


@pytest.fixture(scope="module")
def unconfined(lab):
    """What root can that nobody confines."""
    return tried("nobody")


def test_all_that_is_tried_can_be_done(unconfined, daemon):
    """A try that fails everywhere proves nothing."""
    assert {t for t, e in unconfined.items() if e in REFUSED} <= BEYOND


@pytest.mark.parametrize("role", ROLES)
def test_r_priv_1_a_role_can_what_it_is_given(role, unconfined, person,
                                              daemon):
    """And everything else is refused: no files of others, no shell, no
    socket, no look into another process, nothing of the kernel's."""
    done = tried(role)
    assert set(done) == set(unconfined)
    wrong = {t: errno.errorcode.get(e, "done") for t, e in done.items()
             if (e in REFUSED) == (role in GIVEN.get(t, ()))}
    assert not wrong, role


@pytest.mark.parametrize("role", ROLES[1:])
def test_r_priv_3_the_calls_of_another_machine_end_a_role(role, lab, daemon):
    """int 0x80 and x32: their numbers mean something else."""
    done = started(role, "foreign")
    assert done.returncode == 128 + signal.SIGSYS, done.stderr
    assert "{" not in done.stderr


def test_r_priv_3_each_role_of_the_daemon_has_its_filter(person, daemon):
    """Parent's, which all inherit, and one of its own; it runs without
    systemd here."""
    with at_code_prompt(person.name) as c:
        worker = handed(c, person.phone.fresh())
        worker.until("ask")
        pid, = daemon.workers()
        for role, pid in (daemon.pids() | {"worker": pid}).items():
            status = status_of(pid)
            assert status["Seccomp"] == "2", role
            assert int(status["Seccomp_filters"]) == 1 + (role != "parent")
        worker.close()
    wait_for(lambda: not daemon.workers(), "end of the worker")
