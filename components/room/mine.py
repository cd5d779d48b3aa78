"""Answer what is one person's alone: how far they have read, what they like and mute. All their devices hear of it."""

from dataclasses import dataclass

from sqlalchemy import Connection

from components.contract import Bus, Caller, Route, Topic
from components.database import Database

from . import api, counts, markers, personal, rules, store


@dataclass(frozen=True)
class Own:
    """A part of the room component. None of this is anybody else's business, so it is told on no room's stream."""

    db: Database
    bus: Bus

    def routes(self) -> list[Route]:
        return [
            api.MINE.by(self.mine),
            api.READ.by(self.read),
            api.READ_ALL.by(self.read_all),
            api.PREFER.by(self.prefer),
            api.NOTIFY.by(self.notify),
        ]

    async def mine(self, caller: Caller, everything: api.Everything) -> api.Mine:
        """List the rooms that the caller has joined, as they have them."""
        return await self.db.read(_mine, caller.id)

    async def read(self, caller: Caller, read: api.Read) -> api.Own:
        """Note how far the caller has read. Whatever order their devices say it in, the farthest counts."""
        farther, own = await self.db.run(_read, caller.id, read)
        if farther:
            await self._tell(caller, api.Told([own]))
        return own

    async def read_all(self, caller: Caller, everything: api.Everything) -> api.Mine:
        """Note that the caller has read everything there is, in all of their rooms."""
        mine = await self.db.run(_read_all, caller.id)
        await self._tell(caller, api.Told(mine.rooms))
        return mine

    async def prefer(self, caller: Caller, preference: api.Preference) -> api.Own:
        """Note what the caller wants of a room."""
        own = await self.db.run(_prefer, caller.id, preference)
        await self._tell(caller, api.Told([own]))
        return own

    async def notify(self, caller: Caller, notices: api.Notices) -> api.Notices:
        """Note of what, and when, the caller wants to be notified."""
        await self.db.run(markers.keep_notices, caller.id, notices)
        await self._tell(caller, api.Told([], notices))
        return notices

    async def _tell(self, caller: Caller, told: api.Told) -> None:
        await self.bus.publish(Topic(personal.feed(caller.id), api.Told, readers=()), told)


def _mine(connection: Connection, person: str) -> api.Mine:
    return api.Mine(personal.feed(person), counts.all_of(connection, person), markers.notices(connection, person))


def _read(connection: Connection, person: str, read: api.Read) -> tuple[bool, api.Own]:
    """Nobody reads beyond what there is: what is said later is new to them."""
    rules.must_be_member(store.is_member(connection, read.room, person))
    upto = min(read.upto, store.newest(connection, read.room))
    farther = markers.advance(connection, person, read.room, upto)
    return farther, counts.one_of(connection, person, read.room)


def _read_all(connection: Connection, person: str) -> api.Mine:
    counts.read_all(connection, person)
    return _mine(connection, person)


def _prefer(connection: Connection, person: str, preference: api.Preference) -> api.Own:
    rules.must_be_member(store.is_member(connection, preference.room, person))
    wanted = {name: value for name, value in vars(preference).items() if name != "room" and value is not None}
    markers.prefer(connection, person, preference.room, wanted)
    return counts.one_of(connection, person, preference.room)
