"""The body of an answer that does not end: takes what is written for as long as somebody reads it."""

import socket
from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IPushProducer
from twisted.web.server import Request
from zope.interface import implementer

from ..edge import Edge
from .form import Form


@implementer(IPushProducer)
class Outlet:
    """Writes to one request. When 64 KiB wait to be sent, Twisted says so; nothing more is taken until all is gone."""

    def __init__(self, request: Request, form: Form, edge: Edge) -> None:
        self.form = form
        self.is_open = False
        """Whether the head was written, and not the end."""
        self.takes = False
        """Whether what is written would be sent at once."""
        self.on_room: Callable[[], object] = lambda: None
        self._request, self._edge = request, edge
        limits = edge.settings.limits
        self._patience = limits.ping + limits.pong
        self._pause = limits.ping / 4
        """Seconds between two looks at whether a beat is due; two at most go by without anything being written."""
        self._written = True
        self._beat: Any = None
        self._stuck: Any = None

    def begin(self, opening: bytes) -> None:
        """Write the head, and the first words."""
        self.is_open = self.takes = True
        _give_up_after(self._request, self._patience - 2 * self._pause)
        self._request.registerProducer(self, True)
        self._beat = self._edge.ticker.every(self._pause, self._live)
        self.write(opening)

    def write(self, data: bytes) -> None:
        """Write, whether or not anybody reads; who writes looks at `takes`."""
        if self.is_open:
            self._written = True
            self._edge.counters.bytes_out += len(data)
            self._request.write(data)

    def end(self) -> None:
        """Write nothing more, and let what was written be read."""
        if self.is_open:
            self.lost()
            if self._request.channel is not None:  # Else the connection is gone.
                self._request.unregisterProducer()
                self._request.finish()

    def lost(self) -> None:
        """Nobody is there any more. Harmless when repeated."""
        self.is_open = self.takes = False
        for timer in (self._beat, self._stuck):
            if timer is not None:
                timer.cancel()

    def _live(self) -> None:
        """Say that the connection lives, unless something was said just now."""
        if self._written:
            self._written = False
        elif self.takes:
            self.write(self.form.beat)

    def _drop(self) -> None:
        """Give up somebody who has stopped reading."""
        self._edge.counters.refused("slow")
        connection: Any = self._request.transport
        connection.abortConnection()

    # ---- from Twisted

    def pauseProducing(self) -> None:  # noqa: N802
        if self.takes:
            self.takes = False
            self._stuck = self._edge.ticker.later(self._patience, self._drop)

    def resumeProducing(self) -> None:  # noqa: N802
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None
        if self.is_open:
            self.takes = True
            self.on_room()

    def stopProducing(self) -> None:  # noqa: N802
        self.lost()


def _give_up_after(request: Request, seconds: float) -> None:
    """Have the system end a connection on which nothing that was sent is acknowledged: the peer is gone, or stuck."""
    handle = getattr(request.transport, "getHandle", lambda: None)()
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is not None and isinstance(handle, socket.socket) and handle.family != socket.AF_UNIX:
        handle.setsockopt(socket.IPPROTO_TCP, option, int(seconds * 1_000))
