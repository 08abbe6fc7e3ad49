# SPDX-License-Identifier: MIT
"""A PAM application: one transaction of any service, with answers given
beforehand.  In a process of its own, as whoever runs it: `python3
transaction.py SERVICE USER FLAGS PHASE...` reads a JSON list of answers and
prints what the constructor of Result takes."""

import ctypes
import ctypes.util
import json
import os
import pwd
import subprocess
import sys

SUCCESS, SERVICE_ERR, PERM_DENIED, AUTH_ERR = 0, 3, 6, 7
USER_UNKNOWN, AUTHTOK_ERR, TRY_AGAIN, IGNORE = 10, 20, 24, 25
SILENT, CHANGE_EXPIRED = 0x8000, 0x0020
PROMPTS = (1, 2)  # echo off, echo on


class _Message(ctypes.Structure):
    _fields_ = [("style", ctypes.c_int), ("text", ctypes.c_char_p)]


class _Response(ctypes.Structure):
    _fields_ = [("text", ctypes.c_void_p), ("code", ctypes.c_int)]


_ASK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_int, ctypes.POINTER(ctypes.POINTER(_Message)),
    ctypes.POINTER(ctypes.POINTER(_Response)), ctypes.c_void_p)


class _Conversation(ctypes.Structure):
    _fields_ = [("ask", _ASK), ("data", ctypes.c_void_p)]


class Result:
    """What became of a transaction: code, all that was shown, the answers
    that nobody asked for, and what of the process is not as it was."""

    def __init__(self, code, shown, left, changed):
        self.code, self.shown, self.left = code, shown, left
        self.changed = changed
        self.text = "\n".join(shown)


def run(service, user, *answers, phases=("chauthtok",), flags=0, uid=0):
    """One, in a process of its own with this real uid."""
    done = subprocess.run(
        [sys.executable, __file__, service, user, str(flags), str(uid),
         *phases], input=json.dumps(answers), text=True, check=True,
        capture_output=True, timeout=60)
    return Result(**json.loads(done.stdout))


class _Person:
    def __init__(self, answers):
        self.answers, self.shown = answers, []
        self.libc = ctypes.CDLL(None)
        self.libc.calloc.restype = ctypes.c_void_p
        self.libc.strdup.restype = ctypes.c_void_p

    def __call__(self, count, messages, responses, _):
        at = self.libc.calloc(count, ctypes.sizeof(_Response))
        responses[0] = ctypes.cast(at, ctypes.POINTER(_Response))
        for i in range(count):
            message = messages[i].contents
            self.shown.append(message.text.decode())
            if message.style in PROMPTS:
                if not self.answers:
                    return 19
                responses[0][i].text = self.libc.strdup(
                    self.answers.pop(0).encode())
        return 0


def _look_up(user):
    """What opens a connection and keeps it open happens here."""
    try:
        pwd.getpwnam(user)
    except KeyError:
        pass


def _order():
    """What a module is to leave as it is."""
    with open("/proc/self/status", encoding="ascii") as status:
        kept = {line for line in status if line.startswith(
            ("SigBlk", "SigIgn", "SigCgt", "Threads", "Umask", "Uid", "Gid",
             "Cap"))}
    environment = ctypes.POINTER(ctypes.c_char_p).in_dll(
        ctypes.CDLL(None), "environ")
    i = 0
    while environment[i]:
        kept.add(environment[i].decode())
        i += 1
    return kept | set(os.listdir("/proc/self/fd")) | {os.getcwd()}


def main(service, user, flags, uid, *phases):
    """The process."""
    pam = ctypes.CDLL(ctypes.util.find_library("pam") or "libpam.so.0")
    person, handle = _Person(json.load(sys.stdin)), ctypes.c_void_p()
    conversation = _Conversation(_ASK(person), None)
    if int(uid):
        os.setresgid(int(uid), int(uid), 0)
        os.setresuid(int(uid), 0, 0)
    _look_up(user)
    before = _order()
    code = pam.pam_start(service.encode(), user.encode(),
                         ctypes.byref(conversation), ctypes.byref(handle))
    for phase in phases:
        if code == 0:
            code = getattr(pam, f"pam_{phase}")(handle, int(flags))
    pam.pam_end(handle, code)
    changed = sorted(_order() ^ before)
    json.dump({"code": code, "shown": person.shown, "left": person.answers,
               "changed": changed}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
