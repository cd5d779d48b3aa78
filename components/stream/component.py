"""Answer the stream API: may they, is it well-formed, then append or read. And keep the log in order meanwhile."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from twisted.internet.defer import Deferred, FirstError, gatherResults
from twisted.internet.interfaces import IReactorTime

from components.contract import Appended, Author, Bus, Caller, Chore, Component, NotAuthorized, Route, Verdict
from components.database import Database
from components.given import Given
from components.permissions import Permissions, Question, permissions, who_calls
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
        await self._asked(self._first(caller, "write", wanted.stream))
        rules.check(self.settings, self._validators, wanted)
        return await self.streams.write(_append, wanted, caller.author)

    async def read(self, caller: Caller, wanted: api.Range) -> api.Page:
        """Read, then ask the owner: a page holds nothing that was said after the caller stopped being a member."""
        answer = self._first(caller, "read", wanted.stream)
        page = await self.streams.read(wanted)
        await self._asked(answer)
        return page

    async def heads(self, caller: Caller, names: api.Names) -> api.Heads:
        """Say where streams end. One that the caller may not read refuses them all."""
        streams = list(dict.fromkeys(names.streams))
        answers = [self._first(caller, "read", stream) for stream in streams]
        heads = await self.streams.heads(streams)
        asked = [Deferred.fromCoroutine(self._asked(answer)) for answer in answers]
        try:
            await gatherResults(asked, consumeErrors=True)
        except FirstError as first:
            first.subFailure.raiseException()
        return api.Heads(heads)

    def _first(self, caller: Caller, action: Literal["read", "write"], stream: str) -> Question | None:
        """Refuse who may not in any case; where the stream has `members`, give what its owner is to be asked."""
        if self.settings.namespace(stream) is None:
            raise api.UnknownStream(stream=stream)
        answer = self._permissions.decide(who_calls(caller), action, stream)
        if isinstance(answer, Question):
            return answer
        _must(answer, action, stream)
        return None

    async def _asked(self, question: Question | None) -> None:
        """Refuse whom the owner does not call a member. It is asked each time, and what it says is not kept.

        The routers may keep it: an owner lets them forget it before it answers whoever took the membership away. Nobody
        waits for us to hear of that, so we would go on showing the log to who was just removed.
        """
        if question is not None:
            verdict = await self.bus.call(question.owner, question.access)
            _must(verdict, "read" if question.access.action == "read" else "write", question.access.stream)

    @cached_property
    def _permissions(self) -> Permissions:
        return permissions((), self.settings)

    @cached_property
    def _validators(self) -> rules.Validators:
        return rules.validators(self.settings.streams)


def _must(verdict: Verdict, action: Literal["read", "write"], stream: str) -> None:
    if not verdict.allow:
        verb = "read" if action == "read" else "write to"
        raise NotAuthorized(f"You may not {verb} this stream.", stream=stream)


def _append(log: Log, wanted: api.Publication, by: Author) -> Appended:
    return log.append(wanted.stream, wanted.type, wanted.data, by=by, key=wanted.key)
