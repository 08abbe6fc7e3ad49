# SPDX-License-Identifier: MIT
"""Promise 7 and R-KEY-2: whoever edits the database without the key suspends
the accounts of those rows, alarms the operator, and touches nobody else."""

import json
import re
import subprocess
import time

import pytest

from atrest import MASTER, copy, edit, key_of, rows
from conftest import merged
from conversation import at_code_prompt, reset, try_code
from daemon import STATE, audit, status_of, wait_for
from postbox import Postbox, add_address, code_in, sent_to, wait_to

ADMIN = "/usr/sbin/sspr-admin"
OPERATOR = "it@example.org"
REASON = "ticket 4711"
GOOD = "Turnip-violin-52"
CONF = {"reset": {"methods": "app backup sms email", "sms_alone": "yes"},
        "enrol": {"cooling_off_h": 0}, "sms": {"countries": "+49"}}

OLD = "FROM was.factor WHERE account=?1 AND id=1"
EDITS = {  # name: SQL; ?1 is the account, ?2 another one that is left alone
    "failures": "UPDATE budget SET failures=0 WHERE account=?1",
    "last": "UPDATE budget SET last=0 WHERE account=?1",
    "no budget": "DELETE FROM budget WHERE account=?1",
    "a budget": "INSERT INTO budget VALUES(?1, 3, 0, 0, 0)",
    "a factor": "INSERT INTO factor SELECT ?1, 77, method, off, used, created,"
                " last_used, usable_from, ends, generation, sealed FROM factor"
                " WHERE account=?2",
    "no factor": "DELETE FROM factor WHERE account=?1",
    "a source": "INSERT INTO known VALUES(?1, zeroblob(16), 1)",
    "used": "UPDATE factor SET used=used-1 WHERE account=?1",
    "off": "UPDATE factor SET off=1 WHERE account=?1",
    "usable_from": "UPDATE factor SET usable_from=1 WHERE account=?1",
    "ends": "UPDATE factor SET ends=1 WHERE account=?1",
    "method": "UPDATE factor SET method=6 WHERE account=?1",
    "created": "UPDATE factor SET created=1 WHERE account=?1",
    "generation": "UPDATE account SET generation=generation+1 WHERE key=?1",
    "missing_at": "UPDATE account SET missing_at=1 WHERE key=?1",
    "admin_at": "UPDATE account SET admin_at=1 WHERE key=?1",
    "reset_at": "UPDATE account SET reset_at=1 WHERE key=?1",
    "next_factor": "UPDATE account SET next_factor=9 WHERE key=?1",
    "mac": "UPDATE account SET mac=zeroblob(32) WHERE key=?1",
    "no number": "UPDATE factor SET used='x' WHERE account=?1",
    "old blob": f"UPDATE factor SET sealed=(SELECT sealed {OLD}) WHERE"
                " account=?1 AND id=2",
    "old factor": "DELETE FROM factor WHERE account=?1 AND id=2",
    "old used": f"UPDATE factor SET used=(SELECT used {OLD})"
                " WHERE account=?1",
    "old row": "UPDATE account SET (generation, mac)=(SELECT generation, mac"
               " FROM was.account WHERE key=?1) WHERE key=?1",
    "old budget": "UPDATE budget SET (failures, last)=(SELECT failures, last"
                  " FROM was.budget WHERE account=?1) WHERE account=?1",
}
SWAPS = {  # name: table, columns, key of the table; of two accounts
    "sealed": ("factor", "sealed", "account"),
    "owners": ("account", "owner", "key"),
    "factors": ("factor", "method, used, created, last_used, usable_from,"
                " generation, sealed", "account"),
    "macs": ("account", "mac", "key"),
}


