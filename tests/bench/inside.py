# SPDX-License-Identifier: MIT
"""Inside tests/lab/inroot: measure, and print a table.  What is compared is
taken in turn in one run; shown are the medians over the runs and, of ratios,
the least and the greatest."""

import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, "/src/tests/system")
from daemon import Daemon  # noqa: E402

BENCH, LOGIN = "/build/bench/bench", "/build/bench/login"
WITHOUT, WITH, BARE = "/run/pam-without", "/run/pam-with", "/run/pam-bare"
DISK = Path("/out")  # what is durable is measured here, not on a tmpfs
PEOPLE = 1000  # who exist on the host; the small database has just them
LARGE = max(int(os.environ["ACCOUNTS"]), 2 * PEOPLE)
RUNS = int(os.environ["RUNS"])
CLIENTS, RACES, CROWDS = 64, 200, 5
LOGINS, CODES = 300, 40  # a run
PASSWORD = "Bench-pass-1234"
FIELD = ("$y$j75$LdJMENpBABJJ3hIHjB1Bi.$"
         "VprEzAAFEjcTwX9dmTvxkjrQsEUzKu6KJhbcAemp6r7")
CONF = {
    "reset": {"answer_floor_ms": 0, "methods_required": 1},
    "limits": {
        "conversations_per_source": 1024,
        "changes_per_minute": 1000,
        "free_failures": 10,
        "first_wait_s": 1,
        "last_wait_s": 1,
        "max_failures": 100,
        "failures_per_day": 100,
        "alarm_failures": 1000000,
        "resets_per_hour": 1000,
        "source_resets": 1000,
    },
}


def run(*command):
    """{name: value} of what a program prints; it must succeed."""
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE,
                          check=False)
    if done.returncode != 0:
        sys.exit(f"bench: {' '.join(command)}: exit status {done.returncode}")
    pairs = (line.split() for line in done.stdout.splitlines())
    return {name: float(value) for name, value in pairs}


def provision():
    """The product, and PEOPLE, whose hash is the cheapest yescrypt, so that
    what is added to it shows."""
    done = subprocess.run(["/src/tests/lab/provision"], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False)
    if done.returncode != 0:
        sys.exit(done.stdout)
    people = run(BENCH, "people", str(PEOPLE))
    with open("/etc/passwd", "a", encoding="ascii") as passwd, \
            open("/etc/shadow", "a", encoding="ascii") as shadow:
        for name, uid in people.items():
            passwd.write(f"{name}:x:{uid:.0f}:100::/nonexistent:/bin/bash\n")
            shadow.write(f"{name}:{FIELD}:20000:0:99999:7:::\n")
    return next(iter(people))


def mount(directory, at):
    """Put a directory of the disk at a place of the product's."""
    subprocess.run(["mount", "--bind", str(directory), at], check=True)


def on_disk(name, at):
    """The directory `name' of the disk, with owner and mode of `at'."""
    directory = DISK / name
    directory.mkdir()
    shutil.copystat(at, directory)
    shutil.chown(directory, os.stat(at).st_uid, os.stat(at).st_gid)
    return directory


class Database:
    """A database of so many people; while `with' lasts, the daemon runs on
    it."""

    def __init__(self, count):
        self.count = count
        self.next = 0  # who has not given a code yet
        self.state = on_disk(f"state-{count}", "/var/lib/sspr")
        self.started = []
        mount(self.state, "/var/lib/sspr")
        run(BENCH, "generate", str(count), str(PEOPLE))
        for path in self.state.iterdir():
            shutil.chown(path, "_sspr-vault", "_sspr-vault")
        self._unmount()
        self.size = sum(p.stat().st_size for p in self.state.iterdir())
        directory = Path(f"/run/bench-{count}")
        directory.mkdir()
        self.daemon = Daemon(directory, CONF)

    def _unmount(self):
        subprocess.run(["umount", "/var/lib/sspr"], check=True)

    def __enter__(self):
        mount(self.state, "/var/lib/sspr")
        start = time.monotonic()
        self.daemon.start()
        self.started.append(time.monotonic() - start)
        return self

    def __exit__(self, *_):
        self.daemon.stop()
        self._unmount()

    def take(self, count):
        """The first of `count' people who are used for one thing only."""
        first = self.next
        self.next += count
        if self.next > PEOPLE:
            sys.exit("bench: not enough people")
        return str(first)

    def verify(self):
        """One run of codes, one after the other."""
        return run(BENCH, "verify", self.take(CODES), str(CODES), str(DISK))

    def race(self):
        """One code, everybody at once."""
        return run(BENCH, "race", self.take(RACES), str(RACES))

    def crowd(self):
        """Everybody's own code, all at once."""
        return run(BENCH, "crowd", self.take(CLIENTS * CROWDS), str(CROWDS))


def stack(directory, module="pam_sspr.so"):
    """A copy of pam.d with a module in the place of ours.  A copy of all of
    it, since libpam also loads what `other' names; an @include is from
    /etc/pam.d unless it says from where."""
    shutil.copytree("/etc/pam.d", directory)
    for path in Path(directory).iterdir():
        text = path.read_text(encoding="utf-8")
        text = text.replace("@include ", f"@include {directory}/")
        text = text.replace("pam_sspr.so", module)
        path.write_text(text, encoding="utf-8")


