"""The way out of a connection: at once while its socket takes everything, out of a bounded queue when not."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from twisted.internet.interfaces import IPushProducer
from twisted.logger import Logger
from zope.interface import implementer

from components.settings import Limits
from router.edge.counters import Counters
from router.edge.cut import Cut
from router.edge.queue import BoundedQueue, Rule
from router.edge.ticker import Ticker
from router.edge.transport import Encoding, Transport, Visitor

_log = Logger()
_AT_ONCE = 65_536
"""How much is taken out of the queue for one send."""
_SMALL = 1_024
_MOST_KEPT = 64
"""How many small answers may wait for each other."""


@dataclass(frozen=True)
class Terms:
    """What all connections share."""

    limits: Limits
    rule: Rule
    ticker: Ticker
    counters: Counters


class State(Enum):
    """How far a connection has come."""

    BEGINNING = "beginning"
    OPEN = "open"
    CLOSING = "closing"
    """We said that we close; the client is to answer."""
    ENDING = "ending"
    """Everything is said; nothing that still comes in is looked at."""
    GONE = "gone"


@implementer(IPushProducer)
class Outbox(Transport):
    """The half of a connection that writes. It is also what Twisted calls a producer: told when a buffer is empty.

    While it is `ready` nothing waits, and the descriptor `fd` may be written to by anybody who tells what it `took`.
    """

    kind = "websocket"
    __slots__ = ("_cork", "_left", "_queue", "_socket", "_state", "_tcp", "_terms", "fd", "ready")

    def __init__(self, visitor: Visitor, encoding: Encoding, terms: Terms) -> None:
        super().__init__(visitor, encoding)
        self._terms = terms
        self._tcp: Any = None
        self._socket: Any = None
        """The socket that is written to directly; Twisted would ask the kernel for leave and wait a turn first."""
        self._queue: BoundedQueue | None = None
        self._left = 0
        """How much Twisted holds for us."""
        self._cork: list[bytes] | None = None
        self._state = State.BEGINNING
        self.ready = False
        self.fd = -1

    @property
    def waiting(self) -> int:
        """How many bytes wait for the client to read."""
        return self._left + (self._queue.bytes if self._queue else 0)

    def attach(self, tcp: Any, socket: Any, first: bytes) -> None:
        """Write to a Twisted transport, and past it to its socket where that may be done; begin with something."""
        self._tcp, self._socket = tcp, socket
        self.fd = -1 if socket is None else socket.fileno()
        # TCP asks a producer of this kind (False) when a buffer is empty, and once now; TLS would ask without end.
        tcp.registerProducer(self, socket is None)
        self._state, self._left = State.OPEN, 0 if socket is None else len(first)
        tcp.write(first)
        if not self._left:
            self._turn(True)

    def write(self, data: bytes, topic: str | None) -> None:
        self._terms.counters.bytes_out += len(data)
        if self.ready and Transport.corked is not None and len(data) < _SMALL:
            return self._keep(data, Transport.corked)
        if self._cork:
            self.flush()
        if not self.ready:
            self._wait(data, topic)
        elif not self._offer(data):
            self._turn(False)

    def flush(self) -> None:
        cork, self._cork = self._cork, None
        if cork and self.ready and not self._offer(b"".join(cork)):
            self._turn(False)

    def _keep(self, data: bytes, corked: dict[Transport, None]) -> None:
        if self._cork is None:
            self._cork = []
            corked[self] = None
        self._cork.append(data)
        if len(self._cork) == _MOST_KEPT:
            self.flush()

    def took(self, data: bytes, sent: int, topic: str | None) -> None:
        """Learn that somebody wrote to `fd`, and only so much went in (-1: the socket is broken); write the rest."""
        if self._state is not State.OPEN:
            return
        if self.ready and sent >= 0:
            self._hand_over(data[sent:])
            self._turn(False)
        elif sent == 0:
            self._wait(data, topic)
        else:
            self._drop()

    # ---- what Twisted calls

    def resumeProducing(self) -> None:  # noqa: N802
        """Twisted holds nothing any more."""
        self._left = 0
        while self._queue:
            if not self._offer(b"".join(self._queue.take(_AT_ONCE))):
                return
        self._queue = None
        if self._state is State.OPEN:
            self._turn(True)

    def pauseProducing(self) -> None:  # noqa: N802
        """Twisted holds much (with TLS; otherwise we know by ourselves)."""
        self._left = self._left or 1

    def stopProducing(self) -> None:  # noqa: N802
        """The socket is about to be closed."""
        self._turn(False)

    # ---- within

    def _offer(self, data: bytes) -> bool:
        """Send. Says whether there is room for more."""
        if self._socket is None:
            self._tcp.write(data)
            return not self._left
        try:
            sent = 0 if self._left else self._socket.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._drop()
            return False
        if sent < len(data):
            self._hand_over(data[sent:])
        return not self._left

    def _hand_over(self, data: bytes) -> None:
        """Leave it to Twisted to send when there is room."""
        self._left += len(data)
        self._tcp.write(data)

    def _wait(self, data: bytes, topic: str | None) -> None:
        if self._state is not State.OPEN:
            return
        if self._queue is None:
            self._queue = BoundedQueue(self._terms.limits.queue_bytes, self._terms.rule)
        try:
            self._terms.counters.dropped += self._queue.put(data, topic)
        except Cut as cut:
            self.close(cut)

    def _turn(self, ready: bool) -> None:
        """Say so first, then act: by now nobody may write to a descriptor that will be another connection's."""
        if not ready:
            self.flush()
        if self.ready is not ready:
            self.ready = ready
            try:
                self.on_ready_change(ready)
            except Exception:  # Twisted is closing the socket, perhaps; nothing may keep it from that.
                _log.failure("Somebody could not be told who is ready.")

    def _say_last(self, data: bytes) -> None:
        """Hand over everything that waits, and something more; then nothing can be written."""
        waiting = b"".join(self._queue.take(self._queue.bytes)) if self._queue else b""
        self._queue = None
        self._turn(False)
        self._hand_over(waiting + data)

    def _drop(self) -> None:
        """End at once, without a word: the client isn't there, or does not read."""
        if self._state is not State.GONE:
            self._state, self._queue, self._left = State.ENDING, None, 0
            self._turn(False)
            self._tcp.abortConnection()
