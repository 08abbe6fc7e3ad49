# SPDX-License-Identifier: MIT
"""The couriers that are shipped, run the way the daemon runs them, against
real gateways."""

import email.utils
import os
import re
import time
from pathlib import Path

import pytest

from courier import (ADDRESS, CODE, CONFIG, DATA, DENIED, NUMBER, OK,
                     TEMPORARY, USAGE, ends, send)
from gateways import (COURIERS, SENDER, Gammu, Kannel, Mail, free_port,
                      http_conf, owned)
from watch import Watch

TEXTS = {
    "short": f"Code {CODE} for alice on web1. Never tell anyone this code.",
    "escapes": 'a {x} [y] "z" \\n & <b> 100% %{to} $(id) €',
    "lines": 'first\n[SMSBackup000]\nNumber = "+19005551234"\n\n.\nFrom x',
    "unicode": "Κωδικός " + CODE + " 😀",
    "emoji over the edges of parts": "Код " + "😀" * 150,
    "long": "x" * 1000,
    "long and wide": "ö€{}" * 142,
}


@pytest.fixture(scope="module")
def gammu():
    with Gammu() as gateway:
        yield gateway


@pytest.fixture(scope="module")
def kannel():
    with Kannel() as gateway:
        yield gateway


@pytest.fixture(scope="module")
def mail():
    with Mail() as gateway:
        yield gateway


def deliver(gateway, to, text, subject=""):
    """Send, and return what has arrived since."""
    before = len(gateway.messages())
    ends(send(gateway.command, to, text, subject), OK)
    return gateway.wait(before + 1)[-1]


# Each against the real thing.

@pytest.mark.parametrize("name", TEXTS)
def test_a_text_reaches_the_telephone_of_gammu_smsd(gammu, name):
    got = deliver(gammu, NUMBER, TEXTS[name])
    assert got["to"] == NUMBER
    assert got["text"] == TEXTS[name]
    wide = name.startswith(("unicode", "emoji"))
    assert got["codings"] == {"Unicode_No_Compression" if wide
                              else "Default_No_Compression"}
    assert got["parts"] == {"long": 7, "long and wide": 7,
                            "emoji over the edges of parts": 5}.get(name, 1)


def test_gammu_smsd_sends_it_once(gammu):
    deliver(gammu, NUMBER, "once")
    time.sleep(2.5)  # two rounds of gammu-smsd
    assert [m["text"] for m in gammu.messages()].count("once") == 1
    assert not list(gammu.outbox.iterdir())


def test_the_queue_shows_neither_number_nor_text_to_others(gammu, tmp_path):
    outbox = owned(tmp_path, SENDER, "gammu", 0o2770)
    os.chmod(tmp_path.parent, 0o755)
    os.chmod(tmp_path.parent.parent, 0o755)
    ends(send(f"{COURIERS}/sms-gammu {outbox}", NUMBER, CODE), OK)
    (file,) = outbox.iterdir()
    assert NUMBER[1:] not in file.name
    assert re.fullmatch(r"OUTC\d{8}_\d{6}_00_sspr_[0-9a-f]{16}\.smsbackup",
                        file.name)
    status = file.stat()
    assert status.st_mode & 0o7777 == 0o660
    assert (file.owner(), file.group()) == (SENDER, "gammu")


def test_an_outbox_that_cannot_be_written_is_said_to_be(tmp_path):
    ends(send(f"{COURIERS}/sms-gammu /nowhere", NUMBER, "x"), CONFIG)
    os.chmod(tmp_path, 0o700)
    ends(send(f"{COURIERS}/sms-gammu {tmp_path}", NUMBER, "x"), CONFIG)
    owned(tmp_path, SENDER, "gammu", 0o770)
    for directory in (tmp_path.parent, tmp_path.parent.parent):
        os.chmod(directory, 0o755)
    line = ends(send(f"{COURIERS}/sms-gammu {tmp_path}", NUMBER, "x"), CONFIG)
    assert "chmod g+s" in line  # or gammu-smsd could not read it
    assert not list(tmp_path.iterdir())
    ends(send(f"{COURIERS}/sms-gammu relative", NUMBER, "x"), USAGE)
    ends(send(f"{COURIERS}/sms-gammu / {NUMBER}", NUMBER, "x"), USAGE)


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_reaches_the_centre_of_kannel(kannel, name):
    got = deliver(kannel, NUMBER, TEXTS[name])
    assert got == {"to": NUMBER, "subject": "", "text": TEXTS[name]}


