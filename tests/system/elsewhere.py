# SPDX-License-Identifier: MIT
"""Another host: a network of its own, and a cable to ours."""

import os
import subprocess

from daemon import wait_for
from dialogue import OFFER, PORT, SSH, Terminal

HERE4, THERE4 = "198.51.100.1", "198.51.100.7"
HERE6, THERE6 = "2001:db8:7:1::1", "2001:db8:7:1:a:b:c:d"
NET6 = "2001:db8:7:1::"  # as sources are counted


def ip(*words, inside=None):
    """ip(8), here or in the network of a process."""
    there = ["nsenter", "-n", "-t", str(inside)] if inside else []
    subprocess.run(there + ["ip", *words], check=True)


def cabled():
    """A process on another host, with our addresses at one end and its own
    at the other; the cable goes with the process."""
    other = subprocess.Popen(["unshare", "--net", "sleep", "1000"])
    mine = os.readlink("/proc/self/ns/net")
    its = f"/proc/{other.pid}/ns/net"
    wait_for(lambda: os.readlink(its) != mine, "another network")
    ip("link", "add", "here0", "type", "veth", "peer", "name", "there0",
       "netns", str(other.pid))
    for device, four, six, at in (("here0", HERE4, HERE6, None),
                                  ("there0", THERE4, THERE6, other.pid)):
        ip("addr", "add", f"{four}/24", "dev", device, inside=at)
        ip("addr", "add", f"{six}/64", "dev", device, "nodad", inside=at)
        ip("link", "set", device, "up", inside=at)
    return other


def ssh_to(host, user, command="", inside=None, tries=3, port=PORT):
    """A person at an ssh client, here or on the other host."""
    there = f"nsenter -n -t {inside} " if inside else ""
    return Terminal(there + SSH.format(
        port=port, user=user, command=command, host=host, tries=tries,
        methods="keyboard-interactive"))


def forgot_at(host, user, inside=None, port=PORT):
    """The same, who forgot the password: at the code prompt."""
    t = ssh_to(host, user, inside=inside, port=port)
    t.types("forgot", at="assword: ")
    return t.types("forgot", at=OFFER)
