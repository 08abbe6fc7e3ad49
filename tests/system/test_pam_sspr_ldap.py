# SPDX-License-Identifier: MIT
"""pam_sspr_ldap.so, alone in a stack, at a real slapd with the rules that are
shipped for it."""

import contextlib
import os
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

import transaction as pam
from directory import (ADMIN, LDAP, LDAPI, LDAPS, LOCKED_FOR_GOOD, SERVICE,
                       SERVICE_PASSWORD, SOCKET, SUFFIX)
from copied import CONF, KEY, NOBODY, ROOT, Copied, configure

MODULE = "pam_sspr_ldap.so"
GOOD, BETTER = "Turnip-violin-52", "Cabbage-trumpet-64"
PASSMOD = b"1.3.6.1.4.1.4203.1.11.1"  # RFC 3062
UNKNOWN = "It is not known whether the password was changed"


@pytest.fixture(scope="module")
def slapd():
    """The directory."""
    with Copied() as server:
        yield server


@pytest.fixture(autouse=True)
def settings(slapd):
    """Each test begins with good ones."""
    configure(slapd, KEY)
    stack(f"password required {MODULE}")


@pytest.fixture
def owner(slapd):
    """Somebody new."""
    return slapd.account()


def stack(*lines):
    """The service `lab'."""
    Path("/etc/pam.d/lab").write_text("\n".join(lines) + "\n")


def change(owner, *answers, **how):
    """With the answers, or a good password."""
    result = pam.run("lab", owner.name, *(answers or (GOOD, GOOD)), **how)
    assert result.changed == []
    return result


def is_untouched(owner, was):
    """Byte for byte, the password too."""
    return owner.entry() == was and owner.binds(owner.password)


def modifier(owner):
    """Who changed the entry last."""
    return next(line.partition(" ")[2] for line in owner.entry()
                if line.startswith("modifiersName: "))


WAYS = {"starttls": KEY | {"uri": LDAP}, "tls": KEY | {"uri": LDAPS},
        "socket": KEY | {"uri": LDAPI}, "root": ROOT}


@pytest.mark.parametrize("way", WAYS)
def test_root_sets_it(way, slapd, owner):
    """Over each way; two prompts, and nothing else."""
    configure(slapd, WAYS[way])
    result = change(owner)
    assert result.code == pam.SUCCESS, result.text
    assert result.shown == ["New password: ", "Retype new password: "]
    assert owner.binds(GOOD) and not owner.binds(owner.password)
    assert modifier(owner) != owner.dn


@pytest.mark.parametrize("identity", [KEY, ROOT])
def test_the_policy_holds_for_it(identity, slapd, owner):
    """R-SET-5: quality, length and history; pwdReset is not set."""
    configure(slapd, identity)
    assert change(owner).code == pam.SUCCESS
    assert not any("pwdReset" in line for line in owner.entry())
    for bad, says in (("short-1", "the new password is too short"),
                      (GOOD, "the new password was used before"),
                      (owner.password, "the new password was used before")):
        was = owner.entry()
        result = change(owner, bad, bad)
        assert result.code == pam.AUTHTOK_ERR
        assert f"Password change failed: {says}" in result.text
        assert owner.entry() == was


def test_without_a_file_it_is_not_there():
    """Quietly."""
    CONF.unlink()
    stack(f"password [ignore=1 default=die] {MODULE}",
          "password requisite pam_deny.so", "password required pam_permit.so")
    result = pam.run("lab", "alice")
    assert (result.code, result.shown) == (pam.SUCCESS, [])


@pytest.mark.parametrize("word", [
    "use_autktok", "minimum_uid=", "minimum_uid=-1", "minimum_uid=1e9",
    "config=", "config=directory.conf", "config=/" + "x" * 200])
def test_a_bad_argument_is_an_error(word, owner):
    """Rather than another file, or another meaning."""
    stack(f"password required {MODULE} {word}")
    was = owner.entry()
    assert change(owner).code == pam.SERVICE_ERR
    assert is_untouched(owner, was)


