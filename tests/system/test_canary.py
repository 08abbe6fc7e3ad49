# SPDX-License-Identifier: MIT
"""R-LOG-3 and promise 7: after a day in the life of a site with every method,
logged as much as can be, no secret is in a log, a command line or a file."""

import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from canary import Canaries, files_below, proc, syslog, texts_of, word
from conftest import LABEL, merged
from daemon import AUDIT, STATE, wait_for
from dialogue import CODE, NOT_ACCEPTED, OFFER, forgot, login, ssh
from dialogue import shell_of
from everything import CONF, SECOND, address_of, choose, enrol, prove
from later import DAY, later
from protocol import Client

CONF = merged(CONF, {"log": {"debug": "yes"},
                     "helpdesk": {"contact": "ext. 4711"}})


def new_password(person, canaries):
    """One that nobody has had, as its administrator sets it."""
    person.password = canaries.keep("password", word())
    subprocess.run(["chpasswd"], input=f"{person.name}:{person.password}",
                   text=True, check=True)
    return person


def hashes():
    """All hashes of passwords there are."""
    with open("/etc/shadow", encoding="utf-8") as f:
        return [h for h in (line.split(":")[1] for line in f) if "$" in h]


def reset_by(site, person, canaries, *methods):
    """A whole reset over ssh."""
    t = forgot(person.name)
    at = CODE
    for method in methods:
        prove(site, t, person, method, at=at)
        at = SECOND
    new = canaries.keep("new password", word())
    choose(t, new, lost="" if "backup" in methods else None)
    t.close(force=True)
    person.password = new


def enrol_on_screen(site, person, canaries):
    """sspr-enroll by hand: an e-mail address, then what there is."""
    address = canaries.keep("address", f"{word().lower()}@example.org")
    t = shell_of(person.name, ["sspr-enroll", "add", "email", "--label",
                               canaries.keep("label", word())])
    t.types(person.password, at="assword: ")
    t.expect(r"(?i)address[^\r\n]*: ")
    t.types(address)
    wait_for(lambda: site.codes("email", address), "a code", 30)
    t.expect(r"(?i)code[^\r\n]*: ")
    t.types(canaries.keep("sent code", site.codes("email", address)[0]))
    t.rest()
    assert t.exitstatus == 0, t.seen
    status = shell_of(person.name, ["sspr-enroll", "status"])
    assert "email" in status.rest()


def strangers(canaries):
    """Names nobody has, passwords typed as names, at ssh and at login."""
    for _ in range(2):
        t = ssh(canaries.keep("unknown name", word().lower()))
        t.types("forgot", at="assword: ")
        t.types("forgot", at=OFFER)
        t.types(canaries.keep("wrong code", "13579246"), at=CODE)
        t.close(force=True)
    t = login()
    t.types(canaries.keep("password as name", word()), at="login: ")
    t.types("forgot", at="assword: ")
    t.types("forgot", at=OFFER)
    t.types("000000", at=CODE)
    t.expect(NOT_ACCEPTED)
    t.close(force=True)
    with Client(uid=0) as c:
        c.hello("RESET", user=canaries.keep("unknown name", word()),
                rhost="192.0.2.77", service=canaries.keep("service", word()))
        c.until("ask", "end")


def wrong_ones(person, canaries):
    """Codes that are not right, of every form."""
    for code in (person.phone.wrong(), "1357-2468-1357-2468", "abcdefghjkmn"):
        t = forgot(person.name)
        t.types(canaries.keep("wrong code", code), at=CODE)
        t.close(force=True)
    t = ssh(person.name)
    t.types(canaries.keep("wrong password", word()), at="assword: ")
    t.close(force=True)


