# SPDX-License-Identifier: MIT
"""sms-http against gateways that nobody can set up, because they are broken,
lie, or are somebody else's."""

import base64
import json
import os
import re
import urllib.parse
from pathlib import Path

import pytest

from courier import CONFIG, DATA, DENIED, NUMBER, OK, TEMPORARY, ends, send
from gateways import COURIERS, SENDER, certificate, free_port, owned
from webserver import WebServer


@pytest.fixture
def web():
    with WebServer() as server:
        yield server


def http(web, status=OK, text="Hällo & <\"b\">\n100%", **keys):
    """Send by a configuration for the web server; None is no such key."""
    keys = {"url": web.url, "body": "to=%{to}&text=%{text}"} | keys
    conf = web.configure({k: v for k, v in keys.items() if v is not None})
    return ends(send(f"{COURIERS}/sms-http {conf}", NUMBER, text), status)


def test_a_form_is_encoded(web):
    http(web, user="us er", password="p&w+%=ü",
         body="u=%{user}&p=%{password}&to=%{to}&n=%{digits}&text=%{text}")
    request = web.requests[0]
    assert request.method == "POST"
    assert (request.headers["Content-Type"]
            == "application/x-www-form-urlencoded")
    assert urllib.parse.parse_qs(request.body.decode(), strict_parsing=True,
                                 encoding="utf-8") == {
        "u": ["us er"], "p": ["p&w+%=ü"], "to": [NUMBER], "n": [NUMBER[1:]],
        "text": ["Hällo & <\"b\">\n100%"]}
    assert "Authorization" not in request.headers


def test_json_and_xml_are_escaped(web):
    body = '{"to":["%{digits}"],"text":"%{text}","k":"%{password}"}'
    http(web, body=body, content_type="application/json; charset=utf-8",
         password='a"b\\c')
    assert json.loads(web.requests[0].body) == {
        "to": [NUMBER[1:]], "text": "Hällo & <\"b\">\n100%", "k": 'a"b\\c'}
    http(web, body='<m to="%{to}" text="%{text}"/>', content_type="text/xml")
    assert web.requests[1].body.decode() == (
        f'<m to="{NUMBER}" text="Hällo &#38; &#60;&#34;b&#34;&#62;&#10;'
        '100%"/>')


def test_get_and_headers_and_basic(web):
    http(web, url=f"{web.url}?to=%{{to}}&text=%{{text}}&x=%20",
         method="GET", body=None, auth="basic", user="me", password="pä:ss",
         header=["X-To: %{to}", "X-Key: %{password}"])
    request = web.requests[0]
    assert request.method == "GET"
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(request.path).query)
    assert query["to"] == [NUMBER]
    assert query["text"] == ["Hällo & <\"b\">\n100%"]
    assert request.headers["X-To"] == NUMBER
    basic = base64.b64encode("me:pä:ss".encode()).decode()
    assert request.headers["Authorization"] == f"Basic {basic}"


def test_the_examples_that_are_shipped_are_good(web):
    shipped = Path("/usr/share/sspr/sms-http.conf.example").read_text()
    blocks = re.findall(r"(?:^#[a-z_]+ = .*\n)+", shipped, re.M)
    assert len(blocks) == 3
    for block in blocks:
        lines = [line[1:].partition(" = ")[::2]
                 for line in block.splitlines()]
        keys = {k: v for k, v in lines if k not in ("header", "url")}
        web.answer = (201, {}, b'0: Accepted {"sid": "SM1"}')
        http(web, url=web.url, header=[v for k, v in lines if k == "header"],
             **keys)
        conf = web.configure(
            {"url": dict(lines)["url"], "header": [
                v for k, v in lines if k == "header"], **keys})
        # It is refused for the number, so all of it was understood.
        ends(send(f"{COURIERS}/sms-http {conf}", "x", "x"), DATA)
    kannel, twilio, bearer = web.requests
    assert kannel.headers["X-Kannel-To"] == NUMBER
    assert kannel.body.decode() == "Hällo & <\"b\">\n100%"
    form = urllib.parse.parse_qs(twilio.body.decode())
    assert form["To"] == [NUMBER] and form["From"] == ["+15557654321"]
    assert twilio.headers["Authorization"].startswith("Basic ")
    assert bearer.headers["Authorization"] == "Bearer the token"
    assert json.loads(bearer.body)["to"] == [NUMBER[1:]]


