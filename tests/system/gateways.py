# SPDX-License-Identifier: MIT
"""Real gateways on loopback, and what arrived there: gammu-smsd with its
dummy telephone, Kannel with its fake SMS centre, Exim with a Maildir.

Each is started by its constructor and stopped by stop(), or is used in a
with statement.  command is what sspr.conf has as the courier's command;
messages() is what has arrived, oldest first, as dictionaries with to, text
and subject; wait(n) waits for n of them."""

import email
import email.policy
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import urllib.parse
from pathlib import Path

from daemon import ini, wait_for

COURIERS = Path("/usr/libexec/sspr")
FAKESMSC = "/usr/lib/kannel/test/fakesmsc"
SENDER = "_sspr-send"  # whom the daemon runs couriers as
EXIM = "Debian-exim"  # whose the Maildir is
MAIL_HOST = "mail.example"


def free_port():
    """A TCP port of 127.0.0.1 that nobody listens at."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def listens(port):
    """Whether somebody does."""
    with socket.socket() as s:
        s.settimeout(1)
        return s.connect_ex(("127.0.0.1", port)) == 0


def certificate(directory, *names):
    """A self-signed certificate for names and addresses: (cert, key)."""
    cert, key = Path(directory, "cert.pem"), Path(directory, "key.pem")
    alternatives = ",".join(
        ("IP:" if n[0].isdigit() else "DNS:") + n for n in names)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days",
         "30", "-subj", f"/CN={names[0]}", "-addext",
         f"subjectAltName={alternatives}", "-keyout", key, "-out", cert],
        check=True, capture_output=True)
    key.chmod(0o600)
    return cert, key


def owned(path, user, group, mode):
    """Make path that user's and group's."""
    shutil.chown(path, user, group)
    os.chmod(path, mode)
    return path


def http_conf(path, keys):
    """A configuration of sms-http; a list is a key given several times."""
    path.unlink(missing_ok=True)
    path.write_text("".join(
        f"{key} = {v}\n" for key, value in keys.items()
        for v in (value if isinstance(value, list) else [value])),
        encoding="utf-8")
    return owned(path, "root", SENDER, 0o440)


class Gateway:
    """Processes of one gateway in a directory of their own."""

    def __init__(self):
        self.directory = Path(tempfile.mkdtemp(prefix="gateway-", dir="/srv"))
        self.directory.chmod(0o755)
        self.processes = []

    def run(self, name, *argv):
        """Start a program; its output goes to name.log."""
        with (self.directory / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.directory)
        self.processes.append(process)
        return process

    def log(self, name):
        """What it wrote so far."""
        path = self.directory / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def messages(self):
        """What has arrived, oldest first."""
        raise NotImplementedError

    def wait(self, n, seconds=20):
        """The messages, when there are n at least."""
        wait_for(lambda: len(self.messages()) >= n, f"{n} messages", seconds)
        return self.messages()

    def stop(self):
        """End what was started, last first."""
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
        self.processes = []

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.stop()


class Gammu(Gateway):
    """gammu-smsd as Debian's user gammu, with files and a dummy telephone.
    The outbox is set up as sspr-couriers(8) says."""

    def __init__(self):
        super().__init__()
        for name in ("inbox", "outbox", "sent", "error", "phone"):
            path = self.directory / name
            path.mkdir()
            owned(path, "gammu", "gammu", 0o770)
        self.outbox = owned(self.directory / "outbox", SENDER, "gammu",
                            0o2770)
        self.command = f"{COURIERS}/sms-gammu {self.outbox}"
        conf = self.directory / "smsdrc"
        conf.write_text(ini({
            "gammu": {"model": "dummy", "connection": "none",
                      "port": self.directory / "phone"},
            "smsd": {"service": "files", "logfile": "stderr",
                     "debuglevel": 255, "commtimeout": 1, "loopsleep": 1,
                     "checknetwork": 0, "checksignal": 0, "checkbattery": 0,
                     **{f"{p}path": f"{self.directory / d}/" for p, d in (
                         ("inbox", "inbox"), ("outbox", "outbox"),
                         ("sentsms", "sent"), ("errorsms", "error"))}}}))
        self.run("smsd", "gammu-smsd", "-U", "gammu", "-G", "gammu", "-c",
                 conf)
        wait_for(lambda: "Starting phone communication" in self.log("smsd")
                 or "GSM_SetIncomingUSSD" in self.log("smsd"), "gammu-smsd")

    def messages(self):
        """What the telephone has sent: smsd moves that to sent."""
        files = sorted((self.directory / "sent").glob("OUT*"),
                       key=lambda p: p.stat().st_ctime_ns)
        return [self._read(p) for p in files]

    @staticmethod
    def _read(path):
        """The parts of one message, put together.  smsd adds a copy of each
        part it has sent."""
        number, parts = None, {}
        content = path.read_text(encoding="utf-8", errors="replace")
        for part in re.split(r"^\[SMSBackup", content, flags=re.M)[1:]:
            field = dict(re.findall(r"^(\w+) = (.*)$", part, re.M))
            number = field["Number"].strip('"')
            text = "".join(field.get(f"Text{i:02}", "") for i in range(100))
            parts[field.get("UDH", "")] = field["Coding"], text
        text = "".join(parts[udh][1] for udh in sorted(parts))
        return {"to": number, "subject": "",
                "text": bytes.fromhex(text).decode("utf-16-be"),
                "codings": {coding for coding, _ in parts.values()},
                "parts": len(parts)}


class Kannel(Gateway):
    """Kannel's sendsms interface, and the fake SMS centre behind it."""

    USER, PASSWORD = "sspr", 'geh"eim wört'

    def __init__(self):
        super().__init__()
        admin, boxes, centre, self.port = (free_port() for _ in range(4))
        conf = self.directory / "kannel.conf"
        conf.write_text(self._conf(admin, boxes, centre), encoding="utf-8")
        self.run("bearerbox", "bearerbox", "-v", "1", conf)
        wait_for(lambda: listens(boxes) and listens(admin), "bearerbox")
        self.run("centre", FAKESMSC, "-H", "127.0.0.1", "-r", str(centre),
                 "-m", "0", "1 2 text none")
        self.run("smsbox", "smsbox", "-v", "1", conf)
        wait_for(lambda: listens(self.port), "smsbox")
        wait_for(lambda: "online" in self._status(admin), "the fake centre")
        self.keys = {
            "url": f"http://127.0.0.1:{self.port}/cgi-bin/sendsms",
            "content_type": "text/plain; charset=UTF-8", "body": "%{text}",
            "user": self.USER, "password": self.PASSWORD,
            "success": "0: Accepted", "header": [
                "X-Kannel-Username: %{user}", "X-Kannel-Password: %{password}",
                "X-Kannel-To: %{to}", "X-Kannel-Coding: 2"]}
        self.conf = http_conf(self.directory / "sms-http.conf", self.keys)
        self.command = f"{COURIERS}/sms-http {self.conf}"

    def _conf(self, admin, boxes, centre):
        d = self.directory
        return f"""
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = admin
smsbox-port = {boxes}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
store-file = {d}/store

group = smsc
smsc = fake
host = 127.0.0.1
port = {centre}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {self.port}
sendsms-interface = 127.0.0.1

group = sendsms-user
username = {self.USER}
password = {self.PASSWORD}
concatenation = true
max-messages = 20
default-sender = 4711
"""

    @staticmethod
    def _status(port):
        with socket.create_connection(("127.0.0.1", port), 5) as s:
            s.sendall(b"GET /status.txt?password=admin HTTP/1.0\r\n\r\n")
            with s.makefile("rb") as answer:
                return answer.read().decode(errors="replace")

    def messages(self):
        """What the centre says it got, parts put together."""
        found, parts = [], {}
        for to, udh, data in re.findall(
                r"Got message \d+: <\S+ (\S+) (?:udh (\S+) )?"
                r"(?:text|data|ucs-2) ((?s:.*?))>\n(?=\d{4}-|\Z)",
                self.log("centre")):
            octets = urllib.parse.unquote_to_bytes(data.replace("+", " "))
            if not udh:
                found.append((to, octets))
                continue
            _, _, _, number, total, at = urllib.parse.unquote_to_bytes(udh)
            parts.setdefault((to, number), {})[at] = octets
            if len(parts[to, number]) == total:
                whole = parts.pop((to, number))
                found.append((to, b"".join(whole[i] for i in sorted(whole))))
        return [{"to": to, "subject": "", "text": self._decode(octets)}
                for to, octets in found]

    @staticmethod
    def _decode(octets):
        return octets.decode("utf-16-be" if b"\0" in octets else "utf-8")


