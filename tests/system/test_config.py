# SPDX-License-Identifier: MIT
"""R-CFG-1, R-CFG-2: strict configuration, checked by -t and taken over on
SIGHUP; a bad one changes nothing."""

import os
import re
import secrets
import subprocess
from pathlib import Path

import pytest

from conftest import FAST, merged
from conversation import at_code_prompt
from daemon import PROGRAM, STATE, ini
from protocol import Client

# One code is enough for what is asked here.
CONF = {"reset": {"methods_required": 1}}

BAD = {  # text, what the message names: line and key
    "unknown_key": ("[offer]\noffer_aftr = 2\n", "2", "offer_aftr"),
    "unknown_section": ("\n\n[ofer]\noffer_after = 2\n", "3", "ofer"),
    "key_in_the_wrong_section": ("[reset]\noffer_after = 2\n", "2",
                                 "offer_after"),
    "duplicate_key": ("[offer]\noffer_after = 2\noffer_after = 3\n", "3",
                      "offer_after"),
    "too_small": ("[offer]\noffer_after = 0\n", "2", "offer_after"),
    "too_large": ("[offer]\noffer_after = 11\n", "2", "offer_after"),
    "negative": ("[offer]\noffer_after = -2\n", "2", "offer_after"),
    "a_word_for_a_number": ("[offer]\noffer_after = two\n", "2",
                            "offer_after"),
    "trailing_junk": ("[offer]\noffer_after = 2 times\n", "2",
                      "offer_after"),
    "octal": ("[offer]\noffer_after = 02\n", "2", "offer_after"),
    "hexadecimal": ("[offer]\noffer_after = 0x2\n", "2", "offer_after"),
    "empty_number": ("[offer]\noffer_after =\n", "2", "offer_after"),
    "no_equals_sign": ("[offer]\noffer_after\n", "2", "offer_after"),
    "key_without_section": ("offer_after = 2\n", "1", "offer_after"),
    "true_for_yes": ("[log]\ndebug = true\n", "2", "debug"),
    "huge_number": ("[offer]\noffer_after = 99999999999999999999\n", "2",
                    "offer_after"),
    "text_too_long": ("[helpdesk]\ncontact = " + "x" * 200 + "\n", "2",
                      "contact"),
    "line_too_long": ("[helpdesk]\ncontact = " + "x" * 2000 + "\n", "2", ""),
    "nul": ("[helpdesk]\ncontact = a\0b\n", "2", ""),
    "control_character": ("[helpdesk]\ncontact = a\x1bb\n", "2", "contact"),
    "not_utf_8": (b"[helpdesk]\ncontact = \xff\xfe\n", "2", "contact"),
    "no_word_of_a_choice": ("[policy]\nenable = some\n", "2", "enable"),
    "unknown_method": ("[reset]\nmethods = app totp\n", "2", "totp"),
    "method_without_proof": ("[reset]\nmethods = app notice\n", "2",
                             "notice"),
    "nothing_without_messages": (
        "[email]\ncommand = /bin/true\n[reset]\nmethods = email\n", "4",
        "methods"),
    "two_of_one_method": ("[reset]\nmethods = app\n", "2",
                          "methods_required"),
    "sms_to_all_countries": (
        "[sms]\ncommand = /bin/true\n[reset]\nmethods = app sms\n", "4",
        "countries"),
    "sms_without_a_command": (
        "[sms]\ncountries = +49\n[reset]\nmethods = app sms\n", "4",
        "command"),
    "calls_without_a_command": (
        "[sms]\ncountries = +49\n[reset]\nmethods = app landline\n", "4",
        "command"),
    "mail_without_a_command": ("[reset]\nmethods = app email\n", "2",
                               "command"),
    "command_without_a_path": ("[sms]\ncommand = sms-http\n", "2",
                               "command"),
    "country_without_plus": ("[sms]\ncountries = 49\n", "2", "countries"),
    "country_nought": ("[sms]\ncountries = +0\n", "2", "countries"),
    "every_country": ("[sms]\ncountries = +\n", "2", "countries"),
    "denied_letters": ("[sms]\ndeny = +49x\n", "2", "deny"),
    "cap_of_nought": ("[sms]\nhost_day = 0\n", "2", "host_day"),
    "network_of_names": ("[reset]\none_networks = lan\n", "2",
                         "one_networks"),
    "too_long_a_prefix": ("[source]\nshared = 10.0.0.0/33\n", "2",
                          "shared"),
    "pseudo_terminal": ("[reset]\nconsoles = pts/0\n", "2", "consoles"),
    "fallback_no_address": (
        "[email]\ncommand = /bin/true\n[notify]\nfallback = root\n", "4",
        "fallback"),
    "selected_without_groups": ("[policy]\nenable = selected\n", "2",
                                "enable"),
    "refer_to_nowhere": ("[offer]\nmode = refer\n", "2", "mode"),
    "first_wait_after_the_last": (
        "[limits]\nlast_wait_s = 60\nfirst_wait_s = 61\n", "3",
        "first_wait_s"),
    "more_questions_than_there_are": ("[questions]\nasked = 5\n", "2",
                                      "asked"),
}


