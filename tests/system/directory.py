# SPDX-License-Identifier: MIT
"""A directory: slapd with the password policy overlay, over TLS with a
certificate of its own authority, and the accounts in it."""

import itertools
import os
import shutil
import signal
import subprocess
from pathlib import Path

from conftest import PASSWORD, Person
from daemon import wait_for
from gateways import Gateway, listens, owned

HOST = "ldap.example"  # 127.0.0.1
SUFFIX = "dc=example,dc=net"
PEOPLE = f"ou=people,{SUFFIX}"
ADMIN, ADMIN_PASSWORD = f"cn=admin,{SUFFIX}", "root of all of it"
SERVICE, SERVICE_PASSWORD = f"cn=sspr,ou=services,{SUFFIX}", "Dienst-wört 4711"
SOCKET = "/run/slapd/ldapi"
LDAP = f"ldap://{HOST}"
LDAPS = f"ldaps://{HOST}"
LDAPI = "ldapi://" + SOCKET.replace("/", "%2F")

POLICY = {"pwdAttribute": "userPassword", "pwdMinLength": 12,
          "pwdCheckQuality": 2, "pwdInHistory": 3, "pwdLockout": "TRUE",
          "pwdLockoutDuration": 900, "pwdMaxFailure": 4,
          "pwdMustChange": "TRUE", "pwdAllowUserChange": "TRUE",
          "pwdSafeModify": "FALSE"}

FIRST_UID = 20000  # above all local ones
INVALID_CREDENTIALS = 49
LOCKED_FOR_GOOD = "000001010000Z"

# As Debian's slapd has it, but for the administrator, who is the rootdn.
RIGHTS = """dn: olcDatabase={1}mdb,cn=config
changetype: modify
add: olcAccess
olcAccess: to attrs=userPassword,shadowLastChange by self write
  by anonymous auth by * none
olcAccess: to * by * read
"""
SETTINGS = Path("/etc/sspr/directory.conf")
CREDENTIAL = Path("/etc/sspr/directory.password")
SHIPPED = Path("/usr/share/sspr")

_uids = itertools.count(FIRST_UID)


class Refused(Exception):
    """By slapd: the status of the tool, what it printed."""


class Authority:
    """Signs certificates."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self.cert, self.key = self._make(
            "ca", "/CN=Test authority", "-extensions", "v3_ca")

    def issue(self, name, *names):
        """A server's certificate for DNS names: (cert, key)."""
        alternatives = ",".join("DNS:" + n for n in names)
        return self._make(
            name, f"/CN={names[0]}", "-CA", self.cert, "-CAkey", self.key,
            "-extensions", "usr_cert", "-addext",
            f"subjectAltName={alternatives}")

    def _make(self, name, subject, *more):
        cert = self.directory / f"{name}.pem"
        key = self.directory / f"{name}.key"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
             "-days", "30", "-subj", subject, "-keyout", key, "-out", cert,
             *more], check=True, capture_output=True)
        cert.chmod(0o644)
        return cert, key


def ldif(dn, **attributes):
    """One entry; a list is an attribute with several values."""
    lines = [f"dn: {dn}"]
    for name, value in attributes.items():
        values = value if isinstance(value, (list, tuple)) else [value]
        lines += [f"{name}: {v}" for v in values]
    return "\n".join(lines) + "\n\n"