def test_kannel_refuses_a_wrong_password(kannel):
    conf = http_conf(kannel.directory / "wrong.conf",
                     kannel.keys | {"password": "wrong"})
    before = len(kannel.messages())
    line = ends(send(f"{COURIERS}/sms-http {conf}", NUMBER, "x"), DENIED)
    assert "403" in line and "wrong" not in line
    assert len(kannel.messages()) == before


@pytest.mark.parametrize("name", TEXTS)
def test_a_mail_reaches_the_maildir(mail, name):
    subject = TEXTS[name].splitlines()[0][:40]
    got = deliver(mail, ADDRESS, TEXTS[name], subject)
    assert got["to"] == ADDRESS
    assert got["text"] == TEXTS[name]
    assert got["subject"] == subject
    message = got["message"]
    assert not message.defects
    assert message["To"] == ADDRESS
    assert message["From"] == got["sender"] == "sspr@web1"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert message.get_content_charset() == "utf-8"
    sent = email.utils.parsedate_to_datetime(message["Date"])
    assert abs(sent.timestamp() - time.time()) < 60
    assert re.fullmatch(r"<[0-9a-f]{16}@web1>", message["Message-ID"])
    assert all(line.isascii() and len(line) <= 78
               for line in got["raw"].split(b"\n"))


def test_the_sender_of_mail_can_be_chosen(mail):
    command = f"{mail.command} -f it-help@example.com"
    before = len(mail.messages())
    ends(send(command, ADDRESS, "x"), OK)
    got = mail.wait(before + 1)[-1]
    assert got["sender"] == got["message"]["From"] == "it-help@example.com"
    for bad in ("x", "a@b c", "-oQ/tmp/x@x", "a@b\nTo: c@d"):
        ends(send([*mail.command.split(), "-f", bad], ADDRESS, "x"), USAGE)


# The host's sendmail.

def test_msmtp_as_sendmail_works_without_new_privileges(mail):
    Path("/etc/msmtprc").write_text(
        f"account default\nhost 127.0.0.1\nport {mail.port}\n"
        "from sspr@web1\n")
    before = len(mail.messages())
    command = f"{COURIERS}/mail-sendmail -s /usr/bin/msmtp"
    ends(send(command, ADDRESS, TEXTS["unicode"], "Ihr Código"), OK)
    got = mail.wait(before + 1)[-1]
    assert (got["to"], got["text"], got["subject"], got["sender"]) == (
        ADDRESS, TEXTS["unicode"], "Ihr Código", "sspr@web1")
    ends(send(f"{command} -f a@example.com", ADDRESS, "x"), OK)
    assert mail.wait(before + 2)[-1]["sender"] == "a@example.com"


def test_a_setuid_sendmail_cannot_queue_and_that_is_said():
    assert os.stat("/usr/sbin/sendmail").st_mode & 0o6000
    line = ends(send(f"{COURIERS}/mail-sendmail", ADDRESS, "x"), DENIED)
    assert "exit status" in line
    ends(send(f"{COURIERS}/mail-sendmail -s /nowhere", ADDRESS, "x"), CONFIG)


# Mail servers that are not to be trusted, or not there.

def test_starttls_is_used_and_verified(mail):
    sendmail = f"{COURIERS}/mail-sendmail"
    good = f"{sendmail} -h localhost:{mail.tls_port} -t -c {mail.cert}"
    before = len(mail.messages())
    ends(send(good, ADDRESS, "x"), OK)
    received = mail.wait(before + 1)[-1]["message"]["Received"]
    assert "esmtps" in received and "TLS1.3" in received
    for bad in (
            f"-h localhost:{mail.tls_port} -t",  # signed by a stranger
            f"-h web1:{mail.tls_port} -t -c {mail.cert}",  # another's name
            f"-h localhost:{mail.port} -t -c {mail.cert}",  # no STARTTLS
            f"-h web1:{mail.port}",  # not loopback: -t goes without saying
            f"-h localhost:{mail.tls_port}"):  # no -t, but the server insists
        ends(send(f"{sendmail} {bad}", ADDRESS, "x"), DENIED)
    assert len(mail.messages()) == before + 1


def test_a_mail_server_that_is_not_there_may_be_tried_again():
    for server in (f"127.0.0.1:{free_port()}", f"[::1]:{free_port()}",
                   "no-such-host.invalid"):
        ends(send(f"{COURIERS}/mail-sendmail -h {server}", ADDRESS, "x"),
             TEMPORARY)
    for server in ("", "a b", "a/b", "a@b", "127.1", "a:0", "a:65536", "[x]"):
        ends(send([f"{COURIERS}/mail-sendmail", "-h", server], ADDRESS, "x"),
             USAGE)


