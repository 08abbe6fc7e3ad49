# SPDX-License-Identifier: MIT
"""The QR symbol as a scanner sees it: a real xterm under Xvfb, its picture
read by zbarimg.  DESIGN 7, PLATFORM 9."""

import re

import pytest

from conversation import try_code
from phone import Phone
from screen import Xterm

SCREENS = {  # points of the font, dark background, window
    "dark_80x24": (11, True, "80x24"),
    "dark_small_font": (8, True, "80x24"),
    "dark_wide": (11, True, "132x43"),
    "light_80x24": (11, False, "80x24"),
}


@pytest.mark.parametrize("kind", SCREENS)
def test_a_scanner_reads_the_otpauth_uri_from_a_real_xterm(
        kind, stranger, daemon, tmp_path):
    """The picture of the screen decodes to the URI whose secret is also
    printed as text, and a phone that scanned it opens a reset."""
    points, dark, size = SCREENS[kind]
    term = Xterm(tmp_path, ["runuser", "-u", stranger.name, "--",
                            "sspr-enroll", "add", "app"],
                 points, dark, size)
    try:
        term.reads("assword: ")
        term.types(stranger.password)
        term.reads(r"Enter = stop\): $")
        uri = term.scan(tmp_path / "screen.png")
        check_uri(uri, stranger.name, term.text())
        phone = Phone(re.search("secret=([A-Z2-7]+)", uri)[1])
        term.types(phone.fresh())
        term.ended()
    finally:
        term.close()
    assert try_code(stranger.name, phone.fresh())


def check_uri(uri, name, text):
    """otpauth, the host, the user, and the very secret on the screen."""
    m = re.fullmatch(r"otpauth://totp/web1:([^?]*)\?(.*)", uri)
    assert m, uri
    assert name in m[1]
    fields = dict(f.split("=") for f in m[2].split("&"))
    groups = re.search(r"\b[A-Z2-7]{4}(?: [A-Z2-7]{4}){7}\b", text)[0]
    assert fields["secret"] == groups.replace(" ", "")
    assert fields["issuer"] == "web1"
