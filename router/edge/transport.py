"""What every transport is to the session behind it, and to the broker."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from .codec import Codec
from .cut import Cut


@dataclass(frozen=True)
class Visitor:
    """Where a connection comes from, as far as we believe it."""

    address: str
    origin: str | None = None
    secure: bool = False
    agent: str = ""


@dataclass(frozen=True, eq=False)
class Encoding:
    """How a message becomes the bytes of one transport. An event is encoded once for each of these."""

    codec: Codec
    wrap: Callable[[bytes, bool], bytes]
    """Payload and whether it is binary → what goes on the wire; for WebSocket, a frame."""

    def encode(self, message: Any) -> bytes:
        """Make what goes on the wire out of an Autobahn message."""
        return self.write(message.marshal())

    def write(self, raw: list[Any]) -> bytes:
        """Make what goes on the wire out of a WAMP message as a list."""
        return self.wrap(self.codec.encode(raw), self.codec.binary)


class Session(Protocol):
    """What a transport needs of its session (`session.Session`)."""

    def receive(self, payload: bytes) -> None:
        """Take one encoded message of the client. Raises `Cut`: close, saying why."""

    def lost(self) -> None:
        """The connection is gone. Harmless when repeated."""


class Transport:
    """Carries the messages of one session. Each kind writes and closes in its own way."""

    kind: ClassVar[str]
    """`websocket`, `longpoll` or `events`: a label in metrics and logs."""
    wants_messages: ClassVar[bool] = False
    """Whether it is sent Autobahn's message objects (`send`), rather than what `encoding` made of them (`write`)."""
    corked: "ClassVar[dict[Transport, None] | None]" = None
    """While messages that came in together are being taken (`cork`): who was told something small meanwhile."""
    fd: int = -1
    """The descriptor that bytes may be written to directly while it is `ready`, or -1."""
    ready: bool = False
    """Whether it is open, with nothing buffered."""
    __slots__ = ("audiences", "encoding", "session", "visitor")

    def __init__(self, visitor: Visitor, encoding: Encoding) -> None:
        self.visitor, self.encoding = visitor, encoding
        self.audiences: dict[Any, int] = {}
        """Where it stands in each audience (`audience.Audience`)."""
        self.session: Session | None = None

    def send(self, message: Any) -> None:
        """Send an Autobahn message to the client; the router calls this."""
        self.write(self.encoding.encode(message), None)

    def write(self, data: bytes, topic: str | None) -> None:
        """Send what `encoding` made. `topic`, of an event, decides what may be left out when the client is slow.

        Never blocks, never raises: a client that is gone or too slow is closed.
        """
        raise NotImplementedError

    def flush(self) -> None:
        """Write what waits while it is `corked`."""

    def close(self, cut: Cut) -> None:
        """Tell the client why, as far as it listens, and end. `session.lost` follows, at once or soon."""
        raise NotImplementedError

    def on_ready_change(self, ready: bool) -> None:
        """Take part in each audience as befits. Called when `ready` has changed, before anything else is written."""
        for audience in list(self.audiences):
            audience.move(self, ready)

    def hold(self, seconds: float) -> None:
        """Take nothing more from the client for so long, or until `go_on`: it sends too much."""
        raise NotImplementedError

    def go_on(self) -> None:
        """End a `hold` early. Harmless where there is none."""
        raise NotImplementedError


def cork() -> bool:
    """Let small messages wait until `uncork`: the answers to all that came in together leave together.

    Says whether this began it; only who began it may end it.
    """
    if Transport.corked is not None:
        return False
    Transport.corked = {}
    return True


def uncork() -> None:
    """Write what waits, and from now on at once again."""
    flush_corked()
    Transport.corked = None


def flush_corked() -> None:
    """Write what waits. Whoever writes to descriptors directly asks for that first."""
    while Transport.corked:
        Transport.corked.popitem()[0].flush()
