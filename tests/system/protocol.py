# SPDX-License-Identifier: MIT
"""The conversation in Python: its messages are read from proto.def itself,
so a test can speak to the daemon, or be the daemon, without a second list."""

import os
import re
import socket
import struct
from pathlib import Path
from types import SimpleNamespace

LIBSSPR = Path("/src/libsspr")
SOCKET = "/run/sspr/sspr.sock"
NUMBER = {"U8": ">B", "U16": ">H", "U32": ">I", "U64": ">Q"}
DEADLINE = 40  # seconds; longer than any step may take


def _numbers(path, pattern):
    """{name: number} of every match of pattern in a source file."""
    text = (LIBSSPR / path).read_text()
    return {m[1]: int(m[2], 0) for m in re.finditer(pattern, text)}


CONST = _numbers("proto.h", r"#define PROTO_(\w+)\s+(0x[0-9a-f]+|[0-9]+)\b")
VERB = _numbers("proto.def", r"\nVERB\((\w+),\s*(\d+)")
ERR = _numbers("err.def", r"\nERR\((\w+),\s*(\d+)")
INFO, ERROR = 0, 1


class Codec:
    """The messages of one .def file: bytes from words, words from bytes."""

    def __init__(self, path):
        text = re.sub(r"/\*.*?\*/", "", Path(path).read_text(), flags=re.S)
        self.messages = {}  # {name: (number, [(field, kind)])}
        self.names = {}  # {number: name}
        for m in re.finditer(r"\nMSG\(\w+, (\w+), (\d+).*?\n(.*?)\nEND\(",
                             text, re.S):
            name, number, body = m[1], int(m[2]), m[3]
            fields = re.findall(r"(U8|U16|U32|U64|STR|BYTES)\(\w+, (\w+)",
                                body)
            self.messages[name] = (number, [(f, k) for k, f in fields])
            self.names[number] = name

    def encode(self, name, /, **values):
        """One frame; a field not named is zero or empty."""
        number, fields = self.messages[name]
        unknown = set(values) - {f for f, _ in fields}
        assert not unknown, unknown
        body = b"".join(_field(k, values.get(f)) for f, k in fields)
        return struct.pack(">HH", number, len(body)) + body

    def decode(self, frame):
        """A frame as an object: .name and one attribute a field; a field
        called name is .name_."""
        number, length = struct.unpack(">HH", frame[:4])
        assert length == len(frame) - 4, frame
        name = self.names[number]
        m, at = {"name": name}, 4
        for field, kind in self.messages[name][1]:
            size = struct.calcsize(NUMBER.get(kind, ">H"))
            value, = struct.unpack_from(NUMBER.get(kind, ">H"), frame, at)
            at += size
            if kind not in NUMBER:
                value, at = frame[at:at + value], at + value
                if kind == "STR":
                    value = value.decode()
            m[field + "_" if field == "name" else field] = value
        assert at == len(frame), frame
        return SimpleNamespace(**m)


def _field(kind, value):
    if kind in NUMBER:
        return struct.pack(NUMBER[kind], value or 0)
    if isinstance(value, str):
        value = value.encode()
    value = value or b""
    return struct.pack(">H", len(value)) + value


PROTO = Codec(LIBSSPR / "proto.def")
encode, decode = PROTO.encode, PROTO.decode


def _connect(path, uid):
    """Connect as uid: the peer's uid is the effective one at that moment."""
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    os.seteuid(uid)
    try:
        s.connect(path)
    finally:
        os.seteuid(0)
    return s


class Gone(Exception):
    """The daemon closed the connection."""


class Client:
    """A client that says what it is told to, right or wrong."""

    def __init__(self, uid=0, path=SOCKET):
        self._begin(_connect(path, uid))

    @classmethod
    def over(cls, fd):
        """A client that is connected already, by a descriptor."""
        client = cls.__new__(cls)
        client._begin(socket.socket(fileno=fd))
        return client

    def _begin(self, sock):
        self.sock = sock
        self.sock.settimeout(DEADLINE)
        self.shown = []
        self.hands = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Go away without a word, from a worker not spoken to as well."""
        self.sock.close()
        while self.hands:
            os.close(self.hands.pop())

    def raw(self, data):
        """Send any bytes as one frame."""
        self.sock.send(data)

    def say(self, name, /, **values):
        """Send one message."""
        self.raw(encode(name, **values))

    def hello(self, verb, user="", rhost="192.0.2.1", **more):
        """Open a conversation; as from sshd unless told otherwise."""
        hints = {"service": "sshd", "tty": "ssh", "lang": "C.UTF-8",
                 "columns": 80, "version": CONST["VERSION"]}
        self.say("hello", verb=VERB[verb], user=user, rhost=rhost,
                 **(hints | more))

    def frame(self):
        """The next frame, and a descriptor if one came with it."""
        data, fds, _, _ = socket.recv_fds(self.sock, 65536, 4)
        if not data:
            raise Gone
        return data, fds

    def hear(self):
        """The next message; the descriptor of a HAND is kept."""
        data, fds = self.frame()
        self.hands += fds
        return decode(data)

    def until(self, *names):
        """The next message of one of these names; SHOWs are kept."""
        while True:
            m = self.hear()
            if m.name in names:
                return m
            assert m.name == "show", m
            self.shown.append(m.text)

    def answer(self, text):
        """Reply to the last ASK and hear what comes of it."""
        self.say("answer", text=text)
        return self.until("ask", "end", "hand")

    def worker(self):
        """The other end of the last HAND, as a client of its own."""
        return Client.over(self.hands.pop())
