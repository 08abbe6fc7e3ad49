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


@pytest.mark.parametrize("role", ["front", "vault", "names", "worker"])
def test_a_role_called_by_hand_does_nothing(role):
    """Without its descriptors it ends at once, and says nothing of a
    success: that is one rare status of a worker."""
    done = subprocess.run([PROGRAM, "-x", role], capture_output=True,
                          check=False, timeout=20,
                          stdin=subprocess.DEVNULL)
    assert done.returncode in (0, 1)


class Activated:
    """sspr-resetd with the listening socket as descriptor 3, as systemd
    hands it over."""

    def __init__(self, conf):
        Path(SOCKET).unlink(missing_ok=True)
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.sock.bind(SOCKET)
        os.chmod(SOCKET, 0o666)
        self.sock.listen(64)
        self.process = subprocess.Popen(
            ["bash", "-c", 'exec 3<&"$0"; export LISTEN_PID=$$'
             ' LISTEN_FDS=1 LISTEN_FDNAMES=sspr; exec "$@"',
             str(self.sock.fileno()), PROGRAM, "-c", str(conf)],
            pass_fds=[self.sock.fileno()], stderr=subprocess.PIPE)

    def close(self):
        """End it; the socket stays systemd's."""
        self.process.terminate()
        status = self.process.wait(20)
        self.process.stderr.close()
        self.sock.close()
        return status


def test_socket_activation(own_daemon):
    """The handed socket is served, not bound anew, and outlives it."""
    own_daemon.stop()
    own_daemon.configure(own_daemon.first_conf)
    with_systemd = Activated(own_daemon.conf)
    inode = os.stat(SOCKET).st_ino
    at_code_prompt("alice").close()
    assert os.stat(SOCKET).st_ino == inode
    assert with_systemd.close() == 0
    assert os.stat(SOCKET).st_ino == inode
    Path(SOCKET).unlink()


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


def test_clients_waiting_while_it_is_away(own_daemon):
    """A socket file nobody listens to: refused at once, no hang."""
    own_daemon.stop()
    if Path(SOCKET).exists():
        with pytest.raises(ConnectionRefusedError):
            Client()
    wait_for(lambda: True, "nothing")
