"""Answer what other components ask of rooms: who is what, what programs say, what owners are told."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from components import rooms
from components.contract import Appended, Author, Caller, Nothing, Route
from components.database import Database
from components.streams import Log, Streams

from . import api, membership, message_store, personal, rules, sanctions, store
from .mentioning import mentioned
from .search import index
from .speaking import Gate


@dataclass(frozen=True)
class Programs:
    """A part of the room component: all it touches is handed to it."""

    db: Database
    streams: Streams
    gate: Gate

    def routes(self) -> list[Route]:
        return [
            rooms.STANDING.by(self.standing),
            rooms.SAY.by(self.say),
            rooms.TELL.by(self.tell),
            rooms.PUBLIC.by(self.public),
        ]

    async def standing(self, caller: Caller, asked: rooms.InRoom) -> rooms.Standing:
        """Say what somebody may in a room. Raises `NoSuchRoom` where it is not there for them."""
        return await self.streams.write(_standing, asked)

    async def say(self, caller: Caller, saying: rooms.Saying) -> Appended:
        """Say what a program says. The site's filter is asked as it is of what people say."""
        text = rules.spoken(saying.text)
        await self.gate.judge(saying.room, Caller(saying.by.id, caller.role, saying.by.name), text)
        return await self.streams.write(_say, saying, text)

    async def tell(self, caller: Caller, telling: rooms.Telling) -> Nothing:
        await self.streams.write(_tell, telling)
        return Nothing()

    async def public(self, caller: Caller, nothing: Nothing) -> rooms.Names:
        return rooms.Names(await self.db.read(_public))


def enrol(log: Log, bot: Author, wanted: tuple[str, ...]) -> None:
    """Make a bot a member of the rooms that there are of those it is for, unless it was banned there."""
    for room in wanted:
        there = store.exists(log.connection, room)
        if there and store.role_of(log.connection, room, bot.id) is None and not _is_banned(log, room, bot.id):
            membership.enter(log, room, Caller(bot.id, "component", bot.name))


def _is_banned(log: Log, room: str, person: str) -> bool:
    return sanctions.find(log.connection, room, person, "ban", log.now) is not None


def _standing(log: Log, asked: rooms.InRoom) -> rooms.Standing:
    caller = Caller(asked.id, asked.role, "")
    stands = membership.standing(log, asked.room, caller)
    room = store.load(log.connection, asked.room, asked.id)
    return rooms.Standing(room.title, room.kind, stands.moderates, stands.owns)


def _say(log: Log, saying: rooms.Saying, text: str) -> Appended:
    if store.look(log.connection, saying.room, "").archived:
        raise api.RoomArchived
    known = [(one.id, one.name) for one in store.members(log.connection, saying.room)] if "@" in text else []
    mentions = mentioned(text, known, everybody=saying.everybody) if known else []
    data = {"text": text, "program": saying.program, "icon": saying.icon, "thread": saying.thread}
    said = log.append(
        api.stream_of(saying.room),
        "message_posted",
        {name: value for name, value in data.items() if value},
        by=saying.by,
        key=saying.key,
        derived={"mentions": mentions} if mentions else None,
    )
    if not said.duplicate:
        if saying.thread is not None:
            store.message(log.connection, saying.room, saying.thread)
        store.add_words(log.connection, saying.room, said.offset, said.offset, saying.by.id)
        message_store.set_mentions(log.connection, saying.room, said.offset, mentions, saying.by.id)
        index.add(log.connection, index.Said(saying.room, said.offset, log.now, saying.by, text))
        store.stir(log.connection, saying.room, log.now)
    return said


def _tell(log: Log, telling: rooms.Telling) -> None:
    owners = [one.id for one in store.members(log.connection, telling.room) if one.role == "owner"]
    for person in owners or ([telling.person] if telling.person else []):
        personal.tell(log, person, telling.what, telling.data, membership.NODE)


def _public(connection: Connection) -> list[str]:
    query = select(store.ROOM.c.name).where(store.ROOM.c.kind == "public").order_by(store.ROOM.c.name)
    return list(connection.execute(query).scalars())
