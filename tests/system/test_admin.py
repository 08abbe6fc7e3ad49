# SPDX-License-Identifier: MIT
"""sspr-admin as an operator has it.  R-ADM-1, R-ADM-2, R-KEY-7; exit status 0
done, 1 refused, 2 usage, 3 no service."""

import json
import re
import subprocess
import time

import pytest

from conftest import PASSWORD
from conversation import at_code_prompt
from daemon import audit
from dialogue import Terminal

CONF = {"reset": {"methods": "app backup helpdesk-pass",
                  "methods_required": 2},
        "helpdesk": {"passes_per_day": 4},
        "limits": {"free_failures": 1, "first_wait_s": 600}}

REASON = "ticket 4711"
PASS = r"(?m)^    (\S+)\s*$"


def run(*words, user=None, path="sspr-admin"):
    """sspr-admin in a script, as root or another user."""
    before = ["runuser", "-u", user, "--"] if user else []
    return subprocess.run([*before, f"/usr/sbin/{path}", *words], text=True,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          check=False, timeout=60)


def show(name, *words):
    """`user show --json'."""
    done = run("user", "show", name, "--json", *words)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def operator(new_account):
    """A member of the helpdesk who is not root."""
    return new_account("-G", "sspr-admin")


def test_a_pass_is_issued_on_a_terminal(person, daemon):
    """It says what to do with it, and goes with the app: together they open
    a reset.  Good for one time."""
    t = Terminal("/usr/sbin/sspr-admin",
                 args=["pass", "issue", person.name, "--reason", REASON],
                 dimensions=(24, 80))
    t.rest()
    assert t.exitstatus == 0, t.seen
    text = t.seen.replace("\r", "")
    assert "over the phone" in text and "Never send it" in text
    assert "at once" in text
    assert max(map(len, text.split("\n"))) <= 80
    code = re.search(PASS, text)[1]
    with at_code_prompt(person.name) as c:
        assert c.answer(code).name == "ask"
        assert c.answer(person.phone.fresh()).name == "hand"
    with at_code_prompt(person.name) as c:
        c.answer(person.phone.fresh())
        assert c.answer(code).name != "hand"


def test_r_key_7_no_pass_without_a_terminal(person, daemon):
    """Nothing is issued, unless --print-secret or --json says so."""
    done = run("pass", "issue", person.name, "--reason", REASON)
    assert done.returncode == 1
    assert "--print-secret" in done.stderr and not done.stdout
    assert not show(person.name)["factors"][1:]
    done = run("pass", "issue", person.name, "--reason", REASON,
               "--print-secret")
    assert done.returncode == 0 and re.search(PASS, done.stdout)


def test_json_and_minutes(person, daemon):
    """One object; until is as many minutes from now as was asked for."""
    done = run("pass", "issue", person.name, "--reason", REASON, "--json",
               "--minutes", "5")
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert set(data) == {"code", "usable_from", "until"}
    assert data["until"] - data["usable_from"] == 300
    assert abs(data["usable_from"] - time.time()) < 60


def test_r_adm_1_recorded_with_operator_and_reason(person, daemon):
    """The audit log has both, and never the pass."""
    done = run("pass", "issue", person.name, "--reason", REASON, "--json")
    code = json.loads(done.stdout)["code"]
    last = [r for r in audit() if r["event"] == "helpdesk.pass"][-1]
    assert (last["actor"], last["subject"]) == (0, person.uid)
    assert last["reason"] == REASON
    assert code not in json.dumps(audit())


def test_r_adm_2_so_many_passes_in_a_day(operator, new_account, daemon):
    """passes_per_day of one operator, with a clear word and its number."""
    people = [new_account().enrol() for _ in range(5)]
    done = [run("pass", "issue", p.name, "--reason", REASON, "--json",
                user=operator.name) for p in people]
    assert [d.returncode for d in done] == [0, 0, 0, 0, 1]
    assert "SSPR-42" in done[4].stderr and not done[4].stdout


def locked(person):
    """Wrong codes until the next one is not even compared."""
    for _ in range(3):
        with at_code_prompt(person.name) as c:
            c.answer(person.phone.wrong())
    counts = show(person.name)["counts"]
    assert any(c["method"] == "app" and c["wait"] > 0 for c in counts)


def test_unlock_lets_the_owner_in_again(person, daemon):
    """user show says what is locked and how to unlock it; unlock does."""
    locked(person)
    done = run("user", "show", person.name)
    assert done.returncode == 0
    assert re.search(r"app +stranger +\d+ +in \d+ minutes", done.stdout)
    assert f"Next: sspr-admin unlock {person.name}" in done.stdout
    done = run("unlock", person.name, "app", "--reason", REASON)
    assert done.returncode == 0, done.stderr
    assert not show(person.name)["counts"]
    with at_code_prompt(person.name) as c:
        c.answer(person.phone.fresh())
        assert not c.shown or "Not accepted" not in c.shown[-1]