def a_day(site, daemon, new_account, canaries):
    """Everything that people do."""
    hashed = set(hashes())
    apps = new_password(new_account(), canaries)
    enrol(site, apps, "app", "backup", "sms", "email", "questions")
    called = enrol(site, new_password(new_account(), canaries), "landline")
    canaries.keep_seed(apps.phone)
    canaries.keep("backup", *apps.sheet)
    canaries.keep("answer", *apps.answers.values())
    borne = [(apps, "sms"), (apps, "email"), (called, "landline")]
    for person, method in borne:
        canaries.keep("address", address_of(person, method))
    canaries.keep("label", LABEL)
    later(daemon, DAY)
    reset_by(site, apps, canaries, "app")
    reset_by(site, apps, canaries, "backup")
    for person, method in borne:
        reset_by(site, person, canaries, method)
    site.issue(apps)
    canaries.keep("pass", apps.given)
    reset_by(site, apps, canaries, "helpdesk-pass", "app")
    canaries.keep("app code", apps.phone.code())
    hashed |= set(hashes())
    screen = new_password(new_account(), canaries)
    enrol_on_screen(site, screen, canaries)
    strangers(canaries)
    wrong_ones(apps, canaries)
    for person, method in borne:
        canaries.keep("sent code",
                      *site.codes(method, address_of(person, method)))
    canaries.keep("hash", *(hashed | set(hashes())))
    return [apps, called, screen]


@pytest.fixture(scope="module")
def day(site, own_daemon, sshd, new_account):
    """One, with all that was seen of it; the daemon is stopped."""
    canaries = Canaries()
    own_daemon.configure(own_daemon.first_conf)
    own_daemon.start()
    with syslog() as heard, proc() as seen:
        people = a_day(site, own_daemon, new_account, canaries)
        own_daemon.stop()
    return SimpleNamespace(
        canaries=canaries, people=people, daemon=own_daemon,
        syslog=b"\n".join(heard), proc=b"\n".join(seen), sshd=sshd.log())


KINDS = {"password", "new password", "seed", "backup", "answer", "address",
         "label", "pass", "sent code", "wrong code", "unknown name",
         "password as name", "service", "app code", "hash"}


def test_r_log_3_the_day_was_one(day):
    """Every kind of secret was there, and each log had something to say:
    what nothing is looked for in is no proof."""
    assert {what for what, _ in day.canaries.kept} >= KINDS
    assert b"pam_sspr" in day.syslog or b"sspr" in day.syslog
    assert "state 0" in day.daemon.log() or "conversation" in day.daemon.log()
    assert AUDIT.read_text().count("reset.done") >= 6
    assert b"sspr-enroll" in day.proc and b"sms-http" in day.proc
    there = Path("/etc/shadow").read_bytes()
    assert {what for what, _ in day.canaries.sing(there)} == {"hash"}
    assert day.canaries.sing(" ".join(day.people[0].sheet))


def test_r_log_3_the_daemon_s_log(day):
    """At debug, with what couriers print."""
    assert not day.canaries.sing(day.daemon.log())


def test_r_log_3_the_audit_log(day):
    """Nobody's name either; known accounts are uids."""
    text = "\n".join(map(texts_of, AUDIT.read_text().splitlines()))
    assert not day.canaries.sing(text, but={"service"})
    assert not any(p.name in text for p in day.people)


def test_r_log_3_what_the_module_logs(day):
    """Our lines of the system's log; login's and sshd's are their own."""
    ours = b"\n".join(line for line in day.syslog.split(b"\n")
                      if b"pam_sspr" in line or b"sspr-" in line)
    assert not day.canaries.sing(ours)


def test_r_log_3_command_lines_and_environments(day):
    """Of every process there was; names nobody has and labels are typed in
    the arguments of ssh and sspr-enroll by those who use them."""
    assert not day.canaries.sing(day.proc, but={"unknown name", "label"})


def test_promise_7_nothing_is_in_a_file(day):
    """R-KEY-3: of the stopped daemon, with its log of changes and what was
    deleted; nor in any place for files that come and go."""
    places = ["/var/lib/sspr", "/var/lib/sspr-audit", "/var/log/sspr",
              "/run/sspr", "/run/user", "/var/tmp", "/tmp", "/dev/shm",
              "/var/crash", "/var/spool/cron"]
    ours = [day.daemon.directory.parent]  # what the tests themselves write
    looked = list(files_below(*places, but=ours))
    assert STATE in looked and AUDIT in looked
    for path in looked:
        found = day.canaries.sing(path.read_bytes(),
                                  but={"service"} if path == AUDIT else ())
        assert not found, (path, found)
    for p in day.people:
        assert p.name.encode() not in STATE.read_bytes()
