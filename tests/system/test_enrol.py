# SPDX-License-Identifier: MIT
"""sspr-enroll as a user has it: on a terminal and in a script.  R-ENR-1,
R-KEY-7; exit status 0 done, 1 refused, 2 usage, 3 no service."""

import json
import re
import subprocess

import pexpect
import pytest

import shadow
from conftest import LABEL, merged
from conversation import try_code
from dialogue import NEW, RETYPE, shell_of
from phone import Phone, hotp

# One method opens a reset, and what is done takes effect at once; what waits
# is configured by the tests that are about it.
CONF = {"reset": {"methods": "app backup helpdesk-pass",
                  "methods_required": 1},
        "enrol": {"cooling_off_h": 0}}

KEPT = "nothing is kept): "
SHEET = r"\d+  ([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})\b"
APP_CODE = r"Code the app shows now \(Enter = stop\): "
GOOD = "Turnip-violin-52"
GROUPS = r"\b[A-Z2-7]{4}(?: [A-Z2-7]{4}){7}\b"


def script(name, *words, answers=""):
    """sspr-enroll without a terminal: answers come line by line."""
    return subprocess.run(
        ["runuser", "-u", name, "--", "sspr-enroll", *words], text=True,
        input=answers, capture_output=True, check=False, timeout=60)


def enrol_on_screen(person, *words):
    """`sspr-enroll add app' on a terminal; the phone is the person's."""
    t = shell_of(person.name, ["sspr-enroll", "add", "app", *words])
    t.types(person.password, at="assword: ")
    t.expect(GROUPS)
    person.phone = Phone(t.after)
    t.expect(APP_CODE)
    t.types(person.phone.fresh())
    t.rest()
    return t


def methods(person):
    """What `status --json' lists."""
    done = script(person.name, "status", "--json")
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    return data["methods"] if isinstance(data, dict) else data


def test_story_6_enrol_an_app_on_a_terminal(stranger, daemon):
    """Password, QR, secret as text, one code verified before anything is
    saved; the phone then opens a reset."""
    assert methods(stranger) == []
    t = enrol_on_screen(stranger, "--label", "my phone")
    assert t.exitstatus == 0, t.seen
    assert "▀" in t.seen or "█" in t.seen
    one, = methods(stranger)
    assert one["method"] == "app" and one["label"] == "my phone"
    assert try_code(stranger.name, stranger.phone.fresh())


def test_status_on_a_terminal_lists_what_is_enrolled(person, daemon):
    """It holds no secret."""
    t = shell_of(person.name, ["sspr-enroll", "status"])
    out = t.rest()
    assert t.exitstatus == 0
    assert "app" in out and LABEL in out
    assert not re.search(GROUPS, out)


def test_nothing_enrolled_is_said_plainly(stranger, daemon):
    """Story 6: not protected yet."""
    done = script(stranger.name)
    assert done.returncode == 0
    assert "You are not protected yet: 0 of 1 methods." in done.stdout
    assert "Next: sspr-enroll add app" in done.stdout


def test_policy_says_what_is_wanted_and_allowed(stranger, daemon):
    """For people and for programs."""
    done = script(stranger.name, "policy")
    assert done.returncode == 0 and "app backup" in done.stdout
    done = script(stranger.name, "policy", "--json")
    data = json.loads(done.stdout)
    assert set(data) == {"needed", "console", "admin", "methods", "contact"}
    assert data["needed"] == 1 and data["admin"] == ""
    assert "app" in data["methods"].split()


