# SPDX-License-Identifier: MIT
"""Telling people: who is told, of what, and once.  R-DEL-4, R-DEL-6,
R-DUR-2, R-DUR-3, promise 6."""

import os
import re
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from conftest import merged
from conversation import at_code_prompt, choose, finish, handed, reset
from daemon import alive, audit, wait_for
from gateways import Gammu, Mail
from postbox import Postbox, add_address, sent_to, wait_to
from protocol import ERR, Client, Gone

DESK = "/run/sspr/admin.sock"
MESSAGES = Path("/etc/sspr/messages")
NEW = "Fresh-pass-5678-x"
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CONF = {
    "reset": {"methods": "app backup sms email helpdesk-pass"},
    "enrol": {"cooling_off_h": 0},
    "sms": {"countries": "+49"},
    "helpdesk": {"contact": "ext. 4711", "passes_per_day": 1000},
}


@pytest.fixture(scope="module")
def box():
    """Where everything is sent to."""
    with Postbox() as postbox:
        yield postbox


@pytest.fixture
def served(own_daemon, box):
    """The daemon, which sends to the postbox."""
    own_daemon.stop()
    own_daemon.configure(merged(own_daemon.first_conf, {
        m: {"command": box.command} for m in ("sms", "email")}))
    box.ends(0)
    box.clear()
    return own_daemon.start()


@pytest.fixture
def reachable(served, box, new_account):
    """Somebody with an app and a mailbox."""
    p = new_account().enrol()
    p.mail = f"{p.name}@example.org"
    add_address(p, "email", p.mail, box)
    box.clear()
    return p


def reference(correlation):
    """What people are told for a correlation id: its first 20 bits."""
    bits = int(correlation[:5], 16)
    return "".join(DIGITS[bits >> s & 31] for s in (15, 10, 5, 0))


def reference_in(message):
    """The reference of a message."""
    return re.search(r"Reference (\w{4})", message["text"])[1]


def test_promise_6_a_reset_is_told_to_every_address(reachable, box):
    """R-DEL-6: by sms and by e-mail, with host, time, source, reference."""
    add_address(reachable, "sms", "+4915100000001", box)
    add_address(reachable, "notice", "other@example.org", box)
    box.clear()
    assert reset(reachable, NEW, "192.0.2.9") == 0
    done = wait_for(lambda: [r for r in audit() if r["event"] ==
                             "reset.done"], "reset.done")[-1]
    for to in (reachable.mail, "+4915100000001", "other@example.org"):
        message, = wait_to(box, to)
        text = message["text"]
        assert message["subject"] == \
            f"Password of {reachable.name} on web1 was reset"
        assert "192.0.2.9" in text and "ext. 4711" in text
        assert re.search(r"at \d\d \w{3} \d\d:\d\d UTC", text)
        assert reference_in(message) == reference(done["correlation"])
        assert "://" not in text


def test_a_reset_that_was_only_begun_is_told_as_such(reachable, box):
    """R-DEL-6: authorised is enough to be told."""
    with at_code_prompt(reachable.name) as c:
        handed(c, reachable.phone.fresh()).close()
        finish(c)
    message, = wait_to(box, reachable.mail)
    assert "was begun with right codes" in message["text"]
    assert "the password is unchanged" in message["text"]


def test_wrong_codes_are_not_told(reachable, box):
    """Or anybody could make somebody's telephone ring."""
    with at_code_prompt(reachable.name) as c:
        c.answer(reachable.phone.wrong())
    time.sleep(1)
    assert not box.messages()


def test_a_method_that_is_switched_off_is_told_once(served, reachable, box):
    """R-DEL-6: the last of the wrong codes."""
    conf = served.conf.read_text().replace(
        "[limits]\n", "[limits]\nmax_failures = 6\nfirst_wait_s = 1\n"
        "last_wait_s = 1\n")
    served.configure(conf)
    served.reload()
    for _ in range(9):
        with at_code_prompt(reachable.name) as c:
            c.answer(reachable.phone.wrong())
        time.sleep(1.1)
    message, = wait_to(box, reachable.mail)
    assert "authenticator app" in message["text"]
    assert "switched off after too many wrong codes" in message["text"]


