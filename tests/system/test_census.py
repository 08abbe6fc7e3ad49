# SPDX-License-Identifier: MIT
"""R-ENR-4: an enrolled account that was missing, however short, is suspended
until an administrator confirms it: a name or uid that is used again inherits
nothing."""

import json
import pwd
import subprocess
from pathlib import Path

import pytest

import shadow
from conftest import PASSWORD
from conversation import at_code_prompt, reset, try_code
from daemon import audit, wait_for

CONF = {"reset": {"methods": "app backup helpdesk-pass"}}

PASSWD = Path("/etc/passwd")
SWITCH = Path("/etc/nsswitch.conf")
DIRECTORY = Path("/var/lib/extrausers/passwd")
REASON = "ticket 4711"
GOOD = "Turnip-violin-52"


def sh(*words, text=None):
    """A command that must work."""
    subprocess.run(words, input=text, text=True, check=True,
                   stderr=subprocess.DEVNULL)


def delete(person):
    """As an administrator does it."""
    sh("userdel", "-r", person.name)


def make(person):
    """The same name and uid anew."""
    sh("useradd", "-m", "-u", str(person.uid), "-s", "/bin/bash", person.name)
    sh("chpasswd", text=f"{person.name}:{PASSWORD}")


def admin(*words, user=None):
    """sspr-admin as root, or as somebody else."""
    before = ["runuser", "-u", user, "--"] if user else []
    return subprocess.run([*before, "/usr/sbin/sspr-admin", *words], text=True,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          check=False, timeout=60)


