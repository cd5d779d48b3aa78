"""Whether somebody may speak in a room now: what was done about them, its pace, and what a site's filter says.

What is in memory (the token buckets) and what is asked of others is decided before the transaction of a post, which may
run more than once; the rest within it.
"""

from dataclasses import dataclass, field

from sqlalchemy import select
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from components.contract import COMPONENT, OPERATOR, Bus, Caller, Procedure, Refusal, Unavailable
from components.settings import RoomRules
from components.streams import Log
from router.edge.buckets import Buckets

from . import rules, sanctions
from .api import Filtered, Judgement, TooFast, Words
from .store import MEMBER, ROOM

SECONDS = 5.0
"""How long a filter may take."""
AGAIN = 2.0
"""After how many seconds to try again, where it did not answer."""

logger = Logger()


@dataclass(frozen=True)
class Gate:
    """What words pass before they are kept."""

    bus: Bus
    clock: IReactorTime
    settings: RoomRules
    buckets: Buckets = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "buckets", Buckets(self.settings.rate))

    async def let_pass(self, room: str, caller: Caller, text: str) -> None:
        """Let a message pass, or refuse it with the seconds to wait."""
        wait = self.buckets.take(f"{room} {caller.id}", self.clock.seconds())
        if wait > 0:
            raise TooFast(retry_after=max(0.1, round(wait, 1)))
        await self.judge(room, caller, text)

    async def judge(self, room: str, caller: Caller, text: str) -> None:
        """Ask the filter, if there is one. While it does not answer nothing is said: that is what it is there for."""
        uri = self.settings.filter
        if uri is None:
            return
        judgement = await self._ask(uri, Words(room, caller.id, caller.name, text))
        if not judgement.allow:
            raise Filtered(judgement.why)

    async def _ask(self, uri: str, words: Words) -> Judgement:
        async def asking() -> Judgement:
            return await self.bus.call(Procedure(uri, Words, Judgement, callers={COMPONENT}), words)

        try:
            return await Deferred.fromCoroutine(asking()).addTimeout(SECONDS, self.clock)
        except Exception as error:
            why = error.uri if isinstance(error, Refusal) else type(error).__name__
            logger.warn("{uri} judged no words, so nobody can say any: {why}", uri=uri, why=why)
            raise Unavailable("Messages are checked here, and that is not possible now.", retry_after=AGAIN) from error


def must_may_speak(log: Log, room: str, caller: Caller, *, anew: bool = True) -> None:
    """Refuse a member who may not say something: `anew`, or by changing what they said. For new words only, since a
    write that is repeated was allowed when it was taken."""
    voice = _voice(log, room, caller)
    voice.must_be_free(log.now)
    if anew and voice.slow:
        voice.must_have_waited(log.now)
        where = (MEMBER.c.room == room, MEMBER.c.person == caller.id)
        log.connection.execute(MEMBER.update().where(*where).values(spoke=log.now))


def _voice(log: Log, room: str, caller: Caller) -> rules.Voice:
    query = (
        select(ROOM.c.archived, ROOM.c.slow, MEMBER.c.spoke, MEMBER.c.role)
        .join_from(ROOM, MEMBER, MEMBER.c.room == ROOM.c.name)
        .where(ROOM.c.name == room, MEMBER.c.person == caller.id)
    )
    archived, slow, spoke, role = log.connection.execute(query).one()
    moderates = rules.Standing(role, caller.role == OPERATOR).moderates
    mute = sanctions.find(log.connection, room, caller.id, "mute", log.now)
    if mute is None:
        return rules.Voice(archived, slow, spoke, moderates)
    return rules.Voice(archived, slow, spoke, moderates, True, mute.until, mute.why)
