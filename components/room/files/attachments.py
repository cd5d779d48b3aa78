"""Answer what the room API says of files: may they, make it, keep it."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from secrets import token_hex
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from components.contract import Caller, Chore, Event, Nothing, Refusal, Route
from components.database import Database
from components.given import Given
from components.room import rules as room_rules
from components.room import speaking
from components.room import store as room_store
from components.settings import Files
from components.settings_file import Places
from components.streams import Log, Streams

from . import api, rules, store
from .blobs import Blobs, incoming, open_blobs
from .keeping import SECONDS, Do, Keeping
from .taking import Maker
from .threads import Threads

ASK_AGAIN = 15.0
"""Seconds after which whoever waits for a file is told to ask again: a call has to end at some time."""
HOUR = 3_600.0

log = Logger()


@dataclass(frozen=True)
class Attachments:
    """All it touches is handed to it: below `data` is the folder into which the router puts arriving bytes."""

    db: Database
    streams: Streams
    clock: IReactorTime
    settings: Files
    blobs: Blobs
    data: Path
    do: Do
    _waiting: dict[str, list[Any]] = field(default_factory=dict)

    @cached_property
    def maker(self) -> Maker:
        return Maker(incoming(self.data), self.blobs, self.settings.pixels)

    @cached_property
    def keeping(self) -> Keeping:
        return Keeping(self.db, self.maker, self.do, self.clock)

    def routes(self) -> list[Route]:
        return [
            api.BEGIN_UPLOAD.by(self.begin),
            api.TAKE_UPLOAD.by(self.take),
            api.DROP_UPLOAD.by(self.drop),
            api.FIND_FILE.by(self.find),
            api.DISCARD_FILE.by(self.discard),
        ]

    def chores(self) -> list[Chore]:
        return [Chore(SECONDS, self.keeping.round), Chore(HOUR, self.forget)]

    async def begin(self, caller: Caller, upload: api.Upload) -> api.WhichFile:
        """Say under which id bytes may arrive, if this person may post here and has not sent too much."""
        id = token_hex(16)
        await self.streams.write(_begin, id, upload, self.settings)
        return api.WhichFile(id)

    async def take(self, caller: Caller, which: api.WhichFile) -> api.Taken:
        """Make a file of what has arrived. Whoever asks again while that is being done waits for the same."""
        kept = await self.db.read(store.find, which.file)
        if kept is None:
            raise api.NoSuchFile
        if kept.state == "ready":
            return api.Taken(kept.file)
        waiting: Deferred[Any] = Deferred()
        is_first = which.file not in self._waiting
        self._waiting.setdefault(which.file, []).append(waiting)
        if is_first:
            Deferred.fromCoroutine(self._make(kept.file)).addBoth(self._made, which.file)
        return await self._patiently(waiting)

    async def drop(self, caller: Caller, which: api.WhichFile) -> Nothing:
        """Let go of what did not arrive in full."""
        await self.db.run(store.drop, which.file)
        await self.keeping.sweep()
        return Nothing()

    async def find(self, caller: Caller, which: api.WhichFile) -> api.FoundFile:
        """Say to the router in which room a file is; who may read that, it decides as for everything."""
        kept = await self.db.read(store.find, which.file)
        if kept is None or kept.state != "ready":
            raise api.NoSuchFile
        return api.FoundFile(kept.room, kept.file, kept.at)

    async def discard(self, caller: Caller, which: api.WhichFile) -> Nothing:
        """Let go of a file of one's own that is on no message."""
        if not await self.db.run(store.drop, which.file, caller.id):
            raise api.NoSuchFile
        await self.keeping.sweep()
        return Nothing()

    async def forget(self) -> None:
        """Keep no file longer than its message."""
        for room in await self.db.read(room_store.names):
            await self.keeping.forget(self.streams, room)
        await self.keeping.sweep()

    async def erased(self, event: Event) -> None:
        """A message was deleted: its bytes go at once, or at the next turn of the chore if this process dies now."""
        await self.keeping.sweep()

    async def bring(self, room: str, person: str, name: str, source: Path) -> api.File:
        """Take in a file from this machine, for an import; within the hour something has to `store.attach` it."""
        id, size, now = token_hex(16), source.stat().st_size, self.clock.seconds()
        await self.db.run(store.begin, id, room, person, rules.called(name), size, now)
        await self.do(_copy, source, self.maker.incoming / id)
        return await self._make(api.File(id, rules.called(name), "", size))

    async def _make(self, file: api.File) -> api.File:
        try:
            made: api.File = await self.do(self.maker.make, file)
            if not await self.db.run(store.finish, made, file.size, self.clock.seconds()):
                raise api.NoSuchFile
            await self.do(self.maker.clean, file.id)
        except Exception as error:
            await self.db.run(store.drop, file.id)
            if isinstance(error, Refusal):
                raise
            log.failure("a file could not be kept")
            raise api.NoRoomForFiles(retry_after=5.0) from error
        return made

    def _made(self, outcome: Any, id: str) -> None:
        for waiting in self._waiting.pop(id, []):
            if not waiting.called:
                waiting.callback(outcome)

    async def _patiently(self, waiting: "Deferred[Any]") -> api.Taken:
        later = self.clock.callLater(ASK_AGAIN, _give_up, waiting)
        try:
            return api.Taken(await waiting)
        finally:
            if later.active():
                later.cancel()


def attachments(given: Given, places: Places) -> Attachments:
    """Make them for a node, with threads of their own."""
    settings = given.settings.files
    blobs = open_blobs(settings, places.data, places.keys)
    return Attachments(given.db, given.streams, given.clock, settings, blobs, places.data, Threads(given.clock).do)


def _give_up(waiting: "Deferred[Any]") -> None:
    if not waiting.called:
        waiting.callback(None)


def _begin(log: Log, id: str, upload: api.Upload, limits: Files) -> None:
    caller = Caller(upload.person, upload.role, upload.by)
    room_rules.must_be_member(room_store.is_member(log.connection, upload.room, upload.person))
    speaking.must_may_speak(log, upload.room, caller, anew=False)
    rules.must_fit(upload.size, store.use(log.connection, upload.person, log.now), limits)
    store.begin(log.connection, id, upload.room, upload.person, rules.called(upload.name), upload.size, log.now)


def _copy(source: Path, to: Path) -> None:
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    to.write_bytes(source.read_bytes())
