"""Answer the stream API: may they, is it well-formed, then append or read. And keep the log in order meanwhile."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from twisted.internet.defer import Deferred, FirstError, gatherResults
from twisted.internet.interfaces import IReactorTime

from components.access import may
from components.contract import Appended, Author, Bus, Caller, Chore, Component, NotAuthorized, Route
from components.database import Database
from components.given import Given
from components.settings import Settings
from components.streams import Log, Streams

from . import api, rules
from .retention import Retention

SWEEP_SECONDS = 5.0
RETENTION_SECONDS = 10.0


def build(given: Given) -> "StreamComponent":
    return StreamComponent(given.db, given.streams, given.bus, given.clock, given.settings)


@dataclass(frozen=True)
class StreamComponent(Component):
    """All it touches is handed to it; all it knows is in the log."""

    db: Database
    streams: Streams
    bus: Bus
    clock: IReactorTime
    settings: Settings

    def routes(self) -> list[Route]:
        return [api.PUBLISH.by(self.publish), api.READ.by(self.read), api.HEADS.by(self.heads)]

    def chores(self) -> list[Chore]:
        retention = Retention(self.db, self.clock, self.settings)
        return [Chore(SWEEP_SECONDS, self.streams.sweep), Chore(RETENTION_SECONDS, retention.round)]

    async def publish(self, caller: Caller, wanted: api.Publication) -> Appended:
        """Append an event, as the caller."""
        await self._must(caller, "publish", wanted.stream)
        rules.check(self.settings, self._validators, wanted)
        return await self.streams.write(_append, wanted, Author(caller.id, caller.name))

    async def read(self, caller: Caller, wanted: api.Range) -> api.Page:
        await self._must(caller, "read", wanted.stream)
        return await self.streams.read(wanted)

    async def heads(self, caller: Caller, names: api.Names) -> api.Heads:
        """Say where streams end. One that the caller may not read refuses them all."""
        streams = list(dict.fromkeys(names.streams))
        asked = [Deferred.fromCoroutine(self._must(caller, "read", stream)) for stream in streams]
        try:
            await gatherResults(asked, consumeErrors=True)
        except FirstError as first:
            first.subFailure.raiseException()
        return api.Heads(await self.streams.heads(streams))

    async def _must(self, caller: Caller, action: Literal["read", "publish"], stream: str) -> None:
        verdict = await may(self.settings, self.bus.call, caller.id, caller.role, action, stream)
        if not verdict.allow:
            raise NotAuthorized(f"You may not {action} this stream.", stream=stream)

    @cached_property
    def _validators(self) -> rules.Validators:
        return rules.validators(self.settings.streams)


def _append(log: Log, wanted: api.Publication, by: Author) -> Appended:
    return log.append(wanted.stream, wanted.type, wanted.data, by=by, key=wanted.key)
