"""The web port of a real node, used by people who are slow, many, or not who they say."""

import contextlib
import selectors
import socket
import ssl
import time
from collections.abc import Iterator
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.threads import deferToThread

from tests.support.certificate import common_name, write_certificate
from tests.support.node import PATIENCE, Node, wait_for
from tests.support.person import available, sign_in

REQUESTS = {"head": "2s", "body": "3s", "idle": "2s"}
PROXY, BALANCER = "127.0.0.3", "127.0.0.4"


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    settings = {
        "limits": {"requests": REQUESTS, "connections": {"address": 100}},
        "guests": {"per_minute": 2},
        "proxies": [PROXY],
        "proxy_protocol": [BALANCER],
    }
    with Node(settings) as node:
        yield node


def connect(node: Node, source: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(("127.0.0.1", node.port), 10, (source, 0))


def read_all(sock: socket.socket) -> bytes:
    """Read until the other side closes. A connection that is reset raises."""
    with sock:
        return b"".join(iter(lambda: sock.recv(65_536), b""))


def talk(node: Node, said: bytes, source: str = "127.0.0.1") -> bytes:
    sock = connect(node, source)
    sock.sendall(said)
    return read_all(sock)


def introduction(**headers: str) -> bytes:
    lines = ["POST /auth/guest HTTP/1.1", "Host: localhost", "Content-Type: application/json", "Content-Length: 15"]
    more = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, *more, "Connection: close", "", '{"name": "Ada"}']).encode()


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


def body(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: wamp.2.json\r\n"
)

SLOW: dict[str, tuple[bytes, bytes]] = {
    # What is sent at once, and what is sent again and again after it.
    "silent": (b"", b""),
    "one line": (b"GET / HTTP/1.1\r\n", b""),
    "a byte at a time": (b"", b"G"),
    "a header at a time": (b"GET / HTTP/1.1\r\nHost: localhost\r\n", b"X: y\r\n"),
    "a handshake that does not end": (UPGRADE, b"X: y\r\n"),
    "no body": (b"POST /auth/guest HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n", b""),
    "a body byte at a time": (b"POST /auth/guest HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n", b"x"),
    "a chunk at a time": (
        b"POST /auth/guest HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n",
    ),
    "one request and no more": (b"GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n", b""),
}  # fmt: skip