def stacks():
    """Without our module, with it, and with one that does nothing."""
    subprocess.run(["pam-auth-update", "--disable", "sspr"], check=True)
    stack(WITHOUT)
    subprocess.run(["pam-auth-update", "--enable", "sspr"], check=True)
    stack(WITH)
    permit = next(Path("/usr/lib").glob("*/security/pam_permit.so"))
    shutil.copy(permit, permit.with_name("pam_bare.so"))
    stack(BARE, "pam_bare.so")


def calls(directory, person):
    """The opens and connects of one login, wherever pam.d is."""
    trace = Path("/run/trace")
    subprocess.run(["strace", "-f", "-o", str(trace), "-e",
                    "trace=open,openat,connect", LOGIN, person, PASSWORD,
                    "1", directory], check=True, stdout=subprocess.DEVNULL)
    text = trace.read_text(encoding="utf-8").replace(directory, "/etc/pam.d")
    return Counter(re.findall(r"\b(?:open|openat|connect)\(.*\) += ", text))


def added_calls(person):
    """What the module adds to them."""
    more = calls(WITH, person) - calls(WITHOUT, person)
    return list(more.elements())


def median(values):
    """The middle one."""
    return statistics.median(values)


def line(name, ratios, rest, goal=""):
    """One line of the table."""
    spread = ""
    if ratios:
        spread = f"{median(ratios):.2f} [{min(ratios):.2f}-{max(ratios):.2f}]"
    print(f"  {name:<37}{spread:<20}{rest:<38}{goal}".rstrip())


def show_logins(runs, more):
    """The first figure; whether it is right."""
    cost = median(r[WITH] - r[WITHOUT] for r in runs)
    bare = median(r[BARE] - r[WITHOUT] for r in runs)
    print("A successful login, with the module to without:")
    line("pam_start to pam_end", [r[WITH] / r[WITHOUT] for r in runs],
         f"{cost:+.0f} us (an empty module {bare:+.0f} us)", "goal +50 us")
    good = len(more) == 1 and "pam_sspr.so" in more[0]
    line("opens and connects added", [],
         "the module itself" if good else f"WRONG: {more}")
    return good


def show_codes(runs, name, cost):
    """The second figure for one database."""
    base = median(r["limit"] for r in runs)
    line(name, [cost(r) / r["limit"] for r in runs],
         f"{median(cost(r) for r in runs):.0f} us to {base:.0f} us",
         "goal 1.5")


def show_flat(small, large, name, cost):
    """One database to the other; a run of one follows one of the other."""
    line(name, [(cost(b) / b["limit"]) / (cost(a) / a["limit"])
                for a, b in zip(small, large)], "", "goal 1.15")


def right(run_):
    """A right code, less the start of its worker."""
    return run_["right"] - run_["worker"]


def show_verifications(small, large, verified):
    """The second figure."""
    one, two = (verified[d] for d in (small, large))
    print("One code, ANSWER to the next message, to 2 commits + 1 append + 1 "
          "round trip:")
    for d in small, large:
        show_codes(verified[d], f"wrong, {d.count} enrolled",
                   lambda r: r["wrong"])
        show_codes(verified[d], f"right, {d.count} enrolled, no worker", right)
    line("right, whole, of it a worker's start", [],
         f"{median(r['right'] for r in one + two):.0f} us, "
         f"{median(r['worker'] for r in one + two):.0f} us")
    show_flat(one, two, f"wrong, {large.count} to {small.count}",
              lambda r: r["wrong"])
    show_flat(one, two, f"right, {large.count} to {small.count}", right)
    line("the machine: commit, append, trip", [], " ".join(
        f"{median(r[k] for r in one + two):.0f}"
        for k in ("commit", "append", "trip")) + " us")


def show_crowds(race, crowd):
    """The third figure; whether it is right."""
    good = (race["right"] == race["rounds"]
            and crowd["accepted"] == crowd["offered"])
    print(f"{CLIENTS} clients at once:")
    line("one code, accepted once", [],
         f"in {race['right']:.0f} of {race['rounds']:.0f} rounds "
         f"({race['least']:.0f} to {race['most']:.0f} times)", "goal all")
    line("  all 64 have their answer after", [],
         f"{race['round'] / 1000:.0f} ms")
    line("own codes, refused", [],
         f"{crowd['offered'] - crowd['accepted']:.0f} of "
         f"{crowd['offered']:.0f}", "goal 0")
    line("own codes, accepted a second", [],
         f"{crowd['accepted'] / CROWDS / crowd['round'] * 1e6:.0f}")
    if not good:
        print("  WRONG: each code must be accepted, and once")
    return good


def main():
    """All of it."""
    begun = time.monotonic()
    person = provision()
    stacks()
    mount(on_disk("log", "/var/log/sspr"), "/var/log/sspr")
    logins = [run(LOGIN, person, PASSWORD, str(LOGINS), WITHOUT, WITH, BARE)
              for _ in range(RUNS)]
    more = added_calls(person)
    small, large = Database(PEOPLE), Database(LARGE)
    verified = {small: [], large: []}
    for _ in range(RUNS):
        for d in small, large:
            with d:
                verified[d].append(d.verify())
    with large:
        race, crowd = large.race(), large.crowd()
    good = show_logins(logins, more)
    show_verifications(small, large, verified)
    good = show_crowds(race, crowd) and good
    print(f"{RUNS} runs, {time.monotonic() - begun:.0f} s; {LARGE} enrolled: "
          f"{large.size / LARGE:.0f} bytes each on disk, "
          f"{median(large.started):.2f} s to start")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