REFUSED = 2  # the exit status, as sspr-resetd(8) has it


def options():
    """(type, section, key, what follows the roles) of each row of conf.def."""
    text = Path("/src/sspr-resetd/conf.def").read_text()
    text = text[text.index("\nNUMBER(OFFER_AFTER"):]
    rows = re.findall(r"^(NUMBER|YESNO|CHOICE|TEXT|WORDS)\((.*?)\)$", text,
                      re.M | re.S)
    for kind, row in rows:
        words = re.match(r'\w+, \w+,\s*"(\w+)",\s*(\w+),\s*"\w+",\s*(.*)',
                         row, re.S)
        yield kind, words[1], words[2], words[3]


def bad_numbers(rest):
    """What is no number of the row, or not in the words of one."""
    low, high = map(int, re.findall(r"\d+", rest)[:2])
    yield from (str(low - 1), str(high + 1), str(high + 2**32 + 1 - low),
                "9" * 30, f"0{low}", f"{high}x", f"x{high}", f"{low} {high}",
                f"+{high}", f"0x{low:x}", f"{low}e0", f"{high}.0",
                f"{low},", "", "ten", "\u0661\u0660", "\uff11\uff10",
                f'" {high}"', f"\"{high}", f"{high} # much", f"{high};")


def bad_yesno(_):
    """Booleans are yes and no."""
    yield from ("true", "false", "1", "0", "on", "off", "YES", "Yes", "No",
                "y", "n", "", "yes no", "yes;", "'yes'")


def bad_choices(rest):
    """Other cases, parts and more of the row's words."""
    words = re.match(r'"([^"]*)"', rest)[1].split()
    for word in words:
        yield from (word.upper(), word.capitalize(), word[:-1], word + "s",
                    f"{word} {word}", word.replace("o", "\u043e") + "\u200b")
    yield from ("", "0", " ".join(words))