def test_a_removed_address_is_told(reachable, box):
    """R-DEL-6: taking the address away does not keep its owner in the
    dark."""
    with Client(uid=reachable.uid) as c:
        c.hello("STATUS")
        c.until("policy")
        m = c.until("factor")
        while m.method != "email":
            m = c.until("factor")
        mailbox = m
    with Client(uid=reachable.uid) as c:
        c.hello("REMOVE", factor=mailbox.id)
        reachable.prove(c)
        assert c.until("end").result == 0
    assert "is being removed" in wait_to(box, reachable.mail)[0]["text"]
    assert reset(reachable, NEW) == 0
    assert "was reset" in wait_to(box, reachable.mail, 2)[1]["text"]


def admin_with(new_account, box, mail):
    """An administrator with two methods and a mailbox."""
    p = new_account("-G", "sudo").enrol()
    p.enrol_sheet(p.phone.fresh())
    p.mail = mail
    add_address(p, "email", mail, box)
    return p


def test_other_administrators_hear_of_an_administrator_s_reset(
        served, box, new_account):
    """Issue 3: all of them but the one it is about."""
    one, two = (admin_with(new_account, box, f"admin{n}@example.org")
                for n in (1, 2))
    box.clear()
    with at_code_prompt(one.name) as c:
        m = c.answer(one.phone.fresh())
        assert m.name == "ask", vars(m)
        worker = handed(c, one.sheet[0])
        assert choose(worker, NEW).result == 0
        m = c.until("ask")
        while m.name == "ask":  # is the phone lost? and the last words
            m = c.answer("")
    told, = wait_to(box, two.mail)
    assert told["subject"] == \
        f"Password of administrator {one.name} on web1 was reset"
    assert "was reset" in wait_to(box, one.mail)[0]["subject"]
    assert "administrator" not in sent_to(box, one.mail)[0]["subject"]


def test_promise_6_who_has_no_address_is_told_of_at_the_fallback(
        own_daemon, box, new_account):
    """R-DEL-6: an address of the site's, or its log."""
    conf = merged(own_daemon.first_conf, {
        m: {"command": box.command} for m in ("sms", "email")})
    own_daemon.stop()
    own_daemon.configure(merged(conf, {"notify": {
        "fallback": "security@example.org"}}))
    own_daemon.start()
    box.clear()
    p = new_account().enrol()
    added, = wait_to(box, "security@example.org")
    assert p.name in added["text"]
    own_daemon.stop()
    own_daemon.configure(conf)
    own_daemon.start()
    assert reset(p, NEW) == 0
    own_daemon.wait_log(f"nobody else can be told: The password of {p.name} "
                        "on web1 was reset")
    assert len(box.messages()) == 1


def template(name, text, mode=0o644):
    """One of the site's own texts."""
    MESSAGES.mkdir(exist_ok=True)
    path = MESSAGES / f"{name}.txt"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


def test_the_site_s_own_texts_are_used_if_they_can_be(served, reachable, box):
    """A bad one is refused with its reason, and ours is used."""
    try:
        template("reset", "Zurückgesetzt auf %h\n%u: %t, %s, %h. 100%%\n")
        served.reload()
        assert reset(reachable, NEW) == 0
        message, = wait_to(box, reachable.mail)
        assert message["subject"] == "Zurückgesetzt auf web1"
        assert re.fullmatch(rf"{reachable.name}: \d\d \w+ \d\d:\d\d UTC, "
                            r"192\.0\.2\.1, web1\. 100%",
                            message["text"].strip())
        for text, mode, why in (
                ("A\nsee https://x.example %h %t %s", 0o644, "a link"),
                ("A\n%h %t %s %x", 0o644, "unknown placeholder"),
                ("A\n%h %t %s", 0o666, "writable by others than root")):
            template("reset", text, mode)
            served.reload()
            served.wait_log(rf"messages/reset\.txt is not used: {why}")
    finally:
        (MESSAGES / "reset.txt").unlink()


