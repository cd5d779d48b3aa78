"""Meant to hurt: compressed bombs, bodies and addresses of HTTP, and a session that leaves very much behind."""

import socket
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from typing import Any

import pytest
import websocket

from tests.semantics.client import Client, Kind
from tests.semantics.servers import AMPLE, LIMITS, REALM, Server, answering, our_server, ours
from tests.semantics.wires import SERIALIZERS, Gone, WebSocket
from tests.support.beside import Beside, undisturbed
from tests.support.crowd import frames
from tests.support.longpoll import LongPollClient, post
from tests.support.node import Node, wait_for

EACH = list(SERIALIZERS)
MEGABYTE = 1 << 20


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    """A node with the limits it comes with, which takes compressed messages."""
    limits = {"compression": True, "connections": {"address": 1_000, "new": AMPLE}}
    with ours({"limits": limits, "guests": {"per_minute": 10_000}}) as node:
        answering(our_server(node))
        pids = [process.pid for process in node.processes()]
        yield node
        assert [process.pid for process in node.processes()] == pids
        assert "Traceback" not in node.said()


@pytest.fixture(scope="module")
def server(node: Node) -> Server:
    return our_server(node)


# ---- compressed


class Compressed(WebSocket):
    """A client that speaks permessage-deflate (RFC 7692), each message on its own."""

    def __init__(self, url: str, serializer: str) -> None:
        super().__init__(url, serializer, header={"Sec-WebSocket-Extensions": "permessage-deflate"})
        assert "permessage-deflate" in (self.socket.getheaders() or {})["sec-websocket-extensions"]

    def send(self, payload: bytes) -> None:
        self.send_deflated(deflated(payload))

    def send_deflated(self, body: bytes, step: int = 1 << 20) -> None:
        """Send a message as it stands, in frames of so many bytes."""
        opcode = websocket.ABNF.OPCODE_BINARY if self._binary else websocket.ABNF.OPCODE_TEXT
        for start in range(0, len(body), step):
            is_first, is_last = start == 0, start + step >= len(body)
            frame = websocket.ABNF(is_last, is_first, 0, 0, is_first and opcode, 1, body[start : start + step])
            self.socket.send_frame(frame)

    def receive(self) -> bytes:
        first, size = self._read(2)
        if size > 125:
            size = int.from_bytes(self._read(2 if size == 126 else 8), "big")
        payload = self._read(size)
        if first & 0x0F == websocket.ABNF.OPCODE_CLOSE:
            raise Gone(int.from_bytes(payload[:2], "big"), payload[2:].decode())
        return zlib.decompressobj(wbits=-15).decompress(payload + b"\x00\x00\xff\xff") if first & 0x40 else payload

    def _read(self, size: int) -> bytes:
        read = b""
        while len(read) < size:
            more = self.socket.sock.recv(size - len(read)) if self.socket.sock else b""
            if not more:
                raise Gone
            read += more
        return read


def deflated(payload: bytes) -> bytes:
    deflate = zlib.compressobj(9, wbits=-15)
    return (deflate.compress(payload) + deflate.flush(zlib.Z_SYNC_FLUSH)).removesuffix(b"\x00\x00\xff\xff")


def compressed_person(server: Server, serializer: str) -> Client:
    """Join, both sides compressing what they say."""
    client = Client(Compressed(server.url, serializer), serializer)
    client.join(REALM, "eve", "ticket", server.ticket("eve", "guest"))
    return client


@cache
def bomb(serializer: str, size: int) -> bytes:
    """Write a HELLO that is a thousandth of its size."""
    return deflated(SERIALIZERS[serializer].dumps([Kind.HELLO, "openline", {"authextra": {"x": "y" * size}}]))


SIZES = [60_000, 4_000_000, 15_000_000, 64_000_000]
"""The smallest is no larger than a message may be: it is refused for what it was on the wire."""


@pytest.mark.parametrize("serializer", EACH)
@pytest.mark.parametrize("step", [1_000, 1 << 20])
def test_what_would_inflate_is_cut_and_costs_no_memory(server: Server, serializer: str, step: int) -> None:
    """Bombs before HELLO and after it, in one frame and in many."""
    bombs = [bomb(serializer, size) for size in SIZES]
    assert max(map(len, bombs)) < 65_536
    worker = server.node.router_worker()
    before = most = worker.memory_info().rss

    def attack() -> None:
        nonlocal most
        for one in bombs * 3:
            late: Any = compressed_person(server, serializer).wire
            for wire in (Compressed(server.url, serializer), late):
                wire.send_deflated(one, step)
                with pytest.raises(Gone) as gone:
                    wire.receive()
                assert gone.value.args[0] == 1009
                most = max(most, worker.memory_info().rss)

    undisturbed(server, attack)
    assert most - before < 32 * MEGABYTE


# ---- over HTTP


NESTED = {
    "nested": b"[" * 200_000,
    "nested less": b"[" * 60_000,
    "nested and small": b"[" * 4_000,
    "nested objects": b'{"name":' * 500,
    "nested and closed": b'{"name":' + b"[" * 1_500 + b"]" * 1_500 + b"}",
}
MALFORMED = {
    "no JSON": b"nonsense",
    "no UTF-8": b'{"name": "\xff\xfe"}',
    "not closed": b'{"name": "Ada"',
    "a list": b"[1, 2, 3]",
    "a number": b"1" * 4_000,
    "no number": b"NaN",
    "null": b"null",
    "zeros": b"\0" * 1_000,
    "half a surrogate": b'{"name": "\\ud800"}',
    "ends of messages": b"\x18" * 1_000,
}
HUGE = b'{"name": "' + b"x" * 10_000_000 + b'"}'