def _configuration(d, cert, key, ca):
    """cn=config."""
    schema = "".join(f"include: file:///etc/ldap/schema/{name}.ldif\n\n"
                     for name in ("core", "cosine", "nis", "inetorgperson"))
    return "".join((
        ldif("cn=config", objectClass="olcGlobal", cn="config",
             olcTLSCACertificateFile=ca, olcTLSCertificateFile=cert,
             olcTLSCertificateKeyFile=key),
        ldif("cn=module{0},cn=config", objectClass="olcModuleList",
             cn="module{0}", olcModulePath="/usr/lib/ldap",
             olcModuleLoad=["back_mdb", "ppolicy"]),
        ldif("cn=schema,cn=config", objectClass="olcSchemaConfig",
             cn="schema"),
        schema,
        ldif("cn={4}other,cn=schema,cn=config",
             objectClass="olcSchemaConfig", cn="{4}other",
             olcAttributeTypes="( 2.16.840.1.113730.3.1.610"
             " NAME 'nsAccountLock' EQUALITY caseIgnoreMatch"
             " SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )"),
        ldif("olcDatabase={-1}frontend,cn=config",
             objectClass=["olcDatabaseConfig", "olcFrontendConfig"],
             olcDatabase="{-1}frontend", olcPasswordHash="{SSHA}"),
        ldif("olcDatabase={0}config,cn=config",
             objectClass="olcDatabaseConfig", olcDatabase="{0}config",
             olcRootDN="cn=config", olcRootPW=ADMIN_PASSWORD),
        ldif("olcDatabase={1}mdb,cn=config",
             objectClass=["olcDatabaseConfig", "olcMdbConfig"],
             olcDatabase="{1}mdb", olcSuffix=SUFFIX, olcRootDN=ADMIN,
             olcRootPW=ADMIN_PASSWORD, olcDbDirectory=d / "db",
             olcDbIndex=["objectClass eq", "uid eq", "uidNumber eq"]),
        ldif("olcOverlay={0}ppolicy,olcDatabase={1}mdb,cn=config",
             objectClass=["olcOverlayConfig", "olcPPolicyConfig"],
             olcOverlay="{0}ppolicy",
             olcPPolicyDefault=f"cn=default,ou=policies,{SUFFIX}",
             olcPPolicyHashCleartext="TRUE",
             olcPPolicyUseLockout="TRUE")))


def _policy(name, **changes):
    return ldif(f"cn={name},ou=policies,{SUFFIX}",
                objectClass=["applicationProcess", "pwdPolicy"], cn=name,
                **(POLICY | changes))


def _content():
    """What is there before anybody is."""
    return "".join((
        ldif(SUFFIX, objectClass=["dcObject", "organization"], dc="example",
             o="Example"),
        *(ldif(f"ou={ou},{SUFFIX}", objectClass="organizationalUnit", ou=ou)
          for ou in ("people", "groups", "policies")),
        _policy("default"), _policy("strict", pwdMinLength=20),
        _policy("services", pwdMustChange="FALSE", pwdLockout="FALSE")))


