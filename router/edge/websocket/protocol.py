"""A connection that speaks WebSocket: its frames in, its session's messages out, and its end."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from twisted.internet.interfaces import IProtocol
from twisted.logger import Logger
from zope.interface import implementer

from router.edge.answers import end
from router.edge.cut import Cut, Why
from router.edge.ticker import STEP, Timer
from router.edge.transport import Encoding, Visitor, cork, uncork

from . import frames
from .frames import BINARY, CLOSE, PING, PONG, Item, Parser
from .outbox import Outbox, State, Terms

LINGER = 2.0
"""Seconds that a client has to answer our close, or to go when everything is said."""
MOST_PINGS = 100
"""How many pings may come in one read."""
_PING = frames.control(PING)
_EARLY = 2 * STEP
"""Silence is looked at so much sooner, since the ticker may be late."""
_UNHEARING = {Why.SLOW, Why.SILENT}
"""Who is cut for these would not read why."""
_BROKEN = {Why.PROTOCOL, Why.NOT_TEXT, Why.TOO_BIG}
"""After these, what a client sends makes no sense any more (RFC 6455 §7.1.7)."""
_log = Logger()


@implementer(IProtocol)
class WebSocket(Outbox):
    """One client. Twisted hands it what its socket reads."""

    __slots__ = ("_heard", "_held", "_hold", "_on_end", "_parser", "_pinged", "_timer")

    def __init__(
        self, visitor: Visitor, encoding: Encoding, terms: Terms, *, inflate: bool = False, on_end: Any = None
    ) -> None:
        """`on_end` is called, without arguments, when the connection is gone."""
        super().__init__(visitor, encoding, terms)
        limits = terms.limits
        self._parser = Parser(limits.message_bytes, limits.inflate if inflate else 0)
        self._on_end = on_end
        self._held: Iterator[Item] | None = None
        """What was read and is not to be looked at yet."""
        self._hold: Timer | None = None
        self._heard = terms.ticker.now
        self._pinged = 0.0
        self._timer: Timer = terms.ticker.later(limits.ping - _EARLY, self._listen)

    def message(self, opcode: int, payload: bytes) -> None:
        """Take a whole message. Raises `Cut`."""
        if (opcode == BINARY) is not self.encoding.codec.binary:
            raise Cut(Why.MALFORMED)
        assert self.session is not None
        self.session.receive(payload)

    def close(self, cut: Cut) -> None:
        if self._state is not State.OPEN:
            return
        if cut.why is not Why.DONE:
            self._terms.counters.refused(cut.why.name.lower(), self.visitor.address)
        if cut.why in _UNHEARING:
            self._drop()
        else:
            self._state = State.CLOSING
            self._say_last(frames.close(cut.why.code, cut.words))
            self._drop_later()
            if cut.why in _BROKEN:
                self._end()
            self.go_on()

    def hold(self, seconds: float) -> None:
        if self._held is None and self._state is State.OPEN:
            self._held = iter(())
            self._tcp.pauseProducing()
            self._hold = self._terms.ticker.later(seconds, self.go_on)

    def go_on(self) -> None:
        held, self._held = self._held, None
        if held is None:
            return
        assert self._hold is not None
        self._hold.cancel()
        self._hold = None
        self._heard = self._terms.ticker.now  # It could not be heard meanwhile.
        self._read(held)
        if self._held is None and self._state is not State.GONE:
            self._tcp.resumeProducing()

    # ---- what Twisted calls

    def makeConnection(self, transport: Any) -> None:  # noqa: N802
        """Not called: the connection is there already (`attach`)."""

    def connectionMade(self) -> None:  # noqa: N802
        """Not called either."""

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        if self._state is State.ENDING:
            return
        self._heard = self._terms.ticker.now
        self._terms.counters.bytes_in += len(data)
        items = self._parser.feed(data)
        if self._held is None:
            self._read(items)
        else:
            self._held = chain(self._held, items)

    def resumeProducing(self) -> None:  # noqa: N802
        """The client reads: a sign of life too."""
        self._heard = self._terms.ticker.now
        super().resumeProducing()

    def connectionLost(self, reason: Any) -> None:  # noqa: N802
        self._turn(False)
        self._state, self._queue, self._left, self._held, self.fd = State.GONE, None, 0, None, -1
        self._timer.cancel()
        on_end, self._on_end = self._on_end, None
        if on_end:
            on_end()
        if self.session:
            self.session.lost()

    # ---- reading

    def _read(self, items: Iterator[Item]) -> None:
        """Go through what was read, to the end also after something was refused: the client's close may follow."""
        began = cork()
        try:
            while not self._read_on(items):
                pass
        finally:
            if began:
                uncork()

    def _read_on(self, items: Iterator[Item]) -> bool:
        """Go on until something is refused; say whether that was the end."""
        try:
            self._read_all(items)
        except Cut as cut:
            self._refuse(cut)
        except Exception:
            _log.failure("A message could not be taken.")
            self.close(Cut(Why.UNAVAILABLE))
        else:
            return True
        return False

    def _read_all(self, items: Iterator[Item]) -> None:
        pings = 0
        for opcode, payload in items:
            if opcode >= CLOSE:
                pings += opcode == PING
                self._control(opcode, payload, pings)
            elif self._state is State.OPEN:
                self.message(opcode, payload)
            if self._held is not None:
                self._held = items
                return
            if self._state is State.ENDING:
                return

    def _control(self, opcode: int, payload: bytes, pings: int) -> None:
        if opcode == CLOSE:
            self._answer(payload)
        elif opcode == PING:
            if pings > MOST_PINGS:
                raise Cut(Why.FLOOD)
            self.write(frames.control(PONG, payload), None)

    def _answer(self, close: bytes) -> None:
        """The client closes, or agrees that we do."""
        if self._state is State.OPEN:
            self._state = State.CLOSING
            self._say_last(frames.close(frames.code_of(close)))
            self._drop_later()
        self._end()

    def _refuse(self, cut: Cut) -> None:
        if self._state is State.CLOSING:
            self._end()  # The parser's: there will be no answer to our close.
        else:
            self.close(cut)

    # ---- silence, and the end

    def _listen(self) -> None:
        """Ask a client that is silent whether it is there, and drop one that did not answer."""
        limits, now = self._terms.limits, self._terms.ticker.now
        silent = now - self._heard
        wait = limits.ping - _EARLY - silent
        if wait <= 0:
            if self._pinged > self._heard:
                return self.close(Cut(Why.SILENT))
            self._pinged = now
            self.write(_PING, None)
            wait = limits.pong - min(_EARLY, max(0.0, silent - limits.ping + _EARLY))
        self._timer = self._terms.ticker.later(wait, self._listen)

    def _end(self) -> None:
        """Everything is said: let the client read it."""
        if self._state is not State.ENDING:
            self._state = State.ENDING
            self._tcp.unregisterProducer()
            end(self._tcp)

    def _drop_later(self) -> None:
        self._timer.cancel()
        self._timer = self._terms.ticker.later(LINGER - _EARLY, self._drop)
