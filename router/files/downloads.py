"""Bytes on their way out: read by threads, a piece at a time, no faster than the client takes them."""

from collections.abc import Callable, Iterator
from typing import Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IPushProducer
from twisted.web.server import Request
from zope.interface import implementer

from router.edge.edge import Edge

PATIENCE = 60.0
"""Seconds that a client may take nothing."""

Do = Callable[..., Any]


@implementer(IPushProducer)
class Sending:
    """Sends pieces as an answer whose head is set."""

    def __init__(self, edge: Edge, request: Request, do: Do) -> None:
        self._edge, self._request, self._do = edge, request, do
        self._room: Deferred[None] | None = None
        self._stuck: Any = None

    async def send(self, pieces: Iterator[bytes]) -> None:
        """Send all. Raises `CancelledError` when the client is gone."""
        self._request.registerProducer(self, True)
        try:
            while piece := await self._do(next, pieces, b""):
                if self._room is not None:
                    await self._room
                self._edge.counters.download_bytes += len(piece)
                self._request.write(piece)
        finally:
            self._free()
            close: Any = getattr(pieces, "close", None)
            if close is not None:
                self._do(close).addErrback(lambda _: None)
        self._request.unregisterProducer()
        self._request.finish()

    def pauseProducing(self) -> None:  # noqa: N802
        if self._room is None:
            self._room = Deferred()
            self._stuck = self._edge.ticker.later(PATIENCE, self._drop)

    def resumeProducing(self) -> None:  # noqa: N802
        room = self._free()
        if room is not None and not room.called:
            room.callback(None)

    def stopProducing(self) -> None:  # noqa: N802
        room = self._free()
        if room is not None and not room.called:
            room.errback(CancelledError())

    def _free(self) -> "Deferred[None] | None":
        room, self._room = self._room, None
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None
        return room

    def _drop(self) -> None:
        """Give up somebody who has stopped reading."""
        self._edge.counters.refused("slow")
        connection: Any = self._request.transport
        connection.abortConnection()