def outlast(node: Node, each: int) -> tuple[dict[str, int], list[int]]:
    """Hold slow connections of every kind until all are closed, asking for a page meanwhile.

    Answers how many of each kind were closed, and the status of each page.
    """
    closed, pages, deadline = dict.fromkeys(SLOW, 0), [], time.monotonic() + PATIENCE
    with selectors.DefaultSelector() as waiting:
        for kind, (first, _) in SLOW.items():
            for _ in range(each):
                sock = connect(node)
                sock.sendall(first)
                waiting.register(sock, selectors.EVENT_READ, kind)
        while waiting.get_map() and time.monotonic() < deadline:
            pages.append(
                status(talk(node, b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", "127.0.0.2"))
            )
            for key, _ in waiting.select(0.2):
                slow: Any = key.fileobj
                if not _read(slow):
                    waiting.unregister(slow)
                    slow.close()
                    closed[key.data] += 1
            for key in waiting.get_map().values():
                slow = key.fileobj
                with contextlib.suppress(OSError):
                    slow.sendall(SLOW[key.data][1])
        for key in list(waiting.get_map().values()):
            slow = key.fileobj
            slow.close()
    return closed, pages


def _read(sock: socket.socket) -> bytes:
    try:
        return sock.recv(65_536)
    except ConnectionError:
        return b""


@pytest_twisted.ensureDeferred
async def test_the_slow_are_let_go_and_nobody_else_notices(node: Node) -> None:
    ada = await sign_in(reactor, node.url, "Ada")
    closed, pages = await deferToThread(outlast, node, 10)
    assert closed == dict.fromkeys(SLOW, 10)
    assert set(pages) == {200}
    assert not ada.ended.called
    assert (await available(reactor, lambda: ada.call("openline.stream.heads", streams=["app.demo.slow"])))["heads"]
    ada.leave()


@pytest.mark.parametrize(
    ("kind", "code"), [("a header at a time", 408), ("a byte at a time", 408), ("a body byte at a time", 408)]
)
def test_the_slow_are_told_why(node: Node, kind: str, code: int) -> None:
    answer = talk(node, SLOW[kind][0] + SLOW[kind][1])
    assert status(answer) == code
    assert body(answer) == b"This request took too long to arrive.\n"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (b"POST /auth/guest HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 200_000, 413),
        (
            b"POST /auth/guest HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
            + b"8000\r\n%s\r\n" % (b"x" * 32_768) * 20,
            413,
        ),
        (b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 5_000 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 50_000 + b"\r\n\r\n", 431),
    ],
)  # fmt: skip
def test_too_much_is_refused_while_it_is_still_being_sent(node: Node, said: bytes, code: int) -> None:
    answer = talk(node, said)
    assert status(answer) == code
    assert b"Connection: close" in answer


ODD = {
    b"GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n": 404,
    b"GET /%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n": 404,
    b"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n": 404,
    b"GET /" + b"x" * 5_000 + b".js HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n": 404,
    b"GET /auth HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n": 405,
    b"GET /auth/nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n": 404,
    b"GET /auth/guest/nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n": 405,
    b"BREW / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n": 405,
    b"TRACE / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n": 405,
    b"CONNECT x:443 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n": 405,
    b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n": 200,
    b"GET http://elsewhere.example/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n": 404,
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n": 426,
    b"GET /ws/nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n": 426,
    b"GET /lp/nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n": 0,
    b"GET /events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n": 0,
    b"GET /streams/%00 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n": 0,
    b"GET / HTTP/1.0\r\n\r\n": 200,
    b"GET / HTTP/1.1\r\n\r\n": 400,
    b"nonsense\r\n\r\n": 400,
    b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n": 400,
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n": 400,
}


@pytest.mark.parametrize(("said", "code"), ODD.items())
def test_no_answer_tells_about_the_inside(node: Node, said: bytes, code: int) -> None:
    answer = talk(node, said)
    assert status(answer) == code or (not code and 400 <= status(answer) < 500)
    head, _, words = answer.partition(b"\r\n\r\n")
    assert b"\r\nServer: Openline" in head
    if status(answer) != 200:
        for secret in (
            b"rossbar",
            b"wisted",
            b"utobahn",
            b"ython",
            b"raceback",
            b".py",
            b"<",
            str(node.folder).encode(),
        ):
            assert secret not in words, answer
        assert b"nosniff" in head and b"Content-Security-Policy" in head


def test_so_many_from_one_address_and_others_still_come_in(node: Node) -> None:
    with contextlib.ExitStack() as held:

        def hold() -> socket.socket:
            return held.enter_context(connect(node, "127.0.0.5"))

        inside = [hold() for _ in range(100)]
        answers = [read_all(connect(node, "127.0.0.5")) for _ in range(220)]
        assert {status(answer) for answer in answers} == {503}
        assert all(b"\r\nRetry-After: 5\r\n" in answer for answer in answers)
        assert body(answers[0]) == b"There are too many connections right now. Try again in a moment.\n"
        page = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        assert status(talk(node, page, "127.0.0.2")) == 200
        inside[0].close()

        def come_in() -> bool:
            with contextlib.suppress(ConnectionError):
                return status(talk(node, page, "127.0.0.5")) == 200
            return False

        wait_for(come_in, "a place that was left is not given to anybody")


def test_only_our_proxy_says_who_is_behind_it(node: Node) -> None:
    def knock(source: str, behind: str) -> int:
        return status(talk(node, introduction(X_Forwarded_For=behind), source))

    assert [knock("127.0.0.6", f"192.0.2.{host}") for host in range(3)] == [200, 200, 429]
    assert [knock(PROXY, f"198.51.100.{host}") for host in range(5)] == [200] * 5
    assert [knock(PROXY, f"198.51.100.{host}, 192.0.2.99") for host in range(3)] == [200, 200, 429]


def test_only_our_balancer_announces_who_is_behind_it(node: Node) -> None:
    def knock(source: str, behind: str) -> int:
        return status(talk(node, f"PROXY TCP4 {behind} 127.0.0.1 4711 80\r\n".encode() + introduction(), source))

    assert [knock(BALANCER, "203.0.113.1") for _ in range(3)] == [200, 200, 429]
    assert knock(BALANCER, "203.0.113.2") == 200
    assert knock("127.0.0.7", "203.0.113.3") == 400
    with contextlib.suppress(ConnectionError):
        assert talk(node, introduction(), BALANCER) == b""
    with contextlib.suppress(ConnectionError):
        assert talk(node, b"PROXY TCP4 ", BALANCER) == b""  # It is closed in time.


class Encrypted(Node):
    """A node that speaks TLS."""

    def __init__(self) -> None:
        patient = {"hello": "10m", "requests": {"idle": "10m"}}
        super().__init__({"tls": {"certificate": "cert.pem", "key": "key.pem"}, "limits": patient})
        write_certificate(self.cbdir, "first")

    def shake_hands(self) -> ssl.SSLSocket:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(connect(self))

    def shown(self) -> str:
        with self.shake_hands() as sock:
            return common_name(sock.getpeercert(True) or b"")

    def is_up(self) -> bool:
        try:
            with self.shake_hands() as sock:
                return status(ask(sock, b"GET /ws HTTP/1.1\r\nHost: localhost\r\n\r\n")) == 426
        except OSError:
            return False


def ask(sock: socket.socket, said: bytes) -> bytes:
    """Say something, and read the beginning of the answer."""
    sock.sendall(said)
    return sock.recv(65_536)


PAGE = b"GET /room/state.js HTTP/1.1\r\nHost: localhost\r\n\r\n"
PING, PONG = b"\x89\x80\0\0\0\0", b"\x8a\0"


def test_a_certificate_is_renewed_under_those_who_are_connected() -> None:
    node = Encrypted()
    with node, node.shake_hands() as page, node.shake_hands() as line:
        answer = ask(page, PAGE)
        assert status(answer) == 200
        assert b"\r\nStrict-Transport-Security: max-age=31536000\r\n" in answer
        assert status(ask(line, UPGRADE + b"\r\n")) == 101
        assert node.shown() == "first"
        (node.cbdir / "cert.pem").write_text("half a cer")
        wait_for(lambda: "cannot be used" in node.said(), "nobody noticed that the certificate is broken")
        assert node.shown() == "first"
        write_certificate(node.cbdir, "second")
        wait_for(lambda: node.shown() == "second", "the new certificate is not shown")
        assert ask(line, PING) == PONG
        while body(answer) and len(body(answer)) < int(answer.lower().split(b"content-length: ")[1].split()[0]):
            answer += page.recv(65_536)
        assert status(ask(page, PAGE)) == 200


def test_a_certificate_that_cannot_be_used_ends_the_start_with_its_name() -> None:
    node = Encrypted()
    (node.cbdir / "cert.pem").write_text("nonsense")
    with pytest.raises(RuntimeError):
        node.start()
    assert "cert.pem: Unable to load PEM file" in node.said()
