# SPDX-License-Identifier: MIT
"""How the daemon starts and ends: alone, by socket activation, with
sd_notify; units that systemd accepts.  R-AVL-3, R-PRIV-2."""

import os
import re
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from conversation import at_code_prompt
from daemon import PROGRAM, STATE, alive, children, wait_for
from protocol import SOCKET, Client

DESK = "/run/sspr/admin.sock"
UNITS = Path("/usr/lib/systemd/system")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_status_0(number, daemon):
    """No role is left, and the next start finds nothing in its way."""
    at_code_prompt("alice").close()
    assert daemon.end(number) == 0
    daemon.start()
    at_code_prompt("alice").close()


def test_kill_9_of_the_parent_takes_the_others_along(daemon):
    """Each role ends when its link closes; a start needs no repair."""
    daemon.end(signal.SIGKILL)
    daemon.start()
    at_code_prompt("alice").close()


def test_it_tells_systemd_that_it_stops(daemon, tmp_path):
    """READY=1 was proved by the start; MAINPID's own end is clean."""
    assert daemon.process.poll() is None
    assert daemon.stop() == 0


def test_a_second_daemon_does_not_disturb_the_first(daemon):
    """It ends with an error, the first goes on serving."""
    done = subprocess.run([PROGRAM, "-c", str(daemon.conf)], text=True,
                          capture_output=True, check=False, timeout=20)
    assert done.returncode != 0 and done.stderr
    at_code_prompt("alice").close()


def test_an_ordinary_user_cannot_run_it():
    """It says so and exits."""
    done = subprocess.run(["runuser", "-u", "alice", "--", PROGRAM],
                          capture_output=True, text=True, check=False,
                          timeout=20)
    assert done.returncode != 0 and done.stderr


@pytest.mark.parametrize("words", [["--nonsense"], ["extra"], ["-c"]],
                         ids=" ".join)
def test_usage_errors_exit_2(words):
    """With a line on standard error."""
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True,
                          check=False, timeout=20)
    assert done.returncode == 2 and done.stderr


@pytest.mark.parametrize("role", ["front", "desk", "vault", "names",
                                  "courier", "worker"])
def test_a_role_called_by_hand_does_nothing(role):
    """Without its descriptors it ends at once, and says nothing of a
    success: that is one rare status of a worker."""
    done = subprocess.run([PROGRAM, "-x", role], capture_output=True,
                          check=False, timeout=20,
                          stdin=subprocess.DEVNULL)
    assert done.returncode in (0, 1)


class Activated:
    """sspr-resetd with listening sockets from descriptor 3 on, as systemd
    hands them over: {name: path}."""

    def __init__(self, conf, sockets):
        self.socks = [self._listen(path) for path in sockets.values()]
        numbers = [str(s.fileno()) for s in self.socks]
        # Up out of the way first: a number may be one of those wanted.
        moves = "".join(f" {50 + n}<&{fd}" for n, fd in enumerate(numbers))
        moves += "".join(f" {3 + n}<&{50 + n}" for n in range(len(numbers)))
        self.process = subprocess.Popen(
            ["bash", "-c", f"exec{moves}; export LISTEN_PID=$$"
             f' LISTEN_FDS={len(numbers)} LISTEN_FDNAMES="$0"; exec "$@"',
             ":".join(sockets), PROGRAM, "-c", str(conf)],
            pass_fds=map(int, numbers), stderr=subprocess.PIPE)

    def _listen(self, path):
        Path(path).unlink(missing_ok=True)
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        sock.bind(path)
        os.chmod(path, 0o666)
        sock.listen(64)
        return sock

    def close(self):
        """End it; the sockets stay systemd's."""
        self.process.terminate()
        status = self.process.wait(20)
        self.process.stderr.close()
        for sock in self.socks:
            sock.close()
        return status


@pytest.mark.parametrize("sockets", [
    {"sspr": SOCKET}, {"sspr-admin": DESK},
    {"sspr": SOCKET, "sspr-admin": DESK},
    {"sspr-admin": DESK, "sspr": SOCKET}], ids=" ".join)
