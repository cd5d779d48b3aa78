"""Keep no bytes longer than their messages: what is to go is noted in the database, and done here, however often."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twisted.internet.interfaces import IReactorTime

from components.database import Database
from components.room.api import stream_of
from components.streams import Streams

from . import store
from .taking import Maker

SECONDS = 60.0
UNUSED = 3_600.0
"""Seconds after which a file goes that nobody has put on a message."""
MOST = 100
"""The most files that one piece of this removes."""
STEPS = 20

Do = Callable[..., Any]
"""How to do what blocks: `Threads.do`."""


@dataclass(frozen=True)
class Keeping:
    """What removes, in bounded pieces."""

    db: Database
    maker: Maker
    do: Do
    clock: IReactorTime

    async def sweep(self) -> None:
        """Remove the bytes of all that is gone, then forget it. What fails is done at the next turn."""
        for _ in range(STEPS):
            ids = await self.db.read(store.gone, MOST)
            if not ids:
                return
            await self.do(self.maker.remove, ids)
            await self.db.run(store.forget, ids)

    async def round(self) -> None:
        """Let go of what nobody used, and remove what is gone."""
        await self.db.run(store.drop_unused, self.clock.seconds() - UNUSED)
        await self.sweep()

    async def forget(self, streams: Streams, room: str) -> None:
        """Let go of files whose messages have left the log."""
        oldest = await streams.oldest(stream_of(room))
        for _ in range(STEPS if oldest > 1 else 0):
            if not await self.db.run(store.drop_old, room, oldest, MOST):
                return

    async def strays(self) -> list[str]:
        """Name bytes that no row knows of: there are none, whatever was killed when. Lists everything: for audits."""
        names = await self.do(_names, self.maker)
        known = await self.db.read(store.all_ids)
        return [name for name in names if name.split(".")[0] not in known]


def _names(maker: Maker) -> list[str]:
    arrived: list[Path] = sorted(maker.incoming.glob("*")) if maker.incoming.exists() else []
    return [*maker.blobs.names(), *(path.name for path in arrived)]
