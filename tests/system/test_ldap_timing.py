# SPDX-License-Identifier: MIT
"""R-ENUM-2 where accounts are in a directory that takes 300 ms to answer; and
people are served where it takes as long as sspr-resetd(8) allows.  Only with
--long."""

import signal
import subprocess
import sys
import time

import pytest

import lookups
from beat import LIMITS, Sample, holds, worst
from conftest import merged
from conversation import try_code
from daemon import wait_for
from directory import HOST, Slapd
from gateways import listens
from sites import Site

CONF = {"reset": {"answer_floor_ms": 1000}, "limits": LIMITS}
PORT, SLOW_S, SERVED_S = 1389, 0.3, 0.1
SILENCE_S = 65  # what was looked up before is forgotten
PEOPLE = 10


@pytest.fixture(scope="module", autouse=True)
def only_long(turns):
    """What make torture has more."""
    if turns(True, False):
        pytest.skip("with --long")


@pytest.fixture(scope="module")
def slapd(only_long):
    """The directory."""
    with Slapd() as server:
        yield server


@pytest.fixture
def way(request, slapd):
    """The host's look-ups go to the directory by this way."""
    seconds = getattr(request, "param", SLOW_S)
    process = subprocess.Popen([sys.executable, "/src/tests/system/slow.py",
                                str(PORT), "389", str(seconds)])
    wait_for(lambda: listens(PORT), "the long way")
    was, lookups.LDAP = lookups.LDAP, f"ldap://{HOST}:{PORT}"
    yield process
    lookups.LDAP = was
    process.terminate()
    process.wait()


@pytest.fixture(params=["nslcd", "sssd"])
def site(request, way, slapd, own_daemon):
    """What knows it."""
    found = Site(request.param, slapd)
    own_daemon.first_conf = merged(own_daemon.first_conf,
                                   {"policy": {"directory": "yes"}})
    own_daemon.configure(own_daemon.first_conf)
    own_daemon.start()
    yield found
    own_daemon.stop()
    found.end()


def seconds_for(name):
    """How long a look-up takes."""
    start = time.monotonic()
    subprocess.run(["getent", "passwd", name], check=False,
                   stdout=subprocess.DEVNULL)
    return time.monotonic() - start


def test_r_enum_2_times_tell_nothing(way, site, slapd, capfd):
    """Of the directory's accounts, enrolled or not, and nobody's."""
    enrolled = [slapd.account().enrol_sheet() for _ in range(PEOPLE)]
    others = [slapd.account() for _ in range(PEOPLE)]
    assert try_code(enrolled[0].name, enrolled[0].sheet[0])
    way.send_signal(signal.SIGUSR1)
    wait_for(lambda: seconds_for("nobody0") > SLOW_S, "the long way")
    told, runs = holds(lambda: Sample(
        {"enrolled": [p.name for p in enrolled],
         "not enrolled": [p.name for p in others],
         "unknown": [f"nobody{i}" for i in range(PEOPLE)]},
        "0000-0000-0000-0000").take(200))
    served = try_code(enrolled[0].name, enrolled[0].sheet[1])
    with capfd.disabled():
        print(f"\nfigures: R-ENUM-2, {site.kind} by a long way:"
              f" {worst(runs)}, served: {served}")
    assert not told


def served_after(silence_s, owner):
    """Whether a code is right; the machine may be busy twice."""
    for _ in range(3):
        time.sleep(silence_s)
        if try_code(owner.name, owner.sheet[0]):
            owner.sheet.pop(0)
            return True
    return False


@pytest.mark.parametrize("way", [SERVED_S], indirect=True)
def test_people_are_served_by_a_long_way(way, site, slapd, own_daemon):
    """The first after a start, and after a silence, and who enrols."""
    own_daemon.stop()
    way.send_signal(signal.SIGUSR1)
    wait_for(lambda: seconds_for("nobody0") > SERVED_S, "the long way")
    own_daemon.start()
    owner = slapd.account()
    time.sleep(SILENCE_S)
    owner.enrol_sheet()
    assert served_after(0, owner)
    assert served_after(SILENCE_S, owner)