def test_low_uids_are_ignored(owner):
    """minimum_uid."""
    stack(f"password [ignore=1 default=die] {MODULE} minimum_uid=60000",
          "password requisite pam_deny.so", "password required pam_permit.so")
    was = owner.entry()
    result = change(owner)
    assert (result.code, result.shown) == (pam.SUCCESS, [])
    assert is_untouched(owner, was)


@pytest.mark.parametrize("name", ["alice", "nobody-at-all"])
def test_who_is_not_there_is_unknown(name):
    """So that the next module is asked."""
    result = pam.run("lab", name, GOOD, GOOD)
    assert (result.code, result.shown) == (pam.USER_UNKNOWN, [])


def test_a_uid_that_differs_is_refused(slapd, owner):
    """R-SET-2: the name is one account's and the uid another's."""
    owner.change(uidNumber=owner.uid + 5000)
    was = owner.entry()
    result = change(owner)
    assert result.code in (pam.PERM_DENIED, pam.USER_UNKNOWN)
    assert is_untouched(owner, was)


STATES = {
    "is locked": {"pwdAccountLockedTime": LOCKED_FOR_GOOD},
    "has expired": {"shadowExpire": "1"},
    "has no password": {"userPassword": None},
}


@pytest.mark.parametrize("says", STATES)
def test_what_is_locked_stays_so(says, owner):
    """R-SET-2, for root as well."""
    owner.change(**STATES[says])
    was = owner.entry()
    result = change(owner)
    assert result.code == pam.PERM_DENIED
    assert f"Password change failed: the account {says}" in result.text
    assert owner.entry() == was


def test_guesses_do_not_lock_out_a_reset(owner):
    """Of others, for a while: it ends with the change."""
    for _ in range(4):
        assert not owner.binds("Wrong-guess-1")
    assert not owner.binds(owner.password)
    assert change(owner).code == pam.SUCCESS
    assert owner.binds(GOOD)


BROKEN = {
    "nobody": (NOBODY, {}),
    "key": (KEY, {"uris": "ldapi:///"}),
    "password": (KEY, {"password_file": "/etc/sspr/not-there"}),
    "certificate": (KEY, {"uri": LDAP,
                          "ca_file": "/etc/ssl/certs/ca-certificates.crt"}),
}


@pytest.mark.parametrize("what", BROKEN)
def test_wrong_settings_are_the_administrators(what, slapd, owner):
    """Details are for the log only; nothing is asked."""
    configure(slapd, BROKEN[what][0], **BROKEN[what][1])
    was = owner.entry()
    result = change(owner)
    assert result.code == pam.SERVICE_ERR
    assert result.shown == ["Password change failed: the service is not set "
                            "up right. Tell an administrator."]
    assert is_untouched(owner, was)


def test_silent_means_silent(slapd, owner):
    """PAM_SILENT."""
    configure(slapd, NOBODY)
    result = change(owner, flags=pam.SILENT)
    assert (result.code, result.shown) == (pam.SERVICE_ERR, [])


def test_a_directory_that_is_down(slapd, owner):
    """At once; nothing is asked."""
    configure(slapd, KEY, uri="ldapi://%2Frun%2Fnot-there")
    result = change(owner)
    assert result.code == pam.TRY_AGAIN
    assert "does not answer. Nothing was changed" in result.text
    assert len(result.shown) == 1


def test_a_directory_that_hangs(slapd, owner):
    """In time; then the next one is asked."""
    slapd.freeze()
    try:
        began = time.monotonic()
        assert change(owner).code == pam.TRY_AGAIN
        assert time.monotonic() - began < 5
    finally:
        slapd.thaw()
    configure(slapd, KEY, uri=f"ldapi://%2Frun%2Fnot-there {LDAPI}")
    assert change(owner).code == pam.SUCCESS


@contextlib.contextmanager
def relay(path, swallow):
    """Between us and the directory.  From the request to change a password
    on, swallow(sent, to_server) says whether bytes go on."""
    met = threading.Event()

    def carry(source, sink, to_server):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if to_server and PASSMOD in data:
                    met.set()
                if not (met.is_set() and swallow(data, to_server)):
                    sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    def serve():
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            far.connect(SOCKET)
            for pair in ((near, far, True), (far, near, False)):
                threading.Thread(target=carry, args=pair, daemon=True).start()

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        threading.Thread(target=serve, daemon=True).start()
        yield
        listener.shutdown(socket.SHUT_RDWR)
    os.unlink(path)