def swapped(table, columns, column, keys):
    """The steps that swap these columns of two accounts."""
    read = f"SELECT {columns} FROM {table} WHERE {column}=?"
    marks = ", ".join("?" * (columns.count(",") + 1))
    values = [rows(read, (key,))[0] for key in keys]
    assert values[0] != values[1]
    return [(f"UPDATE {table} SET ({columns})=({marks}) WHERE {column}=?",
             (*v, key)) for v, key in zip(values, reversed(keys))]


@pytest.fixture(scope="module")
def box():
    """Where everything is sent to."""
    with Postbox() as postbox:
        yield postbox


@pytest.fixture(scope="module")
def posting(own_daemon, box):
    """The daemon, which tells the operator by mail."""
    own_daemon.first_conf = merged(
        own_daemon.first_conf, {"notify": {"fallback": OPERATOR}},
        {m: {"command": box.command} for m in ("sms", "email")})
    own_daemon.configure(own_daemon.first_conf)
    return own_daemon.start()


@pytest.fixture(autouse=True)
def begun(posting, daemon):
    """The same, running again if a test left it stopped."""
    assert posting is daemon
    return daemon


class Edited:
    """People, by what was edited of their rows; and those nobody touched."""

    def __init__(self, new_account):
        self.victims = {}
        for name in EDITS:
            self.victims[name] = new_account().enrol()
        for name in SWAPS:
            for n in (1, 2):
                self.victims[f"{name} {n}"] = new_account().enrol()
        self.whole = new_account().enrol()
        self.since = len(audit())

    def everybody(self):
        """The victims, and who is not one."""
        return [*self.victims.values(), self.whole]

    def edit(self, old):
        """Do all of it."""
        other = key_of(self.whole)
        steps = []
        for name, sql in EDITS.items():
            key = key_of(self.victims[name])
            values = (key, other) if "?2" in sql else (key,)
            steps.append((sql, values))
        for name, what in SWAPS.items():
            steps += swapped(*what, [key_of(self.victims[f"{name} {n}"])
                                     for n in (1, 2)])
        edit(*steps, old=old)


@pytest.fixture(scope="module")
def edited(posting, new_account, tmp_path_factory):
    """After a wrong code and a right one of everybody, with a copy of the
    database from before them, the daemon runs on what was edited."""
    people = Edited(new_account)
    for p in people.everybody():
        assert not try_code(p.name, p.phone.wrong(), source_of(p))
    posting.stop()
    old = copy(tmp_path_factory.mktemp("old") / "old.db")
    posting.start()
    for p in people.everybody():
        assert try_code(p.name, p.phone.fresh(), source_of(p))
        if p in (people.victims["old blob"], people.victims["old factor"]):
            p.enrol(p.phone.fresh())
        assert not try_code(p.name, p.phone.wrong(), source_of(p))
    posting.stop()
    people.edit(old)
    return people, posting.start()


def source_of(p):
    """An address of a person's own."""
    return f"198.18.{p.uid % 65536 // 256}.{p.uid % 256}"


def show(person, *words):
    """sspr-admin user show."""
    done = subprocess.run([ADMIN, "user", "show", person.name, *words],
                          text=True, stdin=subprocess.DEVNULL, check=True,
                          capture_output=True, timeout=60)
    return done.stdout


def state(person):
    """What it says."""
    return json.loads(show(person, "--json"))["user"]["state"]


def status(person):
    """sspr-enroll status of its owner."""
    return subprocess.run(["runuser", "-u", person.name, "--", "sspr-enroll",
                           "status"], text=True, stdin=subprocess.DEVNULL,
                          capture_output=True, check=False, timeout=60)


def forget(person):
    """sspr-admin user forget."""
    return subprocess.run([ADMIN, "user", "forget", person.name, "--reason",
                           REASON], text=True, stdin=subprocess.DEVNULL,
                          capture_output=True, check=False, timeout=60)


def suspensions(person):
    """Audit records that say so."""
    return [r for r in audit() if r["event"] == "account.suspended"
            and r.get("subject") == person.uid]