@pytest.mark.parametrize("code, status", [
    (200, OK), (202, OK), (204, OK), (301, DENIED), (302, DENIED),
    (307, DENIED), (400, DENIED), (401, DENIED), (403, DENIED),
    (407, DENIED), (429, TEMPORARY), (500, DENIED), (502, DENIED),
    (503, TEMPORARY), (504, DENIED)])
def test_the_status_of_an_answer_decides(web, code, status):
    web.answer = (code, {"Location": f"{web.url}elsewhere"}, b"")
    http(web, status)
    assert len(web.requests) == 1  # no redirect was followed


def test_an_answer_may_have_to_hold_a_text(web):
    web.answer = (200, {}, b"status=queued")
    http(web, OK, success="status=queued")
    http(web, DENIED, success="status=sent")
    web.answer = (200, {}, b"x" * 65536)
    http(web, OK)
    web.answer = (200, {}, b"x" * 65537)
    http(web, DENIED)


def test_a_gateway_that_is_not_reached_may_be_tried_again(web):
    http(web, TEMPORARY, url=f"http://127.0.0.1:{free_port()}/")
    http(web, TEMPORARY, url="https://no-such-host.invalid/")
    # It takes the connection, and then nothing: no TLS, so nothing was said.
    with WebServer(mute=True) as mute:
        http(mute, TEMPORARY, url=mute.url.replace("http:", "https:"),
             time_s=1)
        # Here the request was said, so who knows what became of it.
        http(mute, DENIED, time_s=1)


def test_nothing_is_said_to_whoever_has_the_wrong_certificate(tmp_path):
    cert, key = certificate(tmp_path, "localhost")
    owned(cert, "root", "root", 0o644)
    for directory in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        os.chmod(directory, 0o755)
    with WebServer(cert=cert, key=key) as web:
        named = web.url.replace("127.0.0.1", "localhost")
        http(web, DENIED, url=named)  # signed by a stranger
        http(web, DENIED, url=web.url, ca_file=cert)  # another's name
        assert web.requests == []
        http(web, OK, url=named, ca_file=cert)
        assert len(web.requests) == 1


def test_plain_http_goes_to_this_host_only(web):
    away = web.url.replace("127.0.0.1", "web1")
    http(web, CONFIG, url=away)
    http(web, OK, url=away, allow_http="yes")
    for url in ("ftp://127.0.0.1/", "file:///etc/passwd",
                "http://u@127.0.0.1/", "http://127.0.0.1%{to}/", "//127.0.0.1/", "HTTPS:/x"):
        http(web, CONFIG, url=url)
    assert len(web.requests) == 1


def test_the_environment_changes_nothing(web):
    conf = web.configure({"url": web.url, "body": "%{text}"})
    trap = f"http://127.0.0.1:{free_port()}"
    env = {k: trap for k in ("http_proxy", "https_proxy", "all_proxy",
                             "HTTP_PROXY", "ALL_PROXY")}
    Path("/srv/.netrc").write_text("default login x password y\n")
    env |= {"HOME": "/srv", "SSLKEYLOGFILE": "/tmp/keys"}
    ends(send(f"{COURIERS}/sms-http {conf}", NUMBER, "x", env=env), OK)
    assert "Authorization" not in web.requests[0].headers


def test_a_configuration_that_others_can_read_or_change_is_refused(web):
    conf = web.configure({"url": web.url, "body": "%{text}"})
    command = f"{COURIERS}/sms-http {conf}"
    ends(send(command, NUMBER, "x"), OK)
    for user, group, mode in (
            ("root", SENDER, 0o640), ("root", SENDER, 0o444),
            ("root", SENDER, 0o460), ("gammu", SENDER, 0o440)):
        owned(conf, user, group, mode)
        ends(send(command, NUMBER, "x"), CONFIG)
    owned(conf, "root", "root", 0o400)
    ends(send(command, NUMBER, "x"), CONFIG)
    owned(conf, SENDER, SENDER, 0o400)
    ends(send(command, NUMBER, "x"), OK)
    link = conf.with_name("link")
    link.symlink_to(conf)
    ends(send(f"{COURIERS}/sms-http {link}", NUMBER, "x"), CONFIG)
    pipe = conf.with_name("pipe")
    os.mkfifo(pipe)
    owned(pipe, SENDER, SENDER, 0o400)
    ends(send(f"{COURIERS}/sms-http {pipe}", NUMBER, "x"), CONFIG)
    assert len(web.requests) == 2