def test_backup_codes_are_a_sheet_and_each_works_once(stranger, daemon):
    """FEATURES 3.15: numbers, names and date; nothing is kept before yes."""
    t = shell_of(stranger.name, ["sspr-enroll", "add", "backup"])
    t.types(stranger.password, at="assword: ")
    t.reads(KEPT)
    codes = re.findall(SHEET, t.before)
    assert len(codes) == 10
    assert f"Recovery codes of {stranger.name} on web1, 20" in t.before
    assert "Keep it on paper, not on this computer." in t.before
    assert max(map(len, t.before.replace("\r", "").split("\n"))) <= 80
    assert methods(stranger) == []
    t.types("yes")
    t.rest()
    assert t.exitstatus == 0, t.seen
    assert try_code(stranger.name, codes[3])
    assert not try_code(stranger.name, codes[3])
    one, = methods(stranger)
    assert one["method"] == "backup" and one["left"] == 9
    assert "9 codes left" in script(stranger.name).stdout


def test_r_key_7_backup_codes_are_a_secret_too(stranger, daemon):
    """Refused in a pipe before anything begins, unless --print-secret; with
    --json one list and nothing else."""
    answers = stranger.password + "\nyes\n"
    done = script(stranger.name, "add", "backup", "--json", answers=answers)
    assert done.returncode == 1 and not done.stdout
    assert methods(stranger) == []
    done = script(stranger.name, "add", "backup", "--json", "--print-secret",
                  answers=answers)
    assert done.returncode == 0, done.stderr
    codes = json.loads(done.stdout)
    assert [c["number"] for c in codes] == list(range(1, 11))
    assert try_code(stranger.name, codes[0]["code"])


def test_codes_that_are_not_on_paper_are_not_kept(stranger, daemon):
    """Enter at the question stops."""
    done = script(stranger.name, "add", "backup", "--print-secret",
                  answers=stranger.password + "\n\n")
    assert done.returncode == 1
    codes = re.findall(SHEET, done.stdout)
    assert methods(stranger) == []
    assert not try_code(stranger.name, codes[0])


@pytest.fixture
def cooling(own_daemon):
    """The daemon with its cooling-off of a day."""
    if own_daemon.process is not None:
        own_daemon.stop()
    own_daemon.configure(merged(own_daemon.first_conf,
                                {"enrol": {"cooling_off_h": 24}}))
    own_daemon.start()
    yield own_daemon
    own_daemon.stop()


def only(person):
    """The one method that is enrolled."""
    one, = methods(person)
    return one


def test_r_enr_2_a_removal_waits_and_can_be_undone(cooling, stranger):
    """remove, keep: until then the phone still opens a reset."""
    person = stranger.enrol()
    number = str(only(person)["id"])
    answers = person.password + "\n"
    done = script(person.name, "remove", number, answers=answers)
    assert done.returncode == 0, done.stderr
    one = only(person)
    assert one["state"] == "ended"
    assert 23 * 3600 < one["ends"] - one["created"] < 25 * 3600
    assert "until 20" in script(person.name).stdout
    assert try_code(person.name, person.phone.fresh())
    done = script(person.name, "keep", number, answers=answers)
    assert done.returncode == 0, done.stderr
    assert only(person)["state"] == "ready" and only(person)["ends"] == 0


def test_r_enr_2_a_new_method_waits_unless_an_older_one_is_proved(
        cooling, stranger):
    """A script: the password, a code of the app or nothing, then yes."""
    person = stranger.enrol()
    for proof, state in (("", "waits"), (None, "ready")):
        proof = person.phone.fresh() if proof is None else proof
        done = script(person.name, "add", "backup", "--print-secret",
                      answers=f"{person.password}\n{proof}\nyes\n")
        assert done.returncode == 0, done.stderr
        newest = max(methods(person), key=lambda m: m["id"])
        assert (newest["method"], newest["state"]) == ("backup", state)


def test_lost_switches_the_phone_off_at_once(person, daemon):
    """With a wrong password nothing happens; with the right one the code
    opens nothing, and the status says off."""
    done = script(person.name, "lost", answers="Old-pass-1235\n")
    assert done.returncode == 1
    assert only(person)["state"] == "ready"
    done = script(person.name, "lost", answers=person.password + "\n")
    assert done.returncode == 0, done.stderr
    assert only(person)["state"] == "off"
    assert not try_code(person.name, person.phone.fresh())


