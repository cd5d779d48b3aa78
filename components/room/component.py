"""Answer the room API: load, decide, keep. What happened is an event of the room's stream."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from secrets import token_hex

from sqlalchemy import Connection
from twisted.internet.interfaces import IReactorTime

from components import catalog
from components.contract import (
    Access,
    Appended,
    Belonging,
    Bus,
    Caller,
    Chore,
    Command,
    Component,
    Event,
    InvalidArgument,
    OfStream,
    Route,
    Topic,
    Verdict,
)
from components.database import Database
from components.given import Given
from components.here import here
from components.settings import RoomRules
from components.streams import Streams
from router.api import ON_ACCESS_LOST, Loss

from . import api, directory, membership, messages, personal, rules, store
from .commands import Commands
from .files.attachments import Attachments, attachments
from .inviting import Invites
from .mine import Own
from .moderators import Moderators
from .news import Newsroom
from .programs import Programs, enrol
from .search import upkeep
from .search.find import find
from .search.query import parse
from .search.turns import Turns
from .search.zones import zone
from .since import Changes
from .speaking import Gate
from .versions import Messages


def build(given: Given) -> "Rooms":
    commands = catalog.commands(given.settings)
    files = attachments(given, here()[1])
    return Rooms(given.db, given.streams, given.bus, given.clock, given.settings.rooms, commands=commands, files=files)


@dataclass(frozen=True)
class Rooms(Component):
    """All it touches is handed to it; all it knows is in the store and the log."""

    db: Database
    streams: Streams
    bus: Bus
    clock: IReactorTime
    settings: RoomRules = field(default_factory=RoomRules)
    turns: Turns = field(default_factory=Turns)
    commands: Sequence[Command] = ()
    files: Attachments | None = None

    @cached_property
    def gate(self) -> Gate:
        return Gate(self.bus, self.clock, self.settings)

    @cached_property
    def moderators(self) -> Moderators:
        return Moderators(self.streams, self.bus)

    @cached_property
    def messages(self) -> Messages:
        return Messages(self.db, self.streams, self.clock)

    @cached_property
    def invites(self) -> Invites:
        return Invites(self.streams)

    def routes(self) -> list[Route]:
        return [
            api.CREATE.by(self.create),
            api.CHANGE.by(self.change),
            api.DIRECT_WITH.by(self.direct),
            api.BROWSE.by(self.browse),
            api.LIST.by(self.list_rooms),
            api.JOIN.by(self.join),
            api.LEAVE.by(self.leave),
            api.MEMBERS.by(self.members),
            api.POST.by(self.post),
            api.EDIT.by(self.edit),
            api.DELETE.by(self.delete),
            api.SEARCH.by(self.search),
            api.MAY.by(self.may),
            api.BELONGING.by(self.belonging),
            *self.moderators.routes(),
            *self.invites.routes(),
            *Own(self.db, self.bus).routes(),
            *Newsroom(self.db, self.clock).routes(),
            *self.messages.routes(),
            *Changes(self.db, self.streams).routes(),
            *Commands(self.commands).routes(),
            *(self.files.routes() if self.files else ()),
            *Programs(self.db, self.streams, self.gate).routes(),
        ]

    def chores(self) -> list[Chore]:
        return [Chore(upkeep.SECONDS, self.forget), *(self.files.chores() if self.files else ())]

    async def prepare(self) -> None:
        """The lobby is there from the start, and whoever comes and goes is told of."""
        self.streams.watch("member_", self._moved)
        if self.files:
            self.streams.watch("message_deleted", self.files.erased)
        await self.streams.write(directory.open_lobby)
        for bot in self.settings.bots:
            await self.streams.write(enrol, bot.author, tuple(bot.rooms))

    async def create(self, caller: Caller, new: api.NewRoom) -> api.Room:
        """Open a room, with its maker as the first member, and tell everybody of it unless it is private."""
        room = await self.streams.write(directory.create, new, _name(new), caller)
        await self._tell(api.ON_CREATED, room)
        return room

    async def change(self, caller: Caller, change: api.Change) -> api.Room:
        room = await self.streams.write(directory.change, change, caller)
        await self._tell(api.ON_CHANGED, room)
        return room

    async def direct(self, caller: Caller, wanted: api.People) -> api.Room:
        """Open the direct room of some people, by a name that nobody can guess."""
        return await self.streams.write(directory.direct, wanted, f"direct_{token_hex(8)}", caller)

    async def list_rooms(self, caller: Caller, everything: api.Everything) -> api.Rooms:
        rooms = await self.db.read(store.load_all, caller.id)
        return api.Rooms(rooms, personal.stream(caller.id), self.settings.edit)

    async def browse(self, caller: Caller, wanted: api.Browse) -> api.Found:
        found = await self.db.read(store.browse, caller.id, wanted)
        page = found[: wanted.limit]
        return api.Found(page, page[-1].room if len(found) > len(page) else None)

    async def join(self, caller: Caller, which: api.Which) -> api.Room:
        """Become a member. Who is one already stays one, and nothing is told."""
        return await self.streams.write(membership.join, which.room, caller)

    async def leave(self, caller: Caller, which: api.Which) -> api.Room:
        """Stop being a member, and hear no more. Who is none already stays none, and nothing is told."""
        room = await self.streams.write(membership.leave, which.room, caller)
        await self.bus.insist(ON_ACCESS_LOST, Loss(caller.id, room.stream))
        return room

    async def members(self, caller: Caller, which: api.Which) -> api.Members:
        return api.Members(await self.db.read(_members, which.room, caller))

    async def post(self, caller: Caller, post: api.Post) -> Appended:
        """Say something in a room."""
        text = post.text.strip() if post.files else rules.spoken(post.text)
        await self.gate.let_pass(post.room, caller, text)
        return await self.streams.write(messages.post, post, text, caller)

    async def edit(self, caller: Caller, edit: api.Edit) -> Appended:
        """Replace the words of a message of one's own, as long as the settings allow."""
        text = rules.spoken(edit.text)
        await self.gate.judge(edit.room, caller, text)
        return await self.streams.write(messages.edit, edit, text, caller, self.settings.edit)

    async def delete(self, caller: Caller, delete: api.Delete) -> Appended:
        """Take a message of one's own back. A tombstone stays; its words leave the log."""
        return await self.streams.write(messages.delete, delete, caller)

    async def search(self, caller: Caller, asked: api.Search) -> api.Results:
        """Look for messages in the rooms that the caller is a member of at this moment."""
        query = parse(asked.query, zone(asked.zone))
        return await self.turns.take(caller.id, lambda: self.db.read(find, caller.id, asked, query))

    async def forget(self) -> None:
        """Find no more what the log no longer keeps."""
        for room in await self.db.read(store.names):
            await upkeep.forget(self.db, self.streams, room)

    async def may(self, caller: Caller, access: Access) -> Verdict:
        """Members read, and everybody what is their own; nobody publishes past this component."""
        if access.stream.startswith(api.FEED):
            own = access.action == "read" and access.stream == personal.feed(access.id)
            return Verdict(own, "nobody but whom it is for hears this")
        room = access.stream.removeprefix(api.stream_of(""))
        if room.startswith(api.PERSONAL):
            own = access.action == "read" and room == personal.word_of(access.id)
            return Verdict(own, "nobody but whom it is for reads this")
        member = access.action == "read" and await self.db.read(store.is_member, room, access.id)
        return Verdict(member, f"members of the room {room} read it")

    async def belonging(self, caller: Caller, of: OfStream) -> Belonging:
        """Say to components who the members are."""
        room = of.stream.removeprefix(api.stream_of(""))
        return Belonging(await self.db.read(store.member_ids, room))

    async def _moved(self, event: Event) -> None:
        await self.bus.publish(api.ON_BELONGING, OfStream(event.stream))

    async def _tell(self, topic: Topic[api.Room], room: api.Room) -> None:
        """Tell everybody of a room that is everybody's, and nobody of what its members are to it."""
        if room.kind == "public":
            await self.bus.publish(topic, replace(room, joined=False, role=None, invited=False))


def _name(new: api.NewRoom) -> str:
    """Name a room as it was said; a private one so that nobody finds it by trying, or learns what it is about."""
    if new.kind == "private":
        return f"private_{token_hex(8)}"
    if new.room is None:
        raise InvalidArgument("A public room has a name.", field="room")
    return new.room


def _members(connection: Connection, room: str, caller: Caller) -> list[api.Member]:
    rules.must_be_member(store.is_member(connection, room, caller.id))
    return store.members(connection, room)