class Slapd(Gateway):
    """One; accounts are made and changed as its administrator."""

    def __init__(self):
        super().__init__()
        _name_host()
        d = self.directory
        self.authority = Authority(d)
        self.ca = self.authority.cert
        cert, key = self.authority.issue("server", HOST)
        for path in (d / "db", d / "config", Path(SOCKET).parent):
            path.mkdir(exist_ok=True)
            owned(path, "openldap", "openldap", 0o755)
        owned(key, "openldap", "openldap", 0o400)
        self._fill("0", _configuration(d, cert, key, self.ca))
        self._fill("1", _content())
        self.start()
        self._allow()

    def _fill(self, number, text):
        subprocess.run(
            ["setpriv", "--reuid=openldap", "--regid=openldap",
             "--init-groups", "slapadd", "-n", number, "-F",
             self.directory / "config"], input=text, text=True, check=True)

    def start(self):
        """Again, after stop(); with what was in it."""
        Path(SOCKET).unlink(missing_ok=True)
        self.run("slapd", "slapd", "-u", "openldap", "-g", "openldap", "-F",
                 self.directory / "config", "-d", "stats", "-h",
                 f"ldap:/// ldaps:/// {LDAPI}")
        wait_for(lambda: os.path.exists(SOCKET) and listens(636), "slapd")

    def _allow(self):
        """As pam_sspr_ldap(8) says; the rights are for those attributes, too,
        that our own schema adds."""
        self.add((SHIPPED / "openldap-entry.ldif").read_text())
        self.change(SERVICE,
                    pwdPolicySubentry=f"cn=services,ou=policies,{SUFFIX}")
        self.tool("ldappasswd", "-D", ADMIN, "-s", SERVICE_PASSWORD, SERVICE)
        self.tool("ldapmodify", "-D", "cn=config", text=RIGHTS)
        for name in ("openldap-access", "openldap-access-ldapi"):
            text = (SHIPPED / f"{name}.ldif").read_text()
            self.tool("ldapmodify", "-D", "cn=config", text=text.replace(
                "pwdEndTime\n", "pwdEndTime,nsAccountLock\n"))

    def freeze(self):
        """It does not answer, but its kernel does."""
        self.processes[-1].send_signal(signal.SIGSTOP)

    def thaw(self):
        """It goes on where it was."""
        self.processes[-1].send_signal(signal.SIGCONT)

    def stop(self):
        """End it."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
        super().stop()

    def command(self, program, *words, password=ADMIN_PASSWORD):
        """One of ldap-utils, to be run as somebody with this password."""
        secret = self.directory / "password"
        secret.write_text(password, encoding="utf-8")
        secret.chmod(0o600)
        return [program, "-x", "-H", LDAPI, "-y", secret, *words]

    def tool(self, program, *words, text="", password=ADMIN_PASSWORD):
        """Run it; what it printed."""
        done = subprocess.run(
            self.command(program, *words, password=password), input=text,
            text=True, check=False, timeout=30, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise Refused(done.returncode, done.stdout)
        return done.stdout

    def add(self, text):
        """Entries."""
        self.tool("ldapadd", "-D", ADMIN, text=text)

    def change(self, dn, **attributes):
        """Other values of these attributes; None: none."""
        lines = [f"dn: {dn}", "changetype: modify"]
        for name, value in attributes.items():
            lines.append(f"replace: {name}")
            if value is not None:
                values = value if isinstance(value, list) else [value]
                lines += [f"{name}: {v}" for v in values]
            lines.append("-")
        self.tool("ldapmodify", "-D", ADMIN, text="\n".join(lines) + "\n")

    def entry(self, dn):
        """All there is in an entry, also of its passwords."""
        found = self.tool("ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-D",
                          ADMIN, "-b", dn, "-s", "base", "*", "+")
        return sorted(found.splitlines())

    def binds(self, dn, password):
        """Whether it does."""
        try:
            self.tool("ldapwhoami", "-D", dn, password=password)
        except Refused as e:
            assert e.args[0] == INVALID_CREDENTIALS, e
            return False
        return True

    def account(self, **attributes):
        """Somebody new, only here."""
        uid = int(attributes.get("uidNumber", next(_uids)))
        name = attributes.pop("uid", f"lena{uid}")
        self.add(entries_of(name, uid, **attributes))
        home = Path("/home", name)
        if not home.exists():
            shutil.copytree("/etc/skel", home)
            os.chown(home, uid, uid)
        return Owner(self, name, uid)


def entries_of(name, uid, **attributes):
    """An account and its group."""
    account = {
        "objectClass": ["inetOrgPerson", "posixAccount", "shadowAccount",
                        "extensibleObject"],
        "uid": name, "cn": name.title(), "sn": name.title(),
        "uidNumber": uid, "gidNumber": uid, "homeDirectory": f"/home/{name}",
        "loginShell": "/bin/bash", "userPassword": PASSWORD} | attributes
    return (ldif(dn_of(name), **account)
            + ldif(f"cn={name},ou=groups,{SUFFIX}", objectClass="posixGroup",
                   cn=name, gidNumber=uid))


def dn_of(name):
    """Of an account."""
    return f"uid={name},{PEOPLE}"


def _name_host():
    """Our server's name, for everybody here."""
    hosts = Path("/etc/hosts")
    if HOST not in hosts.read_text():
        with hosts.open("a") as file:
            file.write(f"127.0.0.1 {HOST}\n")


class Owner(Person):
    """Of an account in the directory."""

    def __init__(self, slapd, name, uid):
        # pylint: disable=super-init-not-called
        self.slapd, self.name, self.uid = slapd, name, uid
        self.dn, self.password = dn_of(name), PASSWORD
        self.phone, self.sheet = None, []

    def entry(self):
        """Everything in it."""
        return self.slapd.entry(self.dn)

    def change(self, **attributes):
        """As an administrator."""
        self.slapd.change(self.dn, **attributes)

    def binds(self, password):
        """Whether it is the password."""
        return self.slapd.binds(self.dn, password)