def test_test_rehearses_and_changes_nothing(person, daemon):
    """DESIGN 7: password, the prompts of a reset, and that is all."""
    field = shadow.field(person.name)
    t = shell_of(person.name, ["sspr-enroll", "test"])
    t.types(person.password, at="assword: ")
    t.types(person.phone.fresh(), at="Enter = stop: ")
    t.rest()
    assert t.exitstatus == 0, t.seen
    assert "Nothing was changed" in t.seen
    assert shadow.field(person.name) == field
    done = script(person.name, "test",
                  answers=f"{person.password}\n{person.phone.wrong()}\n\n")
    assert done.returncode == 1


def test_reset_for_who_is_logged_in_but_forgot(person, daemon):
    """No current password: the gates, and then the new one."""
    t = shell_of(person.name, ["sspr-enroll", "reset"])
    t.types(person.phone.fresh(), at="Enter = stop: ")
    t.types(GOOD, at=NEW)
    t.types(GOOD, at=RETYPE)
    while t.expect([r"Enter: |password: ", pexpect.EOF]) == 0:
        t.types("")
    t.close()
    assert t.exitstatus == 0, t.seen
    assert shadow.is_password(person.name, GOOD)


def test_story_7_the_secret_to_be_pasted(stranger, daemon):
    """In a script too; not with --json, where output is one object."""
    answers = stranger.password + "\ntext\nu\n\n"
    done = script(stranger.name, "add", "app", "--print-secret",
                  answers=answers)
    key = re.search(r"(?m)^[A-Z2-7]{32}$", done.stdout)[0]
    assert re.search(rf"(?m)^otpauth://totp/\S+secret={key}&", done.stdout)
    assert methods(stranger) == []


def test_the_qr_fits_a_screen(stranger, daemon):
    """80x24: no line is longer, QR and the text around it fit."""
    t = shell_of(stranger.name, ["sspr-enroll", "add", "app"])
    t.setwinsize(24, 80)
    t.types(stranger.password, at="assword: ")
    t.expect(APP_CODE)
    lines = re.sub(r"\x1b\[[0-9;]*m|\r", "", t.seen).split("\n")
    blocks = [n for n, s in enumerate(lines) if re.search("[▀▄█]", s)]
    assert len(lines) - blocks[0] < 24
    assert max(map(len, lines)) <= 80
    t.close(force=True)


def test_a_wrong_code_saves_nothing(stranger, daemon):
    """Asked again or refused; in the end nothing is enrolled."""
    t = shell_of(stranger.name, ["sspr-enroll", "add", "app"])
    t.types(stranger.password, at="assword: ")
    t.expect(GROUPS)
    phone = Phone(t.after)
    for _ in range(10):
        if t.expect([APP_CODE, pexpect.EOF], timeout=5) == 1:
            break
        t.types(phone.wrong())
        if not t.isalive():
            break
    t.close(force=True)
    assert methods(stranger) == []


def test_r_enr_1_a_wrong_current_password(stranger, daemon):
    """Refused before any secret is shown: exit 1."""
    t = shell_of(stranger.name, ["sspr-enroll", "add", "app"])
    t.types("Old-pass-1235", at="assword: ")
    while t.expect(["assword: ", pexpect.EOF]) == 0:
        t.types("Old-pass-1235")
        if not t.isalive():
            break
    out = t.rest()
    assert t.exitstatus == 1
    assert not re.search(GROUPS, out)
    assert methods(stranger) == []


