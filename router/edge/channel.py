"""HTTP/1.1 with deadlines and bounds: how slowly one may speak, and how much.

Twisted's channel begins its time-out anew with each byte, so a byte now and then holds a connection for ever. Here each
part of a request has a deadline that does not move.
"""

from enum import Enum
from typing import Any

from twisted.internet.protocol import connectionDone
from twisted.web.http import HTTPChannel

from .answers import LINGER, answer, answer_with, end
from .bodies import Body, Problem, Take
from .door import Door

MOST_HEADERS = 100


class Stage(Enum):
    """What is being waited for."""

    HEAD = "head"
    BODY = "body"
    ANSWER = "answer"
    """Ours, which may take as long as it likes."""
    NEXT = "next"
    """The first byte of another request."""
    END = "end"
    """That the peer reads what there is and goes; whatever still arrives is thrown away."""


class Channel(HTTPChannel):
    """One connection that speaks HTTP."""

    transport: Any
    _networkProducer: Any  # noqa: N815
    timeOut = None  # noqa: N815  # Twisted's own deadline, which moves.
    maxHeaders = MOST_HEADERS  # noqa: N815

    def __init__(self, door: Door) -> None:
        super().__init__()
        self._door, self.limits = door, door.settings.limits.requests
        self._stage, self._timer = Stage.NEXT, None
        self._body: Body | None = None
        self.totalHeadersSize = self.MAX_LENGTH = self.limits.head_bytes

    def refuse(self, status: int) -> None:
        """Answer in a plain sentence, and close once the peer has had time to read it."""
        if self._stage is not Stage.END:
            self._count(f"request_{status}")
            self._end(answer(status))

    def refuse_with(self, status: int, content: dict[str, Any], retry_after: float | None = None) -> None:
        """Answer in JSON before a body is there, and close as `refuse` does."""
        if self._stage is not Stage.END:
            self._count(str(content.get("error", "")).rpartition(".")[2])
            self._end(answer_with(status, content, retry_after))

    def hold(self) -> None:
        """Read nothing more until `go_on`."""
        self._networkProducer.pauseProducing()

    def go_on(self) -> None:
        """Read on, unless all is there."""
        if self._stage is Stage.BODY:
            self._networkProducer.resumeProducing()

    def _end(self, words: bytes) -> None:
        self._wait(Stage.END, LINGER)
        self._networkProducer.unregisterProducer()
        self._networkProducer.resumeProducing()
        self.transport.write(words)
        end(self.transport)

    def abort(self) -> None:
        """Close at once, whatever was not sent yet."""
        self.transport.abortConnection()

    def _count(self, reason: str) -> None:
        self._door.counters.refused(reason, getattr(self.transport.getPeer(), "host", ""))

    # ---- deadlines

    def connectionMade(self) -> None:  # noqa: N802
        super().connectionMade()
        self._wait(Stage.HEAD, self.limits.head)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        if self._stage is Stage.END:
            return
        if self._stage is Stage.NEXT:
            self._wait(Stage.HEAD, self.limits.head)
        super().dataReceived(data)
        if self._stage is Stage.NEXT and self._buffer:
            self._wait(Stage.HEAD, self.limits.head)

    def allHeadersReceived(self) -> None:  # noqa: N802
        if self._version == b"HTTP/1.1" and len(self.requests[-1].requestHeaders.getRawHeaders(b"Host", [])) != 1:
            return self.refuse(400)  # RFC 9112 §3.2
        take = self._door.bodies.get(self._path.partition(b"?")[0]) if self._command == b"POST" else None
        if take is not None:
            return self._take_apart(take)
        if self.length is not None and self.length > self.limits.body_bytes:
            return self.refuse(413)
        self._wait(Stage.BODY, self.limits.body)
        super().allHeadersReceived()

    def _take_apart(self, take: Take) -> None:
        """Have a body taken as it comes, by somebody who bounds its size and its pace."""
        request = self.requests[-1]
        request.parseCookies()
        length = None if request.requestHeaders.hasHeader(b"Transfer-Encoding") else self.length
        try:
            self._body = request.body = take(request, self, length, self._path)
        except Problem as problem:
            return self.refuse_with(problem.status, problem.content(), problem.retry_after)
        self._wait(Stage.BODY, self._body.patience)
        super().allHeadersReceived()
        self._body.begin()

    def allContentReceived(self) -> None:  # noqa: N802
        if self._stage is not Stage.END:
            self._body = None
            self._wait(Stage.ANSWER, None)
            super().allContentReceived()

    def requestDone(self, request: Any) -> None:  # noqa: N802
        self._wait(Stage.NEXT, self.limits.idle)
        super().requestDone(request)

    def loseConnection(self) -> None:  # noqa: N802
        """Close when all is sent. A peer that does not read is not waited for."""
        if self._stage is not Stage.END:
            self._wait(Stage.END, self.limits.idle)
        super().loseConnection()

    def connectionLost(self, reason: Any = connectionDone) -> None:  # noqa: N802
        self._wait(Stage.END, None)
        super().connectionLost(reason)

    def _wait(self, stage: Stage, seconds: float | None) -> None:
        self._stage = stage
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if seconds is None else self._door.ticker.later(seconds, self._out_of_time)

    def _out_of_time(self) -> None:
        if self._stage is Stage.END:
            self.abort()
        elif self._body is not None and self._body.goes_on():
            self._wait(Stage.BODY, self._body.patience)
        elif self._stage is Stage.NEXT:
            self.loseConnection()
        elif self.requests or self._buffer:
            self.refuse(408)
        else:
            self._count("request_408")
            self.loseConnection()  # Nothing was asked, so nothing is answered.

    # ---- bounds

    def lineReceived(self, line: bytes) -> None:  # noqa: N802
        if self._stage is Stage.END:
            return
        if self._receivedHeaderSize + len(line) > self.totalHeadersSize:
            return self.refuse(431)
        super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802
        self.refuse(431)

    def headerReceived(self, line: bytes) -> bool:  # noqa: N802
        if self._stage is Stage.END:
            return False
        if self._receivedHeaderCount >= self.maxHeaders:
            self.refuse(431)
            return False
        return bool(super().headerReceived(line))

    def rawDataReceived(self, data: bytes) -> None:  # noqa: N802
        if self._stage is not Stage.END:
            super().rawDataReceived(data)

    def _respondToBadRequestAndDisconnect(self) -> None:  # noqa: N802
        self.refuse(400)
