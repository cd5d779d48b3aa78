"""Forget what is kept no longer: in the background, from the tail, a bounded piece at a time."""

from sqlalchemy import Connection
from twisted.internet.interfaces import IReactorTime

from components.database import Database
from components.settings import Keep, Settings

from . import rules, upkeep

STREAMS = 1_000
"""The most streams that one round looks at; the next goes on from there."""
EVENTS = 500
"""The most events that one transaction removes."""
STEPS = 20
"""The most transactions that one round spends on one stream."""
KEYS = 1_000
"""The most keys that one round forgets."""


class Retention:
    """Goes round all streams, again and again."""

    def __init__(self, db: Database, clock: IReactorTime, settings: Settings) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings
        self._looked = 0

    async def round(self) -> None:
        """Look at the next streams, and cut off what their namespace no longer keeps."""
        now = self._clock.seconds()
        tails = await self._db.read(upkeep.tails, self._looked, STREAMS)
        self._looked = tails[-1].id if len(tails) == STREAMS else 0
        for tail in tails:
            space = self._settings.namespace(tail.stream)
            if space and rules.due(space.keep, tail.head, tail.oldest, tail.time, now):
                await self._cut(tail, space.keep, now)
        await self._db.run(upkeep.drop_keys, now, KEYS)

    async def _cut(self, tail: upkeep.Tail, keep: Keep, now: float) -> None:
        for _ in range(STEPS):
            if not await self._db.run(_step, tail, keep, now):
                return


def _step(connection: Connection, tail: upkeep.Tail, keep: Keep, now: float) -> bool:
    """Cut off one piece, and say whether there may be more."""
    oldest = upkeep.times(connection, tail.id, EVENTS)
    first = rules.first_kept(keep, tail.head, oldest, now) if oldest else 0
    if not oldest or first <= oldest[0][0]:
        return False
    upkeep.cut(connection, tail.id, first)
    return first > oldest[-1][0]