def bad_texts(rest):
    """Too long, or not fit to be shown (R-LOG-2)."""
    limit = int(re.match(r"\d+", rest)[0])
    yield from ("x" * (limit + 1), "\u00e4" * (limit // 2 + 1))
    yield from (f"a{c}b" for c in "\x01\t\x1b\x7f\u009b\u200b\u200e\u061c"
                "\u202a\u202e\u2066\u2069\ufeff\U000e0041")
    yield from (b"a\xffb", b"a\xc0\xafb", b"\xed\xa0\x80", b"a\0b",
                b"\xe2\x82", b"a\rb", '"open', 'a"b', "'single'", "a#b",
                "a;b", "a\\")


BAD_VALUES = {"NUMBER": bad_numbers, "YESNO": bad_yesno,
              "CHOICE": bad_choices, "TEXT": bad_texts, "WORDS": bad_texts}


def check(path):
    """sspr-resetd -t."""
    return subprocess.run([PROGRAM, "-t", "-c", str(path)], text=True,
                          capture_output=True, check=False, timeout=20)


@pytest.fixture
def conf(tmp_path):
    """Write a configuration file as it should be kept."""
    def write(text):
        path = tmp_path / "sspr.conf"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(0o640)
        return path
    return write


def test_the_shipped_configuration_is_good():
    """-t says nothing bad and exits 0."""
    done = subprocess.run([PROGRAM, "-t"], text=True, capture_output=True,
                          check=False)
    assert done.returncode == 0, done.stderr


def test_an_empty_configuration_is_good(conf):
    """Every key has a default."""
    assert check(conf("")).returncode == 0


def examples():
    """Each configuration in EXAMPLES of sspr.conf(5)."""
    page = Path("/src/man/sspr.conf.5").read_text()
    page = page.partition(".Sh EXAMPLES")[2].partition(".Sh ")[0]
    blocks = re.findall(r"^\.Bd -literal.*\n((?:.*\n)*?)\.Ed", page, re.M)
    return [b for b in blocks if b.startswith("[")]


def test_the_examples_of_the_manual_are_good(conf):
    """As they stand there."""
    assert len(examples()) >= 3
    for text in examples():
        done = check(conf(text))
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", BAD)
def test_r_cfg_1_a_bad_line_is_refused_by_line_and_key(name, conf):
    """With -t and at start."""
    text, line, key = BAD[name]
    path = conf(text)
    done = check(path)
    assert done.returncode != 0
    assert f":{line}" in done.stderr or f"line {line}" in done.stderr
    assert key in done.stderr
    done = subprocess.run([PROGRAM, "-c", str(path)], text=True,
                          capture_output=True, check=False, timeout=20)
    assert done.returncode != 0
    assert key in done.stderr


def test_the_shipped_file_has_the_options_that_are_tried():
    """All of them."""
    shipped = Path("/etc/sspr/sspr.conf").read_text()
    assert sorted(re.findall(r"^#(\w+) *=", shipped, re.M)) == sorted(
        key for _, _, key, _ in options())


@pytest.mark.parametrize("kind", BAD_VALUES)
def test_r_cfg_1_no_option_takes_a_bad_value(kind, conf):
    """Every option of conf.def, every kind of bad value of its type: by line
    and key, in one line that can be shown."""
    tried = 0
    for _, section, key, rest in (o for o in options() if o[0] == kind):
        for value in BAD_VALUES[kind](rest):
            value = value if isinstance(value, bytes) else value.encode()
            path = conf(f"# ours\n[{section}]\n{key} = ".encode() + value
                        + b"\n")
            done = check(path)
            case = (section, key, value, done)
            assert done.returncode == REFUSED, case
            assert done.stderr.startswith(f"{path}:3: {key}: "), case
            assert done.stderr.endswith(" (SSPR-33)\n"), case
            assert done.stderr[:-1].isprintable(), case
            tried += 1
    assert tried >= 50


STRANGE = {  # the whole file, the line that is refused
    "no_section": ("debug = yes\n", 1),
    "key_of_no_option": ("[log]\nverbose = yes\n", 2),
    "section_of_no_option": ("[loq]\n", 1),
    "section_in_capitals": ("[Log]\n", 1),
    "key_in_capitals": ("[log]\nDebug = yes\n", 2),
    "section_twice": ("[log]\n\n[app]\n[log]\n", 4),
    "section_that_stays_open": ("[log\ndebug = yes\n", 1),
    "junk_behind_a_section": ("[log] debug = yes\n", 1),
    "line_of_1001_bytes": ("# " + "x" * 999 + "\n", 1),
    "line_that_goes_on": ("[log]\ndebug = \\\nyes\n", 2),
    "crlf": ("[log]\r\ndebug = yes\r\n", 1),
    "carriage_returns": ("[log]\rdebug = yes\r", 1),
    "byte_order_mark": ("\ufeff[log]\n", 1),
    "utf_16": ("[log]\n".encode("utf-16"), 1),
    "include": ("include = /etc/sspr/more.conf\n", 1),
    "include_with_an_at_sign": ("[log]\n@include /etc/sspr/more.conf\n", 2),
    "include_with_a_dot": ("[log]\n.include = /etc/sspr/more.conf\n", 2),
    "include_section": ("[include]\npath = /etc/sspr/more.conf\n", 1),
    "colon_for_an_equals_sign": ("[log]\ndebug: yes\n", 2),
    "escape_in_a_comment": ("# \x1b[2J\n", 1),
    "bidi_in_a_comment": ("# \u202e\n", 1),
    "escape_in_a_key": ("[log]\nde\x1bbug = yes\n", 2),
}


@pytest.mark.parametrize("name", STRANGE)
def test_r_cfg_1_a_strange_file_is_refused(name, conf):
    """By its line; no start either, with the exit status of the check."""
    text, line = STRANGE[name]
    path = conf(text)
    done = check(path)
    assert done.returncode == REFUSED, done
    assert done.stderr.startswith(f"{path}:{line}: ")
    assert done.stderr[:-1].isprintable()
    started = subprocess.run([PROGRAM, "-c", str(path)], text=True,
                             capture_output=True, check=False, timeout=20)
    assert started.returncode == REFUSED, started
    assert done.stderr in started.stderr


def test_r_cfg_1_a_line_of_1000_bytes_is_taken(conf):
    """And a file without a last newline."""
    done = check(conf("# " + "x" * 998 + "\n[log]\ndebug = yes"))
    assert done.returncode == 0, done.stderr


def test_a_missing_file_is_refused(tmp_path):
    """It is named."""
    done = check(tmp_path / "nowhere.conf")
    assert done.returncode != 0 and "nowhere.conf" in done.stderr


def spoil(path, how):
    """Make a good file one that is not to be trusted."""
    if how in ("group", "others"):
        path.chmod({"group": 0o660, "others": 0o642}[how])
    elif how == "owner":
        os.chown(path, 65534, 65534)
    elif how == "link":
        path.symlink_to(path.rename(path.with_name("real")))
    else:
        path.unlink()
        if how == "fifo":
            os.mkfifo(path, 0o600)
        elif how == "directory":
            path.mkdir()


SPOILS = ("group", "others", "owner", "link", "fifo", "directory", "missing")


@pytest.mark.parametrize("how", SPOILS)
def test_r_priv_5_a_file_others_may_write_is_refused(how, conf):
    """Group- or other-writable, somebody else's, or no file at all."""
    path = conf("")
    spoil(path, how)
    done = check(path)
    assert done.returncode == REFUSED
    assert done.stderr.startswith(f"{path}: ")
    assert done.stderr.endswith(" (SSPR-33)\n")


def test_sighup_takes_a_good_configuration_over(daemon):
    """The helpdesk line of the next refusal is the new one; conversations
    that are open go on."""
    with at_code_prompt("alice", "198.51.100.1") as c:
        daemon.configure(merged(FAST, {"helpdesk": {"contact": "Ext. 4711"},
                                       "offer": {"offer_after": 1}}))
        daemon.reload()
        c.answer("000000")
    with at_code_prompt("alice", "198.51.100.2") as c:
        c.answer("000000")
        assert "Ext. 4711" in " ".join(c.shown) + c.prompt
    with Client() as c:
        c.hello("OFFER", user="alice", rhost="198.51.100.3")
        assert c.hear().name == "offer"


def test_sighup_keeps_the_old_one_when_the_new_one_is_bad(daemon):
    """An error names line and key; nothing changes, nothing ends."""
    daemon.configure(merged(FAST, {"offer": {"offer_after": 1}}))
    daemon.reload()
    daemon.configure(ini(merged(FAST, {"offer": {"offer_after": 10}}))
                     + "[log]\ndebug = perhaps\n")
    said = daemon.reload()
    assert "debug" in said
    assert daemon.process.poll() is None
    with Client() as c:
        c.hello("OFFER", user="alice", rhost="198.51.100.4")
        assert c.hear().name == "offer"
    daemon.stop()


@pytest.mark.parametrize("how", SPOILS)
def test_r_cfg_1_sighup_keeps_the_old_one_when_there_is_no_new_one(
        how, own_daemon):
    """Nor one that is not to be trusted; it says so and serves."""
    d = own_daemon
    if d.process is None:
        d.configure(d.first_conf)
        d.start()
    d.configure(merged(d.first_conf, {"log": {"debug": "yes"}}))
    spoil(d.conf, how)
    said = d.reload()
    assert f"{d.conf}: " in said and "(SSPR-33)" in said, said
    assert "the old configuration stays" in said
    with Client() as c:
        c.hello("OFFER", user="alice", rhost="198.51.100.5")
        assert c.until("offer", "end")
    if d.conf.is_dir():
        d.conf.rmdir()
    d.conf.unlink(missing_ok=True)
    d.configure(d.first_conf)
    assert "is taken over" in d.reload()


KEY = Path("/etc/sspr/master.key")


@pytest.fixture
def key():
    """The master key, put back as it was."""
    data = KEY.read_bytes()
    yield KEY
    KEY.unlink(missing_ok=True)
    KEY.write_bytes(data)
    KEY.chmod(0o400)


@pytest.mark.parametrize("how", ["missing", "world_readable", "short",
                                 "group_readable", "long", "link", "owner",
                                 "empty", "example", "noughts", "one_byte",
                                 "directory", "binary"])
def test_r_cfg_2_no_start_without_a_safe_key(how, key, own_daemon):
    """The file is named; the daemon never makes one."""
    own_daemon.stop()
    data = key.read_bytes()
    if how == "missing":
        key.unlink()
    elif how == "directory":
        key.unlink()
        key.mkdir()
    elif how in ("world_readable", "group_readable"):
        key.chmod({"world_readable": 0o444, "group_readable": 0o440}[how])
    elif how == "owner":
        os.chown(key, 65534, 0)
    elif how == "link":
        key.symlink_to(key.rename("/etc/sspr/other.key"))
    else:
        key.chmod(0o600)
        key.write_bytes({"short": data[:-1], "long": data + b"x" * 40,
                         "empty": b"", "example": b"example\n",
                         "noughts": b"0" * 64 + b"\n",
                         "one_byte": b"a5" * 32 + b"\n",
                         "binary": secrets.token_bytes(32)}[how])
        key.chmod(0o400)
    own_daemon.configure({})
    done = subprocess.run([PROGRAM, "-c", str(own_daemon.conf)], text=True,
                          capture_output=True, check=False, timeout=20)
    if key.is_dir() and not key.is_symlink():
        key.rmdir()
    assert done.returncode == 1
    assert "master.key" in done.stderr and "(SSPR-34)" in done.stderr
    assert how != "missing" or not key.exists()


@pytest.mark.parametrize("section, key, value", [
    (section, key, "0") for kind, section, key, rest in options()
    if kind == "NUMBER" and section in ("sms", "email", "limits", "source")
    and not rest.startswith("0,")])
def test_r_cfg_2_no_cap_is_off(section, key, value, conf):
    """0 is not unlimited; it is refused."""
    done = check(conf(f"[{section}]\n{key} = {value}\n"))
    assert done.returncode == REFUSED and key in done.stderr


def test_make_key_makes_one_once(key, own_daemon):
    """0400, random, never over an existing one, and never beside a database
    that belongs to another."""
    make = [PROGRAM, "--make-key"]
    own_daemon.stop()
    before = key.read_bytes()
    assert subprocess.run(make, check=False).returncode != 0
    assert key.read_bytes() == before
    key.unlink()
    assert STATE.exists()
    assert subprocess.run(make, check=False).returncode != 0
    assert not key.exists()
    STATE.rename("/var/lib/kept.db")
    try:
        assert subprocess.run(make, check=False).returncode == 0
    finally:
        Path("/var/lib/kept.db").rename(STATE)
    assert key.read_bytes() != before
    assert len(key.read_bytes()) == len(before)
    assert key.stat().st_mode & 0o777 == 0o400


def test_another_key_opens_no_old_record(key, new_account, own_daemon):
    """R-KEY-2: with a foreign key the account is suspended, not open, and
    the log says so."""
    own_daemon.stop()
    own_daemon.configure(own_daemon.first_conf)
    own_daemon.start()
    p = new_account().enrol()
    own_daemon.stop()
    key.chmod(0o600)
    key.write_text(secrets.token_hex(32) + "\n")
    key.chmod(0o400)
    done = subprocess.Popen([PROGRAM, "-c", str(own_daemon.conf)],
                            stderr=subprocess.PIPE, text=True)
    try:
        done.wait(3)
    except subprocess.TimeoutExpired:
        with at_code_prompt(p.name) as c:
            assert c.answer(p.phone.fresh()).name != "hand"
        done.terminate()
    assert done.communicate(timeout=20)[1]
