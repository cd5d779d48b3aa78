"""What is written of events: Server-Sent Events (HTML Standard §9.2), or lines of JSON."""

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

import orjson

from ..codec import CODECS, Codec
from ..transport import Encoding
from .follow import Entry

_JSON = CODECS["wamp.2.json"]
_EVENT = 36


def frame(event: Mapping[str, Any]) -> bytes:
    """Write an event as one that follows a single stream gets it; the other forms are cut out of this one."""
    return b"id: %b:%d\ndata: %b\n\n" % (event["epoch"].encode(), event["offset"], _JSON.encode(event))


def entry(written: bytes) -> Entry:
    """Read back whose frame it is."""
    epoch, _, offset = written[4 : written.index(b"\n")].partition(b":")
    return Entry(epoch.decode(), int(offset), written)


def _dumps(raw: list[Any]) -> bytes:
    """Write a WAMP message: an EVENT as its frame, which all listeners of a stream share; of no stream, as nothing."""
    if raw[0] != _EVENT:
        return _JSON.encode(raw)
    event = raw[5] if len(raw) > 5 else {}
    return frame(event) if "epoch" in event and "offset" in event else b""


ENCODING = Encoding(Codec("openline.events", False, _dumps, orjson.loads), lambda data, _: data)
"""Of every listener: an event is written once for all of them."""


class Form(Protocol):
    """One way to write."""

    type: ClassVar[str]
    beat: ClassVar[bytes]
    """Says that the connection lives."""

    def opening(self, position: str, retry: int) -> bytes:
        """Begin: where the listener is, and how many milliseconds to wait before connecting again."""

    def event(self, entry: Entry, position: str | None) -> bytes:
        """Write an event. `position` is where the listener is after it, unless it follows this stream alone."""

    def notice(self, name: str, about: Mapping[str, Any], position: str) -> bytes:
        """Write what is no event of a stream."""


class EventStream:
    """Server-Sent Events. Those of streams have no name, so that `onmessage` gets them all."""

    type: ClassVar[str] = "text/event-stream"
    beat: ClassVar[bytes] = b":\n\n"

    def opening(self, position: str, retry: int) -> bytes:
        # An id without data is kept by the client and shown to nobody.
        return b"retry: %d\nid: %b\n\n" % (retry, position.encode())

    def event(self, entry: Entry, position: str | None) -> bytes:
        if position is None:
            return entry.frame
        return b"id: %b%b" % (position.encode(), entry.frame[entry.frame.index(b"\n") :])

    def notice(self, name: str, about: Mapping[str, Any], position: str) -> bytes:
        return b"event: %b\nid: %b\ndata: %b\n\n" % (name.encode(), position.encode(), _JSON.encode(about))


class Lines:
    """A JSON object a line: an event of a stream as it is; anything else under its name."""

    type: ClassVar[str] = "application/x-ndjson"
    beat: ClassVar[bytes] = b"\n"

    def opening(self, position: str, retry: int) -> bytes:
        return _line({"position": position})

    def event(self, entry: Entry, position: str | None) -> bytes:
        return entry.frame[entry.frame.index(b"\n") + 7 : -1]

    def notice(self, name: str, about: Mapping[str, Any], position: str) -> bytes:
        return _line({name: {**about, "position": position}})


def _line(content: Mapping[str, Any]) -> bytes:
    return _JSON.encode(content) + b"\n"


def form(accept: str) -> Form:
    """Choose the form that a client asks for; Server-Sent Events unless it wants lines and nothing else."""
    return Lines() if Lines.type in accept and EventStream.type not in accept else EventStream()