def heard(name, code):
    """What a stranger hears, with the name put out of it."""
    with at_code_prompt(name, "203.0.113.9") as c:
        m = c.answer(code)
        return str((c.shown, vars(m))).replace(name, "NAME")


@pytest.mark.parametrize("name", [
    *EDITS, *(f"{s} {n}" for s in SWAPS for n in (1, 2))])
def test_r_key_2_an_edited_account_is_suspended(edited, name):
    """For the helpdesk, and in the audit log."""
    victim = edited[0].victims[name]
    assert state(victim) == "suspended"
    wait_for(lambda: suspensions(victim) or name == "owners 1"
             or name == "owners 2", "account.suspended")


def test_r_key_2_for_strangers_it_looks_like_nobody(edited):
    """R-ENUM-1: with the very code of its phone, which is not accepted."""
    victim = edited[0].victims["used"]
    code = victim.phone.fresh()
    assert heard(victim.name, code) == heard("nobody9", code)


def test_r_key_2_owner_and_helpdesk_are_told_what_to_do(edited):
    """A code, and who can help."""
    victim = edited[0].victims["old row"]
    done = status(victim)
    assert done.returncode == 1 and "SSPR-54" in done.stderr
    assert "root must look" in done.stderr
    text = show(victim)
    assert "SSPR-54" in text
    assert f"sspr-admin user forget {victim.name}" in text


def test_r_key_2_nobody_else_is_touched(edited):
    """Whose rows were read, but not changed, resets as ever."""
    assert state(edited[0].whole) == "enrolled"
    assert reset(edited[0].whole, GOOD) == 0
    assert not suspensions(edited[0].whole)


def test_r_key_2_the_alarm_goes_out_once(edited, box):
    """To the log, to the audit log and to the operator, each once a day and
    account, however often somebody tries; before anybody does."""
    people, daemon = edited
    victim = people.victims["failures"]
    for _ in range(3):
        assert not try_code(victim.name, victim.phone.code())
        status(victim)
    assert len(suspensions(victim)) == 1
    line = rf"ALARM: the stored record of uid {victim.uid} does not verify"
    assert len(re.findall(line, daemon.log())) == 1
    mails = wait_for(lambda: alarms_to(box, OPERATOR), "a mail")
    assert "was changed by somebody else" in mails[0]
    assert len(alarms_to(box, OPERATOR)) <= 4


def test_r_key_2_root_forgets_it_and_it_enrols_anew(edited):
    """The way back, for root alone."""
    victim = edited[0].victims["sealed 1"]
    done = forget(victim)
    assert done.returncode == 0, done.stderr
    assert state(victim) == "none"
    assert status(victim).returncode == 0
    victim.enrol()
    assert reset(victim, GOOD) == 0
    last = [r for r in audit() if r["event"] == "helpdesk.forget"][-1]
    assert (last["subject"], last["reason"]) == (victim.uid, REASON)


def alarms_to(box, address):
    """Mails that tell of what does not verify."""
    return [m["text"] for m in sent_to(box, address)
            if "suspended" in m["text"]]


@pytest.fixture
def number(new_account, begun, box):
    """Somebody with a mobile, who was sent a code."""
    p = new_account().enrol()
    number.last += 1
    p.number = f"+49151{number.last:08}"
    add_address(p, "sms", p.number, box)
    before = len(sent_to(box, p.number))
    with at_code_prompt(p.name, source_of(p)) as c:
        c.answer("sms")
        p.sent = code_in(wait_to(box, p.number, before + 1)[-1])
    return p


number.last = 0


@pytest.mark.parametrize("sql", [
    "UPDATE challenge SET tries=0", "UPDATE challenge SET until=until+86400",
    "UPDATE challenge SET made=made+1", "UPDATE challenge SET method=5",
    "UPDATE challenge SET tries='none'"])
