"""The PROXY protocol: a balancer says who is behind a connection before anything else is said on it."""

import struct
from typing import TYPE_CHECKING, Any

from twisted.internet.protocol import Protocol
from twisted.protocols.haproxy._exceptions import InvalidProxyHeader
from twisted.protocols.haproxy._v1parser import V1Parser
from twisted.protocols.haproxy._v2parser import V2Parser

from . import address

if TYPE_CHECKING:
    from .entrance import Entrance

_FIRST = b"PROXY "
_LONGEST_FIRST = 107
_SECOND: bytes = V2Parser.PREFIX
_LONGEST_SECOND = 2_048


class Announced(Protocol):
    """Reads a PROXY header of version 1 or 2, then gives the connection to whom it announces.

    Twisted's wrapper stays on every connection and takes no header that arrives in parts, so only its parsers are used.
    """

    transport: Any
    whose: str

    def __init__(self, entrance: "Entrance") -> None:
        self._entrance, self._read = entrance, b""

    def connectionMade(self) -> None:  # noqa: N802
        door = self._entrance.door
        self._timer = door.ticker.later(door.settings.limits.requests.head, self._refuse)

    def connectionLost(self, reason: Any = None) -> None:  # noqa: N802
        self._timer.cancel()

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        self._read += data
        try:
            end = length(self._read)
            if end is not None:
                self._timer.cancel()
                self._entrance.announce(self.transport, source(self._read[:end]), self._read[end:])
        except InvalidProxyHeader:
            self._refuse()

    def _refuse(self) -> None:
        self._entrance.door.counters.refused("proxy_header", self.transport.getPeer().host)
        self.transport.abortConnection()


def length(read: bytes) -> int | None:
    """Say how long the header is that something begins with, once that is known. Raises `InvalidProxyHeader`."""
    if read.startswith(_FIRST):
        end = read.find(b"\r\n", 0, _LONGEST_FIRST) + 2
        if end == 1 and len(read) >= _LONGEST_FIRST:
            raise InvalidProxyHeader
        return None if end == 1 else end
    if read.startswith(_SECOND):
        return _second_length(read)
    if not _FIRST.startswith(read) and not _SECOND.startswith(read):
        raise InvalidProxyHeader
    return None


def _second_length(read: bytes) -> int | None:
    if len(read) < 16:
        return None
    end = 16 + int(struct.unpack("!H", read[14:16])[0])
    if end > _LONGEST_SECOND:
        raise InvalidProxyHeader
    return end if len(read) >= end else None


def source(header: bytes) -> Any:
    """Find who a whole header announces; `None` is the balancer itself. Raises `InvalidProxyHeader`."""
    try:
        # Twisted's parser wants a space behind UNKNOWN, which may be the last word.
        info = V1Parser.parse(header[:-2] + b" ") if header.startswith(_FIRST) else V2Parser.parse(header)
    except (ValueError, KeyError, struct.error) as error:  # What the parsers did not think of.
        raise InvalidProxyHeader from error
    host = getattr(info.source, "host", None)
    if host is None:
        return None
    if address.read(host) is None:
        raise InvalidProxyHeader
    return info.source
