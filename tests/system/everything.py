# SPDX-License-Identifier: MIT
"""A site with every method on, behind the couriers that are shipped: Kannel
for sms, Exim for email, a program that calls for landline; and people who
enrol there and prove who they are, as they would at an ssh client."""

import json
import re
import subprocess

from daemon import wait_for
from dialogue import CODE, LAST, NEW, RETYPE
from gateways import Kannel, Mail
from postbox import Postbox
from protocol import Client

METHODS = "app backup sms landline email questions helpdesk-pass"
BORNE = {"sms": "sms", "landline": "phone-call", "email": "email"}
CONF = {"reset": {"methods": METHODS, "sms_alone": "yes"},
        "enrol": {"cooling_off_h": 0},
        "sms": {"source_hour": 1000},
        "email": {"source_hour": 1000},
        "helpdesk": {"passes_per_day": 1000}}
REASON = "ticket 4711"

SENT = "Code (Enter = another way): "
ANSWER = "Answer (Enter = another way): "
SECOND = "Accepted: 1 of 2. Now another method. "
AGAIN = "That is not a code. "
LOST = "Type lost to switch off app and sms now, or Enter: "
STUCK = "two enrolled methods are needed. (SSPR-41)"

SPOKEN = re.compile(r"\b\d(?:, \d){7}\b")
WRITTEN = re.compile(r"\b\d{8}\b")


def code_of(text):
    """The code in a message, written or spoken, or None."""
    m = WRITTEN.search(text) or SPOKEN.search(text)
    return m and m[0].replace(", ", "")


class Everything:
    """The gateways, the operator, and what was sent to whom."""

    def __init__(self, new_account):
        self.by = {"sms": Kannel(), "email": Mail(), "landline": Postbox()}
        self.conf = {m: {"command": g.command} for m, g in self.by.items()}
        self.conf["sms"]["countries"] = "+49"
        self.operator = new_account("-G", "sspr-admin")

    def sent(self, method, address):
        """The texts that went there, oldest first."""
        return [m["text"] for m in self.by[method].messages()
                if m["to"] == address]

    def codes(self, method, address):
        """The codes that went there, oldest first."""
        return [c for c in map(code_of, self.sent(method, address)) if c]

    def code(self, person, method, n):
        """The nth code that a person is sent, from 1; waits for it."""
        address = address_of(person, method)
        wait_for(lambda: len(self.codes(method, address)) >= n,
                 f"code {n} by {method}", 30)
        return self.codes(method, address)[n - 1]

    def count(self, person, method):
        """How many codes a person was sent so far."""
        return len(self.codes(method, address_of(person, method)))

    def issue(self, person, *words, by=None):
        """Give a person a helpdesk-pass, as a member of the desk or by."""
        done = subprocess.run(
            ["runuser", "-u", by or self.operator.name, "--", "sspr-admin",
             "pass", "issue", person.name, "--reason", REASON, "--json",
             *words],
            text=True, stdin=subprocess.DEVNULL, capture_output=True,
            check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        person.given = json.loads(done.stdout)["code"]
        return person

    def stop(self):
        """End the gateways."""
        for gateway in self.by.values():
            gateway.stop()


def desk_shows(person):
    """What the helpdesk sees of a person."""
    done = subprocess.run(
        ["sspr-admin", "user", "show", person.name, "--json"], text=True,
        stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=60)
    return json.loads(done.stdout)


def address_of(person, method):
    """An address that nobody else has."""
    if method == "email":
        return f"{person.name}@example.org"
    return f"+49{'15' if method == 'sms' else '30'}1{person.uid:07}"


def enrol_address(site, person, method):
    """As sspr-enroll would, with the code that comes there."""
    n = site.count(person, method)
    with Client(uid=person.uid) as c:
        person.begin(c, "ADD", "ask", method)
        m = c.answer(address_of(person, method))
        assert m.name == "ask" and "another address" in m.prompt, c.shown
        m = c.answer(site.code(person, method, n + 1))
        assert (m.name, m.result) == ("end", 0), (c.shown, vars(m))


def enrol_questions(person):
    """Three of the site's, from the list as it is shown; question to answer
    in person.answers."""
    person.answers = {}
    with Client(uid=person.uid) as c:
        m = person.begin(c, "ADD", "ask", "questions")
        while len(person.answers) < 3:
            number = len(person.answers) * 2 + 1
            m = c.answer(str(number))
            question = m.prompt.split("\n")[0]
            person.answers[question] = f"Übermut {number} {person.name}"
            m = c.answer(person.answers[question])
        m = c.answer("")
        assert (m.name, m.result) == ("end", 0), (c.shown, vars(m))


def enrol(site, person, *methods):
    """What these methods need; but for a pass, which is issued."""
    for method in methods:
        if method == "app":
            person.enrol()
        elif method == "backup":
            person.enrol_sheet()
        elif method == "questions":
            enrol_questions(person)
        elif method != "helpdesk-pass":
            enrol_address(site, person, method)
    return person


def type_answers(t, person, right=True):
    """From the word on, up to the last answer."""
    t.types("questions")
    for _ in range(3):
        t.expect(r"Question \d of 3: ([^\r\n]*)\r?\n")
        answer = person.answers[t.match[1]] if right else "no idea"
        t.types(f"  {answer.upper()} ", at=ANSWER)
    return t


def prove(site, t, person, method, at=CODE):
    """Type the proof at a prompt, up to the last Enter."""
    t.reads(at)
    if method in BORNE:
        n = site.count(person, method)
        t.types(BORNE[method])
        t.reads(SENT)
        t.types(site.code(person, method, n + 1))
    elif method == "app":
        t.types(person.phone.fresh())
    elif method == "backup":
        t.types(person.sheet.pop(0))
    elif method == "questions":
        type_answers(t, person)
    else:
        t.types(person.given)
    return t


def choose(t, new, lost=None):
    """From the password rules to the last words; lost: what is typed where
    a recovery code was used."""
    t.types(new, at=NEW)
    t.types(new, at=RETYPE)
    if lost is not None:
        t.types(lost, at=LOST)
    return t.types("", at=LAST)