def test_a_reset_that_a_crash_cut_off_is_told_as_uncertain(
        served, reachable, box):
    """R-DUR-3 (d): its notice was on the disk before the worker began."""
    with at_code_prompt(reachable.name) as c:
        worker = handed(c, reachable.phone.fresh())
        pids = served.pids()
        os.kill(pids["vault"], signal.SIGKILL)
        worker.close()
        served.process.wait(60)
    served.process = None
    for pid in pids.values():
        wait_for(lambda p=pid: not alive(p), "end of all")
    assert not box.messages()
    served.start()
    message, = wait_to(box, reachable.mail)
    assert "may have been reset" in message["subject"]


def issue(name):
    """The helpdesk issues a pass; whether it says that it did."""
    try:
        with Client(path=DESK) as c:
            c.hello("ISSUE", user=name, reason="test", rhost="")
            c.until("pass")
            return c.until("end").result == ERR["OK"]
    except (OSError, Gone, AssertionError):  # it was killed meanwhile
        return False


def test_promise_6_two_hundred_notices_each_once_or_not_at_all(
        served, reachable, box):
    """R-DEL-4: while courier and vault are killed over and over."""
    box.ends(0, 0.05)
    issued = 0
    for n in range(200):
        issued += issue(reachable.name)
        if n % 25 == 12:
            os.kill(wait_for(lambda: served.pids().get("courier"),
                             "a courier"), signal.SIGKILL)
        if n % 40 == 39:
            pids = served.pids()
            os.kill(pids["vault"], signal.SIGKILL)
            served.process.wait(60)
            served.process = None
            for pid in pids.values():
                wait_for(lambda p=pid: not alive(p), "end of all")
            served.start()
    box.ends(0)
    time.sleep(3)
    wanted = Counter(reference(r["correlation"]) for r in audit()
                     if r["event"] == "helpdesk.pass")
    sent = Counter(reference_in(m) for m in sent_to(box, reachable.mail))
    assert issued >= 150, issued
    assert not sent - wanted, "sent twice, or of nothing"
    assert len(list(box.box.iterdir())) <= sum(wanted.values())
    assert sum(sent.values()) >= issued * 0.6, (issued, sent)


def test_a_gateway_that_is_down_gets_the_notice_when_it_is_up(
        served, reachable, box):
    """For a day; the first time after a minute."""
    box.ends(75)
    assert reset(reachable, NEW) == 0
    wait_to(box, reachable.mail)
    box.ends(0)
    wait_to(box, reachable.mail, 2, 75)
    time.sleep(2)
    assert len(sent_to(box, reachable.mail)) == 2


def test_the_real_gateways_get_the_notices(own_daemon, new_account, box):
    """An SMS in gammu-smsd's telephone, a mail in a mailbox."""
    own_daemon.stop()
    own_daemon.configure(merged(own_daemon.first_conf, {
        m: {"command": box.command} for m in ("sms", "email")}))
    own_daemon.start()
    p = new_account().enrol()
    add_address(p, "sms", "+4915300000009", box)
    add_address(p, "email", "both@example.org", box)
    own_daemon.stop()
    with Gammu() as phone, Mail() as mail:
        own_daemon.configure(merged(own_daemon.first_conf, {
            "sms": {"command": phone.command},
            "email": {"command": mail.command}}))
        own_daemon.start()
        assert reset(p, NEW) == 0
        sms, = phone.wait(1)
        letter, = mail.wait(1)
    assert sms["to"] == "+4915300000009"
    assert "was reset" in sms["text"]
    assert letter["to"] == "both@example.org"
    assert letter["subject"] == f"Password of {p.name} on web1 was reset"
    assert letter["text"].split() == sms["text"].split()


def test_the_log_has_no_address_and_no_code(served, box):
    """R-LOG-3: whatever was sent in all these tests."""
    assert box.command in served.conf.read_text()
    assert not re.search(r"@example|\+4915|\b\d{8}\b", served.log())