def test_r_key_2_an_edited_challenge_is_void(number, begun, sql):
    """The very code that was sent is not accepted."""
    assert not try_sent(number, "00000000")
    begun.stop()
    edit((sql, ()))
    begun.start()
    assert not try_sent(number, number.sent)
    wait_for(lambda: [r for r in audit() if r["event"] == "alarm.database"],
             "alarm.database")


def test_promise_4_a_used_sent_code_put_back_is_void(number, begun,
                                                     tmp_path):
    """Its row, as it was, in the database again."""
    begun.stop()
    old = copy(tmp_path / "old.db")
    begun.start()
    time.sleep(1.1)  # a second later than it was made
    assert try_sent(number, number.sent)
    begun.stop()
    edit(("INSERT OR REPLACE INTO challenge SELECT * FROM was.challenge", ()), old=old)
    begun.start()
    assert not try_sent(number, number.sent)


def try_sent(person, code):
    """Whether a code that was sent is accepted at the next prompt."""
    with at_code_prompt(person.name, source_of(person)) as c:
        assert c.answer("sms").name == "ask"
        m = c.answer(code)
        if m.name == "hand":
            c.worker().close()
        return m.name == "hand"


def test_r_time_1_an_edited_clock_ends_no_wait(begun, new_account):
    """Set ahead by years, the daemon takes the host's, and says so."""
    p = new_account().enrol()
    for _ in range(6):
        assert not try_code(p.name, p.phone.wrong(), source_of(p))
    begun.stop()
    edit(("UPDATE clock SET s=s+100000000", ()))
    begun.start()
    assert not try_code(p.name, p.phone.fresh(), source_of(p))
    begun.wait_log("ALARM: the clock's mark")
    begun.stop()
    now, = rows("SELECT s FROM clock")[0]
    assert abs(now - time.time()) < 86400
    begun.start()


def everything():
    """All rows of all tables, of a stopped daemon."""
    tables = rows("SELECT name FROM sqlite_master WHERE type='table'"
                  " AND name NOT LIKE 'sqlite_%'")
    return {name: sorted(rows(f"SELECT * FROM {name}"), key=repr)
            for name, in tables if name != "bucket"}


def test_r_key_1_another_key_opens_nothing(begun):
    """The daemon refuses to start, and changes nothing."""
    begun.stop()
    before, key = everything(), MASTER.read_bytes()
    MASTER.chmod(0o600)
    MASTER.write_text(bytes(range(32)).hex() + "\n")
    MASTER.chmod(0o400)
    done = subprocess.run(["sspr-resetd", "-c", str(begun.conf)],
                          capture_output=True, text=True, check=False,
                          timeout=30)
    MASTER.chmod(0o600)
    MASTER.write_bytes(key)
    MASTER.chmod(0o400)
    assert done.returncode != 0 and "master key" in done.stderr
    assert everything() == before
    begun.start()


def test_r_key_5_keys_are_locked_and_in_no_dump(begun):
    """The vault's pages of secrets: locked, not dumped, and of no access
    while nobody uses them."""
    pid = begun.pids()["vault"]
    assert int(status_of(pid)["VmLck"].split()[0]) > 0
    found = []
    with open(f"/proc/{pid}/smaps") as smaps:
        for line in smaps:
            m = re.match(r"[0-9a-f]+-[0-9a-f]+ (\S+)", line)
            if m:
                mode = m[1]
            if line.startswith("VmFlags:") and "lo" in line.split():
                assert "dd" in line.split(), line
                found.append(mode)
    assert "---p" in found, found


def test_r_key_3_seeds_are_not_on_the_disk_in_any_form(begun, new_account):
    """Raw, hex, base32; nor what was deleted."""
    p = new_account().enrol()
    begun.stop()
    seed = p.phone.seed
    files = [f for f in STATE.parent.iterdir() if f.is_file()]
    assert STATE in files
    for f in files:
        raw = f.read_bytes()
        assert seed not in raw and seed.hex().encode() not in raw.lower()
        assert p.name.encode() not in raw, f
    begun.start()