LOST = {"request": lambda _, to_server: to_server,
        "answer": lambda _, to_server: not to_server}


@pytest.mark.parametrize("what", LOST)
def test_what_was_asked_and_not_answered_is_uncertain(what, slapd, owner):
    """R-SET-5: it is said so, once, and not asked again."""
    with relay("/run/relay", LOST[what]):
        configure(slapd, KEY, uri="ldapi://%2Frun%2Frelay")
        result = change(owner)
    assert result.code == pam.AUTHTOK_ERR
    assert UNKNOWN in result.text
    assert result.text.count("not known") == 1
    assert owner.binds(GOOD) == (what == "answer")


def test_the_owner_changes_it_with_the_current_one(owner):
    """As the owner, not by anybody's delegated rights."""
    result = change(owner, owner.password, GOOD, GOOD, uid=owner.uid)
    assert result.code == pam.SUCCESS, result.text
    assert result.shown[0] == "Current password: "
    assert owner.binds(GOOD)
    assert modifier(owner) == owner.dn


@pytest.mark.parametrize("identity", [KEY, ROOT, NOBODY])
def test_the_owner_needs_the_current_one(identity, slapd, owner):
    """Whatever else we may do; nothing more is asked then."""
    configure(slapd, identity)
    was = [line for line in owner.entry() if "userPassword" in line]
    result = change(owner, "Wrong-guess-1", GOOD, GOOD, uid=owner.uid)
    assert result.code == pam.AUTH_ERR
    assert result.left == [GOOD, GOOD]
    assert was == [line for line in owner.entry() if "userPassword" in line]


def test_an_expired_password_is_changed_by_its_owner_only(owner):
    """login(1) is root then."""
    result = change(owner, "Wrong-guess-1", flags=pam.CHANGE_EXPIRED)
    assert result.code == pam.AUTH_ERR
    result = change(owner, owner.password, GOOD, GOOD,
                    flags=pam.CHANGE_EXPIRED)
    assert result.code == pam.SUCCESS, result.text


def test_what_its_owner_may_not_change(slapd):
    """The directory's word for it."""
    for name, policy, says in (
            ("fixed", "pwdAllowUserChange: FALSE", "may not be changed"),
            ("slow", "pwdMinAge: 9999", "too short a time ago")):
        dn = f"cn={name},ou=policies,{SUFFIX}"
        slapd.add(f"dn: {dn}\nobjectClass: applicationProcess\nobjectClass: "
                  f"pwdPolicy\ncn: {name}\npwdAttribute: userPassword\n"
                  f"{policy}\n\n")
        owner = slapd.account(pwdPolicySubentry=dn)
        result = change(owner, owner.password, GOOD, GOOD, uid=owner.uid)
        assert result.code == pam.AUTHTOK_ERR
        assert says in result.text


def test_the_passes_agree(tmp_path, slapd, owner):
    """What the first decided binds the second, in which alone pam_exec(8)
    acts."""
    script = tmp_path / "between"
    script.write_text(f"#!/bin/sh\nexec cp -p {CONF}.new {CONF}\n")
    script.chmod(0o755)
    configure(slapd, KEY, path=CONF.with_name("directory.conf.new"))
    CONF.unlink()
    between = f"password required pam_exec.so {script}"
    stack(between, f"password optional {MODULE}")
    was = owner.entry()
    assert change(owner).shown == []
    assert CONF.exists() and is_untouched(owner, was)
    script.write_text(f"#!/bin/sh\nexec rm -f {CONF}\n")
    stack(between, f"password required {MODULE}")
    result = change(owner)
    assert result.code == pam.AUTHTOK_ERR
    assert not CONF.exists() and is_untouched(owner, was)


@pytest.mark.parametrize("answers", [("", ""), (GOOD, BETTER), ()])
def test_no_password_changes_nothing(answers, owner):
    """By RFC 3062 the server would choose one for an empty one."""
    was = owner.entry()
    result = pam.run("lab", owner.name, *answers)
    assert result.code != pam.SUCCESS
    assert is_untouched(owner, was)


