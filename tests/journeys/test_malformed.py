"""What is no WAMP, or no honest WAMP: whoever sends it is refused, and nobody else notices."""

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from typing import Any

import pytest
import websocket

from tests.semantics.client import Client, Kind
from tests.semantics.servers import AMPLE, Server, answering, our_server, ours
from tests.semantics.sessions import Sessions
from tests.semantics.wires import SERIALIZERS, Gone, WebSocket
from tests.support.beside import undisturbed
from tests.support.node import Node

EACH = list(SERIALIZERS)
TALK, ECHO = "app.test.talk", "app.test.echo"
FORGED = [{"session": 1, "authid": "u_boss", "authrole": "operator"}]
LOG = 10_000_000
"""Bytes that ten thousand of these may write into the log."""


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    # One address knocks a few thousand times in a minute here.
    # Long-poll sessions that were cut off count for ten seconds more.
    with ours({"limits": {"connections": {"address": 10_000, "new": AMPLE}}}) as node:
        answering(our_server(node))
        yield node
        assert "Traceback" not in node.said()
        assert len(node.said()) < LOG / 3


@pytest.fixture(scope="module")
def server(node: Node) -> Server:
    return our_server(node)


@pytest.fixture(scope="module", params=["websocket", "longpoll"])
def any_server(request: pytest.FixtureRequest, node: Node) -> Server:
    """The same node, by each of the transports that WAMP is spoken on."""
    return our_server(node, polls=request.param == "longpoll")


# ---- forged


@pytest.mark.parametrize("serializer", EACH)
@pytest.mark.parametrize(
    "message",
    [
        [Kind.CALL, 1, {"forward_for": FORGED}, ECHO, []],
        [Kind.PUBLISH, 1, {"forward_for": FORGED, "acknowledge": True}, TALK, ["forged"]],
        [Kind.PUBLISH, 1, {"forward_for": []}, TALK, ["forged"]],
        [Kind.CALL, 1, {"forward_for": None}, ECHO, []],
        [Kind.SUBSCRIBE, 1, {"forward_for": FORGED}, TALK],
        [Kind.CANCEL, 1, {"forward_for": FORGED}],
        [Kind.YIELD, 1, {"forward_for": FORGED}, []],
        [Kind.ERROR, Kind.INVOCATION, 1, {"forward_for": FORGED}, "a.b"],
    ],
    ids=lambda message: str(message[0].name),
)
def test_nobody_speaks_as_somebody_else(any_server: Server, serializer: str, message: list[Any]) -> None:
    with Sessions(any_server) as join:
        eve, hearer, callee = join.person("eve", serializer=serializer), join.person("bob"), join.component()
        hearer.subscribe(TALK)
        callee.register(ECHO)
        with pytest.raises(Gone) as gone:
            eve.say(*message)
            eve.rest()
        assert gone.value.args[0] == 3502
        assert hearer.events() == []
        assert callee.rest() == []


# ---- malformed

