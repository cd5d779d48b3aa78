"""The request that begins a WebSocket (RFC 6455 §4.2): what is asked for, and what we agree to."""

import base64
import binascii
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from hashlib import sha1

from twisted.web.http_headers import Headers

from router.origin import ANYWHERE, Home

from . import deflate

VERSION = "13"
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_UPGRADE = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": VERSION}


class Refused(Exception):
    """Not the way to begin a WebSocket, or not from there: HTTP status, sentence, headers."""

    def __init__(self, status: int, words: str, headers: Mapping[str, str] | None = None) -> None:
        self.status, self.words, self.headers = status, words, headers or {}
        super().__init__(words)


@dataclass(frozen=True)
class Offer:
    """What one address agrees to."""

    protocols: Collection[str] = ()
    """The subprotocols it speaks; with none of them, it asks for none."""
    home: Home = ANYWHERE
    """Whose pages may connect."""
    compression: bool = False


@dataclass(frozen=True)
class Agreement:
    """What both sides will keep to."""

    accept: str
    protocol: str = ""
    bits: int = 0
    """The window of what we compress, or 0 when nothing is compressed."""
    extensions: str = ""

    def response(self) -> bytes:
        """Write the answer; what follows it are frames."""
        lines = [
            "HTTP/1.1 101 Switching Protocols",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Accept: {self.accept}",
            *([f"Sec-WebSocket-Protocol: {self.protocol}"] if self.protocol else []),
            *([f"Sec-WebSocket-Extensions: {self.extensions}"] if self.extensions else []),
        ]
        return "\r\n".join([*lines, "", ""]).encode()


@dataclass(frozen=True)
class Asked:
    """The head of a request."""

    method: bytes
    version: bytes
    headers: Headers = field(default_factory=Headers)

    def all(self, name: str) -> str:
        """Give all values of a header that is a list."""
        return ",".join(self.headers.getRawHeaders(name, []))

    def one(self, name: str) -> str | None:
        """Give the value of a header. One that is there twice is nothing we know."""
        return self.all(name) if self.headers.hasHeader(name) else None

    def names(self, name: str, token: str) -> bool:
        """Say whether a header that is a list has a token in it."""
        return token in _listed(self.all(name).lower())


def agree(asked: Asked, offer: Offer) -> Agreement:
    """Find out what both sides will keep to, or raise `Refused`."""
    accept = _check(asked)
    if words := offer.home.refuses(asked.one("Origin"), asked.one("Host")):
        raise Refused(403, words)
    bits, extensions = (deflate.agree(asked.all("Sec-WebSocket-Extensions")) if offer.compression else None) or (0, "")
    return Agreement(accept, _choose(asked.all("Sec-WebSocket-Protocol"), offer.protocols), bits, extensions)


def _check(asked: Asked) -> str:
    """Check that it is an upgrade to the WebSocket we speak; give the answer to its key."""
    if asked.method != b"GET":
        raise Refused(405, "A WebSocket begins with GET.", {"Allow": "GET"})
    upgrade = asked.names("Upgrade", "websocket") and asked.names("Connection", "upgrade")
    if not upgrade or asked.version != b"HTTP/1.1":
        raise Refused(426, "This is an address for WebSocket.", _UPGRADE)
    if asked.one("Sec-WebSocket-Version") != VERSION:
        raise Refused(426, f"Here WebSocket is spoken in version {VERSION}.", _UPGRADE)
    key = asked.one("Sec-WebSocket-Key") or ""
    if not _is_key(key):
        raise Refused(400, "Sec-WebSocket-Key is not 16 bytes in base64.")
    return base64.b64encode(sha1(key.encode() + _GUID).digest()).decode()


def _is_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key, validate=True)) == 16
    except (binascii.Error, ValueError):
        return False


def _choose(wanted: str, known: Collection[str]) -> str:
    """Take the first subprotocol of the client's that we know."""
    if not known:
        return ""
    for name in _listed(wanted):
        if name in known:
            return name
    raise Refused(400, f"Ask for one of these subprotocols: {', '.join(known)}.")


def _listed(value: str) -> list[str]:
    return [part.strip() for part in value.split(",")]
