"""A connection on real sockets for tests: ours at one end, a plain socket at the other."""

import socket
import time
from collections.abc import Callable
from typing import Any

from twisted.internet.epollreactor import EPollReactor
from twisted.internet.tcp import Server

from components.settings import Limits, Slow
from router.edge.counters import Counters
from router.edge.ticker import STEP, Ticker
from router.edge.transport import Visitor
from router.edge.websocket.outbox import Terms
from router.edge.websocket.protocol import WebSocket
from router.edge.websocket.resource import encoding

FIRST = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"
RULES: dict[str, Slow] = {"all": "drop_oldest", "last": "latest"}
"""Topics of the tests; any other is for being cut off."""


Wires = Callable[..., "Wire"]
"""Makes connections."""


class FakeSession:
    """Notes what a connection tells its session."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.losses = 0
        self.answer: Callable[[bytes], None] = lambda payload: None

    def receive(self, payload: bytes) -> None:
        self.received.append(payload)
        self.answer(payload)

    def lost(self) -> None:
        self.losses += 1


class Wire:
    """One connection, its session, and the client's socket. Time is moved by hand."""

    def __init__(self, reactor: Any, limits: Limits | None = None, **options: Any) -> None:
        self._reactor = reactor
        self.now = 1_000.0
        self.ticker = Ticker(lambda: self.now)
        self.counters = Counters()
        terms = Terms(limits or Limits(), lambda topic: RULES.get(topic, "disconnect"), self.ticker, self.counters)
        spoken = encoding(options.pop("protocol", "wamp.2.json"), options.pop("bits", 0))
        self.connection = WebSocket(Visitor("127.0.0.1"), spoken, terms, **options)
        self.session = self.connection.session = FakeSession()
        near, self.client = pair()
        self.tcp = Server(near, self.connection, ("127.0.0.1", 1), None, 1, reactor)  # type: ignore[arg-type]
        self.connection.attach(self.tcp, near, FIRST)
        self.until(lambda: self.connection.ready)
        assert self.client.recv(len(FIRST)) == FIRST

    def until(self, is_so: Callable[[], Any]) -> None:
        """Turn the reactor until something is so."""
        turn_until(self._reactor, is_so)

    def turn(self, times: int = 5) -> None:
        """Let the reactor do what is due, without waiting for anything."""
        for _ in range(times):
            self._reactor.iterate(0)

    def says(self, data: bytes) -> None:
        """Have the client send something, and wait until it was read."""
        before = self.counters.bytes_in
        self.client.sendall(data)
        self.until(lambda: self.counters.bytes_in >= before + len(data) or self.refusals())

    def hears(self, size: int) -> bytes:
        """Read so many bytes at the client's end, turning the reactor meanwhile."""
        heard = bytearray()
        self.client.setblocking(False)

        def read() -> bool:
            try:
                heard.extend(self.client.recv(min(65_536, size - len(heard))))
            except BlockingIOError:
                return False
            return len(heard) >= size

        self.until(read)
        return bytes(heard)

    def hears_nothing(self) -> bool:
        """Say whether nothing is there for the client to read, at the end of some turns."""
        self.turn()
        self.client.setblocking(False)
        try:
            return self.client.recv(1, socket.MSG_PEEK) is None
        except BlockingIOError:
            return True

    def rest(self) -> bytes:
        """Read until the server has closed, at least for writing."""
        heard = bytearray()
        self.client.setblocking(False)

        def read() -> bool:
            try:
                some = self.client.recv(65_536)
            except BlockingIOError:
                return False
            except ConnectionResetError:
                return True
            heard.extend(some)
            return not some

        self.until(read)
        return bytes(heard)

    def is_reset(self) -> bool:
        """Say whether the connection was ended without a goodbye."""
        self.until(lambda: self.session.losses)
        self.client.settimeout(5)
        try:
            while self.client.recv(65_536):
                pass
        except ConnectionResetError:
            return True
        return False

    def advance(self, seconds: float) -> None:
        """Let time pass, for the ticker."""
        end = self.now + seconds
        while self.now < end:
            self.now = min(end, self.now + STEP)
            self.ticker.tick()

    def fill(self, topic: str | None = None) -> list[bytes]:
        """Write until the socket takes no more; give what was written."""
        written: list[bytes] = []
        while self.connection.ready:
            written.append(b"%06d" % len(written) + b"." * 8_000)
            self.connection.write(written[-1], topic)
        return written

    def refusals(self) -> list[str]:
        """List what the connection was cut off for."""
        return [reason for reason, count in self.counters._refusals.items() if count]

    def close(self) -> None:
        self.client.close()
        self.until(lambda: self.session.losses)


def pair() -> tuple[socket.socket, socket.socket]:
    """Connect two sockets over TCP, with little room in them."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8_192)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8_192)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8_192)
        client.settimeout(5)
        client.connect(listener.getsockname())
        near, _ = listener.accept()
    near.setblocking(False)
    near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8_192)
    return near, client


def turn_until(reactor: Any, is_so: Callable[[], Any], patience: float = 20.0) -> None:
    """Turn a reactor until something is so."""
    deadline = time.monotonic() + patience
    while not is_so():
        assert time.monotonic() < deadline, "this did not happen"
        reactor.iterate(0.01)


def new_reactor() -> Any:
    """Make a reactor of the tests' own, which is turned by hand."""
    return EPollReactor()