def test_socket_activation(own_daemon, sockets):
    """Handed sockets are served, not bound anew, and outlive it; those that
    are not handed over are made."""
    own_daemon.stop()
    own_daemon.configure(own_daemon.first_conf)
    with_systemd = Activated(own_daemon.conf, sockets)
    inodes = [os.stat(path).st_ino for path in sockets.values()]
    wait_for(lambda: accepts(SOCKET) and accepts(DESK), "both sockets")
    at_code_prompt("alice").close()
    assert [os.stat(path).st_ino for path in sockets.values()] == inodes
    assert with_systemd.close() == 0
    assert [os.stat(path).st_ino for path in sockets.values()] == inodes
    Path(SOCKET).unlink()
    Path(DESK).unlink()


def accepts(path):
    """Whether somebody listens there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
        try:
            s.connect(path)
        except OSError:
            return False
        return True


def test_a_socket_that_is_not_ours_is_refused(own_daemon):
    """A unit with a wrong FileDescriptorName: told, not guessed."""
    own_daemon.stop()
    with_systemd = Activated(own_daemon.conf, {"nonsense": SOCKET})
    assert with_systemd.process.wait(20) == 1
    assert b"not ours" in with_systemd.process.stderr.read()
    with_systemd.close()
    Path(SOCKET).unlink()


def test_r_ipc_4_the_desk_is_for_root_and_a_group(daemon):
    """Others cannot even connect."""
    as_other = ("import socket, sys; s = socket.socket(socket.AF_UNIX,"
                " socket.SOCK_SEQPACKET); s.connect(sys.argv[1])")

    def connects(path, *groups):
        return subprocess.run(
            ["setpriv", "--reuid=alice", "--regid=alice", *groups, "--",
             "python3", "-c", as_other, path], check=False,
            capture_output=True).returncode == 0

    assert daemon.process.poll() is None
    assert connects(SOCKET, "--clear-groups")
    assert not connects(DESK, "--clear-groups")
    assert connects(DESK, "--groups=sspr-admin")


def without(name, path):
    """The lines of a file but those of one user or group."""
    return "".join(line for line in Path(path).read_text().splitlines(True)
                   if not line.startswith(name + ":"))


@pytest.fixture
def missing():
    """missing(name, path): take a line out of a file until the end."""
    kept = {}

    def take(name, path):
        kept[path] = Path(path).read_text()
        Path(path).write_text(without(name, path))
    yield take
    for path, text in kept.items():
        Path(path).write_text(text)


@pytest.mark.parametrize("user", ["_sspr", "_sspr-vault", "_sspr-names",
                                  "_sspr-send"])
def test_without_a_user_it_says_what_to_do(own_daemon, missing, user):
    """And does not start."""
    own_daemon.stop()
    missing(user, "/etc/passwd")
    done = subprocess.run([PROGRAM, "-c", str(own_daemon.conf)], text=True,
                          capture_output=True, check=False, timeout=20)
    assert done.returncode == 1
    assert f"no user {user}: run systemd-sysusers" in done.stderr


def test_without_the_group_the_desk_is_roots(own_daemon, missing):
    """It starts, and says what to do."""
    own_daemon.stop()
    missing("sspr-admin", "/etc/group")
    own_daemon.start()
    assert "no group sspr-admin: run systemd-sysusers" in own_daemon.log()
    assert os.stat(DESK).st_gid == 0
    assert os.stat(DESK).st_mode & 0o777 == 0o660
    own_daemon.stop()


@pytest.mark.parametrize("role", ["names", "courier"])
def test_what_runs_foreign_code_is_started_again(daemon, role):
    """Its death ends nothing, however often; the daemon serves on."""
    parent = daemon.process.pid
    for _ in range(3):
        old = daemon.pids()[role]
        os.kill(old, signal.SIGKILL)
        wait_for(lambda: daemon.pids().get(role, old) != old,
                 f"another {role}")
    assert daemon.process.poll() is None and daemon.process.pid == parent
    assert f"{role} ended" in daemon.log()
    at_code_prompt("alice").close()


@pytest.mark.parametrize("role", ["front", "desk", "vault"])
def test_the_death_of_another_role_ends_the_daemon(own_daemon, role):
    """Loudly: systemd starts it again."""
    if own_daemon.process is None:
        own_daemon.start()
    pids = own_daemon.pids()
    os.kill(pids[role], signal.SIGKILL)
    assert own_daemon.process.wait(20) == 1
    own_daemon.process = None
    for pid in pids.values():
        wait_for(lambda p=pid: not alive(p), f"end of {pids}")


def test_roles_inherit_no_descriptor_of_the_caller(own_daemon, tmp_path):
    """What the caller of parent left open is closed in every role."""
    own_daemon.stop()
    with open(tmp_path / "left-open", "w") as f:
        own_daemon.start(pass_fds=[f.fileno()])
    for role, pid in own_daemon.pids().items():
        held = {os.readlink(f"/proc/{pid}/fd/{fd}")
                for fd in os.listdir(f"/proc/{pid}/fd")}
        assert role == "parent" or str(f.name) not in held, role


def test_roles_inherit_no_environment_of_the_caller(own_daemon):
    """Neither a library path nor a locale reaches PAM's modules."""
    own_daemon.stop()
    own_daemon.start()
    for role, pid in own_daemon.pids().items():
        if role != "parent":
            environ = Path(f"/proc/{pid}/environ").read_bytes()
            assert b"NOTIFY_SOCKET" not in environ, role