HELLO = {"roles": {"caller": {}, "subscriber": {}}, "authmethods": ["ticket"], "authid": "eve"}
CHOSEN: list[Any] = [
    *(None, True, 0, -1, 1.5, "", "x", {}, [], [[]], [{}], [None], ["1"], [1.0], [True, "openline", {}], [-1], [0]),
    *([1], [1, "openline"], [1, "openline", []], [1, 1, {}], [1, None, {}], [1, "openline", {}, {}], [1, "", {}]),
    [1, "openline", {"roles": []}],
    [1, "openline", {**HELLO, "roles": {"caller": 1}}],
    [1, "openline", {**HELLO, "roles": {"nobody": {}}}],
    [1, "openline", {**HELLO, "roles": {"caller": {"features": {"x": {"y": []}}}}}],
    [1, "openline", {**HELLO, "authmethods": "ticket"}],
    [1, "openline", {**HELLO, "authid": 7}],
    [1, "openline", {**HELLO, "authextra": "x"}],
    [1, "nowhere", HELLO],
    *([2, 1, {}], [3, {}, "x"], [4, "ticket", {}], [5], [5, 1, {}], [5, "x", {}], [5, "x" * 5_000, {}], [6], [6, []]),
    *([8], [8, 48, 1, {}, "a.b"], [8, 68, 1, {}, ""], [8, "68", 1, {}, "a.b"], [8, 68, [], {}, "a.b"]),
    *([16], [16, 1], [16, 1, {}], [16, "1", {}, TALK], [16, 0, {}, TALK], [16, -1, {}, TALK], [16, 2**60, {}, TALK]),
    *([16, 1, [], TALK], [16, 1, {"acknowledge": 1}, TALK], [16, 1, {"exclude": "x"}, TALK]),
    *([16, 1, {"eligible": [None]}, TALK], [16, 1, {}, ""], [16, 1, {}, "a..b"], [16, 1, {}, 7], [16, 1, {}, TALK, {}]),
    *([16, 1, {}, TALK, [], []], [16, 1, {}, TALK, [], {}, 1], [16, 1, {"retain": "x"}, TALK]),
    *([32, 1, {}], [32, 1, {"match": "x"}, TALK], [32, 1, {"match": 1}, TALK], [32, 1, {}, None], [32, None, {}, TALK]),
    *([34, 1], [34, 1, "x"], [34, 1, -1], [34, 1, 2**60], [34, [], 1]),
    *([48, 1, {}], [48, 1, {}, "a b"], [48, 1, {"timeout": -1}, ECHO], [48, 1, {"timeout": "x"}, ECHO]),
    *([48, 1, {"receive_progress": 1}, ECHO], [48, {}, {}, ECHO], [48, 1, {}, ECHO, "x"], [48, 1, {}, ECHO, [], "x"]),
    *([49, 1], [49, 1, {"mode": "x"}], [49, "1", {}], [64, 1, {}, ""], [64, 1, {"match": "prefix"}, ""], [66, 1, 0]),
    *([64, 1, {"invoke": 1}, ECHO], [64, 1, {"concurrency": -1}, ECHO], [68, 1, 1, {}], [69, 1, {}], [70, 1], [70]),
    *([70, 1, {}, {}], [17, 1, 1], [33, 1, 1], [36, 1, 1, {}], [50, 1, {}], [99, 1], [255], [2**40], [[1], 2], [{}, 1]),
]
BYTES = [b"", b"\x00", b"[", b"[1", b"{}", b"nonsense", b"\xc1", b"\xff" * 9, b'[1,"x",{}', b"\x93\x01", b"\x83\x01"]


def anything(chance: random.Random, depth: int = 0) -> Any:
    """Make up a value."""
    if depth < 3 and chance.random() < 0.3:
        some = [anything(chance, depth + 1) for _ in range(chance.randrange(4))]
        return some if chance.random() < 0.5 else {f"k{number}": one for number, one in enumerate(some)}
    return chance.choice([None, True, -1, 0, 1, 2**31, 2**53, -(2**60), 0.5, 1e300, "", "x", TALK, ECHO, "ü" * 99])


def garbled(chance: random.Random) -> Any:
    """Take a message as it should be, and break it in a place or two."""
    message: list[Any] = [
        chance.choice([*map(int, Kind), chance.randrange(-9, 300)]),
        *(anything(chance, 2) for _ in range(chance.randrange(6))),
    ]
    if chance.random() < 0.5:
        message = list(chance.choice([one for one in CHOSEN if isinstance(one, list)])) + message[1:3]
    if message and chance.random() < 0.7:
        message[chance.randrange(len(message))] = anything(chance)
    return message


def mangled(chance: random.Random, payload: bytes) -> bytes:
    """Change some bytes of what would have been a message."""
    changed = bytearray(payload)
    for _ in range(chance.randrange(3) if changed else 0):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def messages(serializer: str, chance: random.Random) -> Iterator[bytes]:
    """All that is thrown at one serializer."""
    dumps = SERIALIZERS[serializer].dumps
    yield from BYTES
    for chosen in CHOSEN:
        yield dumps(chosen)
    for _ in range(500):
        yield mangled(chance, dumps(garbled(chance)))