def test_unlock_without_a_method_is_all(person, daemon):
    """And one of a method that was not tried forgets nothing."""
    locked(person)
    assert run("unlock", person.name, "backup", "--reason",
               REASON).returncode == 0
    assert show(person.name)["counts"]
    assert run("unlock", person.name, "--reason", REASON).returncode == 0
    assert not show(person.name)["counts"]


def test_user_show_holds_no_secret(person, daemon):
    """The table within 80 columns, the same as JSON; no seed."""
    done = run("user", "show", person.name, "--reason", REASON)
    assert done.returncode == 0
    assert f"{person.name}, uid {person.uid}: enrolled" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    data = show(person.name)
    assert set(data) == {"user", "factors", "counts"}
    assert data["user"]["uid"] == person.uid
    assert [f["method"] for f in data["factors"]] == ["app"]
    seed = person.phone.seed.hex()
    assert seed not in done.stdout.lower() + json.dumps(data).lower()


def test_nobody_enrolled(stranger, daemon):
    """State none, and unlocking is refused clearly."""
    data = show(stranger.name)
    assert data["user"]["state"] == "none" and data["factors"] == []
    done = run("unlock", stranger.name, "--reason", REASON)
    assert done.returncode == 1 and done.stderr.strip()


def test_no_such_user(daemon):
    """Refused, exit 1, in words."""
    for words in (["user", "show", "nobody-here"],
                  ["unlock", "nobody-here", "--reason", REASON]):
        done = run(*words)
        assert done.returncode == 1
        assert done.stderr.strip() and not done.stdout


def test_r_adm_1_who_is_no_operator_is_told(person, new_account, daemon):
    """The socket is not for them, and they read who may."""
    other = new_account()
    done = run("user", "show", person.name, user=other.name)
    assert done.returncode == 1
    assert "You are neither root nor in group sspr-admin." in done.stderr
    assert not done.stdout


def test_r_adm_1_a_member_of_the_helpdesk(person, operator, daemon):
    """May see, unlock and issue; not for an administrator, not for
    themselves."""
    for words in (["user", "show", person.name],
                  ["pass", "issue", person.name, "--reason", REASON,
                   "--json"]):
        done = run(*words, user=operator.name)
        assert done.returncode == 0, done.stderr
    for name in ("adam", operator.name):
        done = run("pass", "issue", name, "--reason", REASON, "--json",
                   user=operator.name)
        assert done.returncode == 1 and not done.stdout
        assert done.stderr.strip()


@pytest.mark.parametrize("words", [
    [], ["pass"], ["pass", "nonsense"], ["user"], ["nonsense"],
    ["pass", "issue"], ["pass", "issue", "alice"],
    ["pass", "issue", "alice", "--reason", ""],
    ["pass", "issue", "alice", "--reason", "x" * 201],
    ["pass", "issue", "alice", "--reason", "\x1b[2J"],
    ["pass", "issue", "alice", "--reason", "x", "--minutes", "0"],
    ["pass", "issue", "alice", "--reason", "x", "--minutes", "2000"],
    ["unlock"], ["unlock", "alice"], ["unlock", "alice", "app"],
    ["unlock", "alice", "nonsense", "--reason", "x"],
    ["user", "show"], ["user", "show", "alice", "bob"], ["--nonsense"],
], ids=lambda words: " ".join(words)[:40] or "nothing")
def test_usage_errors_exit_2(words, daemon):
    """With a line on standard error, nothing on standard output, and nothing
    done."""
    before = len(audit())
    done = run(*words)
    assert done.returncode == 2
    assert done.stderr and not done.stdout
    assert "\x1b" not in done.stderr
    assert len(audit()) == before


def test_help_and_version(daemon):
    """Both exit 0."""
    done = run("--help")
    assert done.returncode == 0 and "pass issue" in done.stdout
    assert run("pass", "issue", "--help").returncode == 0
    assert run("--version").stdout.startswith("sspr-admin ")


def test_no_service_exits_3(own_daemon):
    """And says so."""
    own_daemon.stop()
    for words in (["user", "show", "alice"],
                  ["unlock", "alice", "--reason", REASON],
                  ["pass", "issue", "alice", "--reason", REASON, "--json"]):
        done = run(*words)
        assert done.returncode == 3
        assert "sspr-resetd" in done.stderr and not done.stdout


def test_the_users_socket_serves_no_operator(person, daemon):
    """Verbs of the desk are refused where users come in, even to root."""
    from protocol import ERR, Client
    with Client() as c:
        c.hello("USER", user=person.name, reason=REASON)
        assert c.until("end").result == ERR["NOT_YOURS"]
    with Client(uid=person.uid) as c:
        c.hello("ISSUE", user="bob", reason=REASON)
        assert c.until("end").result == ERR["NOT_YOURS"]
    assert PASSWORD not in json.dumps(audit())