def test_r_enr_1_remove_needs_the_password(person, daemon):
    """A wrong one: exit 1 and it stays; the right one: it goes, and the
    phone opens nothing any more."""
    one, = methods(person)
    t = shell_of(person.name, ["sspr-enroll", "remove", str(one["id"])])
    t.types("Old-pass-1235", at="assword: ")
    t.rest()
    assert t.exitstatus == 1
    assert len(methods(person)) == 1
    t = shell_of(person.name, ["sspr-enroll", "remove", str(one["id"])])
    t.types(person.password, at="assword: ")
    t.rest()
    assert t.exitstatus == 0
    assert methods(person) == []
    assert not try_code(person.name, person.phone.fresh())


def test_remove_what_is_not_there(person, daemon):
    """Exit 1, and what is there stays."""
    t = shell_of(person.name, ["sspr-enroll", "remove", "999999"])
    if t.expect(["assword: ", pexpect.EOF]) == 0:
        t.types(person.password)
    t.rest()
    assert t.exitstatus == 1
    assert len(methods(person)) == 1


def test_remove_takes_only_ones_own(person, stranger, daemon):
    """Another user's id is no id of mine."""
    one, = methods(person)
    t = shell_of(stranger.name, ["sspr-enroll", "remove", str(one["id"])])
    if t.expect(["assword: ", pexpect.EOF]) == 0:
        t.types(stranger.password)
    t.rest()
    assert t.exitstatus == 1
    assert len(methods(person)) == 1


def test_a_second_phone_works_beside_the_first(person, daemon):
    """Both open a reset; removing one leaves the other."""
    first = person.phone
    enrol_on_screen(person, "--label", "tablet")
    assert len(methods(person)) == 2
    assert try_code(person.name, first.fresh())
    assert try_code(person.name, person.phone.fresh())


def test_r_key_7_no_secret_without_a_terminal(stranger, daemon):
    """stdout is a pipe: refused with exit 1, unless --print-secret."""
    done = script(stranger.name, "add", "app",
                  answers=stranger.password + "\n")
    assert done.returncode == 1
    assert not re.search(GROUPS, done.stdout + done.stderr)
    assert "--print-secret" in done.stderr
    assert methods(stranger) == []