def throw_before_hello(server: Server, serializer: str, payload: bytes) -> None:
    """Send it as the first message, and see the connection ended when we end it, if it was not before."""
    wire = server.wire(serializer)
    with suppress(Gone):
        wire.send(payload)
        if isinstance(wire, WebSocket):
            wire.socket.send_close(1000)
            while True:
                wire.receive()
    wire.close()


class Thrower:
    """Throws at an open session, and opens another one whenever that is closed."""

    def __init__(self, server: Server, serializer: str) -> None:
        self._join: Callable[[], Client] = lambda: server.person("eve", serializer=serializer)
        self._client: Client | None = None

    def throw(self, payload: bytes) -> None:
        self._client = self._client or self._join()
        self._client._requests = count(1_000_000)  # Its own questions are not those of the messages thrown.
        try:
            self._client.wire.send(payload)
            self._client.rest()
        except Gone:
            self._client = None


@pytest.mark.parametrize("serializer", EACH)
def test_what_is_malformed_harms_nobody(any_server: Server, serializer: str) -> None:
    """1,500 made-up messages in all, and about a hundred chosen ones, before and after HELLO."""
    chance = random.Random(f"{serializer} 3")
    thrower = Thrower(any_server, serializer)

    def attack() -> None:
        for payload in messages(serializer, chance):
            throw_before_hello(any_server, serializer, payload)
            thrower.throw(payload)

    undisturbed(any_server, attack)


# ---- nested, large and compressed


NESTED = {
    "json": (b'[48,1,{},"app.test.echo",', b"[", b"1", b"]", b"]"),
    "msgpack": (b"\x95\x30\x01\x80\xadapp.test.echo", b"\x91", b"\x01", b"", b""),
    "cbor": (b"\x85\x18\x30\x01\xa0\x6dapp.test.echo", b"\x81", b"\x01", b"", b""),
}


def nested(serializer: str, depth: int) -> bytes:
    """Write a CALL whose argument nests so deeply that no library writes it."""
    start, opening, inner, closing, end = NESTED[serializer]
    return start + opening * depth + inner + closing * depth + end


@pytest.mark.parametrize("serializer", EACH)
@pytest.mark.parametrize("depth", [33, 450, 1_200, 30_000])
def test_what_nests_too_deeply_reaches_nobody(server: Server, serializer: str, depth: int) -> None:
    with Sessions(server) as join:
        callee = join.component()
        callee.register(ECHO)

        def attack() -> None:
            for _ in range(5):
                for wire in (server.wire(serializer), server.person("eve", serializer=serializer).wire):
                    wire.send(nested(serializer, depth))
                    with pytest.raises(Gone) as gone:
                        wire.receive()
                    assert gone.value.args[0] == 3501

        undisturbed(server, attack)
        assert callee.rest() == []


@pytest.mark.parametrize("serializer", EACH)
@pytest.mark.parametrize("size", [70_000, 1_000_000, 15_000_000])
def test_what_is_too_large_is_not_even_read(server: Server, serializer: str, size: int) -> None:
    hello = [Kind.HELLO, "openline", {**HELLO, "authextra": {"x": "y" * size}}]

    def attack() -> None:
        early, late = server.wire(serializer), server.person("eve", serializer=serializer).wire
        for wire in (early, late):
            with pytest.raises(Gone) as gone:
                wire.send(SERIALIZERS[serializer].dumps(hello))
                wire.receive()
            # Who is still sending may find the connection reset before it reads why.
            assert gone.value.args[0] == 1009 or size > 100_000

    undisturbed(server, attack)


def test_nothing_is_compressed_unless_that_is_set(server: Server) -> None:
    offer = {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}
    wire = WebSocket(server.url, "json", header=offer)
    assert "sec-websocket-extensions" not in (wire.socket.getheaders() or {})
    frame = websocket.ABNF(1, 1, 0, 0, websocket.ABNF.OPCODE_TEXT, 1, b"\xaa\x02\x00")
    wire.socket.send_frame(frame)
    with pytest.raises(Gone) as gone:
        wire.receive()
    assert gone.value.args[0] == 1002