def test_passwords_of_any_bytes(owner):
    """256 bytes, UTF-8 and blanks at the ends."""
    for password in ("x1-" + "ü" * 126 + "z", " Spaces-at-ends-7 "):
        assert change(owner, password, password).code == pam.SUCCESS
        assert owner.binds(password)


@pytest.mark.parametrize("uid", ["root", "owner"])
def test_a_password_that_had_run_out_has_not(uid, slapd):
    """By shadow(5); where it is not counted it is not begun."""
    today = str(int(time.time()) // 86400)
    for before, after in (("15000", today), (None, None)):
        given = {"shadowLastChange": before} if before else {}
        owner = slapd.account(**given)
        how = {"uid": owner.uid} if uid == "owner" else {}
        first = [owner.password] if uid == "owner" else []
        result = change(owner, *first, GOOD, GOOD, **how)
        assert result.code == pam.SUCCESS, result.text
        assert owner.binds(GOOD)
        days = [line.split()[1] for line in owner.entry()
                if line.startswith("shadowLastChange")]
        assert days == ([after] if after else [])


# What the two identities can do with ldap-utils: the rules themselves.
def asks(identity, program, *words, text=""):
    """A tool of ldap-utils as one of them."""
    who = ["-Q", "-Y", "EXTERNAL"] if identity is ROOT else \
        ["-x", "-D", SERVICE, "-w", SERVICE_PASSWORD]
    return subprocess.run([program, "-H", LDAPI, *who, *words], input=text,
                          text=True, capture_output=True, check=False)


@pytest.mark.parametrize("identity", [KEY, ROOT])
def test_it_reads_no_password(identity, slapd, owner):
    """Neither the current one nor old ones, but that there is one."""
    assert change(owner).code == pam.SUCCESS
    done = asks(identity, "ldapsearch", "-LLL", "-b", f"ou=people,{SUFFIX}",
                f"(&(uid={owner.name})(userPassword=*))", "*", "+")
    assert f"dn: {owner.dn}" in done.stdout
    for secret in ("userPassword", "pwdHistory", "homeDirectory"):
        assert secret not in done.stdout
    assert "entryCSN" in done.stdout


@pytest.mark.parametrize("identity", [KEY, ROOT])
def test_it_changes_nothing_else(identity, slapd, owner):
    """Nothing but passwords, and those below ou=people only."""
    was = owner.entry()
    for attribute, value in (("loginShell", "/bin/sh"), ("uidNumber", "0"),
                             ("pwdPolicySubentry", "cn=x"),
                             ("pwdReset", "TRUE"), ("cn", "x")):
        done = asks(identity, "ldapmodify", text=(
            f"dn: {owner.dn}\nchangetype: modify\nreplace: {attribute}\n"
            f"{attribute}: {value}\n"))
        assert done.returncode == 50, (attribute, done.stderr)
    assert asks(identity, "ldapdelete", owner.dn).returncode in (32, 50)
    assert owner.entry() == was
    for dn in (SERVICE, ADMIN, f"cn=lena,ou=groups,{SUFFIX}"):
        done = asks(identity, "ldappasswd", "-s", GOOD, dn)
        assert done.returncode != 0
    assert slapd.binds(SERVICE, SERVICE_PASSWORD)


@pytest.mark.parametrize("identity", [KEY, ROOT])
def test_it_sees_nothing_else(identity):
    """Nothing outside ou=people."""
    for base in (SUFFIX, f"ou=services,{SUFFIX}", f"ou=policies,{SUFFIX}"):
        done = asks(identity, "ldapsearch", "-LLL", "-b", base, "-s", "base")
        assert "dn:" not in done.stdout


def test_others_are_as_before(slapd, owner):
    """Users change and read theirs, strangers read what they read."""
    slapd.tool("ldappasswd", "-D", owner.dn, "-a", owner.password, "-s", GOOD,
               password=owner.password)
    assert owner.binds(GOOD)
    done = subprocess.run(["ldapsearch", "-x", "-LLL", "-H", LDAPI, "-b",
                           owner.dn, "loginShell", "userPassword"], text=True,
                          check=True, capture_output=True)
    assert "loginShell" in done.stdout
    assert "userPassword" not in done.stdout
