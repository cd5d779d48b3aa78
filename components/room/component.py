"""Answer the room API: load, decide, keep. What happened is an event of the room's stream."""

from dataclasses import dataclass

from sqlalchemy import Connection
from twisted.internet.interfaces import IReactorTime

from components.contract import Access, Appended, Author, Bus, Caller, Component, Route, Verdict
from components.database import Database
from components.given import Given
from components.streams import Log, Streams
from router.api import ON_ACCESS_LOST, Loss

from . import api, messages, rules, store

_NODE = Author("openline", "Openline")


def build(given: Given) -> "Rooms":
    return Rooms(given.db, given.streams, given.bus, given.clock)


@dataclass(frozen=True)
class Rooms(Component):
    """All it touches is handed to it; all it knows is in the store and the log."""

    db: Database
    streams: Streams
    bus: Bus
    clock: IReactorTime

    def routes(self) -> list[Route]:
        return [
            api.CREATE.by(self.create),
            api.LIST.by(self.list_rooms),
            api.JOIN.by(self.join),
            api.LEAVE.by(self.leave),
            api.KICK.by(self.kick),
            api.MEMBERS.by(self.members),
            api.POST.by(self.post),
            api.EDIT.by(self.edit),
            api.DELETE.by(self.delete),
            api.MAY.by(self.may),
        ]

    async def prepare(self) -> None:
        """The lobby is there from the start."""
        await self.streams.write(_open_lobby, self.clock.seconds())

    async def create(self, caller: Caller, new: api.NewRoom) -> api.Room:
        """Open a room, with its maker as the first member, and tell everybody of it."""
        room = await self.streams.write(_create, new, caller, self.clock.seconds())
        await self.bus.publish(api.ON_CREATED, api.Room(room.room, room.title, room.stream, room.members, joined=False))
        return room

    async def list_rooms(self, caller: Caller, everything: api.Everything) -> api.Rooms:
        return api.Rooms(await self.db.read(store.load_all, caller.id))

    async def join(self, caller: Caller, which: api.Which) -> api.Room:
        """Become a member. Who is one already stays one, and nothing is told."""
        return await self.streams.write(_join, which.room, caller, self.clock.seconds())

    async def leave(self, caller: Caller, which: api.Which) -> api.Room:
        """Stop being a member, and hear no more. Who is none already stays none, and nothing is told."""
        room = await self.streams.write(_leave, which.room, caller)
        await self.bus.insist(ON_ACCESS_LOST, Loss(caller.id, room.stream))
        return room

    async def kick(self, caller: Caller, kick: api.Kick) -> api.Room:
        """Take somebody out. They hear nothing that is said after this is answered; they may join again.

        Where not every router could be told, this is refused as unavailable: asked for again, it tells them then.
        """
        room = await self.streams.write(_kick, kick, caller)
        await self.bus.insist(ON_ACCESS_LOST, Loss(kick.person, room.stream))
        return room

    async def members(self, caller: Caller, which: api.Which) -> api.Members:
        return api.Members(await self.db.read(_members, which.room, caller))

    async def post(self, caller: Caller, post: api.Post) -> Appended:
        """Say something in a room."""
        return await self.streams.write(messages.post, post, rules.spoken(post.text), caller)

    async def edit(self, caller: Caller, edit: api.Edit) -> Appended:
        """Replace the words of a message of one's own."""
        return await self.streams.write(messages.edit, edit, rules.spoken(edit.text), caller)

    async def delete(self, caller: Caller, delete: api.Delete) -> Appended:
        """Take a message of one's own back. A tombstone stays; its words leave the log."""
        return await self.streams.write(messages.delete, delete, caller)

    async def may(self, caller: Caller, access: Access) -> Verdict:
        """Members read; nobody publishes past this component."""
        room = access.stream.removeprefix(api.stream_of(""))
        member = access.action == "read" and await self.db.read(store.is_member, room, access.id)
        return Verdict(member, f"members of the room {room} read it")


def _open_lobby(log: Log, now: float) -> None:
    if not store.exists(log.connection, api.LOBBY):
        _open(log, api.LOBBY, "Lobby", _NODE, now)


def _open(log: Log, room: str, title: str, by: Author, now: float) -> None:
    store.add(log.connection, room, title, now)
    log.append(api.stream_of(room), "room_created", {"title": title}, by=by)


def _create(log: Log, new: api.NewRoom, caller: Caller, now: float) -> api.Room:
    if store.exists(log.connection, new.room):
        raise api.RoomExists(room=new.room)
    _open(log, new.room, rules.spoken(new.title or new.room), caller.author, now)
    return _join(log, new.room, caller, now, "owner")


def _join(log: Log, room: str, caller: Caller, now: float, role: api.Role = "member") -> api.Room:
    if not store.load(log.connection, room, caller.id).joined:
        store.add_member(log.connection, room, api.Member(caller.id, caller.name, now), role)
        log.append(api.stream_of(room), "member_joined", {}, by=caller.author)
    return store.load(log.connection, room, caller.id)


def _leave(log: Log, room: str, caller: Caller) -> api.Room:
    if store.load(log.connection, room, caller.id).joined:
        store.remove_member(log.connection, room, caller.id)
        log.append(api.stream_of(room), "member_left", {}, by=caller.author)
    return store.load(log.connection, room, caller.id)


def _kick(log: Log, kick: api.Kick, by: Caller) -> api.Room:
    member = store.member(log.connection, kick.room, kick.person)
    if member is not None:
        store.remove_member(log.connection, kick.room, kick.person)
        gone = {"id": member.id, "name": member.name}
        log.append(api.stream_of(kick.room), "member_kicked", gone, by=by.author)
        log.audit("kicked", {"room": kick.room, **gone}, by=by.author)
    return store.load(log.connection, kick.room, by.id)


def _members(connection: Connection, room: str, caller: Caller) -> list[api.Member]:
    rules.must_be_member(store.is_member(connection, room, caller.id))
    return store.members(connection, room)
