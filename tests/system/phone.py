# SPDX-License-Identifier: MIT
"""A phone: an app that shows a new code every 30 seconds (RFC 6238)."""

import base64
import hmac
import struct
import time

PERIOD = 30


def hotp(seed, step):
    """RFC 4226, SHA-1, six digits."""
    mac = hmac.digest(seed, struct.pack(">Q", step), "sha1")
    at = mac[-1] & 15
    number = struct.unpack_from(">I", mac, at)[0] & 0x7FFFFFFF
    return f"{number % 1000000:06d}"


def step_now():
    """The number of the period we are in."""
    return int(time.time()) // PERIOD


class Phone:
    """Shows codes and remembers which ones it has shown."""

    def __init__(self, secret):
        secret = secret.replace(" ", "").upper()
        padding = "=" * (-len(secret) % 8)
        self.seed = base64.b32decode(secret + padding)
        self.last = 0

    def code(self, offset=0):
        """The code of a period, counted from the present one."""
        return hotp(self.seed, step_now() + offset)

    def fresh(self):
        """A code that was not shown yet and is good now; the window is a
        period to either side.  Waits where a test used up all three."""
        while self.last > step_now():
            time.sleep(0.2)
        self.last = max(self.last + 1, step_now() - 1)
        if self.last == step_now() - 1 and time.time() % PERIOD > PERIOD - 5:
            self.last += 1  # the old one is about to leave the window
        return hotp(self.seed, self.last)

    def wrong(self):
        """A code of the right form that is good at no time near now."""
        near = {self.code(offset) for offset in range(-4, 5)}
        return next(c for c in map("{:06d}".format, range(100))
                    if c not in near)


def rfc4226_vectors():
    """RFC 4226 appendix D, the first three counts."""
    seed = b"12345678901234567890"
    return [hotp(seed, n) for n in range(3)] == ["755224", "287082", "359152"]


assert rfc4226_vectors()
