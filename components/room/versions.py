"""What a message has said, and what is pinned: read from the log by the offsets of its words."""

from dataclasses import dataclass, field

from sqlalchemy import Connection
from twisted.internet.interfaces import IReactorTime

from components.contract import Appended, Author, Caller, Event, Route
from components.database import Database
from components.settings import Rate
from components.streams import Streams
from router.edge.buckets import Buckets

from . import api, marks, message_store, rules, store

_PACE = Rate(per_second=3, burst=40)
"""How fast one person may put things on messages: each is an event that the log keeps."""


@dataclass(frozen=True)
class Messages:
    """What people do with messages besides writing them."""

    db: Database
    streams: Streams
    clock: IReactorTime
    buckets: Buckets = field(default_factory=lambda: Buckets(_PACE))

    def routes(self) -> list[Route]:
        return [
            api.REACT.by(self.react),
            api.UNREACT.by(self.unreact),
            api.PIN.by(self.pin),
            api.UNPIN.by(self.unpin),
            api.PINS.by(self.pins),
            api.HISTORY.by(self.history),
        ]

    async def react(self, caller: Caller, wanted: api.React) -> Appended:
        self._let_pass(caller)
        return await self.streams.write(marks.react, wanted, caller)

    async def unreact(self, caller: Caller, wanted: api.React) -> Appended:
        self._let_pass(caller)
        return await self.streams.write(marks.unreact, wanted, caller)

    async def pin(self, caller: Caller, wanted: api.Pin) -> Appended:
        self._let_pass(caller)
        return await self.streams.write(marks.pin, wanted, caller)

    async def unpin(self, caller: Caller, wanted: api.Pin) -> Appended:
        self._let_pass(caller)
        return await self.streams.write(marks.unpin, wanted, caller)

    async def history(self, caller: Caller, which: api.WhichMessage) -> api.Versions:
        """Show every text that a message had. Of one that was deleted there is none left."""
        offsets = await self.db.read(_words, which, caller)
        events = await self.streams.events(api.stream_of(which.room), offsets)
        if not events or events[0].offset != which.message:
            raise api.NoSuchMessage(room=which.room, offset=which.message)
        posted, thread = events[0], events[0].data.get("thread")
        return api.Versions(which.message, posted.by, posted.time, thread, _texts(events))

    async def pins(self, caller: Caller, which: api.Which) -> api.Pins:
        """Show what is pinned to a room, as it reads now."""
        found = await self.db.read(_pins, which.room, caller)
        shown = []
        for message, by, pinned, words in found:
            events = await self.streams.events(api.stream_of(which.room), words)
            shown += _shown(message, events, by, pinned)
        return api.Pins(shown)

    def _let_pass(self, caller: Caller) -> None:
        wait = self.buckets.take(caller.id, self.clock.seconds())
        if wait > 0:
            raise api.TooFast(retry_after=max(0.1, round(wait, 1)))


def _words(connection: Connection, which: api.WhichMessage, caller: Caller) -> list[int]:
    """Find where the texts of a message stand: the first one, and the newest."""
    rules.must_be_member(store.is_member(connection, which.room, caller.id))
    store.message(connection, which.room, which.message)
    first, *edits = sorted(store.words(connection, which.room, which.message))
    return [first, *edits[1 - api.MAX_VERSIONS :]]


def _texts(events: list[Event]) -> list[api.Version]:
    return [api.Version(event.offset, event.time, event.data["text"]) for event in events if "text" in event.data]


def _pins(connection: Connection, room: str, caller: Caller) -> list[tuple[int, Author, float, list[int]]]:
    rules.must_be_member(store.is_member(connection, room, caller.id))
    found = message_store.pins(connection, room)
    return [(message, by, time, _ends(store.words(connection, room, message))) for message, by, time in found]


def _ends(words: list[int]) -> list[int]:
    """Take the first of a message's texts, which tells of its author, and the last, which is what it says."""
    return sorted({min(words), max(words)})


def _shown(message: int, events: list[Event], by: Author, pinned: float) -> list[api.Pinned]:
    """Show a pinned message, unless it went out of the log."""
    if not events or events[0].offset != message or not (texts := _texts(events)):
        return []
    posted, thread = events[0], events[0].data.get("thread")
    return [api.Pinned(message, posted.by, posted.time, texts[-1].text, thread, by, pinned)]