class Mail(Gateway):
    """Exim, which takes mail for everybody and puts it into one Maildir.

    port is plain, tls_port wants STARTTLS with the certificate cert, whose
    names are MAIL_HOST, localhost and 127.0.0.1."""

    def __init__(self):
        super().__init__()
        self.box = self.directory / "box"
        for path in (self.box, self.directory / "spool"):
            path.mkdir()
            owned(path, EXIM, EXIM, 0o750)
        self.port, self.tls_port = free_port(), free_port()
        self.cert, key = certificate(self.directory, MAIL_HOST, "localhost",
                                     "127.0.0.1")
        owned(key, "root", EXIM, 0o640)
        conf = self.directory / "exim.conf"
        conf.write_text(self._conf(key))
        with open("/etc/exim4/trusted_configs", "a") as trusted:
            trusted.write(f"{conf}\n")
        self.run("exim", "exim4", "-C", conf, "-bdf", "-q1m")
        wait_for(lambda: listens(self.port) and listens(self.tls_port),
                 "exim")
        self.command = f"{COURIERS}/mail-sendmail -h 127.0.0.1:{self.port}"

    def _conf(self, key):
        d, tls = self.directory, f"eq{{$received_port}}{{{self.tls_port}}}"
        return f"""
primary_hostname = {MAIL_HOST}
spool_directory = {d}/spool
log_file_path = {d}/spool/%slog
local_interfaces = 127.0.0.1.{self.port} : 127.0.0.1.{self.tls_port}
tls_advertise_hosts = ${{if {tls}{{*}}{{}}}}
tls_certificate = {self.cert}
tls_privatekey = {key}
host_lookup =
keep_environment =
acl_smtp_rcpt = rcpt

begin acl
rcpt:
  deny condition = ${{if and{{{{{tls}}}{{!def:tls_in_cipher}}}}}}
  accept

begin routers
box:
  driver = accept
  transport = box

begin transports
box:
  driver = appendfile
  directory = {self.box}
  maildir_format
  envelope_to_add
  return_path_add
  user = {EXIM}
"""

    def messages(self):
        """What is in the Maildir.  to and sender are the envelope's, message
        is all of it (email.message.EmailMessage), raw its bytes."""
        files = sorted((self.box / "new").glob("*"),
                       key=lambda p: p.stat().st_ctime_ns)
        return [self._read(p.read_bytes()) for p in files]

    @staticmethod
    def _read(raw):
        message = email.message_from_bytes(raw, policy=email.policy.default)
        return {"to": message["Envelope-to"], "subject": message["Subject"],
                "text": message.get_content().removesuffix("\n"),
                "message": message,
                "sender": message["Return-path"].strip("<>"), "raw": raw}