def test_it_leaves_nothing_behind(own_daemon):
    """After a stop: no process, no worker, no lock that bars a start."""
    own_daemon.stop()
    own_daemon.start()
    pid = own_daemon.process.pid
    family = children(pid)
    own_daemon.stop()
    assert not any(alive(p) for p in family)


def test_the_database_is_sound_after_kill_9(own_daemon, new_account):
    """R-DUR-3: SQLite's own check, ten kills in the middle of work."""
    own_daemon.stop()
    own_daemon.start()
    p = new_account().enrol()
    for n in range(10):
        clients = [at_code_prompt(p.name, f"203.0.113.{i}")
                   for i in range(5)]
        for c in clients:
            c.say("answer", text=p.phone.wrong())
        own_daemon.end(signal.SIGKILL)
        for c in clients:
            c.close()
        own_daemon.start()
    own_daemon.stop()
    out = subprocess.check_output(
        ["sqlite3", str(STATE), "pragma integrity_check"], text=True)
    assert out == "ok\n"


def test_units_are_good():
    """systemd-analyze verify says nothing at all."""
    units = sorted(str(u) for u in UNITS.glob("sspr*"))
    assert units
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], text=True,
        capture_output=True, check=False)
    ours = [s for s in done.stderr.splitlines() if "sspr" in s]
    assert done.returncode == 0 and not ours, done.stderr


def test_r_priv_2_exposure_of_the_service():
    """systemd-analyze security: as low as was reached."""
    unit = next(u for u in UNITS.glob("sspr*.service")
                if "--make-key" not in u.read_text())
    out = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager",
         str(unit)], text=True, capture_output=True, check=False).stdout
    score = float(re.search(r"Overall exposure level[^:]*: ([0-9.]+)",
                            out)[1])
    assert score <= 2.0


def test_units_start_it_as_systemd_would():
    """R-AVL-3: restarted always, after a second, without a limit."""
    text = "\n".join(u.read_text() for u in UNITS.glob("sspr*.service"))
    for line in ("Restart=always", "RestartSec=1", "StartLimitIntervalSec=0"):
        assert line in text
    for unit in UNITS.glob("sspr*.socket"):
        assert "TriggerLimitIntervalSec=0" in unit.read_text(), unit


def test_clients_waiting_while_it_is_away(own_daemon):
    """A socket file nobody listens to: refused at once, no hang."""
    own_daemon.stop()
    if Path(SOCKET).exists():
        with pytest.raises(ConnectionRefusedError):
            Client()
    wait_for(lambda: True, "nothing")
