"""What the stream component offers on the wire, and all it offers."""

from typing import Annotated, Any

from pydantic import Field

from components.contract import (
    COMPONENT,
    PEOPLE,
    SERVICE,
    Appended,
    Event,
    EventType,
    Key,
    Offset,
    Procedure,
    Refusal,
    StreamName,
    payload,
)

EVERYBODY = PEOPLE | {COMPONENT, SERVICE}
MAX_PAGE = 300
"""The most events that one `read` answers with."""


@payload
class Publication:
    """An event to append. The same `key` on the same stream is taken once."""

    stream: StreamName
    type: EventType
    data: dict[str, Any]
    key: Key | None = None


@payload
class Range:
    """Which events to read: those after and before two offsets, both exclusive, oldest first unless `reverse`."""

    stream: StreamName
    after: Offset | None = None
    before: Offset | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 100
    reverse: bool = False


@payload
class Page:
    """Events of one range. May hold fewer than `limit` where they are large: read on from the last one.

    `head` is the offset of the newest event and `oldest` that of the oldest still kept; a stream that nobody has
    written to has the epoch "" and the head 0.
    """

    epoch: str
    head: int
    oldest: int
    events: list[Event]


@payload
class Names:
    """Streams to look at, at most 100."""

    streams: Annotated[list[StreamName], Field(max_length=100)]


@payload
class Head:
    """The newest position of a stream."""

    epoch: str
    offset: int


@payload
class Heads:
    """The newest position of each stream that was asked for."""

    heads: dict[str, Head]


class UnknownStream(Refusal):
    """There is no stream of this name."""


class EventTooLarge(Refusal):
    """This event is larger than the stream takes."""


class UnknownType(Refusal):
    """The stream does not take events of this type."""


class InvalidData(Refusal):
    """The event's data does not have the form that its type asks for."""


class KeyReused(Refusal):
    """This key was used before, for a different event."""


PUBLISH = Procedure("openline.stream.publish", Publication, Appended, callers=EVERYBODY)
READ = Procedure("openline.stream.read", Range, Page, callers=EVERYBODY)
HEADS = Procedure("openline.stream.heads", Names, Heads, callers=EVERYBODY)
