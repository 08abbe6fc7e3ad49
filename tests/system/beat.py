# SPDX-License-Identifier: MIT
"""How long answers take, and whether that tells two kinds of people apart.

All samples of a batch are under way at once, in a random order, each from an
address of its own: what the machine does meanwhile is noise to all alike."""

import itertools
import math
import random
import select
import statistics
import time

from protocol import Client

BATCH = 60  # front has 64 seats for uid 0
SPACING_S = 0.008  # at most, between two requests
NEAR_MS, LEAST_P = 5, 0.01  # R-ENUM-2

# As many tries as there are samples, none of them throttled.
LIMITS = {"free_failures": 10, "first_wait_s": 1, "last_wait_s": 1,
          "max_failures": 100, "failures_per_day": 100,
          "source_failures": 100, "source_accounts": 64,
          "alarm_failures": 1000000}

_hosts = itertools.count()


def address():
    """One that nobody else has, in a /48 of its own."""
    n = next(_hosts)
    return f"2001:db8:{n:x}:{n:x}::1"


def ks_p(one, other):
    """Kolmogorov and Smirnov's two-sample test: how likely two samples of one
    distribution differ at least as much (the asymptotic formula)."""
    n, m = len(one), len(other)
    far = max(abs(sum(a <= x for a in one) / n
                  - sum(b <= x for b in other) / m)
              for x in set(one) | set(other))
    root = math.sqrt(n * m / (n + m))
    x = (root + 0.12 + 0.11 / root) * far
    if x < 0.2:
        return 1.0
    return min(1.0, max(0.0, 2 * sum(
        (-1) ** (k - 1) * math.exp(-2 * (k * x) ** 2) for k in range(1, 101))))


def timed(clients, say):
    """[seconds until its next prompt] of each client, in their order."""
    poll, sent, took = select.poll(), {}, [None] * len(clients)
    left = random.sample(range(len(clients)), len(clients))
    at = time.monotonic()
    while left or sent:
        now = time.monotonic()
        if left and now >= at:
            i = left.pop()
            poll.register(clients[i].sock, select.POLLIN)
            sent[clients[i].sock.fileno()] = i, time.monotonic()
            say(clients[i])
            at = now + random.uniform(0, SPACING_S)
        wait_ms = max(0, math.ceil((at - now) * 1000)) if left else 10000
        ready = poll.poll(wait_ms)
        now = time.monotonic()
        assert ready or left, "no answer"
        for fd, _ in ready:
            i, start = sent.pop(fd)
            took[i] = now - start
            poll.unregister(fd)
    return took


class Sample:
    """Of people of several kinds; names: kind to list of names."""

    def __init__(self, names, code, words=()):
        """words are typed, and timed, before the code."""
        self.names, self.code, self.words = names, code, words
        self.times = {}

    def take(self, n):
        """n of each kind, and of each thing that is timed."""
        per_batch = BATCH // len(self.names)
        for first in range(0, n, per_batch):
            self._batch(range(first, min(n, first + per_batch)))
        return self.times

    def _batch(self, numbers):
        who = [(kind, names[i % len(names)])
               for kind, names in self.names.items() for i in numbers]
        clients = [Client() for _ in who]
        for client, (_, name) in zip(clients, who):
            client.user, client.rhost = name, address()
        self._note("the first prompt", who, timed(clients, lambda c: c.hello(
            "RESET", user=c.user, rhost=c.rhost)), clients)
        for typed in [*self.words, self.code]:
            what = "a code" if typed == self.code else typed
            self._note(what, who, timed(clients, lambda c, t=typed: c.say(
                "answer", text=t)), clients)
        for client in clients:
            client.close()

    def _note(self, what, who, took, clients):
        for client in clients:
            client.until("ask")
        kinds = self.times.setdefault(what, {kind: [] for kind in self.names})
        for (kind, _), seconds in zip(who, took):
            kinds[kind].append(seconds)


def compared(times):
    """[(what, kind, other kind, ms between the medians, p)]"""
    return [(what, a, b, 1000 * abs(statistics.median(kinds[a])
                                    - statistics.median(kinds[b])),
             ks_p(kinds[a], kinds[b]))
            for what, kinds in times.items()
            for a, b in itertools.combinations(kinds, 2)]


def telling(times, near_ms=NEAR_MS, least_p=LEAST_P):
    """Those of compared() that tell."""
    return [c for c in compared(times) if c[3] >= near_ms or c[4] <= least_p]


def shifted(times, kind, ms):
    """The same, had each answer to one kind come so much later."""
    return {what: kinds | {kind: [t + ms / 1000 for t in kinds[kind]]}
            for what, kinds in times.items()}


def worst(runs):
    """What comes nearest to telling, in each of several runs, as text."""
    parts = []
    for found in map(compared, runs):
        far = max(found, key=lambda c: c[3])
        least = min(found, key=lambda c: c[4])
        parts.append(f"{far[3]:.2f} ms apart ({far[0]}), "
                     f"p {least[4]:.3f} ({least[0]})")
    return "; ".join(parts)


def holds(run, **limits):
    """What two of three runs agree in to tell, as telling() has it: nothing,
    it is hoped; and the times of all runs that were needed."""
    told, runs = [], []
    while len(runs) < 2 or (len(runs) == 2 and told):
        runs.append(run())
        told += telling(runs[-1], **limits)
    where = [c[:3] for c in told]
    return [c for c in told if where.count(c[:3]) > 1], runs
