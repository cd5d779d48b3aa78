"""The transport of one long-poll session: what it keeps between one request and the next."""

from collections.abc import Callable
from typing import ClassVar

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from ..cut import Cut, Why
from ..edge import Edge
from ..queue import Rule
from ..ticker import Timer
from ..transport import Transport, Visitor
from .batch import Subprotocol
from .inbox import Inbox
from .outbox import Messages, Outbox

POLL = 10.0
"""Seconds that a poll waits at most: AutobahnJS gives up after 12."""
POLLS = 0.4
"""No longer than this part of `limits.ping`, so that a client that is alive is heard often enough."""
LINGER = 10.0
"""Seconds for which a session that has ended is remembered, to tell why."""

log = Logger()


class Ended(Exception):
    """The session was over before: why."""

    def __init__(self, cut: Cut) -> None:
        super().__init__(cut.words)
        self.cut = cut


class Line(Transport):
    """Messages to the client wait for a poll, and a poll for messages."""

    kind: ClassVar[str] = "longpoll"

    def __init__(
        self, edge: Edge, visitor: Visitor, subprotocol: Subprotocol, rule: Rule, forget: Callable[[], None]
    ) -> None:
        """Begin a session. Raises `Cut` when there are too many already."""
        super().__init__(visitor, subprotocol.encoding)
        self._ticket = edge.door.admit(visitor)
        self._edge, self._limits = edge, edge.settings.limits
        self._subprotocol, self._forget = subprotocol, forget
        self._outbox = Outbox(self._limits.queue_bytes, rule, subprotocol.batched)
        self._inbox = Inbox(self._receive, self._limits.requests.body_bytes, edge.ticker)
        self._poll: Deferred[Messages | None] | None = None
        self._polls_until: Timer | None = None
        self._answering = False
        self._ended: Cut | None = None
        self._deadline = 0.0
        self._timer: Timer | None = None
        self._expect(self._limits.ping + self._limits.pong)

    @property
    def waiting(self) -> int:
        """How many bytes wait for the client."""
        return self._outbox.waiting

    # ---- requests of the client

    async def take(self, body: bytes, number: int | None) -> None:
        """Take a send. Raises `Cut` when it ends the session, or is not taken; `Ended` when it came too late."""
        if self._ended:
            raise Ended(self._ended)
        self._heard()
        await self._inbox.take(number, self._split(body))
        if self._ended and self._ended.why is not Why.DONE:
            raise self._ended

    def poll(self, acknowledged: int | None) -> "Deferred[Messages | None]":
        """Wait for messages; none after a while, or when another poll comes. Fails with `Ended`."""
        self._heard()
        answer: Deferred[Messages | None] = Deferred(self._poll_lost)
        if not self._outbox.acknowledge(acknowledged):
            answer.callback(None)
            return answer
        self._finish_poll(None)
        self._poll = answer
        self._polls_until = self._edge.ticker.later(min(POLL, self._limits.ping * POLLS), self._finish_poll)
        self._answer()
        return answer

    def leave(self) -> None:
        """The client has closed."""
        self._outbox.clear()
        self._finish_poll(None)
        self._end(Cut(Why.DONE))

    # ---- what the session and the broker want

    def write(self, data: bytes, topic: str | None) -> None:
        if self._ended:
            return
        try:
            self._edge.counters.dropped += self._outbox.put(data, topic)
        except Cut as cut:
            self._outbox.clear()
            self.close(cut)
        self._answer_soon()

    def close(self, cut: Cut) -> None:
        """End the session. What was said before is still told to polls, and then why."""
        self._end(cut)
        self._answer_soon()

    def hold(self, seconds: float) -> None:
        self._inbox.hold(seconds)

    def go_on(self) -> None:
        self._inbox.go_on()

    # ---- within

    def _split(self, body: bytes) -> list[bytes]:
        try:
            if len(body) > self._limits.requests.body_bytes:
                raise Cut(Why.TOO_BIG)
            return self._subprotocol.split(body, self._limits.message_bytes)
        except Cut as cut:
            self.close(cut)
            raise

    def _receive(self, message: bytes) -> None:
        """Hand a message to the session. A session that breaks ends, with nothing said about why."""
        assert self.session is not None
        self._edge.counters.bytes_in += len(message)
        try:
            self.session.receive(message)
        except Cut as cut:
            self.close(cut)
        except Exception:
            log.failure("A message of a client could not be taken.")
            self.close(Cut(Why.UNAVAILABLE))

    def _answer_soon(self) -> None:
        """Answer the waiting poll, with all that is said in this turn of the reactor."""
        if self._poll is not None and not self._answering:
            self._answering = True
            self._edge.reactor.callLater(0, self._answer)

    def _answer(self) -> None:
        """Answer the waiting poll if there is something to tell."""
        self._answering = False
        if self._poll is None:
            return
        messages = self._outbox.next()
        if messages is not None:
            self._edge.counters.bytes_out += len(messages.body)
            self._finish_poll(messages)
        elif self._ended:
            self._finish_poll(Ended(self._ended))

    def _finish_poll(self, answer: Messages | Ended | None = None) -> None:
        poll, self._poll = self._poll, None
        if self._polls_until is not None:
            self._polls_until.cancel()
        if poll is None:
            return
        if isinstance(answer, Ended):
            poll.errback(answer)
        else:
            poll.callback(answer)

    def _poll_lost(self, poll: object) -> None:
        """The connection of a poll has ended. Whoever is still there polls again soon."""
        if poll is self._poll:
            self._poll = None
            self._expect(self._limits.pong)

    def _heard(self) -> None:
        """Note that the client is there. Once a session has ended that changes nothing."""
        if not self._ended:
            self._expect(self._limits.ping + self._limits.pong)

    def _expect(self, seconds: float) -> None:
        """Expect to hear something within so long."""
        now = self._edge.ticker.now
        sooner = now + seconds < self._deadline
        self._deadline = now + seconds
        if self._timer is None or sooner:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._edge.ticker.later(seconds, self._out_of_time)

    def _out_of_time(self) -> None:
        self._timer = None
        rest = self._deadline - self._edge.ticker.now
        if rest > 0:
            self._timer = self._edge.ticker.later(rest, self._out_of_time)
        elif self._ended:
            self._ticket.release()  # Not before: the answers of who was cut off took up room.
            self._forget()
        else:
            self.close(Cut(Why.SILENT))

    def _end(self, cut: Cut) -> None:
        if self._ended:
            return
        self._ended = cut
        if cut.why is not Why.DONE:
            self._edge.counters.refused(cut.why.name.lower(), self.visitor.address)
        else:
            self._ticket.release()
        if self.session is not None:
            self.session.lost()
        self._inbox.close()
        self._expect(LINGER)
