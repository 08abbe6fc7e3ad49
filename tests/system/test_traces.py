# SPDX-License-Identifier: MIT
"""R-PRIV-7: no process of the daemon looks below home directories, /tmp or
what XDG names, whatever it does: strace of all of them."""

import re

import pytest

import daemon as daemons
from conftest import FAST, merged
from conversation import at_code_prompt
from dialogue import CODE, forgot, set_password, ssh_works
from gateways import Mail
from postbox import add_address, wait_to

GOOD = "Turnip-violin-52"
TRACE = daemons.Path("/var/log/trace")
TRACED = "/usr/local/sbin/traced"

# A tracer beside the daemon, which stays the child of whoever started it.
WRAPPER = f"""#!/bin/sh
exec strace -D -f -y -qq -s 4096 -o {TRACE} -e trace=%file,connect,bind \
    {daemons.PROGRAM} "$@"
"""

# /tmp itself is named, and not looked into, to leave it to commands.
FORBIDDEN = re.compile(
    r"/+(home|root)(/|$)|/+(tmp|var/tmp|run/user)/"
    r"|.*/\.(config|cache|local)(/|$)")
# Whose home is encrypted by ecryptfs: sspr-resetd(8).
ALLOWED = re.compile(r"/home/\.ecryptfs(/|$)")


@pytest.fixture(scope="module")
def mail():
    """A mail server."""
    with Mail() as server:
        yield server


@pytest.fixture
def traced(mail, monkeypatch, tmp_path_factory):
    """A daemon, traced, none of whose own files are in /tmp."""
    daemons.Path(TRACED).write_text(WRAPPER)
    daemons.Path(TRACED).chmod(0o755)
    monkeypatch.setattr(daemons, "PROGRAM", TRACED)
    where = daemons.Path("/var/log/traced")
    where.mkdir()
    d = daemons.Daemon(where, merged(FAST, {
        "enrol": {"cooling_off_h": 0}, "email": {"command": mail.command},
        "reset": {"methods": "app email"}}))
    yield d.start()
    if d.process is not None:
        d.stop()


def paths(lines):
    """(line, path) of each path in a trace: given, or of a descriptor."""
    for line in lines:
        call = line.split(" = ")[0]
        for path in re.findall(r'"((?:[^"\\]|\\.)*)"|<(/[^>]*)>', call):
            name = path[0] or path[1]
            yield line, name if name.startswith("/") else "/" + name


def test_r_priv_7_nothing_below_homes_tmp_and_xdg(traced, mail, new_account,
                                                  sshd):
    """Start, enrolment, messages with codes and notices, a reset over ssh
    with all the worker looks at, a reload, the end."""
    p = new_account().enrol()
    p.mail = f"{p.name}@example.org"
    add_address(p, "email", p.mail, mail)
    n = len(wait_to(mail, p.mail, 1))
    t = forgot(p.name)
    t.types(p.phone.fresh(), at=CODE)
    set_password(t, GOOD)
    t.close()
    assert ssh_works(p.name, GOOD)
    wait_to(mail, p.mail, n + 1)
    at_code_prompt("nobody-by-this-name").close()
    traced.reload()
    traced.stop()
    seen = list(paths(TRACE.read_text(errors="replace").splitlines()))
    # It has seen what it must: each role's start, PAM, NSS, the courier.
    for needed in ("/etc/shadow", "/etc/passwd", "/var/lib/sspr/sspr.db",
                   "/etc/pam.d/sspr-reset", "/etc/nsswitch.conf",
                   "/usr/libexec/sspr/mail-sendmail", "/proc/self/exe"):
        assert any(path == needed for _, path in seen), needed
    bad = [line for line, path in seen
           if FORBIDDEN.match(path) and not ALLOWED.match(path)]
    assert not bad, "\n".join(bad[:20])