def request(path: str, body: bytes, chunked: bool = False, token: str = "") -> bytes:
    """Write a POST; an empty body makes a GET."""
    method = "POST" if body else "GET"
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json", "Connection: close"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    lines.append("Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + (in_chunks(body) if chunked else body)


def in_chunks(body: bytes) -> bytes:
    steps = [body[start : start + 4_000] for start in range(0, len(body), 4_000)]
    return b"".join(b"%x\r\n%s\r\n" % (len(step), step) for step in [*steps, b""])


def status(server: Server, said: bytes) -> int:
    """Say it, and give the status of the answer; 0 if the connection was closed before we had said it all."""
    with socket.create_connection(("127.0.0.1", server.node.port), 20) as sock:
        answer = b""
        with suppress(ConnectionError):
            sock.sendall(said)
            while more := sock.recv(65_536):
                answer += more
    return int(answer.split(b" ", 2)[1]) if answer else 0


def open_poll(server: Server) -> str:
    """Begin a long-poll session, of somebody who did not sign in."""
    return LongPollClient(server.node.url).url + "/send"


def joined_poll(server: Server) -> str:
    """Begin one, and sign in."""
    url = LongPollClient(server.node.url).url
    hello: dict[str, Any] = {"roles": {"caller": {}}, "authmethods": ["ticket"], "authid": "eve"}
    for message in (SERIALIZERS["json"].dumps([1, "openline", hello]), None):
        said = message or SERIALIZERS["json"].dumps([5, server.ticket("eve", "guest"), {}])
        assert post(f"{url}/send", said + b"\x18").status < 300
        assert post(f"{url}/receive").status == 200
    return f"{url}/send"


WHERE: dict[str, Callable[[Server], str]] = {
    "guest": lambda server: "/auth/guest",
    "open": lambda server: "/lp/open",
    "send": open_poll,
    "send after HELLO": joined_poll,
}


@pytest.mark.parametrize("where", WHERE)
def test_hostile_bodies_are_refused(server: Server, where: str) -> None:
    """Nested, huge and malformed, of a size that is declared and in chunks."""

    def answer(body: bytes, chunked: bool) -> int:
        path = WHERE[where](server).removeprefix(server.node.url)
        return status(server, request(path, body, chunked))

    def attack() -> None:
        for chunked in (False, True):
            for what, body in {**NESTED, **MALFORMED}.items():
                assert 400 <= answer(body, chunked) < 500, what
            for _ in range(3):
                assert answer(HUGE, chunked) in (0, 413)

    undisturbed(server, attack)


LONG = {
    "deep": "?stream=" + "[" * 15_000,
    "deep names": "?" + "[a]" * 5_000,
    "many streams": "?" + "&".join(f"stream=app.demo.n{number}" for number in range(600)),
    "many names": "?" + "&".join(f"n{number}" for number in range(2_000)) + "&stream=a&after=x&limit=x",
    "a long number": "?stream=app.demo.a&after=" + "9" * 15_000 + "&limit=" + "9" * 300,
    "many positions": "?stream=app.demo.a&after=" + "a:1," * 3_000,
    "percent signs": "?stream=" + "%" * 15_000 + "&limit=%",
    "percent zeros": "?stream=" + "%00" * 5_000 + "&limit=%00",
    "too long": "?stream=" + "[" * 200_000,
    "huge": "?stream=" + "[" * 10_000_000,
}


@pytest.mark.parametrize("path", ["/events", "/streams", "/streams/app.demo.a", "/streams/" + "a." * 7_000])
def test_hostile_addresses_are_refused(server: Server, path: str) -> None:
    """From somebody who may read: what is in them is looked at."""
    token = server.ticket("eve", "guest")

    def attack() -> None:
        for what, query in LONG.items():
            said = status(server, request(f"{path}{query}&limit=x", b"", token=token))
            assert 400 <= said < 500 or (said == 0 and len(query) > 100_000), (what, said)

    undisturbed(server, attack)


# ---- subscriptions


MANY = 20_000


@pytest.fixture
def roomy() -> Iterator[Server]:
    """A node whose sessions may have as many subscriptions as anybody could want."""
    with ours({"limits": {**LIMITS, "subscriptions": 100_000}}) as node:
        yield answering(our_server(node))
        assert "Traceback" not in node.said()


def test_who_leaves_many_subscriptions_is_not_missed(roomy: Server) -> None:
    """Calls and joins beside the sudden end of a session with twenty thousand of them. One more try is allowed."""
    for last in (False, True):
        slowest = vanish(roomy)
        if slowest < 0.25 or last:
            break
    assert slowest < 0.25, f"{slowest:.3f} s"


def vanish(server: Server) -> float:
    """Subscribe, be gone, and say how long the longest call or join beside that took."""
    eve = subscribed(server)
    with Beside(server) as beside:
        wait_for(lambda: beside.seconds, "nobody calls")
        eve.wire.vanish()
        joins = [seconds_to_join(server) for _ in range(50)]
    return max(*beside.seconds, *joins)


def subscribed(server: Server) -> Client:
    """Subscribe to so many topics, a few hundred at a time."""
    eve = server.person("eve")
    wire: Any = eve.wire
    for start in range(0, MANY, 500):
        topics = [[int(Kind.SUBSCRIBE), number + 1, {}, f"app.demo.n{number}"] for number in range(start, start + 500)]
        wire.socket.sock.sendall(frames(*topics))
        assert {eve.hear()[0] for _ in topics} == {Kind.SUBSCRIBED}
    return eve


def seconds_to_join(server: Server) -> float:
    start = time.monotonic()
    server.person("beside").leave()
    return time.monotonic() - start
