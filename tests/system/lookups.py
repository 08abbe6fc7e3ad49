# SPDX-License-Identifier: MIT
"""How a host knows the accounts of a directory: nslcd or sssd, in
nsswitch.conf and in the stacks of a login as Debian sets them up."""

import re
import shutil
import subprocess
import time
from pathlib import Path

from daemon import ini, wait_for
from directory import LDAP, SERVICE, SERVICE_PASSWORD, SUFFIX
from etc import edit
from gateways import Gateway, owned

SWITCH = Path("/etc/nsswitch.conf")
PROFILES = Path("/usr/share/pam-configs")
ASIDE = Path("/usr/lib/lab/pam-configs")  # as tests/lab/mkroot has it


class Lookups(Gateway):
    """One of them.  source: its word in nsswitch.conf; profile: that of
    pam-auth-update(8)."""

    source = profile = None
    folds = False  # upper and lower case are one

    def __init__(self, slapd):
        super().__init__()
        self.slapd = slapd
        self.start()
        self.switch(f"files {self.source}")
        shutil.copy(ASIDE / self.profile, PROFILES)
        self.authenticate("--enable")
        first = slapd.account()
        wait_for(lambda: knows(first.name), self.source)

    def start(self):
        """Again, after stop()."""
        raise NotImplementedError

    def refresh(self):
        """Forget what was looked up before."""

    @staticmethod
    def switch(sources):
        """Where accounts are looked up."""
        edit(SWITCH, lambda text: re.sub(
            r"(?m)^(passwd|group|shadow):.*", rf"\1: {sources}", text))

    def authenticate(self, what):
        """--enable or --disable it in the stacks of a login."""
        subprocess.run(["pam-auth-update", "--package", what, self.profile],
                       check=True, env={"DEBIAN_FRONTEND": "noninteractive",
                                        "PATH": "/usr/sbin:/usr/bin"})

    def end(self):
        """As if it had never been here."""
        self.authenticate("--disable")
        (PROFILES / self.profile).unlink()
        self.switch("files")
        self.stop()


class Nslcd(Lookups):
    """Debian's nslcd, libnss-ldapd and libpam-ldapd."""

    source = profile = "ldap"

    def start(self):
        conf = Path("/etc/nslcd.conf")
        conf.write_text(f"""
uid nslcd
gid nslcd
log {self.directory}/nslcd.log info
uri {LDAP}
base {SUFFIX}
ssl start_tls
tls_reqcert demand
tls_cacertfile {self.slapd.ca}
reconnect_sleeptime 1
reconnect_retrytime 1
ignorecase {"yes" if self.folds else "no"}
rootpwmoddn {SERVICE}
rootpwmodpw {SERVICE_PASSWORD}
""", encoding="utf-8")
        owned(conf, "root", "nslcd", 0o640)
        run = Path("/run/nslcd")
        run.mkdir(exist_ok=True)
        owned(run, "nslcd", "nslcd", 0o755)
        owned(self.directory, "nslcd", "nslcd", 0o755)
        self.run("nslcd", "nslcd", "-n")
        wait_for((run / "socket").exists, "nslcd")


class Sssd(Lookups):
    """Debian's sssd-ldap; it keeps nothing for long, not even that
    a local name is not in the directory, which it does for 4 hours."""

    source = profile = "sss"

    def start(self):
        conf = Path("/etc/sssd/sssd.conf")
        conf.parent.mkdir(exist_ok=True)
        conf.write_text(ini({
            "sssd": {"services": "nss, pam", "domains": "lab"},
            "nss": {"memcache_timeout": 0, "entry_negative_timeout": 0,
                    "local_negative_timeout": 0},
            "pam": {},
            "domain/lab": {
                "id_provider": "ldap", "auth_provider": "ldap",
                "ldap_uri": LDAP, "ldap_search_base": SUFFIX,
                "ldap_id_use_start_tls": "true", "ldap_tls_reqcert": "demand",
                "ldap_tls_cacert": self.slapd.ca, "entry_cache_timeout": 1,
                "offline_timeout": 1, "offline_timeout_max": 1,
                "offline_timeout_random_offset": 0,
                "case_sensitive": str(not self.folds).lower()}}))
        conf.chmod(0o600)
        self.run("sssd", "sssd", "-i", "--logger=stderr")
        wait_for(Path("/var/lib/sss/pipes/nss").exists, "sssd")

    def refresh(self):
        time.sleep(1.1)  # entry_cache_timeout


def again(lookups, folds):
    """Start it anew, with or without regard to case."""
    lookups.stop()
    lookups.folds = folds
    lookups.start()
    wait_for(lambda: knows(lookups.slapd.account().name), lookups.source)


def knows(name):
    """Whether the host does."""
    return subprocess.run(["getent", "passwd", name], check=False,
                          stdout=subprocess.DEVNULL).returncode == 0


KINDS = {"nslcd": Nslcd, "sssd": Sssd}
