"""Rooms for tests: the component on a real database, with no reactor, no socket, and no clock but ours."""

from collections.abc import Awaitable
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from components.contract import Appended, Caller, Procedure, Reply
from components.room import api
from components.room.component import Rooms
from components.settings import RoomRules
from components.stream.api import Page, Range
from components.streams import Streams
from tests.support.bus import MemoryBus
from tests.support.router import SETTINGS

T = TypeVar("T")
Refused = TypeVar("Refused", bound=Exception)
ADA = Caller("u_ada", "guest", "Ada")
BOB = Caller("u_bob", "guest", "Bob")
CLEO = Caller("u_cleo", "guest", "Cleo")
OLGA = Caller("u_olga", "operator", "Olga")
LOBBY = "openline.room.lobby"


class RoomCase:
    """The lobby, with Ada in it, on whatever database is below."""

    database: Any
    rules = RoomRules()

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(1_000_000.0)
        self.bus = MemoryBus()
        self.db = self.database()
        self.addCleanup(self.db.close)  # type: ignore[attr-defined]
        self.streams = Streams(self.db, self.bus, self.clock, SETTINGS)
        self.rooms = Rooms(self.db, self.streams, self.bus, self.clock, self.rules)
        self.get(self.rooms.prepare())
        self.get(self.rooms.join(ADA, api.Which("lobby")))
        self.bus.events.clear()

    def start(self, coroutine: Awaitable[T]) -> "Deferred[T]":
        async def run() -> T:
            return await coroutine

        return Deferred.fromCoroutine(run())

    def get(self, coroutine: Awaitable[T]) -> T:
        return self.successResultOf(self.start(coroutine))  # type: ignore[attr-defined, no-any-return]

    def ask(self, caller: Caller, procedure: Procedure[Any, Any], **fields: Any) -> Awaitable[Any]:
        """Call a procedure as it stands among the routes."""
        answer = next(route.answer for route in self.rooms.routes() if route.procedure is procedure)
        return answer(caller, procedure.request(**fields))

    def done(self, caller: Caller, procedure: Procedure[Any, Reply], **fields: Any) -> Reply:
        reply: Reply = self.get(self.ask(caller, procedure, **fields))
        return reply

    def refused(self, coroutine: Awaitable[object], kind: type[Refused]) -> Refused:
        """It is refused, and nothing is kept or told of it."""
        before = self.log()
        self.bus.events.clear()
        refusal: Refused = self.failureResultOf(self.start(coroutine), kind).value  # type: ignore[attr-defined]
        assert self.bus.events == []
        assert self.log() == before
        return refusal

    def log(self, room: str = "lobby") -> list[tuple[int, str, dict[str, Any]]]:
        page: Page = self.get(self.streams.read(Range(api.stream_of(room), after=0, limit=300)))
        return [(event.offset, event.type, event.data) for event in page.events]

    def last(self, room: str = "lobby") -> tuple[str, dict[str, Any]]:
        """What was told last in a room."""
        _, type, data = self.log(room)[-1]
        return type, data

    def told(self) -> list[tuple[str, object]]:
        """What was told to all, but for who belongs where."""
        return [told for told in self.bus.published if told[0] != api.ON_BELONGING.uri]

    def post(self, caller: Caller, text: str, key: str | None = None) -> Appended:
        return self.get(self.rooms.post(caller, api.Post("lobby", text, key)))
