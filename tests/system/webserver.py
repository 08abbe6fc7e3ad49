# SPDX-License-Identifier: MIT
"""A web server that answers as a test tells it, and keeps what it was asked:
for the gateways that nobody can set up, because they are broken or lie."""

import socket
import ssl
import tempfile
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from gateways import http_conf


@dataclass
class Request:
    """What was asked."""
    method: str
    path: str
    headers: object
    body: bytes


class Handler(BaseHTTPRequestHandler):
    """Keeps the request and answers what the server has as its answer."""

    def _handle(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.owner.requests.append(
            Request(self.command, self.path, self.headers, body))
        status, headers, content = self.server.owner.answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _handle

    def log_message(self, *_):
        """Say nothing."""


class WebServer:
    """answer is (status, headers, body); requests is what came.  With cert
    and key it speaks TLS; mute takes connections and says nothing."""

    def __init__(self, cert=None, key=None, mute=False):
        self.directory = Path(tempfile.mkdtemp(prefix="web-", dir="/srv"))
        self.directory.chmod(0o755)
        self.requests = []
        self.answer = (200, {}, b"")
        self.server = self.socket = None
        if mute:
            self.socket = socket.create_server(("127.0.0.1", 0))
            port = self.socket.getsockname()[1]
        else:
            self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            self.server.owner = self
            port = self.server.server_address[1]
            if cert is not None:
                self._protect(cert, key)
            threading.Thread(target=self.server.serve_forever,
                             args=(0.05,), daemon=True).start()
        scheme = "https" if cert is not None else "http"
        self.url = f"{scheme}://127.0.0.1:{port}/"

    def _protect(self, cert, key):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        self.server.socket = context.wrap_socket(
            self.server.socket, server_side=True,
            do_handshake_on_connect=False)

    def configure(self, keys):
        """A configuration of sms-http, for this server or another."""
        return http_conf(self.directory / "sms-http.conf", keys)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
        if self.socket is not None:
            self.socket.close()