# R-DEL-2, and R-DEL-1: what comes in, and what may be seen.

BAD = {
    "no address": b"To: \nSubject: \n\nx",
    "shell in a number": b"To: +1555;id\nSubject: \n\nx",
    "shell in an address": b"To: $(id)@x\nSubject: \n\nx",
    "an option": b"To: -oQ/tmp/x@x\nSubject: \n\nx",
    "two addresses": b"To: a@example.org, b@example.org\nSubject: \n\nx",
    "two numbers": b"To: +15551234567 +15551234568\nSubject: \n\nx",
    "a name": b"To: Bob <bob@example.org>\nSubject: \n\nx",
    "a source route": b"To: @a:b@example.org\nSubject: \n\nx",
    "quotes": b'To: "a b"@example.org\nSubject: \n\nx',
    "UTF-8 digits": "To: +1555١٢٣٤٥٦٧\nSubject: \n\nx".encode(),
    "wide digits": "To: +１５５５１２３４５６７\nSubject: \n\nx".encode(),
    "UTF-8 in an address": "To: böb@example.org\nSubject: \n\nx".encode(),
    "one more header": b"To: %s\nBcc: a@b\nSubject: \n\nx",
    "a header after": b"To: %s\nSubject: \nBcc: a@b\n\nx",
    "carriage return": b"To: %s\r\nSubject: x\r\n\r\nx",
    "carriage return in a subject": b"To: %s\nSubject: x\rBcc: a@b\n\nx",
    "no subject": b"To: %s\n\nx",
    "wrong case": b"to: %s\nsubject: \n\nx",
    "no text": b"To: %s\nSubject: \n\n",
    "no empty line": b"To: %s\nSubject: \nx",
    "nothing": b"",
    "NUL in an address": b"To: %s\0\nSubject: \n\nx",
    "NUL in a text": b"To: %s\nSubject: \n\nx\0y",
    "escape in a text": b"To: %s\nSubject: \n\n\x1b[2Jx",
    "not UTF-8": b"To: %s\nSubject: \n\n\xff\xfe",
    "overlong UTF-8": b"To: %s\nSubject: \n\n\xc0\x8a",
    "a text too long": b"To: %s\nSubject: \n\n" + b"x" * 1001,
    "4 KiB": b"To: %s\nSubject: \n\n" + b"x" * 4096,
    "a subject too long": b"To: %s\nSubject: " + b"x" * 201 + b"\n\nx",
    "an address too long": b"To: a@" + b"b" * 4096 + b"\nSubject: \n\nx",
    "a number too long": b"To: +1234567890123456\nSubject: \n\nx",
    "a megabyte": b"x" * 1048576,
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_message_is_refused(gammu, kannel, mail, name):
    """R-DEL-2"""
    for gateway, to in ((gammu, NUMBER), (kannel, NUMBER), (mail, ADDRESS)):
        before = len(gateway.messages())
        raw = BAD[name].replace(b"%s", to.encode())
        ends(send(gateway.command, None, None, raw=raw), DATA)
        assert len(gateway.messages()) == before
    assert not Path("/tmp/x@x").exists()


def test_numbers_and_addresses_are_not_each_others(gammu, mail):
    """R-DEL-2"""
    ends(send(gammu.command, ADDRESS, "x"), DATA)
    ends(send(mail.command, NUMBER, "x"), DATA)


def test_the_list_of_processes_shows_neither_address_nor_text(
        gammu, kannel, mail):
    """R-DEL-1: 20 messages by each way, and nothing of them in any argument
    or environment."""
    Path("/etc/msmtprc").write_text(
        f"account default\nhost 127.0.0.1\nport {mail.port}\nfrom a@web1\n")
    msmtp = f"{COURIERS}/mail-sendmail -s /usr/bin/msmtp"
    with Watch() as watch:
        for i in range(20):
            text = f"{CODE} Geheim {i}"
            for command, to in ((gammu.command, NUMBER),
                                (kannel.command, NUMBER),
                                (mail.command, ADDRESS), (msmtp, ADDRESS)):
                ends(send(command, to, text, "Geheim"), OK)
    assert not watch.leaks([NUMBER[1:], ADDRESS, "Geheim", CODE])
    for name in ("sms-gammu", "sms-http", "mail-sendmail"):
        assert watch.saw(f"{COURIERS}/{name}")
    assert watch.saw("sendmail")  # msmtp, as mail-sendmail calls it
