"""A web port in memory: what a client writes, what comes back, and a clock in between."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionDone
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Site

from components.settings import Settings
from router.edge.door import Door
from router.edge.entrance import Entrance
from router.edge.ticker import STEP, Ticker


class Wire(StringTransport):
    """One end of a TCP connection."""

    protocol: Any
    announced: Any = None
    whose: Any = None
    half_closed = aborted = False

    def loseWriteConnection(self) -> None:  # noqa: N802
        self.half_closed = True

    def abortConnection(self) -> None:  # noqa: N802
        self.aborted = True
        self.gone()

    def getPeer(self) -> Any:  # noqa: N802
        return self.announced or super().getPeer()

    def send(self, data: bytes) -> None:
        """Send something."""
        self.protocol.dataReceived(data)

    def say(self, data: bytes) -> bytes:
        """Send something, and read all that comes back."""
        self.send(data)
        return self.heard()

    def heard(self) -> bytes:
        """Read what has come back."""
        found: bytes = self.value()
        self.clear()
        return found

    def gone(self) -> None:
        """Be closed."""
        if self.connected:
            self.connected = False
            self.protocol.connectionLost(Failure(ConnectionDone()))

    @property
    def closing(self) -> bool:
        """Whether the other side wants no more of it."""
        return bool(self.disconnecting or self.half_closed or self.aborted)


class Answering(Resource):
    """Does what a test wants."""

    isLeaf = True  # noqa: N815

    def __init__(self, answer: Callable[[Any], Any]) -> None:
        super().__init__()
        self._answer = answer

    def render_GET(self, request: Any) -> Any:  # noqa: N802
        return self._answer(request)

    render_POST = render_GET  # noqa: N815


class Refusals(Counter[str]):
    """Counts what was refused."""

    def refused(self, reason: str, address: str = "") -> None:
        assert address
        self[reason] += 1


class Web:
    """A web port with a few pages."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.now, self.refusals = 1.0, Refusals()
        self.ticker = Ticker(lambda: self.now)
        self.door = Door(settings or Settings(), self.refusals, self.ticker, lambda: self.now)
        self.waiting: list[Any] = []
        self.read: list[bytes] = []
        root = Resource()
        for path, answer in {
            b"hello": lambda request: b"hello",
            b"echo": self._echo,
            b"slow": self._wait,
            b"broken": lambda request: 1 / 0,
            b"late": self._late,
        }.items():
            root.putChild(path, Answering(answer))
        self.entrance = Entrance(Site(root), self.door, None, None)

    def connect(self, host: str = "192.0.2.1") -> Wire:
        """Knock at the port."""
        peer = IPv4Address("TCP", host, 4711)
        wire = Wire(peerAddress=peer)
        wire.protocol = self.entrance.buildProtocol(peer)
        if wire.protocol is None:
            wire.aborted = True
        else:
            wire.whose = wire.protocol.__dict__.get("whose")
            wire.protocol.makeConnection(wire)
        return wire

    def later(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(round(seconds / STEP)):
            self.now += STEP
            self.ticker.tick()

    def _echo(self, request: Any) -> bytes:
        self.read.append(request.content.read())
        return b"you said %d bytes" % len(self.read[-1])

    def _wait(self, request: Any) -> int:
        self.waiting.append(request)
        return NOT_DONE_YET

    def _late(self, request: Any) -> None:
        request.write(b"half of")
        raise RuntimeError("the rest of it")