def test_a_script_enrols_with_print_secret(stranger, daemon):
    """Answers on standard input, line by line; no prompts."""
    p = subprocess.Popen(
        ["runuser", "-u", stranger.name, "--", "sspr-enroll", "add", "app",
         "--print-secret"], text=True, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    p.stdin.write(stranger.password + "\n")
    p.stdin.flush()
    seen = ""
    while "secret=" not in seen and not re.search(r"[A-Z2-7 ]{32,}", seen):
        line = p.stdout.readline()
        assert line, p.stderr.read()
        seen += line
    found = (re.search(r"secret=([A-Z2-7]{32})", seen)
             or re.search(r"((?:[A-Z2-7]{4} ?){8})", seen))
    phone = Phone(found[1])
    out, err = p.communicate(phone.fresh() + "\n", timeout=30)
    assert p.returncode == 0, err
    assert "assword:" not in seen + out + err
    assert try_code(stranger.name, phone.fresh())


def png(person, path):
    """`add app --png PATH' up to the code prompt, or its end."""
    t = shell_of(person.name, ["sspr-enroll", "add", "app", "--png",
                               str(path)])
    if t.expect(["assword: ", pexpect.EOF]) == 0:
        t.types(person.password)
        if t.expect([APP_CODE, pexpect.EOF]) == 0:
            return t
    return t


def decoded(path):
    """What a scanner reads from a picture."""
    return subprocess.run(["zbarimg", "-q", "--raw", str(path)], text=True,
                          capture_output=True, check=False).stdout.strip()


def test_r_key_7_png_decodes_is_private_and_overwrites_nothing(stranger,
                                                               daemon):
    """0600, the owner's, created O_EXCL; a scanner reads the otpauth URI."""
    path = f"/home/{stranger.name}/qr.png"
    t = png(stranger, path)
    uri = decoded(path)
    found = re.search(r"^otpauth://totp/.*[?&]secret=([A-Z2-7]+)", uri)
    assert found, uri
    mode = subprocess.check_output(["stat", "-c", "%U %a", path], text=True)
    assert mode == f"{stranger.name} 600\n"
    phone = Phone(found[1])
    t.types(phone.fresh())
    t.rest()
    assert t.exitstatus == 0, t.seen
    assert try_code(stranger.name, phone.fresh())
    before = open(path, "rb").read()
    t = png(stranger, path)
    t.rest()
    assert t.exitstatus == 1
    assert open(path, "rb").read() == before
    assert len(methods(stranger)) == 1


def test_png_does_not_follow_a_link(stranger, daemon):
    """O_EXCL: a link that somebody left there is not written through."""
    home = f"/home/{stranger.name}"
    subprocess.run(["runuser", "-u", stranger.name, "--", "ln", "-s",
                    f"{home}/target", f"{home}/qr.png"], check=True)
    t = png(stranger, f"{home}/qr.png")
    t.rest()
    assert t.exitstatus == 1
    assert subprocess.run(["test", "-e", f"{home}/target"],
                          check=False).returncode != 0


@pytest.mark.parametrize("words", [
    ["add"], ["add", "nonsense"], ["nonsense"], ["remove"],
    ["remove", "x"], ["remove", "-1"], ["--nonsense"],
    ["status", "more"], ["policy", "more"], ["add", "app", "--label"],
    ["add", "helpdesk-pass"], ["add", "backup", "--png", "x"], ["keep"],
    ["keep", "0"], ["lost", "1"], ["test", "1"], ["reset", "bob"],
    ["add", "app", "--label", "x" * 200],
], ids=" ".join)
def test_usage_errors_exit_2(words, stranger, daemon):
    """With a line on standard error, nothing on standard output."""
    done = script(stranger.name, *words)
    assert done.returncode == 2
    assert done.stderr and not done.stdout


def test_no_service_exits_3(stranger, own_daemon):
    """And says so."""
    own_daemon.stop()
    for words in (["status"], ["add", "app", "--print-secret"]):
        done = script(stranger.name, *words, answers="x\n")
        assert done.returncode == 3
        assert done.stderr


def test_enrolment_as_root_is_refused_clearly(daemon):
    """Promise 8: root is never reset, so there is nothing to enrol."""
    done = subprocess.run(["sspr-enroll", "add", "app", "--print-secret"],
                          input="", text=True, capture_output=True,
                          check=False, timeout=60)
    assert done.returncode == 1
    assert done.stderr.strip()


def test_labels_are_shown_escaped(stranger, daemon):
    """R-LOG-2: a label with control characters is refused or harmless."""
    done = script(stranger.name, "add", "app", "--print-secret", "--label",
                  "\x1b[2Jevil", answers=stranger.password + "\n000000\n")
    assert "\x1b" not in done.stdout + done.stderr


def test_help_and_version(daemon):
    """Both exit 0."""
    done = script("alice", "--help")
    assert done.returncode == 0 and "add app" in done.stdout


def test_the_secret_is_160_bits_and_each_is_new(new_account, daemon):
    """R-VER-3."""
    seeds = {new_account().enrol().phone.seed for _ in range(3)}
    assert len(seeds) == 3
    assert all(len(s) == 20 for s in seeds)


def test_oathtool_agrees_with_our_phone(person):
    """The phone of these tests is a real one."""
    step = person.phone.last
    out = subprocess.check_output(
        ["oathtool", "--totp", "-N", f"@{step * 30}",
         person.phone.seed.hex()], text=True)
    assert out.strip() == hotp(person.phone.seed, step)


def test_at_most_so_many_phones(new_account, daemon):
    """A list that grows without end is refused at some point, clearly."""
    p = new_account()
    for _ in range(40):
        try:
            p.enrol()
        except AssertionError as e:
            assert "end" in str(e)
            return
    raise AssertionError("40 phones and no end")
