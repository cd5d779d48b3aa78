"""Thousands of connections at once, as cheap as can be made: bytes that are ready, and no client library."""

import selectors
import socket
import time
from collections.abc import Iterable, Sequence
from typing import Any

import websocket

from tests.semantics.client import ROLES, Kind
from tests.semantics.wires import SERIALIZERS

_KEY = "AAAAAAAAAAAAAAAAAAAAAA=="


def frames(*messages: Any, serializer: str = "json") -> bytes:
    """Write messages as a client's WebSocket frames."""
    kind = SERIALIZERS[serializer]
    opcode = websocket.ABNF.OPCODE_BINARY if kind.binary else websocket.ABNF.OPCODE_TEXT
    return b"".join(websocket.ABNF.create_frame(kind.dumps(one), opcode).format() for one in messages)


def opening(port: int) -> bytes:
    """Write the request that begins a WebSocket."""
    lines = [
        "GET /ws HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {_KEY}",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: wamp.2.json",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def join(port: int, authid: str, ticket: str) -> Sequence[tuple[bytes, bytes]]:
    """List what is said to join, and by what each answer is known."""
    hello = [int(Kind.HELLO), "openline", {"roles": ROLES, "authmethods": ["ticket"], "authid": authid}]
    return [
        (opening(port), b"HTTP/1.1 101"),
        (frames(hello), b"[4,"),
        (frames([int(Kind.AUTHENTICATE), ticket, {}]), b"[2,"),
    ]


class _Member:
    """One of the crowd."""

    def __init__(self, port: int, address: str) -> None:
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.bind((address, 0))
        self.socket.connect_ex(("127.0.0.1", port))
        self.step = 0
        self.said = b""


class Crowd:
    """Connects from several addresses at once, and says the same from each connection."""

    def __init__(self, port: int, addresses: Iterable[str], script: Sequence[tuple[bytes, bytes]]) -> None:
        self._script = script
        self._selector = selectors.DefaultSelector()
        self.members = [_Member(port, address) for address in addresses]
        self.through: list[_Member] = []
        """Who got the last answer."""
        self.refused: list[bytes] = []
        """What the others were told."""
        for one in self.members:
            self._selector.register(one.socket, selectors.EVENT_WRITE, one)

    def run(self, seconds: float) -> float:
        """Go through the script; say how long it took all of them, or `seconds`."""
        start = time.monotonic()
        while len(self.through) + len(self.refused) < len(self.members) and time.monotonic() < start + seconds:
            for key, mask in self._selector.select(0.1):
                self._say(key.data) if mask & selectors.EVENT_WRITE else self._hear(key.data)
        return time.monotonic() - start

    def close(self) -> None:
        """Be gone."""
        for one in self.members:
            one.socket.close()
        self._selector.close()

    def _say(self, one: _Member) -> None:
        try:
            one.socket.send(self._script[one.step][0])
        except OSError as error:
            return self._give_up(one, str(error).encode())
        self._selector.modify(one.socket, selectors.EVENT_READ, one)

    def _hear(self, one: _Member) -> None:
        try:
            heard = one.socket.recv(65_536)
        except OSError as error:
            return self._give_up(one, str(error).encode())
        one.said += heard
        if self._script[one.step][1] in one.said:
            self._go_on(one)
        elif not heard:
            self._give_up(one, one.said)

    def _go_on(self, one: _Member) -> None:
        one.step, one.said = one.step + 1, b""
        if one.step < len(self._script):
            self._selector.modify(one.socket, selectors.EVENT_WRITE, one)
        else:
            self._selector.unregister(one.socket)
            self.through.append(one)

    def _give_up(self, one: _Member, why: bytes) -> None:
        self._selector.unregister(one.socket)
        self.refused.append(why)
