"""The rooms that are read, and what is told in them: changes, each to all who hear it, or a hole that they notice."""

from collections.abc import Callable, Iterable
from secrets import token_hex

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from components.contract import Bus, OfStream, Refusal, Unavailable, belonging

from . import api, rules

TOGETHER = 0.05
"""Seconds for which changes wait for others, to be told in one."""
MANY_EVERY = 1.0
"""Seconds between two counts of a room with many people."""
UNREAD = 1_800.0
"""Seconds after which a room that nobody reads is not told any more: pages read again every ten minutes."""

log = Logger()


class Room:
    """A room that somebody reads."""

    def __init__(self, name: str, view: rules.View, now: float) -> None:
        self.view = view
        self.topic = api.ON_CHANGE.of(api.stream_of(name))
        self.read = now
        """When it was read last."""
        self.told = 0.0
        """When something was told last."""
        self.due: set[str] = set()
        """Who is to be looked at."""
        self.is_broken = False
        """Whether something was not told to all."""
        self.is_asking = self.is_stale = False
        """Whether it is being asked who belongs to it, and whether others do since that was asked."""


class Rooms:
    """All of them. Members are asked of the room component, which says when they are others."""

    def __init__(self, bus: Bus, clock: IReactorTime, find: Callable[[str], api.Entry | None]) -> None:
        self._bus, self._clock, self._find = bus, clock, find
        self._rooms: dict[str, Room] = {}
        self._epoch, self._views = token_hex(4), 0
        self._is_due = False

    async def view(self, name: str) -> rules.View:
        """Find what is told of a room, or begin to tell it."""
        if name not in self._rooms:
            members = await self._members(name)
            if name not in self._rooms:  # Else somebody else was faster.
                self._views += 1
                view = rules.View(f"{self._epoch}{self._views}", members, self._find)
                self._rooms[name] = Room(name, view, self._clock.seconds())
                self._belong(name)  # Others may do by now, and it was not ours to hear of.
        self._rooms[name].read = self._clock.seconds()
        return self._rooms[name].view

    def belongs(self, of: OfStream) -> None:
        """Hear that others belong to a room now."""
        self._belong(of.stream.removeprefix(api.stream_of("")))

    def _belong(self, name: str) -> None:
        if name in self._rooms:
            letting = Deferred.fromCoroutine(self._let_in(name))
            letting.addErrback(lambda failure: log.failure("who belongs to {room} is not known", failure, room=name))

    async def look(self) -> None:
        """Look who belongs to each room, as if that was not told, and let go of rooms that nobody reads."""
        now = self._clock.seconds()
        self._rooms = {name: room for name, room in self._rooms.items() if room.read + UNREAD > now}
        for name in list(self._rooms):
            await self._let_in(name)

    def changed(self, ids: Iterable[str]) -> None:
        """Have it told in each room what has become of some people."""
        people = frozenset(ids)
        if people:
            for room in self._rooms.values():
                room.due |= people & room.view.members
            self._tell_soon()

    async def tell(self) -> None:
        """Tell what is due."""
        now = self._clock.seconds()
        for room in list(self._rooms.values()):
            if not room.view.many or room.told + MANY_EVERY <= now:
                await self._tell(room, now)

    async def _let_in(self, name: str) -> None:
        """Ask who belongs to a room: one question at a time, or a late answer would count for the newest."""
        room = self._rooms.get(name)
        if room is None or room.is_asking:
            if room is not None:
                room.is_stale = True
            return
        room.is_asking = room.is_stale = True
        try:
            while room.is_stale:
                room.is_stale = False
                room.due |= room.view.let_in(await self._members(name))
        except Refusal as refusal:  # The next look finds out.
            log.debug("who belongs to {room} could not be asked: {error}", room=name, error=refusal)
        finally:
            room.is_asking = False
        self._tell_soon()

    async def _members(self, name: str) -> list[str]:
        return (await self._bus.call(belonging("room"), OfStream(api.stream_of(name)))).ids

    def _tell_soon(self) -> None:
        if not self._is_due:
            self._is_due = True
            self._clock.callLater(TOGETHER, self._tell_now)

    def _tell_now(self) -> None:
        self._is_due = False
        telling = Deferred.fromCoroutine(self.tell())
        telling.addErrback(lambda failure: log.failure("presence was not told", failure))

    async def _tell(self, room: Room, now: float) -> None:
        if room.is_broken:
            room.is_broken = False
            await self._say(room, room.view.interrupt())
        due, room.due = room.due, set()
        change = room.view.update(due) if due else None
        if change is not None:
            room.told = now
            await self._say(room, change)

    async def _say(self, room: Room, change: api.Change) -> None:
        """Tell a room. Where a router did not take it, those who hear there have to read again."""
        try:
            await self._bus.insist(room.topic, change)
        except Unavailable:
            room.is_broken = True