def state(name):
    """What `user show' says."""
    done = admin("user", "show", name, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["user"]["state"]


def status(name):
    """sspr-enroll status of its owner."""
    return subprocess.run(["runuser", "-u", name, "--", "sspr-enroll",
                           "status"], text=True, stdin=subprocess.DEVNULL,
                          capture_output=True, check=False, timeout=60)


def alarmed(daemon, person):
    """Wait until the log tells of it."""
    daemon.wait_log(rf"ALARM: the account of uid {person.uid} was missing")


def confirm(name, user=None):
    """`user confirm'."""
    return admin("user", "confirm", name, "--reason", REASON, user=user)


def events(person, event):
    """Audit records of this kind about them."""
    return [r for r in audit() if r["event"] == event
            and r.get("subject") == person.uid]


def heard(name, code):
    """What a client hears, with the name put out of it."""
    with at_code_prompt(name) as c:
        m = c.answer(code)
        return str((c.shown, vars(m))).replace(name, "NAME")


def test_made_anew_it_inherits_nothing_until_confirmed(person, daemon):
    """Deleted and made at once with the same name and uid: the old phone
    opens nothing, just as for nobody; its owner is told why; once root says
    so it works again."""
    code = person.phone.fresh()
    delete(person)
    make(person)
    before = shadow.SHADOW.read_bytes()
    assert heard(person.name, code) == heard("nobody9", code)
    assert shadow.SHADOW.read_bytes() == before
    alarmed(daemon, person)
    assert state(person.name) == "missing"
    done = status(person.name)
    assert done.returncode == 1 and "SSPR-44" in done.stderr
    assert "must confirm" in done.stderr
    done = confirm(person.name)
    assert done.returncode == 0, done.stderr
    assert state(person.name) == "enrolled"
    assert status(person.name).returncode == 0
    assert reset(person, GOOD) == 0


def test_it_is_in_the_audit_log_once(person, daemon):
    """And so is who confirmed it, and why; a second time is no change."""
    delete(person)
    make(person)
    alarmed(daemon, person)
    wait_for(lambda: events(person, "account.missing"), "the record")
    delete(person)
    make(person)
    assert confirm(person.name).returncode == 0
    assert len(events(person, "account.missing")) == 1
    last, = events(person, "helpdesk.confirm")
    assert (last["actor"], last["reason"]) == (0, REASON)
    done = confirm(person.name)
    assert done.returncode == 0 and "not missing" in done.stdout


def test_nothing_can_be_enrolled_or_issued_meanwhile(person, daemon):
    """Neither by its owner nor by the helpdesk, which are told why."""
    delete(person)
    make(person)
    alarmed(daemon, person)
    for words in (["pass", "issue", person.name, "--reason", REASON,
                   "--json"], ["unlock", person.name, "--reason", REASON]):
        done = admin(*words)
        assert done.returncode == 1 and "SSPR-44" in done.stderr
        assert "user confirm" in done.stderr
    done = admin("user", "show", person.name)
    assert "missing" in done.stdout
    assert f"sspr-admin user confirm {person.name}" in done.stdout


def test_only_root_confirms(person, new_account, daemon):
    """A member of the helpdesk reads that it is not for them."""
    operator = new_account("-G", "sspr-admin")
    delete(person)
    make(person)
    alarmed(daemon, person)
    done = confirm(person.name, user=operator.name)
    assert done.returncode == 1 and "Only root" in done.stderr
    assert state(person.name) == "missing"


@pytest.mark.parametrize("words", [
    ["user", "confirm"], ["user", "confirm", "alice"],
    ["user", "confirm", "alice", "bob", "--reason", "x"],
    ["user", "confirm", "alice", "--reason", ""]],
    ids=lambda words: str(len(words)))
def test_usage_errors_exit_2(words, daemon):
    """And nothing is done."""
    before = len(audit())
    done = admin(*words)
    assert done.returncode == 2 and done.stderr and not done.stdout
    assert len(audit()) == before


def test_a_changed_uid_is_another_account(person, daemon):
    """It has nothing enrolled; back at the old one it is suspended."""
    other = str(person.uid + 50000)
    code = person.phone.fresh()
    sh("usermod", "-u", other, person.name)
    alarmed(daemon, person)
    assert not try_code(person.name, code)
    assert state(person.name) == "none"
    sh("usermod", "-u", str(person.uid), person.name)
    assert not try_code(person.name, person.phone.fresh())
    assert state(person.name) == "missing"
    assert confirm(person.name).returncode == 0
    assert try_code(person.name, person.phone.fresh())


def test_a_new_name_of_the_uid_inherits_nothing(person, daemon):
    """Nor can it be confirmed: it is not who enrolled."""
    sh("usermod", "-l", f"x{person.name}", person.name)
    alarmed(daemon, person)
    assert not try_code(f"x{person.name}", person.phone.fresh())
    assert state(f"x{person.name}") == "suspended"
    assert confirm(f"x{person.name}").returncode == 1
    sh("usermod", "-l", person.name, f"x{person.name}")
    assert state(person.name) == "missing"


def test_an_ordinary_change_is_none(person, daemon):
    """Shell, comment, groups, password: the account stays what it was."""
    sh("usermod", "-c", "Somebody, Room 1", "-s", "/bin/sh", "-aG", "games",
       person.name)
    sh("chpasswd", text=f"{person.name}:{PASSWORD}")
    assert state(person.name) == "enrolled"
    assert try_code(person.name, person.phone.fresh())
    assert not events(person, "account.missing")


def test_deleted_while_the_daemon_is_stopped(own_daemon, person):
    """Noticed when it starts, and so still after the account is back."""
    own_daemon.stop()
    delete(person)
    own_daemon.start()
    alarmed(own_daemon, person)
    make(person)
    assert not try_code(person.name, person.phone.fresh())
    own_daemon.stop()
    own_daemon.start()
    assert state(person.name) == "missing"


def test_made_anew_while_the_daemon_is_stopped(own_daemon, person):
    """Nobody can notice that; sspr-resetd(8) says so."""
    own_daemon.stop()
    delete(person)
    make(person)
    own_daemon.start()
    assert try_code(person.name, person.phone.fresh())
    page = Path("/src/man/sspr-resetd.8").read_text()
    assert "daemon is stopped" in page.replace("\n", " ")


def test_what_cannot_be_told_is_no_no(own_daemon, person):
    """The passwd file cannot be read by names: nobody is suspended, at start
    neither."""
    PASSWD.chmod(0o600)
    try:
        own_daemon.stop()
        own_daemon.start()
        with at_code_prompt(person.name):
            pass  # names answers, so the walk has begun
    finally:
        PASSWD.chmod(0o644)
    assert state(person.name) == "enrolled"
    assert try_code(person.name, person.phone.fresh())
    assert not events(person, "account.missing")


def test_a_file_that_is_half_written_is_not_believed(person, daemon):
    """In place, as an editor does it that knows no better."""
    text = PASSWD.read_bytes()
    try:
        PASSWD.write_bytes(b"")
        with at_code_prompt("nobody9"):
            pass
    finally:
        PASSWD.write_bytes(text)
    assert pwd.getpwnam(person.name).pw_uid == person.uid
    assert state(person.name) == "enrolled"
    assert not events(person, "account.missing")


def test_after_names_was_restarted(person, daemon):
    """A new names still notices who leaves."""
    before = daemon.pids()["names"]
    sh("kill", "-9", str(before))
    wait_for(lambda: daemon.pids().get("names", before) != before,
             "another names")
    with at_code_prompt(person.name):
        pass
    assert state(person.name) == "enrolled"
    delete(person)
    make(person)
    alarmed(daemon, person)


LINE = "{name}:x:{uid}:100::/nonexistent:/bin/bash\n"
THERE = {f"dir{i}": 60000 + i for i in range(4)}


def lines(*without):
    """The directory, but for these."""
    return "".join(LINE.format(name=n, uid=u) for n, u in THERE.items()
                   if n not in without)


@pytest.fixture
def directory(own_daemon, daemon):
    """Accounts that only NSS knows, each with a helpdesk-pass."""
    before = SWITCH.read_text()
    SWITCH.write_text(before.replace("files", "files extrausers", 1))
    DIRECTORY.parent.mkdir(exist_ok=True)
    DIRECTORY.write_text(lines())
    for name in THERE:
        done = admin("pass", "issue", name, "--reason", REASON, "--json")
        assert done.returncode == 0, done.stderr
    yield DIRECTORY
    own_daemon.stop()
    SWITCH.write_text(before)


def counted(daemon, directory, text):
    """The states after a start with this directory (None: it fails), once
    it is as it was."""
    if text is None:
        directory.unlink()
    else:
        directory.write_text(text)
    daemon.stop()
    daemon.start()
    with at_code_prompt("nobody9"):
        pass  # by then everybody was asked about
    directory.write_text(lines())
    return {name: state(name) for name in THERE}


def test_a_directory_that_fails_misses_nobody(own_daemon, directory):
    """Neither one that cannot answer nor one that looks empty; but who is
    not in it while others are is missed."""
    all_there = dict.fromkeys(THERE, "enrolled")
    assert counted(own_daemon, directory, None) == all_there
    assert counted(own_daemon, directory, "") == all_there
    assert counted(own_daemon, directory, lines()) == all_there
    own_daemon.stop()
    directory.write_text(lines("dir1"))
    own_daemon.start()
    own_daemon.wait_log("ALARM: the account of uid 60001 was missing")
    directory.write_text(lines())
    assert {name: state(name) for name in THERE} == all_there | {
        "dir1": "missing"}
