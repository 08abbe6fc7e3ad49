# SPDX-License-Identifier: MIT
"""Fixtures of the whole-program tests.  They run as root inside
tests/lab/inroot, one file a root, after tests/lab/provision."""

import os
import pwd
import subprocess

import pytest

from daemon import Daemon
from dialogue import Sshd
from elsewhere import cabled
from everything import Everything
from phone import Phone
from protocol import Client

PASSWORD = "Old-pass-1234"  # as tests/lab/provision has it

FIRST_UID = 2000
LABEL = "Blue telephone"  # of everybody's app

# No waiting for its own sake, and no limits but those a test is about.
FAST = {
    "offer": {"offer_delay_ms": 0},
    "reset": {"answer_floor_ms": 0, "methods_required": 1},
    "limits": {
        "conversations_per_source": 1024,
        "changes_per_minute": 1000,
        "changes_per_hour": 1000,
        "checks_per_minute": 1000,
        "failures_per_day": 100,
        "source_failures": 1000,
        "source_accounts": 64,
        "alarm_failures": 1000000,
        "resets_per_day": 100,
        "resets_per_hour": 1000,
        "source_resets": 1000,
    },
}


def pytest_addoption(parser):
    """make torture has --long."""
    parser.addoption("--long", action="store_true",
                     help="as many turns as the product promises to survive")


@pytest.fixture(scope="session")
def turns(request):
    """How often: turns(for_make_check, for_make_torture)."""
    return lambda few, many: many if request.config.getoption(
        "long") else few


def merged(*layers):
    """Configurations laid over each other, key by key."""
    conf = {}
    for layer in layers:
        for section, keys in layer.items():
            conf[section] = conf.get(section, {}) | keys
    return conf


@pytest.fixture(scope="module")
def own_daemon(request, tmp_path_factory):
    """The file's daemon; CONF in the file changes keys of FAST."""
    conf = merged(FAST, getattr(request.module, "CONF", {}))
    d = Daemon(tmp_path_factory.mktemp("resetd"), conf)
    d.first_conf = conf
    yield d
    if d.process is not None:
        d.stop()


@pytest.fixture
def daemon(own_daemon):
    """The file's daemon, running, with the file's configuration."""
    if own_daemon.process is not None:
        if own_daemon.process.poll() is not None:
            own_daemon.process = None
    if own_daemon.process is None:
        own_daemon.configure(own_daemon.first_conf)
        own_daemon.start()
    return own_daemon


@pytest.fixture(scope="module")
def sshd(tmp_path_factory):
    """A real sshd on a loopback port."""
    server = Sshd(tmp_path_factory.mktemp("sshd"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def open_sshd(tmp_path_factory):
    """A real sshd on every address there is, of both families."""
    servers = [Sshd(tmp_path_factory.mktemp("sshd"), ListenAddress=a)
               for a in ("0.0.0.0", "::")]
    yield servers[0]
    for server in servers:
        server.stop()


@pytest.fixture(scope="module")
def elsewhere():
    """The pid of a process on another host."""
    with cabled() as other:
        yield other.pid
        other.kill()


@pytest.fixture(scope="module")
def site(own_daemon, new_account):
    """The gateways of every method; the file's daemon sends by them."""
    everything = Everything(new_account)
    own_daemon.first_conf = merged(own_daemon.first_conf, everything.conf)
    yield everything
    everything.stop()


class Person:
    """An account, what its owner knows, and the owner's phone."""

    def __init__(self, name, password=PASSWORD):
        self.name = name
        self.password = password
        self.uid = pwd.getpwnam(name).pw_uid
        self.phone = None
        self.sheet = []

    def enrol(self, proof=""):
        """As sspr-enroll would, without its screen."""
        with Client(uid=self.uid) as c:
            m = self.begin(c, "ADD", "qr", "app", proof)
            self.phone = Phone(m.secret)
            c.until("ask")
            m = c.answer(self.phone.fresh())
            assert (m.name, m.result) == ("end", 0), vars(m)
        return self

    def enrol_sheet(self, proof=""):
        """Recovery codes; they are in self.sheet, in their order."""
        with Client(uid=self.uid) as c:
            self.sheet = [self.begin(c, "ADD", "code", "backup", proof).code]
            while len(self.sheet) < 10:
                self.sheet.append(c.until("code").code)
            c.until("ask")
            m = c.answer("yes")
            assert (m.name, m.result) == ("end", 0), vars(m)
        return self

    def begin(self, c, verb, first, method="", proof="", **hello):
        """Up to the message called first: with the password, and with a
        code of an older method or without."""
        c.hello(verb, method=method, label=LABEL, **hello)
        self.prove(c)
        m = c.until(first, "ask", "end")
        if m.name == "ask" and first != "ask":
            c.say("answer", text=proof)
            m = c.until(first, "ask", "end")
        assert m.name == first, vars(m)
        return m

    def prove(self, c):
        """The current password, to the worker."""
        c.until("hand")
        worker = c.worker()
        worker.until("ask")
        m = worker.answer(self.password)
        assert (m.name, m.result) == ("end", 0), vars(m)
        worker.close()


@pytest.fixture(scope="session")
def new_account():
    """Make accounts: new_account() or new_account('-G', 'sudo')."""
    made = []

    def make(*options):
        name = f"user{len(made):03d}"
        made.append(name)
        uid = str(FIRST_UID + len(made))  # never one that was used before
        subprocess.run(["useradd", "-m", "-u", uid, "-s", "/bin/bash",
                        *options, name], check=True)
        subprocess.run(["chpasswd"], input=f"{name}:{PASSWORD}", text=True,
                       check=True)
        return Person(name)
    return make


@pytest.fixture
def person(daemon, new_account):
    """Somebody new, with a phone enrolled."""
    return new_account().enrol()


@pytest.fixture
def holder(daemon, new_account):
    """Somebody new, with recovery codes, which do not run out as the codes of
    a phone do."""
    return new_account().enrol_sheet()


@pytest.fixture
def stranger(new_account):
    """Somebody new, without."""
    return new_account()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """Show the last lines of what was running with a failure."""
    report = (yield).get_result()
    if report.failed:
        for name in ("own_daemon", "sshd", "ldap_site"):
            source = getattr(item, "funcargs", {}).get(name)
            if source is not None:
                text = os.linesep.join(source.log().splitlines()[-40:])
                report.sections.append((name, text))
